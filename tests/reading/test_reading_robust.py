"""Properties for every input, and inputs made to hurt."""

import sys
import time
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.reading import read, scan, tree
from derive.reading.syntax import Chain, Document, Unreadable
from derive.reading.tokens import tokenize

ALPHABET = st.sampled_from(
    [
        *"abdWZxyzmT0123456789+-*/=^_'()[]{}|,.:;&@!%<> \n$`\\#~\"?",
        *"∂ΣΔδ⊙·×ᵀ²₁ᵢ⁽⁾‖′←→⇒≈−ŷ½é\0",
        *["\\frac", "\\partial", "\\sum", "\\text{if}", "\\text{ a }", "\\left", "\\right."],
        *["\\begin{aligned}", "\\end{aligned}", "\\begin{cases}", "\\end{cases}", "\\\\"],
        *["\\quad", "\\Rightarrow", "\\rightarrow", "\\hat", "\\mathbf", "\\log", "\\nabla"],
        *["$$", "\\(", "\\)", "\\[", "\\]", "```", "<!--", "-->", "\\because", "\\underbrace"],
        *[
            "<sub>",
            "</sub>",
            "<b>",
            "</b>",
            "&part;",
            "&",
            "𝐖",
            "ℝ",
            "″",
            "\\text{if $x$}",
            "\\over",
        ],
        *[
            "\\mathrm d",
            "\\left.",
            "\\right|",
            "|_{x = 0}",
            "||",
            "\\langle",
            "\\rangle",
            "\\forall",
        ],
        *["\\newcommand{\\a}[1]{#1}", "\\a", "\\|", "\\{", "\\}", "\\sqrt", "\\boxed", "//"],
    ]
)
TEXTS = st.lists(ALPHABET, max_size=60).map("".join) | st.text(max_size=80)
KINDS = st.sampled_from(["md", "txt", "tex"])


@given(TEXTS, st.booleans())
@settings(max_examples=400, deadline=None)
def test_tokens_and_white_space_give_back_the_source(text: str, comments: bool) -> None:
    at = 0
    for token in tokenize(text, comments=comments):
        assert token.start >= at
        gap = text[at : token.start]
        assert gap == "" or gap.replace("~", " ").isspace()
        at = token.end
    assert text[at:].replace("~", " ").strip() == ""


def sides(chain: Chain) -> list[object]:
    return [*([chain.head] if chain.head else []), *chain.parts]


def check(document: Document) -> None:
    """What holds of every document."""
    at = 0
    for piece in document.pieces:
        assert at <= piece.span.start <= piece.body.start <= piece.body.end <= piece.span.end
        at = piece.span.end
        steps = [relation.step for chain in piece.chains for relation in chain.relations]
        assert sorted(steps) == list(range(1, len(steps) + 1))
        nodes = list(piece.loose)
        for chain in piece.chains:
            assert len(chain.relations) == len(chain.parts)
            nodes += [*([chain.head] if chain.head else []), *chain.parts]
        for root in nodes:
            for node in tree.walk(root):
                assert 0 <= node.span.start <= node.span.end <= len(document.source)


@given(TEXTS, KINDS)
@settings(max_examples=400, deadline=None)
def test_every_text_can_be_read(text: str, kind: Literal["md", "txt", "tex"]) -> None:
    check(read(text, kind))
    check(read(f"$${text}$$", kind))


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_reading_is_deterministic(text: str) -> None:
    assert read(f"$${text}$$", "md") == read(f"$${text}$$", "md")


