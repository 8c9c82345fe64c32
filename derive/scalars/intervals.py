"""Separates two scalar formulas at a rational point by interval arithmetic.

The points are a fixed sequence.  An interval that excludes 0 is a proof that the sides
differ there; a point outside the domain, or one that decides nothing, is passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import Any, Final

import mpmath

from derive.program import (
    Apply,
    Expr,
    MatMul,
    Number,
    Plus,
    Power,
    Size,
    Sum,
    Symbol,
    Times,
    Transpose,
    walk,
)
from derive.scalars.convert import PI
from derive.scalars.rational import Atoms

POINTS: Final = 8
BITS: Final = 120
LARGEST_ARGUMENT: Final = 10_000
"""Beyond it exp, sin and cos are not evaluated: their cost grows with the argument."""


class _Undecided(Exception):
    """The point is outside the domain or the interval too wide."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A point at which two formulas differ, and enclosures of both values as text."""

    point: dict[str, Fraction]
    left: str
    right: str


def separate(left: Expr, right: Expr, atoms: Atoms) -> Witness | None:
    """A point where the sides differ, None if none of the first few shows it.

    left, right: as `inline` leaves them.  atoms: names the arguments of arbitrary functions,
    so that equal arguments get equal values.
    """
    names = sorted(
        {node.name for side in (left, right) for node in walk(side) if isinstance(node, Symbol)}
    )
    sizes = sorted(
        {node.dim for side in (left, right) for node in walk(side) if isinstance(node, Size)}
    )
    for trial in range(POINTS):
        random = Random(trial)
        point = {name: _value(random, trial) for name in names}
        counts = {dim: Fraction(2 + random.randrange(40)) for dim in sizes}
        evaluator = _Evaluator(point, counts, atoms, random)
        try:
            a, b = evaluator.value(left), evaluator.value(right)
            if 0 not in a - b:
                point.pop(PI, None)
                return Witness({**point, **counts}, _show(a), _show(b))
        except (
            _Undecided,
            ValueError,
            ZeroDivisionError,
            OverflowError,
            mpmath.libmp.ComplexResult,
        ):
            continue
    return None


def _value(random: Random, trial: int) -> Fraction:
    """First points in the unit interval (outputs and labels), then from both signs."""
    if trial < POINTS // 2:
        return Fraction(random.randrange(1, 97), 97)
    return Fraction(random.randrange(-300, 300), 97) or Fraction(1, 2)


def _show(value: Any) -> str:
    middle = mpmath.mpf(value.mid)
    return f"{mpmath.nstr(middle, 12)} ± {mpmath.nstr(mpmath.mpf(value.delta), 2)}"


@dataclass(slots=True)
class _Evaluator:
    point: dict[str, Fraction]
    counts: dict[str, Fraction]
    atoms: Atoms
    random: Random
    arbitrary: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    arguments: dict[str, dict[Any, Any]] = field(default_factory=dict)
    context: Any = field(default_factory=lambda: _context())

    def value(self, expr: Expr) -> Any:
        """An interval that holds the value."""
        match expr:
            case Number(value=value):
                return self._exact(value)
            case Symbol(name=name):
                return self.context.pi if name == PI else self._exact(self.point[name])
            case Size(dim=dim):
                return self._exact(self.counts[dim])
            case Plus(left=left, right=right):
                return self.value(left) + self.value(right)
            case Times(left=left, right=right) | MatMul(left=left, right=right):
                return self.value(left) * self.value(right)
            case Transpose(arg=arg) | Sum(arg=arg):
                return self.value(arg)
            case Power(base=base, exponent=exponent):
                return self._power(self.value(base), exponent)
            case Apply(function=function, arg=arg):
                rule = _RULES.get(function)
                inner = self.value(arg)
                return self._unknown(expr, inner) if rule is None else rule(self, inner)
        raise _Undecided(type(expr).__name__)

    def _exact(self, value: Fraction) -> Any:
        return self.context.mpf(value.numerator) / value.denominator

    def _power(self, base: Any, exponent: Fraction) -> Any:
        if exponent.denominator > 1:
            if not base > 0:
                raise _Undecided("root of a number that is not positive")
            return self.context.exp(self.context.log(base) * self._exact(exponent))
        if exponent < 0 and 0 in base:
            raise _Undecided("division by 0")
        return base**exponent.numerator

    def _unknown(self, expr: Apply, argument: Any) -> Any:
        """A value of an arbitrary function: free, as long as its arguments are distinct."""
        normal = self.atoms.normal(expr.arg)
        others = self.arguments.setdefault(expr.function, {})
        for key, interval in others.items():
            if key != normal and 0 in interval - argument:
                raise _Undecided("two arguments of an arbitrary function may coincide")
        others[normal] = argument
        key = (expr.function, expr.order, normal)
        if key not in self.arbitrary:
            self.arbitrary[key] = self._exact(Fraction(self.random.randrange(1, 997), 499))
        return self.arbitrary[key]

    def _moderate(self, argument: Any) -> Any:
        if not abs(argument) < LARGEST_ARGUMENT:
            raise _Undecided("argument too large")
        return argument

    def _exp(self, argument: Any) -> Any:
        return self.context.exp(self._moderate(argument))

    def _log(self, argument: Any) -> Any:
        if not argument > 0:
            raise _Undecided("log of a number that is not positive")
        return self.context.log(argument)

    def _step(self, argument: Any) -> Any:
        if 0 in argument:
            raise _Undecided("step at 0")
        return self.context.mpf(1 if argument > 0 else 0)

    def _sin(self, argument: Any) -> Any:
        return self.context.sin(self._moderate(argument))

    def _cos(self, argument: Any) -> Any:
        return self.context.cos(self._moderate(argument))

    def _erf(self, argument: Any) -> Any:
        """erf is monotone: the values at both ends, widened by far more than their error."""
        with mpmath.workprec(2 * BITS):
            low, high = (mpmath.erf(mpmath.mpf(end)) for end in (argument.a, argument.b))
            margin = mpmath.mpf(2) ** -BITS
            return self.context.mpf([low - margin, high + margin])


def _context() -> Any:
    context = mpmath.ctx_iv.MPIntervalContext()
    context.prec = BITS
    return context


_RULES: dict[str, Callable[[_Evaluator, Any], Any]] = {
    "exp": _Evaluator._exp,
    "log": _Evaluator._log,
    "step": _Evaluator._step,
    "erf": _Evaluator._erf,
    "sin": _Evaluator._sin,
    "cos": _Evaluator._cos,
}
