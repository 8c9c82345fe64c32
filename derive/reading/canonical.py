"""The canonical form: a syntax tree as one line of text that a person can check.

In: a node or a chain.  Out: text that shows what was read and nothing of how it was written: one
spelling for every notation.  Round and square brackets are those of the source, braces show
structure that is written without brackets, a space is a product written side by side.

>>> from derive.reading import read
>>> [piece] = read(r"$\\mathbf{W}^{[2]\\top} \\tfrac1m (a-y)^2 := \\log a_j$", "md").pieces
>>> canonical_chain(piece.chains[0])
'mathbf.W^[2]^T frac<1, m> (a - y)^{2} := "log"{a_j}'
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from .names import TRANSPOSES
from .syntax import (
    Applied,
    Big,
    Cases,
    Chain,
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

_SIGNS: Final = {
    "juxt": " ", "cdot": " · ", "times": " × ", "ast": " * ", "odot": " ⊙ ", "slash": " / ",
    "at": " @ ", "outer": " ⊗ ",
}  # fmt: skip
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_LOOSE, _SUM, _PRODUCT, _FACTOR = range(4)  # how tightly a form holds together


def canonical(node: Node) -> str:
    """The canonical form of an expression, ``?`` for what could not be read."""
    return _form(node)[1]


def canonical_chain(chain: Chain) -> str:
    """The canonical form of a chain; ``...`` stands for a head that the chain before has."""
    head = "..." if chain.head is None else canonical(chain.head)
    steps = zip(chain.relations, chain.parts, strict=True)
    return head + "".join(f" {relation.text} {canonical(part)}" for relation, part in steps)


def _form(node: Node) -> tuple[int, str]:
    """How tightly the form of a node holds together, and the form."""
    form = _FORMS.get(type(node))
    if form is None:
        raise TypeError(f"canonical: unknown node {type(node).__name__}")
    return form(node)


def _within(node: Node, level: int) -> str:
    """The form of a node, in braces where it does not hold together tightly enough."""
    own, text = _form(node)
    return text if own >= level else f"{{{text}}}"


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(canonical(node) for node in nodes)


def _name(name: Name) -> tuple[int, str]:
    base = f'"{name.base}"' if name.word else name.base
    marks = (mark for mark in (name.mark, name.font, name.accent) if mark)
    scripts = "".join(map(_script, name.scripts))
    return _FACTOR, ".".join((*marks, base)) + "'" * name.primes + scripts


def _script(script: Script) -> str:
    text = "T" if script.text in TRANSPOSES else ",".join(script.items)
    plain = isinstance(script.node, Name) and not (script.node.scripts or script.node.primes)
    if len(script.items) == 1 and script.node is not None and not plain:
        text = canonical(script.node).replace(" + ", "+").replace(" - ", "-")
    place = {"sub": "_", "sup": "^", "index": ""}[script.place]
    if script.bracket:
        return f"{place}{script.bracket}{text}{_CLOSING[script.bracket]}"
    if script.word:
        return f'{place}"{text}"'
    return place + (text if text.isalnum() else f"{{{text}}}")


def _sum(node: Sum) -> tuple[int, str]:
    (sign, first), *rest = node.terms
    text = "-" * (sign < 0) + _within(first, _PRODUCT)
    return _SUM, text + "".join(f" {'-+'[s > 0]} {_within(term, _PRODUCT)}" for s, term in rest)


def _product(node: Product) -> tuple[int, str]:
    return _PRODUCT, "".join(
        _SIGNS.get(separator, "") + _within(factor, _FACTOR) for separator, factor in node.factors
    )


def _number(node: Number) -> tuple[int, str]:
    return _FACTOR, str(node.value)


def _derivative(node: Derivative) -> tuple[int, str]:
    order = "" if node.order == 1 else str(node.order)
    of = "_" if node.of is None else canonical(node.of)
    return _FACTOR, f"{node.kind}{order}<{of}, {canonical(node.by)}>"


def _group(node: Group) -> tuple[int, str]:
    if node.bracket == "{":
        return _FACTOR, f"set<{canonical(node.body)}>"
    if not node.bracket:
        return _FACTOR, _within(node.body, _FACTOR)
    return _FACTOR, f"{node.bracket}{canonical(node.body)}{_CLOSING[node.bracket]}"


def _applied(node: Applied) -> tuple[int, str]:
    opening = node.bracket or "{"
    return _FACTOR, f"{canonical(node.head)}{opening}{_listed(node.arguments)}{_CLOSING[opening]}"


def _big(node: Big) -> tuple[int, str]:
    lower = f"_{{{node.lower}}}" if node.index else f'_"{node.lower}"' if node.lower else ""
    upper = f"^{{{node.upper}}}" if node.upper else ""
    return _FACTOR, f"{node.operator}{lower}{upper}{{{canonical(node.body)}}}"


def _comparison(node: Comparison) -> tuple[int, str]:
    return _LOOSE, f"{canonical(node.left)} {node.relation} {canonical(node.right)}"


def _cases(node: Cases) -> tuple[int, str]:
    branches = (
        f"{canonical(value)} {'otherwise' if condition is None else f'if {canonical(condition)}'}"
        for value, condition in node.branches
    )
    return _FACTOR, f"cases<{'; '.join(branches)}>"


_FORMS: Final[dict[type[Node], Callable[[Any], tuple[int, str]]]] = {
    Number: _number,
    Name: _name,
    Sum: _sum,
    Product: _product,
    Fraction_: lambda n: (_FACTOR, f"frac<{_listed((n.numerator, n.denominator))}>"),
    Derivative: _derivative,
    Power: lambda n: (_FACTOR, f"{_within(n.base, _FACTOR)}^{{{canonical(n.exponent)}}}"),
    Transposed: lambda n: (_FACTOR, f"{_within(n.base, _FACTOR)}^T"),
    Indexed: lambda n: (_FACTOR, _within(n.base, _FACTOR) + "".join(map(_script, n.scripts))),
    Group: _group,
    Tuple: lambda n: (_FACTOR, f"({_listed(n.items)})"),
    Applied: _applied,
    Big: _big,
    Norm: lambda n: (_FACTOR, f"{n.kind}<{canonical(n.body)}>"),
    Inner: lambda n: (_FACTOR, f"inner<{_listed((n.left, n.right))}>"),
    Primed: lambda n: (_FACTOR, _within(n.base, _FACTOR) + "'" * n.primes),
    Evaluated: lambda n: (_FACTOR, f"at<{_listed((n.base, n.at))}>"),
    Comparison: _comparison,
    Cases: _cases,
    Picture: lambda n: (_FACTOR, f"drawn<{n.environment}>"),
    Dots: lambda n: (_FACTOR, "dots"),
    Unreadable: lambda n: (_FACTOR, "?"),
}
"""By kind of node, its form: a new node is one more row."""
