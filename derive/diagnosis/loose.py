"""Formulas without shapes: what a right-hand side says when its factors need not fit.

A matrix expression (`derive.program.Expr`) cannot be ill-shaped; a line of a note can.  The
loose tree holds either: it is built from an expression or, where shapes do not fit, directly
from the text.  Edits are made here, on one flat tree, and `to_expr` says which results have a
shape again.  Products are evaluated from the left; a scalar factor of a matrix product is free.

>>> from derive.program import Symbol
>>> W, Z = Leaf(Symbol("W", ("n", "k"))), Leaf(Symbol("Z", ("n", "m")))
>>> to_expr(Product((Factor("", Turned(W)), Factor(MATRIX, Z)))).shape
('k', 'm')
>>> to_expr(Product((Factor("", W), Factor(MATRIX, Z))))
Traceback (most recent call last):
    ...
derive.program.ShapeError: matrix product of (n, k) and (n, m): k is not n
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from derive.program import (
    ONE,
    SCALAR,
    Apply,
    Entry,
    Expr,
    Gradient,
    MatMul,
    Number,
    Plus,
    Power,
    Size,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
    children,
    number,
)

MATRIX: Final = "matrix"
ELEMENTWISE: Final = "elementwise"


@dataclass(frozen=True, slots=True)
class Loose:
    """Base of all loose nodes."""


@dataclass(frozen=True, slots=True)
class Leaf(Loose):
    """A name, a gradient of the note, a number: anything that no edit looks into."""

    expr: Expr


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a product and the kind of product in front of it (``""`` for the first)."""

    kind: str
    node: Loose


@dataclass(frozen=True, slots=True)
class Product(Loose):
    """Factors from left to right, at least one; the kind of the first is ``""``."""

    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Add(Loose):
    """Signed terms, ``a - b`` is ``((1, a), (-1, b))``; at least one."""

    terms: tuple[tuple[int, Loose], ...]


@dataclass(frozen=True, slots=True)
class Turned(Loose):
    """A transpose."""

    arg: Loose


@dataclass(frozen=True, slots=True)
class Raised(Loose):
    """An elementwise power."""

    arg: Loose
    exponent: Fraction


@dataclass(frozen=True, slots=True)
class Called(Loose):
    """The `order`-th derivative of an elementwise function."""

    function: str
    order: int
    arg: Loose


@dataclass(frozen=True, slots=True)
class Summed(Loose):
    """A sum along an axis, kept with size 1; None: along the examples, wherever they stand."""

    arg: Loose
    axis: int | None = None


@dataclass(frozen=True, slots=True)
class Indexed(Loose):
    """An entry or a sum over an index: the node `like` over another argument."""

    arg: Loose
    like: Entry | SumOver


def is_constant(expr: Expr) -> bool:
    """A number or a power of the size of a dimension: it commutes with everything."""
    match expr:
        case Number() | Size():
            return True
        case Power(base=base):
            return is_constant(base)
    return False


def is_note_gradient(expr: Expr, scale: Mapping[str, Expr]) -> bool:
    """``scale * Gradient``: what the note writes as one name, ``dZ``."""
    match expr:
        case Gradient():
            return True
        case Times(left=factor, right=Gradient(name=name)):
            return factor == scale.get(name, ONE)
    return False


def length(expr: Expr, scale: Mapping[str, Expr]) -> int:
    """How many names, numbers and operations are written; a gradient of the note is one name."""
    if is_note_gradient(expr, scale):
        return 1
    return 1 + sum(length(child, scale) for child in children(expr))


def note_gradient(expr: Gradient, scale: Mapping[str, Expr]) -> Expr:
    """The gradient as the note's own name carries it: with the note's normalisation."""
    factor = scale.get(expr.name, ONE)
    return expr if factor == ONE else Times(factor, expr)


