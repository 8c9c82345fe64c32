"""Is an equation true of a network?  Decided by floating point, never by the project.

In: one equation as LaTeX, the network that it is about, and how it is meant (arrays over all
examples, one path of scalars, linear maps, a function of a letter).  Out: True, False, or
None where floating point cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from derive.reading import read
from derive.reading import syntax as sx
from derive.reading.tree import names, plain, walk
from tests.notes.floats import COST_NAMES, Floats, Misfit, NoLayer, NoValue, close
from tests.notes.networks import Net, Point, points

SAME, OTHER = 1e-6, 1e-4
"""Below the first two values are the same, above the second they differ."""
POINTS = 2
LETTERS = ("l", "k", "i")


def equation(latex: str) -> tuple[sx.Node, sx.Node]:
    """The two sides of one equation; NoValue if it is not read as one."""
    (piece,) = read(f"$${latex}$$", "md").pieces
    if len(piece.chains) != 1 or piece.chains[0].head is None:
        raise NoValue("not one equation")
    chain = piece.chains[0]
    sides = (chain.head, *chain.parts)
    if len(sides) != 2 or any(isinstance(s, sx.Unreadable) for s in sides):
        raise NoValue("not one equation that can be read")
    assert sides[0] is not None
    return sides[0], sides[1]


def true(latex: str, net: Net, how: str) -> bool | None:
    """Whether an equation holds; how: ``matrix``, ``scalar``, ``maps``, ``formal``, ``update``."""
    try:
        left, right = equation(latex)
        if how == "maps" and not any(s in ("ast", "odot") for s in _signs(right)):
            return maps_agree(left, right, net)
        how = "scalar" if how == "maps" else how  # elementwise: one entry of each
        marks = [
            _at(point, layers, left, right, how)
            for point in _points(net, how)
            for layers in _layers(net, left, right)
        ]
    except Misfit:
        return False
    except NoValue:
        return None
    told = [m for m in marks if m != "no layer"]
    if not told or None in told:
        return None
    return all(told)


def _signs(node: sx.Node) -> Iterator[str]:
    for part in walk(node):
        if isinstance(part, sx.Product):
            yield from (separator for separator, _ in part.factors)


def _points(net: Net, how: str) -> list[Point]:
    return points(net, POINTS, path=how in ("scalar", "formal"))


def _layers(net: Net, *sides: sx.Node) -> Iterator[dict[str, int]]:
    found = {
        letter
        for side in sides
        for name in names(side)
        for script in name.scripts
        for letter in LETTERS
        if script.text in (letter, f"{letter}-1", f"{letter}+1")
        and (script.bracket or script.place == "sup")
    }
    for values in product(range(net.depth + 1), repeat=len(found)):
        yield dict(zip(sorted(found), values, strict=True))


def _at(
    point: Point, layers: dict[str, int], left: sx.Node, right: sx.Node, how: str
) -> bool | str | None:
    """One point, one choice of layers: True, False, None (cannot tell) or ``no layer``."""
    world = Floats.at(point, layers)
    if how == "formal":
        letters = {n.base for side in (left, right) for n in names(side) if len(n.base) == 1}
        bound = dict.fromkeys(sorted(letters & {"x", "z", "s"}), 0.37)
        world = Floats(point, layers, point.values, bound)
    if how == "update":
        return _descends(world, left, right)
    try:
        one = world.value(left)
    except NoLayer:
        if not layers:
            raise
        return "no layer"
    try:
        gap = close(one, world.value(right))
    except NoLayer:
        if not layers:
            raise
        return "no layer"
    return True if gap < SAME else False if gap > OTHER else None


def _descends(world: Floats, left: sx.Node, right: sx.Node) -> bool | str | None:
    """``W = W - step``: what is subtracted is a positive multiple of the gradient by W."""
    name, inner = plain(left), plain(right)
    if not isinstance(name, sx.Name) or not isinstance(inner, sx.Sum):
        return None if same_text(left, right) else False
    try:
        known = world.program_name(name)
        first = plain(inner.terms[0][1])
        if not isinstance(first, sx.Name) or inner.terms[0][0] != 1 or first.mark:
            return False
        if first.scripts != name.scripts and world.program_name(first) != known:
            return False
        step = world.value(left) - world.value(right)
        gradient = world.point.gradient(known)
    except NoLayer:
        return "no layer" if world.layers else False
    if np.shape(step) != np.shape(gradient):
        return False
    rate = float((step * gradient).sum() / (gradient * gradient).sum())
    gap = close(step, rate * gradient)
    if gap > OTHER:
        return False
    return rate > 0 if gap < SAME and abs(rate) > OTHER else None


def same_text(left: sx.Node, right: sx.Node) -> bool:
    """``W = W``: no step at all, and true."""
    one, two = plain(left), plain(right)
    if not isinstance(one, sx.Name) or not isinstance(two, sx.Name):
        return False
    return (one.base, *(s.text for s in one.scripts)) == (two.base, *(s.text for s in two.scripts))


# -- linear maps -----------------------------------------------------------------------------------

Factor = tuple[str, str, bool]
"""d(of)/d(by) by their names in the network (``J`` for the cost); written as ``dz``."""


def maps_agree(left: sx.Node, right: sx.Node, net: Net) -> bool | None:
    """Two products of derivatives are the same map: both telescope to it, with the same m."""
    world = Floats.at(points(net, 1)[0], {})
    ends = []
    for side in (left, right):
        factors = list(_factors(side, world))
        ends.append((telescoped(factors, net), _carried(factors, net)))
    return ends[0] == ends[1] and ends[0][0] is not None


def _factors(node: sx.Node, world: Floats) -> Iterator[Factor]:
    inner = plain(node)
    if isinstance(inner, sx.Product):
        for separator, factor in inner.factors:
            if separator in ("ast", "odot", "slash"):
                raise NoValue("a product that is no composition")
            yield from _factors(factor, world)
    elif isinstance(inner, sx.Derivative) and inner.of is not None:
        subject, by = plain(inner.of), plain(inner.by)
        if not isinstance(subject, sx.Name) or not isinstance(by, sx.Name):
            raise NoValue("a derivative of an expression")
        of = "J" if subject.base in COST_NAMES else _known(subject, world)
        yield of, _known(by, world), False
    elif isinstance(inner, sx.Name) and inner.mark:
        yield "J", _known(replace(inner, mark=""), world), True
    else:
        raise NoValue("not a product of derivatives")


def _known(name: sx.Name, world: Floats) -> str:
    """The network's name; names that have all lost their layer are about some layer."""
    if name.mark or any(s.place == "sup" and not s.bracket for s in name.scripts[1:]):
        raise NoValue("a derivative of something other than a value of the network")
    if not name.scripts and name.base.lower() in ("w", "b", "z", "a"):
        return {"w": "W", "b": "b", "z": "Z", "a": "A"}[name.base.lower()] + "?"
    return world.program_name(name)


