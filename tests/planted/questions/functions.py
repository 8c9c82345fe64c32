"""Functions with a formula of their own; roots, logarithms and constants."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive import program as p
from derive.program import Equation, Program
from tests.adversary.floats import Truth
from tests.tensors.build import KNOWN

from .question import CHECKER_ALONE, ENGINE_ALONE, SIGNED, SIZE, Question


def own_functions() -> Iterator[Question]:
    """Functions with a formula of their own, one under a name that the table knows."""
    x, z = p.Symbol("x", p.SCALAR), p.Symbol("Z", SIZE)
    cube, square = p.Power(x, Fraction(3)), p.Power(x, Fraction(2))
    functions = {
        "cube": p.Function("cube", cube),
        "tanh": p.Function("tanh", square),
        "g": p.Function("g"),
        "inner": p.Function("inner", p.Apply("g", 0, square)),
    }
    program = Program({"Z": p.Leaf(SIZE)}, {}, functions)
    truth = Truth(program)

    def f(name: str, order: int, at: p.Expr = z) -> p.Expr:
        return p.Apply(name, order, at)

    def by(factor: int, e: p.Expr) -> p.Expr:
        return p.Times(p.number(factor), e)

    squared = p.Power(z, Fraction(2))
    for left, right in (
        (f("cube", 1), by(3, squared)),
        (f("cube", 2), by(6, z)),
        (f("cube", 2), by(3, squared)),
        (f("tanh", 0), squared),
        (f("tanh", 1), by(2, z)),
        (f("tanh", 1), p.minus(p.ONE, p.Power(f("tanh", 0), Fraction(2)))),
        (f("inner", 0), f("g", 0, squared)),
        (f("inner", 1), by(2, p.Times(z, f("g", 1, squared)))),
        (f("inner", 1), by(2, p.Times(z, f("g", 0, squared)))),
        (
            f("inner", 2),
            p.Plus(by(2, f("g", 1, squared)), by(4, p.Times(squared, f("g", 2, squared)))),
        ),
    ):
        statement = Equation(left, right)
        word = truth(statement)
        assert word is not None, statement
        yield "own functions", program, statement, word


def powers() -> Iterator[Question]:
    """Roots, logarithms and constants."""
    leaves = {"P": p.Leaf(SIZE, "positive"), "Q": p.Leaf(SIZE, "unit"), "Z": p.Leaf(SIZE)}
    names = ("sigmoid", "relu", "softplus", "tanh")
    program = Program(leaves, {}, {name: KNOWN[name] for name in names})
    truth = Truth(program)
    pos, unit, z = (program.symbol(n) for n in "PQZ")

    def f(name: str, x: p.Expr) -> p.Expr:
        return p.Apply(name, 0, x)

    def to(x: p.Expr, over: int, under: int = 1) -> p.Expr:
        return p.Power(x, Fraction(over, under))

    two = p.number(2)
    sides = [
        (to(p.Times(pos, pos), 1, 2), pos),
        (to(p.Times(z, z), 1, 2), z),
        (to(p.Times(p.number(12), pos), 1, 2), p.Times(p.Times(two, to(p.number(3), 1, 2)), to(pos, 1, 2))),
        (to(p.Times(p.number(8), pos), -1, 3), p.Times(p.number(Fraction(1, 2)), to(pos, -1, 3))),
        (to(p.Plus(pos, unit), -1), p.Plus(to(pos, -1), to(unit, -1))),
        (f("log", p.Times(pos, unit)), p.Plus(f("log", pos), f("log", unit))),
        (f("log", p.divide(pos, unit)), p.minus(f("log", pos), f("log", unit))),
        (f("log", p.Plus(pos, unit)), p.Plus(f("log", pos), f("log", unit))),
        (f("log", f("exp", z)), z),
        (f("exp", f("log", pos)), pos),
        (f("exp", p.Times(two, f("log", pos))), p.Times(two, pos)),
        (f("exp", p.Times(two, f("log", pos))), p.Times(pos, pos)),
        (f("erf", p.negate(z)), p.negate(f("erf", z))),
        (f("cos", p.negate(z)), f("cos", z)),
        (f("sin", p.negate(z)), f("sin", z)),
        (f("sin", p.negate(z)), p.negate(f("sin", z))),
        (p.Plus(to(f("sin", z), 2), to(f("cos", z), 2)), p.Plus(p.ONE, to(z, 2))),
        (p.Plus(to(f("sin", z), 2), to(f("cos", z), 2)), to(pos, 0)),
        (f("step", p.Times(two, z)), f("step", z)),
        (f("step", p.Times(pos, z)), f("step", z)),
        (f("step", p.Times(z, z)), p.Power(f("step", z), Fraction(1))),
        (f("step", SIGNED[0]), to(pos, 0)),
        (to(f("step", z), 2), f("step", z)),
        (f("step", SIGNED[1]), to(unit, 0)),
        (f("step", SIGNED[2]), p.Times(p.ZERO, unit)),
        (f("step", f("relu", z)), f("step", z)),
        (p.divide(p.minus(to(pos, 2), to(unit, 2)), p.minus(pos, unit)), p.Plus(pos, unit)),
        (p.divide(p.Plus(to(pos, 2), to(unit, 2)), p.Plus(pos, unit)), p.Plus(pos, unit)),
        (
            p.minus(to(unit, -1), to(p.minus(unit, p.ONE), -1)),
            to(p.Times(unit, p.minus(p.ONE, unit)), -1),
        ),
        (
            p.Sum(p.minus(to(unit, -1), to(p.minus(unit, p.ONE), -1)), 0),
            p.Sum(to(p.Times(unit, p.minus(p.ONE, unit)), -1), 0),
        ),
        (
            p.Sum(p.Plus(to(unit, -1), to(p.minus(unit, p.ONE), -1)), 0),
            p.Sum(to(p.Times(unit, p.minus(p.ONE, unit)), -1), 0),
        ),
        (
            p.divide(p.Times(two, pos), p.Plus(p.ONE, p.Times(two, pos))),
            p.minus(p.ONE, to(p.Plus(p.ONE, p.Times(two, pos)), -1)),
        ),
        (
            p.divide(p.Sum(p.Times(two, pos), 0), p.Plus(p.ONE, p.Times(two, p.Sum(pos, 0)))),
            p.minus(p.ONE, to(p.Plus(p.ONE, p.Times(two, p.Sum(pos, 0))), -1)),
        ),
        (to(p.Plus(p.ONE, f("exp", z)), -2), to(f("sigmoid", p.negate(z)), 2)),
        (p.Plus(f("exp", z), f("exp", p.negate(z))), p.Times(f("exp", z), to(f("sigmoid", p.Times(two, z)), -1))),
        (p.Times(f("sigmoid", z), f("exp", p.negate(z))), p.minus(p.ONE, f("sigmoid", z))),
        (p.Times(f("sigmoid", p.negate(z)), f("exp", p.negate(z))), p.minus(p.ONE, f("sigmoid", z))),
        (
            p.Times(f("sigmoid", p.negate(z)), f("exp", p.negate(z))),
            p.minus(f("exp", p.negate(z)), f("sigmoid", p.negate(z))),
        ),
        (f("sigmoid", p.Times(p.ZERO, z)), p.Times(p.number(Fraction(1, 2)), to(pos, 0))),
        (f("softplus", z), p.Plus(z, f("softplus", p.negate(z)))),
        (p.softmax(p.Plus(z, p.Sum(z, 0)), 0), p.softmax(z, 0)),
        (p.Sum(p.softmax(z, 0), 0), p.Sum(p.Times(p.ZERO, z), 0)),
        (p.Plus(p.Sum(p.softmax(z, 1), 1), p.Sum(p.Times(p.ZERO, z), 1)), to(p.Sum(pos, 1), 0)),
    ]  # fmt: skip
    for left, right in sides:
        if left.shape != right.shape:
            continue
        statement = Equation(left, right)
        word = truth(statement)
        if word is not None:
            ordered = isinstance(left, p.Apply) and left.function == "step" and left.arg in SIGNED
            kind = CHECKER_ALONE if word and p.Apply("sin", 0, z) in set(p.walk(left)) else "powers"
            yield ENGINE_ALONE if ordered else kind, program, statement, word
