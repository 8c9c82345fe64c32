"""Bounds that are seen from the form of an expression: truth values, numbers from 0 to 1."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from derive.program import ONE, Apply, Expr, Number, Plus, Symbol, Times

_MINUS = Number(-ONE.value)


def opened(expr: Expr, definitions: Mapping[str, Expr]) -> Expr:
    """What a name was defined as."""
    while isinstance(expr, Symbol) and expr.name in definitions:
        expr = definitions[expr.name]
    return expr


def is_mask(expr: Expr, definitions: Mapping[str, Expr]) -> bool:
    """Whether every entry is 0 or 1.

    >>> is_mask(Apply("step", 0, Symbol("z", ("n", "m"))), {})
    True
    """
    match opened(expr, definitions):
        case Apply(function="step"):
            return True
        case Plus(left=left, right=Times(left=sign, right=inner)):
            return left == ONE and sign == _MINUS and is_mask(inner, definitions)
    return False


def mask_or_sign(expr: Expr, definitions: Mapping[str, Expr]) -> Expr | None:
    """Where the larger of an expression and a number from 0 to 1 is 1, elsewhere it is the number.

    A mask itself; of ``sign(z)``, which is -1 or 0 elsewhere, ``step(z)``.  None of all else.

    >>> z = Symbol("z", ("n", "m"))
    >>> up, down = Apply("step", 0, z), Apply("step", 0, Times(_MINUS, z))
    >>> mask_or_sign(Plus(up, Times(_MINUS, down)), {}) == up
    True
    """
    if is_mask(expr, definitions):
        return expr
    match opened(expr, definitions):
        case Plus(
            left=Apply(function="step", order=0, arg=z) as up,
            right=Times(left=sign, right=Apply(function="step", order=0, arg=down)),
        ) if sign == _MINUS and down == Times(_MINUS, z):
            return up
    return None


def in_unit(expr: Expr, definitions: Mapping[str, Expr]) -> bool:
    """Whether every entry lies between 0 and 1: exp(-abs(z)), a constant."""
    expr = opened(expr, definitions)
    if isinstance(expr, Number):
        return 0 <= expr.value <= 1
    match expr:
        case Apply(function="exp", order=0, arg=arg):
            match opened(arg, definitions):
                case Times(left=sign, right=inner):
                    return sign == _MINUS and is_magnitude(opened(inner, definitions))
    return False


def is_magnitude(expr: Expr) -> bool:
    """Whether an expression is ``z * (2 * step(z) - 1)``."""
    match expr:
        case Times(left=z, right=Plus(left=Times(left=two, right=Apply() as step), right=sign)):
            return (
                two == Number(2 * ONE.value)
                and sign == _MINUS
                and step.function == "step"
                and step.arg == z
            )
    return False


def is_never_negative(
    expr: Expr, definitions: Mapping[str, Expr], labels: Collection[str] = ()
) -> bool:
    """Whether an array is ``max(0, x)``, perhaps with 0 at its labels, which are one-hot.

    >>> z = Symbol("z", ("n", "m"))
    >>> is_never_negative(Times(z, Apply("step", 0, z)), {}), is_never_negative(z, {})
    (True, False)
    """
    match opened(expr, definitions):
        case Times(left=left, right=Apply(function="step", order=0, arg=arg)) if left == arg:
            return True
        case Times(left=left, right=Plus(left=one, right=Times(left=sign, right=Symbol(name=y)))):
            is_rest = one == ONE and sign == _MINUS and y in labels
            return is_rest and is_never_negative(left, definitions, labels)
    return False
