"""Steps along a gradient that the source names: ``W += lr * dW`` raises the cost.

A gradient that has a name is judged by it, and what is done with it is not: momentum, decay and
schedules move parameters by much else.  A step by nothing but a positive multiple of the gradient
in its own direction is wrong all the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from derive.program import SCALAR, Expr, Number, Plus, Power, Size, Symbol, Times
from derive.pycode.source import Module
from derive.pycode.units import known_names

_RAISED = ("likelihood", "reward", "objective", "ascent", "ascend", "maximi", "elbo", "policy")
"""Words of files that raise what they call their cost."""


def raises(module: Module) -> bool:
    """Whether a file may mean to raise its cost: it has a word for that, or for such a cost."""
    said = [*known_names(module), *module.comments.values()]
    return any(word in each.lower() for each in said for word in _RAISED)


def goes_along(before: Expr, after: Expr, gradient: Expr, definitions: Mapping[str, Expr]) -> bool:
    """Whether what a turn leaves is what was there plus a multiple of the gradient.

    Settings are taken to be positive.
    """
    match _opened(after, definitions):
        case Plus(left=left, right=right) if before in (left, right):
            added = right if left == before else left
            return _sign(added, gradient, definitions) > 0
    return False


def _sign(expr: Expr, gradient: Expr, definitions: Mapping[str, Expr]) -> int:
    """1 or -1 for a positive or negative multiple of the gradient, 0 for what is neither."""
    if expr == gradient or _opened(expr, definitions) == gradient:
        return 1
    match expr:
        case Times(left=factor, right=rest) | Times(left=rest, right=factor) if _factor(factor):
            sign = _sign(rest, gradient, definitions)
            return sign * _factor(factor)
        case Symbol(name=name) if name in definitions:
            return _sign(definitions[name], gradient, definitions)
    return 0


def _factor(expr: Expr) -> int:
    """1 or -1 for a number, a setting or a size that is positive or negative, else 0."""
    match expr:
        case Number(value=value):
            return (value > 0) - (value < 0)
        case Times(left=left, right=right):
            return _factor(left) * _factor(right)
        case Power(base=base):
            return _factor(base)
    return int(isinstance(expr, (Symbol, Size)) and expr.shape == SCALAR)


def _opened(expr: Expr, definitions: Mapping[str, Expr]) -> Expr:
    return definitions.get(expr.name, expr) if isinstance(expr, Symbol) else expr
