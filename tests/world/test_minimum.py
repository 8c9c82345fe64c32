"""Equations that hold where a gradient is zero are conditions, whatever words stand beside them."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

SQUARES = r"$$J(\theta) = \frac{1}{2} (X\theta - y)^T (X\theta - y)$$"
MEAN = r"$$\hat y = X w$$ $$L = \frac{1}{2n} \|\hat y - y\|^2$$"
RIDGE = r"$$J = \|X w - y\|^2 + \lambda \|w\|^2$$"
BIAS = r"$$\hat y = X w + b$$ $$L = \frac{1}{2n} \sum_{i=1}^n (\hat y_i - y_i)^2$$"


def _verdict(note: str, line: str) -> str:
    text = f"{note}\n\nSo\n\n$${line}$$\n"
    return str(verify_text(text).claims[-1].verdict)


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (SQUARES, r"X^T X \theta = X^T y"),
        (SQUARES, r"X^T y = X^T X \theta"),
        (MEAN, r"X^T X w = X^T y"),
        (RIDGE, r"(X^T X + \lambda I) w = X^T y"),
        (BIAS, r"X^T \hat y = X^T y"),
    ],
)
def test_the_equation_of_a_minimum_is_left_open(note: str, line: str) -> None:
    assert _verdict(note, line) == "unproven"


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (SQUARES, r"X^T X \theta = 2 X^T y"),
        (SQUARES, r"X^T X \theta = - X^T y"),
        (SQUARES, r"X X^T \theta = X^T y"),
        (MEAN, r"X^T X w = \frac{1}{n} X^T y"),
        (MEAN, r"X^T X w = X^T X y"),
        (RIDGE, r"(X^T X + 2 \lambda I) w = X^T y"),
        (RIDGE, r"(X^T X - \lambda I) w = X^T y"),
        (RIDGE, r"X^T X w = X^T y"),
        (BIAS, r"X^T \hat y = 2 X^T y"),
        (BIAS, r"X^T \hat y = X^T (y + b)"),
    ],
)
def test_what_is_no_multiple_of_a_gradient_is_refuted(note: str, line: str) -> None:
    assert _verdict(note, line) == "refuted"
