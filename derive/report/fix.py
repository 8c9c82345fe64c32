"""Puts verified repairs into a note.

In: a file report with its source.  Out: the text with each refuted right-hand side replaced
by its first verified repair, everything else as it was.  A repair can bring the next fault
to light (the following step of a chain), so the note is judged again until nothing changes:
repairing a repaired note changes nothing more.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable

from derive.errors import CallError, one_line
from derive.verdict import FileReport, Finding, Verdict

ROUNDS = 10
"""How often a note is judged again at most."""


def repaired_text(report: FileReport) -> str:
    """The source of a report with one round of repairs put in.

    Of repairs that overlap the first one is taken.  What the note itself expects to be
    refuted, or suppresses, stays as it is.
    """
    text = report.source
    edits: list[tuple[int, int, str]] = []
    behind = 0
    for finding in sorted(report.claims, key=lambda f: f.right_span):
        latex = _first_verified(finding)
        start, end = finding.right_span
        if latex is not None and behind <= start < end <= len(text):
            edits.append((start, end, latex))
            behind = end
    for start, end, latex in reversed(edits):
        text = text[:start] + _padded(text[start:end], latex) + text[end:]
    return text


def settle(report: FileReport, judge: Callable[[str], FileReport]) -> FileReport:
    """The report of the note with all its repairs in; `judge` judges a changed text.

    Raises `CallError` if the note does not come to rest: then no part of it is repaired.
    """
    for _ in range(ROUNDS):
        text = repaired_text(report)
        if text == report.source:
            return report
        report = judge(text)
    raise CallError(
        f"{one_line(report.path)}: each repair brings a new fault after {ROUNDS} rounds; "
        "the file is left as it is, repair the first refuted line by hand"
    )


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
