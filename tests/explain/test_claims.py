"""What is told of the claims of the shipped notes: derivations that end where the note does."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from derive.explain.claims import Explanation
from derive.report.explain import explanation_parts, render
from derive.verdict import Finding, Verdict
from derive.verify import Note, Options, open_note

NOTES = Path(__file__).parents[2] / "docs" / "notes"
DECIDED = (Verdict.VERIFIED, Verdict.REFUTED)


@cache
def note(name: str) -> Note:
    return open_note(name, (NOTES / f"{name}.md").read_text(encoding="utf-8"), "md", Options())


@cache
def finding(name: str, k: int) -> Finding:
    return note(name).judge(k)


def told(name: str, line: int, step: int = 1) -> tuple[Finding, Explanation]:
    """The finding of a claim and what is told of it."""
    known = note(name)
    for k, found in enumerate(known.facts.lines):
        if (found.piece.line, found.relation.step) == (line, step):
            return finding(name, k), known.explain(k, finding(name, k))
    raise AssertionError(f"no claim on line {line} of {name}")


@pytest.mark.parametrize("name", [
    "deep-sigmoid-network", "digits-leaky-relu", "two-layer-cross-entropy",
])  # fmt: skip
def test_every_decided_claim_has_a_derivation(name: str) -> None:
    for k in range(note(name).size):
        found = finding(name, k)
        explanation = note(name).explain(k, found)
        if found.verdict in DECIDED:
            assert not explanation.missing, found.latex
            steps = [step for section in explanation.sections for step in section.steps]
            assert steps
            assert all("simplif" not in step.rule for step in steps)
            assert (explanation.departs is not None) == (found.verdict == Verdict.REFUTED)
        else:
            assert explanation.missing


def test_the_note_stops_before_the_softmax() -> None:
    found, explanation = told("digits-squared-error", 49)
    assert found.code == "D103"
    assert explanation.departs is not None
    section, step, why = explanation.departs
    assert explanation.sections[section].name == "A2"
    assert step == len(explanation.sections[section].steps) - 1
    assert "stops here" in why
    last = explanation.sections[-1].summary.latex
    assert last.startswith(r"dz_2 = \frac{2}{m} A^{(2)} \odot")


def test_a_missing_transpose_leaves_at_the_matrices() -> None:
    found, explanation = told("digits-squared-error", 54)
    assert found.code == "D102"
    assert explanation.departs is not None
    section, step, _ = explanation.departs
    assert explanation.sections[section].steps[step].rule == "back to matrices"
    assert [s.name for s in explanation.sections if s.name] == ["W2"]


def test_a_factor_twice_is_a_chain_that_breaks_off() -> None:
    found, explanation = told("digits-squared-error", 33)
    assert found.code == "D122"
    assert explanation.departs is not None
    assert "once more" in explanation.departs[2]


def test_a_derivation_by_hand_is_told_rule_by_rule() -> None:
    _, explanation = told("deep-sigmoid-network", 39)
    [section] = explanation.sections
    assert section.steps[0].rule == "substitute the definition"
    _, last = told("deep-sigmoid-network", 39, 6)
    assert last.sections[0].summary.latex.endswith(r"\sigma(x) (1 - \sigma(x))")


def test_short_and_full() -> None:
    _, explanation = told("two-layer-cross-entropy", 58)
    full = render(explanation_parts(explanation), "text")
    short = render(explanation_parts(explanation, "short"), "text")
    assert len(short) < len(full)
    assert "chain rule" in full
    assert "chain rule" not in short
    for form in ("markdown", "latex"):
        assert render(explanation_parts(explanation), form)
