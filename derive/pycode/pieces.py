"""Equations in one number z whose sides are formulas on intervals: proved interval by interval.

``maximum``, ``minimum``, ``abs`` and ``where`` are written with ``step``.  Where the argument of a
step is linear in z its sign is known between its roots, so on every interval the steps are
numbers; what is left is proved by engine and checker for every z inside.  Of the ends of intervals
nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from derive.check import check
from derive.program import (
    ONE,
    SCALAR,
    ZERO,
    Apply,
    Equation,
    Expr,
    Function,
    Leaf,
    Number,
    Plus,
    Power,
    Program,
    Symbol,
    Times,
    children,
    minus,
    number,
    walk,
    with_children,
)
from derive.tensors import prove

BUDGET = 20_000
MOST_PIECES = 24
Z = Symbol("z", SCALAR)
Bound = Fraction | None
Linear = tuple[Fraction, Fraction]


def equal_in_pieces(left: Expr, right: Expr, functions: Mapping[str, Function]) -> bool:
    """Whether both sides are proved equal on every interval between the roots of their steps."""
    return equal_inside(left, right, functions, None) is not None


def equal_inside(
    left: Expr, right: Expr, functions: Mapping[str, Function], far: Bound
) -> tuple[Bound, Bound] | None:
    """Between which bounds both sides are proved equal, None if they are not.

    Bounds are None where there is none.  far: nothing has to hold beyond a root that is at least so
    large; None: it has to hold everywhere.
    """
    inside: list[Bound] = [None, None]
    pending: list[tuple[Expr, Expr, Bound, Bound]] = [(left, right, None, None)]
    for _ in range(MOST_PIECES):
        if not pending:
            return inside[0], inside[1]
        left, right, low, high = pending.pop()
        left, right, root = _decided(left, low, high), _decided(right, low, high), None
        for side in (left, right):
            root = _root_inside(side, low, high) if root is None else root
        if root is not None:
            pending += [(left, right, low, root), (left, right, root, high)]
        elif not _holds(left, right, low, high, functions):
            if far is not None and high is None and low is not None and low >= far:
                inside[1] = low
            elif far is not None and low is None and high is not None and high <= -far:
                inside[0] = high
            else:
                return None
    return None if pending else (inside[0], inside[1])


def step_of(arg: Expr) -> Expr:
    """``step(arg)`` without constant factors: step(2 x) is step(x), step(-x) is 1 - step(x).

    >>> x = Symbol("x", ("n", "m"))
    >>> step_of(Times(number(-2), x)) == minus(ONE, Apply("step", 0, x))
    True
    """
    positive = True
    while isinstance(arg, Times) and isinstance(arg.left, Number) and arg.left.value:
        positive = positive == (arg.left.value > 0)
        arg = arg.right
    step = Apply("step", 0, arg)
    return step if positive else minus(ONE, step)


def has_steps(expr: Expr) -> bool:
    """Whether a step is in an expression."""
    return any(isinstance(n, Apply) and n.function == "step" for n in walk(expr))


def _holds(
    left: Expr, right: Expr, low: Bound, high: Bound, functions: Mapping[str, Function]
) -> bool:
    if has_steps(left) or has_steps(right):
        return False
    at, domain = _inside(low, high)
    equation = Equation(_put(left, at), _put(right, at))
    program = Program({"w": Leaf(SCALAR, domain)}, {}, dict(functions))
    if equation.left == equation.right:
        return True
    outcome = prove(program, equation, budget=BUDGET)
    return outcome.proved and check(program, equation).accepted


def _inside(low: Bound, high: Bound) -> tuple[Expr, str]:
    """z inside an interval in terms of ``w``, and where that lies."""
    w = Symbol("w", SCALAR)
    match low, high:
        case Fraction(), Fraction():
            return Plus(number(low), Times(number(high - low), w)), "unit"
        case Fraction(), None:
            return (Plus(number(low), w) if low else w), "positive"
        case None, Fraction():
            return Plus(number(high), Times(number(-1), w)) if high else Times(
                number(-1), w
            ), "positive"
    return w, "real"


def _put(expr: Expr, at: Expr) -> Expr:
    if expr == Z:
        return at
    return with_children(expr, tuple(_put(child, at) for child in children(expr)))


def _between(low: Bound, high: Bound) -> Fraction:
    if low is None:
        return Fraction(0) if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2


def _root_inside(expr: Expr, low: Bound, high: Bound) -> Fraction | None:
    """A root of a linear factor of a step's argument strictly inside an interval."""
    for node in walk(expr):
        if isinstance(node, Apply) and node.function == "step":
            for line in map(_linear, _factors(node.arg)):
                if line is not None and line[0]:
                    root = -line[1] / line[0]
                    if (low is None or low < root) and (high is None or root < high):
                        return root
    return None


