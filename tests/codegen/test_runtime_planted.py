"""The emitted tests are tested: an error planted in an emitted network must fail them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from codegen import generate, trainer

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
    "self.steps += 1": "self.steps += 2",
    "raise self.not_finite": "print",
}
IN_THE_RUNTIME = {
    "self._views(gradient, places)": "self._views(gradient.copy(), places)",
    "np.ravel(array.T if": "1.01 * np.ravel(array.T if",
    "rows * columns for rows, columns in self.network.shapes.values()": (
        "rows + columns for rows, columns in self.network.shapes.values()"
    ),
}


LAYER_BY_LAYER = {
    "self._update(1)  # W2, b2": "self._update(0)",
    "self._update(0)  # W1, b1": "pass",
}
BY_LAYER_IN_THE_RUNTIME = {
    "max(edge for edge in edges if edge <= start)": "min(edges)",
    "gradient[k - start : till - start]": "gradient[k:till]",
    "places += [start - trained + widest": "places += [start - trained",
    "min(k + inner.step, end)": "min(k + inner.step, end - 1)",
}


@pytest.fixture(scope="module", params=["at once", "layer by layer"])
def folder(request, tmp_path_factory):
    """The folder of a generated network; the second is updated as a large network is."""
    out = tmp_path_factory.mktemp("planted")
    spec = out / "planted.toml"
    spec.write_text(SPEC)
    with pytest.MonkeyPatch.context() as patch:
        if request.param != "at once":
            patch.setattr(trainer, "UNCHUNKED", 0)
        generate(spec, out)
    return out / "planted"


def check(folder):
    """Standard output and exit status of the network's own tests."""
    command = [sys.executable, folder / "planted.py", "check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr, done.returncode


def test_the_network_passes_its_tests(folder):
    said, status = check(folder)
    assert "0 failed" in said
    assert status == 0


def is_found(folder, file, right, wrong):
    path = folder / file
    text = path.read_text()
    assert right in text
    path.write_text(text.replace(right, wrong))
    try:
        said, status = check(folder)
    finally:
        path.write_text(text)
    assert status != 0, said


@pytest.mark.parametrize("folder", ["at once"], indirect=True)
@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        *(("planted.py", *error) for error in sorted(ERRORS.items())),
        *(("runtime.py", *error) for error in sorted(IN_THE_RUNTIME.items())),
    ],
)
def test_an_error_is_found(folder, file, right, wrong):
    is_found(folder, file, right, wrong)


@pytest.mark.parametrize("folder", ["layer by layer"], indirect=True)
@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        *(("planted.py", *error) for error in sorted(LAYER_BY_LAYER.items())),
        *(("runtime.py", *error) for error in sorted(BY_LAYER_IN_THE_RUNTIME.items())),
    ],
)
def test_an_error_in_updates_layer_by_layer_is_found(folder, file, right, wrong):
    is_found(folder, file, right, wrong)
