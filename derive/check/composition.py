"""Products of derivatives, as compositions of linear maps.

A product of derivatives is the chain rule if its factors telescope: from the value to the
variable through names that every way between the two passes through, none twice.
"""

from __future__ import annotations

from derive.check.domains import Scalar
from derive.check.evaluate import World
from derive.check.graph import Graph
from derive.program import Composition, Jacobian

Order = tuple[Jacobian, ...]


def telescoped(graph: Graph, statement: Composition) -> tuple[Order | None, str]:
    """The factors from the value to the variable; or None and what is wrong with them."""
    left, rest = statement.left, list(statement.factors)
    order: list[Jacobian] = []
    at = left.of
    while rest:
        follow = [factor for factor in rest if factor.of == at]
        if len(follow) != 1:
            what = "twice" if follow else "nowhere"
            return None, f"the factors do not telescope: a derivative of {at} stands {what}"
        rest.remove(follow[0])
        order.append(follow[0])
        at = follow[0].by
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
    found, stack = {closed}, [start]
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(graph.readers[name])
    return found - {closed}


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
