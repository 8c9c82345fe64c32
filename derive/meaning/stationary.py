"""``Setting the derivative to zero: X^T (y - X w) = 0``: an equation to be solved, no claim.

In: a line.  Out: why it is left open where it does not hold, "" for any other line.
"""

from __future__ import annotations

import re
from typing import Final

from derive.meaning.lines import Line
from derive.meaning.notation import derivatives_in
from derive.reading.syntax import Node, Number
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
SOLVED: Final = "it needs the assumption of a minimum: the line is set to zero to be solved"


def to_be_solved(line: Line) -> str:
    """Why a line is an equation to be solved."""
    sentence = re.split(r"[.!?]\s|\n\s*\n", line.piece.before.strip())[-1]
    if any(_is_zero(side) for side in line.nodes):
        return SOLVED if _SAID.search(sentence) else ""
    derived = any(True for side in (line.head, *line.nodes) for _ in derivatives_in(side))
    return SOLVED if not derived and _TO_ZERO.search(sentence) else ""


def _is_zero(node: Node) -> bool:
    inner = plain(node)
    return isinstance(inner, Number) and inner.value == 0
