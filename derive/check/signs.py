"""What is positive in the reals by its form alone.

The field has no order: a root or logarithm has no value for half of all numbers there.  Where
the radicand is positive for all real values, as in ``(v + eps)^(1/2)``, such a point says
nothing and another one is drawn.  Otherwise it stands for a negative number, and a right side
that has no value where the left side has one is no equation.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from derive.check.facts import nodes
from derive.check.graph import Graph
from derive.program import (
    ARGUMENT,
    ONE,
    PRIMITIVES,
    Apply,
    Build,
    Delta,
    Entry,
    Expr,
    Eye,
    MatMul,
    Number,
    Plus,
    Power,
    Size,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
)


class Sign(IntEnum):
    """What is known of all entries: nothing, at least 0, more than 0, between 0 and 1."""

    ANY = 0
    NATURAL = 1
    POSITIVE = 2
    UNIT = 3


DOMAINS: Final = {"real": Sign.ANY, "positive": Sign.POSITIVE, "unit": Sign.UNIT}


def sign(graph: Graph, expr: Expr) -> Sign:
    """A lower bound of what is true; `Sign.ANY` in doubt."""
    match expr:
        case Number(value=v):
            return Sign.POSITIVE if v > 0 else Sign.NATURAL if v == 0 else Sign.ANY
        case Size():
            return Sign.POSITIVE
        case Eye() | Delta():
            return Sign.NATURAL
        case Symbol(name=name):
            return _of_name(graph, name)
        case Transpose(arg=a) | Entry(arg=a) | Build(body=a):
            return sign(graph, a)
        case Sum(arg=a) | SumOver(body=a):
            return min(sign(graph, a), Sign.POSITIVE)
        case MatMul(left=a, right=b):
            return min(sign(graph, a), sign(graph, b), Sign.POSITIVE)
        case Times(left=a, right=b):
            return Sign.NATURAL if a is b else min(sign(graph, a), sign(graph, b))
        case Plus(left=a, right=b):
            return _of_sum(graph, a, b)
        case Power(base=a, exponent=e):
            if e.denominator == 1 and e.numerator % 2 == 0:
                return min(Sign.POSITIVE, max(Sign.NATURAL, sign(graph, a)))
            return _of_power(graph, a, negative=e < 0)
        case Apply(function=f, order=k, arg=a):
            return _of_function(graph, f, k, a)
    return Sign.ANY


def _of_name(graph: Graph, name: str) -> Sign:
    program = graph.program
    if name == ARGUMENT:  # of a function body: anything
        return Sign.ANY
    if name in program.leaves:
        return DOMAINS[program.leaves[name].domain]
    if name not in graph.signs:
        for needed in graph.ordered(graph.sources([name])):
            if needed not in graph.signs:
                graph.signs[needed] = sign(graph, program.definitions[needed])
    return Sign(graph.signs.get(name, Sign.ANY))


def _of_sum(graph: Graph, a: Expr, b: Expr) -> Sign:
    for one, other in ((a, b), (b, a)):
        match one, other:
            case Number(value=v), Times(left=Number(value=w), right=x) if v == 1 and w == -1:
                return Sign.UNIT if sign(graph, x) == Sign.UNIT else Sign.ANY
    low, high = sorted((sign(graph, a), sign(graph, b)))
    return min(high, Sign.POSITIVE) if low > Sign.ANY else Sign.ANY


def _of_power(graph: Graph, base: Expr, *, negative: bool) -> Sign:
    inner = sign(graph, base)
    if not negative:
        return inner
    if isinstance(base, Plus) and ONE in (base.left, base.right):
        other = base.right if base.left == ONE else base.left
        if sign(graph, other) >= Sign.POSITIVE:
            return Sign.UNIT
    return Sign.POSITIVE if inner >= Sign.POSITIVE else Sign.ANY


def _of_function(graph: Graph, function: str, order: int, arg: Expr) -> Sign:
    if function == "exp":
        return Sign.POSITIVE
    if function == "step" and order == 0:
        return Sign.NATURAL
    body = None if function in PRIMITIVES else graph.program.functions[function].body
    if body is None or order > 0:
        return Sign.ANY
    return sign(graph, body)  # its argument has no sign there


def has_roots_of_positive(graph: Graph, expr: Expr) -> bool:
    """Whether all roots and logarithms behind a value are of what is positive by its form."""
    facts = graph.facts(expr)
    names = graph.position if facts.derives else graph.sources(facts.names)
    bodies = [
        graph.program.functions[f].body for f in sorted(graph.functions([expr]) - {*PRIMITIVES})
    ]
    definitions = [graph.program.definitions[name] for name in graph.ordered(names)]
    return all(
        sign(graph, radicand) >= Sign.POSITIVE
        for one in (expr, *definitions, *bodies)
        if one is not None
        for radicand in _radicands(one)
    )


def _radicands(expr: Expr) -> Iterator[Expr]:
    for node in nodes(expr):
        match node:
            case Power(base=a, exponent=e) if e.denominator != 1:
                yield a
            case Apply(function="log", arg=a):
                yield a
