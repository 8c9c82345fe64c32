"""What can be read off an expression without computing it: names, indices, dimensions.

In: an expression.  Out: its nodes, or the `Facts` of one node, made of those of its children.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from derive.program import (
    Apply,
    Build,
    Delta,
    Dim,
    Entry,
    Expr,
    Eye,
    Gradient,
    Index,
    Partial,
    Size,
    SumOver,
    Symbol,
    children,
)

DEEPEST: Final = 150
LARGEST: Final = 20_000


class Facts(NamedTuple):
    """What an expression mentions, at any depth.

    names: those whose values it takes.  gradients, partials: those by which the cost, or anything,
    is differentiated.  functions: those it applies itself.  free: its free indices.  holds:
    "delta" if an index of it may meet itself in a delta, "entry" if it takes entries of arrays by
    indices, "second" if a gradient is differentiated again.
    """

    names: frozenset[str] = frozenset()
    gradients: frozenset[str] = frozenset()
    partials: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    dims: frozenset[Dim] = frozenset()
    free: frozenset[Index] = frozenset()
    holds: frozenset[str] = frozenset()

    @property
    def derives(self) -> bool:
        """Whether it holds a derivative of something computed elsewhere."""
        return bool(self.gradients or self.partials)

    def joined(self, **new: Iterable[Any]) -> Facts:
        """With more of some kinds."""
        return self._replace(**{kind: getattr(self, kind).union(new[kind]) for kind in new})


def union(all_of: Sequence[Facts]) -> Facts:
    """What any of several expressions mentions."""
    if len(all_of) == 1:
        return all_of[0]
    return Facts(*(frozenset[Any]().union(*sets) for sets in zip(*all_of, strict=True)))


def nodes(expr: Expr) -> Iterable[Expr]:
    """Each node once, parents first; ValueError if the expression is too deep or too large."""
    seen: dict[int, Expr] = {}
    level, below = [expr], 0
    while level:
        below += 1
        new: dict[int, Expr] = {}
        for node in level:
            seen.pop(id(node), None)  # parents stay in front of all their children
            seen[id(node)] = node
            for child in children(node):
                new[id(child)] = child
        if below > DEEPEST or len(seen) > LARGEST:
            raise ValueError("the expression is too deep or too large to evaluate")
        level = list(new.values())
    return seen.values()


def facts_of(expr: Expr, below: Sequence[Facts]) -> Facts:
    """The facts of a node, given those of its children."""
    found = union(below).joined(dims=expr.shape)
    match expr:
        case Symbol(name=name):
            return found.joined(names=(name,))
        case Gradient(name=name):
            return found.joined(gradients=(name,))
        case Apply(function=function):
            return found.joined(functions=(function,))
        case Size(dim=dim):
            return found.joined(dims=(dim,))
        case Eye():
            return found.joined(holds=("delta",))
        case SumOver(index=index):
            return found.joined(dims=(index.dim,))._replace(free=found.free - {index})
        case Build(row=row, column=column):
            return found._replace(free=found.free - {row, column})
        case Entry(row=row, column=column):
            return found.joined(free=_given(row, column), holds=("entry",))
        case Delta(left=left, right=right):
            return found.joined(free=(left, right), dims=(left.dim,), holds=("delta",))
        case Partial(name=name, row=row, column=column):
            free, holds = _given(row, column), ("delta", *(["second"] if found.gradients else []))
            dims = (index.dim for index in free)
            return found.joined(partials=(name,), free=free, dims=dims, holds=holds)
    return found


def _given(*indices: Index | None) -> list[Index]:
    return [index for index in indices if index is not None]
