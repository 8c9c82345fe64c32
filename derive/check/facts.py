"""What can be read off an expression without computing it: names, indices, dimensions.

In: an expression.  Out: its nodes, or the `Facts` of one node, made of those of its children.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

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
    is differentiated.  functions: those it applies itself.  free: its free indices, in order.
    deltas: whether an index of it may meet itself in a delta.  twice: whether a gradient is
    differentiated again.
    """

    names: frozenset[str] = frozenset()
    gradients: frozenset[str] = frozenset()
    partials: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    dims: frozenset[Dim] = frozenset()
    free: tuple[Index, ...] = ()
    deltas: bool = False
    twice: bool = False

    @property
    def derives(self) -> bool:
        """Whether it holds a derivative of something computed elsewhere."""
        return bool(self.gradients or self.partials)


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
    found = union(below)._replace(dims=frozenset(expr.shape).union(*(f.dims for f in below)))
    match expr:
        case Symbol(name=name):
            return found._replace(names=frozenset((name,)))
        case Gradient(name=name):
            return found._replace(gradients=frozenset((name,)))
        case Apply(function=function):
            return found._replace(functions=found.functions | {function})
        case Size(dim=dim):
            return found._replace(dims=found.dims | {dim})
        case Eye():
            return found._replace(deltas=True)
        case SumOver(index=index):
            return _indexed(found, bound=(index,))
        case Build(row=row, column=column):
            return _indexed(found, bound=(row, column))
        case Entry(row=row, column=column):
            return _indexed(found, free=(row, column))
        case Delta(left=left, right=right):
            return _indexed(found, free=(left, right))._replace(deltas=True)
        case Partial(name=name, row=row, column=column):
            found = _indexed(found, free=(row, column))
            twice = found.twice or bool(found.gradients)
            return found._replace(partials=found.partials | {name}, deltas=True, twice=twice)
    return found


Slots = tuple[Index | None, ...]


def _indexed(found: Facts, *, bound: Slots = (), free: Slots = ()) -> Facts:
    """With some indices bound, and others that become free."""
    kept = dict.fromkeys(i for i in found.free if i not in bound)
    kept.update(dict.fromkeys(i for i in free if i is not None))
    dims = found.dims.union(i.dim for i in (*bound, *free) if i is not None)
    return found._replace(free=tuple(kept), dims=dims)


NOTHING: Final = Facts()


def union(all_of: Iterable[Facts]) -> Facts:
    """What any of several expressions mentions."""
    parts = list(all_of)
    if len(parts) <= 1:
        return parts[0] if parts else NOTHING
    names, gradients, partials, functions, dims, free, deltas, twice = zip(*parts, strict=True)
    nothing: frozenset[str] = frozenset()
    return Facts(
        nothing.union(*names),
        nothing.union(*gradients),
        nothing.union(*partials),
        nothing.union(*functions),
        frozenset[Dim]().union(*dims),
        tuple(dict.fromkeys(index for one in free for index in one)),
        any(deltas),
        any(twice),
    )
