"""Finds and tells the claim that ``NOTE:LINE[:COLUMN]`` points at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from derive.errors import CallError, one_line
from derive.report.explain import Part, claim_parts, explanation_parts
from derive.report.places import Page, place_of
from derive.sources import collect
from derive.verdict import FileReport, Finding, Verdict

if TYPE_CHECKING:
    from derive.explain.claims import Explanation


@dataclass(frozen=True, slots=True)
class Pointer:
    """A place in a note; column None: the whole line."""

    path: str
    line: int
    column: int | None


def split_place(text: str) -> Pointer | None:
    """The place that `text` names, None if it names none.

    >>> split_place("notes/a.md:36:3")
    Pointer(path='notes/a.md', line=36, column=3)
    >>> split_place("sigmoid") is None
    True
    """
    match = re.fullmatch(r"(.+?):(\d{1,9})(?::(\d{1,9}))?", text)
    if match is None:
        return None
    column = None if match[3] is None else int(match[3])
    return Pointer(match[1], int(match[2]), column)


def claims_at(report: FileReport, pointer: Pointer) -> list[Finding]:
    """The claims on the line, or those over the column if there are such.

    Raises `CallError` that names the nearest lines with a claim.
    """
    page = Page(report.source)
    places = [(place_of(finding, page), finding) for finding in report.claims]
    found = [(p, f) for p, f in places if p.line <= pointer.line <= p.end_line]
    # A claim is also known by the line on which its piece of maths opens.
    found = found or [(p, f) for p, f in places if f.line == pointer.line]
    if not found:
        lines = sorted({p.line for p, _ in places}, key=lambda n: (abs(n - pointer.line), n))
        near = ", ".join(str(n) for n in sorted(lines[:5]))
        hint = f"lines with a claim: {near}" if near else "there is no claim in this file"
        raise CallError(f"{one_line(pointer.path)}: no claim on line {pointer.line}; {hint}")
    if pointer.column is not None:
        at = (pointer.line, pointer.column)
        over = [(p, f) for p, f in found if (p.line, p.column) <= at < (p.end_line, p.end_column)]
        found = over or found
    return [f for _, f in found]


def told_at(place: Pointer, level: str) -> list[Iterator[Part]]:
    """All that is told of each claim at a place: its verdict, then its derivation."""
    from derive.subjects import open_subject
    from derive.verify import Options
    from derive.workers import judge_all

    sources = collect([place.path])
    [report] = judge_all(sources, Options())
    found = claims_at(report, place)
    note = open_subject(sources[0], Options()) if _derivable(found) else None
    explain = getattr(note, "explain", None)
    out = []
    for finding in found:
        k = next(n for n, f in enumerate(report.claims) if f is finding)
        out.append(_told(report, finding, explain and explain(k, finding), level))
    return out


def _told(
    report: FileReport, finding: Finding, told: Explanation | None, level: str
) -> Iterator[Part]:
    yield from claim_parts(report, finding)
    if told is not None:
        yield from explanation_parts(told, level)


def _derivable(found: list[Finding]) -> bool:
    """Whether a claim was decided; one that used up its time is not tried again."""
    return any(f.verdict in (Verdict.VERIFIED, Verdict.REFUTED) for f in found)
