"""Changing every expression of a document, its pieces and spans kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from derive.reading.syntax import (
    Applied,
    Chain,
    Document,
    Group,
    Name,
    Node,
    Piece,
    Power,
    Product,
    Script,
    Transposed,
)
from derive.reading.tree import children, mapped

Change = Callable[[Node], Node]


def roots(document: Document) -> Iterator[Node]:
    """Every side of every relation and every expression without one."""
    for piece in document.pieces:
        for chain in piece.chains:
            if chain.head is not None:
                yield chain.head
            yield from chain.parts
        yield from piece.loose


def nodes(document: Document) -> Iterator[Node]:
    """Every node of a document, parents first; what stands in scripts too."""
    return all_below(*roots(document))


def all_below(*tops: Node) -> Iterator[Node]:
    """Nodes with all below them, parents first; what stands in scripts too."""
    stack = list(tops)
    while stack:
        top = stack.pop()
        yield top
        stack.extend(children(top))
        stack.extend(s.node for s in scripts_of(top) if s.node is not None)


def scripts_of(node: Node) -> tuple[Script, ...]:
    """The scripts that a node carries."""
    found = getattr(node, "scripts", ())
    return found if isinstance(found, tuple) else ()


def rewritten(document: Document, change: Change) -> Document:
    """The document with `change` applied to every node, the lowest first."""
    return each_side(document, lambda node: mapped(node, change))


def apart(document: Document, is_number: Callable[[Name], bool]) -> Document:
    """The document with names in front of a bracket as factors of it: ``\\delta (a)^T``.

    Such a name is no function, and a script behind the bracket belongs to the bracket.
    """

    def behind(node: Node) -> Node:
        if isinstance(node, Transposed | Power) and isinstance(node.base, Applied):
            head, arguments = node.base.head, node.base.arguments
            if len(arguments) == 1 and is_number(head):
                group = Group(node.base.span, node.base.bracket, arguments[0])
                factors = (("", head), ("juxt", replace(node, base=group)))
                return Product(node.span, factors)
        return node

    def plainly(node: Node) -> Node:
        if isinstance(node, Applied) and len(node.arguments) == 1 and is_number(node.head):
            group = Group(node.span, node.bracket, node.arguments[0])
            return Product(node.span, (("", node.head), ("juxt", group)))
        return node

    return rewritten(rewritten(document, behind), plainly)


def each_side(document: Document, change: Change) -> Document:
    """The document with `change` applied to every side of a relation as a whole."""

    def chain(one: Chain) -> Chain:
        head = None if one.head is None else change(one.head)
        parts = tuple(change(part) for part in one.parts)
        same = head is one.head and all(a is b for a, b in zip(parts, one.parts, strict=True))
        return one if same else replace(one, head=head, parts=parts)

    def piece(one: Piece) -> Piece:
        chains = tuple(chain(c) for c in one.chains)
        loose = tuple(change(node) for node in one.loose)
        return replace(one, chains=chains, loose=loose)

    return replace(document, pieces=tuple(piece(p) for p in document.pieces))
