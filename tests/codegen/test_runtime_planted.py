"""The emitted tests are tested: an error planted in an emitted network must fail them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from codegen import generate

SPEC = """
name = "planted"
input = 5
loss = "cross_entropy"
l2 = 0.01

[[layer]]
units = 5
activation = "leaky_relu"

[[layer]]
units = 5
activation = "sigmoid"

[[layer]]
units = 5
activation = "softmax"

[training]
optimizer = "adam"
"""

ERRORS = {
    "dZ3 = (A3 - Y) / m": "dZ3 = (A3 - 1.0005 * Y) / m",
    "(W3.T @ dZ3)": "(W3 @ dZ3)",
    "_sigmoid_prime(Z2)": "_sigmoid_prime(A2)",
    "np.sum(dZ2, axis=1, keepdims=True)": "np.sum(dZ2, axis=0, keepdims=True).T",
    "L2 * W1 + dZ1": "2.001 / 2 * L2 * W1 + dZ1",
    "np.maximum(z, 0.01 * z)": "np.where(z > 0, z, 0.02 * z)",
    "_dparams = _views(self._gradient)": "_dparams = _views(self._gradient.copy())",
    "self.steps += 1": "self.steps += 2",
    "raise runtime.NonFiniteLoss": "print",
    "self._theta = np.concatenate([": "self._theta = 1.0 * np.concatenate([0 * params[0][0], ",
}


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """The folder of a generated network and the text of its module."""
    out = tmp_path_factory.mktemp("planted")
    spec = out / "planted.toml"
    spec.write_text(SPEC)
    generate(spec, out)
    path = out / "planted" / "planted.py"
    return path, path.read_text()


def check(path):
    """Standard output and exit status of the network's own tests."""
    command = [sys.executable, path, "check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr, done.returncode


def test_the_network_passes_its_tests(network):
    path, text = network
    path.write_text(text)
    said, status = check(path)
    assert "0 failed" in said
    assert status == 0


@pytest.mark.parametrize("right", sorted(ERRORS))
def test_an_error_is_found(network, right):
    path, text = network
    assert right in text
    path.write_text(text.replace(right, ERRORS[right]))
    said, status = check(path)
    assert status != 0, said
