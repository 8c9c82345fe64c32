"""Rows: the environments that only arrange equations, and the columns in them.

In: tokens without decorations.  Out: the same without these environments and their alignment
marks; a mark that begins a new column is a wide space.  Arrays and cases are kept whole, but
for those that hold equations: ``\\begin{cases} z = wx \\\\ a = f(z) \\end{cases}``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from .arrays import asks
from .brackets import match
from .symbols import CASES, GAPS, NEWROW, PICTURES, RELATIONS, ROWS, SEPARATORS
from .tokens import Token

_NO_EDGE: Final = RELATIONS | NEWROW | GAPS | SEPARATORS.keys() | frozenset("+-&,;:.")
"""What does not end an expression, nor begin one."""


def without_rows(tokens: list[Token]) -> list[Token]:
    """The tokens without environments of rows; raises `brackets.TooDeep`."""
    partner = match(tokens)
    dropped: set[int] = set()
    columns: set[int] = set()
    keep_marks = 0  # up to here an array is kept whole
    marks = 0  # how many alignment marks the row has
    for i, token in enumerate(tokens):
        if token.kind == "begin" and partner[i] >= 0:
            inside = tokens[i + 1 : partner[i]]
            rows = token.text in ROWS or (token.text == "array" and _has_equation(inside))
            if i >= keep_marks and (rows or _is_system(tokens, i, inside)):
                dropped.update((i, partner[i]))
                marks = 0
            elif token.text in PICTURES:
                keep_marks = max(keep_marks, partner[i])
        elif i >= keep_marks and token.text in NEWROW:
            marks = 0
        elif i >= keep_marks and token.text == "&" and token.kind == "symbol":
            marks += 1
            if not _parts(tokens, i):
                dropped.add(i)
            elif marks % 2 == 0:
                columns.add(i)
            elif "word" in (tokens[i - 1].kind, tokens[i + 1].kind):
                dropped.add(i)
    return [
        Token("command", "\\quad", token.start, token.end) if i in columns else token
        for i, token in enumerate(tokens)
        if i not in dropped
    ]


def _parts(tokens: Sequence[Token], i: int) -> bool:
    """Whether the mark at `i` stands between two expressions."""
    return 0 < i < len(tokens) - 1 and not any(
        token.kind in ("begin", "end") or (token.kind != "word" and token.text in _NO_EDGE)
        for token in (tokens[i - 1], tokens[i + 1])
    )


def _has_equation(tokens: Sequence[Token]) -> bool:
    """Whether an array holds equations: a relation sign directly behind an alignment mark."""
    return any(
        a.text == "&" and b.text in RELATIONS and a.kind == b.kind == "symbol"
        for a, b in pairwise(tokens)
    )


def _is_system(tokens: Sequence[Token], i: int, inside: Sequence[Token]) -> bool:
    """Whether the array at `i` is a system: an equation in every row, and none in front."""
    if tokens[i].text not in (*CASES, "array") or not _begins(tokens, i):
        return False
    rows: list[list[Token]] = [[]]
    depth = 0
    for token in inside:
        depth += (token.text == "{" or token.kind == "begin") * (token.kind != "word")
        depth -= (token.text == "}" or token.kind == "end") * (token.kind != "word")
        if depth == 0 and token.text in NEWROW:
            rows.append([])
        elif depth == 0:
            rows[-1].append(token)
    return all(map(_is_equation, filter(None, rows))) and any(rows)


def _begins(tokens: Sequence[Token], i: int) -> bool:
    """Whether nothing stands in front of the token at `i` but an opening brace."""
    before = i - 1 - (i > 0 and tokens[i - 1].text in ("\\{", "{"))
    return before < 0 or tokens[before].text in NEWROW | GAPS


def _is_equation(row: Sequence[Token]) -> bool:
    """Whether a row is an equation rather than a value and its condition."""
    for token, following in pairwise([*row, Token("symbol", "", 0, 0)]):
        if token.kind != "word" and token.text in RELATIONS:
            return True
        mark = token.text == "&" and following.text not in RELATIONS
        if asks(token) or mark or token.text in (",", ";"):
            return False
    return False
