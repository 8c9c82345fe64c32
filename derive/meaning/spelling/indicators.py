"""``A * 1[Z > 0]``: the figure 1 in front of a condition in brackets belongs to it."""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.spelling.rewriting import nodes, rewritten
from derive.reading.syntax import Comparison, Document, Group, Node, Number, Product
from derive.reading.tree import plain


def indicators_whole(document: Document) -> tuple[Document, str]:
    """The document with every indicator as one factor; a comparison is 1 where it holds."""
    if not any(isinstance(node, Product) and _is_split(node) for node in nodes(document)):
        return document, ""
    return rewritten(document, _joined), ""


def _is_split(node: Product) -> bool:
    return any(_indicates(node, k) for k in range(len(node.factors) - 1))


def _indicates(node: Product, k: int) -> bool:
    """The k-th factor is 1, the next one a condition in brackets."""
    (_, one), (sign, condition) = node.factors[k], node.factors[k + 1]
    figure = isinstance(one, Number) and one.value == 1
    bracketed = isinstance(condition, Group) and isinstance(plain(condition), Comparison)
    return figure and bracketed and sign == "juxt"


def _joined(node: Node) -> Node:
    if not isinstance(node, Product) or not _is_split(node):
        return node
    kept: list[tuple[str, Node]] = []
    k = 0
    while k < len(node.factors):
        if k + 1 < len(node.factors) and _indicates(node, k):
            kept.append((node.factors[k][0], node.factors[k + 1][1]))
            k += 2
        else:
            kept.append(node.factors[k])
            k += 1
    return kept[0][1] if len(kept) == 1 else replace(node, factors=tuple(kept))


__all__ = ["indicators_whole"]
