"""The pages: what does not hold any more fails the build, in Markdown and in HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from derive.diagnosis.codes import CODES
from derive.docs import codes, examples, html, landing, prose, site
from derive.errors import CallError
from derive.library import explanations
from derive.scalars.blackboard import WrongStep
from derive.sources import Source
from tests.docs.markup import markup

TRUE = "$$\\sigma(x) = \\frac{1}{1 + e^{-x}}$$\n\n$$\\sigma'(x) = \\sigma(x) (1 - \\sigma(x))$$\n"
FALSE = TRUE.replace("(1 - ", "(1 + ")
EXPECTING = TRUE.replace("$$\\sigma'", "<!-- derive: expect refuted -->\n$$\\sigma'")
NOTES = {"holds.md": TRUE, "planted.md": FALSE, "expecting.md": EXPECTING}
SMALL = site.Parts(
    codes=("D110",),
    entries=("sigmoid", "relu"),
    networks=(),
    prose=(),
    modules=("derive.verdict",),
)


@pytest.fixture(scope="module")
def built() -> site.Built:
    """A small site, of a note that holds, one with a planted mistake, one that expects another."""
    return site.build([Source(name, "md", text) for name, text in NOTES.items()], parts=SMALL)


@pytest.fixture(scope="module")
def pages(built: site.Built, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The same as HTML, and what Sphinx complained of."""
    folder = tmp_path_factory.mktemp("site")
    return folder, html.write_html(built.pages, folder, workers=1)


def problems(built: site.Built) -> list[str]:
    """Those that are not about pages that the small site leaves out."""
    return [line for line in built.problems if not line.endswith("leads nowhere")]


def test_a_note_that_holds(built: site.Built) -> None:
    page = built.pages["notes/holds.md"]
    assert "## Line 3: verified\n" in page
    assert "The derivation, " in page
    assert "reciprocal rule" in page
    assert not any("holds.md" in problem for problem in problems(built))


def test_certificates_unfold_and_are_accepted(built: site.Built, tmp_path: Path) -> None:
    from derive.check.__main__ import main

    page = built.pages["notes/holds.md"]
    [text] = re.findall(r"<summary>The certificate</summary>.*?```text\n(.*?)\n```", page, re.S)
    (tmp_path / "proof.json").write_text(text, encoding="utf-8")
    assert main([str(tmp_path / "proof.json")]) == 0
    assert "certificate" not in built.pages["notes/planted.md"]


def test_a_planted_mistake_turns_its_badge_and_fails_the_build(
    built: site.Built, pages: tuple[Path, list[str]]
) -> None:
    assert any(p.startswith("planted.md, line 3, step 1: refuted") for p in problems(built))
    shown = (pages[0] / "notes" / "planted.html").read_text(encoding="utf-8")
    right = (pages[0] / "notes" / "holds.html").read_text(encoding="utf-8")
    assert '<span class="badge badge-refuted">refuted</span>' in shown
    assert '<span class="badge badge-refuted">' not in right
    assert '<span class="badge badge-verified">verified</span>' in right


def test_an_expectation_that_is_not_met_fails_the_build(built: site.Built) -> None:
    assert any("expecting.md" in p and "expects refuted" in p for p in problems(built))


def test_nothing_else_is_a_problem(built: site.Built) -> None:
    assert len(problems(built)) == 2, problems(built)


def test_sphinx_has_nothing_to_complain_of_but_pages_left_out(
    pages: tuple[Path, list[str]],
) -> None:
    other = [line for line in pages[1] if "xref_missing" not in line and "toc" not in line]
    assert other == []


def test_maths_is_left_to_katex_and_nothing_is_fetched(pages: tuple[Path, list[str]]) -> None:
    page = markup(pages[0] / "library" / "sigmoid.html")
    assert r"\frac{d a}{d z} = a (1 - a)" in page.maths
    assert any("katex/katex.min.js" in address for address in page.loads)
    assert not [address for address in page.loads if "//" in address]
    fonts = pages[0] / "_static" / "katex" / "fonts"
    style = (fonts.parent / "katex.min.css").read_text(encoding="utf-8")
    named = set(re.findall(r"url\(fonts/([^)]+)\)", style))
    assert named == {path.name for path in fonts.iterdir()}


