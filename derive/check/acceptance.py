"""The second half of every `verified`: both sides agree at a certifying shape.

In: a program and a statement.  Out: an `Acceptance`, with the sizes and number of points, or the
reason why not.  Nothing of the engine is used: not its terms, not its cuts, not its shapes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from derive.check.domains import Field, Logarithms, NoValue, Scalar, Unsupported
from derive.check.evaluate import World
from derive.check.facts import union
from derive.check.fingerprint import of_statement
from derive.check.graph import Graph, fits, graph_of, sides
from derive.check.order import differ
from derive.check.shape import Census, height
from derive.check.statements import NO_PLACES, agree, compose, telescoped
from derive.program import (
    ONE,
    ZERO,
    Composition,
    Equation,
    Program,
    Statement,
)

POINTS: Final = 2
POINTS_WITH_STEPS: Final = 12
"""Steps are 0 or 1 at a point, each with a chance of one half, so they need more of them."""
TRIES: Final = 300
"""Points tried for one that has values (roots need squares)."""
WIDEST: Final = 40
"""The largest size of a dimension in a certifying shape."""
EFFORT: Final = 400_000
"""Entries computed at one point of a certifying shape."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """accepted: both sides agree for all shapes.  sizes: the certifying shape; points: how many
    random points agreed there.  reason: "" or why it was not accepted."""

    accepted: bool
    sizes: dict[str, int]
    points: int
    reason: str


@dataclass(frozen=True, slots=True)
class Cut:
    """Definitions and gradients that stand for themselves, as fresh arrays."""

    values: frozenset[str]
    gradients: frozenset[str]


def check(program: Program, statement: Statement) -> Acceptance:
    """Whether the statement holds for all shapes and values, by independent evaluation.

    >>> from derive.program import MatMul, Leaf, Transpose
    >>> program = Program({"A": Leaf(("n", "k")), "B": Leaf(("k", "n"))}, {})
    >>> A, B = program.symbol("A"), program.symbol("B")
    >>> right = Transpose(MatMul(Transpose(B), Transpose(A)))
    >>> check(program, Equation(MatMul(A, B), right)).accepted
    True
    >>> check(program, Equation(MatMul(B, A), Transpose(MatMul(B, A)))).reason
    'the sides differ'
    """
    try:
        graph = graph_of(program)
        graph.check_statement(statement)
    except ValueError as error:
        return Acceptance(False, {}, 0, str(error))
    if isinstance(statement, Composition):
        if not check(program, Equation(statement.scale, ONE)).accepted:
            return Acceptance(False, {}, 0, "the scale is not 1")
        return _check_composition(graph, statement)
    if not fits(statement):
        return Acceptance(False, {}, 0, "the sides have different shapes")
    if _differentiates_gradients(graph, statement):
        return Acceptance(False, {}, 0, "the derivative of a derivative of the cost")
    trial = _Trial(graph, statement)
    reason = ""
    for k, cut in enumerate(_cuts(graph, statement)):
        outcome = trial.certify(cut)
        if outcome.accepted:
            reason = trial.out_of_order(outcome.sizes)
            return Acceptance(False, {}, 0, reason) if reason else outcome
        reason = reason or outcome.reason
        if k == 0 and not trial.plausible():
            break
    return Acceptance(False, {}, 0, reason or "the sides differ")


def _differentiates_gradients(graph: Graph, statement: Equation) -> bool:
    """A gradient under a derivative: where it is cut, it would pass for a constant."""
    found = union(map(graph.facts, sides(statement)))
    return bool(found.partials) and (found.twice or bool(graph.whole.gradients))


def _cuts(graph: Graph, statement: Equation) -> Iterator[Cut]:
    """From the most local view of the statement to the whole program."""
    left, right = (graph.facts(side) for side in sides(statement))
    gradients = {*left.gradients, *right.gradients}
    mentioned = {*left.names, *right.names, *left.partials, *right.partials, *gradients}
    mentioned &= graph.readers.keys()
    behind = _behind(graph, gradients)
    shared = left.gradients & right.gradients
    first = mentioned - _behind(graph, mentioned)
    everything = frozenset(graph.position)
    between = everything - (graph.effects(first) - first)
    seen = set[Cut]()
    for opaque in (
        behind | shared,
        behind,
        behind - _behind(graph, behind, before=True),
        set[str](),
    ):
        for values in (everything, between, frozenset[str]()):
            cut = Cut(frozenset(values), frozenset(opaque))
            if cut not in seen:
                seen.add(cut)
                yield cut


def _behind(graph: Graph, names: set[str], before: bool = False) -> set[str]:
    """Those that are computed from another of them; or, before, that another is computed from."""
    reach = {name: graph.effects([name]) - {name} for name in names}
    if before:
        return {a for a in names if reach[a] & names}
    return {a for a in names if any(a in reach[b] for b in names)}


class _Trial:
    """One equation before the checker, under one cut after the other."""

    def __init__(self, graph: Graph, statement: Equation) -> None:
        self.graph, self.statement = graph, statement
        self.met_logarithm = self.met_step = self.met_root = False
        self.marked = Counter(i.dim for i in graph.letters(statement) if isinstance(i.dim, str))
        self.agreed = 0
        self.by_logarithms = False
        self.repeated = _repeats_indices(graph, statement)
        self.effort = 20 * EFFORT
        self.what = of_statement(graph.digest, statement, sides(statement))

    def plausible(self) -> bool:
        """Whether the whole program agrees at a small shape: no cut saves a statement if not."""
        sizes = {dim: 2 + k % 2 for k, dim in enumerate(_dimensions(self.graph, self.statement))}
        whole = Cut(frozenset(), frozenset())
        plain = frozenset(sizes)
        return any(
            self._agrees(field, sizes, whole, 1, plain) != "" for field in self._fields(whole)
        )

    def out_of_order(self, sizes: dict[str, int]) -> str:
        """Why what was certified does not hold in real numbers after all, "" if nothing.

        Steps and roots: a few points in real numbers.  What is cut may be 0 for half of all
        values, as a ReLU is, and random arrays never are; at these points nothing is cut.
        """
        if not (self.met_step or self.met_root):
            return ""
        small = {dim: 2 + k % 2 for k, dim in enumerate(sizes)}
        differs = differ(self.graph, self.statement, small)
        if differs:
            return "the sides differ in real numbers"
        if differs is None and self.by_logarithms:
            return "no real point to compare logarithms at"
        return ""

    def certify(self, cut: Cut) -> Acceptance:
        """The verdict at the certifying shape of a cut."""
        self.met_step = self.met_root = False
        census = Census(self.graph, cut.values, cut.gradients)
        sizes = _certifying_sizes(self.graph, self.statement, census)
        for dim, places in self.marked.items():
            sizes[dim] = max(sizes[dim], places + 1)
        widest = max(sizes.values(), default=1)
        reason = f"too large to certify: a size of {widest} is needed" if widest > WIDEST else ""
        for field in self._fields(cut) if not reason else ():
            for plain in self._plain_axes(sizes):
                wanted = max([POINTS, *(sizes[dim] + 2 for dim in plain)])
                outcome = self._agrees(field, sizes, cut, wanted, plain)
                if outcome is None:
                    return Acceptance(True, sizes, self.agreed, "")
                reason = reason or outcome
        return Acceptance(False, {}, 0, reason)

    def _plain_axes(self, sizes: dict[str, int]) -> Iterator[frozenset[str]]:
        """Axes without weights: none; or all, where an index may be repeated.

        A weighted axis knows only averages: there, delta_jj is not 1, and d z_j / d W_jk, which is
        about one j, has no meaning.  Axes without weights take several sizes instead, more than
        the degree of the sides in them.
        """
        yield frozenset()
        if self.repeated:
            yield frozenset(sizes)

    def _fields(self, cut: Cut) -> Iterator[Callable[[int], Field]]:
        """Number systems in which the statement may hold; in each it proves the statement."""
        primes = height(self.graph, sides(self.statement), cut.values)
        yield lambda seed: Field(primes, seed, self.what)
        if self.met_logarithm:
            yield lambda seed: Logarithms(seed)
            yield lambda seed: Logarithms(seed, level=1)

    def _agrees(
        self,
        field: Callable[[int], Field],
        sizes: dict[str, int],
        cut: Cut,
        wanted: int,
        plain: frozenset[str],
    ) -> str | None:
        """None if the sides agree at that many points; "" if they differ; or why not."""
        self.agreed = 0
        for seed in range(TRIES):
            domain = field(seed)
            self.by_logarithms = isinstance(domain, Logarithms)
            grown = {
                dim: n + (self.agreed * (k + 1) % wanted if dim in plain else 0)
                for k, (dim, n) in enumerate(sizes.items())
            }
            world = weighted_world(self.graph, domain, grown, cut, plain, self.marked)
            world.work = available = min(EFFORT, self.effort)
            try:
                if not agree(world, self.statement, self.marked):
                    return ""
                self.agreed += 1
            except NoValue:
                continue
            except Unsupported as error:
                return str(error)
            except RecursionError:
                return "nested too deeply to evaluate"
            finally:
                self.effort -= available - world.work
                self.met_logarithm = self.met_logarithm or domain.met_logarithm
                self.met_step = self.met_step or domain.met_step
                self.met_root = self.met_root or domain.met_root
            if domain.met_step and wanted > 1:
                wanted = max(wanted, POINTS_WITH_STEPS)
            if self.agreed >= wanted:
                return None
        return "no point at which both sides have a value"


def _certifying_sizes(graph: Graph, statement: Equation, census: Census) -> dict[str, int]:
    """At least the indices of each dimension in a monomial of both sides, at least 2."""
    count = census.plain(statement.left) + census.plain(statement.right)
    shape = statement.right.shape if statement.left == ZERO else statement.left.shape
    for dim in [*shape, *(index.dim for index in graph.letters(statement))]:
        if isinstance(dim, str):
            count[dim] += 1
    for leaf in graph.program.leaves.values():
        if leaf.sums_to_one is not None and isinstance(dim := leaf.dims[leaf.sums_to_one], str):
            count[dim] += 1
    return {dim: max(2, count[dim]) for dim in _dimensions(graph, statement)}


def _dimensions(graph: Graph, statement: Equation) -> list[str]:
    indices = {index.dim for index in graph.letters(statement) if isinstance(index.dim, str)}
    return sorted({*graph.dimensions(sides(statement)), *indices})


def _repeats_indices(graph: Graph, statement: Equation) -> bool:
    """Whether an index may meet itself in a delta: by a derivative by an entry, or a delta."""
    found = graph.mentioned(sides(statement))
    return found.deltas or (found.derives and bool(graph.letters(statement)))


def weighted_world(
    graph: Graph,
    field: Field,
    sizes: dict[str, int],
    cut: Cut,
    plain: frozenset[str] = frozenset(),
    marked: Mapping[str, int] = NO_PLACES,
) -> World:
    """A point with weighted axes, but for the `plain`; what is cut is drawn at random.

    marked: the first places of an axis, where free indices stand, have the weight 1: there a
    derivative by an entry is about that entry, and delta_jj is 1.
    """

    def draw(kind: str, name: str, row: int, column: int) -> Scalar:
        domain = graph.program.leaves[name].domain if kind == "leaf" else "real"
        return field.leaf(domain, kind, name, row, column)

    weights = Weights(field, {d: n for d, n in sizes.items() if d not in plain}, marked)
    return World(
        graph, field, sizes, draw, weights=weights, values=cut.values, gradients=cut.gradients
    )


class Weights(Mapping[str, list[Scalar]]):
    """Random weights of each axis; their sum, the size of the axis, is positive: a square.

    They are drawn when they are asked for: a claim is about few of the axes of a deep network.
    """

    def __init__(self, field: Field, sizes: Mapping[str, int], marked: Mapping[str, int]) -> None:
        self.field, self.sizes, self.marked = field, sizes, marked

    def __getitem__(self, dim: str) -> list[Scalar]:
        field, size = self.field, self.sizes[dim]
        places = min(self.marked.get(dim, 0), size - 1)
        free = [field.number(1)] * places
        free += [field.random("weight", dim, k) for k in range(places, size - 1)]
        total = field.leaf("positive", "size", dim)
        return [*free, field.add(total, -sum(free))]

    def __iter__(self) -> Iterator[str]:
        return iter(self.sizes)

    def __len__(self) -> int:
        return len(self.sizes)


def _check_composition(graph: Graph, statement: Composition) -> Acceptance:
    """Both maps agree on random cotangents, at sizes 2 and 3, and the factors telescope.

    The chain rule is then a theorem for all shapes: every way from the variable to the value
    passes through each name at which factors meet.
    """
    order, reason = telescoped(graph, statement)
    if order is None:
        return Acceptance(False, {}, 0, reason)
    dims = graph.dimensions([statement.scale])
    sizes: dict[str, int] = {}
    agreed = 0
    what = of_statement(graph.digest, statement, sides(statement))
    for seed in range(TRIES):
        sizes = {dim: 2 + (k + agreed) % 2 for k, dim in enumerate(dims)}
        field = Field(height(graph, [], ()), seed, what)
        try:
            world = weighted_world(graph, field, sizes, Cut(frozenset(), frozenset()))
            if not compose(world, statement, order):
                return Acceptance(False, {}, 0, "the sides differ")
        except NoValue:
            continue
        except Unsupported as error:
            return Acceptance(False, {}, 0, str(error))
        agreed += 1
        if agreed == POINTS:
            return Acceptance(True, sizes, agreed, "")
    return Acceptance(False, {}, 0, "no point at which the maps have a value")
