"""Walking a syntax tree: its children, its names, and what invisible brackets hold.

In: a node of `derive.reading.syntax`.  Out: nodes; nothing is changed or interpreted.
"""

from __future__ import annotations

from collections.abc import Iterator

from .syntax import (
    Applied,
    Big,
    Cases,
    Comparison,
    Derivative,
    Dots,
    Fraction_,
    Group,
    Indexed,
    Name,
    Node,
    Norm,
    Number,
    Picture,
    Power,
    Product,
    Sum,
    Transposed,
    Tuple,
    Unreadable,
)


def children(node: Node) -> tuple[Node, ...]:
    """The direct subexpressions in reading order; scripts of names are not among them."""
    match node:
        case Sum(terms=terms):
            return tuple(term for _, term in terms)
        case Product(factors=factors):
            return tuple(factor for _, factor in factors)
        case Fraction_(numerator=a, denominator=b):
            return (a, b)
        case Derivative(of=of, by=by):
            return (by,) if of is None else (of, by)
        case Power(base=a, exponent=b):
            return (a, b)
        case Transposed(base=a) | Indexed(base=a) | Group(body=a) | Norm(body=a) | Big(body=a):
            return (a,)
        case Tuple(items=items):
            return items
        case Applied(head=head, arguments=arguments):
            return (head, *arguments)
        case Comparison(left=a, right=b):
            return (a, b)
        case Cases(branches=branches):
            return tuple(n for branch in branches for n in branch if n is not None)
        case Number() | Name() | Picture() | Dots() | Unreadable():
            return ()
    raise TypeError(f"children: unknown node {type(node).__name__}")


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
