"""``\\frac{1}{m} \\Sigma dZ``: a capital sigma in front of a gradient is a sum over all there is.

A covariance by this letter stands in front of no gradient.  In: a side of a line.  Out: the
same side with such letters as sums.
"""

from __future__ import annotations

from dataclasses import replace

from derive.reading.syntax import Big, Name, Node, Product, Span
from derive.reading.tree import plain


def with_sums(node: Node) -> Node:
    """The node with each ``\\Sigma`` in front of a gradient as a sum over what follows it."""
    if not isinstance(node, Product):
        return node
    for k, (separator, factor) in enumerate(node.factors[:-1]):
        follows, behind = node.factors[k + 1]
        inner = plain(behind)
        gradient = isinstance(inner, Name) and (inner.mark == "d" or inner.base == "delta")
        if _is_sigma(factor) and follows == "juxt" and gradient:
            rest = node.factors[k + 1 :]
            body = behind if len(rest) == 1 else replace(
                node, factors=(("", behind), *rest[1:]), span=Span(behind.span.start, node.span.end)
            )  # fmt: skip
            whole = Big(Span(factor.span.start, node.span.end), "sum", "", "", "", body)
            before = node.factors[:k]
            return whole if not before else replace(node, factors=(*before, (separator, whole)))
    return node


def _is_sigma(node: Node) -> bool:
    return isinstance(node, Name) and node.base == "Sigma" and not (
        node.scripts or node.mark or node.accent or node.primes or node.font
    )  # fmt: skip
