"""Chains, labels, remarks and punctuation."""

import pytest

from derive.reading import read
from derive.reading.syntax import Unreadable

from .sketch import chain, chains, piece, sketch

CHAINS = {
    "a = b = c": ["a =1 b =2 c"],
    "a := b": ["a :=1 b"],
    "a \\Rightarrow b \\implies c": ["a \\Rightarrow1 b \\implies2 c"],
    "w \\leftarrow w - \\alpha g": ["w \\leftarrow1 (+w-[alpha g])"],
    "b \\gets c \\propto d \\approx e \\equiv f": [
        "b \\gets1 c \\propto2 d \\approx3 e \\equiv4 f"
    ],
    "w -= \\alpha g": ["w -=1 [alpha g]"],
    "= a": ["… =1 a"],
    "a = b \\quad c = d": ["a =1 b", "c =2 d"],
    "a = b \\\\ c = d, e = f": ["a =1 b", "c =2 d", "e =3 f"],
    "\\begin{aligned} a &= b \\\\ &= c \\\\ d &= e \\end{aligned}": [
        "a =1 b",
        "… =2 c",
        "d =3 e",
    ],
    "\\begin{array}{rl} a &= b \\\\ &= c \\end{array}": ["a =1 b", "… =2 c"],
    "a \\\\ = b": ["a =1 b"],
    "a = \\\\ b": ["a =1 b"],
    "a \\quad \\Rightarrow \\quad b": ["a \\Rightarrow1 b"],
    "a = b \\\\ \\quad + c": ["a =1 (+b+c)"],
    "\\left( a \\\\ + b \\right) = c": ["<((+a+b)> =1 c"],
    "a = b \\hspace{1cm} c = d": ["a =1 b", "c =2 d"],
    "\\left( a \\quad b \\right) = c": ["<([a b]> =1 c"],
    "\\boxed{a = b}": ["a =1 b"],
    "\\{ a = b \\}": ["a =1 b"],
    "a \\overset{!}{=} b": ["a =1 b"],
    "a \\stackrel{\\text{def}}{=} b": ["a =1 b"],
    "f(x, y) = \\max(0, x)": ["f(x, y: =1 'max'(0, x:"],
    "\\text{Cost} = a": ["'Cost' =1 a"],
    "\\text{Loss}_i = a": ["'Loss'_i =1 a"],
    "J = \\text{MSE}": ["J =1 'MSE'"],
    "A = \\text{Leaky ReLU}(Z)": ["A =1 'Leaky ReLU'(Z:"],
    "W = W - \\text{alpha} * dW": ["W =1 (+W-['alpha'*d.W])"],
    "dL/dW = \\frac{1}{m} X^T dZ": ["D:d(L, W) =1 [frac(1, m) X^T d.Z]"],
    "\\mathbb{1}[y = k] = d": ["mathbb.1[y = k: =1 d"],
    "a_{i=1} = b": ["a_i=1 =1 b"],
    "x = y.": ["x =1 y"],
}


@pytest.mark.parametrize(("latex", "expected"), CHAINS.items())
def test_chain(latex: str, expected: list[str]) -> None:
    assert chains(latex) == expected


def test_equation_inside_brackets_is_a_chain_of_its_own() -> None:
    first, second = piece("a = b \\quad \\left[ \\because c = d \\right]").chains
    assert (chain(first), first.opens) == ("a =1 b", "")
    assert (chain(second), second.opens) == ("c =2 d", "because")


def test_therefore_with_a_comma_before_the_bracket() -> None:
    [only] = piece("[\\therefore a \\times b = c = dz_3,]").chains
    assert (chain(only), only.opens) == ("[a×b] =1 c =2 d.z_3", "therefore")


