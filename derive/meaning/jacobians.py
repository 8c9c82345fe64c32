"""Derivatives of vectors by vectors as arrays, and products of them.

In: what is differentiated, and by what.  Out: the matrix ``\\partial h_i/\\partial x_j`` (numerator
layout: a row for each entry of h), turned where the note speaks of denominator layout; and the
gradient of a number along one path, ``\\partial L/\\partial h \\, \\partial h/\\partial x``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from derive.meaning.setting import Outside
from derive.program import SCALAR, Build, Entry, Expr, Index, Partial, SumOver, Symbol, Times

LINEAR_MAP: Final = "the derivative of one array by another is a linear map"
TURNED: Final = "it holds where derivatives stand in the other layout: say which one is meant"
_DENOMINATOR: Final = re.compile(r"denominator[- ]layout|hessian formulation", re.IGNORECASE)


def says_denominator(source: str) -> bool:
    """Does a note say that a derivative by a column has a row for each of its entries?"""
    return _DENOMINATOR.search(source) is not None


def slopes_of(
    body: Expr, by: Symbol, at: tuple[Index | None, Index | None] | None, turned: bool
) -> Expr:
    """The derivatives of a vector by a number, by one entry (at), or by a vector.

    turned: a row for each entry of what it is differentiated by.  Raises Outside where they are
    no matrix.
    """
    inner = _axis(body)
    if at is not None or by.shape == SCALAR:
        row, column = at if at is not None else (None, None)
        if any(i is None and d != 1 for i, d in zip((row, column), by.shape, strict=True)):
            raise Outside(LINEAR_MAP)
        entry = Partial(_entry(body, inner), by.name, row, column)
        return Build(inner, None, entry) if body.shape[1] == 1 else Build(None, inner, entry)
    outer = _axis(by, "j_")
    place = (outer, None) if by.shape[1] == 1 else (None, outer)
    entry = Partial(_entry(body, inner), by.name, *place)
    return Build(outer, inner, entry) if turned else Build(inner, outer, entry)


def along_path(slopes: Expr, body: Symbol, by: Symbol) -> Expr:
    """What the slopes of a number by a vector are by what that vector is computed from."""
    inner = _axis(body)
    entry = _entry(body, inner)
    outer = None if by.shape == SCALAR else _axis(by, "j_")
    column = by.shape[1] == 1
    part = Partial(entry, by.name, *((outer, None) if column else (None, outer)))
    total = SumOver(inner, Times(_entry(slopes, inner), part))
    return Build(outer, None, total) if column else Build(None, outer, total)


def telescopes(maps: Sequence[tuple[object, object]]) -> bool:
    """Whether each derivative is by what the next one is of."""
    return all(one[1] == two[0] for one, two in pairwise(maps))


def _axis(vector: Expr, letter: str = "i_") -> Index:
    rows, columns = vector.shape
    if 1 not in (rows, columns) or vector.shape == SCALAR:
        raise Outside(LINEAR_MAP)
    return Index(letter, rows if columns == 1 else columns)


def _entry(vector: Expr, index: Index) -> Expr:
    column = vector.shape[1] == 1
    return Entry(vector, index, None) if column else Entry(vector, None, index)
