"""Which lines speak of one example in a note that speaks of all.

A note may derive everything for one example (``z = w^T x + b``, ``dw = x dz``) and then for
the batch (``Z = w^T X + b``, ``dw = 1/m X dZ^T``): the loss that is differentiated, or lower
case where the batch has capitals, tells which.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.meaning.example_letters import of_all
from derive.meaning.facts import Facts, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import derivatives_in, names_in, plain_name
from derive.meaning.readings import is_batch_cost, pure_maps
from derive.meaning.roles import BATCHED, resolve
from derive.reading.syntax import Applied, Big, Name, Node, Unreadable
from derive.reading.tree import plain

MIXED = "it mixes letters of one example with those of all, which have forward lines of their own"
GIVEN = frozenset({"X", "Y"})
"""Roles of arrays that no line computes."""


def of_one(facts: Facts, line: Line) -> bool:
    """The line is about one example though the note has a batch."""
    sides = (line.head, line.left, line.right)
    names = [n for side in sides for n in names_in(side)]
    roles = facts.roles
    if any(roles.role_of(n) == "size" or resolve(roles, n).example for n in names):
        return False
    if any(isinstance(p, Big) for side in sides for p in subtree(side)):
        return False
    costs = differentiated(facts, sides)
    if costs and not _rebound(facts, line):
        stated = any(c.batch for c in facts.costs)
        return roles.unindexed and stated and not any(is_batch_cost(facts, c) for c in costs)
    if _rebound(facts, line):
        return True
    arrays = [n for n in names if roles.role_of(n) in BATCHED]
    return bool(arrays) and {n.base for n in arrays} <= _small(facts)


def _rebound(facts: Facts, line: Line) -> bool:
    """Above the line the letter of the batch's cost was given anew, to the cost of one example."""
    above = [c for c in facts.costs if c.line.piece.span.start < line.piece.span.start]
    of_batch = {c.name.base for c in above if c.batch and not c.name.scripts}
    if not above or not of_batch:
        return False
    named = [c for c in above if c.name.base in of_batch and not c.name.scripts]
    last = named[-1]
    return not last.batch and not last.of_one and not of_all(facts, last.formula)


def differentiated(facts: Facts, sides: tuple[Node, ...]) -> list[Name]:
    """The costs whose derivatives stand in a line."""
    found = []
    for side in sides:
        for derivative in derivatives_in(side):
            inner = plain(derivative.of) if derivative.of is not None else None
            head = inner.head if isinstance(inner, Applied) else plain_name(inner)
            if head is not None and facts.roles.is_cost(head):
                found.append(head)
    return found


def _small(facts: Facts) -> set[str]:
    """The lower-case letters of one example where the capitals are those of all.

    Both cases of the letter are arrays of the note, a lower-case array that is computed heads a
    line, and no line mixes it with an array of all examples or their number: a note that writes
    ``dz_2 = A_2 - Y`` means all examples by its lower-case letters too.  What such letters stand
    beside is of one example with them: ``dW_1 = dz_1 x^T``.
    """
    if facts.small is None:
        apart = told_apart(facts)
        together = [_together(facts, line) for line in facts.lines]
        together = [t for t in together if not (t & apart and t & _large(facts, apart))]
        used = {n for names in together for n in names}
        tops = [plain(line.head) for line in facts.lines if not isinstance(line.head, Unreadable)]
        heads = {n.base for n in tops if isinstance(n, Name)}  # z of ``z = ...`` and ``dz = ...``
        lower = {b for b in used if b.islower()}
        given = {b for b in lower if facts.roles.role(b) in GIVEN}
        both = {b for b in lower if b.upper() in used}
        small = both & heads
        while beside := _beside(small, together) & (both | given) - small:
            small |= beside
        small |= both & given
        large = {b.upper() for b in small} | {facts.count}
        while reached := _beside(large, together) - large:
            large |= reached
        facts.small = (small - large) | apart
    return facts.small


def told_apart(facts: Facts) -> set[str]:
    """The small letters whose forward lines stand beside the same lines in capitals.

    ``z = W x + b`` and ``Z = W X + b``: nothing in the note can make z an array of all examples.
    """
    small, large = (
        {n.base for item in facts.affine for n in (item.z, item.a) if case(n.base)
         if case(item.z.base) and case(item.a.base)}
        for case in (str.islower, str.isupper)
    )  # fmt: skip
    return {b for b in small if b.upper() in large}


def mixes(facts: Facts, line: Line) -> bool:
    """A line that relates such letters with those of all examples, or with their number."""
    apart = told_apart(facts)
    if not apart or any(_calls(n) for n in line.nodes):
        return False
    together = _together(facts, line)
    return bool(together & apart and together & _large(facts, apart))


def _calls(node: Node) -> list[Node]:
    """Sums below a node, and calls of words such as ``np.sum(...)``."""
    parts = subtree(node)
    return [p for p in parts if isinstance(p, Big) or (isinstance(p, Applied) and p.head.word)]


def _large(facts: Facts, apart: set[str]) -> set[str]:
    return {b.upper() for b in apart} | {facts.count}


def _beside(letters: set[str], together: Sequence[set[str]]) -> set[str]:
    """What stands in one line with some of these letters."""
    return {b for names in together if names & letters for b in names}


def _together(facts: Facts, line: Line) -> set[str]:
    """The letters of arrays that one line relates, and of the number of examples."""
    roles = facts.roles
    found = set()
    sides = (line.head, line.left, line.right)
    for name in (n for side in sides if not isinstance(side, Unreadable) for n in names_in(side)):
        counts = name.base == facts.count and roles.role_of(name) == "size"
        if counts or (roles.role_of(name) in BATCHED and not resolve(roles, name).example):
            found.add(name.base)
    return found


def names_gradient_of_all(facts: Facts, line: Line) -> bool:
    """``\\delta = \\partial L/\\partial Z`` with the cost of all: it names that gradient."""
    name, maps = plain_name(line.left), pure_maps(facts.roles, line.right)
    if name is None or maps is None or len(maps) != 1 or maps[0].cost is None:
        return False
    batched = maps[0].by.base.isupper() and is_batch_cost(facts, maps[0].cost)
    stated = any(c.batch for c in facts.costs)
    return batched and stated and facts.roles.role_of(name) == "gradient"
