"""The derivative of a gradient of the cost is refused, never computed as if it were one."""

from __future__ import annotations

from fractions import Fraction

from derive.check import Screen, check
from derive.program import (
    SCALAR,
    Apply,
    Build,
    Entry,
    Equation,
    Function,
    Gradient,
    Index,
    Leaf,
    Number,
    Partial,
    Power,
    Program,
    Sum,
    Symbol,
    Times,
    total,
)


def test_the_derivative_of_a_gradient_is_refused() -> None:
    x = Symbol("w", SCALAR)
    program = Program({"w": Leaf(SCALAR)}, {"J": Power(x, Fraction(3))}, {}, "J")
    second = Partial(Gradient("w", SCALAR), "w", None, None)
    for right in (Number(Fraction(0)), second, Times(Number(Fraction(5)), second)):
        found = check(program, Equation(second, right))
        assert not found.accepted
        assert "derivative of a derivative" in found.reason


def test_the_screen_differentiates_twice() -> None:
    x = Symbol("w", SCALAR)
    program = Program({"w": Leaf(SCALAR)}, {"J": Power(x, Fraction(3))}, {}, "J")
    second = Partial(Gradient("w", SCALAR), "w", None, None)
    screen = Screen(program)
    assert screen.agrees(Equation(second, Times(Number(Fraction(6)), x))) is True
    assert screen.agrees(Equation(second, Times(Number(Fraction(3)), x))) is False
    assert screen.agrees(Equation(second, Number(Fraction(0)))) is False


def test_the_gradient_of_a_cost_that_holds_a_derivative_is_refused() -> None:
    x, i = Symbol("x", ("n", 1)), Index("i", "n")
    z = Symbol("z", ("n", 1))
    slope = Build(i, None, Partial(Sum(z, 0), "x", i, None))
    definitions = {
        "z": Apply("g", 0, x),
        "q": slope,
        "J": total(Power(Symbol("q", ("n", 1)), Fraction(2))),
    }
    program = Program({"x": Leaf(("n", 1))}, definitions, {"g": Function("g")}, "J")
    right = Times(Number(Fraction(2)), Times(Apply("g", 1, x), Apply("g", 2, x)))
    for side in (right, Times(Number(Fraction(0)), x)):
        found = check(program, Equation(Gradient("x", ("n", 1)), side))
        assert not found.accepted
        assert "derivative of a derivative" in found.reason
        entry = Equation(Entry(Gradient("x", ("n", 1)), i, None), Entry(side, i, None), (i,))
        assert Screen(program).agrees(entry) is None