def from_expr(expr: Expr, scale: Mapping[str, Expr]) -> Loose:
    """The loose tree of an expression; note gradients (see `scale`) stay whole."""
    if is_note_gradient(expr, scale):
        return Leaf(expr)

    def loose(inner: Expr) -> Loose:
        return from_expr(inner, scale)

    match expr:
        case Plus():
            return Add(tuple(_terms(expr, 1, scale)))
        case Times(left=Number(value=value), right=right) if value == -1:
            return Add(((-1, loose(right)),))
        case Times() | MatMul():
            return _product(_factors(expr, scale))
        case Transpose(arg=arg):
            return Turned(loose(arg))
        case Power(base=base, exponent=exponent) if not is_constant(base):
            return Raised(loose(base), exponent)
        case Apply(function=function, order=order, arg=arg):
            return Called(function, order, loose(arg))
        case Sum(arg=arg, axis=axis):
            return Summed(loose(arg), axis)
        case Entry(arg=arg) if isinstance(arg, Symbol) or is_note_gradient(arg, scale):
            return Leaf(expr)
        case Entry(arg=arg):
            return Indexed(loose(arg), expr)
        case SumOver(body=body):
            return Indexed(loose(body), expr)
    return Leaf(expr)


def settled(node: Loose, scale: Mapping[str, Expr]) -> Loose:
    """The same tree in the form that `from_expr` gives: flat from the left, leaves atomic."""
    node = with_parts(node, tuple(settled(part, scale) for part in parts(node)))
    match node:
        case Leaf(expr=expr):
            return from_expr(expr, scale)
        case Raised(arg=Leaf(expr=expr), exponent=exponent) if is_constant(expr):
            return Leaf(_power(expr, Fraction(exponent)))
        case Product(factors=factors):
            return _product(_flattened(factors))
        case Add(terms=((1, only),)):
            return only
        case Turned(arg=Turned(arg=arg)):
            return arg
    return node


def _power(expr: Expr, exponent: Fraction) -> Expr:
    match expr:
        case Number(value=value) if exponent.denominator == 1 and value:
            return number(value**exponent.numerator)
        case Power(base=base, exponent=inner):
            return Power(base, inner * exponent)
    return Power(expr, exponent)


def _flattened(factors: tuple[Factor, ...]) -> list[Factor]:
    """Groups that evaluation from the left does not need are opened."""
    out: list[Factor] = []
    for factor in factors:
        bare = all(isinstance(f.node, Leaf) and is_constant(f.node.expr) for f in out)
        if isinstance(factor.node, Product) and bare:
            first, *rest = factor.node.factors
            out += [replace(first, kind=factor.kind), *rest]
        else:
            out.append(factor)
    return [replace(out[0], kind=""), *out[1:]]


def _product(factors: list[Factor]) -> Loose:
    """A product; a -1 among the constants in front is a sign."""
    for place, factor in enumerate(factors[:-1]):
        if not (isinstance(factor.node, Leaf) and is_constant(factor.node.expr)):
            break
        if factor.node == Leaf(number(-1)):
            rest = [*factors[:place], *factors[place + 1 :]]
            return Add(((-1, _product([replace(rest[0], kind=""), *rest[1:]])),))
    return factors[0].node if len(factors) == 1 else Product(tuple(factors))


def _terms(expr: Expr, sign: int, scale: Mapping[str, Expr]) -> list[tuple[int, Loose]]:
    match expr:
        case Plus(left=left, right=right):
            return _terms(left, sign, scale) + _terms(right, sign, scale)
        case Times(left=Number(value=value), right=right) if value == -1:
            return _terms(right, -sign, scale)
    term = from_expr(expr, scale)
    if isinstance(term, Add) and len(term.terms) == 1:
        ((inner_sign, term),) = term.terms
        sign *= inner_sign
    return [(sign, term)]


