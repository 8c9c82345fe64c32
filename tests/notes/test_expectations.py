"""The shipped notes come out as an expert judges them, one claim for each relation sign."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from derive.verdict import FileReport, Verdict
from derive.verify import verify_paths
from tests.notes.expectations import NOTES, compare, expectations, unmatched_signs
from tests.notes.signs import relation_signs

EXPECTED = {note["file"]: note for note in expectations()}


@pytest.fixture(scope="module", params=sorted(EXPECTED))
def judged(request: pytest.FixtureRequest) -> tuple[dict[str, Any], FileReport]:
    note = EXPECTED[request.param]
    return note, verify_paths([NOTES / note["file"]])[0]


def test_every_note_has_expectations() -> None:
    assert sorted(EXPECTED) == sorted(p.name for p in NOTES.glob("*.md"))


def test_verdicts_readings_and_messages(judged: tuple[dict[str, Any], FileReport]) -> None:
    assert list(compare(*judged)) == []


def test_one_claim_for_each_relation_sign(judged: tuple[dict[str, Any], FileReport]) -> None:
    report = judged[1]
    assert list(unmatched_signs(report.source, report)) == []


def test_the_note_itself_expects_what_it_gets(judged: tuple[dict[str, Any], FileReport]) -> None:
    for claim in judged[1].claims:
        assert claim.unmet == ""
        assert claim.expected or claim.verdict in (Verdict.VERIFIED, Verdict.DEFINITION), claim


def test_verified_means_proved_and_checked(judged: tuple[dict[str, Any], FileReport]) -> None:
    for claim in judged[1].claims:
        proved = claim.proof is not None and claim.proof.checked
        assert proved == (claim.verdict == Verdict.VERIFIED), claim
        assert all(r.verdict == Verdict.VERIFIED for r in claim.repairs)
        if claim.verdict == Verdict.REFUTED:
            assert claim.counterexample is not None or claim.reading == "maps", claim


def test_the_comparison_notices(judged: tuple[dict[str, Any], FileReport]) -> None:
    """A claim that is lost, added or judged otherwise is a difference."""
    note, report = judged
    first = report.claims[0]
    other = Verdict.UNPROVEN if first.verdict != Verdict.UNPROVEN else Verdict.VERIFIED
    for claims in (
        report.claims[1:],
        (*report.claims, replace(first, step=99)),
        (replace(first, verdict=other), *report.claims[1:]),
        (replace(first, reading="maps" if first.reading != "maps" else "matrix"),
         *report.claims[1:]),
    ):  # fmt: skip
        assert list(compare(note, replace(report, claims=claims)))
    assert list(unmatched_signs(report.source, replace(report, claims=report.claims[1:])))


@pytest.mark.parametrize(
    ("source", "counts"),
    [
        (r"$\sum_{i=1}^m x = y$", [1]),
        (r"$$\begin{aligned} a &= b \\ &= c \end{aligned}$$", [2]),
        (r"$$a = b \rightarrow W \leftarrow g$$", [1]),
        (r"$$w \leftarrow w - g$$", [1]),
        (r"$$a = b \quad \left[\because a = c\right]$$", [2]),
        (r"$\text{a = b} x$ and $x$", []),
        ("<!-- $a = b$ --> `$a = b$` $a := b$", [1]),
        (r"$$A \Rightarrow B \implies C$$", [2]),
    ],
)
def test_the_scanner_of_signs(source: str, counts: list[int]) -> None:
    assert list(relation_signs(source).values()) == counts
