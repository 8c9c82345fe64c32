"""Entries, sums over indices, deltas, built arrays and derivatives by an entry; chains of derivatives."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from derive import program as p
from derive.program import Composition, Equation, Jacobian, Program
from tests.adversary.subjects import network

from .question import SIZE, Question

FALSE = {1, 3, 5, 8, 11, 13, 15, 18, 21}
"""Those of the first group that are false; a test asks the float oracle, which takes seconds."""


def indexed() -> Iterator[Question]:
    """Entries, sums over indices, deltas, built arrays and derivatives by an entry."""
    i, j, k, c = (p.Index(x, d) for x, d in zip("ijkc", ("n", "n", "n", "m"), strict=True))
    w, x, z = p.Symbol("W", ("n", "n")), p.Symbol("X", SIZE), p.Symbol("z", ("n", 1))
    program = Program(
        {"W": p.Leaf(w.dims), "X": p.Leaf(x.dims), "z": p.Leaf(z.dims)},
        {
            "U": p.MatMul(w, x),
            "s": p.softmax(z, 0),
            "J": p.total(p.Power(p.MatMul(w, x), Fraction(2))),
        },
        {"g": p.Function("g"), "h": p.Function("h")},
        "J",
    )

    def at(e: p.Expr, row: p.Index | None, column: p.Index | None) -> p.Expr:
        return p.Entry(e, row, column)

    u, s = program.symbol("U"), program.symbol("s")
    product = p.SumOver(k, p.Times(at(w, i, k), at(x, k, c)))
    built = p.Build(i, c, product)
    diagonal = p.Build(i, None, at(w, i, i))
    sides: list[tuple[p.Expr, p.Expr, tuple[p.Index, ...]]] = [
        (at(u, i, c), product, (i, c)),
        (at(u, j, c), product, (i, j, c)),
        (u, built, ()),
        (u, p.Times(p.number(2), built), ()),
        (p.SumOver(j, p.Times(p.Delta(i, j), at(z, j, None))), at(z, i, None), (i,)),
        (p.SumOver(j, p.Times(p.Delta(i, j), at(z, j, None))), p.Sum(z, 0), (i,)),
        (p.SumOver(i, p.Delta(i, i)), p.Size("n"), ()),
        (p.SumOver(i, p.SumOver(j, p.Delta(i, j))), p.Size("n"), ()),
        (p.SumOver(i, p.SumOver(j, p.Delta(i, j))), p.Times(p.Size("n"), p.Size("n")), ()),
        (p.MatMul(p.Eye("n"), x), x, ()),
        (p.Times(p.Eye("n"), w), p.Times(p.Eye("n"), p.Transpose(w)), ()),
        (p.Times(p.Eye("n"), w), w, ()),
        (p.Sum(p.Times(p.Eye("n"), w), 1), diagonal, ()),
        (p.Sum(w, 1), diagonal, ()),
        (
            p.Partial(at(s, i, None), "z", j, None),
            p.Times(at(s, i, None), p.minus(p.Delta(i, j), at(s, j, None))),
            (i, j),
        ),
        (
            p.Partial(at(s, i, None), "z", j, None),
            p.Times(at(s, i, None), p.minus(p.ONE, at(s, j, None))),
            (i, j),
        ),
        (p.Partial(at(u, i, c), "W", i, j), at(x, j, c), (i, j, c)),
        (p.Partial(at(u, i, c), "W", k, j), p.Times(p.Delta(i, k), at(x, j, c)), (i, j, k, c)),
        (p.Partial(at(u, i, c), "W", k, j), at(x, j, c), (i, j, k, c)),
        (p.Partial(diagonal_sum(w, i), "W", j, k), p.Delta(j, k), (j, k)),
        (p.Partial(program.symbol("J"), "W", i, j), at(program.gradient("W"), i, j), (i, j)),
        (p.Apply("g", 0, z), p.Apply("h", 0, z), ()),
        (p.Sum(at(w, i, None), 1), p.SumOver(j, at(w, i, j)), (i,)),
        (p.Sum(at(w, None, j), 0), p.SumOver(i, at(w, i, j)), (j,)),
        (p.Partial(_all("sin", z), "z", i, None), at(p.Apply("cos", 0, z), i, None), (i,)),
        (
            p.Partial(_all("cos", z), "z", i, None),
            p.negate(at(p.Apply("sin", 0, z), i, None)),
            (i,),
        ),
        (program.gradient("W"), p.Times(p.number(2), p.MatMul(u, p.Transpose(x))), ()),
        (program.gradient("X"), p.Times(p.number(2), p.MatMul(p.Transpose(w), u)), ()),
        (
            p.Partial(p.Sum(p.Apply("g", 1, z), 0), "z", i, None),
            at(p.Apply("g", 2, z), i, None),
            (i,),
        ),
        (
            p.Partial(p.total(built), "X", k, c),
            at(p.Transpose(p.Sum(w, 0)), k, None),
            (k, c),
        ),
    ]  # fmt: skip
    for k_th, (left, right, free) in enumerate(sides):
        yield "indexed", program, Equation(left, right, free), k_th not in FALSE


def _all(function: str, z: p.Expr) -> p.Expr:
    return p.Sum(p.Apply(function, 0, z), 0)


def diagonal_sum(w: p.Expr, i: p.Index) -> p.Expr:
    return p.SumOver(i, p.Entry(w, i, i))


def compositions() -> Iterator[Question]:
    net, _ = network(2, "tanh", "sigmoid", "squared_error")
    program = net.program()

    def chain(*names: str) -> tuple[Jacobian, ...]:
        return tuple(Jacobian(a, b) for a, b in pairwise(names))

    whole = Jacobian("J", "W1")
    path = chain("J", "A2", "Z2", "A1", "Z1", "W1")
    yield "chain", program, Composition(whole, path), True
    yield "chain", program, Composition(whole, path[::-1]), True
    yield "chain, a factor missing", program, Composition(whole, path[:2] + path[3:]), False
    yield "chain, a factor twice", program, Composition(whole, (*path, path[1])), False
    yield "chain, too long", program, Composition(Jacobian("J", "Z1"), path), False
    yield "chain, scaled", program, Composition(whole, path, p.number(2)), False
    yield "chain, by itself", program, Composition(Jacobian("J", "J"), chain("J", "J")), False
    net, _ = network(3, "tanh", "sigmoid", "squared_error", "residual")
    around = chain("J", "A3", "Z3", "A2", "Z2", "A1")
    yield "chain past a shortcut", net.program(), Composition(Jacobian("J", "A1"), around), False
