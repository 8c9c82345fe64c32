"""Whether a statement holds at one point of a program.

An equation: both sides are equal, for all values of its free indices.  A product of derivatives
is a composition of linear maps; it is the chain rule if its factors telescope: from the value to
the variable through names that every way between the two passes through, none twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from derive.check.axes import zipped
from derive.check.domains import Outside
from derive.check.evaluate import World
from derive.check.graph import Graph
from derive.check.signs import has_roots_of_positive
from derive.program import Composition, Equation, Jacobian

NO_PLACES: Final[Mapping[str, int]] = {}


def agree(world: World, statement: Equation, marked: Mapping[str, int] = NO_PLACES) -> bool:
    """Whether both sides are equal at a point, for all values of the free indices.

    marked: how many places of an axis the free indices need to visit.  No place of an axis is
    special, so k indices on it show all that they can at its first k places.

    Where the left side has a value the right one must have one too; where it has none the point
    says nothing (`NoValue`).
    """
    indices = world.graph.letters(statement)

    def each(k: int) -> bool:
        if k < len(indices):
            dim = indices[k].dim
            size = world.size(dim)
            for value in range(min(size, marked.get(dim, size) if isinstance(dim, str) else size)):
                world.at(indices[k], value)
                if not each(k + 1):
                    return False
            return True
        left = world.value(statement.left)
        try:
            right = world.value(statement.right)
        except Outside:  # the point is at fault if what is negative here is positive in the reals
            if has_roots_of_positive(world.graph, statement.right):
                raise
            return False
        same = zipped(world.domain.equal, left, right)
        return all(all(row) for row in same)

    return each(0)


Order = tuple[Jacobian, ...]


def telescoped(graph: Graph, statement: Composition) -> tuple[Order | None, str]:
    """The factors from the value to the variable; or None and what is wrong with them."""
    left, rest = statement.left, list(statement.factors)
    order: list[Jacobian] = []
    at = left.of
    while rest:
        following = next((factor for factor in rest if factor.of == at), None)
        if following is None:
            return None, f"the factors do not telescope: none is a derivative of {at}"
        rest.remove(following)
        order.append(following)
        at = following.by
    if at != left.by or not order:
        return None, f"the factors do not telescope: they end at {at}, not at {left.by}"
    for factor in order:
        if factor.of == factor.by or factor.of not in graph.effects([factor.by]):
            return None, f"{factor.of} does not depend on {factor.by}"
    for factor in order[:-1]:
        if left.of in _effects_without(graph, left.by, factor.by):
            return None, f"a way from {left.by} to {left.of} avoids {factor.by}"
    return tuple(order), ""


def _effects_without(graph: Graph, start: str, closed: str) -> set[str]:
    """All that is computed from a name by ways that do not go on behind another, and that one."""
    found, stack = {closed}, [start]
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(graph.readers[name])
    return found
