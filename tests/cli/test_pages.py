"""What a page shows: excerpts under hostile text, and the site's Markdown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.report.explain import markdown_equation, render
from derive.report.markdown import Entry, note_page, site
from derive.report.places import WIDTH, Page, excerpt, place_of
from derive.report.text import render as text
from derive.verdict import Counterexample, FileReport, Finding, Kind, Proof, Verdict


def refuted(source: str, start: int, end: int) -> FileReport:
    finding = Finding(
        1, 1, 1, 1, 1, source[start:end], Kind.ALGEBRA, Verdict.REFUTED, span=(start, end)
    )
    return FileReport("n.md", None, (finding,), {}, source)


def test_a_claim_over_several_lines_is_underlined_on_each() -> None:
    source = "$$\na\n  = b\n$$\n"
    shown = text([refuted(source, 3, 10)])
    assert "2 | a\n  | ^\n3 |   = b\n  |   ^^^\n" in shown


def test_a_long_claim_is_cut() -> None:
    source = "\n".join("xyz" for _ in range(50))
    shown = text([refuted(source, 0, len(source))])
    assert shown.count("xyz\n") == 4
    assert "to line 50" in shown


def test_a_long_line_is_cut_around_the_claim() -> None:
    line = "x" * 5000 + "a = b" + "y" * 5000
    shown, carets = excerpt(line, 5001, 5006)
    assert len(shown) <= WIDTH + 2
    assert shown[carets.index("^") : carets.index("^") + 5] == "a = b"


@pytest.mark.parametrize("source", ["中文 a = b", "e\u0301\ta = b", "\x1b[2J a = b", "dZ² a = b"])
def test_carets_stand_under_the_claim(source: str) -> None:
    column = source.index("a") + 1
    shown, carets = excerpt(source, column, column + 5)
    assert shown.isprintable()
    assert carets.endswith("^^^^^")
    from derive.report.places import width

    assert width(shown[: shown.index("a")]) == len(carets) - 5


def test_offsets_and_line_ends() -> None:
    page = Page("a\r\n\r\nbc")
    assert page.position(5) == (3, 1)
    assert page.place(5, 7).end_column == 3
    assert page.position(7) == (3, 3)


def test_a_finding_without_span_stands_where_its_piece_opens() -> None:
    finding = Finding(7, 3, 8, 9, 1, "", Kind.ALGEBRA, Verdict.UNREADABLE)
    assert place_of(finding, Page("x")).line == 7
    assert "n.md:7:3: unreadable" in text([FileReport("n.md", None, (finding,), {}, "x")])


def test_the_side_of_an_equation_cannot_leave_its_display() -> None:
    assert markdown_equation("a\n\n$b$").startswith("```latex\na\n$b$\n```")
    assert markdown_equation("```{") == "````latex\n```{\n````\n\n"
    assert markdown_equation("a = b") == "$$\na = b\n$$\n\n"


@dataclass(frozen=True)
class Step:
    rule: str
    latex: str
    text: str


def test_site() -> None:
    proved = Finding(
        3, 1, 3, 9, 1, "a = b", Kind.GRADIENT, Verdict.VERIFIED,
        proof=Proof(("chain rule",), 5, True),
    )  # fmt: skip
    notes = [
        FileReport("a/n.md", None, (proved,), {}, "x"),
        FileReport("b/n.md", None, (proved, replace(proved, step=2)), {}, "# Two lines #\nx"),
    ]
    library = FileReport("library", None, (proved,))
    pages = site(notes, library, [Entry("sigmoid", "Sigmoid", [Step("power rule", "x_1", "so")])])
    assert list(pages) == [
        "index.md", "notes/n.md", "notes/n-2.md", "library/index.md", "codes.md",
        "library/sigmoid.md",
    ]  # fmt: skip
    assert "| [n.md](notes/n.md) | 1 | 1 | 0 | 0 | 0 | 0 |" in pages["index.md"]
    assert "| [Two lines](notes/n-2.md) | 2 | 2 | 0 | 0 | 0 | 0 |" in pages["index.md"]
    assert "## Line 3: verified\n" in pages["notes/n.md"]
    assert "## Line 3, step 2: verified\n" in pages["notes/n-2.md"]
    assert "[Sigmoid](library/sigmoid.md)" in pages["index.md"]
    assert "accepted by the independent checker: chain rule" in pages["notes/n.md"]
    assert pages["library/sigmoid.md"] == "# Sigmoid\n\n**1. power rule** so\n\n$$\nx_1\n$$\n"


def test_explanations_escape_what_the_form_takes_for_its_own() -> None:
    from derive.report.explain import Part

    parts = [Part("A_1 & 50%", "x^2 <b>", "")]
    assert render(iter(parts), "latex") == (
        "\\paragraph{A\\_1 \\& 50\\%} x\\textasciicircum{}2 <b>\n\n"
    )
    assert "\\<b\\>" in render(iter(parts), "markdown")


@given(st.text(max_size=300), st.integers(1, 300), st.integers(0, 300))
def test_any_excerpt_is_printable_and_marks_something(line: str, column: int, length: int) -> None:
    line = line.replace("\n", " ")
    shown, carets = excerpt(line, column, column + length)
    assert shown.isprintable()
    assert carets.strip() == "^" * carets.count("^")
    assert "^" in carets


def test_a_counterexample_is_typeset() -> None:
    """Names and numbers as formulas; arrays, figures and names that are no formula as code."""
    shapes = {"m": 2, "n_0": 1}
    values = {"W^{(1)}": "-1/2", "Y": "[[1, 0]]", "a_1_2": "3"}
    what = "no such array: matrix product of (n_1, 1) and (n_0, 1)"
    example = Counterexample(shapes, values, (1, 2), "-0.5 ± 1e-12", what)
    report = refuted("$a = b$", 1, 6)
    found = replace(report, claims=(replace(report.claims[0], counterexample=example),))
    assert (
        "counterexample: $m = 2$, $n_0 = 1$, $W^{(1)} = -1/2$, $Y$ = `[[1, 0]]`, `a_1_2 = 3`; "
        "left (1, 2): `-0.5 ± 1e-12`, right (1, 2): no such array: matrix product of $(n_1, 1)$ "
        "and $(n_0, 1)$\n"
    ) in note_page(found)
