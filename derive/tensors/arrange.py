"""Tidying of matrix expressions: transposes pushed inwards, scalars pulled to the front.

Both keep the value; the result of raising is proved again after them.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

from derive import program as p
from derive.program import Expr


def transposed(expr: Expr) -> Expr:
    """The transpose, written with as few transposes as possible.

    >>> x = p.Symbol("x", ("n", "m"))
    >>> transposed(p.Sum(p.Transpose(x), 1)) == p.Sum(x, 0)
    True
    """
    pushed = _pushed(expr)
    plain = p.Transpose(expr)
    return pushed if _transposes(pushed) <= _transposes(plain) else plain


def _pushed(expr: Expr) -> Expr:
    if expr.shape == p.SCALAR:
        return expr
    match expr:
        case p.Transpose(arg=a):
            return a
        case p.Eye():
            return expr
        case p.Sum(arg=a, axis=axis):
            return p.Sum(_pushed(a), 1 - axis)
        case p.MatMul(left=a, right=b):
            return p.MatMul(_pushed(b), _pushed(a))
        case p.Times() | p.Plus() | p.Power() | p.Apply():
            return p.with_children(expr, tuple(_pushed(c) for c in p.children(expr)))
    return p.Transpose(expr)


def _transposes(expr: Expr) -> int:
    return sum(isinstance(node, p.Transpose) for node in p.walk(expr))


def hoisted(expr: Expr) -> Expr:
    """The expression with scalar factors in front of everything linear.

    >>> A, B = p.Symbol("A", ("n", "k")), p.Symbol("B", ("k", "m"))
    >>> half = p.Power(p.Size("m"), -1)
    >>> hoisted(p.MatMul(A, p.Times(half, B))) == p.Times(half, p.MatMul(A, B))
    True
    """
    return _front(*_apart(expr))


def _apart(expr: Expr) -> tuple[list[Expr], Expr]:
    """Scalar factors and what is left."""
    if expr.shape == p.SCALAR and not isinstance(expr, p.Times | p.MatMul | p.Sum | p.Transpose):
        constant = isinstance(expr, p.Number | p.Size) or (
            isinstance(expr, p.Power) and isinstance(expr.base, p.Size | p.Number)
        )
        return ([expr], p.ONE) if constant else ([], expr)
    match expr:
        case p.Times() | p.MatMul():
            left, a = _apart(expr.left)
            right, b = _apart(expr.right)
            if not left and not right:
                return [], expr
            if isinstance(expr, p.Times) and p.ONE in (a, b):
                return left + right, b if a == p.ONE else a
            if p.ONE in (a, b):
                return [], expr
            return left + right, p.with_children(expr, (a, b))
        case p.Sum() | p.Transpose():
            scalars, a = _apart(expr.arg)
            return (scalars, p.with_children(expr, (a,))) if a != p.ONE else ([], expr)
        case p.Plus():
            left, a = _apart(expr.left)
            right, b = _apart(expr.right)
            shared = _shared(left, right)
            left, right = _less(left, shared), _less(right, shared)
            return shared, p.Plus(_front(left, a), _front(right, b))
    return [], expr


def _shared(left: list[Expr], right: list[Expr]) -> list[Expr]:
    """What both lists hold, as often as both hold it."""
    rest = list(right)
    out: list[Expr] = []
    for scalar in left:
        if scalar in rest:
            rest.remove(scalar)
            out.append(scalar)
    return out


def _less(scalars: list[Expr], taken: list[Expr]) -> list[Expr]:
    rest = list(scalars)
    for scalar in taken:
        rest.remove(scalar)
    return rest


def _front(scalars: list[Expr], rest: Expr) -> Expr:
    """The scalars times the rest: the sign outside, then the number, then the others."""
    number = Fraction(1)
    others: list[Expr] = []
    for scalar in scalars:
        if isinstance(scalar, p.Number):
            number *= scalar.value
        else:
            others.append(scalar)
    parts = sorted(others, key=repr)
    if abs(number) != 1:
        parts.insert(0, p.number(abs(number)))
    if parts and rest != p.ONE:
        out: Expr = p.Times(reduce(p.Times, parts), rest)
    else:
        out = reduce(p.Times, parts) if parts else rest
    return p.negate(out) if number < 0 else out
