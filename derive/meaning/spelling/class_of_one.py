"""``w_{y_i}`` and ``\\sum_{j \\ne y_i}`` of one example: the class of that example, by a letter.

Where no sum runs over the examples, i is one and the same in the whole note, and y_i is the
number of one class.  It is written as the letter y alone, which picks an entry.
"""

from __future__ import annotations

import re
from dataclasses import replace

from derive.meaning.spelling.rewriting import nodes, rewritten, scripts_of
from derive.reading.syntax import Big, Comparison, Document, Name, Node, Script
from derive.reading.tree import children, plain

_LABEL = re.compile(r"y_\{?([a-z])\}?")
_LEFT_OUT = re.compile(r"([a-z])(\\neq?|≠)y_\{?([a-z])\}?")


def class_of_one(document: Document) -> tuple[Document, str]:
    """The document with the letter y for the class of its only example."""
    bigs = [n for n in nodes(document) if isinstance(n, Big)]
    left_out = {m[3] for n in bigs if (m := _LEFT_OUT.fullmatch(n.lower)) is not None}
    if len(left_out) != 1:
        return document, ""
    (example,) = left_out
    if any(n.index in (example, "y") for n in bigs) or _is_value(document):
        return document, ""
    texts = {i for n in nodes(document) for s in scripts_of(n) for i in (*s.items, s.text)}
    if "y" in texts:
        return document, ""

    names = [n for n in nodes(document) if isinstance(n, Name) and n.base != "y"]
    at = {n.base for n in names if _at(n, example)}
    if any(n.base in at and not _at(n, example) for n in names):
        return document, ""

    def label(script: Script) -> Script:
        match = _LABEL.fullmatch(script.text) if script.place == "sub" else None
        if match is None or match[1] != example:
            return script
        return replace(script, text="y", items=("y",), node=Name(script.span, "y"), word=False)

    def change(node: Node) -> Node:
        if isinstance(node, Big) and _LEFT_OUT.fullmatch(node.lower):
            return replace(node, lower=node.lower[: node.lower.index("y")] + "y")
        if isinstance(node, Comparison):
            return replace(node, left=_bare(node.left), right=_bare(node.right))
        if isinstance(node, Name) and node.scripts:
            kept = (s for s in node.scripts if s.place != "sub" or s.text != example)
            return replace(node, scripts=tuple(map(label, kept)))
        return node

    def _bare(node: Node) -> Node:
        name = plain(node)
        mine = isinstance(name, Name) and name.base == "y" and len(name.scripts) == 1
        return Name(name.span, "y") if mine else node

    said = f"y_{example} is the class of one example, the same in the whole note"
    return rewritten(document, change), said


def _at(name: Name, example: str) -> bool:
    """``x_i``: what belongs to the example."""
    return any(s.place == "sub" and s.text == example for s in name.scripts)


def _is_value(document: Document) -> bool:
    """Some formula computes with y, but for what compares it or stands below as a script."""
    sides = (s for piece in document.pieces for c in piece.chains for s in (c.head, *c.parts))
    waiting = [side for side in sides if side is not None]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name) and node.base == "y":
            return True
        if not isinstance(node, Comparison):
            waiting += list(children(node))
    return False


__all__ = ["class_of_one"]
