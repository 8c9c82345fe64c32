"""The second half of every `verified`: both sides agree at a certifying shape.

In: a program and a statement.  Out: an `Acceptance`, with the sizes and number of points, or the
reason why not.  Nothing of the engine is used: not its terms, not its cuts, not its shapes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Final

from derive.check.domains import Field, Logarithms, NoValue, Scalar, Unsupported
from derive.check.evaluate import World
from derive.check.facts import union
from derive.check.fingerprint import of_statement
from derive.check.graph import Graph, fits, graph_of, sides
from derive.check.order import differ
from derive.check.search.cuts import Cut, cuts
from derive.check.shape import Census, census, counted, degrees, height
from derive.check.signs import has_roots_of_positive
from derive.check.statements import agree, telescoped
from derive.program import ONE, ZERO, Composition, Equation, Program, Statement

POINTS: Final = 1
"""Two polynomials that differ agree at a random point with a chance of their degree in 2^80."""
POINTS_WITH_ROOTS: Final = 2
"""Of the two roots of a square one is a square; which one is a matter of chance.  Logarithms are
compared modulo a product of small primes, whose chances are higher."""
SIGNS: Final = 160
"""Steps are 0 or 1 at a point, each with a chance of one half: so many are drawn in all."""
POINTS_WITH_STEPS: Final = (8, 48)
"""At least and at most so many points are taken for them."""
TRIES: Final = 300
"""Points tried for one that has values (roots need squares)."""
WIDEST: Final = 40
"""The largest size of a dimension in a certifying shape."""
EFFORT: Final = 400_000
"""Entries computed at one point of a certifying shape."""
WASTE: Final = 40_000
"""Entries computed at points that turn out to have no values, before no more are tried."""
MOST_SHAPES: Final = 200
"""Shapes tried where axes cannot have weights."""
LOCAL: Final = 2
"""Cuts that are tried before the whole program: they take as long in a deep one as in any."""
WHOLE: Final = Cut()
Level = tuple[int, bool]
SIGNLESS: Final = (0, True)
LEVELS: Final[tuple[Level, ...]] = (SIGNLESS, (0, False), (1, False))
"""Kinds of `Logarithms`; the first only where all that logarithms are taken of is positive."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """accepted: both sides agree for all shapes.  sizes: the certifying shape; points: how many
    random points agreed there.  reason: "" or why it was not accepted."""

    accepted: bool
    sizes: dict[str, int] = field(default_factory=dict)
    points: int = 0
    reason: str = ""


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
        if isinstance(statement, Composition):
            return _composition(graph, statement)
        if not fits(statement):
            return Acceptance(False, reason="the sides have different shapes")
        if _differentiates_gradients(graph, statement):
            return Acceptance(False, reason="the derivative of a derivative of the cost")
        return _Trial(graph, statement).outcome()
    except RecursionError:
        return Acceptance(False, reason="nested too deeply to evaluate")
    except ValueError as error:  # of the program, or `Unsupported`
        return Acceptance(False, reason=str(error))


def _differentiates_gradients(graph: Graph, statement: Equation) -> bool:
    """A gradient under a derivative: where it is cut, it would pass for a constant."""
    found = union([graph.facts(side) for side in sides(statement)])
    return bool(found.partials) and ("second" in found.holds or bool(graph.whole.gradients))


class _Trial:
    """One equation before the checker, under one cut after the other."""

    def __init__(self, graph: Graph, statement: Equation) -> None:
        self.graph, self.statement = graph, statement
        letters = graph.letters(statement)
        self.letters = Counter(i.dim for i in letters if isinstance(i.dim, str))
        found = graph.mentioned(sides(statement))
        self.repeated = "delta" in found.holds or (found.derives and bool(letters))
        self.met_logarithm = self.met_step = self.met_root = False
        self.effort = 20 * EFFORT
        self.what = of_statement(graph.digest, statement, sides(statement))

    def outcome(self) -> Acceptance:
        """The verdict; a cut that does not show the statement says nothing against it."""
        reason = ""
        for k, cut in enumerate(cuts(self.graph, self.statement)):
            try:
                return self._certified(cut)
            except (_Differs, Unsupported) as error:
                reason = reason or str(error)
            if k == LOCAL and not self._plausible():
                break
        return Acceptance(False, reason=reason)

    def _plausible(self) -> bool:
        """Whether the whole program agrees at a small shape: no cut saves a statement if not."""
        dims = self.graph.dimensions(sides(self.statement))
        sizes = {dim: 2 + k % 2 for k, dim in enumerate(dims)}
        try:
            self._agreed(WHOLE, sizes, height(self._census(WHOLE)))
        except _Differs:
            return False
        except Unsupported:
            return True
        return True

    def _certified(self, cut: Cut) -> Acceptance:
        """Agreement at the certifying shape of a cut; `_Differs` or `Unsupported` if there is none.

        Steps and roots: a few points in real numbers, too.  What is cut may be 0 for half of all
        values, as a ReLU is, and random arrays never are; at these points nothing is cut.
        """
        self.met_step = self.met_root = False
        world = self._census(cut)
        sizes = self._sizes(world)
        widest = max(sizes.values(), default=1)
        if widest > WIDEST:
            raise Unsupported(f"too large to certify: a size of {widest} is needed")
        growth = degrees(world, sides(self.statement))
        points, logarithms = self._agreed(cut, sizes, height(world), growth)
        if self.met_step or self.met_root:
            small = {dim: 2 + k % 2 for k, dim in enumerate(sizes)}
            differs = differ(self.graph, self.statement, small)
            if differs:
                return Acceptance(False, reason="the sides differ in real numbers")
            if differs is None and logarithms:
                return Acceptance(False, reason="no real point to compare logarithms at")
        return Acceptance(True, sizes, points)

    def _positive(self) -> bool:
        return all(has_roots_of_positive(self.graph, side) for side in sides(self.statement))

    def _census(self, cut: Cut) -> Census:
        """Both sides, counted under a cut."""
        world = census(self.graph, *cut)
        for side in sides(self.statement):
            counted(world, side)
        return world

    def _sizes(self, world: Census) -> dict[str, int]:
        """At least the indices of each dimension in a monomial of both sides, at least 2."""
        left, right = sides(self.statement)
        count = Counter(self.letters)
        for dim in right.shape if left == ZERO else left.shape:
            count.update([dim] if isinstance(dim, str) else [])
        for leaf in self.graph.program.leaves.values():
            if leaf.sums_to_one is not None:
                dim = leaf.dims[leaf.sums_to_one]
                count.update([dim] if isinstance(dim, str) else [])
        for side in (left, right):
            count.update(counted(world, side))
        dims = {*self.graph.dimensions(sides(self.statement)), *self.letters}
        return {dim: max(2, count[dim]) for dim in sorted(dims)}

    def _agreed(
        self, cut: Cut, sizes: dict[str, int], primes: int, growth: Mapping[str, int] | None = None
    ) -> tuple[int, bool]:
        """At how many points the sides agree, and whether in `Logarithms`; or why not.

        Number systems in which the statement may hold: in each it proves the statement.  Axes
        without weights: none; or all, where an index may be repeated.  A weighted axis knows only
        averages: there, delta_jj is not 1, and d z_j / d W_jk, which is about one j, has no
        meaning.  Without weights, sizes are numbers, and could be roots of a factor such as m - 3:
        so each is tried at more values than the degree in it, together with those of all others.

        growth: these degrees; without it, one point without weights shows a difference.
        """
        first: ValueError | None = None
        kinds = [False] if growth is None else [True, False] if self.repeated else [True]
        for level in (None, *LEVELS):
            if level is not None and not self.met_logarithm:
                break
            if level == SIGNLESS and not self._positive():
                continue
            for weighted in tuple(kinds):
                try:
                    shapes = [sizes] if weighted or growth is None else _grid(sizes, growth)
                    enough = POINTS if level is None else POINTS_WITH_ROOTS
                    wanted = 1 if growth is None else max(enough, len(shapes))
                    points = self._points(
                        cut, shapes, weighted, wanted, primes, level, growth is None
                    )
                    return points, level is not None
                except (_Differs, Unsupported) as error:
                    first = first or error
                    if level is not None and isinstance(error, Unsupported):
                        kinds.remove(weighted)  # as many values are missing at the next level
        assert first is not None
        raise first

    def _points(
        self,
        cut: Cut,
        shapes: list[dict[str, int]],
        weighted: bool,
        wanted: int,
        primes: int,
        level: Level | None,
        once: bool,
    ) -> int:
        """Compares at so many points of these shapes.

        At more of them as soon as a root or a step is met; once: not so.
        """
        agreed, spare = 0, WASTE
        for seed in range(TRIES + wanted):
            domain = Field(primes, seed, self.what) if level is None else Logarithms(seed, *level)
            sizes = shapes[agreed % len(shapes)]
            world = weighted_world(self.graph, domain, sizes, cut, weighted)
            world.work = available = min(EFFORT, self.effort)
            try:
                if not agree(world, self.statement, self.letters):
                    raise _Differs("the sides differ")
                agreed += 1
            except NoValue:
                spare -= available - world.work
                if spare < 0:
                    break
                continue
            finally:
                self.effort -= available - world.work
                self.met_logarithm = self.met_logarithm or domain.met_logarithm
                self.met_step = self.met_step or bool(domain.signs)
                self.met_root = self.met_root or domain.met_root
            if not once and domain.met_root:
                wanted = max(wanted, POINTS_WITH_ROOTS)
            if not once and domain.signs:
                fewest, most = POINTS_WITH_STEPS
                wanted = max(wanted, fewest, min(most, SIGNS // len(domain.signs)))
            if agreed >= wanted:
                return agreed
        raise Unsupported("no point at which both sides have a value")


def _grid(sizes: dict[str, int], growth: Mapping[str, int]) -> list[dict[str, int]]:
    """Each size at one value more than the degree in it; `Unsupported` if these are too many."""
    counts = [1 + growth.get(dim, 0) for dim in sizes]
    if prod(counts) > MOST_SHAPES:
        raise Unsupported(f"{prod(counts)} shapes would have to be tried")
    steps = product(*map(range, counts))
    return [
        {dim: n + more for (dim, n), more in zip(sizes.items(), step, strict=True)}
        for step in steps
    ]


class _Differs(ValueError):
    """The sides differ at a point."""


def weighted_world(
    graph: Graph,
    domain: Field,
    sizes: Mapping[str, int],
    cut: Cut = WHOLE,
    weighted: bool = True,
) -> World:
    """A point, with weighted axes or without; what is cut is drawn at random.

    The size of an axis, the sum of its weights, is positive: a square.
    """

    def draw(kind: str, name: str, row: int, column: int) -> Scalar:
        positive = graph.program.leaves[name].domain if kind == "leaf" else "real"
        return domain.leaf(positive, kind, name, row, column)

    def weights(dim: str) -> list[Scalar] | None:
        if dim not in sizes:
            return None
        free = [domain.random("weight", dim, k) for k in range(sizes[dim] - 1)]
        return [*free, domain.add(domain.leaf("positive", "size", dim), -sum(free))]

    given = weights if weighted else None
    return World(graph, domain, sizes, draw, weights=given, values=cut[0], gradients=cut[1])


def _composition(graph: Graph, statement: Composition) -> Acceptance:
    """The scale is 1, and the factors telescope.

    The chain rule is then a theorem for all shapes: every way from the variable to the value
    passes through each name at which factors meet.
    """
    scale = check(graph.program, Equation(statement.scale, ONE))
    if not scale.accepted:
        return Acceptance(False, reason="the scale is not 1")
    order, reason = telescoped(graph, statement)
    if order is None:
        return Acceptance(False, reason=reason)
    return Acceptance(True, scale.sizes, scale.points)
