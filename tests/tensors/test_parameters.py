"""Parameters that stand in the body of a function, as the slope of a leaky ReLU that is learned:
what applies the function depends on them."""

from __future__ import annotations

import pytest

from derive.check import check
from derive.program import (
    ARGUMENT,
    SCALAR,
    ZERO,
    Apply,
    Composition,
    Equation,
    Expr,
    Function,
    Jacobian,
    Leaf,
    Partial,
    Plus,
    Program,
    Symbol,
    Times,
    total,
)
from derive.tensors import prove

X, A, W = Symbol(ARGUMENT, SCALAR), Symbol("a", SCALAR), Symbol("W", ("n", "k"))
FUNCTIONS = {
    "line": Function("line", Times(A, X)),
    "around": Function("around", Apply("line", 0, X)),
    "g": Function("g"),
    "curve": Function("curve", Apply("g", 0, Times(A, X))),
}


def net(function: str) -> Program:
    """``J = sum f(f(W))``, with W (n, k)."""
    inner = Apply(function, 0, W)
    outer = total(Apply(function, 0, Symbol("Z", W.dims)))
    leaves = {"W": Leaf(W.dims), "a": Leaf(SCALAR)}
    return Program(leaves, {"Z": inner, "J": outer}, FUNCTIONS, "J")


def slope_by_a(program: Program, function: str) -> Expr:
    z = program.symbol("Z")
    if function == "curve":
        outer, inner = Apply("g", 1, Times(A, z)), Apply("g", 1, Times(A, W))
        return total(Times(outer, Plus(z, Times(A, Times(inner, W)))))
    return total(Plus(z, Times(A, W)))


@pytest.mark.parametrize("function", ["line", "around", "curve"])
def test_a_cost_depends_on_them(function: str) -> None:
    program = net(function)
    by_entry = Partial(Symbol("J", SCALAR), "a", None, None)
    right = slope_by_a(program, function)
    only_outer = total(program.symbol("Z"))
    for left in (program.gradient("a"), by_entry):
        assert prove(program, Equation(left, right)).proved
        assert check(program, Equation(left, right)).accepted
        for wrong in (ZERO, only_outer):
            assert not prove(program, Equation(left, wrong)).proved
            assert not check(program, Equation(left, wrong)).accepted


@pytest.mark.parametrize("function", ["line", "around"])
def test_a_way_around_by_a_function(function: str) -> None:
    """J depends on a by Z and by its own function: not by Z alone."""
    program = net(function)
    chain = Composition(Jacobian("J", "a"), (Jacobian("J", "Z"), Jacobian("Z", "a")))
    assert not prove(program, chain).proved
    assert not check(program, chain).accepted


def test_functions_that_share_a_name_are_told_apart() -> None:
    """The same definitions over other functions are another program."""
    program = net("line")
    plain = {**FUNCTIONS, "line": Function("line", Times(X, X))}
    other = Program(program.leaves, program.definitions, plain, "J")
    claim = Equation(program.gradient("a"), ZERO)
    for one, truth in ((program, False), (other, True), (program, False)):
        assert prove(one, claim).proved is truth
        assert check(one, claim).accepted is truth
