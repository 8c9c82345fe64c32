"""``np.clip``: what only guards is left out, and said; what shapes the function is exact.

A clip to (1e-12, 1 - 1e-12) keeps a logarithm finite, one to (-30, 30) an exponential, and one of
a gradient to (-5, 5) keeps it small: what is clipped is taken to lie between the bounds, which is a
condition of every verdict.  A clip at 0 is a ReLU, one to (0, 6) another, and one of an error to
(-1, 1) is the derivative of Huber's loss: these are the functions that they are.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from derive.program import ONE, SCALAR, Leaf, Number, Plus, Symbol, Times, Transpose
from derive.pycode import arrays
from derive.pycode.names import UPSTREAM, target_of
from derive.pycode.values import Tensor, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

FAR: Final = 100
"""A bound from here on only keeps an exponential from overflowing."""
_NEAR: Final = Fraction(1, 1000)
"""A bound up to here, or so near to 1, only keeps a logarithm or a quotient finite."""
_WIDE: Final = Fraction(1, 10)
"""Bounds on both sides of 0 from here on may be those of a gradient that is clipped."""
_STEEP: Final = 10
"""Bounds on both sides of 0 from here on only keep an exponential from overflowing."""
_GRADIENTS: Final = re.compile(r"g|(\w+_)?(grads?|gradients?)(_\w+)?")
_MINUS: Final = Number(-ONE.value)
_LOW, _HIGH = ("a_min", "min"), ("a_max", "max")


def clip(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.clip(x, low, high)``; either bound may be missing or None."""
    if not 1 <= len(args) <= 3 or keywords.keys() - {*_LOW, *_HIGH}:
        raise Unsupported("np.clip with other arguments than its bounds")
    given = [run.settled(a) for a in args[1:]] + [None] * (3 - len(args))
    sides = []
    for at, names in zip(given, (_LOW, _HIGH), strict=True):
        named = [run.settled(keywords[k]) for k in names if k in keywords]
        sides.append(at if at is not None or not named else named[0])
    low, high = (None if side is None else run.tensor(side) for side in sides)
    x = run.tensor(args[0])
    if low is None and high is None:
        raise Unsupported("np.clip without bounds")
    a, b = _number(low), _number(high)
    if a is not None and b is not None and a >= b:
        raise Unsupported("np.clip whose bounds leave nothing between them")
    _need_between(run, low, high)
    if _guards(low, high, a, b, _is_gradient(run, x)):
        shown = [run.show_number(s) for s in sides if s is not None]
        between = f"between {shown[0]} and {shown[1]}" if len(shown) == 2 else None
        single = f"{'above' if high is None else 'below'} {shown[0]}"
        run.condition(f"what is clipped lies {between or single}")
        return arrays.real(x)
    if low is not None:
        x = arrays.maximum(x, low)
    if high is not None:
        x = arrays.minus(arrays.plus(x, high), arrays.maximum(x, high))
    return x


def _need_between(run: Interpreter, low: Tensor | None, high: Tensor | None) -> None:
    """``np.clip(x, -c, c)`` of a setting c: there is something between its bounds."""
    if low is None or high is None or low.expr != Times(_MINUS, high.expr):
        return
    match high.expr:
        case Symbol(name=name) if run.trace.leaves.get(name) == Leaf(SCALAR):
            run.trace.leaves[name] = Leaf(SCALAR, "positive")
            run.condition(f"{name} is positive")


def _number(bound: Tensor | None) -> Fraction | None:
    return bound.expr.value if bound is not None and isinstance(bound.expr, Number) else None


def _is_gradient(run: Interpreter, x: Tensor) -> bool:
    """Whether an array has the name of a gradient: ``dW`` beside ``W``, ``delta``, ``grads_0``."""
    expr = x.expr
    while isinstance(expr, Transpose):
        expr = expr.arg
    if not isinstance(expr, Symbol):
        return False
    made = {name: {m.name for m in run.trace.made.get(name, ())} for name in run.trace.made}
    known = {*run.trace.leaves}.union(*made.values())
    known |= {name.rpartition(".")[2] for name in known}
    return any(
        _GRADIENTS.fullmatch(name) or UPSTREAM.fullmatch(name) or target_of(name, known)
        for name in {expr.name, *made.get(expr.name, ())}
    )


def _guards(
    low: Tensor | None,
    high: Tensor | None,
    a: Fraction | None,
    b: Fraction | None,
    is_gradient: bool,
) -> bool:
    """Whether bounds, of which `a` and `b` are the values if they are known, only guard."""
    if low is not None and high is not None and (a is None or b is None):
        one_less = Plus(ONE, Times(_MINUS, low.expr))
        return high.expr == one_less or (is_gradient and low.expr == Times(_MINUS, high.expr))
    tiny_low = a is not None and 0 < a <= _NEAR
    if high is None:
        return tiny_low or (a is not None and a <= -FAR)
    if low is None:
        return b is not None and b >= FAR
    assert a is not None
    assert b is not None
    inside = 0 <= a <= _NEAR and 1 - _NEAR <= b <= 1
    both = b == -a >= (_WIDE if is_gradient else _STEEP) or (a <= -FAR and b >= FAR)
    return inside or both or (tiny_low and b >= FAR)
