"""The shape-legal readings of a product that does not fit: order, transposes, kinds.

In: an ill-shaped loose tree and the shape that the left side has.  Out: expressions of that
shape made of the same factors, those nearest to the text first, each with what was changed.
Subsets of the factors are combined from below, so that shapes prune early.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.diagnosis.loose import (
    ELEMENTWISE,
    MATRIX,
    Add,
    Factor,
    Leaf,
    Loose,
    Product,
    Summed,
    is_constant,
    multiply,
    to_expr,
)
from derive.program import SCALAR, Expr, MatMul, Shape, ShapeError, Sum, Times, Transpose

FACTORS = 5
"""Products of more factors are not rearranged."""
PARTIAL = 400
"""At most this many partial products a subset of the factors."""
READINGS = 600
"""At most this many readings."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One shape-legal reading: its cost is how far it is from the text.

    turned: the factors whose transpose was added or dropped; kinds: those behind another kind
    of product than was written, with that kind; moved, summed: whether the order was changed,
    or a sum over the examples added.
    """

    expr: Expr
    turned: tuple[Loose, ...] = ()
    kinds: tuple[tuple[Loose, str], ...] = ()
    moved: bool = False
    summed: bool = False

    @property
    def cost(self) -> int:
        return 2 * len(self.turned) + 3 * len(self.kinds) + 3 * self.moved + 2 * self.summed


@dataclass(frozen=True, slots=True)
class _Partial:
    """A product of some of the factors: their places in the text, and what was changed."""

    expr: Expr
    places: tuple[int, ...]
    turned: frozenset[int]
    kinds: frozenset[int]

    @property
    def cost(self) -> int:
        moved = self.places != tuple(sorted(self.places))
        return 2 * len(self.turned) + 3 * len(self.kinds) + 3 * moved


def readings(tree: Loose, shape: Shape, examples: str) -> list[Reading]:
    """All readings of a product, or of a sum over the examples of one, nearest first."""
    constant, factors, over_examples = _taken_apart(tree)
    solid = [factor for factor in factors if _fits_alone(factor.node, examples)]
    if len(solid) != len(factors) or not 1 <= len(solid) <= FACTORS:
        return []
    found = list(_readings(solid, constant, shape, examples, over_examples))
    found.sort(key=lambda reading: reading.cost)
    return found[:READINGS]


def _readings(
    factors: list[Factor], constant: Expr | None, shape: Shape, examples: str, summed: bool
) -> Iterator[Reading]:
    for partial in _products(factors, examples):
        for expr, added in _along(partial.expr, shape, examples):
            full = expr if constant is None else Times(constant, expr)
            yield Reading(
                full,
                tuple(factors[k].node for k in sorted(partial.turned)),
                tuple((factors[k].node, _other(factors[k].kind)) for k in sorted(partial.kinds)),
                partial.places != tuple(sorted(partial.places)),
                added and not summed,
            )


def _other(kind: str) -> str:
    return MATRIX if kind == ELEMENTWISE else ELEMENTWISE


def _along(expr: Expr, shape: Shape, examples: str) -> Iterator[tuple[Expr, bool]]:
    """The product itself, or its sum over the examples, whichever has the wanted shape."""
    if expr.shape == shape:
        yield expr, False
    for axis in (0, 1):
        if expr.shape[axis] == examples and Sum(expr, axis).shape == shape:
            yield Sum(expr, axis), True


def _taken_apart(tree: Loose) -> tuple[Expr | None, list[Factor], bool]:
    """Constant, factors without it, and whether a sum over the examples stands outside."""
    constant: Expr | None = None
    factors: list[Factor] = []
    summed = False
    pending = [Factor("", tree)]
    while pending:
        factor = pending.pop(0)
        node = factor.node
        if isinstance(node, Summed) and _is_product(node.arg):
            summed, pending = True, [Factor(factor.kind, node.arg), *pending]
        elif isinstance(node, Product):
            first, *rest = node.factors
            pending = [Factor(factor.kind, first.node), *rest, *pending]
        elif isinstance(node, Add) and len(node.terms) == 1 and node.terms[0][0] > 0:
            pending = [Factor(factor.kind, node.terms[0][1]), *pending]
        elif isinstance(node, Leaf) and (is_constant(node.expr) or node.expr.shape == SCALAR):
            constant = node.expr if constant is None else Times(constant, node.expr)
        else:
            factors.append(Factor(factor.kind or MATRIX, node))
    return constant, factors, summed


def _is_product(node: Loose) -> bool:
    return isinstance(node, Product)


def _fits_alone(node: Loose, examples: str) -> bool:
    try:
        to_expr(node, examples)
    except ShapeError:
        return False
    return True


def _products(factors: list[Factor], examples: str) -> list[_Partial]:
    """All products of all factors in any order, grouping, kind and with any transposes."""
    table: dict[int, list[_Partial]] = {}
    for place, factor in enumerate(factors):
        plain = to_expr(factor.node, examples)
        turned = plain.arg if isinstance(plain, Transpose) else Transpose(plain)
        table[1 << place] = [
            _Partial(plain, (place,), frozenset(), frozenset()),
            _Partial(turned, (place,), frozenset({place}), frozenset()),
        ]
    for subset in range(1, 1 << len(factors)):
        if subset not in table:
            table[subset] = _combined(subset, table, factors)
    return table[(1 << len(factors)) - 1]


def _combined(
    subset: int, table: dict[int, list[_Partial]], factors: list[Factor]
) -> list[_Partial]:
    best: dict[Expr, _Partial] = {}
    left = (subset - 1) & subset
    while left:
        for one in table[left]:
            for two in table[subset ^ left]:
                for partial in _pair(one, two, factors):
                    known = best.get(partial.expr)
                    if known is None or partial.cost < known.cost:
                        best[partial.expr] = partial
        left = (left - 1) & subset
    return sorted(best.values(), key=lambda partial: (partial.cost, partial.places))[:PARTIAL]


def _pair(one: _Partial, two: _Partial, factors: list[Factor]) -> Iterator[_Partial]:
    """The matrix product of two partial products, and the elementwise one if shapes agree."""
    places, turned = one.places + two.places, one.turned | two.turned
    joint = two.places[0]
    written = factors[joint].kind
    for kind in (MATRIX, ELEMENTWISE):
        if kind == ELEMENTWISE and one.expr.shape != two.expr.shape:
            continue
        try:
            expr = multiply(kind, one.expr, two.expr)
        except ShapeError:
            continue
        if kind == MATRIX and not isinstance(expr, MatMul):
            continue
        changed = frozenset({joint}) if joint and kind != written else frozenset()
        yield _Partial(expr, places, turned, one.kinds | two.kinds | changed)
