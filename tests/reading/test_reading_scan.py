"""Which stretches of a source are maths."""

import pytest

from derive.reading import read
from derive.reading.scan import MAX_COST, scan
from derive.reading.syntax import Unreadable


def bodies(source: str, kind: str = "md") -> list[str]:
    return [source[raw.body.start : raw.body.end] for raw in scan(source, kind).pieces]


PIECES = {
    "a $x$ b $y$": ["x", "y"],
    "$$x$$ and\n$$\ny\n$$": ["x", "\ny\n"],
    "\\(x\\) and \\[y\\]": ["x", "y"],
    "\\begin{align*}a &= b\\end{align*}": ["a &= b"],
    "\\begin{equation}\nx\n\\end{equation}": ["\nx\n"],
    "$$\\begin{aligned} a \\end{aligned}$$": ["\\begin{aligned} a \\end{aligned}"],
    "`$no$` $x$": ["x"],
    "``a ` $no$`` $x$": ["x"],
    "```\n$no$\n```\n$x$": ["x"],
    "~~~python\n$no$\n~~~\n$x$": ["x"],
    "```math\nx = y\n```\n$z$": ["x = y", "z"],
    "$`x = y`$ $z$": ["x = y", "z"],
    "<!-- $no$ --> $x$": ["x"],
    "\\$5 and $x$": ["x"],
    "It costs $5 and then $10.": [],
    "It costs $5, and $x$ is free.": ["x"],
    "from $20 to $30": [],
    "$n$th and $10 \\times m$": ["n", "10 \\times m"],
    "| $a$ | $b$ |": ["a", "b"],
    "$HOME/bin and $PATH": [],
    "* $a = b$\n* $c = d$": ["a = b", "c = d"],
    "a $x\n\ny$ b": [],
    "[\\therefore column wise sum of dz_2]": [],
    "m = total number of observations": [],
    "```math\nx\n": ["x\n"],
    "no ` tick $x$": ["x"],
    "$$x\\$y$$": ["x\\$y"],
    "\\[ a \\\\[2pt] b \\]": [" a \\\\[2pt] b "],
}

TEX = {
    "% $no$\n$x$": ["x"],
    "50\\% $x$": ["x"],
    "\\begin{verbatim}$no$\\end{verbatim}$x$": ["x"],
    "\\verb|$no$| $x$": ["x"],
    "\\begin{align}\n%a &= b\\\\\nc &= d\n\\end{align}": ["\n%a &= b\\\\\nc &= d\n"],
}


@pytest.mark.parametrize(("source", "expected"), PIECES.items())
def test_markdown(source: str, expected: list[str]) -> None:
    assert bodies(source) == expected


@pytest.mark.parametrize(("source", "expected"), TEX.items())
def test_tex(source: str, expected: list[str]) -> None:
    assert bodies(source, "tex") == expected


def test_positions() -> None:
    document = read("first\n  $$\nx = y\n$$ and $z$\n", "md")
    one, two = document.pieces
    assert (one.line, one.column, one.end_line, one.end_column) == (2, 3, 4, 3)
    assert (two.line, two.column, two.end_line, two.end_column) == (4, 8, 4, 11)
    assert (one.kind, two.kind) == ("display", "inline")
    assert (one.before, two.before, document.after) == ("first\n  ", " and ", "\n")


def test_block_quote_marks_are_no_maths() -> None:
    [found] = read("> $$\n> a = b\n> $$\n", "md").pieces
    assert len(found.chains) == 1
    assert not any(isinstance(part, Unreadable) for part in found.chains[0].parts)


def test_quotes_are_comparisons_elsewhere() -> None:
    [found] = read("$$1 \\text{ if } z\n> 0$$", "md").pieces
    assert not any(isinstance(node, Unreadable) for node in found.loose)


def test_front_matter_is_kept_aside() -> None:
    document = read("---\nderive:\n  layout: rows\n---\n$x$", "md")
    assert document.front_matter == "derive:\n  layout: rows\n"
    assert [piece.line for piece in document.pieces] == [5]
    assert document.pieces[0].before == ""


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("<!-- derive: expect refuted D103 -->\n$a = b$ $c = d$", "md"),
        ("% derive: expect refuted D103\n$a = b$ $c = d$", "tex"),
    ],
)
def test_expectation_belongs_to_the_next_piece(source: str, kind: str) -> None:
    one, two = read(source, kind).pieces  # type: ignore[arg-type]
    assert (one.expect, two.expect) == ("refuted D103", "")
    assert "expect" not in one.before


def test_two_expectations_are_two_lines() -> None:
    source = "<!-- derive: expect refuted -->\n<!-- derive: expect verified -->\n$a = b = c$"
    assert read(source, "md").pieces[0].expect == "refuted\nverified"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("$$a = b\n\ntext\n\n$x$", "md"),
        ("\\[a = b\n\nSome words of plain text.\n\n\\[c = d\\]", "md"),
        ("\\begin{align}a &= b\n\ntext $x$", "tex"),
        ("text \\(a = b", "md"),
        ("$$a = b\n\nSome words of plain prose here.\n\n$$\nc = d\n$$", "md"),
    ],
)
def test_unclosed_is_one_unreadable_piece(source: str, kind: str) -> None:
    document = read(source, kind)  # type: ignore[arg-type]
    [chain] = document.pieces[0].chains
    assert isinstance(chain.head, Unreadable)
    assert "closing" in chain.head.message
    assert [relation.text for relation in chain.relations] == ["="]
    assert all(isinstance(part, Unreadable) for part in chain.parts)


def test_unclosed_ends_at_the_blank_line() -> None:
    document = read("$$a = b\n\nMany words of prose here.\n\n$$\nc = d\n$$", "md")
    assert [piece.line for piece in document.pieces] == [1, 5]
    assert len(document.pieces[1].chains) == 1


def test_blank_line_inside_a_display() -> None:
    document = read("$$\n\na = b\n\n$$", "md")
    assert len(document.pieces) == 1
    assert not isinstance(document.pieces[0].chains[0].head, Unreadable)


def test_too_much_maths_is_said_once() -> None:
    source = "$x = y$ " * (MAX_COST // 100)
    document = read(source, "md")
    last = document.pieces[-1]
    assert last.span.end == len(source)
    assert isinstance(last.chains[0].head, Unreadable)
    assert "in one note" in last.chains[0].head.message


def test_macros_keep_positions() -> None:
    source = (
        "\\newcommand{\\pd}[2]{\\frac{\\partial #1}{\\partial #2}}\\def\\Loss{\\mathcal{L}}\n"
        "\\DeclareMathOperator*{\\softmax}{soft max}\n"
        "$\\pd{\\Loss}{z_3} = \\softmax(z)$"
    )
    from .sketch import chain

    [piece] = read(source, "tex").pieces
    [found] = piece.chains
    assert chain(found) == "D:partial(mathcal.L, z_3) =1 'soft max'(z:"
    head = found.head
    assert head is not None
    assert source[head.span.start : head.span.end] == "\\pd{\\Loss}{z_3}"


def test_endless_macro_is_unreadable() -> None:
    [piece] = read("\\def\\a{\\a\\a}$\\a$", "tex").pieces
    assert isinstance(piece.chains[0].head, Unreadable)
