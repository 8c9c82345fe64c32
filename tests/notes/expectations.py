"""What an expert says of the shipped notes, compared with what the project says.

`expected.toml` beside this file lists every claim of ``docs/notes`` with verdict, reading,
code and the words that the message must hold, and what was to be understood of the note.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from derive.verdict import FileReport, Finding
from derive.verify import verify_paths
from tests.notes.signs import relation_signs

NOTES = Path(__file__).resolve().parents[2] / "docs" / "notes"
EXPECTED = Path(__file__).with_name("expected.toml")


def expectations() -> list[dict[str, Any]]:
    """The notes of `expected.toml`, in order."""
    notes: list[dict[str, Any]] = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))["note"]
    return notes


def compare(note: dict[str, Any], report: FileReport) -> Iterator[str]:
    """Every respect in which a report differs from what is expected of its note."""
    name = note["file"]
    yield from (f"{name}: {what}" for what in _model(note, report))
    found = {(c.line, c.column, c.step): c for c in report.claims}
    for claim in note["claims"]:
        place = (claim["line"], claim["column"], claim["step"])
        finding = found.pop(place, None)
        where = f"{name}:{place[0]}:{place[1]} step {place[2]}"
        if finding is None:
            yield f"{where}: expected a claim, found none"
        else:
            yield from (f"{where}: {what}" for what in _claim(claim, finding))
    for place in sorted(found):
        yield f"{name}:{place[0]}:{place[1]} step {place[2]}: a claim that is not expected"


def _model(note: dict[str, Any], report: FileReport) -> Iterator[str]:
    assert report.model is not None
    for key in ("layout", "convention", "cost"):
        got = getattr(report.model, key)
        if got != note[key]:
            yield f"{key}: expected {note[key]!r}, found {got!r}"
    wanted = {
        name: {"verdict": "refuted" if lines else "verified", "because": lines}
        for name, lines in note["algorithm"].items()
    }
    if report.algorithm != wanted:
        yield f"algorithm: expected {wanted}, found {report.algorithm}"


def _claim(claim: dict[str, Any], finding: Finding) -> Iterator[str]:
    for key in ("verdict", "reading", "code"):
        got = getattr(finding, key)
        got = None if got is None else str(got)
        if got != claim.get(key):
            yield f"{key}: expected {claim.get(key)}, found {got}: {finding.message}"
    for word in claim.get("says", ()):
        if word not in finding.message:
            yield f"the message must hold {word!r}: {finding.message}"


def unmatched_signs(source: str, report: FileReport) -> Iterator[str]:
    """Pieces whose claims are not exactly one for each relation sign."""
    signs = relation_signs(source)
    claims = Counter((c.line, c.column) for c in report.claims)
    for place in sorted(signs.keys() | claims.keys()):
        if signs.get(place, 0) != claims.get(place, 0):
            yield (
                f"{report.path}:{place[0]}:{place[1]}: {signs.get(place, 0)} relation signs, "
                f"{claims.get(place, 0)} claims"
            )


def differences() -> Iterator[str]:
    """Every difference over all shipped notes; none if all is as expected."""
    notes = expectations()
    listed, present = {n["file"] for n in notes}, {p.name for p in NOTES.glob("*.md")}
    for name in sorted(listed ^ present):
        yield f"{name}: {'no such note' if name in listed else 'nothing is expected of it'}"
    for note in notes:
        if note["file"] not in present:
            continue
        path = NOTES / note["file"]
        (report,) = verify_paths([path])
        yield from compare(note, report)
        yield from unmatched_signs(path.read_text(encoding="utf-8"), report)
