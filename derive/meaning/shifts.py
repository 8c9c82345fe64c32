"""The largest score that is taken from all scores of a softmax, so that none overflows.

``e^{z_k - c} / \\sum_j e^{z_j - c}`` is ``e^{z_k} / \\sum_j e^{z_j}`` for every c that does
not run with the sum: it is left out before anything else is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

from derive.reading.syntax import Applied, Big, Fraction_, Name, Node, Power, Span, Sum
from derive.reading.tree import children, plain


def without_shift(node: Node) -> Node:
    """A softmax without what is taken from all of its scores; any other node as it is."""
    fraction = plain(node)
    if not isinstance(fraction, Fraction_):
        return node
    below = plain(fraction.denominator)
    if not isinstance(below, Big) or below.operator != "sum":
        return node
    one, two = _shifted(fraction.numerator), _shifted(below.body)
    if one is None or two is None or not alike(one[1], two[1]) or _runs(one[1], below.index):
        return node
    return replace(fraction, numerator=one[0], denominator=replace(below, body=two[0]))


def alike(one: object, two: object) -> bool:
    """The same formula, wherever it stands."""
    if isinstance(one, tuple) and isinstance(two, tuple):
        return len(one) == len(two) and all(map(alike, one, two))
    if not is_dataclass(one) or not is_dataclass(two) or type(one) is not type(two):
        return one == two
    if isinstance(one, Span):
        return True
    return all(alike(getattr(one, f.name), getattr(two, f.name)) for f in fields(one))


def _shifted(node: Node) -> tuple[Node, Applied] | None:
    """``e^{z - \\max(z)}``: without what is taken from its exponent, and that."""
    inner = plain(node)
    if isinstance(inner, Applied) and inner.head.base == "exp" and len(inner.arguments) == 1:
        found = _largest(inner.arguments[0])
        return found and (replace(inner, arguments=(found[0],)), found[1])
    base: Node
    exponent: Node | None
    if isinstance(inner, Power):
        base, exponent = plain(inner.base), inner.exponent
    elif isinstance(inner, Name) and len(inner.scripts) == 1 and inner.scripts[0].place == "sup":
        base, exponent = replace(inner, scripts=()), inner.scripts[0].node
    else:
        return None
    if not isinstance(base, Name) or base.base != "e" or base.scripts or exponent is None:
        return None
    found = _largest(exponent)
    return found and (Power(inner.span, base, found[0]), found[1])


def _largest(exponent: Node) -> tuple[Node, Applied] | None:
    """``z_k - \\max_j z_j``: the rest of the exponent, and the largest score."""
    inner = plain(exponent)
    if not isinstance(inner, Sum) or len(inner.terms) != 2:
        return None
    (sign, score), (minus, largest) = inner.terms
    taken = plain(largest)
    if sign != 1 or minus != -1 or not isinstance(taken, Applied) or taken.head.base != "max":
        return None
    return score, taken


def _runs(largest: Applied, index: str) -> bool:
    """Does the largest score differ from term to term of a sum?"""
    own = {item for script in largest.head.scripts for item in script.items}
    return index not in own and any(index in name_letters(n) for n in _names(largest))


def _names(node: Node) -> Iterator[Name]:
    if isinstance(node, Name):
        yield node
    for child in children(node):
        yield from _names(child)


def name_letters(name: Name) -> set[str]:
    """The letters in the scripts of a name."""
    return {item for script in name.scripts for item in script.items}
