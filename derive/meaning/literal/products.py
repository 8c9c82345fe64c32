"""Sums and products of a literal reading, with shapes that may still be found to be one.

A product is what its sign and its shapes say: a number times anything, entry by entry, or
of matrices.  Nothing is stretched silently but a bias: a vector that is added to a matrix
of which it has an axis.
"""

from __future__ import annotations

from typing import Final

from derive.meaning.context import MATRIX_SEPARATORS
from derive.meaning.literal.conflict import Conflict
from derive.meaning.setting import Outside
from derive.program import (
    SCALAR,
    Dim,
    Entry,
    Expr,
    Eye,
    MatMul,
    Number,
    Plus,
    Power,
    Size,
    Sum,
    Symbol,
    Times,
    Transpose,
    divide,
    show_shape,
    walk,
)

IDENTITY: Final = "size of I"
"""The size of an identity matrix until what it stands beside tells it."""


def plus(left: Expr, right: Expr) -> Expr:
    """A sum as notes write it; Conflict where the shapes do not fit."""
    if left.shape == right.shape:
        return Plus(left, right)
    left, right = sized(left, right), sized(right, left)
    if left.shape == right.shape:
        return Plus(left, right)
    for one, other in ((left, right), (right, left)):
        if _constant(one) or (one.shape == SCALAR and _named(one) and not _bare(other)):
            return Plus(left, right)
        if _stretches(one, other):
            return Plus(left, right)
    for one, other in ((left, right), (right, left)):
        axis = _axis_of(one, other)
        if axis is not None:
            raise Conflict("a bias that does not fit", pair(one.shape[axis], other.shape[axis]))
    _same(left, right, "sum")
    return Plus(left, right)


def sized(expr: Expr, beside: Expr) -> Expr:
    """``\\lambda I`` beside a square matrix: the identity has its size."""
    rows, columns = beside.shape
    if expr.shape != (IDENTITY, IDENTITY) or rows != columns:
        return expr
    if isinstance(expr, Eye):
        return Eye(rows)
    if isinstance(expr, Times):
        return Times(sized(expr.left, beside), sized(expr.right, beside))
    return expr


def times(separator: str, left: Expr, right: Expr) -> Expr:
    """A product as notes write it; Conflict where the shapes do not fit."""
    if separator == "slash":
        return quotient(left, right)
    if SCALAR in (left.shape, right.shape):
        return Times(left, right)
    if separator in MATRIX_SEPARATORS:
        inner, outer = left.shape[1], right.shape[0]
        _told(left, right)
        if inner != outer:
            raise Conflict(
                f"matrix product of {show_shape(left.shape)} and {show_shape(right.shape)}: "
                f"{inner} is not {outer}",
                pair(inner, outer),
            )
        return MatMul(left, right)
    if (
        separator == "outer"
        and left.shape != right.shape
        and (left.shape[1], right.shape[1]) == (1, 1)
    ):
        return MatMul(left, Transpose(right))
    if left.shape != right.shape:
        _same(left, right, "elementwise product")
    return Times(left, right)


def quotient(left: Expr, right: Expr) -> Expr:
    """``left / right``: by a number, or entry by entry."""
    if right.shape != SCALAR and left.shape != right.shape and not _constant(left):
        _same(left, right, "quotient")
    return divide(left, right)


def _told(*sides: Expr) -> None:
    """Raises Outside for an identity matrix of no known size."""
    if any(IDENTITY in side.shape for side in sides):
        raise Outside("the size of an identity matrix is not told")


def _constant(expr: Expr) -> bool:
    """Made of numbers alone: it stands beside every entry."""
    return all(not isinstance(n, Symbol | Entry) and n.shape == SCALAR for n in walk(expr))


def _named(expr: Expr) -> bool:
    """A number by its name, or a multiple of one: it may stand beside every entry."""
    allowed = (Symbol, Number, Size, Times, Power, Plus)
    return all(isinstance(n, allowed) and n.shape == SCALAR for n in walk(expr))


def _bare(expr: Expr) -> bool:
    return isinstance(expr, Symbol)


def _stretches(bias: Expr, array: Expr) -> bool:
    """A vector beside a matrix that has its axis: the bias of every example."""
    axis = _axis_of(bias, array)
    return axis is not None and bias.shape[axis] == array.shape[axis]


def _axis_of(bias: Expr, array: Expr) -> int | None:
    """The axis along which a vector beside a matrix lies, added or subtracted."""
    while isinstance(bias, Times) and isinstance(bias.left, Number):
        bias = bias.right
    if not isinstance(bias, Symbol | Sum) or bias.shape == SCALAR or 1 in array.shape:
        return None
    return 0 if bias.shape[1] == 1 else 1 if bias.shape[0] == 1 else None


def _same(left: Expr, right: Expr, what: str) -> None:
    """Raises the conflict of two shapes that have to be one."""
    _told(left, right)
    for a, b in zip(left.shape, right.shape, strict=True):
        if a != b:
            shapes = f"{show_shape(left.shape)} and {show_shape(right.shape)}"
            raise Conflict(f"{what} of {shapes}: {a} is not {b}", pair(a, b))


def pair(one: Dim, two: Dim) -> tuple[Dim, Dim] | None:
    """Two sizes that may be found to be one: an axis of size 1 stays what it is."""
    return None if 1 in (one, two) else (one, two)
