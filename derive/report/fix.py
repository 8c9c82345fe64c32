"""Puts verified repairs into a note.

In: a file report with its source.  Out: the report of the text in which each refuted
right-hand side is replaced by its first verified repair, everything else as it was.  A repair
can bring the next fault to light (the following step of a chain), so the note is judged again
until nothing changes: repairing a repaired note changes nothing more.  A repair after which
some other claim is worse than before is left out, and it is said why.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

from derive.diagnosis.codes import BY_NAME
from derive.report.outcome import GOOD
from derive.verdict import FileReport, Finding, Notice, Verdict

ROUNDS: Final = 10
"""How often a note is judged again at most, for one repair and what follows from it."""
SINGLY: Final = 40
"""So many repairs are tried one by one where all of them together do harm."""
Judge = Callable[[str], FileReport]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A repair that is not put in: the ordinal of its claim, and why."""

    claim: int
    reason: str


def settle(report: FileReport, judge: Judge) -> FileReport:
    """The report of the note with its repairs in; `judge` judges a changed text.

    What is left out, and why, is a notice of the report.
    """
    wanted = {k for k, finding in enumerate(report.claims) if _first_verified(finding)}
    together = _with_repairs(report, wanted, judge)
    if together is not None and not any(_worse(report, together)):
        return together
    left_out: list[LeftOut] = []
    for number, k in enumerate(sorted(wanted)):
        if number >= SINGLY:
            left_out.append(LeftOut(k, f"only {SINGLY} repairs are tried one by one"))
            continue
        changed = _with_repairs(report, {k}, judge)
        if changed is None:
            left_out.append(LeftOut(k, "each repair brings a new fault"))
        elif harmed := next(_worse(report, changed), None):
            left_out.append(LeftOut(k, harmed))
        else:
            report = changed
    return _said(report, left_out)


def repaired_text(report: FileReport, chosen: Collection[int] | None = None) -> str:
    """The source of a report with one round of repairs put in.

    chosen: ordinals of the claims that may be repaired, by default all.  Of repairs that overlap
    the first one is taken.  What the note itself expects to be refuted, or suppresses, stays.
    """
    text = report.source
    edits: list[tuple[int, int, str]] = []
    behind = 0
    for k, finding in sorted(enumerate(report.claims), key=lambda item: item[1].right_span):
        latex = _first_verified(finding) if chosen is None or k in chosen else None
        start, end = finding.right_span
        if latex is not None and behind <= start < end <= len(text):
            edits.append((start, end, latex))
            behind = end
    for start, end, latex in reversed(edits):
        text = text[:start] + _padded(text[start:end], latex) + text[end:]
    return text


def _with_repairs(report: FileReport, chosen: set[int], judge: Judge) -> FileReport | None:
    """The report once some claims are repaired, and those that got worse by it.

    None if that does not come to rest.
    """
    before, chosen = report, set(chosen)
    for _ in range(ROUNDS):
        text = repaired_text(report, chosen)
        if text == report.source:
            return report
        report = judge(text)
        if len(report.claims) == len(before.claims):
            pairs = enumerate(zip(before.claims, report.claims, strict=True))
            chosen |= {k for k, (old, new) in pairs if _rank(new) < _rank(old)}
    return None


def _worse(before: FileReport, after: FileReport) -> Iterator[str]:
    """What a repair spoils: claims that are worse than before."""
    if len(before.claims) != len(after.claims):
        yield "it would change which claims the note makes"
        return
    for old, new in zip(before.claims, after.claims, strict=True):
        if _rank(new) < _rank(old):
            verdict = " ".join(filter(None, (new.verdict.value, new.code)))
            yield f"it would make the claim in line {new.line} {verdict}"


def _rank(finding: Finding) -> int:
    return 2 if finding.verdict in GOOD else 1 if finding.verdict == Verdict.UNPROVEN else 0


def _said(report: FileReport, left_out: list[LeftOut]) -> FileReport:
    """The report with a notice for each repair that is not put in."""
    code = BY_NAME["harmful-repair"]
    notices = tuple(
        Notice(report.claims[one.claim].span, code, f"its repair is left out: {one.reason}")
        for one in left_out
    )
    return replace(report, notices=report.notices + notices)


def diff(path: str, old: str, new: str) -> str:
    """A unified diff, ``""`` if nothing differs."""
    lines = difflib.unified_diff(_lines(old), _lines(new), path, path)
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    """The lines with their ends, as other tools count them: at line feeds alone."""
    return [line + "\n" for line in text.split("\n")[:-1]] + [text.rpartition("\n")[2]] * (
        not text.endswith("\n")
    )


def _first_verified(finding: Finding) -> str | None:
    if finding.verdict != Verdict.REFUTED or finding.expected or finding.suppressed:
        return None
    return next((r.latex for r in finding.repairs if r.verdict == Verdict.VERIFIED), None)


def _padded(old: str, new: str) -> str:
    """`new` with the white space that stood around `old`."""
    head = old[: len(old) - len(old.lstrip())]
    tail = old[len(old.rstrip()) :]
    return head + new + tail
