"""The scalar shadow of a formula: one path of numbers, without order, transposes and sums.

In: two expressions.  Out: the quotient of their shadows, when it is a product of factors that
both could have: what is missing, what is too many, and a number.  Where the quotient is 1 the
mistake lies in transposes, order, kind of product or sums.

>>> from derive.program import MatMul, Symbol, Transpose
>>> W, d, s = (Symbol(n, ("n", "n")) for n in ("W", "d", "s"))
>>> ratio = quotient(MatMul(W, d), Times(MatMul(Transpose(W), d), s), {})
>>> ratio.missing, ratio.extra, ratio.value
((Symbol(name='s', dims=('n', 'n')),), (), Fraction(1, 1))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from derive.diagnosis.loose import is_note_gradient
from derive.program import (
    Apply,
    Expr,
    MatMul,
    Number,
    Plus,
    Power,
    Size,
    Sum,
    Times,
    Transpose,
)


@dataclass
class Shadow:
    """A monomial: a number, powers of sizes, and powers of factors by a canonical key."""

    value: Fraction = Fraction(1)
    sizes: Counter[str] = field(default_factory=Counter)
    powers: Counter[str] = field(default_factory=Counter)
    shown: dict[str, Expr] = field(default_factory=dict)

    def multiply(self, other: Shadow, power: int = 1) -> None:
        """Takes another monomial in, `power` times."""
        self.value *= other.value**power
        for key, count in other.sizes.items():
            self.sizes[key] += count * power
        for key, count in other.powers.items():
            self.powers[key] += count * power
        self.shown.update(other.shown)

    def key(self) -> str:
        """The canonical text without the number."""
        sizes = [f"#{dim}^{n}" for dim, n in sorted(self.sizes.items()) if n]
        return " ".join(sizes + [f"{key}^{n}" for key, n in sorted(self.powers.items()) if n])


@dataclass(frozen=True)
class Quotient:
    """Claimed over true: factors that are missing and factors too many, number and sizes."""

    missing: tuple[Expr, ...]
    extra: tuple[Expr, ...]
    value: Fraction
    sizes: tuple[tuple[str, int], ...]

    @property
    def factors(self) -> tuple[Expr, ...]:
        """All factors that are wrong."""
        return (*self.missing, *self.extra)

    @property
    def count(self) -> int:
        """How many things are wrong."""
        return len(self.missing) + len(self.extra) + (self.value != 1) + len(self.sizes)


def quotient(claimed: Expr, true: Expr, scale: Mapping[str, Expr]) -> Quotient:
    """The quotient of two shadows; `scale` tells note gradients, which count as one factor."""
    ratio = shadow(claimed, scale)
    ratio.multiply(shadow(true, scale), -1)
    missing: list[Expr] = []
    extra: list[Expr] = []
    for key, count in sorted(ratio.powers.items()):
        (extra if count > 0 else missing).extend([ratio.shown[key]] * abs(count))
    sizes = tuple((dim, count) for dim, count in sorted(ratio.sizes.items()) if count)
    return Quotient(tuple(missing), tuple(extra), ratio.value, sizes)


def shadow(expr: Expr, scale: Mapping[str, Expr]) -> Shadow:
    """The shadow of an expression."""
    if is_note_gradient(expr, scale):
        return _atom(f"d{expr!r}", expr)
    result = Shadow()
    match expr:
        case Number(value=value) if value:
            result.value = value
        case Size(dim=dim):
            result.sizes[dim] = 1
        case Times(left=left, right=right) | MatMul(left=left, right=right):
            result.multiply(shadow(left, scale))
            result.multiply(shadow(right, scale))
        case Transpose(arg=arg) | Sum(arg=arg):
            return shadow(arg, scale)
        case Power(base=base, exponent=exponent) if exponent.denominator == 1:
            inner = shadow(base, scale)
            result.multiply(inner, exponent.numerator)
        case Plus():
            return _sum(expr, scale)
        case Apply(function=function, order=order, arg=arg):
            inner = shadow(arg, scale)
            return _atom(f"{function}.{order}({inner.value} {inner.key()})", expr)
        case _:
            return _atom(repr(expr), expr)
    return result


def _atom(key: str, expr: Expr) -> Shadow:
    return Shadow(powers=Counter({key: 1}), shown={key: expr})


def _sum(expr: Plus, scale: Mapping[str, Expr]) -> Shadow:
    """A sum is one factor, up to a number: like terms are merged, the first one has value 1."""
    merged: dict[str, Shadow] = {}
    for term in _terms(expr):
        part = shadow(term, scale)
        known = merged.setdefault(part.key(), Shadow(Fraction(0), part.sizes, part.powers))
        known.value += part.value
        known.shown.update(part.shown)
    kept = {key: part for key, part in sorted(merged.items()) if part.value}
    if not kept:
        return _atom("0", expr)
    first, *rest = kept.values()
    if not rest:
        return first
    lead = first.value
    text = " + ".join(f"{part.value / lead} {key}" for key, part in kept.items())
    result = _atom(f"({text})", expr)
    result.value = lead
    return result


def _terms(expr: Expr) -> list[Expr]:
    if isinstance(expr, Plus):
        return _terms(expr.left) + _terms(expr.right)
    return [expr]
