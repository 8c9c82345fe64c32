"""What may stand for itself while a statement is checked, from the most local view to none.

In: a graph and an equation.  Out: cuts, each a set of definitions and one of gradients.  Every cut
is as good as another for what is accepted: what holds for all values of what is cut holds for
the true ones.  The order decides how soon a true statement is accepted, and by how little work.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from derive.check.graph import Graph, sides
from derive.program import Equation


class Cut(NamedTuple):
    """Definitions and gradients that stand for themselves, as fresh arrays."""

    values: frozenset[str] = frozenset()
    gradients: frozenset[str] = frozenset()


def cuts(graph: Graph, statement: Equation) -> Iterator[Cut]:
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
    opened = everything - left.names - right.names
    opaque = (behind | shared, behind, behind - _behind(graph, behind, before=True), set[str]())
    values = (everything, opened, between, frozenset[str]())
    ladder = [Cut(v, frozenset(g)) for g in opaque for v in values]
    yield from dict.fromkeys(ladder)


def _behind(graph: Graph, names: set[str], before: bool = False) -> set[str]:
    """Those that are computed from another of them; or, before, that another is computed from."""
    reach = {name: graph.effects([name]) - {name} for name in names}
    if before:
        return {a for a in names if reach[a] & names}
    return {a for a in names if any(a in reach[b] for b in names)}
