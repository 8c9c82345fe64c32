"""Points in real numbers: what holds in the field, and nearly everywhere in the reals, is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.check import check
from derive.program import (
    ARGUMENT,
    ONE,
    SCALAR,
    Apply,
    Equation,
    Expr,
    Function,
    Leaf,
    Power,
    Program,
    Symbol,
    Times,
    negate,
    number,
    total,
)

X = Symbol(ARGUMENT, SCALAR)
RELU = Function("relu", Times(X, Apply("step", 0, X)))
PROGRAM = Program({"A": Leaf(("n", "m"))}, {}, {"relu": RELU})
A = PROGRAM.symbol("A")


def step(x: Expr) -> Expr:
    return Apply("step", 0, x)


def active(x: Expr) -> Expr:
    """1 unless no entry of x is positive."""
    return step(Power(total(Apply("relu", 0, x)), Fraction(2)))


@pytest.mark.parametrize("x", [A, negate(A)])
def test_all_entries_may_have_one_sign(x: Expr) -> None:
    assert not check(PROGRAM, Equation(active(x), ONE)).accepted


def test_a_square_is_positive_in_the_reals_too() -> None:
    positive = step(Power(total(Apply("exp", 0, A)), Fraction(2)))
    assert check(PROGRAM, Equation(positive, ONE)).accepted


def test_nineteen_is_positive() -> None:
    claim = Equation(step(Times(number(-19), A)), step(A))
    assert not check(PROGRAM, claim).accepted
