"""Claims about entries: ``\\delta_j = ...`` with letters that run over the axes.

In: a left side such as ``Gradient(Z)[j]``, or a matrix expression and the letters of an entry.
Out: what is differentiated and at which entry; the entry of a matrix expression written out;
the operands of a note at the letters that a claim uses.

>>> from derive.program import Index, MatMul, Symbol
>>> W, a, j = Symbol("W", ("n", "k")), Symbol("a", ("k", 1)), Index("j", "n")
>>> entry = entrywise(MatMul(W, a), j, None, {}, {"j"})
>>> type(entry).__name__, entry.index.name, entry.shape
('SumOver', 'k', (1, 1))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product as every

from derive.diagnosis.loose import is_note_gradient
from derive.program import (
    ONE,
    Apply,
    Entry,
    Expr,
    Gradient,
    Index,
    MatMul,
    Number,
    Partial,
    Plus,
    Power,
    Size,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
    children,
    walk,
    with_children,
)

LETTERS = "kilpqrstuvjmnabcdefgh"
ASSIGNMENTS = 40
"""At most this many letters of the entries of one name are tried."""


class NoEntry(ValueError):
    """An expression whose entries cannot be written out: it is in index notation already."""


@dataclass(frozen=True, slots=True)
class EntryTarget:
    """An entry of the gradient by `name`, times `scale`; whole axes have the index None."""

    name: str
    scale: Expr
    row: Index | None
    column: Index | None


def entry_target(left: Expr) -> EntryTarget | None:
    """The entry of a gradient that a left side is, if it is one."""
    scale: Expr = ONE
    match left:
        case Times(left=scale, right=Entry() as entry):
            pass
        case Entry() as entry:
            pass
        case _:
            return None
    match entry.arg:
        case Gradient(name=name):
            return EntryTarget(name, scale, entry.row, entry.column)
        case Times(left=inner, right=Gradient(name=name)):
            both = inner if scale == ONE else Times(scale, inner)
            return EntryTarget(name, both, entry.row, entry.column)
    return None


def entrywise(
    expr: Expr,
    row: Index | None,
    column: Index | None,
    scale: Mapping[str, Expr],
    used: set[str],
) -> Expr:
    """``expr[row, column]`` written out; new letters are taken from those not `used`.

    An axis of size 1 has the index None.  `NoEntry` for a node in index notation.
    """

    def at(inner: Expr, i: Index | None, j: Index | None) -> Expr:
        rows, columns = inner.shape
        return entrywise(inner, i if rows != 1 else None, j if columns != 1 else None, scale, used)

    if is_note_gradient(expr, scale) or isinstance(expr, Symbol):
        return expr if row is None and column is None else Entry(expr, row, column)
    match expr:
        case Number() | Size():
            return expr
        case Times(left=left, right=right) | Plus(left=left, right=right):
            return replace(expr, left=at(left, row, column), right=at(right, row, column))
        case Power(base=base):
            return replace(expr, base=at(base, row, column))
        case Apply(arg=arg):
            return replace(expr, arg=at(arg, row, column))
        case Transpose(arg=arg):
            return at(arg, column, row)
        case MatMul(left=left, right=right):
            inner = _fresh(left.shape[1], used)
            return _summed(inner, Times(at(left, row, inner), at(right, inner, column)))
        case Sum(arg=arg, axis=axis):
            inner = _fresh(arg.shape[axis], used)
            return _summed(inner, at(arg, inner, column) if axis == 0 else at(arg, row, inner))
    raise NoEntry(f"no entry of {type(expr).__name__} is written out")


def _summed(index: Index | None, body: Expr) -> Expr:
    return body if index is None else SumOver(index, body)


def _fresh(dim: str | int, used: set[str]) -> Index | None:
    """A new letter for an axis; None for an axis of size 1."""
    if dim == 1:
        return None
    name = next((letter for letter in LETTERS if letter not in used), f"i{len(used)}")
    used.add(name)
    return Index(name, dim)


def letters(*sides: Expr) -> list[Index]:
    """All indices that occur in the sides, in the order of their names."""
    found: set[Index] = set()
    for side in sides:
        for node in walk(side):
            match node:
                case Entry(row=row, column=column) | Partial(row=row, column=column):
                    found |= {index for index in (row, column) if index is not None}
                case SumOver(index=index):
                    found.add(index)
    return sorted(found, key=lambda index: (index.name, str(index.dim)))


def entries_of(expr: Expr, available: list[Index]) -> Iterator[Expr]:
    """A name at all letters that fit its axes."""
    choices: list[list[Index | None]] = []
    for dim in expr.shape:
        choices.append([None] if dim == 1 else [i for i in available if i.dim == dim])
    for count, (row, column) in enumerate(every(*choices)):
        if count == ASSIGNMENTS:
            return
        yield expr if row is None and column is None else Entry(expr, row, column)


def renamed(expr: Expr, old: Index, new: Index) -> Expr:
    """The expression with a letter renamed; the variable of a derivative keeps its letters."""

    def put(index: Index | None) -> Index | None:
        return new if index == old else index

    inner = with_children(expr, tuple(renamed(child, old, new) for child in children(expr)))
    if isinstance(inner, Entry):
        return replace(inner, row=put(inner.row), column=put(inner.column))
    return inner
