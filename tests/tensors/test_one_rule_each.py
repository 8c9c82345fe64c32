"""Statements that hold or fail by one rule of the engine, which larger claims seldom need."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive import program as p
from derive.program import (
    ARGUMENT,
    SCALAR,
    ZERO,
    Apply,
    Composition,
    Equation,
    Expr,
    Function,
    Gradient,
    Index,
    Jacobian,
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
from derive.tensors import prove

from .build import E, Net, f, grad, num, softmax

NET = Net()
Z, V, B = (NET.leaf(name, "n", "m") for name in "ZVB")
P = NET.leaf("P", "n", "m", "positive")
X, R = NET.leaf("X", "n"), NET.leaf("R", 1, "m")
HALF = Fraction(1, 2)
FORMAL = Symbol(ARGUMENT, SCALAR)
FUNCTIONS = {
    "g": Function("g"),
    "slope": Function("slope", Apply("g", 1, FORMAL)),
    "modulus": Function("modulus", Power(Power(FORMAL, Fraction(2)), HALF)),
}


def proved(left: E, right: E) -> bool:
    program = NET.program(None)
    functions = {**program.functions, **FUNCTIONS}
    named = Program(program.leaves, program.definitions, functions)
    return prove(named, Equation(left.e, right.e), budget=20_000).proved


T = f("tanh", Z)
TRUE = {
    "a derivative of an order that no table holds": (
        f("tanh", Z, 4),
        16 * T - 40 * T**3 + 24 * T**5,
    ),
    "positive content of a sum under a root": ((P * Z + P * V) ** HALF, P**HALF * (Z + V) ** HALF),
    "a step where some values give nothing": (
        f("step", -(Z * V + f("log", f("relu", V)))),
        1 - f("step", Z * V + f("log", f("relu", V))),
    ),
    "partial fractions with a slope": (
        (Z**-1 * (1 + B * Z) ** -1).total(),
        (Z**-1 - B * (1 + B * Z) ** -1).total(),
    ),
    "no reciprocal": ((Z * (1 + Z) ** -1).total(), (1 - (1 + Z) ** -1).total()),
    "partial fractions on one axis": (
        (X**-1 * (1 + X) ** -1 * Z).total(),
        ((X**-1 - (1 + X) ** -1) * Z).total(),
    ),
    "a sum under a sum": (
        (Z.sum(0) * (1 + Z.sum(0)) ** -1 * R).sum(1),
        (R - R * (1 + Z.sum(0)) ** -1).sum(1),
    ),
    "a denominator in a denominator": (
        (1 + (1 + f("exp", Z)) ** -1) ** -1 * (2 + f("exp", Z)),
        1 + f("exp", Z),
    ),
    "a softmax in a denominator": ((1 + softmax(Z, 0).sum(0)) ** -1, HALF * R**0),
    "sums multiplied out": ((Z.sum(1) + X) ** 2, Z.sum(1) ** 2 + 2 * Z.sum(1) * X + X**2),
    "sums in a denominator multiplied out": (
        ((X.T @ Z + R) ** 2 - R**2) * (1 + (X.T @ Z)) ** -1,
        (X.T @ Z) * (X.T @ Z + 2 * R) * (1 + (X.T @ Z)) ** -1,
    ),
    "a derivative in a body": (f("slope", Z), f("g", Z, 1)),
}
FALSE = {
    "partial fractions with a slope": (
        (Z**-1 * (1 + 2 * B * Z) ** -1).total(),
        (Z**-1 - 2 * (1 + 2 * B * Z) ** -1).total(),
    ),
    "a derivative in a body": (f("slope", Z), f("g", Z)),
    "the sign of an argument": (f("modulus", Z, 1), Z**0),
    "a number for an array": (Z**0 + Z**0, num(2)),
    "a row for an array": (0 * Z + R, R),
    "a sum under a sum": (
        (Z.sum(0) * (1 + Z.sum(0)) ** -1 * R).sum(1),
        (R - (1 + Z.sum(0)) ** -1).sum(1),
    ),
}


@pytest.mark.parametrize("name", TRUE)
def test_true(name: str) -> None:
    assert proved(*TRUE[name])


@pytest.mark.parametrize("name", FALSE)
def test_false(name: str) -> None:
    assert not proved(*FALSE[name])


def test_a_gradient_may_be_0_for_half_of_all_values() -> None:
    """So ``step(-x) = 1 - step(x)`` does not hold of it."""
    net = Net()
    z = net.leaf("Z", "n", "m")
    net.define("J", f("relu", z).total())
    dz = grad(net, "Z")
    claim = Equation(f("step", -dz).e, (1 - f("step", dz)).e)
    assert not prove(net.program(), claim).proved


def test_names_of_other_dimensions() -> None:
    program = NET.program(None)
    row = Symbol("X", (1, "n"))
    assert not prove(program, Equation(row, p.Transpose(X.e))).proved


def test_derivatives_by_entries_without_indices() -> None:
    program = NET.program(None)
    whole = Partial(total(X.e), "X", None, None)
    for right in (ZERO, p.ONE):
        assert not prove(program, Equation(whole, right)).proved


# -- derivatives of gradients -----------------------------------------------------------------


def cube() -> tuple[Program, Expr]:
    x = Symbol("w", SCALAR)
    return Program({"w": Leaf(SCALAR)}, {"J": Power(x, Fraction(3))}, {}, "J"), x


@pytest.mark.parametrize("inside", [False, True])
def test_a_gradient_is_not_held(inside: bool) -> None:
    program, _ = cube()
    gradient: Expr = Gradient("w", SCALAR)
    body = Apply("exp", 0, gradient) if inside else gradient
    assert not prove(program, Equation(Partial(body, "w", None, None), ZERO)).proved


def of_a_gradient() -> Program:
    """``J = sum q^2``, with q the derivative of sum g(x) by x."""
    x, i = Symbol("x", ("n", 1)), Index("i", "n")
    slope = p.Build(i, None, Partial(Sum(Symbol("z", x.dims), 0), "x", i, None))
    definitions: dict[str, Expr] = {
        "z": Apply("g", 0, x),
        "q": slope,
        "r": Times(Number(Fraction(2)), Symbol("q", x.dims)),
        "J": total(Power(Symbol("r", x.dims), Fraction(2))),
    }
    return Program({"x": Leaf(x.dims)}, definitions, {"g": Function("g")}, "J")


def test_the_gradient_of_a_cost_that_holds_a_derivative() -> None:
    program, x, i = of_a_gradient(), Symbol("x", ("n", 1)), Index("i", "n")
    first = Times(Number(Fraction(8)), Times(Apply("g", 1, x), Apply("g", 2, x)))
    by_entry = p.Build(i, None, Partial(program.symbol("J"), "x", i, None))
    deep = p.Build(i, None, Partial(total(program.symbol("r")), "x", i, None))
    for left in (program.gradient("x"), by_entry, deep):
        for right in (first, Times(Number(Fraction(0)), x)):
            assert not prove(program, Equation(left, right)).proved


# -- chains -----------------------------------------------------------------------------------


def test_factors_that_do_not_depend_on_one_another() -> None:
    net = Net()
    w, v = net.leaf("W", "n", "n"), net.leaf("V", "n", "n")
    a = net.define("A", f("g", w))
    net.define("C", f("g", v))
    net.define("J", a.total())
    program = net.program()
    chain = (Jacobian("J", "C"), Jacobian("C", "V"))
    assert not prove(program, Composition(Jacobian("J", "V"), chain)).proved
    chain = (Jacobian("J", "A"), Jacobian("A", "nothing"))
    assert not prove(program, Composition(Jacobian("J", "nothing"), chain)).proved
