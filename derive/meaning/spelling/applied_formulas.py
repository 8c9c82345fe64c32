"""``a = \\sigma(z) = \\sigma(W x + b)``: what a function is applied to is given its formula.

In: a document.  Out: the same document with the second step as ``z = W x + b``, where no line
gives z another formula.  ``a = \\sigma(W x + b) = \\sigma(z)`` says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.meaning.notation import plain_name
from derive.meaning.spelling.named_inside import defines, key_of
from derive.reading.syntax import Applied, Big, Chain, Document, Name, Node, Product, Sum
from derive.reading.tree import mapped, plain, walk


def applied_formulas(document: Document) -> tuple[Document, str]:
    """The document with formulas for what functions are applied to."""
    chains = [c for piece in document.pieces for c in piece.chains]
    if not any(_pair(*sides) for c in chains for sides in _steps(c)):
        return document, ""
    given = {key_of(plain(c.head)) for c in chains if c.head is not None and c.relations}
    pieces = tuple(
        replace(piece, chains=tuple(part for c in piece.chains for part in _split(c, given)))
        for piece in document.pieces
    )
    return replace(document, pieces=pieces), ""


def _steps(chain: Chain) -> Iterator[tuple[Node, Node]]:
    """The sides of the steps of a chain that gives a name its value, but of the first one."""
    if defines(chain) and all(r.text in ("=", ":=", "\\equiv") for r in chain.relations):
        yield from zip(chain.parts, chain.parts[1:], strict=False)


def _pair(one: Node, two: Node) -> tuple[Name, Node] | None:
    """The name and the formula that one function is applied to on both sides."""
    first, second = plain(one), plain(two)
    if not (isinstance(first, Applied) and isinstance(second, Applied)):
        return None
    if key_of(first.head) != key_of(second.head) or first.head.primes or first.head.mark:
        return None
    if len(first.arguments) != 1 or len(second.arguments) != 1:
        return None
    for by_name, formula in (
        (first.arguments[0], second.arguments[0]),
        (second.arguments[0], first.arguments[0]),
    ):
        name, body = plain_name(by_name), plain(formula)
        if name is None or name.mark or name.primes or not isinstance(body, Sum | Product | Big):
            continue
        if not any(isinstance(n, Name) and n.base == name.base for n in walk(body)):
            return name, formula
    return None


def _split(chain: Chain, given: set[object]) -> Iterator[Chain]:
    """The chain, or its first steps, the formula as a chain of its own, and what follows."""
    for k, sides in enumerate(_steps(chain)):
        found = _pair(*sides)
        if found is None or key_of(found[0]) in given:
            continue
        name, formula = found
        named_first = sides[0].span.start <= name.span.start < sides[0].span.end
        parts = list(chain.parts[: k + 1])
        head, body = name, formula
        if not named_first:
            parts[k] = _applied_to(parts[k], name, formula)
            head, body = replace(name, span=formula.span), _moved(formula, name)
        after = chain.relations[k + 2 :]
        yield replace(chain, relations=chain.relations[: k + 1], parts=tuple(parts), remark=None)
        yield replace(
            chain, head=head, relations=(chain.relations[k + 1],), parts=(body,), label="",
            remark=None if after else chain.remark,
        )  # fmt: skip
        if after:
            yield replace(
                chain, head=chain.parts[k + 1], relations=after, parts=chain.parts[k + 2 :],
                label="",
            )  # fmt: skip
        return
    yield chain


def _applied_to(call: Node, name: Name, formula: Node) -> Node:
    """The call with the name in the place of the formula."""

    def change(node: Node) -> Node:
        return replace(name, span=formula.span) if node is formula else node

    return mapped(call, change)


def _moved(formula: Node, name: Name) -> Node:
    """The formula, said to stand where the name does: the sides keep the order of the text."""
    return replace(plain(formula), span=name.span)


__all__ = ["applied_formulas"]
