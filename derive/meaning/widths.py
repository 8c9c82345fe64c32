"""Layers of one width: a residual sum ``A_2 = A_1 + f(Z_2)`` makes both sides equally wide."""

from __future__ import annotations

from derive.meaning.facts import Facts
from derive.meaning.notation import plain_name
from derive.meaning.roles import Occurrence, resolve
from derive.reading.syntax import Node, Sum
from derive.reading.tree import plain


def same_widths(facts: Facts) -> None:
    """Enters into `facts.same_width` the layers that are added to each other as they are."""
    for line in facts.lines:
        right = plain(line.right)
        whole = _whole(facts, line.left)
        if not line.first or not isinstance(right, Sum) or whole is None or whole.role != "A":
            continue
        for _, term in right.terms:
            below = _whole(facts, term)
            if below is None or whole.layer is None:
                continue
            number = 0 if below.role == "X" else below.layer.offset if below.layer else -1
            if 0 <= number < whole.layer.offset:
                width = facts.same_width.get(number, number)
                facts.same_width[whole.layer.offset] = width


def _whole(facts: Facts, node: Node) -> Occurrence | None:
    """An input or activation at a numbered layer, without entries, transposition or power."""
    name = plain_name(node)
    if name is None or name.primes:
        return None
    found = resolve(facts.roles, name)
    if found.role not in ("A", "X") or found.entries or found.example or found.transposed:
        return None
    if found.power is not None or (found.layer is not None and found.layer.letter):
        return None
    return found