def _factors(expr: Expr, scale: Mapping[str, Expr]) -> list[Factor]:
    """The left spine of a product; behind a constant the right operand is the spine too."""
    if is_note_gradient(expr, scale):
        return [Factor("", Leaf(expr))]
    match expr:
        case Times(left=left, right=right) if is_constant(left):
            first, *rest = _factors(right, scale)
            return [Factor("", Leaf(left)), replace(first, kind=ELEMENTWISE), *rest]
        case Times(left=left, right=right):
            return [*_factors(left, scale), Factor(ELEMENTWISE, from_expr(right, scale))]
        case MatMul(left=left, right=right):
            return [*_factors(left, scale), Factor(MATRIX, from_expr(right, scale))]
    return [Factor("", from_expr(expr, scale))]


def to_expr(node: Loose, examples: str = "m") -> Expr:
    """The expression that a loose tree stands for; ShapeError where its parts do not fit."""
    match node:
        case Leaf(expr=expr):
            return expr
        case Product(factors=factors):
            result = to_expr(factors[0].node, examples)
            for factor in factors[1:]:
                result = multiply(factor.kind, result, to_expr(factor.node, examples))
            return result
        case Add(terms=terms):
            total: Expr | None = None
            for sign, term in terms:
                value = to_expr(term, examples)
                value = value if sign > 0 else Times(number(-1), value)
                total = value if total is None else Plus(total, value)
            assert total is not None
            return total
        case Turned(arg=arg):
            inner = to_expr(arg, examples)
            return inner.arg if isinstance(inner, Transpose) else Transpose(inner)
        case Raised(arg=arg, exponent=exponent):
            return Power(to_expr(arg, examples), exponent)
        case Called(function=function, order=order, arg=arg):
            return Apply(function, order, to_expr(arg, examples))
        case Summed(arg=arg, axis=axis):
            inner = to_expr(arg, examples)
            return Sum(inner, axis if axis is not None else _example_axis(inner, examples))
        case Indexed(arg=arg, like=Entry() as like):
            return replace(like, arg=to_expr(arg, examples))
        case Indexed(arg=arg, like=SumOver() as like):
            return replace(like, body=to_expr(arg, examples))
    raise TypeError(f"to_expr: unknown node {type(node).__name__}")


def multiply(kind: str, left: Expr, right: Expr) -> Expr:
    """The product of two expressions; a matrix product with a scalar is a multiple."""
    if kind == MATRIX and SCALAR not in (left.shape, right.shape):
        return MatMul(left, right)
    return Times(left, right)


def _example_axis(expr: Expr, examples: str) -> int:
    return 0 if expr.shape[0] == examples else 1


def parts(node: Loose) -> tuple[Loose, ...]:
    """The direct subtrees, in order."""
    match node:
        case Leaf():
            return ()
        case Product(factors=factors):
            return tuple(factor.node for factor in factors)
        case Add(terms=terms):
            return tuple(term for _, term in terms)
        case Turned(arg=arg) | Raised(arg=arg) | Called(arg=arg) | Summed(arg=arg):
            return (arg,)
        case Indexed(arg=arg):
            return (arg,)
    raise TypeError(f"parts: unknown node {type(node).__name__}")


def with_parts(node: Loose, new: tuple[Loose, ...]) -> Loose:
    """The same node over other subtrees; the node itself where they are its own."""
    if all(old is part for old, part in zip(parts(node), new, strict=True)):
        return node
    match node:
        case Product(factors=factors):
            return Product(
                tuple(Factor(f.kind, part) for f, part in zip(factors, new, strict=True))
            )
        case Add(terms=terms):
            return Add(tuple((s, part) for (s, _), part in zip(terms, new, strict=True)))
        case Turned() | Raised() | Called() | Summed() | Indexed():
            return replace(node, arg=new[0])
    raise TypeError(f"with_parts: unknown node {type(node).__name__}")


def leaves(node: Loose) -> list[Leaf]:
    """All leaves from left to right."""
    if isinstance(node, Leaf):
        return [node]
    return [leaf for part in parts(node) for leaf in leaves(part)]
