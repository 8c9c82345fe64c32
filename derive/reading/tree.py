"""Walking a syntax tree: its children, its names, and what invisible brackets hold.

In: a node of `derive.reading.syntax`.  Out: nodes; nothing is changed or interpreted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any, Final

from .syntax import (
    Applied,
    Big,
    Cases,
    Comparison,
    Derivative,
    Dots,
    Evaluated,
    Fraction_,
    Group,
    Indexed,
    Inner,
    Name,
    Node,
    Norm,
    Number,
    Picture,
    Power,
    Primed,
    Product,
    Script,
    Sum,
    Transposed,
    Tuple,
    Unreadable,
)

_PARTS: Final[dict[type[Node], Callable[[Any], tuple[Node, ...]]]] = {
    Sum: lambda n: tuple(term for _, term in n.terms),
    Product: lambda n: tuple(factor for _, factor in n.factors),
    Fraction_: lambda n: (n.numerator, n.denominator),
    Derivative: lambda n: (n.by,) if n.of is None else (n.of, n.by),
    Power: lambda n: (n.base, n.exponent),
    **dict.fromkeys((Transposed, Indexed, Primed), lambda n: (n.base,)),
    **dict.fromkeys((Group, Norm, Big), lambda n: (n.body,)),
    Tuple: lambda n: n.items,
    Applied: lambda n: (n.head, *n.arguments),
    **dict.fromkeys((Comparison, Inner), lambda n: (n.left, n.right)),
    Evaluated: lambda n: (n.base, n.at),
    Cases: lambda n: tuple(b for branch in n.branches for b in branch if b is not None),
    **dict.fromkeys((Number, Name, Picture, Dots, Unreadable), lambda n: ()),
}
"""By kind of node, the direct subexpressions: a table, as this is asked most often of all."""


_FIELDS: Final[dict[type[Node], tuple[str, ...]]] = {
    kind: tuple(f.name for f in fields(kind) if f.name != "span") for kind in _PARTS
}
"""By kind of node, the fields that may hold nodes."""


def children(node: Node) -> tuple[Node, ...]:
    """The direct subexpressions in reading order; scripts of names are not among them."""
    parts = _PARTS.get(type(node))
    if parts is None:
        raise TypeError(f"children: unknown node {type(node).__name__}")
    return parts(node)


def mapped(node: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with every node changed, the lowest first; scripts that are expressions too.

    >>> from .syntax import Number, Span
    >>> one, two = Number(Span(0, 1), 1), Number(Span(0, 1), 2)
    >>> mapped(Group(Span(0, 3), "(", one), lambda n: two if n == one else n).body is two
    True
    """

    def of(value: Any) -> Any:
        if isinstance(value, Node):
            return change(rebuilt(value))
        if isinstance(value, Script):
            below = of(value.node) if value.node is not None else None
            return value if below is value.node else replace(value, node=below)
        if isinstance(value, tuple):
            out = tuple(of(part) for part in value)
            return value if all(a is b for a, b in zip(out, value, strict=True)) else out
        return value

    def rebuilt(node: Node) -> Node:
        new = {}
        for name in _FIELDS[type(node)]:
            old = getattr(node, name)
            changed = of(old)
            if isinstance(old, Name) and name in ("head", "by") and not isinstance(changed, Name):
                continue  # what is applied or differentiated by stays a name
            if changed is not old:
                new[name] = changed
        return replace(node, **new) if new else node

    return change(rebuilt(node))


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, parents first, in reading order."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(children(top)))


def names(node: Node) -> Iterator[Name]:
    """All names of an expression in reading order, heads and subjects of derivatives included."""
    return (n for n in walk(node) if isinstance(n, Name))


def plain(node: Node) -> Node:
    """The node without the brackets around it.

    >>> from .syntax import Number, Span
    >>> one = Number(Span(1, 2), 1)
    >>> plain(Group(Span(0, 3), "(", one)) is one
    True
    """
    while isinstance(node, Group):
        node = node.body
    return node
