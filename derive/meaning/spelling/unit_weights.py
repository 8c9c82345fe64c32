"""``w_{ji}^{(1)}``, ``w_{j0}``: weights of units whose layer or bias is told beside their letters.

In: a document whose weights carry two letters of units.  Out: the same document without the
number of the layer where those letters tell it, and with the weight of unit 0 as the bias.
A weight with another number than its letters have elsewhere keeps it: one of the two is wrong.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from derive.meaning.spelling.rewriting import nodes, rewritten
from derive.reading.syntax import Document, Name, Node, Script

Pair = tuple[str, ...]
_WEIGHTS = ("w", "W", "v", "theta")


def weights_of_units(document: Document) -> Document:
    """The document with weights that carry their two units alone, where that tells the layer."""
    names = [n for n in nodes(document) if isinstance(n, Name) and n.base in _WEIGHTS]
    numbers = _numbers(names)
    biases = _take_biases(document, names)
    if not (numbers or biases):
        return document

    def change(node: Node) -> Node:
        if not isinstance(node, Name):
            return node
        pair, number = _pair(node), _number(node)
        if pair is None or node.base not in _WEIGHTS:
            return node
        if biases and pair[1] == "0":
            unit = replace(_below(node), text=pair[0], items=(pair[0],), node=None)
            return replace(node, base="b", scripts=(unit,))
        if number is not None and numbers.get((node.base, pair)) == number.text:
            return replace(node, scripts=tuple(s for s in node.scripts if s is not number))
        return node

    return rewritten(document, change)


def _numbers(names: list[Name]) -> dict[tuple[str, Pair], str]:
    """By letter and units, the number that a weight mostly carries; no two pairs share one."""
    votes: Counter[tuple[tuple[str, Pair], str]] = Counter()
    for name in names:
        pair, number = _pair(name), _number(name)
        if pair is not None and number is not None and pair[1] != "0":
            votes[(name.base, pair), number.text] += 1
    found: dict[tuple[str, Pair], str] = {}
    for (key, most), _ in votes.most_common():
        found.setdefault(key, most)
    told = [(base, number) for (base, _), number in found.items()]
    return found if len(set(told)) == len(told) else {}


def _take_biases(document: Document, names: list[Name]) -> bool:
    """Whether unit 0 is the bias: its weights stand somewhere, and nothing else is called b."""
    zero = any((pair := _pair(n)) is not None and pair[1] == "0" for n in names)
    return zero and not any(isinstance(n, Name) and n.base == "b" for n in nodes(document))


def _below(name: Name) -> Script:
    return next(s for s in name.scripts if s.place == "sub")


def _pair(name: Name) -> Pair | None:
    """The two units below a weight."""
    below = [s for s in name.scripts if s.place == "sub"]
    if len(below) != 1 or below[0].bracket or below[0].word or name.mark or name.accent:
        return None
    items = below[0].items
    if len(items) == 1 and len(items[0]) == 2 and items[0][0].isalpha() and items[0][1] == "0":
        items = (items[0][0], "0")
    good = len(items) == 2 and all(len(i) == 1 for i in items) and items[0].isalpha()
    return items if good and (items[1].isalpha() or items[1] == "0") else None


def _number(name: Name) -> Script | None:
    """The layer above a weight, if that is all that stands there."""
    above = [s for s in name.scripts if s.place == "sup"]
    told = len(above) == 1 and above[0].bracket in ("(", "[") and above[0].text.isdigit()
    return above[0] if told else None


__all__ = ["weights_of_units"]
