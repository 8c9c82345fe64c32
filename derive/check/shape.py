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

The bound is counted here from the syntax tree alone: a product adds, a sum takes the larger, a
natural power multiplies, a function of an expression counts what stands inside, a derivative
replaces one factor and passes once more through the functions around it.  Both sides are
added, as if brought to a common denominator; an axis on which entries sum to one gets one more,
its last entry being determined by the others.

Cuts.  A name or gradient that is cut is a fresh array.  A statement that holds for all values
of what is cut holds for the values that the program gives it; so a claim about one layer is
certified without the other layers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import Final

from derive.check.facts import nodes
from derive.check.graph import Graph
from derive.program import (
    ARGUMENT,
    PRIMITIVES,
    Apply,
    Build,
    Delta,
    Dim,
    Entry,
    Expr,
    Eye,
    Gradient,
    MatMul,
    Number,
    Partial,
    Plus,
    Power,
    Size,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
    children,
)

MOST: Final = 10_000
Count = Counter[str]


class Census:
    """Counts indices a monomial of each expression can hold, under a cut."""

    def __init__(self, graph: Graph, values: Collection[str], gradients: Collection[str]) -> None:
        self.graph, self.program = graph, graph.program
        self.values, self.gradients = values, gradients
        self._plain: dict[int, tuple[Expr, Count]] = {}
        self._slope: dict[int, tuple[Expr, Count]] = {}
        self._named: dict[str, Count] = {}
        self._flows: dict[str, Count] = {}

    def plain(self, expr: Expr) -> Count:
        """Indices bound in a monomial of the expression; per symbolic dimension."""
        if id(expr) not in self._plain:
            self._plain[id(expr)] = (expr, _capped(self._count(expr)))
        return self._plain[id(expr)][1]

    def slope(self, expr: Expr) -> Count:
        """The same for its derivative by something that it mentions."""
        if id(expr) not in self._slope:
            self._slope[id(expr)] = (expr, _capped(self._count_slope(expr)))
        return self._slope[id(expr)][1]

    def _count(self, expr: Expr) -> Count:
        match expr:
            case Number() | Size() | Eye() | Delta():
                return Counter()
            case Symbol(name=name):
                return self.named(name)
            case Transpose(arg=a) | Entry(arg=a):
                return self.plain(a)
            case Build(body=a):
                return self.plain(a)
            case MatMul(left=a, right=b):
                return self.plain(a) + self.plain(b) + _one(b.shape[0])
            case Times(left=a, right=b):
                return self.plain(a) + self.plain(b)
            case Plus(left=a, right=b):
                return self.plain(a) | self.plain(b)
            case Power(base=a, exponent=e):
                return _times(_factors(e), self.plain(a))
            case Sum(arg=a, axis=axis):
                return self.plain(a) + _one(a.shape[axis])
            case SumOver(index=index, body=a):
                return self.plain(a) + _one(index.dim)
            case Apply(function=f, order=k, arg=a):
                return _times(self.occurrences(f, k), self.plain(a))
            case Gradient(name=name):
                return self.gradient(name)
            case Partial(body=body, name=name):
                return self._flow({}, body, name)
        raise TypeError(f"certifying shape: unknown expression {type(expr).__name__}")

    def _count_slope(self, expr: Expr) -> Count:
        match expr:
            case Number() | Size() | Eye() | Delta() | Symbol():
                return Counter()
            case Transpose(arg=a):
                return self.slope(a)
            case Entry(arg=a):  # two axes may be given the same index
                return self.slope(a) + _one(a.shape[0]) + _one(a.shape[1])
            case Build(body=a):
                return self.slope(a) + _one(expr.shape[0]) + _one(expr.shape[1])
            case MatMul(left=a, right=b):
                return self._product_rule(a, b) + _one(b.shape[0])
            case Times(left=a, right=b):
                return self._product_rule(a, b)
            case Plus(left=a, right=b):
                return self.slope(a) | self.slope(b)
            case Power(base=a, exponent=e):
                return _times(_factors(e - 1), self.plain(a)) + self.slope(a)
            case Sum(arg=a, axis=axis):
                return self.slope(a) + _one(a.shape[axis])
            case SumOver(index=index, body=a):
                return self.slope(a) + _one(index.dim)
            case Apply(function=f, order=k, arg=a):
                return _times(self.occurrences(f, k + 1), self.plain(a)) + self.slope(a)
            case Gradient() | Partial():
                return _times(2, self.plain(expr))
        raise TypeError(f"certifying shape: unknown expression {type(expr).__name__}")

    def _product_rule(self, a: Expr, b: Expr) -> Count:
        return (self.slope(a) + self.plain(b)) | (self.plain(a) + self.slope(b))

    def named(self, name: str) -> Count:
        """A leaf or a cut name is one entry; a definition is what it is computed from."""
        if name in self.values or name not in self.program.definitions:
            return Counter()
        if name not in self._named:
            for needed in self.graph.ordered(self.graph.sources([name])):
                if needed not in self._named:
                    cut = needed in self.values
                    body = self.program.definitions[needed]
                    self._named[needed] = Counter() if cut else self.plain(body)
        return self._named[name]

    def occurrences(self, function: str, order: int) -> int:
        """How often the argument can stand in a monomial of a derivative of a function."""
        body = None if function in PRIMITIVES else self.program.functions[function].body
        inner = 1 if body is None else self._arguments(body)
        # Each differentiation passes once more through everything that stands around x.
        return min(MOST, inner * (order + 1) if body is not None else 1)

    def _arguments(self, body: Expr) -> int:
        match body:
            case Symbol(name=name):
                return int(name == ARGUMENT)
            case Times(left=a, right=b):
                return min(MOST, self._arguments(a) + self._arguments(b))
            case Plus(left=a, right=b):
                return max(self._arguments(a), self._arguments(b))
            case Power(base=a, exponent=e):
                return min(MOST, _factors(e) * self._arguments(a))
            case Apply(function=f, order=k, arg=a):
                return min(MOST, self.occurrences(f, k) * self._arguments(a))
        return 0

    def gradient(self, name: str) -> Count:
        """Indices in a monomial of the gradient of the cost, through the definitions."""
        if name in self.gradients or self.program.cost is None:
            return Counter()
        if name not in self._flows:
            root = self.program.symbol(self.program.cost)
            self._flow(self._flows, root, name)
        return self._flows[name]

    def _flow(self, flows: dict[str, Count], root: Expr, name: str) -> Count:
        """The chain rule, counted: largest over the ways from the name to the root.

        Each step sums over the indices of what is computed; those of the name itself are among
        them, and are the indices of the entry by which is differentiated.
        """
        direct = self.graph.facts(root).names
        within = self.graph.sources(direct & self.graph.readers.keys())
        cut = self.gradients if flows is self._flows else ()
        needed = self._between(name, within, cut)
        for top in [*reversed(self.graph.ordered(needed)), *sorted(needed)]:
            if top in flows:
                continue
            most = self.slope(root) if top in direct else Counter()
            for reader in self.graph.readers[top]:
                if top in cut or reader not in needed:
                    continue
                body = self.program.definitions[reader]
                rows, columns = body.shape
                most |= flows[reader] + self.slope(body) + _one(rows) + _one(columns)
            rows, columns = self.program.shape(top)
            flows[top] = _capped(most) - (_one(rows) + _one(columns))
        return flows[name]

    def _between(self, name: str, within: Collection[str], cut: Collection[str]) -> set[str]:
        """The name and what lies between it and the root, as far as the nearest cuts."""
        found, stack = set[str](), [name]
        while stack:
            top = stack.pop()
            if top not in found:
                found.add(top)
                if top not in cut:
                    stack.extend(r for r in self.graph.readers[top] if r in within)
        return found


