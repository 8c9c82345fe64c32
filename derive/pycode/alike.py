"""A list of gradients that is built like the list of the parameters: ``[(W, b), ...]``.

Such gradients have no names of their own; what they are by is told by their places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from derive.program import Symbol
from derive.pycode.values import ListValue, Ref, Tensor, Unknown, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


def by_place(run: Interpreter, result: Value, given: Sequence[Value]) -> list[tuple[str, Value]]:
    """Parameters by name with what stands at their places in a list that is returned.

    given: what may hold the parameters; only one of them may be built like the result.  Lists
    whose shapes fit only from behind are refused: what takes them may go through them so.
    """
    parts = result if isinstance(result, tuple) else (result,)
    lists = [p for p in map(run.settled, parts) if isinstance(p, ListValue) and p.items]
    if len(lists) != 1:
        return []
    found = [pairs for each in given if (pairs := _paired(run, lists[0], each)) is not None]
    if len(found) != 1 or len({leaf for leaf, _ in found[0]}) < len(found[0]):
        return []
    if not _fits(run, found[0]):
        behind = ListValue(lists[0].items[::-1])
        others = (_paired(run, behind, each) for each in given)
        if any(pairs is not None and _fits(run, pairs) for pairs in others):
            raise Unsupported("gradients in another order than what they are by")
    return found[0]


def _paired(run: Interpreter, result: Value, given: Value) -> list[tuple[str, Value]] | None:
    result, given = run.settled(result), run.settled(given)
    ours, theirs = _items(result), _items(given)
    if ours is None or theirs is None:
        name = _leaf(run, given)
        return [(name, result)] if name and isinstance(result, (Ref, Tensor)) else None
    if len(ours) != len(theirs):
        return None
    out: list[tuple[str, Value]] = []
    for one, other in zip(ours, theirs, strict=True):
        inner = _paired(run, one, other)
        if inner is None:
            return None
        out += inner
    return out


def _items(value: Value) -> list[Value] | None:
    if isinstance(value, ListValue):
        return value.items
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Unknown) and list(value.parts) == list(range(len(value.parts))) != []:
        return list(value.parts.values())
    return None


def _leaf(run: Interpreter, value: Value) -> str:
    if isinstance(value, Ref) and not run.trace.buffers[value.buffer].reason:
        expr = run.trace.read(value).expr
        return expr.name if isinstance(expr, Symbol) and expr.name in run.trace.leaves else ""
    return ""


def _fits(run: Interpreter, pairs: list[tuple[str, Value]]) -> bool:
    leaves = run.trace.leaves
    return all(run.tensor(value).expr.shape == leaves[name].dims for name, value in pairs)
