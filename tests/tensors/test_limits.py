"""Hostile input ends quickly, with a reason."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest

from derive import program as p
from derive.program import Equation, Expr, Program
from derive.tensors import prove

X, Y = p.Symbol("x", ("n", "n")), p.Symbol("y", ("n", "n"))
S = p.Symbol("s", p.SCALAR)
PROGRAM = Program(
    {"x": p.Leaf(("n", "n")), "y": p.Leaf(("n", "n")), "s": p.Leaf(p.SCALAR)},
    {},
    {"g": p.Function("g")},
)


def tower(base: Expr, exponent: int, times: int) -> Expr:
    for _ in range(times):
        base = p.Power(p.Plus(base, p.ONE), Fraction(exponent))
    return base


def doubled(base: Expr, times: int) -> Expr:
    for _ in range(times):
        base = p.MatMul(p.Plus(base, Y), p.Plus(base, X))
    return base


def nested(base: Expr, depth: int) -> Expr:
    for _ in range(depth):
        base = p.Apply("g", 0, base)
    return base


@pytest.mark.parametrize(
    "hostile",
    [
        p.Power(S, Fraction(10**12)),
        p.Power(p.Plus(S, p.ONE), Fraction(10**9)),
        p.Power(p.Plus(S, p.ONE), Fraction(-(10**9))),
        p.Power(p.number(3), Fraction(10**7)),
        p.Power(p.number(3), Fraction(-(10**7))),
        p.Power(p.number(3), Fraction(1, 10**7)),
        p.Power(p.number(10**40 + 7), Fraction(1, 2)),
        p.Power(p.Plus(S, p.ONE), Fraction(1, 10**9)),
        tower(S, 9, 4),
        p.total(doubled(X, 5)),
        p.total(nested(X, 3_000)),
        p.Apply("exp", 0, p.Times(p.number(10**30), p.Apply("log", 0, S))),
        p.Apply("g", 10**9, S),
        p.Apply("sin", 10**9, S),
    ],
    ids=range(14),
)
def test_hostile_input_ends(hostile: Expr) -> None:
    start = time.process_time()
    outcome = prove(PROGRAM, Equation(hostile, p.ONE), budget=20_000)
    assert not outcome.proved
    assert outcome.reason
    assert time.process_time() - start < 5
