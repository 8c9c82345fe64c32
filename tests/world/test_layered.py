"""Layered notes: forward lines at one example, a softmax by its entries above the one layer."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

AT_EXAMPLE = (
    r"$$z^{[1](i)} = W^{[1]} x^{(i)} + b^{[1]}$$ $$a^{[1](i)} = \tanh(z^{[1](i)})$$"
    r"$$z^{[2](i)} = W^{[2]} a^{[1](i)} + b^{[2]}$$ $$a^{[2](i)} = \sigma(z^{[2](i)})$$"
    r"$$J = -\frac{1}{m} \sum_{i=1}^{m} \left( y^{(i)} \log a^{[2](i)}"
    r" + (1 - y^{(i)}) \log (1 - a^{[2](i)}) \right)$$"
)
ENTRIES = (
    r"$$\hat{y}_i = \frac{e^{z_i}}{\sum_{k=1}^K e^{z_k}}$$ $$L = -\sum_i y_i \log \hat{y}_i$$"
    "\n\nWith $z = W x + b$:\n\n"
)


def _said(note: str, line: str) -> str:
    return str(verify_text(f"{note}\n\n$${line}$$\n").claims[-1].verdict)


@pytest.mark.parametrize(
    ("note", "line", "expected"),
    [
        (AT_EXAMPLE, r"z^{[2](i)} = W^{[2]} a^{[1](i)} + b^{[2]}", "definition"),
        (AT_EXAMPLE, r"z^{[2](i)} = W^{[2]} a^{[1](i)}", "refuted"),
        (AT_EXAMPLE, r"z^{[2](i)} = (W^{[2]})^T a^{[1](i)} + b^{[2]}", "refuted"),
        (AT_EXAMPLE, r"z^{[2](i)} = W^{[2]} x^{(i)} + b^{[2]}", "refuted"),
        (AT_EXAMPLE, r"z^{[2](i)} = W^{[2]} a^{[1](j)} + b^{[2]}", "refuted"),
        (AT_EXAMPLE, r"dW^{[2]} = \frac{1}{m} (A^{[2]} - Y) A^{[1]T}", "verified"),
        (AT_EXAMPLE, r"dW^{[2]} = (A^{[2]} - Y) A^{[1]T}", "refuted"),
        (AT_EXAMPLE, r"dW^{[2]} = \frac{1}{m} (A^{[2]} - Y) X^T", "refuted"),
        (ENTRIES, r"\frac{\partial L}{\partial W} = (\hat{y} - y) x^T", "verified"),
        (ENTRIES, r"\frac{\partial L}{\partial W} = (y - \hat{y}) x^T", "refuted"),
        (ENTRIES, r"\frac{\partial L}{\partial W} = x (\hat{y} - y)^T", "refuted"),
        (ENTRIES, r"\frac{\partial L}{\partial b} = 2 (\hat{y} - y)", "refuted"),
        (ENTRIES, r"\frac{\partial \hat{y}_i}{\partial z_i} = \hat{y}_i (1 - \hat{y}_i)", "verified"),
        (ENTRIES, r"\frac{\partial \hat{y}_i}{\partial z_i} = \hat{y}_i (1 + \hat{y}_i)", "refuted"),
        (ENTRIES, r"\frac{\partial \hat{y}_i}{\partial z_j} = \hat{y}_i (1 - \hat{y}_j)", "refuted"),
        (ENTRIES, r"\frac{\partial L}{\partial z_j} = \hat{y}_j - y_j", "verified"),
        (ENTRIES, r"\frac{\partial L}{\partial z_j} = y_j - \hat{y}_j", "refuted"),
    ],
)  # fmt: skip
def test_lines(note: str, line: str, expected: str) -> None:
    assert _said(note, line) == expected
