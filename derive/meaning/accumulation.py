"""Gradients that several lines put together: ``dW = ...``, then ``dW += ...``.

In: the lines of a note.  Out: why a line is left open: what such a name stands for is told by
all of its lines together, and by none of them alone.
"""

from __future__ import annotations

from typing import Final

from derive.meaning.facts import Facts
from derive.meaning.lines import Line
from derive.reading.syntax import Applied, Derivative, Name, Node, Number, Sum
from derive.reading.tree import plain

ADDED_UP: Final = "the lines that name it add up: what the sum of them is, no line says"
TAKEN: Final = "it takes from a gradient: what it was before is not told"
_IN_PLACE: Final = ("+=", "-=")


def added_up(facts: Facts, line: Line) -> str:
    """Why a line about a gradient says a part of it only, "" if it says the whole."""
    name = _gradient(facts, line)
    if not name:
        return ""
    if line.relation.text == "-=":
        return TAKEN
    if facts.put_together is None:
        facts.put_together = _put_together(facts)
    return ADDED_UP if name in facts.put_together else ""


def _put_together(facts: Facts) -> frozenset[str]:
    """The gradients that several lines give values, at least one of which adds to what is there."""
    lines: dict[str, int] = {}
    adding = set[str]()
    for line in facts.lines:
        name = _gradient(facts, line)
        if name and not _starts(line):
            lines[name] = lines.get(name, 0) + 1
            if line.relation.text in _IN_PLACE or _repeats(facts, line):
                adding.add(name)
    return frozenset(name for name in adding if lines[name] > 1)


def _gradient(facts: Facts, line: Line) -> str:
    """The gradient that a line gives a value, as it is spelled; "" if it gives none."""
    inner = plain(line.left)
    if not line.first:
        return ""
    if isinstance(inner, Name):
        marked = inner.mark in ("d", "partial", "nabla")
        return _text(facts, inner) if marked or facts.roles.role_of(inner) == "gradient" else ""
    return _text(facts, inner) if isinstance(inner, Derivative) else ""


def _text(facts: Facts, node: Node) -> str:
    return "".join(facts.document.source[node.span.start : node.span.end].split())


def _starts(line: Line) -> bool:
    """``dW = 0``: what is added comes to nothing else."""
    return line.relation.text not in _IN_PLACE and _is_zero(line.right)


def _is_zero(node: Node) -> bool:
    inner = plain(node)
    if isinstance(inner, Number):
        return inner.value == 0
    head = inner.head if isinstance(inner, Applied) else inner
    return isinstance(head, Name) and head.base in ("zeros", "zeros_like")


def _repeats(facts: Facts, line: Line) -> bool:
    """``dW = dW + \\lambda W``."""
    right = plain(line.right)
    terms = [term for sign, term in right.terms if sign > 0] if isinstance(right, Sum) else []
    return any(_text(facts, plain(term)) == _text(facts, plain(line.left)) for term in terms)
