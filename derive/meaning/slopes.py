"""Lines with ``diag(...)``: derivatives of vectors by vectors are matrices there, no numbers.

In: a line that would be read on one path of scalars, and how it reads for the arrays of one
example with such derivatives in numerator or denominator layout.  Out: what it says in the
layout that the note speaks of (numerator layout where it speaks of none); left open where it
holds in the other one alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from derive.meaning.elaborate import Slopes
from derive.meaning.facts import Facts, subtree
from derive.meaning.interpretation import Interpretation
from derive.meaning.jacobians import TURNED, says_denominator
from derive.meaning.lines import Line
from derive.meaning.notation import names_in
from derive.reading.syntax import Applied
from derive.verdict import Verdict


def writes_diagonal(line: Line) -> bool:
    """Does a line hold a diagonal matrix?"""
    return any(
        isinstance(part, Applied) and part.head.word and part.head.base.lower() == "diag"
        for side in (line.left, line.right)
        for part in subtree(side)
    )


def by_vectors(facts: Facts, reads: Callable[[Slopes], Interpretation]) -> Interpretation:
    """A line about matrices of derivatives; `reads` gives it in one of their two layouts."""
    turned = says_denominator(facts.document.source)
    found = reads("denominator" if turned else "numerator")
    other = reads("numerator" if turned else "denominator")
    if found.verdict == Verdict.REFUTED and other.verdict != Verdict.REFUTED:
        return replace(found, verdict=Verdict.UNPROVEN, reason=TURNED, ill=None)
    return replace(found, others=((TURNED, other),)) if other.statements else found


def turned_arrays(facts: Facts, line: Line) -> str:
    """Why ``\\partial z/\\partial x = W`` is no matter of numbers, "" if it is.

    It is for a note that speaks of denominator layout: there, it is the transpose.
    """
    if not says_denominator(facts.document.source):
        return ""
    weights = any(facts.roles.role_of(n) == "W" and not n.mark for n in names_in(line.right))
    return TURNED if weights else ""


__all__ = ["by_vectors", "turned_arrays", "writes_diagonal"]
