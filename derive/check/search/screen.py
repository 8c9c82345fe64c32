"""The fast refuting screen: a few exact points of a program, shared by all claims of a note.

In: a program, once; then statements, one after the other.  Out: False (the sides differ at a
point), True (they agree at all of them), None (they have no value anywhere).  The forward pass
and every gradient are computed once a point; a statement costs only its own expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from derive.check.domains import HIGHEST, Field, Logarithms, NoValue, Scalar, Unsupported
from derive.check.evaluate import World
from derive.check.graph import fits, graph_of
from derive.check.order import differ
from derive.check.search.points import Known, Point, height_of
from derive.check.statements import Order, agree, telescoped
from derive.program import Composition, Expr, Index, Program, Statement

TRIES: Final = 60
"""Points tried for one at which a statement has a value."""
PATIENCE: Final = 300
FEWER: Final = 3
"""Where so many points of a program gave no value, so few are tried from then on."""
POINTS_WITH_STEPS: Final = 5
SIZES: Final = (3, 2, 4, 5)
MOST_IN_REALS: Final = 200
"""So many statements of a program are compared in real numbers if they have no value in a field."""
AGAIN: Final = 3
"""After so many statements with one left side its values are kept for those that follow."""


class Screen:
    """Points at which the claims about one program are compared.

    The first point has sizes that differ as far as possible, the second equal ones: a wrong
    transpose or axis shows in one or the other.  Where the program has steps (ReLU), there are
    at least five points.  ValueError if the program makes no sense.
    """

    def __init__(self, program: Program, *, points: int = 2, seed: int = 0) -> None:
        self.graph = graph_of(program)
        self.seed = seed
        self._height = min(height_of(self.graph, []) + 1, HIGHEST)
        if "step" in self.graph.functions():
            points = max(points, POINTS_WITH_STEPS)
        self._dims = self.graph.dimensions([])
        self._tried = self._fruitless = self._in_real_numbers = 0
        self._logarithmic: list[Point] = []
        self._worlds = [self._world(k) for k in range(points)]
        self._left: Expr | None = None
        self._times = 0
        self._kept: dict[int, tuple[Point, Known | None]] = {}

    def agrees(self, statement: Statement, *, laws: bool = True) -> bool | None:
        """Whether the sides agree at all points that give them a value; None if none does.

        laws: whether log(a b) = log(a) + log(b) is known, at some expense where they differ.

        False is no refutation yet: an identity of real numbers that the field does not know,
        such as step(x^2 + 1) = 1, fails here too.  A counterexample refutes.
        """
        try:
            self.graph.check_statement(statement)
        except ValueError:
            return None
        if isinstance(statement, Composition):
            if telescoped(self.graph, statement)[0] is None:
                return False
        elif not fits(statement):
            return False
        left = None if isinstance(statement, Composition) else statement.left
        if left is not self._left:
            self._left, self._times = left, 0
            self._kept.clear()
        self._times += 1
        outcome = self._compare(self._worlds, statement)
        if laws and outcome is False and self._met_logarithm():
            if not self._logarithmic:
                self._logarithmic = [self._world(k, True) for k in range(len(self._worlds))]
            outcome = self._compare(self._logarithmic, statement)
        return self._in_reals(statement) if outcome is None and laws else outcome

    def _in_reals(self, statement: Statement) -> bool | None:
        """At points of real numbers, which are dear: where roots and logarithms of many sums meet
        no point of a field has values for all of them."""
        if isinstance(statement, Composition) or self._in_real_numbers >= MOST_IN_REALS:
            return None
        self._in_real_numbers += 1
        differs = differ(self.graph, statement, {d: 2 + k % 2 for k, d in enumerate(self._dims)})
        return None if differs is None else not differs

    def _met_logarithm(self) -> bool:
        fields = (world.domain for world in self._worlds)
        return any(isinstance(field, Field) and field.met_logarithm for field in fields)

    def _compare(self, worlds: list[Point], statement: Statement) -> bool | None:
        valued = False
        for k in range(len(worlds)):
            outcome = self._at(worlds, k, statement)
            if outcome is False:
                return False
            valued = valued or outcome is True
        return True if valued else None

    def _at(self, worlds: list[Point], k: int, statement: Statement) -> bool | None:
        """The outcome at one point; the point is replaced if nothing has a value there."""
        for _ in range(TRIES if self._fruitless < PATIENCE else FEWER):
            world = worlds[k]
            try:
                if not isinstance(statement, Composition):
                    world.forget(self._known(world, statement.left))
                    return agree(world, statement)
                world.forget()
                order, _ = telescoped(self.graph, statement)
                return order is not None and compose(world, statement, order)
            except NoValue:
                self._fruitless += 1
                worlds[k] = self._world(k, isinstance(world.domain, Logarithms))
            except (Unsupported, RecursionError):
                return None
        return None

    def _known(self, world: Point, left: Expr) -> Known | None:
        """The values of a left side that the statement before had too, under all its indices.

        A search for repairs compares one left side with hundreds of right ones.
        """
        if self._times <= AGAIN:
            return None
        kept = self._kept.get(id(world))
        if kept is None or kept[0] is not world:
            world.forget()
            known = None
            try:
                _evaluate(world, left, sorted(self.graph.facts(left).free, key=str))
                known = world.known()
            except (NoValue, Unsupported, RecursionError):
                pass
            kept = self._kept[id(world)] = (world, known)
        return kept[1]

    def _world(self, k: int, logarithms: bool = False) -> Point:
        """A point; sizes that differ for even k, equal ones for odd k."""
        self._tried += 1
        seed = self.seed * 1_000_003 + self._tried
        field = Logarithms(seed) if logarithms else Field(self._height, seed)
        program = self.graph.program
        sizes = {
            dim: 2 + (k // 2) % 2 if k % 2 else SIZES[(j + k // 2) % len(SIZES)]
            for j, dim in enumerate(self._dims)
        }

        def draw(kind: str, name: str, row: int, column: int) -> Scalar:
            domain = program.leaves[name].domain if kind == "leaf" else "real"
            return field.leaf(domain, kind, name, row, column)

        return Point(self.graph, field, sizes, draw)


def _evaluate(world: World, expr: Expr, indices: Sequence[Index]) -> None:
    """All values of an expression, for all values of its free indices."""
    if not indices:
        world.value(expr)
        return
    for value in range(world.size(indices[0].dim)):
        world.at(indices[0], value)
        _evaluate(world, expr, indices[1:])


def compose(world: World, statement: Composition, order: Order) -> bool:
    """Whether both maps send one random cotangent to the same one (a map that differs from
    another does so on a random argument)."""
    program, domain, left = world.program, world.domain, statement.left
    rows, columns = (world.size(dim) for dim in program.shape(left.of))
    seed: list[list[Scalar]] = [
        [world.draw("cotangent", left.of, i, j) for j in range(columns)] for i in range(rows)
    ]
    total = world.pulled_back(program.symbol(left.of), seed, left.by)
    scale = world.value(statement.scale)[0][0]
    for factor in order:
        seed = world.pulled_back(program.symbol(factor.of), seed, factor.by)
    return all(
        domain.equal(domain.mul(scale, a), b)
        for r, s in zip(total, seed, strict=True)
        for a, b in zip(r, s, strict=True)
    )
