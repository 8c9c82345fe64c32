"""Evaluates matrix expressions and their derivatives at one point of a program.

In: a program, a domain of numbers, a size for every symbolic dimension, and optionally arrays
that stand for names or gradients (cuts).  Out: arrays, as lists of rows.  Nothing is expanded,
simplified or looked up: sums are added up, derivatives are swept back through the definitions.

An axis may carry weights: then every sum over it is weighted, the identity matrix and deltas
are divided by the weight, and the size of the axis is the sum of its weights.  All rules of
tensor calculus stay true, but a size is no longer a number that could hit an accident such as
m - 3 = 0 (see `derive.check.shape`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from derive.check.domains import Domain, Dual, NoValue, Scalar, Unsupported, slope
from derive.check.graph import PI, Graph, derives, names
from derive.program import (
    ARGUMENT,
    PRIMITIVES,
    SCALAR,
    Apply,
    Build,
    Delta,
    Dim,
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
    Shape,
    Size,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
    children,
)

Array = list[list[Scalar]]
WORK: Final = 3_000_000
"""Entries computed at one point before the evaluator gives up."""


class World:
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
        self.graph, self.program, self.domain = graph, graph.program, domain
        self.sizes, self.draw = sizes, draw
        self.cut_values, self.cut_gradients = values, gradients
        self.weights = weights or {}
        self.work = WORK
        self._values: dict[str, Array] = dict(given or {})
        self._gradients: dict[str, Array] = {}
        self._memo: dict[tuple[object, ...], Array] = {}
        self._kept: dict[int, tuple[Expr, frozenset[str], tuple[Index, ...]]] = {}
        self._at: dict[Index, int] = {}
        self._zero, self._one = domain.number(0), domain.number(1)

    def forget(self) -> None:
        """Drops what is known of expressions; values of names and gradients stay."""
        self._memo.clear()
        self._kept.clear()
        self.work = WORK

    # -- sizes and arrays ----------------------------------------------------------------------

    def size(self, dim: Dim) -> int:
        return dim if isinstance(dim, int) else self.sizes[dim]

    def weight(self, dim: Dim, k: int) -> Scalar:
        weights = self.weights.get(dim) if isinstance(dim, str) else None
        return self._one if weights is None else weights[k]

    def reciprocal(self, dim: Dim, k: int) -> Scalar:
        return self.domain.power(self.weight(dim, k), Fraction(-1))

    def _weighted(self, array: Array, dim: Dim) -> Array:
        """The rows times the weights of the first axis."""
        weights = self.weights.get(dim) if isinstance(dim, str) else None
        if weights is None:
            return array
        mul = self.domain.mul
        return [[mul(w, a) for a in row] for w, row in zip(weights, array, strict=True)]

    def _full(self, shape: Shape, value: Scalar) -> Array:
        return [[value] * self.size(shape[1]) for _ in range(self.size(shape[0]))]

    def _zip(self, op: Callable[[Any, Any], Any], left: Array, right: Array) -> Array:
        """Entry by entry, stretching axes of size 1."""
        rows, columns = max(len(left), len(right)), max(len(left[0]), len(right[0]))
        left, right = stretch(left, rows, columns), stretch(right, rows, columns)
        return [[op(a, b) for a, b in zip(r, s, strict=True)]
                for r, s in zip(left, right, strict=True)]  # fmt: skip

    def _product(self, left: Array, right: Array, dim: Dim) -> Array:
        """The matrix product; `dim` is the dimension that is summed."""
        dot, columns = self.domain.dot, transposed(self._weighted(right, dim))
        self.work -= len(left) * len(columns) * len(right)
        return [[dot(row, column) for column in columns] for row in left]

    def _reduce(self, array: Array, shape: Shape, axis: int) -> Array:
        """The sum along an axis, kept with size 1; `shape` is that of the array."""
        if axis == 1:
            return transposed(self._reduce(transposed(array), (shape[1], shape[0]), 0))
        ones = [self._one] * len(array)
        columns = transposed(self._weighted(array, shape[0]))
        return [[self.domain.dot(ones, column) for column in columns]]

    def _fit(self, array: Array, shape: Shape, wanted: Shape) -> Array:
        """Sums along the axes that were stretched from `wanted` to `shape`."""
        for axis in (0, 1):
            if wanted[axis] == 1 and shape[axis] != 1:
                array = self._reduce(array, shape, axis)
                shape = (1, shape[1]) if axis == 0 else (shape[0], 1)
        return array

    # -- values --------------------------------------------------------------------------------

    def named(self, name: str) -> Array:
        """The value of a leaf or definition."""
        if name not in self._values:
            for needed in self._unsettled(name):
                self._values[needed] = (
                    self._fresh("value", needed)
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

    def _fresh(self, kind: str, name: str) -> Array:
        rows, columns = map(self.size, self.program.shape(name))
        return [[self.draw(kind, name, i, j) for j in range(columns)] for i in range(rows)]

    def _leaf(self, name: str) -> Array:
        leaf = self.program.leaves[name]
        if name == PI and leaf.dims == SCALAR:
            return [[self.domain.pi()]]
        array = self._fresh("leaf", name)
        if leaf.sums_to_one is None:
            return array
        if leaf.sums_to_one == 1:
            array = transposed(array)
        dim, minus = leaf.dims[leaf.sums_to_one], self.domain.number(-1)
        rest = self._weighted(array[:-1] + [[self._zero] * len(array[0])], dim)
        share = self.reciprocal(dim, len(array) - 1)
        ones = [self._one] * len(array)
        array[-1] = [
            self.domain.mul(
                share,
                self.domain.add(self._one, self.domain.mul(minus, self.domain.dot(ones, column))),
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
        key = (id(expr), *[self._at[i] for i in self._facts(expr)[2]])
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

    def _facts(self, expr: Expr) -> tuple[Expr, frozenset[str], tuple[Index, ...]]:
        """The expression (to keep its id alive), names mentioned, free indices in order."""
        facts = self._kept.get(id(expr))
        if facts is None:
            free: dict[Index, None] = {}
            mentioned: set[str] = set()
            if isinstance(expr, Symbol):
                mentioned.add(expr.name)
            for child in children(expr):
                _, below, indices = self._facts(child)
                mentioned |= below
                free.update(dict.fromkeys(indices))
            match expr:
                case SumOver(index=index):
                    free.pop(index, None)
                case Build(row=row, column=column):
                    for bound in (row, column):
                        if bound is not None:
                            free.pop(bound, None)
                case Entry(row=row, column=column) | Partial(row=row, column=column):
                    free.update({i: None for i in (row, column) if i is not None})
                case Delta(left=left, right=right):
                    free.update({left: None, right: None})
            facts = self._kept[id(expr)] = (expr, frozenset(mentioned), tuple(free))
        return facts

    def _each(self, index: Index | None) -> Iterable[int]:
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

    def _position(self, index: Index | None) -> int:
        return 0 if index is None else self._at[index]

    def _number(self, expr: Number) -> Array:
        return [[self.domain.number(expr.value)]]

    def _size(self, expr: Size) -> Array:
        weights = self.weights.get(expr.dim)
        if weights is None:
            return [[self.domain.number(self.sizes[expr.dim])]]
        return [[self.domain.dot([self._one] * len(weights), weights)]]

    def _eye(self, expr: Eye) -> Array:
        array = self._full(expr.shape, self._zero)
        for k, row in enumerate(array):
            row[k] = self.reciprocal(expr.dim, k)
        return array

    def _delta(self, expr: Delta) -> Array:
        k = self._at[expr.left]
        same = k == self._at[expr.right]
        return [[self.reciprocal(expr.left.dim, k) if same else self._zero]]

    def _transpose(self, expr: Transpose) -> Array:
        return transposed(self.value(expr.arg))

    def _matmul(self, expr: MatMul) -> Array:
        return self._product(self.value(expr.left), self.value(expr.right), expr.right.shape[0])

    def _times(self, expr: Times) -> Array:
        return self._zip(self.domain.mul, self.value(expr.left), self.value(expr.right))

    def _plus(self, expr: Plus) -> Array:
        return self._zip(self.domain.add, self.value(expr.left), self.value(expr.right))

    def _power(self, expr: Power) -> Array:
        power, e = self.domain.power, expr.exponent
        return [[power(a, e) for a in row] for row in self.value(expr.base)]

    def _sum(self, expr: Sum) -> Array:
        return self._reduce(self.value(expr.arg), expr.arg.shape, expr.axis)

    def _apply(self, expr: Apply) -> Array:
        return self._map(expr.function, expr.order, self.value(expr.arg))

    def _entry(self, expr: Entry) -> Array:
        array = self.value(expr.arg)
        if expr.row is not None:
            array = [array[self._at[expr.row]]]
        if expr.column is not None:
            array = [[row[self._at[expr.column]]] for row in array]
        return array

    def _sum_over(self, expr: SumOver) -> Array:
        total = self._full(expr.shape, self._zero)
        for k in self._each(expr.index):
            share = [[self.weight(expr.index.dim, k)]]
            term = self._zip(self.domain.mul, share, self.value(expr.body))
            total = self._zip(self.domain.add, total, term)
        return total

    def _build(self, expr: Build) -> Array:
        return [
            [self.value(expr.body)[0][0] for _ in self._each(expr.column)]
            for _ in self._each(expr.row)
        ]

    def _gradient(self, expr: Gradient) -> Array:
        return self.gradient(expr.name)

    # -- elementwise functions -----------------------------------------------------------------

    def _map(self, function: str, order: int, array: Array) -> Array:
        if order > 8:
            raise Unsupported(f"a derivative of order {order}")
        known: dict[Any, Scalar] = {}
        for row in array:
            for x in row:
                self.work -= 1 << order
                if x not in known:
                    known[x] = self._derivative(self.domain, function, order, x)
        return [[known[x] for x in row] for row in array]

    def _derivative(self, domain: Domain, function: str, order: int, x: Scalar) -> Scalar:
        """The derivative of a function: nested forward differentiation of its body."""
        primitive = function in PRIMITIVES
        body = None if primitive else self.program.functions[function].body
        if order == 0:
            if primitive:
                return domain.primitive(function, x)
            if body is None:
                return domain.unknown(function, 0, x)
            return self._body(domain, body, x)
        if body is None and not primitive:
            return domain.unknown(function, order, x)
        if primitive and order == 1:
            return slope(domain, function, x)
        dual = Dual(domain)
        return self._derivative(dual, function, order - 1, (x, domain.number(1)))[1]

    def _body(self, domain: Domain, body: Expr, x: Scalar) -> Scalar:
        match body:
            case Number(value=v):
                return domain.number(v)
            case Symbol(name=name):
                return x if name == ARGUMENT else self._constant(domain, name)
            case Times(left=a, right=b):
                return domain.mul(self._body(domain, a, x), self._body(domain, b, x))
            case Plus(left=a, right=b):
                return domain.add(self._body(domain, a, x), self._body(domain, b, x))
            case Power(base=a, exponent=e):
                return domain.power(self._body(domain, a, x), e)
            case Apply(function=f, order=k, arg=a):
                return self._derivative(domain, f, k, self._body(domain, a, x))
        raise Unsupported(f"a {type(body).__name__} in the body of a function")

    def _constant(self, domain: Domain, name: str) -> Scalar:
        """The value of a scalar leaf, lifted through as many dual numbers as are in use."""
        if domain is not self.domain and isinstance(domain, Dual):
            return domain.lift(self._constant(domain.base, name))
        return self.value(Symbol(name, SCALAR))[0][0]

    # -- derivatives ---------------------------------------------------------------------------

    def gradient(self, name: str) -> Array:
        """The derivative of the cost by a name that is taken to be independent."""
        if name not in self._gradients:
            if self.program.cost is None:
                raise Unsupported("the gradient of a cost that is not defined")
            root = self.program.symbol(self.program.cost)
            self._sweep(self._gradients, root, [[self._one]], name)
        return self._gradients[name]

    def pulled_back(self, root: Expr, seed: Array, name: str) -> Array:
        """The derivative of the number <seed, root> by a name: a row of a Jacobian."""
        adjoints: dict[str, Array] = {}
        self._sweep(adjoints, root, seed, name)
        return adjoints[name]

    def _sweep(self, adjoints: dict[str, Array], root: Expr, seed: Array, name: str) -> None:
        """Fills in the adjoint of `name` and of what lies between it and the root."""
        direct = names(root)
        within = self.graph.sources(direct & self.graph.readers.keys())
        if derives(root):
            raise Unsupported("the derivative of a derivative of the cost")
        needed, stack = set[str](), [name]
        while stack:
            top = stack.pop()
            if top in self.cut_gradients and adjoints is self._gradients:
                adjoints.setdefault(top, self._fresh("gradient", top))
            elif top not in needed and top not in adjoints:
                needed.add(top)
                stack.extend(r for r in self.graph.readers[top] if r in within)
        for top in [*reversed(self.graph.ordered(needed)), *sorted(needed)]:
            if top in adjoints:
                continue
            total = self._full(self.program.shape(top), self._zero)
            if top in direct:
                self._pull(root, seed, top, total)
            for reader in self.graph.readers[top]:
                if reader in adjoints and reader in within:
                    if self.graph.derives[reader]:
                        raise Unsupported("the derivative of a derivative of the cost")
                    self._pull(self.program.definitions[reader], adjoints[reader], top, total)
            adjoints[top] = total

    def _pull(self, expr: Expr, seed: Array, name: str, total: Array) -> None:
        """Adds to `total` the derivative of <seed, expr> by the direct mentions of a name."""
        if name not in self._facts(expr)[1]:
            return
        self.work -= len(seed) * len(seed[0])
        if isinstance(expr, Symbol):
            for row, addend in zip(total, seed, strict=True):
                row[:] = map(self.domain.add, row, addend)
        else:
            _PULL[type(expr)](self, expr, seed, name, total)

    def _pull_transpose(self, expr: Transpose, seed: Array, name: str, total: Array) -> None:
        self._pull(expr.arg, transposed(seed), name, total)

    def _pull_matmul(self, expr: MatMul, seed: Array, name: str, total: Array) -> None:
        rows, columns = expr.shape
        if name in self._facts(expr.left)[1]:
            right = transposed(self.value(expr.right))
            self._pull(expr.left, self._product(seed, right, columns), name, total)
        if name in self._facts(expr.right)[1]:
            left = transposed(self.value(expr.left))
            self._pull(expr.right, self._product(left, seed, rows), name, total)

    def _pull_times(self, expr: Times, seed: Array, name: str, total: Array) -> None:
        for factor, other in ((expr.left, expr.right), (expr.right, expr.left)):
            if name in self._facts(factor)[1]:
                product = self._zip(self.domain.mul, seed, self.value(other))
                self._pull(factor, self._fit(product, expr.shape, factor.shape), name, total)

    def _pull_plus(self, expr: Plus, seed: Array, name: str, total: Array) -> None:
        for term in (expr.left, expr.right):
            self._pull(term, self._fit(seed, expr.shape, term.shape), name, total)

    def _pull_power(self, expr: Power, seed: Array, name: str, total: Array) -> None:
        if expr.exponent == 0:
            return
        factor, less = self.domain.number(expr.exponent), expr.exponent - 1
        power, mul = self.domain.power, self.domain.mul
        local = [[mul(factor, power(a, less)) for a in row] for row in self.value(expr.base)]
        self._pull(expr.base, self._zip(mul, seed, local), name, total)

    def _pull_sum(self, expr: Sum, seed: Array, name: str, total: Array) -> None:
        rows, columns = expr.arg.shape
        self._pull(expr.arg, stretch(seed, self.size(rows), self.size(columns)), name, total)

    def _pull_apply(self, expr: Apply, seed: Array, name: str, total: Array) -> None:
        local = self._map(expr.function, expr.order + 1, self.value(expr.arg))
        self._pull(expr.arg, self._zip(self.domain.mul, seed, local), name, total)

    def _pull_entry(self, expr: Entry, seed: Array, name: str, total: Array) -> None:
        rows, columns = expr.arg.shape
        spread = self._full(expr.arg.shape, self._zero)
        share = self._one
        for index, dim in ((expr.row, rows), (expr.column, columns)):
            if index is not None:
                share = self.domain.mul(share, self.reciprocal(dim, self._at[index]))
        for i, row in enumerate(seed):
            for j, value in enumerate(row):
                k = i if expr.row is None else self._at[expr.row]
                spread[k][j if expr.column is None else self._at[expr.column]] = self.domain.mul(
                    share, value
                )
        self._pull(expr.arg, spread, name, total)

    def _pull_sum_over(self, expr: SumOver, seed: Array, name: str, total: Array) -> None:
        for k in self._each(expr.index):
            share = [[self.weight(expr.index.dim, k)]]
            self._pull(expr.body, self._zip(self.domain.mul, share, seed), name, total)

    def _pull_build(self, expr: Build, seed: Array, name: str, total: Array) -> None:
        rows, columns = expr.shape
        for i in self._each(expr.row):
            for j in self._each(expr.column):
                share = self.domain.mul(self.weight(rows, i), self.weight(columns, j))
                self._pull(expr.body, [[self.domain.mul(share, seed[i][j])]], name, total)

    def _partial(self, expr: Partial) -> Array:
        row, column = self._position(expr.row), self._position(expr.column)
        if self._nested(expr):
            return [[self._perturbed(expr, row, column)]]
        return [[self.pulled_back(expr.body, [[self._one]], expr.name)[row][column]]]

    def _nested(self, expr: Partial) -> bool:
        """Whether a derivative stands inside another one."""
        within = self.graph.sources(names(expr.body) & self.graph.readers.keys())
        below = any(self.graph.derives[n] for n in self.graph.ordered(within))
        return below or derives(expr.body)

    def _perturbed(self, expr: Partial, row: int, column: int) -> Scalar:
        """A derivative of what holds derivatives: forward, by dual numbers, over the sweep."""
        dual = Dual(self.domain)
        changed = self.graph.effects([expr.name])
        array = [[dual.lift(a) for a in r] for r in self.named(expr.name)]
        array[row][column] = (array[row][column][0], self._one)
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


def transposed(array: Array) -> Array:
    """Rows and columns swapped."""
    return [list(column) for column in zip(*array, strict=True)]


def stretch(array: Array, rows: int, columns: int) -> Array:
    """The array with axes of size 1 repeated."""
    if len(array[0]) != columns:
        array = [row * columns for row in array]
    return array if len(array) == rows else [array[0]] * rows


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

_PULL: Final[dict[type[Expr], Callable[[World, Any, Array, str, Array], None]]] = {
    Transpose: World._pull_transpose,
    MatMul: World._pull_matmul,
    Times: World._pull_times,
    Plus: World._pull_plus,
    Power: World._pull_power,
    Sum: World._pull_sum,
    Apply: World._pull_apply,
    Entry: World._pull_entry,
    SumOver: World._pull_sum_over,
    Build: World._pull_build,
}

__all__ = ["Array", "NoValue", "Unsupported", "World", "stretch", "transposed"]
