"""Cases under an assumption that the source does not spell out, said with every verdict.

*Sizes.*  ``batch = 128`` and ``loss / batch`` beside arrays of 128 rows: the number is the size.
*Guards.*  ``log(a + 1e-8)`` and ``y / (a + 1e-8)``: the gradient that people mean, and write, is
that of the formula without what guards it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from derive.program import (
    Apply,
    Expr,
    Number,
    Plus,
    Power,
    Program,
    Size,
    Times,
    children,
    walk,
    with_children,
)

if TYPE_CHECKING:
    from derive.pycode.claims import Case

GUARD: Final = Fraction(1, 10**5)
"""A number up to here, added inside a logarithm or a denominator, only guards it."""
PLAIN: Final = 5
"""From here on a number that is also the size of an axis is taken to be that size."""


def fixed_sizes(program: Program) -> set[int]:
    """The constant sizes that also stand as numbers in what is computed."""
    values = {
        abs(part)
        for expr in program.definitions.values()
        for node in walk(expr)
        if isinstance(node, Number)
        for part in (node.value.numerator, node.value.denominator)
    }
    dims = {d for leaf in program.leaves.values() for d in leaf.dims if isinstance(d, str)}
    return {int(d[1:]) for d in dims if d[0] == "n" and d[1:].isdigit()} & values


def with_sizes(case: Case) -> Case | None:
    """The case in which such numbers are those sizes."""
    sizes = {size for size in fixed_sizes(case.program) if size >= PLAIN}
    if not sizes:
        return None

    def change(expr: Expr) -> Expr:
        if isinstance(expr, Number):
            return _sized(expr.value, sizes)
        parts = tuple(map(change, children(expr)))
        return expr if parts == children(expr) else with_children(expr, parts)

    named = ", ".join(map(str, sorted(sizes)))
    return case.rewritten(change, f"the number {named} is the size of the axis of that size")


def _sized(value: Fraction, sizes: set[int]) -> Expr:
    top, bottom = abs(value.numerator), value.denominator
    out: Expr = Number(value)
    if top in sizes:
        out = Times(Number(value / top), Size(f"n{top}"))
    if bottom in sizes:
        rest = Number(value * bottom) if out == Number(value) else out
        if rest is out:
            rest = Times(Number(Fraction(bottom)), out)
        out = Times(rest, Power(Size(f"n{bottom}"), Fraction(-1)))
    return out


def without_guards(case: Case) -> Case | None:
    """The case in which what guards logarithms and quotients is 0."""

    def change(expr: Expr) -> Expr:
        parts = tuple(map(change, children(expr)))
        expr = expr if parts == children(expr) else with_children(expr, parts)
        match expr:
            case Apply(function="log", arg=arg):
                return Apply("log", expr.order, _unguarded(arg))
            case Power(base=base, exponent=exponent) if exponent < 0:
                return Power(_unguarded(base), exponent)
        return expr

    said = "numbers up to 1e-05 that are added in logarithms and denominators are 0"
    return case.rewritten(change, said)


def _unguarded(expr: Expr) -> Expr:
    match expr:
        case Plus(left=left, right=Number(value=value)) if 0 < abs(value) <= GUARD:
            return left
        case Plus(left=Number(value=value), right=right) if 0 < abs(value) <= GUARD:
            return right
        case Number(value=value) if 0 < abs(value - round(value)) <= GUARD and round(value):
            return Number(Fraction(round(value)))
        case Plus(left=left, right=right):
            new = Plus(_unguarded(left), _unguarded(right))
            return new if new.shape == expr.shape else expr
    return expr
