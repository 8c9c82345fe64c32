"""The sizes that a cost forces to be equal, whatever the gradients go on to assume.

A gradient that needs two more sizes of its inputs to be equal (a missing transpose) is wrong for
all other sizes: what the whole run made equal is compared with what the cost alone does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from derive.program import (
    Build,
    Dim,
    Entry,
    Expr,
    Index,
    MatMul,
    Plus,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
    children,
)
from derive.pycode.letters import LOOP_LETTER
from derive.pycode.store import Sizes

Pair = tuple[Dim, Dim]


class Forced:
    """Infers the sizes of expressions over leaves of which each has sizes of its own."""

    def __init__(self, leaves: Mapping[str, Pair], definitions: Mapping[str, Expr]) -> None:
        self.leaves, self.definitions = leaves, definitions
        self.sizes = Sizes()
        self._done: dict[str, Pair] = {}
        self._bound = 0

    @property
    def used(self) -> list[str]:
        """The leaves that were met."""
        return [name for name in self._done if name in self.leaves]

    def infer(self, expr: Expr, letters: Mapping[Index, Dim] = MappingProxyType({})) -> Pair:
        """The sizes of both axes; letters: the sizes over which those of loops run."""
        if isinstance(expr, Symbol):
            return self._symbol(expr)
        letters = self._with_bound(expr, letters)
        parts = [self.infer(child, letters) for child in children(expr)]
        match expr:
            case Transpose():
                return parts[0][1], parts[0][0]
            case MatMul():
                self._join(parts[0][1], parts[1][0])
                return parts[0][0], parts[1][1]
            case Plus() | Times():
                return self._stretched(*parts)
            case Sum(axis=axis):
                return (1, parts[0][1]) if axis == 0 else (parts[0][0], 1)
            case Entry(row=row, column=column):
                if row is not None:
                    self._join(parts[0][0], letters.get(row, row.dim))
                if column is not None:
                    self._join(parts[0][1], letters.get(column, column.dim))
                return (
                    parts[0][0] if row is None else 1,
                    parts[0][1] if column is None else 1,
                )
            case Build(row=row, column=column):
                return (
                    1 if row is None else letters.get(row, row.dim),
                    1 if column is None else letters.get(column, column.dim),
                )
        return parts[0] if parts else expr.shape

    def _with_bound(self, expr: Expr, letters: Mapping[Index, Dim]) -> Mapping[Index, Dim]:
        """A letter of a loop runs over a size of its own, which only its uses tie to others."""
        bound: tuple[Index | None, ...] = ()
        if isinstance(expr, SumOver):
            bound = (expr.index,)
        elif isinstance(expr, Build):
            bound = (expr.row, expr.column)
        own = dict(letters)
        for letter in bound:
            if letter is not None and LOOP_LETTER.fullmatch(letter.name):
                self._bound += 1
                own[letter] = f"letter {self._bound}"
        return own

    def _symbol(self, symbol: Symbol) -> Pair:
        name = symbol.name
        if name not in self._done:
            known = self.leaves.get(name)
            if known is None:
                known = (
                    self.infer(self.definitions[name]) if name in self.definitions else symbol.shape
                )
            self._done[name] = known
        return self._done[name]

    def _stretched(self, left: Pair, right: Pair) -> Pair:
        out: list[Dim] = []
        for a, b in zip(left, right, strict=True):
            if 1 not in (a, b):
                self._join(a, b)
            out.append(b if a == 1 else a)
        return out[0], out[1]

    def _join(self, a: Dim, b: Dim) -> None:
        self.sizes.join(a, b)


def unforced(
    cost: Expr, leaves: Mapping[str, Pair], definitions: Mapping[str, Expr], found: Sizes
) -> list[Pair]:
    """Sizes of leaves of the cost that a run made equal without the cost's forcing them."""
    forced = Forced(leaves, definitions)
    forced.infer(cost)
    for a, b in found.given:
        forced.sizes.join(a, b)
    return beyond([d for n in forced.used for d in leaves[n]], forced.sizes, found)


def beyond(dims: Iterable[Dim], needed: Sizes, found: Sizes) -> list[Pair]:
    """Pairs of `dims`, or of one of them and 1, that are equal in `found` but need not be."""
    for a, b in found.given:
        needed.join(a, b)
    ordered = sorted({*dims, 1}, key=str)
    return [
        (a, b)
        for k, a in enumerate(ordered)
        for b in ordered[k + 1 :]
        if found.find(a) == found.find(b) and needed.find(a) != needed.find(b)
    ]
