"""Convolutions as sums: ``y_i = \\sum_k w_k x_{i+k}`` multiplies w by windows of x.

The window of x at i is a row of numbers, ``x_{i+k}`` its k-th.  What is said of w, b and y holds
for windows of any numbers, so an array of windows, with indices i and k, takes the place of x.  In
two dimensions the pairs ij and uv are one index each.  What is said of x by itself is left open:
the windows share their numbers.

In: a document.  Out: the document with windows, where the note writes such a sum, else as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from derive.meaning.notation import names_in
from derive.meaning.spelling.rewriting import each_side, nodes
from derive.reading.syntax import Big, Document, Name, Node, Script
from derive.reading.tree import children, mapped, plain

_SHIFTED: Final = re.compile(r"([a-z])([+-])([a-z])([+-]\d+)?")
_FROM_ZERO: Final = re.compile(r"([a-zA-Z])-1")


@dataclass(frozen=True, slots=True)
class _Window:
    """One convolution: the letter of what it slides over, of the places and of the kernel.

    items: the shifted indices, as they are written in the forward line.
    """

    base: str
    accent: str
    places: tuple[str, ...]
    kernel: tuple[str, ...]
    items: frozenset[tuple[str, ...]]


def windows(document: Document) -> tuple[Document, str]:
    """The document with the windows of every convolution as an array of their own."""
    said = ""
    for window in list(_forward(document)):
        letters = sorted({*window.places, *window.kernel})
        if all(_consistent(document, letter) for letter in letters):
            document = each_side(document, partial(_changed, window))
            said = "the windows that a convolution slides over are any numbers"
    return document, said


def _forward(document: Document) -> Iterator[_Window]:
    """The convolutions among the forward lines, each letter once."""
    seen: set[tuple[str, str]] = set()
    for piece in document.pieces:
        for chain in piece.chains:
            head = plain(chain.head) if chain.head is not None else None
            if not isinstance(head, Name) or head.mark or len(head.scripts) != 1:
                continue
            places = head.scripts[0].items
            if head.scripts[0].place != "sub" or not all(_letter(i) for i in places):
                continue
            for name in names_in(chain.parts[0]):
                window = _window(name, places)
                if window is not None and (name.base, name.accent) not in seen:
                    seen.add((name.base, name.accent))
                    yield window


def _window(name: Name, places: tuple[str, ...]) -> _Window | None:
    """The window that a name with shifted indices is, at these places."""
    if name.mark or len(name.scripts) != 1 or name.scripts[0].place != "sub":
        return None
    items = name.scripts[0].items
    matches = [_SHIFTED.fullmatch(item) for item in items]
    if len(items) != len(places) or not 1 <= len(items) <= 2:
        return None
    kernel: list[str] = []
    for place, match in zip(places, matches, strict=True):
        if match is None or place not in (match[1], match[3]) or match[1] == match[3]:
            return None
        kernel.append(match[3] if match[1] == place else match[1])
    if len({*places, *kernel}) != 2 * len(places):
        return None
    return _Window(name.base, name.accent, places, tuple(kernel), frozenset(_spellings(items)))


def _spellings(items: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The same indices with the two letters of a sum in either order."""
    yield items
    turned = tuple(_turned(item) for item in items)
    if "" not in turned:
        yield turned


def _turned(item: str) -> str:
    match = _SHIFTED.fullmatch(item)
    if match is None or match[2] == "-":
        return ""
    return f"{match[3]}+{match[1]}{match[4] or ''}"


def _consistent(document: Document, letter: str) -> bool:
    """Every sum over a letter has the same bounds, or names none."""
    bounds = {
        (node.lower, node.upper)
        for node in nodes(document)
        if isinstance(node, Big) and node.index == letter and (node.upper or "=" in node.lower)
    }
    return len(bounds) <= 1


def _changed(window: _Window, side: Node) -> Node:
    """A side of a relation with windows; as it is where it sums over one letter of a pair."""
    pairs = [window.places, window.kernel] if len(window.places) == 2 else []
    inside = list(_below(side))
    for first, second in pairs:
        sums = [n for n in inside if isinstance(n, Big) and n.index in (first, second)]
        paired = sum(_pairs(n, first, second) for n in sums)
        nested = sum(n.index == second for n in sums)
        if paired < len(sums) - nested or nested > paired:
            return side
    return mapped(side, lambda node: _change(window, node))


def _below(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from _below(child)


def _pairs(node: Big, first: str, second: str) -> bool:
    """``\\sum_i \\sum_j`` and ``\\sum_{i,j}``: a sum over a pair of letters."""
    body = plain(node.body)
    nested = isinstance(body, Big) and body.index == second
    return node.index == first and (nested or node.lower == f"{first},{second}")


def _change(window: _Window, node: Node) -> Node:
    """A node with the windows written as arrays, and pairs of letters as one."""
    if isinstance(node, Big) and node.operator == "sum":
        return _summed(window, node)
    if not isinstance(node, Name) or not node.scripts:
        return node
    script = node.scripts[0]
    if (node.base, node.accent) == (window.base, window.accent) and script.items in window.items:
        scripts = (_indexed(script, (window.places[0], window.kernel[0])), *node.scripts[1:])
        return replace(node, base=f"windows of {node.base}", word=True, scripts=scripts)
    if len(window.places) == 2 and script.items in (window.places, window.kernel):
        scripts = (_indexed(script, script.items[:1]), *node.scripts[1:])
        return replace(node, base=f"entries of {node.base}", word=True, scripts=scripts)
    return node


def _summed(window: _Window, node: Big) -> Node:
    """A sum over a pair of letters as one; bounds from 0 as those from 1."""
    pairs = [window.places, window.kernel] if len(window.places) == 2 else []
    for first, second in pairs:
        body = plain(node.body)
        if node.index == first and isinstance(body, Big) and body.index == second:
            return replace(node, lower=first, upper="", body=body.body)
        if node.index == first and node.lower == f"{first},{second}":
            return replace(node, lower=first, upper="")
    if node.index in (*window.places, *window.kernel) and node.lower == f"{node.index}=0":
        match = _FROM_ZERO.fullmatch(node.upper)
        if match is not None:
            return replace(node, lower=f"{node.index}=1", upper=match[1])
    return node


def _indexed(script: Script, items: tuple[str, ...]) -> Script:
    return replace(script, items=items, text="".join(items), node=None)


def _letter(item: str) -> bool:
    return len(item) == 1 and item.isalpha()


__all__ = ["windows"]
