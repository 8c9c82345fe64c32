"""``Setting the derivative to zero: X^T (y - X w) = 0``: an equation to be solved, no claim.

In: a note and a line.  Out: why it is left open where it does not hold, "" for any other line.
"""

from __future__ import annotations

import re
from typing import Final

from derive.meaning.facts import Facts
from derive.meaning.lines import Line
from derive.meaning.notation import derivatives_in
from derive.reading.syntax import Applied, Name, Node, Number
from derive.reading.tree import plain

_SAID: Final = re.compile(
    r"\b(set(?:s|ting)?|solv\w+|minimi\w+|optim\w+|stationary|zero|vanish\w*|normal equation\w*"
    r"|annul\w*|minim\w+|null\w*|cero|igual\w*|zéro)\b|零|最小",
    re.IGNORECASE,
)
"""Words that say that a derivative is set to zero, in the sentence before."""
_TO_ZERO: Final = re.compile(
    r"\b(set\w*|equat\w+)\b[^.]*\b(zero|0)\b|normal equation", re.IGNORECASE
)
"""The same, and the line is what becomes of it."""
_COMPUTED: Final = frozenset({"X", "Y", "Z", "A"})
"""Roles of what a minimum is not looked for by."""
FEW: Final = 8
"""So many words lead from one equation to the next."""
ZERO: Final = "it may be meant as a condition: where this is zero is not told"
SOLVED: Final = "it needs the assumption of a minimum: the line is set to zero to be solved"


def to_be_solved(facts: Facts, line: Line) -> str:
    """Why a line is an equation to be solved."""
    if facts.solved is None:
        facts.solved = _solved(facts)
    return facts.solved.get(line.relation.span.start, "")


def _solved(facts: Facts) -> dict[int, str]:
    """The equations to be solved of a note, by the place of their signs, with the reason."""
    out: dict[int, str] = {}
    going: Line | None = None
    for line in facts.lines:
        reason = _said(line) or (SOLVED if going is not None and _goes_on(going, line) else "")
        reason = reason or _condition(facts, line)
        if reason:
            out[line.relation.span.start] = reason
        going = line if reason == SOLVED else None
    return out


def _said(line: Line) -> str:
    """The words before a line say that it is set to zero."""
    sentence = re.split(r"[.!?]\s|\n\s*\n", line.piece.before.strip())[-1]
    if any(_is_zero(side) for side in line.nodes):
        return SOLVED if _SAID.search(sentence) else ""
    return SOLVED if not _derived(line) and _TO_ZERO.search(sentence) else ""


def _goes_on(above: Line, line: Line) -> bool:
    """What becomes of an equation that is set to zero: no words, or few, stand between."""
    words = line.piece.before
    new = line.piece is not above.piece and ("\n#" in words or len(words.split()) > FEW)
    return not (new or _derived(line))


def _condition(facts: Facts, line: Line) -> str:
    """``\\theta^T x = 0``, ``\\nabla J = 0``: what is 0 somewhere, or at a minimum.

    That a derivative of anything else is 0, or by what is not chosen, is said for all values.
    """
    zero = [k for k, side in enumerate(line.nodes) if _is_zero(side)]
    if len(zero) != 1:
        return ""
    derivatives = list(derivatives_in(line.nodes[1 - zero[0]]))
    if any(facts.roles.role_of(d.by) in _COMPUTED for d in derivatives):
        return ""
    of = [d.of for d in derivatives if d.of is not None]
    names = [n.head if isinstance(n, Applied) else n for n in map(plain, of)]
    costs = all(isinstance(n, Name) and facts.roles.is_cost(n) for n in names)
    return ZERO if costs else ""


def _derived(line: Line) -> bool:
    return any(True for side in (line.head, *line.nodes) for _ in derivatives_in(side))


def _is_zero(node: Node) -> bool:
    inner = plain(node)
    return isinstance(inner, Number) and inner.value == 0
