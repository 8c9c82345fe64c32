"""The value of a formula to as many digits as are needed, by mpmath, with a bound of its error.

In: a tree and numbers for its names.  Out: an mpmath number whose relative error is below 2^-80,
``mpmath.inf`` where it is too large for any use, or None where the formula is not defined.  Every
operation passes on how far its result may be off; while that is too far, all is computed again
in a higher precision.  Numbers too large or too small for every dtype become infinite or 0, so
that no input takes longer than a bounded time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

import mpmath

from codegen.formulas import meaning
from codegen.formulas.tree import Node

PRECISIONS: Final = (130, 420, 1400, 4400)
"""Bits; the last hold 1 beside e^-745 and the squares of the largest and the smallest numbers."""
_DIGITS: Final = 80
_NOTHING: Final = 1200
"""Numbers below 2 to minus this power are 0 in every dtype."""
_HUGE: Final = 2**1100
"""Numbers above 2 to this power are infinite: beyond e^x of the largest float."""
_FAR: Final = 2**12
"""Where erf and tanh have long been 1."""

Ball = tuple[Any, Any]
"""A value and by how much it may be off."""


class Undefined(ArithmeticError):
    """A formula has no real value at a point."""


class _Unsure(ArithmeticError):
    """Which branch is taken, or whether there is a value, is not known at this precision."""


def value(node: Node, point: Mapping[str, Any]) -> Any:
    """The value at a point, None where there is none; ``mpmath.inf`` where it is too large.

    >>> from codegen.formulas.tree import X, call
    >>> float(value(call("softplus", X), {"x": -40.0}))
    4.248354255291589e-18
    """
    for bits in PRECISIONS:
        with mpmath.workprec(bits):
            evaluation = _Evaluation(
                {k: mpmath.mpf(v) for k, v in point.items()}, bits, bits == PRECISIONS[-1]
            )
            try:
                here, off = evaluation.of(node)
            except _Unsure:
                continue
            except Undefined:
                return None
            if mpmath.isinf(here) or off <= mpmath.ldexp(abs(here), -_DIGITS):
                return here
            if abs(here) + off < mpmath.ldexp(1, -_NOTHING):
                return mpmath.mpf(0)
    return None


class _Evaluation:
    """One evaluation in the precision that is set; what is shared is computed once."""

    def __init__(self, point: Mapping[str, Any], bits: int, last: bool) -> None:
        self.point = point
        self.unit = mpmath.ldexp(1, 4 - bits)
        self.last = last
        self.known: dict[Node, Ball] = {}

    def of(self, node: Node) -> Ball:
        if node not in self.known:
            self.known[node] = self._of(node)
        return self.known[node]

    def _of(self, node: Node) -> Ball:
        match node.op:
            case "number":
                exact = mpmath.mpf(node.value.numerator) / node.value.denominator
                whole = node.value.denominator == 1 and abs(node.value) < 2**100
                return exact, mpmath.mpf(0) if whole else abs(exact) * self.unit
            case "name":
                if node.name == "pi":
                    return +mpmath.pi, self.unit * 4
                return self.point[node.name], mpmath.mpf(0)
            case "where":
                return self.of(node.args[1 if self.positive(node.args[0]) else 2])
            case "step":
                return mpmath.mpf(self.positive(node.args[0])), mpmath.mpf(0)
            case "add":
                return self.sum([self.of(arg) for arg in node.args])
            case "mul":
                return self.product([self.of(arg) for arg in node.args])
            case "pow":
                return self.power(self.of(node.args[0]), node.value)
            case "max" | "min":
                (u, e), (v, d) = map(self.of, node.args)
                if abs(u - v) > e + d:  # the other one may be huge, and as far off
                    return (u, e) if (u > v) == (node.op == "max") else (v, d)
                return (max if node.op == "max" else min)(u, v), max(e, d)
        if node.op in _FUNCTIONS:
            return self.function(node.op, self.of(node.args[0]))
        return self.of(meaning.DEFINITIONS[node.op](*node.args))

    def positive(self, node: Node) -> bool:
        """Whether a condition holds; a value within its error of 0 is not positive."""
        here, off = self.of(node)
        if abs(here) <= off:
            if off and not self.last:
                raise _Unsure
            return False
        return bool(here > 0)

    def rounded(self, here: Any, off: Any) -> Ball:
        """A result with the error of its own rounding; infinite where it is huge."""
        if mpmath.isnan(here) or mpmath.isnan(off):
            raise Undefined
        if mpmath.isinf(here):
            return here, mpmath.mpf(0)
        if here and mpmath.mag(here) > _HUGE:
            return mpmath.sign(here) * mpmath.inf, mpmath.mpf(0)
        return here, off + abs(here) * self.unit

    def sum(self, parts: list[Ball]) -> Ball:
        total = sum((here for here, _ in parts), mpmath.mpf(0))
        largest = max(abs(here) for here, _ in parts)
        inexact = mpmath.mpf(0) if mpmath.isinf(largest) else largest * self.unit
        return self.rounded(total, sum((off for _, off in parts), inexact))

    def product(self, parts: list[Ball]) -> Ball:
        here, off = parts[0]
        for other, error in parts[1:]:
            if (not here and not off) or (not other and not error):
                if mpmath.isinf(here) or mpmath.isinf(other):
                    raise Undefined
                here, off = mpmath.mpf(0), mpmath.mpf(0)
                continue
            if mpmath.isinf(here) or mpmath.isinf(other):
                off = error = mpmath.mpf(0)
            here, off = self.rounded(
                here * other, abs(here) * error + abs(other) * off + off * error
            )
        return here, off

    def power(self, ball: Ball, exponent: Fraction) -> Ball:
        base, off = ball
        if exponent.denominator != 1 or exponent < 0:
            self.need(ball, zero=exponent > 0, negative=exponent.denominator == 1)
        if mpmath.isinf(base):
            if exponent < 0:
                return mpmath.mpf(0), mpmath.mpf(0)
            return (base**exponent.numerator if base < 0 else base), mpmath.mpf(0)
        if not base and not off:
            return mpmath.mpf(0), mpmath.mpf(0)
        if exponent.denominator == 1:
            here = base**exponent.numerator
        else:
            here = base ** (mpmath.mpf(exponent.numerator) / exponent.denominator)
        if not base:  # a positive whole power of what may be 0
            return here, off ** min(exponent.numerator, 1)
        share = abs(exponent) * off / abs(base)
        grown = mpmath.inf if share > 1 else abs(here) * share * 3 ** int(abs(exponent) + 1)
        if share > 1 and not self.last:
            raise _Unsure
        return self.rounded(here, abs(here) if share > 1 else grown)

    def need(self, ball: Ball, *, zero: bool, negative: bool) -> None:
        """Refuses an argument outside the domain; raises _Unsure where that is open."""
        here, off = ball
        if abs(here) <= off and off and not self.last:
            raise _Unsure
        if (here < 0 and not negative) or (not zero and abs(here) <= off):
            raise Undefined

    def function(self, name: str, ball: Ball) -> Ball:
        here, off = ball
        slope = mpmath.mpf(2)
        if name == "log":
            self.need(ball, zero=False, negative=False)
            if off > abs(here) / 2:
                raise Undefined if self.last else _Unsure
            slope = 2 / abs(here)
        elif name == "exp" and abs(here) - off > _HUGE:
            return mpmath.inf if here > 0 else mpmath.mpf(0), mpmath.mpf(0)
        elif off > 1 and name in ("exp", "sinh", "cosh", "sin", "cos"):
            raise Undefined if self.last else _Unsure
        if name in ("sin", "cos") and (mpmath.isinf(here) or (here and mpmath.mag(here) > 1100)):
            raise Undefined
        result = _FUNCTIONS[name](here)
        if name in ("exp", "sinh", "cosh"):
            slope = 2 * (abs(result) + 1 if name != "exp" else result)
        if mpmath.isinf(result):
            return result, mpmath.mpf(0)
        if name == "abs":
            return result, off
        if name in _LEVEL and off:
            return self.rounded(result, off * _level(name, abs(here) - off))
        return self.rounded(result, off * slope if off else mpmath.mpf(0))


_LEVEL: Final = ("tanh", "sigmoid", "erf", "erfc")
"""Functions that are constant far out."""


def _level(name: str, u: Any) -> Any:
    """A bound of the slope from |u| on."""
    if u <= 0:
        return mpmath.mpf(2)
    if u > _FAR:
        return mpmath.ldexp(1, -5000) / u**2
    return 4 * mpmath.exp(-u * (u if name in ("erf", "erfc") else 1))


def _exp(u: Any) -> Any:
    if u and mpmath.mag(u) > 1030:
        return mpmath.mpf(0) if u < 0 else mpmath.inf
    if not u or mpmath.mag(u) < 14:
        return mpmath.exp(u)
    # mpmath would multiply e by itself for a whole number, however large
    with mpmath.workprec(mpmath.mp.prec + int(mpmath.mag(u)) + 20):
        twos = int(mpmath.nint(u / mpmath.ln2))
        rest = u - twos * mpmath.ln2
    return mpmath.ldexp(mpmath.exp(rest), twos)


def _erf(u: Any) -> Any:
    return mpmath.sign(u) if abs(u) > _FAR else mpmath.erf(u)


def _erfc(u: Any) -> Any:
    return 1 - mpmath.sign(u) if abs(u) > _FAR else mpmath.erfc(u)


def _sigmoid(u: Any) -> Any:
    return 1 / (1 + _exp(-u)) if u > 0 else _exp(u) / (1 + _exp(u))


def _softplus(u: Any) -> Any:
    return _log1p(_exp(-abs(u))) + max(u, mpmath.mpf(0))


def _log1p(u: Any) -> Any:
    return u if u and mpmath.mag(u) < -5000 else mpmath.log1p(u)


def _tanh(u: Any) -> Any:
    return mpmath.sign(u) if abs(u) > _FAR else mpmath.tanh(u)


_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "exp": _exp,
    "log": mpmath.log,
    "erf": _erf,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "softplus": _softplus,
    "sinh": lambda u: (_exp(u) - _exp(-u)) / 2 if abs(u) > 1 else mpmath.sinh(u),
    "cosh": lambda u: (_exp(u) + _exp(-u)) / 2,
    "abs": abs,
    "erfc": _erfc,
}