def _carried(factors: list[Factor], net: Net) -> int:
    return sum(marked and net.carries and net.mean and by[0] in "ZA" for _, by, marked in factors)


def telescoped(factors: list[Factor], net: Net) -> tuple[str, str] | None:
    """What the factors compose to in their one possible order; None if they do not."""
    by_of = {of: by for of, by, _ in factors}
    below = {by for _, by, _ in factors}
    starts = [of for of in by_of if of not in below]
    if len(by_of) != len(factors) or len(below) != len(factors) or len(starts) != 1:
        return None
    at, steps = starts[0], 0
    while at in by_of:
        if not depends(at, by_of[at], net):
            return None
        at, steps = by_of[at], steps + 1
    return (starts[0], at) if steps == len(factors) else None


def depends(of: str, by: str, net: Net) -> bool:
    """Is one value of the network computed from the other?"""
    if "?" in of + by:
        order = "bWXAZJ"
        return order.index(of[0]) > order.index(by[0])

    def height(name: str) -> int:
        if name in ("X", "Y", "J"):
            return {"X": 0, "Y": 0, "J": 3 * net.depth + 3}[name]
        return 3 * int(name[1:]) + {"W": -2, "b": -2, "Z": -1, "A": 0}[name[0]]

    leaf = of[0] in "WbXY"
    return height(of) > height(by) and not leaf
