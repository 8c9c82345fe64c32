"""Evaluates matrix expressions and their derivatives at one point of a program.

In: a program, a domain of numbers, a size for every symbolic dimension, and optionally arrays
that stand for names or gradients (cuts).  Out: arrays, as lists of rows.  Nothing is expanded,
simplified or looked up: sums are added up, derivatives are swept back through the definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from derive.check.arrays import Array, Axes, transposed
from derive.check.derivatives import sweep
from derive.check.domains import Domain, Dual, NoValue, Outside, Scalar, Unsupported
from derive.check.functions import applied
from derive.check.graph import PI, Graph
from derive.check.signs import Sign, sign
from derive.program import (
    SCALAR,
    Apply,
    Build,
    Delta,
    Entry,
    Expr,
    Eye,
    Gradient,
    Index,
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
)

WORK: Final = 3_000_000
"""Entries computed at one point before the evaluator gives up."""


class World(Axes):
    """All values of a program at one point; everything computed is kept.

    draw(kind, name, row, column) gives an entry of what is not computed: kind is "leaf", "value"
    for definitions in `values`, "gradient" for names in `gradients`.  given: arrays of names
    that are known from elsewhere.
    """

    def __init__(
        self,
        graph: Graph,
        domain: Domain,
        sizes: Mapping[str, int],
        draw: Callable[[str, str, int, int], Scalar],
        *,
        weights: Mapping[str, list[Scalar]] | None = None,
        values: Collection[str] = (),
        gradients: Collection[str] = (),
        given: Mapping[str, Array] | None = None,
    ) -> None:
        super().__init__(domain, sizes, weights)
        self.graph, self.program, self.draw = graph, graph.program, draw
        self.cut_values, self.cut_gradients = values, gradients
        self.work = WORK
        self._values: dict[str, Array] = dict(given or {})
        self.gradients: dict[str, Array] = {}
        self._memo: dict[tuple[object, ...], Array] = {}
        self._at: dict[Index, int] = {}

    def forget(self) -> None:
        """Drops what is known of expressions; values of names and gradients stay."""
        self._memo.clear()
        self.work = WORK

    # -- values --------------------------------------------------------------------------------

    def named(self, name: str) -> Array:
        """The value of a leaf or definition."""
        if name not in self._values:
            for needed in self._unsettled(name):
                self._values[needed] = (
                    self.fresh("value", needed)
                    if needed in self.cut_values
                    else self.value(self.program.definitions[needed])
                )
            if name in self.program.leaves:
                self._values[name] = self._leaf(name)
        return self._values[name]

    def _unsettled(self, name: str) -> list[str]:
        """Definitions to compute for a name, in order: no recursion through deep programs."""
        found, stack = set[str](), [name]
        while stack:
            top = stack.pop()
            if top not in found and top not in self._values:
                found.add(top)
                if top not in self.cut_values:
                    stack.extend(self.graph.reads.get(top, ()))
        return self.graph.ordered(found)

    def fresh(self, kind: str, name: str) -> Array:
        rows, columns = map(self.size, self.program.shape(name))
        return [[self.draw(kind, name, i, j) for j in range(columns)] for i in range(rows)]

    def _leaf(self, name: str) -> Array:
        leaf = self.program.leaves[name]
        if name == PI and leaf.dims == SCALAR:
            return [[self.domain.pi()]]
        array = self.fresh("leaf", name)
        if leaf.sums_to_one is None:
            return array
        if leaf.sums_to_one == 1:
            array = transposed(array)
        dim, minus = leaf.dims[leaf.sums_to_one], self.domain.number(-1)
        rest = self.weighted([*array[:-1], [self.zero] * len(array[0])], dim)
        share = self.reciprocal(dim, len(array) - 1)
        ones = [self.one] * len(array)
        array[-1] = [
            self.domain.mul(
                share,
                self.domain.add(self.one, self.domain.mul(minus, self.domain.dot(ones, column))),
            )
            for column in transposed(rest)
        ]
        return transposed(array) if leaf.sums_to_one == 1 else array

    def value(self, expr: Expr) -> Array:
        """The array of an expression under the present values of its free indices."""
        if isinstance(expr, Symbol):
            if expr.name == PI and PI not in self.graph.readers:
                return [[self.domain.pi()]]
            return self.named(expr.name)
        key = (id(expr), *[self._at[i] for i in self.graph.facts(expr).free])
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = _VALUE[type(expr)](self, expr)
            self.work -= len(found) * len(found[0])
            if self.work < 0:
                raise Unsupported("too much to compute")
        return found

    def at(self, index: Index, k: int) -> None:
        """Sets a free index."""
        self._at[index] = k

    def each(self, index: Index | None) -> Iterable[int]:
        """Runs an index over its axis; None stands for an axis of size 1."""
        if index is None:
            yield 0
            return
        outer = self._at.get(index)
        for k in range(self.size(index.dim)):
            self._at[index] = k
            yield k
        if outer is None:
            del self._at[index]
        else:
            self._at[index] = outer

    def position(self, index: Index | None) -> int:
        return 0 if index is None else self._at[index]

    def _number(self, expr: Number) -> Array:
        return [[self.domain.number(expr.value)]]

    def _size(self, expr: Size) -> Array:
        weights = self.along(expr.dim)
        if weights is None and expr.dim not in self.sizes:
            raise Unsupported(f"nothing has the size {expr.dim}")
        if weights is None:
            return [[self.domain.number(self.sizes[expr.dim])]]
        return [[self.domain.dot([self.one] * len(weights), weights)]]

    def _eye(self, expr: Eye) -> Array:
        array = self.full(expr.shape, self.zero)
        for k, row in enumerate(array):
            row[k] = self.reciprocal(expr.dim, k)
        return array

    def _delta(self, expr: Delta) -> Array:
        k = self._at[expr.left]
        same = k == self._at[expr.right]
        return [[self.reciprocal(expr.left.dim, k) if same else self.zero]]

    def _transpose(self, expr: Transpose) -> Array:
        return transposed(self.value(expr.arg))

    def _matmul(self, expr: MatMul) -> Array:
        left, right = self.value(expr.left), self.value(expr.right)
        self.work -= len(left) * len(right) * len(right[0])
        return self.product(left, right, expr.right.shape[0])

    def _times(self, expr: Times) -> Array:
        return self.zip_with(self.domain.mul, self.value(expr.left), self.value(expr.right))

    def _plus(self, expr: Plus) -> Array:
        return self.zip_with(self.domain.add, self.value(expr.left), self.value(expr.right))

    def _power(self, expr: Power) -> Array:
        power, e = self.domain.power, expr.exponent
        base = self.value(expr.base)
        with self.positive_if(expr.base):
            return [[power(a, e) for a in row] for row in base]

    def _sum(self, expr: Sum) -> Array:
        return self.reduced(self.value(expr.arg), expr.arg.shape, expr.axis)

    def _apply(self, expr: Apply) -> Array:
        arg = self.value(expr.arg)
        if expr.function != "log":
            return applied(self, expr.function, expr.order, arg)
        with self.positive_if(expr.arg):
            return applied(self, expr.function, expr.order, arg)

    @contextmanager
    def positive_if(self, radicand: Expr) -> Iterator[None]:
        """A positive number has roots and logarithms: the point is at fault, not the claim."""
        try:
            yield
        except Outside as error:
            if sign(self.graph, radicand) >= Sign.POSITIVE:
                raise NoValue(str(error)) from None
            raise

    def _entry(self, expr: Entry) -> Array:
        array = self.value(expr.arg)
        if expr.row is not None:
            array = [array[self._at[expr.row]]]
        if expr.column is not None:
            array = [[row[self._at[expr.column]]] for row in array]
        return array

    def _sum_over(self, expr: SumOver) -> Array:
        total = self.full(expr.shape, self.zero)
        for k in self.each(expr.index):
            share = [[self.weight(expr.index.dim, k)]]
            term = self.zip_with(self.domain.mul, share, self.value(expr.body))
            total = self.zip_with(self.domain.add, total, term)
        return total

    def _build(self, expr: Build) -> Array:
        return [
            [self.value(expr.body)[0][0] for _ in self.each(expr.column)]
            for _ in self.each(expr.row)
        ]

    def _gradient(self, expr: Gradient) -> Array:
        return self.gradient(expr.name)

    # -- derivatives ---------------------------------------------------------------------------

    def gradient(self, name: str) -> Array:
        """The derivative of the cost by a name that is taken to be independent."""
        if name not in self.gradients:
            if self.program.cost is None:
                raise Unsupported("the gradient of a cost that is not defined")
            root = self.program.symbol(self.program.cost)
            sweep(self, self.gradients, root, [[self.one]], name)
        return self.gradients[name]

    def pulled_back(self, root: Expr, seed: Array, name: str) -> Array:
        """The derivative of the number <seed, root> by a name: a row of a Jacobian."""
        adjoints: dict[str, Array] = {}
        sweep(self, adjoints, root, seed, name)
        return adjoints[name]

    def _partial(self, expr: Partial) -> Array:
        row, column = self.position(expr.row), self.position(expr.column)
        if self._nested(expr):
            return [[self._perturbed(expr, row, column)]]
        body = expr.body  # one sweep serves all entries of the name
        key = ("by", expr.name, id(body), *[self._at[i] for i in self.graph.facts(body).free])
        if key not in self._memo:
            self._memo[key] = self.pulled_back(body, [[self.one]], expr.name)
        return [[self._memo[key][row][column]]]

    def _nested(self, expr: Partial) -> bool:
        """Whether a derivative stands inside another one."""
        graph = self.graph
        body = graph.facts(expr.body)
        within = graph.ordered(graph.sources(body.names & graph.readers.keys()))
        return body.derives or any(graph.defined[name].derives for name in within)

    def _perturbed(self, expr: Partial, row: int, column: int) -> Scalar:
        """A derivative of what holds derivatives: forward, by dual numbers, over the sweep."""
        dual = Dual(self.domain)
        changed = self.graph.effects([expr.name])
        array = [[dual.lift(a) for a in r] for r in self.named(expr.name)]
        array[row][column] = (array[row][column][0], self.one)
        given = {
            name: [[dual.lift(a) for a in r] for r in value]
            for name, value in self._values.items()
            if name not in changed
        }
        world = World(
            self.graph,
            dual,
            self.sizes,
            lambda kind, name, i, j: dual.lift(self.named(name)[i][j]),
            weights={d: [dual.lift(w) for w in ws] for d, ws in self.weights.items()},
            given={**given, expr.name: array},
        )
        world._at, world.work = dict(self._at), self.work
        slope = world.value(expr.body)[0][0][1]
        self.work = world.work
        rows, columns = self.program.shape(expr.name)
        share = self.domain.mul(self.reciprocal(rows, row), self.reciprocal(columns, column))
        return self.domain.mul(share, slope)


_VALUE: Final[dict[type[Expr], Callable[[World, Any], Array]]] = {
    Number: World._number,
    Size: World._size,
    Eye: World._eye,
    Delta: World._delta,
    Transpose: World._transpose,
    MatMul: World._matmul,
    Times: World._times,
    Plus: World._plus,
    Power: World._power,
    Sum: World._sum,
    Apply: World._apply,
    Entry: World._entry,
    SumOver: World._sum_over,
    Build: World._build,
    Gradient: World._gradient,
    Partial: World._partial,
}
