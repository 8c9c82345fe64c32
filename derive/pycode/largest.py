"""``np.put_along_axis`` at the places of the largest entries.

At the largest entry z itself is its maximum c, so an elementwise function of z and c is known
there: exp(z - c) is 1.  Only functions of z and c, entry by entry, are followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.program import ONE, ZERO, Apply, Expr, Number, Plus, Power, Symbol, Times
from derive.pycode import arrays
from derive.pycode.values import Largest, Ref, Tensor, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


def put_along_axis(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """Replaces the entries at the largest ones by a constant."""
    if len(args) != 3 or set(keywords) != {"axis"} or not isinstance(args[1], Largest):
        raise Unsupported("np.put_along_axis at other places than the largest entries")
    holder, at, value = run.need_array(args[0]), args[1], run.tensor(args[2])
    if not isinstance(holder, Ref) or value.ndim != 0 or keywords["axis"] != at.axis:
        raise Unsupported("np.put_along_axis of this")
    have = run.trace.read(holder)
    known = _there(run, have.expr, at)
    if not isinstance(known, Number) or have.expr.shape != at.of.shape:
        raise Unsupported("np.put_along_axis over entries that are not known")
    mark = run.trace.leaf("is_largest", at.of.shape, "real", at.axis)
    run.trace.shifts.add(mark.name)
    by = arrays.minus(value, Tensor(known, 0)).expr
    change = Tensor(Times(mark, by), 2)
    run.trace.write(holder, arrays.plus(have, change).expr)
    return None


def _there(run: Interpreter, expr: Expr, at: Largest) -> Expr:
    """The value of `expr` where `at.of` is largest; z and c there are one and the same."""
    if expr in (at.of, at.value):
        return Symbol("c", (1, 1))
    match expr:
        case Symbol(name=name) if name in run.trace.definitions:
            return _there(run, run.trace.definitions[name], at)
        case Number():
            return expr
        case Plus(left=left, right=right):
            a, b = _there(run, left, at), _there(run, right, at)
            return ZERO if _opposite(a, b) else _plus(a, b)
        case Times(left=left, right=right):
            return Times(_there(run, left, at), _there(run, right, at))
        case Power(base=base, exponent=exponent):
            return Power(_there(run, base, at), exponent)
        case Apply(function="exp", order=0, arg=arg):
            inner = _there(run, arg, at)
            return ONE if inner == ZERO else Apply("exp", 0, inner)
    raise Unsupported("np.put_along_axis over entries that are not known")


def _opposite(a: Expr, b: Expr) -> bool:
    return b == Times(Number(-ONE.value), a)


def _plus(a: Expr, b: Expr) -> Expr:
    return arrays.plus(Tensor(a, 0), Tensor(b, 0)).expr
