"""What words make of a matrix: its trace, its diagonal, the sums of its rows or columns.

``\\text{diag}(v)`` is the matrix with the entries of v on its diagonal; ``\\text{rowsum}(M)`` has
one number a row of M.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from derive.meaning.literal.conflict import Conflict
from derive.meaning.literal.products import pair
from derive.meaning.setting import Outside
from derive.program import (
    SCALAR,
    Build,
    Delta,
    Entry,
    Expr,
    Index,
    Sum,
    SumOver,
    Times,
    show_shape,
)
from derive.reading import syntax as sx
from derive.reading.tree import walk

SUMMED: Final = {"rowsum": 1, "rowsums": 1, "colsum": 0, "colsums": 0, "columnsum": 0}
"""Words for sums -> the axis that is summed over."""

_OF_MATRICES: Final = frozenset({"tr", "Tr", "trace", "diag", "det", "vec", "rank"})


def has_meaning(head: sx.Name) -> bool:
    """A word that means the same in every note, such as the trace: no line defines it."""
    return head.word and (head.base in _OF_MATRICES or summed_axis(head) is not None)


def summed_axis(head: sx.Name) -> int | None:
    """The axis that a word sums over; None for another word."""
    return SUMMED.get(head.base.lower().replace("_", "")) if head.word else None


def sums_named(node: sx.Node) -> Iterator[str]:
    """The words for sums of rows or columns in a formula."""
    for part in walk(node):
        if isinstance(part, sx.Applied) and summed_axis(part.head) is not None:
            yield part.head.base


def trace(value: Expr) -> Expr:
    """The sum of the diagonal of a square matrix."""
    rows, columns = value.shape
    if rows != columns:
        raise Conflict(f"the trace of a matrix {show_shape(value.shape)}", pair(rows, columns))
    index = Index("p_", rows)
    return value if rows == 1 else SumOver(index, Entry(value, index, index))


def diagonal(value: Expr) -> Expr:
    """The square matrix with the entries of a vector on its diagonal."""
    if value.shape == SCALAR or 1 not in value.shape:
        raise Outside("a diagonal matrix of what is no vector")
    column = value.shape[1] == 1
    dim = value.shape[0] if column else value.shape[1]
    row, beside = Index("p_", dim), Index("q_", dim)
    entry = Entry(value, row, None) if column else Entry(value, None, row)
    return Build(row, beside, Times(Delta(row, beside), entry))


def along(value: Expr, axis: int, word: str) -> Expr:
    """The sums of a matrix along an axis: one number a row, or one a column."""
    if 1 in value.shape:
        raise Outside(f"{word} of what is no matrix")
    return Sum(value, axis)
