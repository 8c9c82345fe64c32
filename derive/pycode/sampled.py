"""The value of an expression of numbers at a point, in floating point: to look, not to prove.

>>> from fractions import Fraction
>>> from derive.program import Symbol
>>> value_of(Times(Number(Fraction(2)), Symbol("w", (1, 1))), {"w": 1.5})
3.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

from derive.program import Apply, Build, Expr, Number, Plus, Power, Symbol, Times


def _step(x: float) -> float:
    return float(x > 0)


_FUNCTIONS: Final[dict[str, Callable[[float], float]]] = {
    "exp": math.exp,
    "log": math.log,
    "tanh": math.tanh,
    "step": _step,
}


class Undefined(Exception):
    """What is no number at a point, or not entry by entry."""


def value_of(expr: Expr, point: Mapping[str, float]) -> float:
    """The value where the leaves have the values of `point`; raises `Undefined`."""
    try:
        return _value(expr, point)
    except (ArithmeticError, ValueError) as error:
        raise Undefined("a value that is not defined") from error


def _value(expr: Expr, point: Mapping[str, float]) -> float:
    match expr:
        case Number(value=value):
            return float(value)
        case Symbol(name=name):
            return point[name]
        case Plus(left=left, right=right):
            return _value(left, point) + _value(right, point)
        case Times(left=left, right=right):
            return _value(left, point) * _value(right, point)
        case Power(base=base, exponent=exponent):
            return math.pow(_value(base, point), float(exponent))
        case Build(body=Number(value=value)):
            return float(value)
        case Apply(function=function, order=0, arg=arg) if function in _FUNCTIONS:
            return _FUNCTIONS[function](_value(arg, point))
    raise Undefined(f"{type(expr).__name__.lower()}, which is not entry by entry,")
