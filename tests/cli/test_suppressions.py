"""A note's own comments: what they silence, and what is said of those without effect."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from derive.reading import read
from derive.suppressions import suppressed
from derive.verdict import Finding, Kind, Notice, Verdict
from tests.cli.conftest import Run

BAD, LATE = "$dW = a$", "$db = b$"


def judged(source: str, kind: str = "md") -> tuple[list[str | None], list[tuple[str, str]]]:
    """Codes of the claims that stay loud, and the notices, of a note whose claims are all D103."""
    document = read(source, kind)  # type: ignore[arg-type]
    findings = [
        Finding(p.line, p.column, p.end_line, p.end_column, 1, "", Kind.GRADIENT,
                Verdict.REFUTED, code="D103")
        for p in document.pieces if p.chains
    ]  # fmt: skip
    shown, notices = suppressed(document, findings)
    return [None if f.suppressed else f.code for f in shown], [_said(n, source) for n in notices]


def _said(notice: Notice, source: str) -> tuple[str, str]:
    return notice.code, source[slice(*notice.span)]


@pytest.mark.parametrize(
    ("source", "loud"),
    [
        (f"<!-- derive: ignore D103 -->\n{BAD}\n\n{LATE}", [None, "D103"]),
        (f"{BAD} <!-- derive: ignore D103 -->\n\n{LATE}", [None, "D103"]),
        (f"{BAD} and {LATE} <!-- derive: ignore D103 -->", [None, None]),
        (f"{BAD}\n\n<!-- derive: ignore -->\n{LATE}", ["D103", None]),
        (f"$$\ndW = a\n$$ <!--derive:ignore D102, D103-->\n{LATE}", [None, "D103"]),
        (f"<!-- derive: ignored elsewhere -->\n{BAD}", ["D103"]),
    ],
)
def test_what_is_silenced(source: str, loud: list[str | None]) -> None:
    assert judged(source)[0] == loud


def test_in_tex() -> None:
    assert judged(f"% derive: ignore D103\n{BAD}\n\n{LATE}", "tex") == ([None, "D103"], [])


@pytest.mark.parametrize(
    ("comment", "code"),
    [
        ("ignore D102", "D401"),
        ("ignore D103 D102", "D401"),
        ("ignore D9", "D402"),
        ("ignore d103", "D402"),
        ("ignor D103", "D402"),
        ("except refuted", "D402"),
    ],
)
def test_a_comment_without_effect_is_reported(comment: str, code: str) -> None:
    assert judged(f"{BAD} <!-- derive: {comment} -->")[1] == [(code, f"derive: {comment} ")]


def test_comments_with_effect_and_other_words_are_not_reported() -> None:
    comments = ("ignore", "ignore D103", "see the appendix")
    assert [judged(f"{BAD} <!-- derive: {c} -->")[1] for c in comments] == [[], [], []]
    assert judged(f"<!-- derive: expect refuted -->\n{BAD}")[1] == []
    assert judged(f"{BAD}\n<!-- derive: expect refuted -->\nprose")[1][0][0] == "D401"


NOTE = """$$Z = W X + b, A = \\tanh(Z), J = \\frac{1}{m} \\sum (A - Y)^2$$

$$dW = dZ X$$ <!-- derive: ignore D102 -->
<!-- derive: ignore D110 -->
$$db = \\sum_{i=1}^m dZ$$
"""


def test_the_command_on_a_suppression(derive: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(NOTE)
    done = derive("verify", "note.md")
    assert done.returncode == 1
    assert "     3  refuted     D102 (suppressed): dW = dZ X\n" in done.stdout
    assert "note.md:4:6: warning D401: nothing here is D110: remove the suppression" in done.stdout
    assert done.stdout.endswith("(1 suppressed); 1 remark on the text\n")
    assert derive("verify", "note.md", "--ignore", "D401").returncode == 0
    [file] = json.loads(derive("verify", "note.md", "--format", "json").stdout)["files"]
    assert [c.get("suppressed", False) for c in file["claims"]] == [False] * 3 + [True, False]
    [notice] = file["notices"]
    assert (notice["code"], notice["line"], notice["column"]) == ("D401", 4, 6)


def test_a_suppressed_mistake_is_not_repaired(derive: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(NOTE)
    derive("verify", "note.md", "--fix")
    assert (tmp_path / "note.md").read_text() == NOTE
