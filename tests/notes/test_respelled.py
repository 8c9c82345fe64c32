"""A note that says the same in other words gets the same verdicts.

Three of the shipped notes are written with other letters, other scripts for the layer, other
sizes, and with the examples as rows instead of columns; no verdict, reading or code may change.
"""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.verdict import FileReport
from derive.verify import verify_text
from tests.notes.expectations import NOTES
from tests.notes.respell import LAYER, in_rows, renamed, resized, restyled, with_commands

NAMES = ("three-layer-binary-classifier", "digits-squared-error", "digits-leaky-relu")
FREE_LETTERS = "FGHPQRSUV"
"""Letters that mean nothing by themselves, in either case."""
ROLES = "WZAB"


@cache
def text(name: str) -> str:
    return (NOTES / f"{name}.md").read_text(encoding="utf-8")


@cache
def judged(source: str) -> FileReport:
    return verify_text(source)


def outcome(report: FileReport) -> list[tuple[object, ...]]:
    """What has to stay: where each claim stands, its verdict, reading and code."""
    return [(c.line, c.step, str(c.verdict), c.reading, c.code) for c in report.claims]


def same(name: str, changed: str) -> None:
    before, after = judged(text(name)), verify_text(changed)
    assert changed != text(name)
    assert outcome(after) == outcome(before)
    assert after.algorithm == before.algorithm


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=3, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(letters=st.permutations(FREE_LETTERS))
def test_other_letters(name: str, letters: list[str]) -> None:
    spelling = dict(zip(ROLES, letters, strict=False))
    spelling |= {old.lower(): new.lower() for old, new in spelling.items()}
    spelling |= {old: new.lower() for old, new in zip("fg", letters[len(ROLES) :], strict=False)}
    same(name, renamed(text(name), spelling))


@pytest.mark.parametrize("name", NAMES)
def test_greek_functions_and_another_rate(name: str) -> None:
    changed = renamed(text(name), {"f": r"\psi", "g": r"\phi"})
    same(name, with_commands(changed, {r"\alpha": r"\eta"}))


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("three-layer-binary-classifier", {"Y": "T", "y": "t", "m": "N"}),
        ("digits-squared-error", {"X": "U", "x": "u", "Y": "T", "y": "t", "m": "N"}),
        ("digits-leaky-relu", {"X": "U", "x": "u"}),
    ],
)
def test_data_named_otherwise_where_equations_tell(name: str, spelling: dict[str, str]) -> None:
    """The cost tells which letter is the labels, its sum which one counts the examples."""
    same(name, renamed(text(name), spelling))


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("digits-squared-error", {784: 4096}),
        ("digits-leaky-relu", {784: 4096, 10: 12, 28: 64, 255: 1023}),
        ("digits-leaky-relu", {10: 784, 784: 10}),
    ],
)
def test_other_sizes(name: str, sizes: dict[int, int]) -> None:
    same(name, resized(text(name), sizes))


@pytest.mark.parametrize(
    ("name", "style"),
    [("three-layer-binary-classifier", style) for style in ("round", "square", "below", "index")]
    + [("digits-squared-error", "square"), ("digits-leaky-relu", "round")],
)
def test_layers_written_otherwise(name: str, style: str) -> None:
    assert style in LAYER
    same(name, restyled(text(name), style))


@pytest.mark.parametrize("name", NAMES)
def test_examples_as_rows(name: str) -> None:
    before = judged(text(name))
    matrices = {(c.line, c.step) for c in before.claims if c.reading == "matrix"}
    changed = in_rows(text(name), matrices)
    after = verify_text(changed)
    assert (before.model and before.model.layout) == "columns"
    assert (after.model and after.model.layout) == "rows"
    assert outcome(after) == outcome(before)
    assert after.algorithm == before.algorithm
