"""A Greek capital is a matrix and another letter than the small one: a covariance is no number."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

CAPITALS = ("\\Sigma", "\\Delta", "\\Gamma", "\\Lambda", "\\Psi", "\\Pi", "\\Omega", "A")


@pytest.mark.parametrize("letter", CAPITALS)
@pytest.mark.parametrize("power", ["", "^{-1}"])
def test_a_quadratic_form_has_two_halves(letter: str, power: str) -> None:
    """``2 Sigma x`` is the gradient of ``x^T Sigma x`` only where Sigma is symmetric."""
    matrix = letter + power
    note = f"$f(x) = x^T {matrix} x$\n\n$$\\nabla_x f(x) = 2 {matrix} x$$\n"
    assert verify_text(note).claims[-1].verdict.value in ("refuted", "unproven")


@pytest.mark.parametrize("letter", [letter for letter in CAPITALS if letter != "\\Delta"])
def test_both_halves(letter: str) -> None:
    """Delta before a letter may be a difference: the other capitals are matrices."""
    note = f"$f(x) = x^T {letter} x$\n\n$$\\nabla_x f(x) = ({letter} + {letter}^T) x$$\n"
    assert verify_text(note).claims[-1].verdict.value == "verified"


def test_an_inverse_covariance_is_no_inverse_sigmoid() -> None:
    note = "$f(x) = (x-\\mu)^T \\Sigma^{-1} (x-\\mu)$\n\n$$\\nabla_x f = 2\\Sigma^{-1}(x-\\mu)$$\n"
    assert verify_text(note).claims[-1].verdict.value == "unproven"
