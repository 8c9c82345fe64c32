"""Evaluates matrix expressions and their derivatives at one point of a program.

In: a program, a domain of numbers, a size for every symbolic dimension, and optionally arrays
that stand for names or gradients (cuts).  Out: arrays, as lists of rows.  Nothing is expanded,
simplified or looked up: sums are added up, and a derivative is read off the tape on which the
same evaluation was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from derive.check.axes import Array, Axes, stretch, transposed, zipped
from derive.check.domains import Domain, Scalar, Unsupported
from derive.check.graph import PI, Graph
from derive.check.tape import Tape
from derive.program import (
    ARGUMENT,
    PRIMITIVES,
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
HIGHEST_ORDER: Final = 8
"""Of the derivative of a function."""
NOTHING: Final = frozenset[str]()
MINUS_ONE: Final = Fraction(-1)


class World(Axes):
    """All values of a program at one point; everything computed is kept.

    draw(kind, name, row, column) gives an entry of what is not computed: kind is "leaf", "value"
    for definitions in `values`, "gradient" for names in `gradients`.  given: arrays of names
    that are known from elsewhere.  weights(dim) gives those of an axis, None if it has none.

    A world may stand within an outer one, over a tape: then what does not follow from the names
    that are given, the definitions `moving`, is as it is outside.  What is cut has the value that
    it has outside, and the slopes of its definition.
    """

    def __init__(
        self,
        graph: Graph,
        domain: Domain,
        sizes: Mapping[str, int],
        draw: Callable[[str, str, int, int], Scalar],
        *,
        weights: Callable[[str], list[Scalar] | None] | None = None,
        values: Collection[str] = (),
        gradients: Collection[str] = (),
        given: Mapping[str, Array] | None = None,
        outer: World | None = None,
        moving: frozenset[str] = NOTHING,
    ) -> None:
        self.graph, self.program, self.draw = graph, graph.program, draw
        super().__init__(domain, sizes, weights, None if outer is None else outer._along)
        self.cut_values, self.cut_gradients = values, gradients
        self.outer, self.moving = outer, moving
        self.work = WORK
        self._values: dict[str, Array] = dict(given or {})
        self._touched = moving | self._values.keys()
        self.gradients: dict[str, Array] = {}
        self._memo: dict[tuple[object, ...], Array] = {}
        self._at: dict[Index, int] = {} if outer is None else outer._at

    def spend(self, entries: int) -> None:
        """Counts what is computed; `Unsupported` when it is too much."""
        if self.outer is not None:
            self.outer.spend(entries)
            return
        self.work -= entries
        if self.work < 0:
            raise Unsupported("too much to compute")

    # -- axes ----------------------------------------------------------------------------------

    def per_entry(self, array: Array, name: str, by_indices: bool) -> Array:
        """Derivatives by the numbers of a name as such by its entries, which carry weights."""
        return self.weighted(array, self.program.shape(name), self.reciprocal)

    # -- names ---------------------------------------------------------------------------------

    def named(self, name: str) -> Array:
        """The value of a leaf or definition."""
        if name not in self._values:
            for needed in (*self._unsettled(name), name):
                if needed not in self._values:
                    self._values[needed] = self._settled(needed)
        return self._values[name]

    def _unsettled(self, name: str) -> list[str]:
        """Definitions to compute for a name, in order: no recursion through deep programs."""
        found, stack = set[str](), [name]
        while stack:
            top = stack.pop()
            if top not in found and top not in self._values:
                found.add(top)
                if top in self.moving or (self.outer is None and top not in self.cut_values):
                    stack.extend(self.graph.reads.get(top, ()))
        return self.graph.ordered(found)

    def _settled(self, name: str) -> Array:
        if self.outer is not None and name not in self.moving:
            return self.outer.named(name)
        if name in self.program.leaves:
            return self._leaf(name)
        if self.outer is None and name in self.cut_values:
            return self.fresh("value", name)
        array = self.value(self.program.definitions[name])
        if self.outer is None or name not in self.cut_values:
            return array
        assert isinstance(self.domain, Tape)  # the slopes are those of the definition
        return zipped(self.domain.moved, array, self.outer.named(name))

    def fresh(self, kind: str, name: str) -> Array:
        rows, columns = map(self.size, self.program.shape(name))
        return [[self.draw(kind, name, i, j) for j in range(columns)] for i in range(rows)]

    def _leaf(self, name: str) -> Array:
        leaf, mul = self.program.leaves[name], self.domain.mul
        if name == PI and leaf.dims == SCALAR:
            return [[self.domain.pi()]]
        array = self.fresh("leaf", name)
        if leaf.sums_to_one is None:
            return array
        if leaf.sums_to_one == 1:
            array = transposed(array)
        dim, minus = leaf.dims[leaf.sums_to_one], self.domain.number(-1)
        share = self.reciprocal(dim, len(array) - 1)
        for j in range(len(array[0])):
            total = self.one
            for k, row in enumerate(array[:-1]):
                total = self.domain.add(total, mul(minus, mul(self.weight(dim, k), row[j])))
            array[-1][j] = mul(share, total)
        return transposed(array) if leaf.sums_to_one == 1 else array

    # -- values --------------------------------------------------------------------------------

    def value(self, expr: Expr) -> Array:
        """The array of an expression under the present values of its free indices."""
        if isinstance(expr, Symbol):
            if expr.name == PI and PI not in self.graph.readers:
                return [[self.domain.pi()]]
            return self.named(expr.name)
        facts = self.graph.facts(expr)
        if self.outer is not None and not facts.derives and self._touched.isdisjoint(facts.names):
            return self.outer.value(expr)
        key = (id(expr), *[self._at[i] for i in facts.free])
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = _VALUE[type(expr)](self, expr)
            self.spend(len(found) * len(found[0]))
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

    def _eye(self, expr: Eye) -> Array:
        array = self.full(expr.shape, self.zero)
        for k, row in enumerate(array):
            row[k] = self.reciprocal(expr.dim, k)
        return array

    def _delta(self, expr: Delta) -> Array:
        k = self._at[expr.left]
        same = k == self._at[expr.right]
        return [[self.reciprocal(expr.left.dim, k) if same else self.zero]]

    def _matmul(self, expr: MatMul) -> Array:
        left, right = self.value(expr.left), self.value(expr.right)
        self.spend(len(left) * len(right) * len(right[0]))
        columns = transposed(self.weighted(right, (expr.right.shape[0], 1), self.weight))
        return [[self.domain.dot(row, column) for column in columns] for row in left]

    def _sum(self, expr: Sum) -> Array:
        array, shape = self.value(expr.arg), expr.arg.shape
        if expr.axis == 1:
            array, shape = transposed(array), (shape[1], shape[0])
        columns = transposed(self.weighted(array, (shape[0], 1), self.weight))
        totals = [self.domain.dot([self.one] * len(array), column) for column in columns]
        return [totals] if expr.axis == 0 else [[total] for total in totals]

    def _power(self, expr: Power) -> Array:
        return [[self.domain.power(a, expr.exponent) for a in r] for r in self.value(expr.base)]

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
            term = zipped(self.domain.mul, share, self.value(expr.body))
            total = zipped(self.domain.add, total, term)
        return total

    def _build(self, expr: Build) -> Array:
        return [
            [self.value(expr.body)[0][0] for _ in self.each(expr.column)]
            for _ in self.each(expr.row)
        ]

    # -- functions -----------------------------------------------------------------------------

    def _apply(self, expr: Apply) -> Array:
        """Entry by entry; equal entries are computed once."""
        array, name, order = self.value(expr.arg), expr.function, expr.order
        if order > HIGHEST_ORDER:
            raise Unsupported(f"a derivative of order {order}")
        operations = self.graph.operations[name] * 3**order // 4 + 1
        self.spend(operations * len(array) * len(array[0]))
        known: dict[Scalar, Scalar] = {}
        for a in (a for row in array for a in row):
            if a not in known:
                known[a] = self._derivative(self.domain, name, order, a)
        return [[known[a] for a in row] for row in array]

    def _derivative(self, domain: Domain, name: str, order: int, a: Scalar) -> Scalar:
        """Of a function at a number: that of its body, recorded as often as the order says."""
        body = None if name in PRIMITIVES else self.program.functions[name].body
        if body is None and name not in PRIMITIVES:
            return domain.unknown(name, order, a)
        if order == 0:
            return domain.primitive(name, a) if body is None else self._body(domain, body, a)
        tape = Tape(domain)
        x = tape.variable(a)
        return tape.slopes(self._derivative(tape, name, order - 1, x), [x])[0]

    def _body(self, domain: Domain, body: Expr, x: Scalar) -> Scalar:
        match body:
            case Number(value=v):
                return domain.number(v)
            case Symbol(name=name):
                return x if name == ARGUMENT else self.value(body)[0][0]
            case Times(left=a, right=b):
                return domain.mul(self._body(domain, a, x), self._body(domain, b, x))
            case Plus(left=a, right=b):
                return domain.add(self._body(domain, a, x), self._body(domain, b, x))
            case Power(base=a, exponent=e):
                return domain.power(self._body(domain, a, x), e)
            case Apply(function=f, order=k, arg=a):
                return self._derivative(domain, f, k, self._body(domain, a, x))
        raise Unsupported(f"a {type(body).__name__} in the body of a function")

    # -- derivatives ---------------------------------------------------------------------------

    def slopes(self, expr: Expr, seed: Array, name: str, moving: frozenset[str] = NOTHING) -> Array:
        """The derivative of the number <seed, expr> by a name that is taken to be independent.

        The definitions `moving` follow the name; all others are held.
        """
        expr = self._moved_terms(expr, moving | {name})
        tape = Tape(self.domain)
        variables = [[tape.variable(a) for a in row] for row in self.named(name)]
        inner = type(self)(
            self.graph,
            tape,
            self.sizes,
            self.draw,
            weights=self.weights,
            values=self.cut_values,
            given={name: variables},
            outer=self,
            moving=moving - {name},
        )
        value = inner.value(expr)
        rows, columns = len(value), len(value[0])
        shares = self.weighted(stretch(seed, rows, columns), expr.shape, self.weight)
        flat = [[a for row in array for a in row] for array in (shares, value, variables)]
        found = iter(tape.slopes(tape.dot(flat[0], flat[1]), flat[2]))
        array = [[next(found) for _ in row] for row in variables]
        defined = self.graph.defined
        within = [self.graph.facts(expr), *(defined[d] for d in moving if d in defined)]
        return self.per_entry(array, name, any("entry" in facts.holds for facts in within))

    def _moved_terms(self, expr: Expr, moving: frozenset[str]) -> Expr:
        """A sum without the terms that stay: they have no slope, and perhaps no value here."""
        while isinstance(expr, Plus):
            for kept, stays in ((expr.left, expr.right), (expr.right, expr.left)):
                facts = self.graph.facts(stays)
                held = not facts.derives and moving.isdisjoint(facts.names)
                if held and kept.shape == expr.shape:
                    expr = kept
                    break
            else:
                break
        return expr

    def pulled_back(self, root: Expr, seed: Array, name: str) -> Array:
        """The derivative of <seed, root> by a name, through all that is computed from it."""
        return self.slopes(root, seed, name, self.graph.effects([name]))

    def _partial(self, expr: Partial) -> Array:
        body = expr.body  # one tape serves all entries of the name
        key = ("by", expr.name, id(body), *[self._at[i] for i in self.graph.facts(body).free])
        if key not in self._memo:
            self._memo[key] = self.pulled_back(body, [[self.one]], expr.name)
        return [[self._memo[key][self.position(expr.row)][self.position(expr.column)]]]

    def gradient(self, name: str) -> Array:
        """The derivative of the cost by a name, from definition to definition."""
        cost, graph = self.program.cost, self.graph
        if name not in self.gradients:
            if cost is None:
                raise Unsupported("the gradient of a cost that is not defined")
            within = graph.sources([cost])
            needed = self._between(name, within)
            for top in [*reversed(graph.ordered(needed)), *sorted(needed)]:
                if top in self.gradients:
                    continue
                total = self.full(self.program.shape(top), self.one if top == cost else self.zero)
                for reader in (r for r in graph.readers[top] if r in within):
                    if graph.defined[reader].derives:
                        raise Unsupported("the derivative of a derivative of the cost")
                    body, seed = self.program.definitions[reader], self.gradients[reader]
                    total = zipped(self.domain.add, total, self.slopes(body, seed, top))
                self.gradients[top] = total
        return self.gradients[name]

    def _between(self, name: str, within: Collection[str]) -> set[str]:
        """What lies between a name and the cost, as far as the nearest cuts; those are drawn."""
        needed, stack = set[str](), [name]
        while stack:
            top = stack.pop()
            if top in self.cut_gradients:
                self.gradients.setdefault(top, self.fresh("gradient", top))
            elif top not in needed and top not in self.gradients:
                needed.add(top)
                stack.extend(r for r in self.graph.readers[top] if r in within)
        return needed


_VALUE: Final[dict[type[Expr], Callable[[World, Any], Array]]] = {
    Number: lambda world, e: [[world.domain.number(e.value)]],
    Size: lambda world, e: [[world.measure(e.dim)]],
    Eye: World._eye,
    Delta: World._delta,
    Transpose: lambda world, e: transposed(world.value(e.arg)),
    MatMul: World._matmul,
    Times: lambda world, e: zipped(world.domain.mul, world.value(e.left), world.value(e.right)),
    Plus: lambda world, e: zipped(world.domain.add, world.value(e.left), world.value(e.right)),
    Power: World._power,
    Sum: World._sum,
    Apply: World._apply,
    Entry: World._entry,
    SumOver: World._sum_over,
    Build: World._build,
    Gradient: lambda world, e: world.gradient(e.name),
    Partial: World._partial,
}
