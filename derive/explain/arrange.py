"""When two lines differ in nothing but the order in which they are written.

In: expressions of `derive.program`, in index form or as arrays.  Out: keys that are equal for
lines that differ only in the order of terms and factors, in numbers worked out, in the names of
summation indices, in signs and in factors 1 and terms 0.  Nothing is distributed, collected or
cancelled unless asked for: each of these is a rule of its own, and a step takes one.

>>> from derive.scalars.rules import scalar
>>> from derive.program import ONE, Plus, Times, number
>>> a, b = scalar("a"), scalar("b")
>>> key(Times(number(2), Plus(a, b))) == key(Times(Plus(b, a), Plus(ONE, ONE)))
True
>>> key(Times(a, Plus(ONE, b))) == key(Plus(a, Times(a, b)))
False
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from math import prod
from typing import Any

from derive.explain.entries import factors_of, renamed, terms_of
from derive.program import (
    Apply,
    Delta,
    Expr,
    Index,
    Number,
    Plus,
    Power,
    SumOver,
    Times,
    children,
    with_children,
)
from derive.scalars.rules import product, total

Key = tuple[Any, ...]
_MOST = 4
"""Sums over so many indices at most are told apart by trying their orders."""


def key(expr: Expr, *, powers: bool = False, terms: bool = False) -> Key:
    """What is the same for two lines that are the same but for their order.

    powers: powers of the same base are one, so that equal factors above and below the line are
    gone.  terms: equal terms of a sum are one.
    """
    return _Keys(powers, terms).of(expr)


def same(left: Expr, right: Expr, *, powers: bool = False, terms: bool = False) -> bool:
    """Whether two lines have one key."""
    keys = _Keys(powers, terms)
    return left == right or keys.of(left) == keys.of(right)


@dataclass(frozen=True, slots=True)
class _Keys:
    powers: bool
    terms: bool

    def of(self, expr: Expr) -> Key:
        """The key of an expression, as a sum of products."""
        return self._sum_key(self._terms(expr))

    def _sum_key(self, terms: list[tuple[Fraction, Key]]) -> Key:
        if len(terms) == 1:
            return ("product", *terms[0])
        return ("sum", *sorted(terms, key=repr))

    def _terms(self, expr: Expr) -> list[tuple[Fraction, Key]]:
        """Coefficient and factors of each term; numbers are one term."""
        found = [self._product(term) for term in terms_of(expr)]
        flat = [inner for value, rest, inside in found for inner in inside or [(value, rest)]]
        out: dict[Key, list[Fraction]] = {}
        for value, rest in flat:
            out.setdefault(rest, []).append(value)
        merged: list[tuple[Fraction, Key]] = []
        for rest, values in out.items():
            if self.terms or not rest:
                values = [sum(values, Fraction())]
            merged += [(value, rest) for value in values if value]
        return merged or [(Fraction(), ())]

    def _product(self, expr: Expr) -> tuple[Fraction, Key, list[tuple[Fraction, Key]]]:
        """Coefficient and factors; the terms instead if it is nothing but a sum."""
        value, factors = self._factors(expr)
        if value == 0:
            return Fraction(), (), []
        merged = self._merged(factors) if self.powers else factors
        whole = len(merged) == 1 and merged[0][1] == 1 and merged[0][0][0] == "sum"
        if whole and abs(value) == 1:
            return value, (), [(value * inner, rest) for inner, rest in merged[0][0][1:]]
        return value, tuple(sorted(merged, key=repr)), []

    def _merged(self, factors: list[tuple[Key, Fraction]]) -> list[tuple[Key, Fraction]]:
        out: dict[Key, Fraction] = {}
        exponent: list[tuple[Fraction, Key]] = []
        for base, power in factors:
            if base[0] == "exp":
                exponent += [(value * power, rest) for value, rest in base[1:]]
            else:
                out[base] = out.get(base, Fraction()) + power
        kept: dict[Key, Fraction] = {}
        for value, rest in exponent:
            kept[rest] = kept.get(rest, Fraction()) + value
        inner = sorted(((v, rest) for rest, v in kept.items() if v), key=repr)
        grown = [(("exp", *inner), Fraction(1))] if inner else []
        return [(base, power) for base, power in out.items() if power] + grown

    def _factors(self, expr: Expr) -> tuple[Fraction, list[tuple[Key, Fraction]]]:
        match expr:
            case Number(value=value):
                return value, []
            case Times(left=left, right=right):
                (a, first), (b, second) = self._factors(left), self._factors(right)
                return a * b, first + second
            case Power(base=base, exponent=exponent) if exponent.denominator == 1:
                value, inner = self._factors(base)
                power = int(exponent)
                if value == 0:
                    return Fraction(), []
                return value**power, [(b, p * power) for b, p in inner]
            case Plus():
                terms = self._terms(expr)
                if len(terms) == 1:
                    return terms[0][0], list(terms[0][1])
                sign = 1 if min(terms, key=lambda term: repr(term[1]))[0] > 0 else -1
                turned = [(sign * value, rest) for value, rest in terms]
                return Fraction(sign), [(self._sum_key(turned), Fraction(1))]
            case Apply(function="exp", order=0, arg=arg):
                return Fraction(1), [(("exp", *sorted(self._terms(arg), key=repr)), Fraction(1))]
            case SumOver():
                value, over = self._over(expr)
                return value, [(over, Fraction(1))]
        return Fraction(1), [(self._node(expr), Fraction(1))]

    def _node(self, expr: Expr) -> Key:
        """Any other node: its kind, what it holds, and the keys of its children."""
        own = tuple(
            getattr(expr, f.name)
            for f in fields(expr)
            if f.name != "shape" and not isinstance(getattr(expr, f.name), Expr)
        )
        return (type(expr).__name__, own, *(self.of(child) for child in children(expr)))

    def _over(self, expr: SumOver) -> tuple[Fraction, Key]:
        """A sum over indices, whatever they are called, and the number in it, taken out."""
        bound: list[Index] = []
        body: Expr = expr
        while isinstance(body, SumOver):
            bound.append(body.index)
            body = body.body
        terms = self._terms(body)
        value = terms[0][0] if len(terms) == 1 else Fraction(1)
        if value == 0:
            return value, ("over",)
        body = product(Number(1 / value), body)
        orders = itertools.permutations(bound) if len(bound) <= _MOST else iter([tuple(bound)])
        found = []
        for order in orders:
            fresh = {o: Index(f"#{k}", o.dim) for k, o in enumerate(order)}
            found.append((tuple(i.dim for i in order), self.of(renamed(body, fresh))))
        return value, ("over", *min(found, key=repr))


# -- one change at one place -------------------------------------------------------------------


def places(expr: Expr) -> Iterator[tuple[Expr, Any]]:
    """Every part of an expression, with what puts another in its place."""

    def here(new: Expr) -> Expr:
        return new

    yield expr, here
    parts = children(expr)
    for number, part in enumerate(parts):
        for inner, put in places(part):

            def put_back(new: Expr, k: int = number, put: Any = put) -> Expr:
                changed = [put(new) if j == k else old for j, old in enumerate(parts)]
                return with_children(expr, tuple(changed))

            yield inner, put_back


def factored(expr: Expr) -> Expr:
    """A sum with what all of its terms have in common in front; otherwise as it is."""
    terms = terms_of(expr)
    if len(terms) < 2:
        return expr
    split = [_single_factors(term) for term in terms]
    common: list[Expr] = []
    sizes = {abs(_coefficient(part)) for part in split}
    if len(sizes) == 1 and sizes != {1}:
        [size] = sizes
        common.append(Number(size))
        split = [_single_factors(product(Number(1 / size), *part)) for part in split]
    for factor in list(split[0]):
        if isinstance(factor, Number) or not all(_has(part, factor) for part in split[1:]):
            continue
        common.append(factor)
        for part in split:
            part.pop(next(k for k, other in enumerate(part) if same(other, factor)))
    return product(*common, total(*(product(*part) for part in split))) if common else expr


def _single_factors(expr: Expr) -> list[Expr]:
    """The factors, a whole power as often as it counts."""
    out: list[Expr] = []
    for factor in factors_of(expr):
        match factor:
            case Power(base=base, exponent=exponent) if exponent in (2, 3, 4):
                out += [base] * int(exponent)
            case Power(base=base, exponent=exponent) if exponent in (-2, -3, -4):
                out += [Power(base, Fraction(-1))] * int(-exponent)
            case _:
                out.append(factor)
    return out


def _coefficient(factors: list[Expr]) -> Fraction:
    return prod((f.value for f in factors if isinstance(f, Number)), start=Fraction(1))


def _has(factors: list[Expr], factor: Expr) -> bool:
    return any(same(other, factor) for other in factors)


def deltas_out(expr: Expr) -> Iterator[Expr]:
    """The line with the deltas that all terms of a sum have taken out, one sum after the other."""
    while True:
        for part, put in places(expr):
            inner = [*map(factors_of, terms_of(part))] if isinstance(part, Plus) else []
            # innermost first: no term holds another sum with deltas in it
            if inner and all(any(isinstance(f, Delta) for f in factors) for factors in inner):
                taken = factored(part)
                if taken != part:
                    expr = put(taken)
                    yield expr
                    break
        else:
            return


def distributed(expr: Expr) -> Iterator[Expr]:
    """A product with one of its sums multiplied out, whole or in its two parts, for each."""
    factors = factors_of(expr)
    for place, factor in enumerate(factors):
        if isinstance(factor, Plus) and len(factors) > 1:
            rest = [f for k, f in enumerate(factors) if k != place]
            for terms in (terms_of(factor), [factor.left, factor.right]):
                yield total(*(product(*rest, term) for term in terms))


def expanded(expr: Expr) -> Expr:
    """Every product of sums multiplied out."""
    parts = tuple(expanded(child) for child in children(expr))
    whole = product(*parts) if isinstance(expr, Times) else with_children(expr, parts)
    for out in distributed(whole):
        return expanded(out)
    return whole


def collected(before: Expr, after: Expr) -> bool:
    """Whether the one line follows from the other by collecting once.

    Equal terms are put together, or what terms have in common is taken out.
    """
    if same(before, after, terms=True):
        return True
    wanted = key(after, powers=True)
    return any(
        key(put(taken), powers=True) == wanted
        for part, put in places(before)
        if isinstance(part, Plus)
        for taken in _taken_out(part)
    )


def _taken_out(part: Plus) -> Iterator[Expr]:
    """What all terms of a sum have in common taken out, or what two of them have."""
    yield factored(part)
    terms = terms_of(part)
    for k, left in enumerate(terms):
        for j in range(k + 1, len(terms)):
            rest = [term for i, term in enumerate(terms) if i not in (k, j)]
            yield total(factored(Plus(left, terms[j])), *rest)