HOSTILE = {
    "braces": "$$" + "{" * 10**6 + "}" * 10**6 + "$$",
    "few braces": "$$" + "{" * 9000 + "a" + "}" * 9000 + "$$",
    "brackets that cross": "$$" + "(" * 9000 + "]" * 9000 + "$$",
    "fractions": "$$" + "\\frac" * 15000 + "$$",
    "open fractions": "$$" + "\\frac{" * 9000 + "$$",
    "towers": "$2^{9^{9^{9}}}$",
    "tall tower": "$$2" + "^{9" * 6000 + "}" * 6000 + "$$",
    "carets": "$$2" + "^9" * 9000 + "$$",
    "transposes": "$$(x)" + "^T" * 5000 + "$$",
    "indices": "$$f(x)" + "_i" * 5000 + "$$",
    "minus signs": "$$" + "-" * 19000 + "a$$",
    "sums": "$$" + "\\sum " * 15000 + "a$$",
    "logarithms": "$$" + "\\log " * 15000 + "a$$",
    "hats": "$$" + "\\hat " * 15000 + "a$$",
    "operators": "$$" + "\\frac{d}{dx}" * 1500 + "a$$",
    "conditions": "$$" + "1 \\text{ if } " * 5000 + "$$",
    "nested equations": "$$" + "[a=" * 35 + "b" + "]" * 35 + "$$",
    "letters": "$$" + "a" * 19000 + "$$",
    "bars": "$$" + "|" * 19000 + "$$",
    "digits": "$$" + "9" * 50000 + "$$",
    "dollars": "$" * 10**6,
    "open dollars": "$a " * 10**6,
    "open parentheses": "\\(" * 10**6,
    "environments": "\\begin{align}" * 10**5,
    "ticks": "` `` " * 10**5,
    "comments": "<!--" * 10**6,
    "backslashes": "\\[" + "\\" * 10**6 + "\\]",
    "blank lines": "$$\n\n" * 10**5,
    "places": "$$" + "f(x)|_{x=0} " * 1500 + "= b$$",
    "double bars": "$$" + "||a " * 4000 + "= b$$",
    "open evaluations": "$$" + "\\left. " * 6000 + "\\right|" * 6000 + "= b$$",
    "fractions over": "$$" + "{a \\over " * 3000 + "= b$$",
    "columns": "$$" + "a & " * 9000 + "= b$$",
    "systems": "$$" + "\\begin{cases}a=b\\\\c=d\\end{cases}\\\\" * 700 + "$$",
    "conditional bars": "$$" + "P(a|b)" * 3000 + "= 1$$",
    "quantifiers": "$$a = b " + "\\forall i " * 6000 + "$$",
    "bold tags": "<b>" * 5 * 10**5,
    "bare lines": "a² = b (see c)\n" * 10**4,
    "growing macros": "".join(
        "\\newcommand{\\" + a + "}{" + f"\\{b}" * 9 + "}"
        for a, b in zip("abcdef", "bcdefg", strict=True)
    )
    + "$$\\a$$" * 200,
    "long prose": "Plain words, it costs $5 or $6, and `code`.\n\n" * 10**5,
}


def soon(text: str, kind: Literal["md", "tex"]) -> Document:
    """The document, read in less than 5 s of the processor; once more if a neighbour was in the way."""
    spent = []
    for _ in range(2):
        begin = time.process_time()
        document = read(text, kind)
        spent.append(time.process_time() - begin)
        if spent[-1] < 5:
            break
    assert min(spent) < 5
    return document


@pytest.mark.parametrize("kind", ["md", "tex"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_read_soon(name: str, kind: Literal["md", "tex"]) -> None:
    check(soon(HOSTILE[name], kind))


def test_dense_note_of_five_megabytes() -> None:
    line = "Text and $W_1 = \\frac{1}{m} dZ A^T$.\n\n$$dZ^{[1]} = W^T dZ \\odot g'(Z)$$\n\n"
    document = soon(line * (5_000_000 // len(line)), "md")
    [chain] = document.pieces[-1].chains
    assert isinstance(chain.head, Unreadable)


def test_too_many_bare_lines_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "MAX_COST", 2000)
    document = read("a² = b\n" * 80, "md")
    *_, before, last = document.pieces
    assert len(document.pieces) == 21
    assert not isinstance(before.chains[0].head, Unreadable)
    assert isinstance(last.chains[0].head, Unreadable)
    assert "in one note" in last.chains[0].head.message


def test_reading_is_linear_in_the_equations() -> None:
    """Four times the equations are four times the calls: what a clock says depends on neighbours."""
    line = "$$\\delta_j^{(l)} = \\sum_k W_{kj}^{(l+1)} \\delta_k^{(l+1)} \\sigma'(z_j^{(l)})$$ so $a = b$.\n\n"

    def calls(equations: int) -> int:
        made = 0

        def count(_: object, event: str, __: object) -> None:
            nonlocal made
            made += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            pieces = read(line * (equations // 2), "md").pieces
        finally:
            sys.setprofile(None)
        assert len(pieces) == equations
        return made

    calls(2)  # what is made once
    few, many = calls(100), calls(400)
    assert many < 4.4 * few


@pytest.mark.parametrize("source", ["$$" + "x" * 10**6 + "$$", "$$" + "{" * 100, "\\[ x"])
def test_piece_without_a_sign_is_still_a_claim(source: str) -> None:
    [piece] = read(source, "md").pieces
    [chain] = piece.chains
    assert [(relation.text, relation.step) for relation in chain.relations] == [("", 1)]
    assert isinstance(chain.head, Unreadable)
