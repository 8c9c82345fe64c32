"""The relations of a document as lines: what stands left and right of each sign.

A chain ``a = b = c`` gives two lines that share a head; a chain without a head continues
the one before it, and inherits it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from derive.meaning.capital_sigma import with_sums
from derive.meaning.shifts import without_shift
from derive.reading.syntax import (
    Applied,
    Chain,
    Comparison,
    Derivative,
    Document,
    Name,
    Node,
    Number,
    Picture,
    Piece,
    Relation,
    Span,
    Unreadable,
)
from derive.reading.tree import plain

IMPLICATIONS = frozenset(
    {"\\Rightarrow", "\\implies", "\\Longrightarrow", "\\iff", "\\Leftrightarrow"}
)
"""Arrows; between two equations they say nothing of values."""


BACKWARDS = "=:"
"""``a + b =: c``: the name stands behind what it is given."""
JOINS = "the arrow stands between two equations; each of them is judged by itself"


@dataclass(frozen=True, slots=True)
class Line:
    """One relation: its neighbours, the head of its chain, and where it stands.

    chain: ordinal of the chain in the document.  position: ordinal in the whole chain,
    continuations included, from 0.  inherits: ordinal of the chain that this one continues.
    joins: an arrow between two equations, ``a = b \\Rightarrow c = d``.
    """

    piece: Piece
    source: Chain
    relation: Relation
    left: Node
    right: Node
    head: Node
    chain: int
    position: int
    inherits: int | None
    joins: bool = False

    @property
    def first(self) -> bool:
        """Stands directly behind the head of the whole chain."""
        return self.position == 0

    @property
    def last(self) -> bool:
        """The last relation of its written chain, the one that a remark belongs to."""
        return self.relation is self.source.relations[-1]

    @property
    def nodes(self) -> tuple[Node, Node]:
        return (self.left, self.right)


def lines_of(document: Document) -> list[Line]:
    """All lines of a document, in text order."""
    return list(_lines(document))


def _without_membership(node: Node) -> Node:
    """``z = W x + b \\in \\mathbb{R}^h``: where z lives is no part of the equation."""
    inner = plain(node)
    return inner.left if isinstance(inner, Comparison) and inner.relation == "in" else node


def _standing(piece: Piece) -> Node | None:
    """A displayed formula without a relation: a piece that begins with one continues it."""
    if piece.kind == "inline" or piece.chains or len(piece.loose) != 1:
        return None
    return None if isinstance(piece.loose[0], Name | Number | Picture) else piece.loose[0]


def _joins(chain: Chain, k: int) -> bool:
    """Whether the k-th sign, after an equation, is an arrow to the head of another one."""
    arrow, *after = (relation.text for relation in chain.relations[k : k + 2])
    if arrow not in IMPLICATIONS or not after or after[0] in IMPLICATIONS:
        return False
    head = plain(chain.parts[k])
    slope = isinstance(head, Applied) and head.head.primes > 0
    return isinstance(head, Name | Derivative) or slope


def _lines(document: Document) -> Iterator[Line]:
    previous: tuple[int, Node, Node, int] | None = None  # chain, head, last part, relations
    displayed: tuple[int, Node, Node, int] | None = None  # the same of the last one on its own
    number = 0
    for piece in document.pieces:
        standing = _standing(piece)
        if standing is not None:
            previous = displayed = (number, standing, standing, 0)
            number += 1
        for chain in piece.chains:
            if not chain.relations:
                continue
            inherits = None
            position = 0
            if chain.head is not None:
                head = left = chain.head
            elif previous is not None:
                aside = displayed is not None and piece.kind != "inline"  # "since $a = b$:"
                inherits, head, left, position = displayed if aside and displayed else previous
            else:
                nothing = Span(chain.span.start, chain.span.start)
                head = left = Unreadable(nothing, "there is no equation before it", nothing)
            equation = False  # a sign other than an arrow stands before this one in the chain
            for k, (relation, part) in enumerate(zip(chain.relations, chain.parts, strict=True)):
                right = without_shift(with_sums(_without_membership(part)))
                if relation.text == BACKWARDS and isinstance(plain(right), Name):
                    number += 1
                    turned = replace(relation, text="=")
                    yield Line(piece, chain, turned, right, left, right, number, 0, None)
                    left, position, inherits = right, 1, None
                    head = right
                    continue
                joins = equation and _joins(chain, k)
                equation |= relation.text not in IMPLICATIONS
                yield Line(
                    piece, chain, relation, left, right, head, number, position, inherits, joins
                )
                left = right
                if isinstance(right, Unreadable) or joins:
                    head = right  # what follows no longer speaks of the head
                position += 1
                if joins:
                    number, position, inherits = number + 1, 0, None
            previous = (number, head, left, position)
            displayed = displayed if piece.kind == "inline" else previous
            number += 1
