"""The certifying shape: sizes at which agreement means agreement at all sizes.

Small models.  Write both sides as sums of monomials: products of entries (of leaves, and of
exp, log, powers and unknown functions of such sums), each summed over some bound indices.  A
monomial is a graph: its indices are the vertices, its entries the coloured edges.  Graphs that
are not isomorphic give linearly independent functions as soon as every dimension has room for
all their vertices of its sort, because an injective assignment of indices gives a product of
entries that no other graph gives.  So two sides that agree as functions at such a shape have the
same graphs with the same coefficients, hence agree at every shape.

Coefficients hold sizes.  The evaluator gives every axis random weights, so a size there is an
indeterminate (their sum), and a coefficient such as m - 3 cannot vanish by accident.

The bound is counted by the evaluator itself, at counts in place of numbers: a sum takes the
larger, a product adds, a natural power multiplies, a function counts what it is applied to, and
the weight with which an axis is summed counts one index of it.  A derivative is read off the
tape as always, so it replaces one factor and passes once more through what stands around it.
Both sides are added, as if brought to a common denominator; an axis on which entries sum to one
gets one more, its last entry being determined by the others.

Cuts.  A name or gradient that is cut is a fresh array.  A statement that holds for all values
of what is cut holds for the values that the program gives it; so a claim about one layer is
certified without the other layers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from derive.check.axes import Array
from derive.check.domains import Scalar
from derive.check.evaluate import World
from derive.check.graph import Graph
from derive.program import Dim, Expr, Size

MOST: Final = 10_000


class Tally:
    """counts: by dimension, the indices in a monomial, and by `Size`, how often that stands there.
    depth: of nested exponentials."""

    __slots__ = ("counts", "depth")

    def __init__(self, counts: Mapping[str | Size, int], depth: int = 0) -> None:
        self.counts, self.depth = counts, depth


NONE: Final = Tally({})


class Counts:
    """Counts in place of numbers; `deepest` is the largest depth met."""

    def __init__(self) -> None:
        self.deepest = 0

    def number(self, value: int | Fraction) -> Scalar:
        return NONE

    def add(self, a: Tally, b: Tally) -> Scalar:
        if a is b or b is NONE:
            return a
        most = dict(a.counts)
        for dim, k in b.counts.items():
            most[dim] = max(k, most.get(dim, 0))
        return Tally(most, max(a.depth, b.depth))

    def mul(self, a: Tally, b: Tally) -> Scalar:
        if NONE in (a, b):
            return a if b is NONE else b
        both = dict(a.counts)
        for dim, k in b.counts.items():
            both[dim] = min(MOST, k + both.get(dim, 0))
        return Tally(both, max(a.depth, b.depth))

    def dot(self, left: Sequence[Scalar], right: Sequence[Scalar]) -> Scalar:
        total = NONE
        for a, b in zip(left, right, strict=True):
            total = self.add(total, self.mul(a, b))
        return total

    def power(self, a: Tally, exponent: Fraction) -> Scalar:
        """A natural power is multiplied out; any other is one function of what stands inside."""
        natural = exponent.denominator == 1 and exponent >= 0
        times = exponent.numerator if natural else 1
        return Tally({d: min(MOST, times * k) for d, k in a.counts.items() if times}, a.depth)

    def primitive(self, name: str, a: Tally) -> Scalar:
        depth = a.depth + (name in ("exp", "erf"))  # the derivative of erf is an exponential
        self.deepest = max(self.deepest, depth)
        return Tally(a.counts, depth)

    def unknown(self, name: str, order: int, a: Tally) -> Scalar:
        """Its value is a new number, but what it is applied to has to be right."""
        return Tally(a.counts)

    def pi(self) -> Scalar:
        return NONE

    def equal(self, a: Scalar, b: Scalar) -> bool:
        return True


class Census(World):
    """The evaluator at counts; every axis has the size 1."""

    def size(self, dim: Dim) -> int:
        return 1

    def along(self, dim: Dim) -> list[Scalar] | None:
        return [Tally({dim: 1})] if isinstance(dim, str) else None

    def measure(self, dim: str) -> Scalar:
        return Tally({Size(dim): 1})

    def reciprocal(self, dim: Dim, k: int) -> Scalar:
        return NONE

    def per_entry(self, array: Array, name: str, by_indices: bool) -> Array:
        """The indices of the entry are no longer bound; two, unless they were one: x[i, i]."""
        shape = self.program.shape(name)
        return array if by_indices else self.weighted(array, shape, lambda dim, k: _less(dim))

    def _leaf(self, name: str) -> Array:
        return [[NONE]]


def _less(dim: Dim) -> Tally:
    return Tally({dim: -1}) if isinstance(dim, str) else NONE


def census(graph: Graph, values: Collection[str] = (), gradients: Collection[str] = ()) -> Census:
    """Counts, under a cut."""
    return Census(graph, Counts(), {}, lambda *_: NONE, values=values, gradients=gradients)


def counted(world: Census, expr: Expr) -> dict[str, int]:
    """The indices in a monomial of an expression, by dimension."""
    for index in world.graph.facts(expr).free:
        world.at(index, 0)
    (((found,),),) = (world.value(expr),)
    return {dim: k for dim, k in found.counts.items() if k and isinstance(dim, str)}


def degrees(world: Census, exprs: Iterable[Expr]) -> Counter[str]:
    """How often the size of each dimension can be a factor: by a sum over it, or by its name."""
    total: Counter[str] = Counter()
    for expr in exprs:
        (((found,),),) = (world.value(expr),)
        for dim, k in found.counts.items():
            total[dim if isinstance(dim, str) else dim.dim] += max(k, 0)
    return total


def height(world: Census) -> int:
    """Primes needed so that all exponentials counted so far are homomorphisms."""
    assert isinstance(world.domain, Counts)
    return 1 + world.domain.deepest
