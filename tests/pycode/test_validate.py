"""Emitted modules are proved by their text; an edit of what they compute is not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from derive.pycode import validate

GENERATED = Path(__file__).parents[2] / "generated"
MODULES = (
    "digits_leaky_softmax_adam",
    "digits_relu_squared_error_rows",
)


def source(name: str) -> str:
    return (GENERATED / name / f"{name}.py").read_text()


@pytest.mark.parametrize("name", MODULES)
def test_loss_gradients_step_and_update_are_proved(name: str) -> None:
    spec = tomllib.loads((GENERATED / name / f"{name}.toml").read_text())
    found = validate(source(name), spec["training"]["optimizer"])
    assert found.proved, found.reason
    assert found.optimizer == spec["training"]["optimizer"]
    names = {row.name for row in found.rows}
    assert {"loss", "step: loss", "gradient of W1", "step: gradient of b2"} <= names


def test_the_rule_is_found() -> None:
    assert validate(source("tanh_sigmoid_classifier")).optimizer == "momentum"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("dot(dZ2, A1.T, out=dW2)", "dot(dZ2, Z2.T, out=dW2)"),
        ("square(A1, out=Z1)", "square(A1, out=A1)\n        Z1[...] = dZ1"),
        ("self.steps += 1\n        self._update()", "self._update()\n        self.steps += 1"),
        (
            "self._update()\n        return J",
            "self._update()\n        self._update()\n        return J",
        ),
        ("if not math.isfinite(J)", "if math.isfinite(J)"),
        ("subtract(theta, gradient, out=theta)", "add(theta, gradient, out=theta)"),
        ("return J, Params(dW1, db1, dW2, db2)", "return 2 * J, Params(dW1, db1, dW2, db2)"),
        ("subtract(A2, Y, out=A2)", "subtract(A2, Y, out=Y)"),
        ("W1, b1, W2, b2 = self.params", "W1, b1, W2, b2 = self.params\n        W1 += 1"),
    ],
)
def test_edits_are_not_proved(old: str, new: str) -> None:
    text = source("tanh_sigmoid_classifier")
    if old not in text:
        pytest.fail(f"the emitted text has no {old!r} any more: choose another edit")
    assert not validate(text.replace(old, new, 1), "momentum").proved


def test_what_is_no_emitted_module_is_not_proved() -> None:
    for text in ("", "def f(:", "NETWORK = 1\n", "import numpy as np\n\nx = np.zeros(3)\n"):
        found = validate(text)
        assert not found.proved
        assert found.reason
