"""Arrays by their entries: expressions in index form, and what is done with indices.

In: matrix expressions of `derive.program`.  Out: scalar expressions over `Entry`, `Delta` and
`SumOver`.  An axis of size 1 carries no index.  Nothing here is trusted: every line that is
built with it is proved equal to the line before.

>>> from derive.latex import PlainNotation, to_latex
>>> from derive.program import MatMul, Symbol
>>> product = MatMul(Symbol("W", ("n", "k")), Symbol("A", ("k", "m")))
>>> line = entry_of(product, Index("i", "n"), Index("j", "m"), Letters())
>>> to_latex(line, PlainNotation())
'\\\\sum_{r} W_{i,r} A_{r,j}'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from derive.program import (
    ONE,
    SCALAR,
    ZERO,
    Apply,
    Build,
    Delta,
    Dim,
    Entry,
    Expr,
    Eye,
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
    function_body,
    number,
    walk,
    with_children,
)
from derive.scalars import table
from derive.scalars.rules import product, total

_LETTERS: Final = ("r", "t", "s", "q", "p", "u", "v", "h", "o")

MaybeIndex = Index | None


class NoEntries(ValueError):
    """An expression that this module does not take apart."""


class Letters:
    """Hands out letters for indices, none twice."""

    def __init__(self) -> None:
        self.used = 0

    def index(self, dim: Dim) -> MaybeIndex:
        """A new index of a dimension; None for an axis of size 1."""
        if dim == 1:
            return None
        place, again = self.used % len(_LETTERS), self.used // len(_LETTERS)
        self.used += 1
        return Index(_LETTERS[place] + (str(again) if again else ""), dim)


def summed(index: MaybeIndex, body: Expr) -> Expr:
    """The sum over an index, if there is one."""
    return body if index is None else SumOver(index, body)


def picked(array: Expr, row: MaybeIndex, column: MaybeIndex) -> Expr:
    """An entry of an array, broadcast along axes of size 1; a scalar is its own entry."""
    row = None if array.shape[0] == 1 else row
    column = None if array.shape[1] == 1 else column
    return array if row is None and column is None else Entry(array, row, column)


def entry_of(expr: Expr, row: MaybeIndex, column: MaybeIndex, letters: Letters) -> Expr:
    """The entry of an array at (row, column), in terms of entries of its names."""
    row = None if expr.shape[0] == 1 else row
    column = None if expr.shape[1] == 1 else column
    match expr:
        case Symbol() | Gradient():
            return picked(expr, row, column)
        case Number() | Size() | Delta() | Partial():
            return expr
        case Transpose(arg=arg):
            return entry_of(arg, column, row, letters)
        case MatMul(left=left, right=right):
            inner = letters.index(left.shape[1])
            factors = entry_of(left, row, inner, letters), entry_of(right, inner, column, letters)
            return summed(inner, Times(*factors))
        case SumOver(index=index, body=body):
            inner = letters.index(index.dim)
            named = body if inner is None else renamed(body, {index: inner})
            return summed(inner, entry_of(named, row, column, letters))
        case Times() | Plus() | Power() | Apply():
            parts = tuple(entry_of(child, row, column, letters) for child in children(expr))
            return with_children(expr, parts)
        case Sum(arg=arg, axis=axis):
            inner = letters.index(arg.shape[axis])
            at = (inner, column) if axis == 0 else (row, inner)
            return summed(inner, entry_of(arg, *at, letters))
        case Entry(arg=arg, row=own_row, column=own_column):
            return entry_of(arg, own_row or row, own_column or column, letters)
        case Build(row=own_row, column=own_column, body=body):
            at_place = {o: n for o, n in ((own_row, row), (own_column, column)) if o and n}
            return entry_of(renamed(body, at_place), None, None, letters)
        case Eye() if row is not None and column is not None:
            return Delta(row, column)
    raise NoEntries(f"no entry of {type(expr).__name__}")


def renamed(expr: Expr, names: Mapping[Index, Index]) -> Expr:
    """The expression with free indices replaced."""

    def new(index: MaybeIndex) -> MaybeIndex:
        return names.get(index, index) if index is not None else None

    match expr:
        case Entry(arg=arg, row=row, column=column):
            return Entry(renamed(arg, names), new(row), new(column))
        case Partial(body=body, name=name, row=row, column=column):
            return Partial(renamed(body, names), name, new(row), new(column))
        case Delta(left=left, right=right):
            ends = names.get(left, left), names.get(right, right)
            return ONE if ends[0] == ends[1] else Delta(*ends)
        case SumOver(index=index, body=body):
            inner = {o: n for o, n in names.items() if o != index}
            if index in inner.values():
                raise NoEntries(f"the index {index.name} would be captured")
            return SumOver(index, renamed(body, inner))
    return with_children(expr, tuple(renamed(child, names) for child in children(expr)))


def mentions_index(expr: Expr, index: Index) -> bool:
    """Whether an index occurs."""
    return any(
        (isinstance(node, Entry | Partial) and index in (node.row, node.column))
        or (isinstance(node, Delta) and index in (node.left, node.right))
        for node in walk(expr)
    )


def mentions_name(expr: Expr, name: str) -> bool:
    """Whether a leaf or definition occurs."""
    return any(isinstance(node, Symbol) and node.name == name for node in walk(expr))


def partial_of(expr: Expr, name: str, row: MaybeIndex, column: MaybeIndex) -> Expr:
    """The derivative of a scalar in index form by the entry (row, column) of a name.

    Other names are held, whatever they are computed from.
    """

    def inner(part: Expr) -> Expr:
        return partial_of(part, name, row, column)

    if not mentions_name(expr, name):
        return ZERO
    match expr:
        case Symbol():
            return ONE
        case Entry(arg=Symbol(), row=own_row, column=own_column):
            pairs = ((own_row, row), (own_column, column))
            return product(*(Delta(a, b) for a, b in pairs if a is not None and b is not None))
        case Plus(left=left, right=right):
            return total(inner(left), inner(right))
        case Times(left=left, right=right):
            return total(product(inner(left), right), product(left, inner(right)))
        case Power(base=base, exponent=exponent):
            lower = base if exponent == 2 else Power(base, exponent - 1)
            return product(number(exponent), lower, inner(base))
        case Apply(function=function, order=order, arg=arg):
            return product(outer_derivative(function, order, arg), inner(arg))
        case SumOver(index=index, body=body):
            return SumOver(index, inner(body))
    raise NoEntries(f"no derivative of {type(expr).__name__}")


def outer_derivative(function: str, order: int, arg: Expr) -> Expr:
    """f' at an argument: worked out for exp, log and their like, else named."""
    if function in table.NAMES or table.derivative(function, order + 1) is None:
        return Apply(function, order + 1, arg)
    local = table.derivative(function, order + 1)
    assert local is not None
    return function_body(local, arg)


