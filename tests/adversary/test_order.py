"""Where the order of the real numbers matters: steps at what is 0, signs of constants, roots.

Each false form here was once accepted by one side.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.check import check
from derive.program import ONE as UNIT
from derive.program import (
    SCALAR,
    Apply,
    Equation,
    Expr,
    Function,
    Leaf,
    Plus,
    Power,
    Program,
    Symbol,
    Times,
    minus,
    negate,
    number,
)
from derive.scalars import table
from derive.tensors import prove

from .floats import Truth

SHAPE = ("n", "m")
ARGUMENT = Symbol("x", SCALAR)
RELU = {"relu": Function("relu", table.body("relu"))}
LEAVES = {"Z": Leaf(SHAPE), "V": Leaf(SHAPE), "P": Leaf(SHAPE, "positive")}
PROGRAM = Program(
    LEAVES, {"A": Apply("relu", 0, Symbol("Z", SHAPE)), "B": Symbol("Z", SHAPE)}, RELU
)
A, B, Z, V, P = (PROGRAM.symbol(name) for name in "ABZVP")
TWO = Fraction(2)


def step(e: Expr) -> Expr:
    return Apply("step", 0, e)


def root(value: int) -> Expr:
    return Power(number(value), Fraction(1, 2))


FALSE: dict[str, tuple[Expr, Expr]] = {
    "opposite of a ReLU": (step(negate(A)), minus(UNIT, step(A))),
    "opposite of a ReLU, written out": (
        step(negate(Apply("relu", 0, Z))),
        minus(UNIT, step(Apply("relu", 0, Z))),
    ),
    "opposite of a product with a step": (
        step(negate(Times(Z, step(V)))),
        minus(UNIT, step(Times(Z, step(V)))),
    ),
    "square of a ReLU dropped": (step(Times(Power(A, TWO), V)), step(V)),
    "square with a step dropped": (step(Times(Power(Times(Z, step(V)), TWO), Z)), step(Z)),
    "relu' of the negative": (
        Apply("relu", 1, negate(A)),
        minus(UNIT, Apply("relu", 1, Z)),
    ),
    "sign of 17": (step(Times(number(-17), Z)), step(Z)),
    "sign of 19": (step(Times(number(-19), Z)), step(Z)),
    "sign of 23": (step(Times(number(-23), Z)), step(Z)),
    "sign of a sum of constants": (
        step(negate(Plus(Times(number(9), Z), Times(number(10), Z)))),
        step(Z),
    ),
    "negative root of 361": (root(361), number(-19)),
    "negative root of 529": (root(529), number(-23)),
    "negative root of 841": (root(841), number(-29)),
}
TRUE: dict[str, tuple[Expr, Expr]] = {
    "opposite": (step(negate(Z)), minus(UNIT, step(Z))),
    "opposite of a name": (step(negate(B)), minus(UNIT, step(B))),
    "opposite of a sum with a ReLU": (step(negate(Plus(A, V))), minus(UNIT, step(Plus(A, V)))),
    "step of a ReLU": (step(A), step(Z)),
    "square dropped": (step(Times(Power(Z, TWO), V)), step(V)),
    "positive factor dropped": (step(Times(P, V)), step(V)),
    "ReLU is its argument times a step": (A, Times(Z, step(A))),
    "root of a positive exponential": (
        Power(Power(Apply("exp", 0, Apply("exp", 0, Z)), Fraction(1, 2)), TWO),
        Apply("exp", 0, Apply("exp", 0, Z)),
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_form_is_accepted_by_neither_side(name: str) -> None:
    statement = Equation(*FALSE[name])
    assert Truth(PROGRAM)(statement) is False
    assert not prove(PROGRAM, statement).proved
    assert not check(PROGRAM, statement).accepted


@pytest.mark.parametrize("name", TRUE)
def test_a_true_form_is_verified(name: str) -> None:
    statement = Equation(*TRUE[name])
    assert Truth(PROGRAM)(statement) is True
    assert prove(PROGRAM, statement).proved
    assert check(PROGRAM, statement).accepted