@pytest.mark.parametrize("latex", ["a = b]", "[a = b", "a = b)", "(a = b"])
def test_unmatched_bracket_at_an_edge_is_punctuation(latex: str) -> None:
    found = piece(latex)
    assert [chain(c) for c in found.chains] == ["a =1 b"]
    [(note, span)] = found.notes
    assert "unmatched bracket" in note
    assert span.end - span.start == 1


def test_unmatched_bracket_in_the_middle_spoils_its_side_only() -> None:
    [found] = piece("a = b ( c = d").chains
    assert isinstance(found.parts[0], Unreadable)
    assert sketch(found.parts[1]) == "d"


def test_unreadable_side_keeps_the_others() -> None:
    [found] = piece("a = b \\foo = c").chains
    assert chain(found) == "a =1 ? =2 c"


@pytest.mark.parametrize(
    ("latex", "label", "text"),
    [
        ("\\text{Cost function } J = a", "Cost function", "J =1 a"),
        ("\\text{Let } x = a", "Let", "x =1 a"),
        ("\\text{Error} : dz = a", "Error", "d.z =1 a"),
        ("\\text{Error: } dz = a", "Error", "d.z =1 a"),
        ("\\text{Chain Rule } \\frac{\\partial J}{\\partial w} = a", "Chain Rule", None),
        ("\\text{where} \\quad x = a", "where", "x =1 a"),
    ],
)
def test_label(latex: str, label: str, text: str | None) -> None:
    [found] = piece(latex).chains
    assert found.label == label
    assert text is None or chain(found) == text


def test_label_between_two_equations() -> None:
    first, second = piece("a = b \\quad \\text{Sigmoid} \\quad f(x) = c").chains
    assert (first.remark, second.label) == (None, "Sigmoid")


@pytest.mark.parametrize(
    ("latex", "remark"),
    [
        ("A = X \\text{ (784xm)}", "(784xm)"),
        ("a = b \\quad \\text{--- (3)}", "--- (3)"),
        ("a = b \\quad // \\text{Input Layer}", "// Input Layer"),
        ("a = b // c = d", "// c = d"),
        ("a = b \\text{ by the chain rule}", "by the chain rule"),
    ],
)
def test_remark_in_words(latex: str, remark: str) -> None:
    [found] = piece(latex).chains
    assert found.remark is not None
    assert found.remark.text == remark
    assert len(found.relations) == 1


def test_remark_behind_an_arrow() -> None:
    [found] = piece("a = b \\rightarrow W[2] \\leftarrow g'(z[1])").chains
    assert found.remark is not None
    assert [*map(sketch, found.remark.nodes)] == ["W!2", "g'(z!1:"]
    assert len(found.relations) == 1


def test_row_ends_a_comment() -> None:
    assert chains("a = b // no \\\\ c = d") == ["a =1 b", "c =2 d"]


def test_word_joins_equations() -> None:
    first, second = piece("a = b \\text{ where } c = d").chains
    assert (chain(first), chain(second), second.label) == ("a =1 b", "c =2 d", "where")


def test_word_inside_a_product_is_noted() -> None:
    found = piece("a = b \\text{ (weights)} c")
    assert chain(found.chains[0]) == "a =1 [b c]"
    assert [note for note, _ in found.notes] == ["remark '(weights)'"]


def test_equation_inside_an_expression_is_counted() -> None:
    found = piece("\\frac{a = b}{c} = d")
    assert [r.step for c in found.chains for r in c.relations] == [1, 2]


def test_continuation_over_pieces() -> None:
    document = read("$$a = b$$\n\nso\n\n$$= c$$", "md")
    first, second = document.pieces
    assert chain(first.chains[0]) == "a =1 b"
    assert (second.chains[0].head, chain(second.chains[0])) == (None, "… =1 c")
    assert second.before.strip() == "so"


def test_signs_of_one_macro_call_are_two_steps() -> None:
    document = read("\\newcommand{\\both}{= b =}\n\\[a \\both c\\]", "tex")
    assert [chain(c) for c in document.pieces[0].chains] == ["a =1 b =2 c"]