def raised(expr: Expr, row: MaybeIndex, column: MaybeIndex) -> Expr | None:
    """The array of which a line is the entry at (row, column), entry for entry.

    None if a name stands at another place than that of the line or of a sum around it.
    """
    match expr:
        case Entry(arg=arg, row=own_row, column=own_column):
            kept = own_row in (row, None) and own_column in (column, None)
            return arg if kept else None
        case SumOver(index=index, body=body) if {row, column} - {None}:
            return _raised_sum(index, body, row, column)
        case Delta() | Partial():
            return None
    parts = [raised(child, row, column) for child in children(expr)]
    kept_parts = [part for part in parts if part is not None]
    return with_children(expr, tuple(kept_parts)) if len(kept_parts) == len(parts) else None


def _raised_sum(index: Index, body: Expr, row: MaybeIndex, column: MaybeIndex) -> Expr | None:
    """A sum along the axis that the line has no index for, or has one of the same size."""
    for axis, own in enumerate((row, column)):
        if own is not None and own.dim != index.dim:
            continue
        inner = raised(body, *((index, column) if axis == 0 else (row, index)))
        if own is not None:
            return None if inner is None else Sum(inner, axis)
        if inner is not None and inner.shape[axis] == index.dim:
            return Sum(inner, axis)
    return None


# -- sums with deltas ----------------------------------------------------------------------------


