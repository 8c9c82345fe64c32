"""``KL(q \\| p) = ...``, ``\\partial FL/\\partial p``: capitals side by side that are one word.

In: a document.  Out: the same document with one name for the capitals, where they stand alone on
the left of a relation or are what is differentiated, and no letter of them ever stands apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.meaning.spelling.rewriting import nodes, rewritten
from derive.reading.syntax import Applied, Derivative, Document, Name, Node, Product, Span
from derive.reading.tree import plain

LONGEST = 4
"""So many capitals may be a word."""


def capital_words(document: Document) -> tuple[Document, str]:
    """The document with words of capitals as names."""
    runs = {id(node): run for node in nodes(document) if (run := _run(document, node)) is not None}
    named = {_letters(runs[id(n)]) for n in _subjects(document) if id(n) in runs}
    if not named:
        return document, ""
    inside = {id(name) for run in runs.values() if _letters(run) in named for name in run}
    apart = {n.base for n in nodes(document) if isinstance(n, Name) and id(n) not in inside}
    words = {word for word in named if not apart.intersection(word) and word not in apart}

    def change(node: Node) -> Node:
        run = _run(document, node)
        if run is None or _letters(run) not in words:
            return node
        last = node.factors[-1][1] if isinstance(node, Product) else node
        span = Span(run[0].span.start, run[-1].span.end)
        word = replace(run[-1], span=span, base=_letters(run), word=True)
        if isinstance(last, Applied):
            return replace(last, span=node.span, head=word)
        return word

    return (rewritten(document, change) if words else document), ""


def _letters(run: tuple[Name, ...]) -> str:
    return "".join(name.base for name in run)


def _run(document: Document, node: Node) -> tuple[Name, ...] | None:
    """The capitals of a product that is nothing else, with no space between them."""
    if not isinstance(node, Product) or not 1 < len(node.factors) <= LONGEST:
        return None
    names: list[Name] = []
    for k, (sign, factor) in enumerate(node.factors):
        last = k + 1 == len(node.factors)
        name = factor.head if last and isinstance(factor, Applied) else factor
        if not isinstance(name, Name) or not (len(name.base) == 1 and name.base.isupper()):
            return None
        if name.mark or name.accent or name.primes or name.word or (name.scripts and not last):
            return None
        if (k and sign != "juxt") or (names and names[-1].span.end != name.span.start):
            return None
        names.append(name)
    return tuple(names) if len({n.base for n in names}) > 1 else None


def _subjects(document: Document) -> Iterator[Node]:
    """What stands alone on the left of a relation, and what is differentiated."""
    for piece in document.pieces:
        for chain in piece.chains:
            if chain.head is not None and chain.relations:
                yield plain(chain.head)
    for node in nodes(document):
        if isinstance(node, Derivative) and node.of is not None:
            yield plain(node.of)


__all__ = ["capital_words"]
