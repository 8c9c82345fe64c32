"""Single equations in every notation: what is read, where it stands, and what must not be read."""

from __future__ import annotations

import pytest

from derive.reading import read, tree
from derive.reading.canonical import canonical, canonical_chain
from derive.reading.syntax import Chain, Document, Node, Unreadable
from tests.notes.corpus_entries import Entry, entries

DEFINITIONS = ("\\newcommand", "\\def", "\\let", "\\Declare")
READABLE = entries(unreadable=False)
UNREADABLE = entries(unreadable=True)


def document(entry: Entry) -> Document:
    return read(entry.source, entry.kind)  # type: ignore[arg-type]


def chains(found: Document) -> list[Chain]:
    return [chain for piece in found.pieces for chain in piece.chains]


def sides(found: Document) -> list[Node]:
    """The sides of all chains and the expressions without a relation sign."""
    out = [node for piece in found.pieces for node in piece.loose]
    for chain in chains(found):
        out += [*([chain.head] if chain.head else []), *chain.parts]
    return out


def spans(entry: Entry, found: Document) -> list[tuple[int, int]]:
    """The marked spans; without marks all that stands between the delimiters."""
    if entry.spans:
        return list(entry.spans)
    (piece,) = found.pieces
    text = entry.source[piece.body.start : piece.body.end]
    start = piece.body.start + len(text) - len(text.lstrip())
    return [(start, start + len(text.strip()))]


def test_the_corpus_is_large_enough() -> None:
    assert len(READABLE) >= 300
    assert len(UNREADABLE) >= 60
    assert len({entry.source for entry in READABLE + UNREADABLE}) == len(READABLE + UNREADABLE)


@pytest.mark.parametrize("entry", READABLE, ids=lambda entry: entry.name)
def test_reading(entry: Entry) -> None:
    found = document(entry)
    read_ = chains(found)
    assert [canonical_chain(chain) for chain in read_] == list(entry.readings)
    assert [chain.label for chain in read_] == list(entry.labels)
    assert [chain.remark.text if chain.remark else "" for chain in read_] == list(entry.remarks)
    assert [chain.opens for chain in read_] == list(entry.opens)
    loose = [canonical(node) for piece in found.pieces for node in piece.loose]
    assert loose == list(entry.loose)
    assert [(chain.span.start, chain.span.end) for chain in read_] == spans(entry, found)


@pytest.mark.parametrize("entry", UNREADABLE, ids=lambda entry: entry.name)
def test_unreadable(entry: Entry) -> None:
    complaints = {
        (node.message, node.at.start, node.at.end)
        for side in sides(document(entry))
        for node in tree.walk(side)
        if isinstance(node, Unreadable)
    }
    (place,) = entry.spans
    assert any(
        entry.message in text and at == place for text, *at_ in complaints for at in [(*at_,)]
    )


@pytest.mark.parametrize("entry", READABLE, ids=lambda entry: entry.name)
def test_the_text_of_a_side_reads_alone_as_it_does_in_its_place(entry: Entry) -> None:
    """The span of a side holds all of it and nothing else."""
    first = entry.source.split("\n")[0]
    macros = first.partition("$")[0] if first.startswith(DEFINITIONS) else ""
    for side in sides(document(entry)):
        text = entry.source[side.span.start : side.span.end].replace("\n>", "\n")
        piece = read(f"{macros}\n$$x = {text}$$", entry.kind).pieces[-1]  # type: ignore[arg-type]
        assert canonical(piece.chains[0].parts[0]) == canonical(side), text
