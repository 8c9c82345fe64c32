"""What a layer computes and a later line changes in place has no one value: nothing is proved."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

COST = r"$$L = \frac12\|h - t\|^2$$"
LAYERS = r"""
$$Z_1 = W_1 X + b_1, \quad A_1 = \tanh(Z_1)$$
{change}
$$Z_2 = W_2 A_1 + b_2, \quad A_2 = \sigma(Z_2)$$
$$J = -\frac1m \sum_{i=1}^m (Y \log A_2 + (1-Y)\log(1-A_2))$$
"""


def verdict(note: str, line: str) -> str:
    return str(verify_text(f"{note}\n\n$${line}$$").claims[-1].verdict)


@pytest.mark.parametrize("change", [
    r"h \leftarrow 2h", r"h \leftarrow h + b", r"h := h / 2", r"h \gets h \odot h", "h = h + b",
])  # fmt: skip
@pytest.mark.parametrize("right", ["(h-t)x^T", "2(h-t)x^T", "(W x-t)x^T"])
def test_a_layer_that_is_changed(change: str, right: str) -> None:
    line = rf"\frac{{\partial L}}{{\partial W}} = {right}"
    assert verdict(f"$$h = W x$$ $${change}$$ {COST}", line) == "unproven"


@pytest.mark.parametrize(
    "change", [r"A_1 \leftarrow 2 A_1", r"A_1 := A_1 / 0.5", r"Z_1 \gets -Z_1"]
)
def test_one_of_several_layers(change: str) -> None:
    for line in (r"dW_2 = \frac1m (A_2 - Y) A_1^T", r"dZ_1 = W_2^T dZ_2 \odot (1 - A_1^2)"):
        assert verdict(LAYERS.replace("{change}", f"$${change}$$"), line) == "unproven"


def test_other_layers_and_steps_change_nothing() -> None:
    for change in (r"A_0 = X", r"W_1 \leftarrow W_1 - \alpha dW_1"):
        note = LAYERS.replace("{change}", f"$${change}$$")
        assert verdict(note, r"dW_2 = \frac1m (A_2 - Y) A_1^T") == "verified"
