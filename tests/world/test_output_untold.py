"""A function for every layer, ``g^{[l]}``, of which the last one is told by the cost or in words."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

FORWARD = (
    r"$$Z^{[l]} = W^{[l]} A^{[l-1]} + b^{[l]}$$ $$A^{[l]} = g^{[l]}(Z^{[l]})$$ $$A^{[0]} = X$$"
    "\n\n"
)
ENTROPY = (
    r"$$J = -\frac{1}{m} \sum_{i=1}^{m} (y^{(i)} \log a^{[L](i)}"
    r" + (1 - y^{(i)}) \log (1 - a^{[L](i)}))$$"
    "\n\n"
)
SQUARES = r"$$J = \frac{1}{2m} \sum_{i=1}^{m} \|a^{[L](i)} - y^{(i)}\|^2$$" + "\n\n"


@pytest.mark.parametrize(
    ("words", "right", "expected"),
    [
        ("", r"A^{[L]} - Y", "verified"),
        ("", r"Y - A^{[L]}", "refuted"),
        ("", r"2 (A^{[L]} - Y)", "refuted"),
        ("", r"A^{[L]}", "refuted"),
        ("", r"(A^{[L]} - Y) * A^{[L]}", "refuted"),
        ("", r"dA^{[L]} * g^{[L]'}(Z^{[L]})", "verified"),
        ("", r"dA^{[L]} * g^{[L]'}(A^{[L]})", "refuted"),
        ("La última capa usa la sigmoide.", r"A^{[L]} - Y", "verified"),
        ("La dernière couche utilise une sigmoïde.", r"A^{[L]} - Y", "verified"),
        ("The final layer uses softmax.", r"A^{[L]} - Y", "refuted"),
        ("输出层使用softmax函数。", r"A^{[L]} - Y", "refuted"),
        ("In der letzten Schicht steht tanh.", r"A^{[L]} - Y", "refuted"),
    ],
)
def test_entropy(words: str, right: str, expected: str) -> None:
    note = f"{FORWARD}{ENTROPY}{words}\n\n$$dZ^{{[L]}} = {right}$$\n"
    assert str(verify_text(note).claims[-1].verdict) == expected


@pytest.mark.parametrize("right", [r"A^{[L]} - Y", r"(A^{[L]} - Y) * A^{[L]} * (1 - A^{[L]})"])
def test_squares_tell_no_output(right: str) -> None:
    note = f"{FORWARD}{SQUARES}$$dZ^{{[L]}} = {right}$$\n"
    assert str(verify_text(note).claims[-1].verdict) != "verified"
