"""Expressions in which letters stand for the places at which loops are.

``X[i]`` of a loop along the rows of X is ``Entry(X, i, None)``; what a turn computes from it is
the i-th row of an array that has a row for every turn.

>>> from derive.program import MatMul
>>> i, X, W = Index("i", "m"), Symbol("X", ("m", "n")), Symbol("W", ("n", "k"))
>>> row = MatMul(Entry(X, i, None), W)
>>> is_free(i, row), over_all(row, [i])[0].shape
(True, ('m', 'k'))
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from derive.program import (
    SCALAR,
    ZERO,
    Build,
    Delta,
    Entry,
    Expr,
    Index,
    Partial,
    Plus,
    Shape,
    SumOver,
    Symbol,
    Transpose,
    children,
    walk,
    with_children,
)

LOOP_LETTER = re.compile(r"i\d|r|c")
"""The letters of loops along axes, and those of the other axes of what they make."""
Letters = tuple[Index | None, Index | None]


def symbols(expr: Expr) -> Iterator[Symbol]:
    """The symbols of an expression."""
    return (n for n in walk(expr) if isinstance(n, Symbol))


def is_free(letter: Index, expr: Expr) -> bool:
    """Whether a letter stands in an expression for a place that the expression does not bind."""
    match expr:
        case Entry(row=row, column=column) | Partial(row=row, column=column):
            if letter in (row, column):
                return True
        case Delta(left=left, right=right):
            return letter in (left, right)
        case SumOver(index=bound):
            if bound == letter:
                return False
        case Build(row=row, column=column):
            if letter in (row, column):
                return False
    return any(is_free(letter, child) for child in children(expr))


def entry(expr: Expr, row: Index | None, column: Index | None) -> Expr:
    """``expr[row, column]``, taken of the parts of sums; along axes of size 1 there is no place."""
    row = None if expr.shape[0] == 1 else row
    column = None if expr.shape[1] == 1 else column
    if row is None and column is None:
        return expr
    match expr:
        case Plus(left=left, right=right):
            return Plus(entry(left, row, column), entry(right, row, column))
        case Transpose(arg=arg):
            return _flipped(entry(arg, column, row))
        case Entry(arg=arg, row=known_row, column=known_column):
            return Entry(arg, known_row or row, known_column or column)
        case Build(row=own_row, column=own_column, body=body):
            pairs = [(a, b) for a, b in ((own_row, row), (own_column, column)) if a and b]
            whole = len(pairs) == sum(letter is not None for letter in (own_row, own_column))
            if whole and not any(_binds(n, b) for n in walk(body) for _, b in pairs):
                return _renamed(body, dict(pairs))
    return Entry(expr, row, column)


def _binds(node: Expr, letter: Index) -> bool:
    """Whether an expression gives a letter a meaning of its own."""
    match node:
        case SumOver(index=bound):
            return bound == letter
        case Build(row=row, column=column):
            return letter in (row, column)
    return False


def _renamed(expr: Expr, letters: Mapping[Index, Index]) -> Expr:
    """With other letters where an expression does not bind them itself."""
    free = {a: b for a, b in letters.items() if not _binds(expr, a)}
    parts = tuple(_renamed(c, free) for c in children(expr)) if free else children(expr)
    out = expr if parts == children(expr) else with_children(expr, parts)
    match out:
        case Entry(arg=arg, row=row, column=column):
            new_row = None if row is None else free.get(row, row)
            return Entry(arg, new_row, None if column is None else free.get(column, column))
        case Delta(left=left, right=right):
            return Delta(free.get(left, left), free.get(right, right))
    return out


def _flipped(expr: Expr) -> Expr:
    return expr if expr.shape == SCALAR else Transpose(expr)


def over_all(
    expr: Expr, letters: Sequence[Index]
) -> tuple[Expr, Index | None, Index | None] | None:
    """The array of what an expression is at all places, and where in it this one stands.

    None for what has more axes with them than an array has.
    """
    from derive.pycode.stacked import stacked, turned

    rows, columns = expr.shape
    if len(letters) == 1:
        [letter] = letters
        for one, lies in ((expr, False), (turned(expr), True)):
            whole = stacked(one, letter) if 1 in (rows, columns) else None
            if whole is not None and whole.shape[0] == letter.dim:
                if lies:
                    return Transpose(whole), None, letter
                return whole, letter, None
    if len(letters) == 1 and rows == 1:
        column = None if columns == 1 else Index("c", columns)
        return Build(letters[0], column, entry(expr, None, column)), letters[0], None
    if len(letters) == 1 and columns == 1:
        row = Index("r", rows)
        return Build(row, letters[0], entry(expr, row, None)), None, letters[0]
    if len(letters) == 2 and expr.shape == SCALAR:
        return Build(letters[0], letters[1], expr), letters[0], letters[1]
    return None


def added(expr: Expr, before: Expr, names: set[str]) -> Expr | None:
    """What an expression adds to one that stood there before, None if it does anything else.

    names: what stands for values before; what is added mentions none of them.

    >>> from derive.program import Number
    >>> loss = Symbol("loss", (1, 1))
    >>> added(Plus(loss, Number(ZERO.value + 1)), loss, {"loss"})
    Number(value=Fraction(1, 1))
    """
    if expr == before:
        return ZERO
    match expr:
        case Plus(left=left, right=right):
            for one, other in ((left, right), (right, left)):
                if one.shape == expr.shape and not _mentions(other, names):
                    more = added(one, before, names)
                    if more is not None:
                        return other if more == ZERO else Plus(more, other)
        case Build(row=row, column=column, body=body):
            fits = all(
                letter is not None or dim == 1
                for letter, dim in zip((row, column), before.shape, strict=True)
            )
            if fits and expr.shape == before.shape:
                more = added(body, entry(before, row, column), names)
                return None if more is None else Build(row, column, more)
    return None


def _mentions(expr: Expr, names: set[str]) -> bool:
    return any(n.name in names for n in symbols(expr))


def put(expr: Expr, at: Letters, shape: Shape) -> Expr:
    """The array whose entries at all places are what `expr` is at one."""
    row = at[0] or (None if shape[0] == 1 else Index("r", shape[0]))
    column = at[1] or (None if shape[1] == 1 else Index("c", shape[1]))
    inner = entry(expr, row if at[0] is None else None, column if at[1] is None else None)
    return Build(row, column, inner)


def is_zero(expr: Expr) -> bool:
    """Whether all entries are written as 0."""
    return expr == ZERO or (isinstance(expr, Build) and expr.body == ZERO)


def own_entries(expr: Expr, unknown: Expr, was: Expr, at: Letters) -> Expr:
    """With what stood at a place before, where that place of an unknown array was read."""
    if isinstance(expr, Entry) and expr.arg == unknown:
        read = (expr.row, expr.column)
        if all(mine in (None, letter) for mine, letter in zip(at, read, strict=True)):
            return entry(was, expr.row, expr.column)
        return expr
    parts = tuple(own_entries(c, unknown, was, at) for c in children(expr))
    return expr if parts == children(expr) else with_children(expr, parts)
