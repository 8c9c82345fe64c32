"""Points that serve many statements, and the towers of primes that they need."""

from __future__ import annotations

from collections.abc import Iterable

from derive.check.axes import Array
from derive.check.evaluate import WORK, World
from derive.check.graph import Graph
from derive.check.shape import census, counted, height
from derive.program import Expr

Known = dict[tuple[object, ...], Array]


class Point(World):
    """A world for many statements: it forgets what it knows of one before the next."""

    def forget(self, kept: Known | None = None) -> None:
        """Drops what is known of expressions but what is `kept`; values of names stay."""
        self._memo = dict(kept or {})
        self.work = WORK

    def known(self) -> Known:
        """What is known of expressions: to be kept no longer than these expressions live."""
        return dict(self._memo)


def height_of(graph: Graph, exprs: Iterable[Expr]) -> int:
    """Primes needed for all definitions of a program and the values of expressions."""
    world = census(graph)
    for name in graph.position:
        world.named(name)
    for expr in exprs:
        counted(world, expr)
    return height(world)
