"""``\\pi_k`` beside ``2\\pi``: the weights of a mixture, and the number.

In: a document in which pi carries indices, and stands without any only behind a number.  Out: the
same document with the number under a name of its own.
"""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.spelling.rewriting import nodes, rewritten
from derive.reading.syntax import Document, Name, Node, Number, Product, Script

_LABEL = "number"


def circle_number(document: Document) -> tuple[Document, str]:
    """The document with the number pi told from weights of this letter."""
    weights = bare = 0
    counted: set[int] = set()
    for node in nodes(document):
        if isinstance(node, Product):
            pairs = zip(node.factors, node.factors[1:], strict=False)
            counted |= {id(b) for (_, a), (_, b) in pairs if isinstance(a, Number) and _is_bare(b)}
        if isinstance(node, Name) and node.base == "pi":
            weights += not _is_bare(node)
            bare += _is_bare(node)
    if not (weights and bare) or len(counted) != bare:
        return document, ""

    def change(node: Node) -> Node:
        if not isinstance(node, Name) or not _is_bare(node):
            return node
        label = Script("sub", "", _LABEL, (_LABEL,), None, True, node.span)
        return replace(node, scripts=(label,))

    return rewritten(document, change), ""


def _is_bare(node: Node) -> bool:
    return isinstance(node, Name) and node.base == "pi" and not (node.scripts or node.mark)


__all__ = ["circle_number"]
