"""A hidden layer of which no line says what it applies: true of a usual function, left open."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

UNSTATED = (
    r"$$Z_1 = W_1 X + b_1$$ $$Z_2 = W_2 A_1 + b_2$$ $$A_2 = \sigma(Z_2)$$"
    r"$$J = \frac{1}{2m} \sum (A_2 - Y)^2$$"
)
STATED = UNSTATED + r"$$A_1 = \sigma(Z_1)$$"


@pytest.mark.parametrize(
    ("note", "right", "expected"),
    [
        (UNSTATED, r"W_2^T dZ_2 * (1 - A_1^2)", "unproven"),
        (UNSTATED, r"W_2^T dZ_2 * A_1 * (1 - A_1)", "unproven"),
        (UNSTATED, r"W_2^T dZ_2 * (Z_1 > 0)", "unproven"),
        (UNSTATED, r"W_2^T dZ_2 * (1 + A_1^2)", "refuted"),
        (UNSTATED, r"-W_2^T dZ_2 * (1 - A_1^2)", "refuted"),
        (UNSTATED, r"W_2 dZ_2 * (1 - A_1^2)", "refuted"),
        (UNSTATED, r"W_2^T dZ_2 * A_1", "refuted"),
        (UNSTATED, r"W_2^T dZ_2", "refuted"),
        (STATED, r"W_2^T dZ_2 * A_1 * (1 - A_1)", "verified"),
        (STATED, r"W_2^T dZ_2 * (1 - A_1^2)", "refuted"),
        (STATED, r"W_2^T dZ_2 * (Z_1 > 0)", "refuted"),
    ],
)
def test_lines(note: str, right: str, expected: str) -> None:
    claim = verify_text(f"{note}\n\n$$dZ_1 = {right}$$\n").claims[-1]
    assert str(claim.verdict) == expected
