"""Parts of a note by what they differentiate: each formula of a cost begins one.

``f(X) = ...`` with its gradient, then ``f(w) = ...`` with its own: a sheet of examples needs no
headings.  In: the lines of a note.  Out: where such parts begin and end, from the paragraph that
leads to a formula to that before the next one.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from derive.meaning.facts import Facts
from derive.meaning.lines import Line
from derive.meaning.literal.identity import head_name
from derive.meaning.literal.totals import differentiated
from derive.meaning.notation import is_transpose
from derive.reading.syntax import Applied, Name

_BLANK: Final = re.compile(r"\n[ \t]*\n")
_LEADS: Final = (":", ",")
"""How a paragraph ends that leads to the formula below it."""
_GIVES: Final = ("=", ":=", "\\equiv", "≡", "\\coloneqq")
Subject = tuple[str, str, tuple[str, ...]]


def subject_parts(facts: Facts) -> list[tuple[int, int]]:
    """The spans of the parts of a note that differentiate something of their own."""
    asked: set[Subject | None] = set()
    for side in (side for line in facts.lines for side in line.nodes):
        found = {
            _subject(of.head if isinstance(of, Applied) else of) for of in differentiated(side)
        }
        asked |= found if len(found) == 1 else set()  # several: the links of a chain
    asked.discard(None)
    starts = sorted({_start(facts, line) for line in facts.lines if _given(line) in asked})
    if len(starts) < 2:
        return []
    return list(pairwise([*starts, len(facts.document.source)]))


def _given(line: Line) -> Subject | None:
    """What a line gives a formula."""
    name = head_name(line)
    return _subject(name) if name is not None and line.relation.text in _GIVES else None


def _subject(node: object) -> Subject | None:
    if not isinstance(node, Name) or node.mark or node.primes:
        return None
    scripts = tuple(s.text for s in node.scripts if not is_transpose(s))
    return node.base, node.accent, scripts


def _start(facts: Facts, line: Line) -> int:
    """Where the paragraph of a formula begins, or the one before that leads to it."""
    source, place = facts.document.source, line.piece.span.start
    start = _paragraph(source, place)
    above = source[:start].rstrip()
    if above.endswith(_LEADS) and not source[start:place].strip():
        return _paragraph(source, len(above))
    return start


def _paragraph(source: str, place: int) -> int:
    ends = [m.end() for m in _BLANK.finditer(source, 0, place)]
    return ends[-1] if ends else 0
