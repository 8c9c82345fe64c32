"""Sums and products of numbers multiplied out: a form in which signs can be read off.

>>> from derive.program import Symbol, minus
>>> rate, decay = Symbol("rate", (1, 1)), Symbol("decay", (1, 1))
>>> expanded(minus(ONE, minus(ONE, Times(rate, decay)))) == Times(decay, rate)
True
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import Final

from derive.program import ONE, ZERO, Expr, Number, Plus, Power, Times

MOST_TERMS: Final = 200
Terms = dict[tuple[Expr, ...], Fraction]
"""By the factors of a term, in a fixed order, its coefficient."""


def expanded(expr: Expr) -> Expr:
    """The same sum, multiplied out; the expression itself if that has too many terms."""
    try:
        terms = _terms(expr)
    except OverflowError:
        return expr
    return reduce(Plus, map(_term, *zip(*terms.items(), strict=True))) if terms else ZERO


def gathered(expr: Expr) -> Expr:
    """The same product, its numbers multiplied to one; sums in it stay as they are."""
    coefficient, factors = Fraction(1), []
    open_ = [expr]
    while open_:
        match open_.pop():
            case Number(value=value):
                coefficient *= value
            case Times(left=left, right=right):
                open_ += [right, left]
            case factor:
                factors.append(factor)
    return _term(tuple(factors), coefficient)


def _term(factors: tuple[Expr, ...], coefficient: Fraction) -> Expr:
    if not factors:
        return Number(coefficient)
    product = reduce(Times, factors)
    return product if coefficient == 1 else Times(Number(coefficient), product)


def _terms(expr: Expr) -> Terms:
    match expr:
        case Number(value=value):
            return {(): value} if value else {}
        case Plus(left=left, right=right):
            return _sum(_terms(left), _terms(right))
        case Times(left=left, right=right):
            return _product(_terms(left), _terms(right))
        case Power(base=base, exponent=exponent) if exponent.denominator == 1 and exponent > 1:
            if exponent > MOST_TERMS:
                raise OverflowError
            factor = _terms(base)
            return reduce(_product, [factor] * int(exponent), {(): ONE.value})
    return {(expr,): Fraction(1)}


def _sum(left: Terms, right: Terms) -> Terms:
    out = dict(left)
    for factors, coefficient in right.items():
        out[factors] = out.get(factors, Fraction(0)) + coefficient
    return {factors: coefficient for factors, coefficient in out.items() if coefficient}


def _product(left: Terms, right: Terms) -> Terms:
    if len(left) * len(right) > MOST_TERMS:
        raise OverflowError
    out: Terms = {}
    for a, x in left.items():
        for b, y in right.items():
            out = _sum(out, {tuple(sorted((*a, *b), key=repr)): x * y})
    return out
