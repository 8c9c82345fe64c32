"""Powers: of arrays with constant exponents, and of numbers between 0 and 1 with unknown ones."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from derive.program import SCALAR, Expr, Number, Symbol
from derive.pycode import arrays
from derive.pycode.values import Tensor, Unknown, Unsupported, Value, is_number

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


def powered(run: Interpreter, base: Value, exponent: Value) -> Value:
    """``base ** exponent``; a power of an unknown exponent is a number of its own."""
    exponent = run.settled(exponent)
    if isinstance(exponent, Unknown) and not exponent.parts:
        exponent.known = True
        exponent.value = Tensor(run.trace.leaf(exponent.name, SCALAR), 0)
        exponent = exponent.value
    if isinstance(exponent, Tensor) and isinstance(exponent.expr, Number):
        exponent = exponent.expr.value
    if isinstance(exponent, Tensor) and exponent.ndim == 0 and is_number(base):
        return _power_of_constant(run, Fraction(base), exponent.expr)
    base = run.settled(base)
    if run.free_powers and isinstance(exponent, Tensor) and isinstance(base, Tensor):
        return _power_of_unknown(run, base, exponent)
    if not is_number(exponent):
        raise Unsupported("an exponent that is no constant")
    return arrays.power(run.tensor(base), Fraction(exponent))


def _power_of_unknown(run: Interpreter, base: Tensor, exponent: Tensor) -> Value:
    """``beta ** t`` of two unknown numbers."""
    leaf = run.trace.leaves.get(_name(base))
    if base.ndim or exponent.ndim or leaf is None or leaf.domain != "unit":
        raise Unsupported("an exponent that is no constant")
    run.condition(f"{_name(base)} lies between 0 and 1, and its exponent is positive")
    key = base.expr, exponent.expr
    if key not in run.powers:
        run.powers[key] = run.trace.leaf("power", SCALAR, "unit")
    return Tensor(run.powers[key], 0)


def _power_of_constant(run: Interpreter, base: Fraction, exponent: Expr) -> Value:
    """``beta**t`` of a beta between 0 and 1: some number between them, for a positive t."""
    if not 0 < base < 1:
        raise Unsupported("an exponent that is no constant")
    key = base, exponent
    if key not in run.powers:
        run.condition(f"the exponent of {float(base):g} is positive")
        run.powers[key] = run.trace.leaf("power", SCALAR, "unit")
    return Tensor(run.powers[key], 0)


def _name(tensor: Tensor) -> str:
    if not isinstance(tensor.expr, Symbol):
        raise Unsupported("an exponent that is no constant")
    return tensor.expr.name
