"""Parts of a note under a heading, read by themselves where the whole note leaves lines open.

A README goes through one subject after the other, each with its own names.  A part is read
literally: it supposes nothing but what its own lines say.  What another part gives a formula
is no input here; a claim that rests on it stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from derive.declare import Declarations
from derive.judge import Judge
from derive.meaning.evidence import gather
from derive.meaning.facts import Facts
from derive.meaning.interpretation import Interpretation
from derive.meaning.lines import Line
from derive.meaning.literal.choice import agreed, mark
from derive.meaning.literal.identity import identities
from derive.meaning.literal.reading import read_literally
from derive.meaning.notation import names_in
from derive.meaning.rest import Rest
from derive.reading.syntax import Document
from derive.verdict import Verdict

PARTS: Final = 40
"""So many parts of one note are read by themselves."""
LINES: Final = 60
"""So many lines a part may have."""
OTHERWISE: Final = "by itself the part of the note that begins in line {} makes this line true"

_HEADING: Final = re.compile(
    r"^ {0,3}(?P<marks>#{1,6}) |^ {0,3}\\(?P<sub>(?:sub)*)section\b|^ *<h(?P<level>[1-6])\b"
    r"|^.+\n {0,3}(?P<under>=+|-{3,})[ \t]*$"
    r"|^ *(?:[-*+] |\d+[.)] )?(?P<bold>\*\*[^*\n]+\*\*)[ .:]*$",
    re.MULTILINE,
)
_FENCE: Final = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with all below it, up to the next one of its level."""

    start: int
    end: int


def parts(source: str) -> list[Part]:
    """The parts of a source, the long ones first.

    >>> [(p.start, p.end) for p in parts("# A\\n## B\\ntext\\n## C\\n")]
    [(4, 14), (14, 19)]
    """
    fences = [m.span() for m in _FENCE.finditer(source)]
    heads = [
        (m.start(), _level(m)) for m in _HEADING.finditer(source)
        if not any(a <= m.start() < b for a, b in fences)
    ]  # fmt: skip
    found = []
    for k, (start, level) in enumerate(heads):
        end = next((s for s, other in heads[k + 1 :] if other <= level), len(source))
        found.append(Part(start, end))
    whole = heads[0][0] if heads else 0
    found = [p for p in found if not (p.start <= whole and p.end == len(source))]
    return sorted(found, key=lambda p: (p.start - p.end, p.start))


def _level(found: re.Match[str]) -> int:
    if found["marks"]:
        return len(found["marks"])
    if found["sub"] is not None:
        return 1 + len(found["sub"]) // 3
    if found["level"]:
        return int(found["level"])
    return 7 if found["bold"] else 1 if found["under"].startswith("=") else 2


def by_parts(
    facts: Facts,
    usual: Sequence[Interpretation],
    judge: Judge,
    declared: Declarations,
    carries_m: bool,
) -> tuple[tuple[Interpretation, ...], tuple[int, ...]]:
    """The interpretations of a note with what its parts settle; the lines where those begin.

    carries_m: in the note a name like dZ is m times the gradient; such names are left alone.
    """
    out = list(usual)
    left = {k for k, found in enumerate(usual) if mark(found, judge) is not True}
    left -= {k for k in left if usual[k].verdict in (Verdict.DEFINITION, Verdict.UNREADABLE)}
    if declared.cost or declared.symbols or not left:
        return tuple(usual), ()
    begun: dict[int, None] = {}
    steps = identities(facts).steps - {"l", "L"}
    for part in parts(facts.document.source)[:PARTS]:
        inside = [k for k, line in enumerate(facts.lines) if _within(line, part)]
        if not left.intersection(inside) or not 1 < len(inside) <= LINES:
            continue
        if steps and _at_steps([facts.lines[k] for k in inside], steps):
            continue
        for k, found in _settled(facts, part, inside, judge, declared):
            if k not in left or (carries_m and _carried(found.line)):
                continue
            first = facts.document.source.count("\n", 0, part.start) + 1
            if mark(usual[k], judge) is False and not (usual[k].elsewhere or usual[k].missing):
                why = OTHERWISE.format(first)
                if mark(found, judge) is True:
                    out[k] = replace(usual[k], others=(*usual[k].others, (why, found)))
                continue
            out[k] = found
            left.discard(k)
            begun[first] = None
    return tuple(out), tuple(sorted(begun))


def _settled(
    facts: Facts, part: Part, inside: Sequence[int], judge: Judge, declared: Declarations
) -> Iterator[tuple[int, Interpretation]]:
    """What holds of a part by itself, or with the lines of the rest that it needs."""
    settled: set[int] = set()
    for alone in (True, False):
        rest = Rest(facts, inside)
        taken = [] if alone else rest.take(inside)
        lines = sorted({*inside, *taken})
        if rest.hides_function(lines) or not (alone or taken):
            continue
        own = gather(_of_lines(facts, lines), declared)
        own.part = (part.start, part.end)
        readings = read_literally(own, rest.labels())
        if not readings:
            continue
        best = max(readings, key=lambda r: sum(mark(i, judge) is True for i in r.interpretations))
        rivals = [one for one in readings if one is not best]
        for found, k in zip(agreed(best, rivals, judge), _numbers(facts, own), strict=True):
            if k not in inside or k in settled or mark(found, judge) is not True:
                continue
            if not rest.rests(best, found):
                settled.add(k)
                yield k, replace(found, line=facts.lines[k])


def _at_steps(lines: Sequence[Line], letters: frozenset[str]) -> bool:
    """Some name says at which step it is: what one step does is not all that it does."""
    return any(
        script.text in letters or script.text[:1] in letters
        for line in lines for node in line.nodes for name in names_in(node)
        for script in name.scripts
    )  # fmt: skip


def _of_lines(facts: Facts, lines: Sequence[int]) -> Document:
    """The document with the pieces of these lines alone."""
    starts = {facts.lines[k].piece.span.start for k in lines}
    kept = tuple(p for p in facts.document.pieces if p.span.start in starts)
    return replace(facts.document, pieces=kept)


def _numbers(facts: Facts, own: Facts) -> list[int]:
    """For each line of a part its number in the note."""
    places: dict[tuple[int, int], int] = {}
    for k, line in enumerate(facts.lines):
        places[_place(line)] = k
    return [places[_place(line)] for line in own.lines]


def _place(line: Line) -> tuple[int, int]:
    return line.relation.span.start, line.right.span.start


def _within(line: Line, part: Part) -> bool:
    return part.start <= line.piece.span.start < part.end


def _carried(line: Line) -> bool:
    """The line names a gradient without writing it: ``dZ``."""
    return any(n.mark for node in line.nodes for n in names_in(node))
