"""Absolute values, signs and the sum of absolute values in notes."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

LASSO = r"""
$$F(w) = \frac{1}{2} \|y - Xw\|_2^2 + \lambda \|w\|_1$$
$$\nabla F(w) = X^T (Xw - y) + \lambda \text{sign}(w)$$
"""
NET = r"""
$$R(w) = \lambda_1 \sum_i |w_i| + \lambda_2 \sum_i w_i^2$$
$$\frac{\partial R}{\partial w_i} = \lambda_1 \text{sign}(w_i) + 2\lambda_2 w_i$$
"""
_F = r"\nabla F(w) = "
_R = r"\frac{\partial R}{\partial w_j} = "


def last(note: str, line: str) -> tuple[str, tuple[str, ...]]:
    """The verdict of a line behind a note, with its conditions."""
    found = verify_text(f"{note}\n$${line}$$").claims[-1]
    return found.verdict.value, tuple(found.side_conditions)


@pytest.mark.parametrize(("note", "line"), [
    (LASSO, _F + r"-X^T (y - Xw) + \lambda \operatorname{sgn}(w)"),
    (NET, _R + r"\lambda_1 \operatorname{sgn}(w_j) + 2 \lambda_2 w_j"),
])  # fmt: skip
def test_true_lines(note: str, line: str) -> None:
    """They hold where no entry is 0, and say so."""
    assert last(note, line) == ("verified", ("arguments of step functions are not 0",))


@pytest.mark.parametrize(("note", "line"), [
    (LASSO, _F + r"X^T (Xw - y) - \lambda \text{sign}(w)"),
    (LASSO, _F + r"X^T (Xw - y) + \text{sign}(w)"),
    (LASSO, _F + r"X^T (Xw - y) + \lambda w"),
    (LASSO, _F + r"X^T (Xw - y) + \lambda \|w\|_1"),
    (LASSO, _F + r"X^T (Xw - y) + 2 \lambda \text{sign}(w)"),
    (LASSO, _F + r"X^T (Xw - y) + \lambda \text{sign}(y)"),
    (NET, _R + r"\lambda_1 |w_j| + 2 \lambda_2 w_j"),
    (NET, _R + r"\lambda_1 \text{sign}(w_j) + \lambda_2 w_j"),
    (NET, _R + r"\lambda_1 + 2 \lambda_2 w_j"),
    (NET, _R + r"-\lambda_1 \text{sign}(w_j) + 2 \lambda_2 w_j"),
])  # fmt: skip
def test_wrong_lines(note: str, line: str) -> None:
    """A sign, a factor, another norm."""
    assert last(note, line)[0] == "refuted"


@pytest.mark.parametrize("line", [
    r"\nabla_w \|w\|_1 = \frac{w}{\|w\|_1}",
    r"\nabla_w \|w\|_2 = \text{sign}(w)",
    r"\|w\|_1 = \|w\|_2",
    r"|w| = \|w\|_1",
])  # fmt: skip
def test_norms_are_told_apart(line: str) -> None:
    """One is no other, and bars around a vector may be its length."""
    assert last(LASSO, line)[0] != "verified"
