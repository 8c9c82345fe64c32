"""Where a formula of one variable bends, jumps, or has no value.

In: a tree in ``x`` and numbers for its parameters.  Out: the places, found as the zeros of every
condition, denominator, root and logarithm in the tree, and looked at from both sides with the
exact values.  A place is a float; the sides are far closer to it than two floats are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import mpmath
import numpy as np

from codegen.formulas import exact, points
from codegen.formulas.meaning import derivative
from codegen.formulas.tree import Node, minus, walk

MOST: Final = 8
"""Places of one formula; more are no activation that one could test."""
REACH: Final = 1e9
"""How far out places are looked for."""
_STEEP: Final = 2.0**60
_BITS: Final = 400
"""To how many bits a place is found; the sides are looked at further out, at half of them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place and what happens there: ``"jump"``, ``"kink"``, ``"bend"``, ``"undefined"`` or
    ``"steep"``, where the slope grows beyond all bounds.

    below, above: the values on both sides of what is different there (the function, its slope,
    or the slope of that).
    """

    at: float
    kind: str
    below: float = 0.0
    above: float = 0.0


def places(node: Node, numbers: Mapping[str, float]) -> list[Place]:
    """All places of a formula, in order.

    >>> from codegen.formulas.tree import X, ZERO, call
    >>> [(p.at, p.kind) for p in places(call("max", X, ZERO), {})]
    [(0.0, 'kink')]
    """
    found: dict[float, Place] = {}
    slope = derivative(node, "x")
    for condition in conditions(node):
        for at in _zeros(condition, numbers):
            place = _look(node, slope, at, numbers)
            if place is not None:
                found.setdefault(place.at, place)
            if len(found) > MOST:
                return [found[at] for at in sorted(found)]
    return [found[at] for at in sorted(found)]


def conditions(node: Node) -> list[Node]:
    """What decides in a tree: conditions, and what must not be 0."""
    found: dict[Node, None] = {}
    for here in walk(node):
        match here.op:
            case "where" | "step" | "abs" | "log":
                found[here.args[0]] = None
            case "max" | "min":
                found[minus(*here.args)] = None
            case "pow" if here.value < 0 or here.value.denominator > 1:
                found[here.args[0]] = None
    return [condition for condition in found if _names(condition) & {"x", "a", "y"}]


def _names(node: Node) -> set[str]:
    return {n.name for n in walk(node) if n.op == "name"}


def _zeros(condition: Node, numbers: Mapping[str, float]) -> list[Any]:
    """Where a condition changes its sign or is 0, to more bits than a float has."""
    line = points.line("float64", count=40)
    grid = np.unique(np.concatenate([line[abs(line) < REACH], np.linspace(-30.0, 30.0, 241)]))
    values = [exact.value(condition, {**numbers, "x": x}) for x in grid]
    zeros: list[Any] = []
    for k, (x, here) in enumerate(zip(grid, values, strict=True)):
        if here is not None and here == 0:
            zeros.append(mpmath.mpf(float(x)))
        elif k and here is not None and values[k - 1] and (here > 0) != (values[k - 1] > 0):
            zeros.append(_bisected(condition, numbers, float(grid[k - 1]), float(x)))
        if len(zeros) > 2 * MOST:
            break
    return zeros


def _bisected(condition: Node, numbers: Mapping[str, float], low: float, high: float) -> Any:
    with mpmath.workprec(2 * _BITS):
        a, b = mpmath.mpf(low), mpmath.mpf(high)
        start = exact.value(condition, {**numbers, "x": a}) > 0
        for _ in range(_BITS):
            middle = (a + b) / 2
            here = exact.value(condition, {**numbers, "x": middle})
            if here is None or here == 0:
                return middle
            if (here > 0) == start:
                a = middle
            else:
                b = middle
        return (a + b) / 2


def _look(node: Node, slope: Node, at: Any, numbers: Mapping[str, float]) -> Place | None:
    """What happens at a place, None for nothing."""
    with mpmath.workprec(2 * _BITS):
        off = mpmath.ldexp(max(abs(at), mpmath.mpf(1)), -_BITS // 2)
        sides = (at - off, at + off)
    place = float(at)
    if exact.value(node, {**numbers, "x": at}) is None:
        return Place(place, "undefined")
    for tree, kind in ((node, "jump"), (slope, "kink"), (derivative(slope, "x"), "bend")):
        below, above = (exact.value(tree, {**numbers, "x": side}) for side in sides)
        if below is None or above is None:
            return Place(place, "undefined")
        if max(abs(below), abs(above)) > _STEEP * max(1.0, abs(place)) ** 2 and kind != "bend":
            return Place(place, "undefined" if kind == "jump" else "steep")
        if _differ(below, above):
            return Place(place, kind, float(below), float(above))
    return None


def _differ(below: Any, above: Any) -> bool:
    return bool(abs(below - above) > mpmath.mpf(2) ** -100 * max(1, abs(below), abs(above)))
