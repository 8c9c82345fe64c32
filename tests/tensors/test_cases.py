"""Functions of Kronecker deltas, equal summands, and what stands inside arbitrary functions.

True forms and their false neighbours, put to engine and checker.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.check import check
from derive.program import Equation, Function, Leaf, Program
from derive.scalars import table
from derive.tensors import prove
from tests.tensors.build import E, eye, f, num

PROGRAM = Program(
    {"A": Leaf(("n", "n")), "x": Leaf(("n", 1)), "y": Leaf(("n", 1)), "t": Leaf((1, 1))},
    {},
    {
        "g": Function("g"),
        **{name: Function(name, table.body(name)) for name in ("relu", "tanh", "sigmoid")},
    },
)
A, x, y, t = (E(PROGRAM.symbol(name)) for name in ("A", "x", "y", "t"))
ONE, EYE = num(1), eye("n")


def exp(arg: E) -> E:
    return f("exp", arg)


TRUE = {
    "exp of a delta": (exp(EYE), 1 + EYE * (exp(ONE) - 1)),
    "exp of a masked matrix": (exp(A * EYE), 1 + EYE * (exp(A) - 1)),
    "an arbitrary function": (f("g", A * EYE), EYE * f("g", A) + (1 - EYE) * f("g", num(0))),
    "its derivative": (f("g", A + EYE, 1), EYE * f("g", A + 1, 1) + (1 - EYE) * f("g", A, 1)),
    "relu and step": (f("tanh", f("relu", EYE)), f("tanh", f("step", EYE))),
    "a step is idempotent": (f("step", EYE) @ f("step", EYE), EYE),
    "a logarithm": (f("log", 1 + EYE), EYE * f("log", num(2))),
    "a sum along an axis of one": (f("g", x).sum(1), f("g", x)),
    "logarithms of large numbers": (f("log", num(10_201)), 2 * f("log", num(101))),
    "logarithms of numbers": (f("log", num(12)) - f("log", num(3)), 2 * f("log", num(2))),
    "a logarithm of a fraction": (f("log", num(Fraction(4, 9))), 2 * f("log", num(Fraction(2, 3)))),
    "a denominator": ((1 + EYE) ** -1, 1 - EYE * Fraction(1, 2)),
    "a root": ((4 + 5 * EYE) ** Fraction(1, 2), 2 + EYE),
    "a logistic": (f("sigmoid", A * EYE), EYE * f("sigmoid", A) + (1 - EYE) * Fraction(1, 2)),
    "two deltas": (f("g", EYE + 2 * EYE), EYE * f("g", num(3)) + (1 - EYE) * f("g", num(0))),
    "denominators inside of sums": (
        f("tanh", f("log", 1 + exp(y)), 1).T @ x,
        (1 - f("tanh", f("log", 1 + exp(y))) ** 2).T @ x,
    ),
    "an exponential inside": (f("g", exp(x)), f("g", exp(-x) ** -1)),
    "nested exponentials inside": (f("g", exp(exp(-x))), f("g", exp(exp(x) ** -1))),
    "inside of a derivative": (f("g", exp(t) * exp(t), 1), f("g", exp(2 * t), 1)),
}

FALSE = {
    "exp of a delta": (exp(EYE), 1 + EYE * exp(ONE)),
    "exp of a masked matrix": (exp(A * EYE), EYE * exp(A)),
    "an arbitrary function": (f("g", A * EYE), EYE * f("g", A)),
    "its derivative": (f("g", A + EYE, 1), EYE * f("g", A, 1) + (1 - EYE) * f("g", A + 1, 1)),
    "relu and step": (f("tanh", f("relu", 2 * EYE)), f("tanh", f("step", EYE))),
    "a step is idempotent": (f("step", A) @ f("step", EYE), f("step", EYE)),
    "a logarithm": (f("log", 1 + EYE), EYE * f("log", num(3))),
    "logarithms of numbers": (f("log", num(12)) - f("log", num(3)), f("log", num(2))),
    "a logarithm of a fraction": (f("log", num(Fraction(4, 9))), f("log", num(Fraction(2, 3)))),
    "a denominator": ((1 + EYE) ** -1, 1 - EYE),
    "a root": ((4 + 5 * EYE) ** Fraction(1, 2), 2 + 5 * EYE),
    "a logistic": (f("sigmoid", A * EYE), EYE * f("sigmoid", A)),
    "two deltas": (f("g", EYE + 2 * EYE), EYE * f("g", num(2)) + (1 - EYE) * f("g", num(0))),
    "denominators inside of sums": (
        f("tanh", f("log", 1 + exp(y)), 1).T @ x,
        (1 - f("tanh", f("log", 1 + exp(y)))).T @ x,
    ),
    "summands of which some are equal": (
        f("tanh", f("log", 1 + exp(y)), 1).T @ x + t,
        (1 - f("tanh", f("log", 1 + exp(y))) ** 2).T @ x + 2 * t,
    ),
    "an exponential inside": (f("g", exp(x)), f("g", exp(-x))),
    "a logarithm of the opposite": (f("log", -x), f("log", x)),
    "one minus a square": (
        (1 - f("sigmoid", -x) ** 2) ** -1,
        (exp(x) * f("sigmoid", -x) ** 2) ** -1,
    ),
    "nested exponentials inside": (f("g", exp(exp(-x))), f("g", exp(exp(x)))),
    "inside of a derivative": (f("g", exp(t) * exp(t), 1), f("g", exp(2 * t))),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_forms_are_proved_and_accepted(name: str) -> None:
    left, right = TRUE[name]
    claim = Equation(left.e, right.e)
    assert prove(PROGRAM, claim).reason == ""
    assert check(PROGRAM, claim).reason == ""


@pytest.mark.parametrize("name", FALSE)
def test_false_neighbours_are_neither(name: str) -> None:
    left, right = FALSE[name]
    claim = Equation(left.e, right.e)
    assert not prove(PROGRAM, claim).proved
    assert not check(PROGRAM, claim).accepted
