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


LETTER = UNSTATED.replace("$$Z_2 = W_2", "$$A_1 = g(Z_1)$$ $$Z_2 = W_2")
TANH, SIGMOID, RELU = "(1 - A_1^2)", "A_1 * (1 - A_1)", "(Z_1 > 0)"


@pytest.mark.parametrize(
    ("said", "factor", "expected"),
    [
        ("The hidden layer uses ReLU.", RELU, "unproven"),
        ("The hidden layer uses ReLU.", TANH, "refuted"),
        ("Hidden units are rectified linear.", RELU, "unproven"),
        ("The hidden layer uses leaky ReLU.", RELU, "refuted"),
        ("The hidden activation is a sigmoid.", SIGMOID, "unproven"),
        ("The hidden activation is a sigmoid.", RELU, "refuted"),
        ("Hidden units take the hyperbolic tangent.", TANH, "unproven"),
        ("Hidden units take the hyperbolic tangent.", SIGMOID, "refuted"),
        ("The activation may be any function.", TANH, "refuted"),
        ("The hidden layer uses ReLU.", "g'(Z_1)", "verified"),
    ],
)
def test_a_letter_whose_function_words_tell(said: str, factor: str, expected: str) -> None:
    note = f"{said}\n\n{LETTER}\n\n$$dZ_1 = W_2^T dZ_2 * {factor}$$\n"
    assert str(verify_text(note).claims[-1].verdict) == expected
