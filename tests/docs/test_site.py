"""The pages: their links lead somewhere, and what does not hold any more fails the build."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.diagnosis.codes import CODES
from derive.docs import codes, examples, proof, questions, site
from derive.library import explanations
from derive.scalars.blackboard import WrongStep
from derive.sources import Source
from derive.verdict import FileReport, Finding, Kind, Proof, Verdict

TRUE = "$$\\sigma(x) = \\frac{1}{1 + e^{-x}}$$\n\n$$\\sigma'(x) = \\sigma(x) (1 - \\sigma(x))$$\n"
FALSE = TRUE.replace("(1 - ", "(1 + ")
LIBRARY = FileReport(
    "library", None,
    (Finding(1, 1, 1, 9, 1, "a = b", Kind.GRADIENT, Verdict.VERIFIED,
             proof=Proof(("chain rule",), 5, True)),),
)  # fmt: skip


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site of one code, one entry and no questions: what is tested does not depend on more."""
    monkeypatch.setattr(site, "CODES", {"D110": CODES["D110"]})
    monkeypatch.setattr(codes, "CODES", {"D110": CODES["D110"]})
    monkeypatch.setattr(examples, "CODES", {"D110": CODES["D110"]})
    monkeypatch.setattr(site, "names", lambda: ("sigmoid",))
    monkeypatch.setattr(questions, "QUESTIONS", questions.QUESTIONS[3:4])
    monkeypatch.setattr("derive.verify.verify_library", lambda: LIBRARY)
    monkeypatch.setattr(proof, "page", lambda library: "# How the proof works\n")


def built(text: str) -> site.Built:
    return site.build([Source("note.md", "md", text)])


@pytest.mark.usefixtures("quick")
def test_a_note_that_holds() -> None:
    done = built(TRUE)
    assert done.problems == []
    assert "verified" in done.pages["notes/note.md"]
    assert "The derivation, " in done.pages["notes/note.md"]
    assert "reciprocal rule" in done.pages["notes/note.md"]
    assert list(done.pages) == [
        "index.md", "notes/note.md", "library/index.md", "codes.md", "library/sigmoid.md",
        "codes/D110.md", "proof.md", "questions/what-does-verified-mean.md",
    ]  # fmt: skip


@pytest.mark.usefixtures("quick")
def test_a_planted_mistake_turns_its_badge_and_fails_the_build() -> None:
    done = built(FALSE)
    assert any("note.md" in problem and "refuted" in problem for problem in done.problems)
    assert ": refuted" in done.pages["notes/note.md"]


@pytest.mark.usefixtures("quick")
def test_an_expectation_that_is_not_met_fails_the_build() -> None:
    expecting = FALSE.replace("$$\\sigma'", "<!-- derive: expect verified -->\n$$\\sigma'")
    assert any("expects verified" in problem for problem in built(expecting).problems)


@pytest.mark.usefixtures("quick")
def test_a_wrong_line_of_a_derivation_fails_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(name: str) -> tuple[object, ...]:
        raise WrongStep(f"{name}: no")

    monkeypatch.setattr(explanations, "explanation", wrong)
    assert "sigmoid: a line does not follow: sigmoid: no" in built(TRUE).problems


def test_an_example_that_is_judged_otherwise_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    row = replace(CODES["D110"], wrong=CODES["D110"].right)
    monkeypatch.setitem(examples.CODES, "D110", row)
    monkeypatch.setitem(codes.CODES, "D110", row)
    assert codes.page("D110").problems == ("D110: its wrong example is judged verified",)


@pytest.mark.parametrize("code", ["D101", "D112", "D126", "D131", "D135", "D201", "D304"])
def test_examples_get_their_code(code: str) -> None:
    page = codes.page(code)
    assert page.problems == ()
    assert f" {code}*" in page.text


def test_a_code_without_an_example_says_so() -> None:
    assert "There is no example" in codes.page("D305").text
    assert "not judged" in codes.page("D139").text


def test_links() -> None:
    pages = {"a.md": "[b](x/b.md) [c](c.md#d) [e](https://e.org/f.md)", "x/b.md": "[a](../a.md)"}
    assert list(site.broken_links(pages)) == ["a.md: the link to c.md leads nowhere"]


def test_ten_questions() -> None:
    assert len({question.path for question in questions.QUESTIONS}) == 10


@pytest.mark.parametrize("question", questions.QUESTIONS, ids=lambda q: q.path)
def test_every_question_is_answered(question: questions.Question) -> None:
    text = questions.page(question)
    assert text.startswith(f"# {question.title}\n")
    assert len(text) > 200


def test_the_answers_show_what_is_so() -> None:
    by_path = {question.path: questions.page(question) for question in questions.QUESTIONS}
    assert "refuted D103" in by_path["questions/is-my-note-right.md"]
    assert "Here the note leaves it" in by_path["questions/why-is-it-wrong.md"]
    assert "+$$dZ_1 = W_2^T dZ_2" in by_path["questions/how-do-i-fix-it.md"]
    assert "dZ_{2} = \\frac{1}{m}" in by_path["questions/what-code-do-i-get.md"]


def test_the_page_on_proofs_counts_what_was_proved() -> None:
    text = proof.page(LIBRARY)
    assert "Of the library's 1 rules 1 are verified" in text
    assert "contract delta" in text
