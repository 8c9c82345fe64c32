"""The reverse sweep refuses what it has no rule for."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.check.domains import Field, Unsupported
from derive.check.evaluate import World
from derive.check.graph import Graph
from derive.program import SCALAR, Leaf, Plus, Power, Program, Symbol


def test_a_derivative_of_the_cost_is_not_swept_through() -> None:
    x = Symbol("x", SCALAR)
    program = Program({"x": Leaf(SCALAR)}, {"J": Power(x, Fraction(3))}, cost="J")
    domain = Field(1, seed=0)
    world = World(Graph(program), domain, {}, lambda *what: domain.random(*what))
    root = Plus(x, program.gradient("x"))
    assert world.pulled_back(x, [[world.one]], "x") == [[1]]
    with pytest.raises(Unsupported, match="derivative of a derivative"):
        world.pulled_back(root, [[world.one]], "x")
