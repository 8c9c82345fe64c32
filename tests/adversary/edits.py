"""Mutations of a right-hand side: what people get wrong, and what no repair search looks for.

In: a program, its true claims, one of them.  Out: expressions of any shape; one whose shape does
not fit is no mutant.  `COMMON` is in order of frequency, its weight with each kind of edit.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive import program as p
from derive.program import Equation, Expr, Program, ShapeError

Path = tuple[int, ...]
Edits = Iterator[Expr]
SMALL = (Fraction(2), Fraction(1, 2), Fraction(3), Fraction(-2))


@dataclass(frozen=True)
class Place:
    """A node of the right-hand side, with what an edit may look at."""

    program: Program
    claims: Sequence[Equation]
    node: Expr


def positions(e: Expr, path: Path = ()) -> Iterator[tuple[Path, Expr]]:
    """Every node with the way to it."""
    yield path, e
    for k, child in enumerate(p.children(e)):
        yield from positions(child, (*path, k))


def replaced(e: Expr, path: Path, new: Expr) -> Expr:
    """The expression with another node at a place; ShapeError if that does not fit."""
    if not path:
        return new
    below = list(p.children(e))
    below[path[0]] = replaced(below[path[0]], path[1:], new)
    return p.with_children(e, tuple(below))


# -- what people get wrong --------------------------------------------------------------------


def factor_dropped(at: Place) -> Edits:
    match at.node:
        case p.Times(left=a, right=b):
            yield from (a, b)
        case p.MatMul(left=a, right=b):
            yield from (a, b)


def derivative_dropped(at: Place) -> Edits:
    match at.node:
        case p.Times(left=a, right=p.Apply(order=k)) if k:
            yield a
        case p.Apply(function=f, order=k, arg=a):
            yield p.Apply(f, k + 1, a)
            if k:
                yield p.Apply(f, k - 1, a)


def transposed(at: Place) -> Edits:
    if at.node.shape != p.SCALAR:
        yield p.Transpose(at.node)
    if isinstance(at.node, p.Transpose):
        yield at.node.arg


def other_operand(at: Place) -> Edits:
    if isinstance(at.node, (p.Symbol, p.Gradient)):
        names = [*at.program.leaves, *at.program.definitions]
        same = [n for n in names if at.program.shape(n) == at.node.shape and n != at.node.name]
        kind = p.Symbol if isinstance(at.node, p.Symbol) else p.Gradient
        yield from (kind(n, at.node.shape) for n in same)
        if isinstance(at.node, p.Gradient):
            yield p.Symbol(at.node.name, at.node.shape)


def other_argument(at: Place) -> Edits:
    if isinstance(at.node, p.Apply) and at.node.order:
        names = [*at.program.leaves, *at.program.definitions]
        for name in names:
            if at.program.shape(name) == at.node.shape:
                yield p.Apply(at.node.function, at.node.order, at.program.symbol(name))
        for other in sorted(at.program.functions):
            if other != at.node.function:
                yield p.Apply(other, at.node.order, at.node.arg)


def negated(at: Place) -> Edits:
    yield p.negate(at.node)
    if isinstance(at.node, p.Plus):
        yield p.minus(at.node.left, at.node.right)
        yield p.minus(at.node.right, at.node.left)


def scaled(at: Place) -> Edits:
    yield from (p.Times(p.Number(c), at.node) for c in SMALL)
    dims = sorted({d for leaf in at.program.leaves.values() for d in leaf.dims if d != 1}, key=str)
    for dim in dims:
        if isinstance(dim, str):
            yield p.Times(p.Size(dim), at.node)
            yield p.divide(at.node, p.Size(dim))
    match at.node:
        case p.Number(value=v):
            yield from (p.Number(v + 1), p.Number(v - 1))
        case p.Power(base=a, exponent=e):
            yield from (p.Power(a, e + 1), p.Power(a, e - 1), p.Power(a, -e), a)


def other_product(at: Place) -> Edits:
    match at.node:
        case p.Times(left=a, right=b):
            yield p.MatMul(a, b)
        case p.MatMul(left=a, right=b):
            yield p.Times(a, b)


def other_order(at: Place) -> Edits:
    match at.node:
        case p.MatMul(left=a, right=b):
            yield p.MatMul(b, a)
            yield p.MatMul(p.Transpose(b), p.Transpose(a))
            yield p.MatMul(p.Transpose(a), b)
            yield p.MatMul(a, p.Transpose(b))
        case p.Sum(arg=a, axis=axis):
            yield p.Sum(a, 1 - axis)


def term_dropped(at: Place) -> Edits:
    match at.node:
        case p.Plus(left=a, right=b):
            yield from (a, b)
        case p.Sum(arg=a):
            yield a


def parenthesis_moved(at: Place) -> Edits:
    match at.node:
        case p.Times(left=a, right=p.Plus(left=b, right=c)):
            yield p.Plus(p.Times(a, b), c)
        case p.Plus(left=p.Times(left=a, right=b), right=c):
            yield p.Times(a, p.Plus(b, c))
        case p.MatMul(left=a, right=p.Plus(left=b, right=c)):
            yield p.Plus(p.MatMul(a, b), c)
        case p.Plus(left=a, right=p.Times(left=b, right=c)):
            yield p.Times(p.Plus(a, b), c)
        case p.MatMul(left=p.Times(left=a, right=b), right=c):
            yield p.Times(a, p.MatMul(b, c))
        case p.Times(left=a, right=p.Sum(arg=b, axis=axis)):
            yield p.Sum(p.Times(a, b), axis)


# -- what no repair search looks for ----------------------------------------------------------


def sum_and_product_swapped(at: Place) -> Edits:
    match at.node:
        case p.Times(left=a, right=b):
            yield p.Plus(a, b)
        case p.Plus(left=a, right=b):
            yield p.Times(a, b)
        case p.Sum(arg=p.Times(left=a, right=b), axis=axis):
            yield p.Times(p.Sum(a, axis), p.Sum(b, axis))
        case p.Apply(function=f, order=k, arg=p.Plus(left=a, right=b)):
            yield p.Plus(p.Apply(f, k, a), p.Apply(f, k, b))
        case p.Power(base=p.Plus(left=a, right=b), exponent=e):
            yield p.Plus(p.Power(a, e), p.Power(b, e))


def of_another_claim(at: Place) -> Edits:
    for claim in at.claims:
        for _, node in positions(claim.right):
            if node.shape == at.node.shape and node != at.node:
                yield node


def stretched(at: Place) -> Edits:
    """A mean in place of the whole, or a sum over an axis added."""
    for axis in (0, 1):
        if at.node.shape[axis] != 1:
            yield p.Sum(at.node, axis)


COMMON: tuple[tuple[str, int, Callable[[Place], Edits]], ...] = (
    ("derivative", 16, derivative_dropped),
    ("factor dropped", 10, factor_dropped),
    ("transpose", 14, transposed),
    ("operand", 12, other_operand),
    ("argument", 10, other_argument),
    ("sign", 9, negated),
    ("constant", 9, scaled),
    ("kind of product", 7, other_product),
    ("order", 6, other_order),
    ("term missing", 5, term_dropped),
    ("parenthesis", 4, parenthesis_moved),
)
RARE: tuple[tuple[str, int, Callable[[Place], Edits]], ...] = (
    ("sum and product", 3, sum_and_product_swapped),
    ("term of another claim", 3, of_another_claim),
    ("sum added", 1, stretched),
)
TRIES = 40


def mutant(
    rng: random.Random, program: Program, claims: Sequence[Equation], claim: Equation
) -> tuple[str, Equation]:
    """One random mutant: an edit of the first list, of the second, or two at once."""
    if rng.random() < 0.7:
        return _edited(rng, COMMON, program, claims, claim)
    return second_list(rng, program, claims, claim)


def second_list(
    rng: random.Random, program: Program, claims: Sequence[Equation], claim: Equation
) -> tuple[str, Equation]:
    """A mutant that no search for repairs looks for: a rare edit, or two edits at once."""
    if rng.random() < 0.5:
        return _edited(rng, RARE, program, claims, claim)
    first, once = _edited(rng, COMMON, program, claims, claim)
    second, twice = _edited(rng, COMMON + RARE, program, claims, once)
    return f"two edits: {first} and {second}", twice


def _edited(
    rng: random.Random,
    table: Sequence[tuple[str, int, Callable[[Place], Edits]]],
    program: Program,
    claims: Sequence[Equation],
    claim: Equation,
) -> tuple[str, Equation]:
    """An edit that fits; rarely, where none is found, the claim itself."""
    places = list(positions(claim.right))
    for _ in range(TRIES):
        (chosen,) = rng.choices(table, weights=[weight for _, weight, _ in table])
        path, node = rng.choice(places)
        try:
            new = list(chosen[2](Place(program, claims, node)))
        except ShapeError:
            continue
        if not new:
            continue
        try:
            right = replaced(claim.right, path, rng.choice(new))
        except ShapeError:
            continue
        if right.shape == claim.left.shape:
            return chosen[0], Equation(claim.left, right, claim.free)
    return "none", claim
