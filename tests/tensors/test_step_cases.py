"""Functions of steps by cases, and roots of even powers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.check import check
from derive.program import SCALAR, Equation, Symbol
from derive.tensors import prove
from tests.tensors.build import E, Net, f, num

NET = Net()
X = NET.leaf("x", "n", "m")
Y = NET.leaf("y", "n", "m")
R = NET.leaf("r", 1, "m")
ALPHA = E(Symbol("alpha", SCALAR))
PROGRAM = NET.program(None)
HALF = Fraction(1, 2)


def exp(x: E) -> E:
    return f("exp", x)


def relu(x: E) -> E:
    return f("relu", x)


STEP, SIZE_OF = f("step", X), f("abs", X)
TRUE = {
    "elu by relu": (f("elu", X), relu(X) + ALPHA * (exp(-relu(-X)) - 1)),
    "exponential of relu": (exp(relu(X)), STEP * exp(X) + 1 - STEP),
    "both exponentials": (exp(relu(X)) + exp(-relu(-X)), 1 + exp(X)),
    "sums over an axis": (
        (Y * exp(relu(X))).sum(0),
        (Y * (STEP * exp(X) + 1 - STEP)).sum(0),
    ),
    "an arbitrary function of a sum": (
        f("g", exp(relu(R)) * Y.sum(0)),
        f("step", R) * f("g", exp(R) * Y.sum(0)) + (1 - f("step", R)) * f("g", Y.sum(0)),
    ),
    "an arbitrary function": (f("g", relu(X)), STEP * f("g", X) + (1 - STEP) * f("g", num(0))),
    "two steps": (
        exp(relu(X) + relu(Y)),
        (STEP * exp(X) + 1 - STEP) * (f("step", Y) * exp(Y) + 1 - f("step", Y)),
    ),
    "a denominator": ((1 + STEP * X**2) ** -1, 1 - STEP + STEP * (1 + X**2) ** -1),
    "root of a square": ((X**2) ** HALF, SIZE_OF),
    "root of a fourth power": ((X**4) ** HALF, X**2),
    "a power of a root": ((X**2) ** Fraction(3, 2), SIZE_OF**3),
    "a reciprocal root": ((X**2) ** -HALF, SIZE_OF**-1),
    "root of a product": (((X * Y) ** 2) ** HALF, SIZE_OF * f("abs", Y)),
    "root of the square of a root": ((X**2 * exp(X)) ** HALF, SIZE_OF * exp(HALF * X)),
}
FALSE = {
    "elu by relu, a sign": (f("elu", X), relu(X) + ALPHA * (exp(-relu(X)) - 1)),
    "exponential of relu": (exp(relu(X)), STEP * exp(X)),
    "one case only": (exp(relu(X)), exp(X)),
    "the other case only": (exp(relu(X)), X**0),
    "sums over an axis": (exp(relu(X)).sum(0), STEP.sum(0) * exp(X).sum(0)),
    "an arbitrary function": (f("g", relu(X)), STEP * f("g", X)),
    "root of a square": ((X**2) ** HALF, X),
    "root of a square, relu": ((X**2) ** HALF, relu(X)),
    "root of a sixth power": ((X**6) ** HALF, X**3),
    "a reciprocal root": ((X**2) ** -HALF, X**-1),
    "root of a product": (((X * Y) ** 2) ** HALF, X * f("abs", Y)),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_forms(name: str) -> None:
    left, right = TRUE[name]
    claim = Equation(left.e, right.e)
    assert prove(PROGRAM, claim).reason == ""
    assert check(PROGRAM, claim).reason == ""


@pytest.mark.parametrize("name", FALSE)
def test_false_forms(name: str) -> None:
    left, right = FALSE[name]
    claim = Equation(left.e, right.e)
    assert not prove(PROGRAM, claim).proved
    assert not check(PROGRAM, claim).accepted


def test_a_case_without_a_value_proves_nothing() -> None:
    claim = Equation((exp(relu(X)) / STEP).e, (X * exp(X)).e)
    assert not prove(PROGRAM, claim).proved


SUMMED = NET.leaf("S", "n", "k") @ NET.leaf("T", "k", "m") + NET.leaf("u", "n", 1)


@pytest.mark.parametrize(
    ("other", "holds"),
    [
        (relu(SUMMED), True),
        (f("abs", SUMMED) * f("step", SUMMED), True),
        (relu(SUMMED) + 1, False),
        (relu(-SUMMED), False),
        (-relu(SUMMED), False),
        (relu(SUMMED) - relu(-SUMMED), True),
        (relu(SUMMED - 1), False),
    ],
)
def test_the_step_of_a_rectified_sum_of_products(other: E, holds: bool) -> None:
    program, claim = NET.program(None), Equation(f("step", SUMMED).e, f("step", other).e)
    assert prove(program, claim).proved is holds
    assert check(program, claim).accepted is holds
