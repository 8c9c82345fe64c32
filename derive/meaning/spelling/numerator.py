"""Numerator layout: the derivative of a number by a column is a row.

A variant of a document in which every gradient of a number, as it is written, is the transpose
of the usual one.  Products of derivatives alone compose in either layout and stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import replace

from derive.meaning.notation import COST_LETTERS, is_cost_word
from derive.reading.syntax import (
    Applied,
    Chain,
    Derivative,
    Document,
    Group,
    Name,
    Node,
    Product,
    Transposed,
)
from derive.reading.tree import mapped, plain

_SAID = re.compile(
    r"numerator[- ]layout|jacobian (?:formulation|layout|convention)"
    r"|(?:derivative|gradient|jacobian)[^.\n]{0,60}\b(?:is|are|as|be) (?:a |the )?rows?\b(?! of)",
    re.IGNORECASE,
)
SUPPOSED = "derivatives are in numerator layout: the gradient of a number by a column is a row"


def says_numerator(document: Document) -> bool:
    """The note says that derivatives of numbers are rows."""
    return _SAID.search(document.source) is not None


def in_numerator_layout(document: Document, weights: bool) -> Document:
    """The variant; `weights`: the gradients by capitals are transposed too."""

    def chain(one: Chain) -> Chain:
        sides = [*([one.head] if one.head is not None else []), *one.parts]
        if all(_is_maps(side) for side in sides):
            return one
        return replace(
            one,
            head=None if one.head is None else _side(one.head, weights),
            parts=tuple(_side(part, weights) for part in one.parts),
        )

    pieces = tuple(
        replace(piece, chains=tuple(chain(c) for c in piece.chains)) for piece in document.pieces
    )
    return replace(document, pieces=pieces)


def _side(node: Node, weights: bool) -> Node:
    if _is_maps(node) and isinstance(plain(node), Product):
        return Transposed(node.span, Group(node.span, "(", node)) if _of_number(node) else node
    return mapped(node, lambda one: _turned(one, weights))


def _turned(node: Node, weights: bool) -> Node:
    """``\\partial L/\\partial x`` as a row."""
    if isinstance(node, Derivative) and _is_gradient(node, weights):
        return Transposed(node.span, node)
    return node


def _is_gradient(node: Derivative, weights: bool) -> bool:
    of = None if node.of is None else plain(node.of)
    name = of.head if isinstance(of, Applied) else of
    if not isinstance(name, Name) or not _is_cost(name) or node.order != 1:
        return False
    entries = any(s.place == "sub" and not s.bracket and not s.text.isdigit()
                  for s in node.by.scripts)  # fmt: skip
    return not entries and (weights or not node.by.base.isupper())


def _is_cost(name: Name) -> bool:
    return (name.base in COST_LETTERS or is_cost_word(name)) and not name.accent


def _is_maps(node: Node) -> bool:
    """A derivative, or a product of nothing else."""
    inner = plain(node)
    if isinstance(inner, Product):
        joined = all(sign in ("", "juxt", "cdot", "times") for sign, _ in inner.factors)
        return joined and all(isinstance(plain(f), Derivative) for _, f in inner.factors)
    return isinstance(inner, Derivative)


def _of_number(node: Node) -> bool:
    inner = plain(node)
    assert isinstance(inner, Product)
    first = plain(inner.factors[0][1])
    return isinstance(first, Derivative) and _is_gradient(first, True)


__all__ = ["SUPPOSED", "in_numerator_layout", "says_numerator"]
