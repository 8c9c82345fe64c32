"""The maths of real notes: every relation sign at its place, nothing unreadable but what is.

The files beside this test hold the equations of nine notes, each on the line on which it
stands in its note.
"""

import re
from pathlib import Path
from typing import Literal

import pytest

from derive.reading import read
from derive.reading.syntax import Document, Unreadable

DATA = Path(__file__).parent / "data"

SIGNS = {
    "two-layers.md": "26 28 32 34 36 42 46 50 54 56 58 62 64 68 72 74 78 82 84",
    "three-layers.md": "13 15 17 19 21 23 25:3 27 29 31 33 35 37 39 41 43:4 45 47:3 49 51:6 53 "
    "55:2 57:3 65:2 72:2 74:2 76 82:4 84 86:2 88:3 90:2 92:2 98 100 102 104 108 112 114 116 118 "
    "120 122 124 126 128 130 132 134 136 138 140",
    "squared-error.md": "12 16 18 20:2 22 24:2 26 28 30 32 34 36 38 40 42 44 46 53 68:3 70:3",
    "digits.md": "12:2 20 22 28:2 34 39:2 53:2 57 63 65 71 75 77 85 87 89 91",
    "logistic.md": "5 7:2 11:3 13 15 19:2 21 23 27 31:2 35 37 38 40 42 46 50 52 54:2 58 62 64",
    "rows-layout.md": "7 8 9 10 14 20 21 22 26 27 28 32 33 37 38 39 40",
    "delta-by-index.md": "5 9 15 21 25 29:2 35:3 41 47 51 55:2 59 63 69:2 73 77 81 85 91 95 102",
    "index-form.tex": "5 6 10 12:2 17:2 23 29 33:2 38:2 45:2 50 54 58:2 63 66 67 71:2",
}
"""Lines with a relation sign, and how many if more than one."""


def note(name: str) -> Document:
    kind: Literal["md", "tex"] = "tex" if name.endswith(".tex") else "md"
    return read((DATA / name).read_text(encoding="utf-8"), kind)


@pytest.mark.parametrize("name", SIGNS)
def test_signs_stand_where_they_are_expected(name: str) -> None:
    expected = {
        (int(line), step)
        for line, _, count in (entry.partition(":") for entry in SIGNS[name].split())
        for step in range(1, int(count or 1) + 1)
    }
    found = {
        (piece.line, relation.step)
        for piece in note(name).pieces
        for chain in piece.chains
        for relation in chain.relations
    }
    assert found == expected


@pytest.mark.parametrize("name", SIGNS)
def test_every_side_can_be_read(name: str) -> None:
    for piece in note(name).pieces:
        for chain in piece.chains:
            for side in (chain.head, *chain.parts):
                assert not isinstance(side, Unreadable), (piece.line, side)


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.iterdir()))
def test_signs_counted_on_the_raw_text(name: str) -> None:
    """An independent count: strike out words, comments and scripts, then look for signs."""
    document = note(name)
    for piece in document.pieces:
        text = document.source[piece.body.start : piece.body.end]
        text = re.sub(r"%.*|\\(text|begin|end|label)\{[^{}]*\}|//.*|\\rightarrow.*", "", text)
        while re.search(r"[_^]\s*\{[^{}]*\}", text):
            text = re.sub(r"[_^]\s*\{[^{}]*\}", "", text)
        count = len(re.findall(r"=|\\Rightarrow|\\leftarrow|\\gets", text))
        signs = [relation for chain in piece.chains for relation in chain.relations]
        assert len(signs) == count, piece.line


def test_illegible_note_is_accounted_for() -> None:
    pieces = note("illegible.md").pieces
    assert len(pieces) == 42
    first = pieces[0].chains[0]
    assert isinstance(first.parts[0], Unreadable)
    assert not isinstance(first.head, Unreadable)
    assert len(pieces[-1].chains[0].relations) == 2
