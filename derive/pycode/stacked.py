"""What a loop computes for one row, computed for all rows at once.

The row ``X[i] @ W`` at all places i is ``X @ W``: what people write without the loop.  So the two
ways to write a computation become the same definitions.

>>> from derive.program import Symbol
>>> i, X, W = Index("i", "m"), Symbol("X", ("m", "n")), Symbol("W", ("n", "k"))
>>> stacked(MatMul(Entry(X, i, None), W), i) == MatMul(X, W)
True
"""

from __future__ import annotations

from derive.program import (
    SCALAR,
    Apply,
    Entry,
    Expr,
    Index,
    MatMul,
    Plus,
    Power,
    Sum,
    Times,
    Transpose,
)
from derive.pycode.letters import is_free


def stacked(row: Expr, letter: Index) -> Expr | None:
    """The array whose row at `letter` is `row`, of shape (1, n), None if no form is known.

    It has one row alone where the letter is not in it.
    """
    if row.shape[0] != 1:
        return None
    if not is_free(letter, row):
        return row
    match row:
        case Entry(arg=arg, row=own, column=column) if own == letter and not is_free(letter, arg):
            return arg if column is None else Entry(arg, None, column)
        case Plus(left=left, right=right) | Times(left=left, right=right):
            one, other = stacked(left, letter), stacked(right, letter)
            return None if one is None or other is None else type(row)(one, other)
        case Power(base=base, exponent=exponent):
            inner = stacked(base, letter)
            return None if inner is None else Power(inner, exponent)
        case Apply(function=function, order=order, arg=arg):
            inner = stacked(arg, letter)
            return None if inner is None else Apply(function, order, inner)
        case Sum(arg=arg, axis=axis):
            inner = stacked(arg, letter)
            return inner if inner is None or axis == 0 else Sum(inner, 1)
        case MatMul(left=left, right=right):
            return _product(left, right, letter)
        case Transpose(arg=arg):
            return stacked(turned(arg), letter) if turned(arg) != row else None
    return None


def _product(left: Expr, right: Expr, letter: Index) -> Expr | None:
    """A row times a matrix, or times a column of its own."""
    first = stacked(left, letter)
    if first is None:
        return None
    if not is_free(letter, right):
        return MatMul(first, right)
    second = stacked(turned(right), letter) if right.shape[1] == 1 else None
    return None if second is None else Sum(Times(first, second), 1)


def turned(column: Expr) -> Expr:
    """The transpose of a column, written with rows."""
    match column:
        case Transpose(arg=arg):
            return arg
        case Plus(left=left, right=right) | Times(left=left, right=right):
            return type(column)(turned(left), turned(right))
        case Power(base=base, exponent=exponent):
            return Power(turned(base), exponent)
        case Apply(function=function, order=order, arg=arg):
            return Apply(function, order, turned(arg))
        case MatMul(left=left, right=right):
            return MatMul(turned(right), turned(left))
        case Entry(arg=arg, row=row, column=own):
            return Entry(Transpose(arg), own, row)
        case Sum(arg=arg, axis=axis):
            return Sum(turned(arg), 1 - axis)
    return column if column.shape == (1, 1) else Transpose(column)


def total(expr: Expr, letter: Index) -> Expr | None:
    """The sum over all places, None if no form without the letter is known."""
    match expr:
        case Plus(left=left, right=right) if left.shape == right.shape:
            one, other = total(left, letter), total(right, letter)
            return None if one is None or other is None else Plus(one, other)
        case Times(left=left, right=right) if not is_free(letter, left) and left.shape == SCALAR:
            inner = total(right, letter)
            return None if inner is None else Times(left, inner)
        case MatMul(left=left, right=right) if left.shape[1] == 1 == right.shape[0]:
            return _outer(turned(left), right, letter)
        case Times(left=left, right=right) if left.shape[1] == 1 == right.shape[0]:
            return _outer(turned(left), right, letter)
        case Times(left=right, right=left) if left.shape[1] == 1 == right.shape[0]:
            return _outer(turned(left), right, letter)
    row = stacked(expr, letter)
    if row is not None and row.shape[0] == letter.dim:
        return Sum(row, 0)
    column = stacked(turned(expr), letter) if expr.shape[1] == 1 else None
    return None if column is None or column.shape[0] != letter.dim else Transpose(Sum(column, 0))


def _outer(left: Expr, right: Expr, letter: Index) -> Expr | None:
    """The sum of the outer products of two rows."""
    one, other = stacked(left, letter), stacked(right, letter)
    if one is None or other is None or not one.shape[0] == other.shape[0] == letter.dim:
        return None
    return MatMul(Transpose(one), other)
