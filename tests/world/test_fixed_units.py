"""One unit by its number, ``dw_1 = x_1 dz``: it says what holds for every unit."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

UNIT = r"$$z = w^T x + b, \quad a = \sigma(z), \quad L = -(y \log a + (1-y) \log(1-a))$$"
CLASSES = (
    r"$$z = W x + b$$ $$p = \text{softmax}(z)$$ $$L = -\sum_k y_k \log p_k$$"
    r"$$\frac{\partial L}{\partial z_k} = p_k - y_k$$ Let the first class be the right one."
)


@pytest.mark.parametrize(
    ("note", "line", "expected"),
    [
        (UNIT, r"dw_1 = x_1 dz", "verified"),
        (UNIT, r"\frac{\partial L}{\partial w_2} = (a - y) x_2", "verified"),
        (UNIT, r"w_1 := w_1 - \alpha dw_1", "verified"),
        (UNIT, r"dw_1 = dz", "refuted"),
        (UNIT, r"dw_1 = -x_1 dz", "refuted"),
        (UNIT, r"dw_2 = x_1 dz", "unproven"),
        (UNIT, r"w_1 := w_1 - \alpha dw_2", "unproven"),
        (UNIT, r"dw_1 = \sum_j x_j dz", "unproven"),
        (UNIT, r"dw_0 = x_0 dz", "unproven"),
        (CLASSES, r"\frac{\partial L}{\partial z_1} = p_1 - 1", "unproven"),
    ],
)
def test_one_unit_by_its_number(note: str, line: str, expected: str) -> None:
    assert verify_text(f"{note}\n\n$${line}$$\n").claims[-1].verdict == expected