def factors_of(expr: Expr) -> list[Expr]:
    """The factors of a product, flat."""
    if isinstance(expr, Times):
        return factors_of(expr.left) + factors_of(expr.right)
    return [expr]


def terms_of(expr: Expr) -> list[Expr]:
    """The terms of a sum, flat."""
    if isinstance(expr, Plus):
        return terms_of(expr.left) + terms_of(expr.right)
    return [expr]


def contracted(expr: Expr) -> Expr:
    """Every sum with a delta replaced by the term that is left."""
    parts = tuple(contracted(child) for child in children(expr))
    expr = _rebuilt(expr, parts)
    if not isinstance(expr, SumOver):
        return expr
    return _contracted_sum(expr.index, expr.body)


def _contracted_sum(index: Index, body: Expr) -> Expr:
    factors = factors_of(body)
    for place, factor in enumerate(factors):
        if isinstance(factor, Delta) and index in (factor.left, factor.right):
            other = factor.right if factor.left == index else factor.left
            return contracted(renamed(product(*factors[:place], *factors[place + 1 :]),
                                      {index: other}))  # fmt: skip
        if isinstance(factor, SumOver) and any(
            isinstance(f, Delta) and index in (f.left, f.right) for f in factors_of(factor.body)
        ):
            rest = _without(factors, place)
            return contracted(SumOver(factor.index, SumOver(index, product(rest, factor.body))))
    return SumOver(index, body)


def _without(factors: list[Expr], place: int) -> Expr:
    return product(*factors[:place], *factors[place + 1 :])


def _rebuilt(expr: Expr, parts: tuple[Expr, ...]) -> Expr:
    match expr:
        case Times():
            return product(*parts)
        case Plus():
            return total(*parts)
    return with_children(expr, parts)


def split(expr: Expr) -> Expr:
    """Sums over a factor (delta - rest) multiplied out, one sum a term."""
    parts = tuple(split(child) for child in children(expr))
    expr = _rebuilt(expr, parts)
    if not isinstance(expr, SumOver):
        return expr
    factors = factors_of(expr.body)
    for place, factor in enumerate(factors):
        if isinstance(factor, Plus) and any(
            isinstance(node, Delta) and expr.index in (node.left, node.right)
            for term in terms_of(factor)
            for node in factors_of(term)
        ):
            rest = _without(factors, place)
            return total(*(SumOver(expr.index, product(rest, t)) for t in terms_of(factor)))
    if isinstance(expr.body, Plus):
        return total(*(SumOver(expr.index, t) for t in terms_of(expr.body)))
    return expr


def divided(expr: Expr) -> Expr:
    """Products with equal factors above and below the line, those taken out."""
    if not isinstance(expr, Times):
        return _rebuilt(expr, tuple(divided(child) for child in children(expr)))
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in factors_of(expr):
        if isinstance(factor, Power) and factor.exponent == -1:
            below += factors_of(factor.base)
        else:
            above.append(divided(factor))
    kept = []
    for factor in below:
        if factor in above:
            above.remove(factor)
        else:
            kept.append(factor)
    under = [] if not kept else [Power(product(*kept), number(-1).value)]
    return product(*above, *under)


def constants_out(expr: Expr) -> Expr:
    """Factors without the index taken out of each sum."""
    parts = tuple(constants_out(child) for child in children(expr))
    expr = _rebuilt(expr, parts)
    if not isinstance(expr, SumOver):
        return expr
    factors = factors_of(expr.body)
    out = [f for f in factors if not mentions_index(f, expr.index)]
    if not out or len(out) == len(factors):
        return expr
    stay = [f for f in factors if mentions_index(f, expr.index)]
    return product(*out, replace(expr, body=product(*stay)))


__all__ = [
    "SCALAR",
    "Letters",
    "MaybeIndex",
    "NoEntries",
    "constants_out",
    "contracted",
    "divided",
    "entry_of",
    "factors_of",
    "mentions_index",
    "mentions_name",
    "outer_derivative",
    "partial_of",
    "picked",
    "raised",
    "renamed",
    "split",
    "summed",
    "terms_of",
]
