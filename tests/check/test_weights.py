"""Axes with weights: sums, identities, deltas and derivatives by an entry fit together there."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.check import check
from derive.check.acceptance import POINTS, POINTS_WITH_ROOTS, POINTS_WITH_STEPS
from derive.program import (
    Apply,
    Build,
    Delta,
    Entry,
    Equation,
    Expr,
    Eye,
    Index,
    Leaf,
    MatMul,
    Power,
    Program,
    Size,
    Sum,
    SumOver,
    Symbol,
    Times,
    number,
    total,
)

X, W = Symbol("x", ("n", 1)), Symbol("W", ("n", "n"))
I, J = Index("i", "n"), Index("j", "n")  # noqa: E741
TWO = Fraction(2)
LEAVES = {"x": Leaf(X.dims), "W": Leaf(W.dims)}


STEP = Apply("step", 0, W)
MANY = MatMul(MatMul(STEP, W), MatMul(MatMul(W, W), MatMul(W, W)))


def at(e: Expr, row: Index, column: Index | None = None) -> Expr:
    return Entry(e, row, column)


@pytest.mark.parametrize(
    "cost",
    [
        SumOver(I, Power(at(X, I), TWO)),
        total(Build(I, None, Power(at(X, I), TWO))),
        Sum(SumOver(J, Times(at(X, J), at(X, J))), 0),
    ],
)
def test_gradients_of_sums_over_an_index(cost: Expr) -> None:
    program = Program(LEAVES, {"J": cost}, {}, "J")
    dx = program.gradient("x")
    found = check(program, Equation(dx, Times(number(2), X)))
    assert found.accepted
    assert found.points == POINTS
    assert not check(program, Equation(dx, X)).accepted


@pytest.mark.parametrize(
    ("left", "right", "free"),
    [
        (MatMul(Eye("n"), X), X, ()),
        (MatMul(W, Eye("n")), W, ()),
        (SumOver(J, Times(Delta(I, J), at(X, J))), at(X, I), (I,)),
        (SumOver(I, SumOver(J, Delta(I, J))), Size("n"), ()),
        (SumOver(I, SumOver(J, Times(Delta(I, J), at(X, J)))), Sum(X, 0), ()),
    ],
)
def test_identities_need_no_axes_without_weights(
    left: Expr, right: Expr, free: tuple[Index, ...]
) -> None:
    many = Power(Size("n"), TWO)  # a factor for which axes without weights take more points
    found = check(Program(LEAVES, {}), Equation(Times(many, left), Times(many, right), free))
    assert found.accepted
    assert found.points == POINTS


@pytest.mark.parametrize(
    ("left", "right", "points"),
    [
        (Times(X, X), Power(X, TWO), POINTS),
        (
            Power(Power(Apply("exp", 0, X), Fraction(1, 2)), TWO),
            Apply("exp", 0, X),
            POINTS_WITH_ROOTS,
        ),
        (Times(Apply("step", 0, X), X), Times(X, Apply("step", 0, X)), POINTS_WITH_STEPS[1]),
        (MANY, MatMul(MatMul(MatMul(STEP, W), W), MatMul(W, MatMul(W, W))), POINTS_WITH_STEPS[0]),
    ],
)
def test_chances_of_roots_and_steps_need_more_points(left: Expr, right: Expr, points: int) -> None:
    found = check(Program(LEAVES, {}), Equation(left, right))
    assert found.accepted
    assert found.points == points


def test_sizes_are_positive() -> None:
    program = Program(LEAVES, {})
    step = Apply("step", 0, Size("n"))
    root = Power(Size("n"), Fraction(1, 2))
    assert check(program, Equation(Times(step, X), X)).accepted
    assert check(program, Equation(Times(Times(root, root), X), Times(Size("n"), X))).accepted
    assert not check(program, Equation(Times(step, X), Times(number(0), X))).accepted
