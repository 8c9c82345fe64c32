"""``y = f(w x + b)`` and ``z = w x + b``: what a line names is meant where it stands in a call.

In: a document.  Out: the same document with the name in the place of the formula, where the
formula is all that a function is applied to in a line that gives another quantity its value.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, is_dataclass, replace
from typing import Any

from derive.meaning.spelling.rewriting import nodes
from derive.reading.syntax import Applied, Chain, Document, Name, Node, Product, Span, Sum
from derive.reading.tree import mapped, plain, walk

_DEFINES = ("=", ":=", "\\equiv")


def formulas_by_name(document: Document) -> tuple[Document, str]:
    """The document with ``f(z)`` for ``f(w x + b)``, where a line says what z is."""
    arguments = (plain(a) for n in nodes(document) if isinstance(n, Applied) for a in n.arguments)
    called = {key_of(argument) for argument in arguments if isinstance(argument, Sum | Product)}
    if not called:
        return document, ""
    named = _named(document, called)
    if not named:
        return document, ""

    def chain(one: Chain) -> Chain:
        if not defines(one):
            return one
        own = _figures(plain(one.head)) if one.head is not None else frozenset()

        def change(node: Node) -> Node:
            if not isinstance(node, Applied) or len(node.arguments) != 1 or node.head.primes:
                return node
            argument = node.arguments[0]
            name = named.get(key_of(plain(argument)))
            if name is None or (own and _figures(name) and own != _figures(name)):
                return node  # a_1 = f(W_1 x) beside z_2 = W_1 x: one of them is a slip
            return replace(node, arguments=(replace(name, span=argument.span),))

        return replace(one, parts=tuple(mapped(part, change) for part in one.parts))

    pieces = tuple(
        replace(piece, chains=tuple(chain(c) for c in piece.chains)) for piece in document.pieces
    )
    return replace(document, pieces=pieces), ""


def _named(document: Document, called: set[object]) -> dict[object, Name]:
    """Formulas that a function is applied to, with the one name that a line gives them."""
    found: dict[object, Name] = {}
    heads: Counter[object] = Counter()
    for piece in document.pieces:
        for chain in piece.chains:
            if not defines(chain):
                continue
            head = plain(chain.head) if chain.head is not None else None
            assert isinstance(head, Name)
            heads[key_of(head)] += 1
            formula = plain(chain.parts[0])
            if isinstance(formula, Sum | Product) and (key := key_of(formula)) in called:
                if any(isinstance(n, Name) and n.base == head.base for n in walk(formula)):
                    continue
                if key in found and key_of(found[key]) != key_of(head):
                    return {}
                found[key] = head
    return {key: name for key, name in found.items() if heads[key_of(name)] == 1}


def _figures(node: Node) -> frozenset[str]:
    """The scripts of a name that hold a figure."""
    scripts = node.scripts if isinstance(node, Name) else ()
    return frozenset(s.text for s in scripts if any(map(str.isdigit, s.text)))


def defines(chain: Chain) -> bool:
    """A chain that gives a plain name its value."""
    head = plain(chain.head) if chain.head is not None else None
    plainly = isinstance(head, Name) and not (head.mark or head.primes)
    return plainly and bool(chain.relations) and chain.relations[0].text in _DEFINES


def key_of(node: object) -> object:
    """A node without its places in the source."""
    if isinstance(node, tuple):
        return tuple(key_of(one) for one in node)
    if is_dataclass(node) and not isinstance(node, type):
        values: list[Any] = [
            key_of(getattr(node, f.name)) for f in fields(node) if f.name not in ("span", "node")
        ]
        return (type(node).__name__, *(v for v in values if not isinstance(v, Span)))
    return node


__all__ = ["defines", "formulas_by_name", "key_of"]
