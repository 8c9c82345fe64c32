"""Arrays of one number, as emitted code has them, and the number that they hold.

In: an expression.  Out: the same with the number in the place of the array, where no shape depends
on that.
"""

from __future__ import annotations

from fractions import Fraction

from derive.program import Build, Expr, Number, Size, Times, children, with_children


def unfilled(expr: Expr) -> Expr:
    """An elementwise expression of one entry, arrays of one number being that number."""
    if isinstance(expr, Build) and isinstance(expr.body, (Number, Size)):
        return expr.body
    parts = tuple(map(unfilled, children(expr)))
    return expr if parts == children(expr) else with_children(expr, parts)


def number(expr: Expr) -> Fraction | None:
    """A constant, perhaps times another one."""
    match expr:
        case Number(value=value):
            return value
        case Times(left=Number(value=a), right=Number(value=b)):
            return a * b
    return None


def stretched(expr: Expr, parts: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """A number for an array of it that is added to, or multiplied by, one of its shape."""
    return tuple(
        part.body
        if isinstance(part, Build)
        and other.shape == expr.shape
        and isinstance(part.body, (Number, Size))
        else part
        for part, other in zip(parts, reversed(parts), strict=True)
    )