def _factors(expr: Expr) -> list[Expr]:
    """What is multiplied with one another."""
    if isinstance(expr, Times) and _linear(expr) is None:
        return [*_factors(expr.left), *_factors(expr.right)]
    return [expr]


def _decided(expr: Expr, low: Bound, high: Bound) -> Expr:
    """The expression with the steps that have one value on the interval as numbers."""

    def value(node: Expr) -> Expr | None:
        if isinstance(node, Apply) and node.function == "step" and node.order == 0:
            sign = _sign(node.arg, low, high)
            return {1: ONE, -1: ZERO}.get(sign)
        return None

    return simplified(expr, value)


def _sign(expr: Expr, low: Bound, high: Bound) -> int:
    """1 or -1 for an expression that is positive or negative inside an interval, else 0."""
    line = _linear(expr)
    if line is not None:
        middle = line[0] * _between(low, high) + line[1]
        return (1 if middle > 0 else -1) if _one_sign(line, low, high) and middle else 0
    match expr:
        case Times(left=left, right=right):
            return _sign(left, low, high) * _sign(right, low, high)
        case Plus(left=left, right=right):
            signs = {_sign(left, low, high), _sign(right, low, high)}
            return signs.pop() if len(signs) == 1 else 0
        case Power(base=base, exponent=exponent) if exponent.denominator == 1:
            sign = _sign(base, low, high)
            return sign if exponent % 2 else sign * sign
        case Apply(function="exp", order=0):
            return 1
    return 0


def _one_sign(line: Linear, low: Bound, high: Bound) -> bool:
    """Whether a z + b has no root inside an interval."""
    slope, offset = line
    if not slope:
        return True
    root = -offset / slope
    return (low is not None and root <= low) or (high is not None and high <= root)


def _linear(expr: Expr) -> Linear | None:
    """a and b of a z + b."""
    match expr:
        case Number(value=value):
            return Fraction(0), value
        case Symbol(name="z"):
            return Fraction(1), Fraction(0)
        case Plus(left=left, right=right):
            a, b = _linear(left), _linear(right)
            return None if a is None or b is None else (a[0] + b[0], a[1] + b[1])
        case Times(left=left, right=right):
            a, b = _linear(left), _linear(right)
            if a is None or b is None or (a[0] and b[0]):
                return None
            return a[0] * b[1] + a[1] * b[0], a[1] * b[1]
    return None


def simplified(expr: Expr, value: Callable[[Expr], Expr | None]) -> Expr:
    """`value` where it has one; sums and products with numbers are carried out."""
    parts = tuple(simplified(child, value) for child in children(expr))
    if parts != children(expr):
        expr = folded(expr, parts)
    found = value(expr)
    return expr if found is None else found


def folded(expr: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The operation of an expression on other parts; with numbers it is carried out."""
    match expr, parts:
        case Times(), (Number(value=a), Number(value=b)):
            return Number(a * b)
        case Plus(), (Number(value=a), Number(value=b)):
            return Number(a + b)
        case Times(), _ if ZERO in parts:
            return ZERO
        case Times(), _ if ONE in parts:
            return parts[0] if parts[1] == ONE else parts[1]
        case Plus(), _ if ZERO in parts:
            return parts[0] if parts[1] == ZERO else parts[1]
        case Power(exponent=exponent), (Number(value=base),) if exponent.denominator == 1:
            if base or exponent > 0:
                return Number(Fraction(base ** int(exponent)))
    return with_children(expr, parts)
