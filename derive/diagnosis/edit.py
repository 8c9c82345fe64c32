"""One edit of a formula: the record, its likelihood, and the small rewrites edits are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from derive.diagnosis.loose import (
    ELEMENTWISE,
    Add,
    Factor,
    Leaf,
    Loose,
    Product,
    is_constant,
    parts,
    with_parts,
)
from derive.program import ONE, Number, Power, Size, number


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed tree: `name` is the kind of mistake (see `codes.BY_NAME`) that it undoes.

    verb: what is done, with ``{subject}`` and ``{other}`` for the nodes.
    """

    rank: int
    name: str
    verb: str
    tree: Loose
    subject: Loose | None = None
    other: Loose | None = None
    layer: int | None = None


RANK = {
    "activation-derivative": 1,
    "missing-transpose": 2,
    "extra-transpose": 2,
    "derivative-order": 3,
    "derivative-argument": 3,
    "sign": 4,
    "missing-mean": 5,
    "extra-mean": 5,
    "constant-factor": 5,
    "wrong-layer": 6,
    "wrong-operand": 6,
    "wrong-index": 3,
    "product-kind": 7,
    "product-order": 8,
    "missing-sum": 9,
    "wrong-sum": 9,
    "brackets": 10,
    "missing-term": 11,
    "extra-term": 11,
    "missing-factor": 12,
    "extra-factor": 12,
    "exponent": 10,
}


def undo(
    name: str,
    verb: str,
    tree: Loose,
    subject: Loose | None = None,
    other: Loose | None = None,
    *,
    later: int = 0,
    layer: int | None = None,
) -> Edit:
    """The edit that undoes the mistake `name`; `later` puts it behind others of its rank."""
    return Edit(RANK[name] * 2 + later, name, verb, tree, subject, other, layer)


def constants(examples: str) -> list[tuple[str, str, Number | Size | Power]]:
    """The constant factors that get lost, with what their absence is called."""
    size = Size(examples)
    return [
        ("missing-mean", "multiply by {subject}", Power(size, Fraction(-1))),
        ("extra-mean", "multiply by {subject}", size),
        ("constant-factor", "multiply by {subject}", number(2)),
        ("constant-factor", "multiply by {subject}", number(Fraction(1, 2))),
    ]


def times_constant(constant: Number | Size | Power, tree: Loose) -> Loose:
    """A constant in front; it cancels against its inverse among the factors."""
    factors = tree.factors if isinstance(tree, Product) else (Factor("", tree),)
    for place, factor in enumerate(factors):
        if isinstance(factor.node, Leaf) and _inverse(constant, factor.node.expr):
            rest = factors[:place] + factors[place + 1 :]
            return product(rest) if rest else Leaf(ONE)
    return Product((Factor("", Leaf(constant)), Factor(ELEMENTWISE, factors[0].node), *factors[1:]))


def _inverse(left: object, right: object) -> bool:
    match left, right:
        case Number(value=a), Number(value=b):
            return a * b == 1
        case Size() as a, Power(base=b, exponent=e):
            return a == b and e == -1
        case Power(base=b, exponent=e), Size() as a:
            return a == b and e == -1
    return False


def product(factors: tuple[Factor, ...]) -> Loose:
    """A product of the factors; one factor is itself."""
    if len(factors) == 1:
        return factors[0].node
    return Product((replace(factors[0], kind=""), *factors[1:]))


def tidy(tree: Loose) -> Loose:
    """The same value with less signs: ``-(y - a) b`` as ``(a - y) b``."""
    if isinstance(tree, Leaf):
        return tree
    tree = with_parts(tree, tuple(tidy(part) for part in parts(tree)))
    match tree:
        case Add(terms=((-1, Add() | Product() as inner),)):
            turned = negated(inner)
            return tree if turned == Add(((-1, inner),)) else turned
        case Add(terms=((1, inner),)):
            return inner
        case Add(terms=((-1, Product() as first), *rest)) if rest:
            turned = negated(first)
            return tree if isinstance(turned, Add) else Add(((1, turned), *rest))
    return tree


def negated(tree: Loose) -> Loose:
    """The negative, with the positive term of a difference in front."""
    match tree:
        case Add(terms=((-1, only),)):
            return only
        case Add(terms=terms):
            turned = [(-sign, term) for sign, term in terms]
            return Add(tuple(sorted(turned, key=lambda term: -term[0])))
        case Product(factors=factors):
            for place, factor in enumerate(factors):
                if isinstance(factor.node, Add) and any(sign < 0 for sign, _ in factor.node.terms):
                    inner = negated(factor.node)
                    changed = replace(factor, node=inner)
                    return Product((*factors[:place], changed, *factors[place + 1 :]))
    return Add(((-1, tree),))


def constant_node(node: Loose) -> bool:
    """Whether a node is a constant leaf."""
    return isinstance(node, Leaf) and is_constant(node.expr)
