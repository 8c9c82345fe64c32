"""SymPy expressions of scalars to the shared vocabulary and back.

Into SymPy only by constructors, never by text; the names of symbols are passed on as they
are, so a caller that reads foreign input renames first (`derive.scalars.rational` does).
Out of SymPy with operands in an order of our own, the same under every hash seed.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import Any

import sympy

from derive.program import SCALAR, Apply, Expr, Number, Plus, Power, Symbol, Times
from derive.scalars.encoding import order_key
from derive.scalars.functions import step

PI = "pi"
"""The name of the scalar that stands for the constant 3.14159..."""

FUNCTIONS: dict[str, Any] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "step": step,
    "erf": sympy.erf,
    "sin": sympy.sin,
    "cos": sympy.cos,
}


def from_sympy(expr: Any) -> Expr:
    """A scalar SymPy expression in the shared vocabulary.

    Raises TypeError for a function, a symbolic exponent or a constant that it does not have.

    >>> t = sympy.Symbol("t")
    >>> from derive.scalars.encoding import encode
    >>> encode(from_sympy(1 / (1 + sympy.exp(-t))))
    ['^', ['+', 1, ['exp', ['*', -1, 't']]], -1]
    """
    if expr.is_Rational:
        return Number(Fraction(int(expr.p), int(expr.q)))
    if expr is sympy.pi:
        return Symbol(PI, SCALAR)
    if expr.is_Symbol:
        return Symbol(expr.name, SCALAR)
    if expr.is_Add:
        # SymPy multiplies a number into a sum; taken out again, 2 (a - y) stays what it was.
        content, primitive = expr.primitive()
        if content != 1 and content.is_Integer:
            return Times(from_sympy(content), from_sympy(primitive))
        return reduce(Plus, sorted(map(from_sympy, expr.args), key=_term_key))
    if expr.is_Mul:
        return reduce(Times, sorted(map(from_sympy, expr.args), key=order_key))
    if isinstance(expr, sympy.exp):
        return Apply("exp", 0, from_sympy(expr.args[0]))
    if expr.is_Pow and expr.exp.is_Rational:
        return Power(from_sympy(expr.base), Fraction(int(expr.exp.p), int(expr.exp.q)))
    for name, function in FUNCTIONS.items():
        if isinstance(expr, function):
            return Apply(name, 0, from_sympy(expr.args[0]))
    raise TypeError(f"from_sympy: {type(expr).__name__} has no place in the vocabulary: {expr}")


def _term_key(term: Expr) -> tuple[bool, tuple[int, int, str]]:
    """Positive terms first: ``1 - y``, ``e^x - 1``."""
    head = term
    while isinstance(head, Times):
        head = head.left
    return (isinstance(head, Number) and head.value < 0, order_key(term))


def to_sympy(expr: Expr, symbols: dict[str, Any] | None = None) -> Any:
    """A scalar expression of the project's own library in SymPy.

    symbols: the SymPy symbol for each name; a missing name becomes a real symbol, `PI` the
    constant.  Raises TypeError for matrix operations and unknown functions.
    """
    known = {} if symbols is None else symbols
    match expr:
        case Number(value=value):
            return sympy.Rational(value.numerator, value.denominator)
        case Symbol(name=name) if name == PI and PI not in known:
            return sympy.pi
        case Symbol(name=name):
            return known.get(name) or sympy.Symbol(name, real=True)
        case Plus(left=left, right=right):
            return to_sympy(left, known) + to_sympy(right, known)
        case Times(left=left, right=right):
            return to_sympy(left, known) * to_sympy(right, known)
        case Power(base=base, exponent=exponent):
            power = sympy.Rational(exponent.numerator, exponent.denominator)
            return to_sympy(base, known) ** power
        case Apply(function=function, order=0, arg=arg) if function in FUNCTIONS:
            return FUNCTIONS[function](to_sympy(arg, known))
    raise TypeError(f"to_sympy: no scalar of the library: {expr!r}")
