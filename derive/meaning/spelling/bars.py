"""``\\bar z``: where a note says that a bar means the derivative of its cost, it is one.

It says so by an equation (``\\bar v = \\partial L/\\partial v``, ``\\bar L = 1``) or in words
beside a bar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derive.meaning.notation import COST_LETTERS, is_cost_word, is_transpose
from derive.meaning.spelling.rewriting import apart, nodes, rewritten
from derive.reading.syntax import (
    Derivative,
    Document,
    Name,
    Node,
    Number,
    Transposed,
)
from derive.reading.tree import plain

_SAYS = re.compile(
    r"\\(?:bar|overline)\b[^.\n]{0,90}?"
    r"(?:\\partial|\\nabla|\\frac\{d|\b(?:derivative|gradient|adjoint|error signal)s?\b)|"
    r"(?:\\partial|\b(?:derivative|gradient|adjoint|error signal)s?\b|\bbar notation\b)"
    r"[^.\n]{0,90}?\\(?:bar|overline)\b",
    re.IGNORECASE,
)


def bars_as_gradients(document: Document) -> tuple[Document, str]:
    """The document with ``\\bar v`` as the derivative of its cost by v, if that is what it says."""
    barred = [n for n in nodes(document) if isinstance(n, Name) and n.accent == "bar"]
    seeds = _seeds(document)
    if not barred or not (seeds or _defined(document) or _said(document)):
        return document, ""
    plainly = {n.base for n in nodes(document) if isinstance(n, Name) and not n.accent}
    costs = sorted(seeds or {n.base for n in _cost_names(document)})
    if len(costs) != 1 or not {n.base for n in barred} <= plainly | set(costs):
        return document, ""
    cost = next(n for n in _cost_names(document) if n.base == costs[0])

    def change(node: Node) -> Node:
        return meant(node) if isinstance(node, Name) and _is_barred(node) else node

    def meant(name: Name) -> Node:
        if name.base == cost.base:
            return Number(name.span, Fraction(1))
        kept = tuple(s for s in name.scripts if not is_transpose(s))
        by = replace(name, accent="", scripts=kept)
        found = Derivative(name.span, replace(cost, span=name.span), by, "partial")
        return found if len(kept) == len(name.scripts) else Transposed(name.span, found)

    changed = rewritten(apart(document, _is_barred), change)
    return _kept(document, changed), f"a bar means the derivative of {cost.base}"


def _is_barred(name: Name) -> bool:
    return name.accent == "bar" and not name.mark and not name.primes


def _kept(document: Document, changed: Document) -> Document:
    """The lines that only say what a bar means stay as they are."""
    pieces = []
    for old, new in zip(document.pieces, changed.pieces, strict=True):
        chains = tuple(
            before if _says_bar(before.head, before.parts) else after
            for before, after in zip(old.chains, new.chains, strict=True)
        )
        pieces.append(replace(new, chains=chains))
    return replace(changed, pieces=tuple(pieces))


def _says_bar(head: Node | None, parts: tuple[Node, ...]) -> bool:
    """``\\bar v = \\partial L/\\partial v``."""
    if head is None or len(parts) != 1:
        return False
    one, two = plain(head), plain(parts[0])
    if not isinstance(one, Name) or one.accent != "bar" or not isinstance(two, Derivative):
        return False
    scripts = [s.text for s in one.scripts] == [s.text for s in two.by.scripts]
    return one.base == two.by.base and scripts and two.of is not None and two.order == 1


def _defined(document: Document) -> bool:
    return any(
        _says_bar(chain.head, chain.parts) for piece in document.pieces for chain in piece.chains
    )


def _seeds(document: Document) -> set[str]:
    """The costs of which ``\\bar L = 1`` is said: with that the derivatives begin."""
    costs = {n.base for n in _cost_names(document)}
    heads = (
        plain(chain.head)
        for piece in document.pieces
        for chain in piece.chains
        if chain.head is not None and len(chain.parts) == 1 and _is_one(chain.parts[0])
    )
    return {n.base for n in heads if isinstance(n, Name) and _is_barred(n)} & costs


def _is_one(node: Node) -> bool:
    inner = plain(node)
    return isinstance(inner, Number) and inner.value == 1


def _said(document: Document) -> bool:
    """Words beside a bar say that it is a derivative; words alone, outside of equations."""
    return any(_SAYS.search(text) for text in _paragraphs(document))


def _paragraphs(document: Document) -> Iterator[str]:
    """The source without its displayed equations: words with what stands between them."""
    at, kept = 0, []
    for piece in document.pieces:
        if piece.kind != "inline":
            kept.append(document.source[at : piece.span.start])
            at = piece.span.end
    kept.append(document.source[at:])
    yield from kept


def _cost_names(document: Document) -> Iterator[Name]:
    """The names of costs at the head of a line, bars aside."""
    for piece in document.pieces:
        for chain in piece.chains:
            head = None if chain.head is None else plain(chain.head)
            if not isinstance(head, Name) or head.accent or head.mark or head.scripts:
                continue
            if head.base in COST_LETTERS or is_cost_word(head):
                yield head


__all__ = ["bars_as_gradients"]
