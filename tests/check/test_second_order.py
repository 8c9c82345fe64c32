"""The derivative of a gradient of the cost is refused, never computed as if it were one."""

from __future__ import annotations

from fractions import Fraction

from derive.check import check
from derive.program import (
    SCALAR,
    Equation,
    Gradient,
    Leaf,
    Number,
    Partial,
    Power,
    Program,
    Symbol,
    Times,
)


def test_the_derivative_of_a_gradient_is_refused() -> None:
    x = Symbol("w", SCALAR)
    program = Program({"w": Leaf(SCALAR)}, {"J": Power(x, Fraction(3))}, {}, "J")
    second = Partial(Gradient("w", SCALAR), "w", None, None)
    for right in (Number(Fraction(0)), second, Times(Number(Fraction(5)), second)):
        found = check(program, Equation(second, right))
        assert not found.accepted
        assert "derivative of a derivative" in found.reason