def test_plots_stand_in_the_page(built: site.Built) -> None:
    text = built.pages["library/relu.md"]
    svg = text[text.index("<svg") : text.index("</svg>")]
    assert "\n\n" not in svg
    assert svg.count('class="kink-used"') == 1
    assert "the derivative of ReLU at 0 is taken to be 0" in text
    assert "np.maximum(z, 0.0)" in text


def test_a_wrong_line_of_a_derivation_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(name: str) -> tuple[object, ...]:
        raise WrongStep(f"{name}: no")

    monkeypatch.setattr(explanations, "explanation", wrong)
    found = site.Built()
    site._library(found, ("sigmoid",), map)
    assert found.problems == ["sigmoid: a line does not follow: sigmoid: no"]


def test_an_example_that_is_judged_otherwise_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    row = replace(CODES["D110"], wrong=CODES["D110"].right)
    monkeypatch.setitem(examples.CODES, "D110", row)
    monkeypatch.setitem(codes.CODES, "D110", row)
    assert codes.page("D110").problems == ("D110: its wrong example is judged verified",)


@pytest.mark.parametrize(
    "code", ["D101", "D112", "D126", "D131", "D135", "D201", "D304", "D306", "D307"]
)
def test_examples_get_their_code(code: str) -> None:
    page = codes.page(code)
    assert page.problems == ()
    assert f" {code}*" in page.text


@pytest.mark.parametrize("code", ["D401", "D402", "D411", "D412", "D413"])
def test_examples_about_a_note(code: str) -> None:
    page = codes.page(code)
    assert page.problems == ()
    assert f": *{code}*" in page.text
    assert page.text.rstrip().endswith("Nothing is remarked.")


def test_a_code_of_python_files_has_a_file_with_it_and_one_without() -> None:
    page = codes.page("D142")
    assert page.problems == ()
    assert "Line 11: *refuted D142*" in page.text
    assert "Repair:\n\n```python\n        input_gradient = " in page.text
    wrong, _, right = page.text.rpartition("Repair:")
    assert "verified*: input: input\\_gradient = self.weights.T @ output\\_gradient" in right
    assert "refuted" in wrong
    assert "refuted" not in right


def test_a_claim_that_is_given_up_and_is_not() -> None:
    page = codes.page("D305")
    assert page.problems == ()
    assert "*unproven D305*: timeout\n" in page.text
    assert page.text.count("*verified*") == 1


def test_a_repair_that_is_left_out_and_one_that_is_put_in() -> None:
    page = codes.page("D403")
    assert page.problems == ()
    assert "*D403*: its repair is left out: it would make the claim in line 3 refuted" in page.text
    assert page.text.count("```diff") == 1


def test_every_code_has_an_example() -> None:
    shown = (examples.example, examples.note_example, examples.code_example, examples.REPAIRED.get)
    assert [c for c in CODES if not any(of(c) for of in shown)] == ["D305"]  # of the clock


def test_what_has_no_example_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "REPAIRED", {})
    assert codes.page("D403").problems == ("D403: its page has no example",)


def test_links() -> None:
    pages = {"a.md": "[b](x/b.md) [c](c.md#d) [e](https://e.org/f.md)", "x/b.md": "[a](../a.md)"}
    assert list(site.broken_links(pages)) == ["a.md: the link to c.md leads nowhere"]


def test_ten_questions_have_a_page_each_and_stand_on_the_landing_page(built: site.Built) -> None:
    asked = landing.questions()
    assert len({question.path for question in asked}) == 10
    assert {question.path for question in asked} <= set(prose.names())
    for question in asked:
        assert question.title.endswith("?")
        assert f"[{question.title}]({question.path})" in built.pages["index.md"]


def test_the_landing_page_shows_line_verdict_repair_and_code(built: site.Built) -> None:
    text = built.pages["index.md"]
    assert "dZ_1 = W_2 dZ_2 \\odot (1 - A_1^2)" in text
    assert "[D102](codes/D102.md)" in text
    assert "dZ_1 = W_2^T dZ_2" in text
    assert "dZ1 = (W2.T @ dZ2) * _tanh_prime(Z1)" in text


def test_the_page_on_proofs_counts_what_was_proved(built: site.Built) -> None:
    found = re.search(r"Of the library's (\d+) rules (\d+) are verified", built.pages["proof.md"])
    assert found is not None
    assert found[1] == found[2]


def test_without_sphinx_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "NEEDED", ("sphinx", "not_installed_at_all"))
    with pytest.raises(CallError, match=r"pip install 'derive\[docs\]'") as caught:
        html.require()
    assert "\n" not in str(caught.value)
