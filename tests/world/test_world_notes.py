"""Whole notes in other notations: what is true is verified, a mistake in a twin is seen.

`expected.toml` is written from the mathematics.  `open` lists the steps at which the project
still says `unproven`; it must never say less than that it does not know, and a step that has
come to be decided leaves the list.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from derive.verdict import FileReport
from derive.verify import verify_text

HERE = Path(__file__).parent
EXPECTED: list[dict[str, Any]] = tomllib.loads(
    (HERE / "expected.toml").read_text(encoding="utf-8")
)["note"]
TWINS = [(note["file"], twin) for note in EXPECTED for twin in note["twin"]]


def source_of(name: str) -> str:
    return (HERE / "notes" / name).read_text(encoding="utf-8")


def judged(name: str, source: str) -> FileReport:
    return verify_text(source, Path(name).suffix[1:], name)


def differences(claim: dict[str, Any], report: FileReport) -> Iterator[str]:
    """The steps of one piece of maths that are judged otherwise than expected."""
    found = [c for c in report.claims if c.line == claim["line"]]
    if len(found) != len(claim["expect"]):
        yield f"line {claim['line']}: {len(found)} claims"
    for step, (finding, wanted) in enumerate(zip(found, claim["expect"], strict=False), 1):
        allowed = ["unproven"] if step in claim.get("open", []) else wanted.split("|")
        if str(finding.verdict) not in allowed:
            yield (
                f"line {claim['line']} step {step}: {finding.verdict}, not {wanted}: "
                f"{finding.latex}: {finding.message}"
            )


def edited(source: str, twin: dict[str, Any]) -> str:
    """The source with the mistake of a twin, in the piece that opens on its line."""
    lines = source.split("\n")
    at = twin["line"] - 1
    while twin["find"] not in lines[at]:
        at += 1
    lines[at] = lines[at].replace(twin["find"], twin["write"], 1)
    return "\n".join(lines)


def test_every_note_has_expectations_and_a_twin() -> None:
    assert sorted(n["file"] for n in EXPECTED) == sorted(p.name for p in (HERE / "notes").iterdir())
    assert all(note["twin"] for note in EXPECTED)


@pytest.mark.parametrize("note", EXPECTED, ids=lambda n: str(n["file"]))
def test_what_is_true_is_verified(note: dict[str, Any]) -> None:
    report = judged(note["file"], source_of(note["file"]))
    assert [d for claim in note["claims"] for d in differences(claim, report)] == []
    lines = {claim["line"] for claim in note["claims"]}
    assert [c.latex for c in report.claims if c.line not in lines] == []


@pytest.mark.parametrize(
    ("name", "twin"), TWINS, ids=[f"{name}:{twin['line']}" for name, twin in TWINS]
)
def test_a_mistake_is_seen(name: str, twin: dict[str, Any]) -> None:
    report = judged(name, edited(source_of(name), twin))
    assert list(differences(twin, report)) == []