def _one(dim: Dim) -> Count:
    return Counter({dim: 1}) if isinstance(dim, str) else Counter()


def _factors(exponent: Fraction) -> int:
    """A natural power is multiplied out; any other is one function of what stands inside."""
    return exponent.numerator if exponent.denominator == 1 and exponent >= 0 else 1


def _times(factor: int, count: Count) -> Count:
    return Counter({d: min(MOST, factor * k) for d, k in count.items() if factor})


def _capped(count: Count) -> Count:
    return Counter({d: min(MOST, k) for d, k in count.items()})


def height(graph: Graph, exprs: Iterable[Expr], cut: Collection[str]) -> int:
    """Primes needed so that all exponentials in the program and in `exprs` are homomorphisms."""
    key = frozenset(cut)
    if key not in graph.heights:
        depth: dict[str, int] = dict.fromkeys(cut, 0)
        deepest = 0
        for name, expr in graph.program.definitions.items():
            nested, inside = _exponentials(graph, expr, depth)
            deepest = max(deepest, inside)
            depth.setdefault(name, nested)
        graph.heights[key] = depth, deepest
    depth, deepest = graph.heights[key]
    return 1 + max([deepest, *(_exponentials(graph, expr, depth)[1] for expr in exprs)])


def _exponentials(graph: Graph, expr: Expr, depth: Mapping[str, int]) -> tuple[int, int]:
    """How deep exponentials are nested in a value, given the depth of names; and on the way to it.

    The value of an arbitrary function is a new number, but what it is applied to has to be right.
    """
    found: dict[int, int] = {}
    deepest = 0
    for node in reversed(list(nodes(expr))):
        below = max((found[id(child)] for child in children(node)), default=0)
        if isinstance(node, Symbol):
            below = depth.get(node.name, 0)
        elif isinstance(node, Apply):
            below, inside = _exponentials_of(graph, node.function, below)
            deepest = max(deepest, inside)
        deepest = max(deepest, below)
        found[id(node)] = below
    return found[id(expr)], deepest


def _exponentials_of(graph: Graph, function: str, below: int) -> tuple[int, int]:
    if function in PRIMITIVES:
        below += function in ("exp", "erf")  # the derivative of erf is an exponential
        return below, below
    body = graph.program.functions[function].body
    if body is None:
        return 0, 0
    nested, inside = _exponentials(graph, body, {})
    return below + nested, below + inside
