"""Explanations as values: what a notebook shows of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.errors import CallError
from derive.explain.claims import Explanation
from derive.explain.display import Told, told
from derive.verify import Options, open_note, verify_text

NOTE = "$$\\sigma(x) = \\frac{1}{1 + e^{-x}}$$\n\n$$\\sigma'(x) = \\sigma(x) (1 - \\sigma(x))$$\n"


def shown(value: Told | Explanation) -> tuple[str, str]:
    """What a notebook asks for."""
    return value._repr_markdown_(), value._repr_latex_()


def test_an_entry_is_typeset() -> None:
    markdown, latex = shown(told("sigmoid"))
    assert markdown.count("$$\n") == 2 * len(told("sigmoid").equations)
    assert latex.startswith("$$\\begin{aligned}\n& ")
    assert latex.endswith("\n\\end{aligned}$$")
    assert latex.count("\\\\\n") == len(told("sigmoid").equations) - 1
    assert "\\text{2. reciprocal rule}" in latex
    assert repr(told("sigmoid")) == str(told("sigmoid"))


def test_a_claim_is_typeset(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(NOTE, encoding="utf-8")
    markdown, latex = shown(told(f"{path}:3"))
    assert "verified" in markdown
    assert "reciprocal rule" in latex
    note = open_note("note.md", NOTE, "md", Options())
    markdown, latex = shown(note.explain(1, note.judge(1)))
    assert markdown.startswith("### Derivation")
    assert "reciprocal rule" in latex


def test_verdicts_are_typeset() -> None:
    report = verify_text(NOTE.replace("(1 - ", "(1 + "))
    markdown = report._repr_markdown_()
    assert "## Line 3: refuted" in markdown
    assert markdown.count("$$") >= 4
    latex = report.claims[1]._repr_latex_()
    assert latex.startswith("$$\\begin{aligned}\n& \\sigma'(x) = ")
    assert "refuted" in latex


def test_what_is_not_known_is_one_line() -> None:
    with pytest.raises(CallError, match="did you mean"):
        told("sigmoyd")


def test_a_short_derivation_begins_and_ends_like_the_whole() -> None:
    """Its definitions, each once, and the last line about each left side, as they stand."""
    for name, lines in (("sigmoid", 2), ("dense-rows-bias", 1), ("softmax", 3), ("adam", 7)):
        whole, short = told(name).equations, told(name, "short").equations
        assert len(short) == lines
        assert [line for line in whole if line in short][-1] == short[-1] == whole[-1]
    norm = told("layer-norm-rows", "short").equations
    assert len(norm) == len(set(norm)) < 20


def test_what_a_rule_says_is_typeset_with_its_formulas() -> None:
    penalty, mish = told("l2"), told("mish")
    assert "2. power rule: (w²)' = 2 w; other entries are constants\n" in str(penalty)
    assert "**2. power rule** $(w^2)' = 2 w$; other entries are constants\n" in markdown_of(penalty)
    for shown in (str(mish), markdown_of(mish)):
        assert "see `derive explain tanh`" in shown


def markdown_of(value: Told) -> str:
    """What a notebook shows."""
    return value._repr_markdown_()
