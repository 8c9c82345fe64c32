"""``X[i]``, ``W[:, j]`` and ``X[i:i + 1]`` in loops along axes: what stands at the place of a turn.

A turn may overwrite the entries at its own place, and read there what it has written; the rest
of such an array is not known before the loop has ended.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.program import ZERO, Dim, Expr, Index, Transpose
from derive.pycode import arrays
from derive.pycode.letters import Letters, entry
from derive.pycode.store import Partly, Unify
from derive.pycode.values import Place, Ref, Tensor, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

Scope = dict[str, Value]
_WHAT = "a loop along an axis"


def load(run: Interpreter, holder: Value, index: ast.expr, scope: Scope) -> Value:
    """The part of an array at the place of a turn; None if a subscript names none."""
    kinds = _kinds(index, scope)
    if kinds is None or not isinstance(holder, Ref):
        return None
    buffer = run.trace.buffers[holder.buffer]
    if buffer.reason:
        raise Unsupported(buffer.reason, index)
    if buffer.content.kind == "labels":
        return _label(run, holder, kinds, index)
    at, ndim = _letters(run, holder, kinds, index)
    found = _seen(holder, kinds, _current(run, holder, at, index))
    part = Tensor(found, ndim, buffer.content.kind)
    if not ndim:
        return part
    view = run.trace.new(part)
    run.trace.may_share(view, holder)
    return view


def part_at(run: Interpreter, holder: Ref, place: Place) -> Value:
    """The part of an array at a place of its first axis."""
    name = ast.Name("i", ast.Load())
    return load(run, holder, name, {"i": place})


def store(
    run: Interpreter,
    holder: Value,
    index: ast.expr,
    op: ast.operator | None,
    value: Value,
    scope: Scope,
    node: ast.AST,
) -> bool:
    """``holder[index] = value`` or ``op=``; False if a subscript names no place of a turn."""
    from derive.pycode.operators import binary

    kinds = _kinds(index, scope)
    if kinds is None or not isinstance(holder, Ref):
        return False
    trace = run.trace
    buffer = trace.buffers[holder.buffer]
    if buffer.reason:
        raise Unsupported(buffer.reason, node)
    others_see = holder.buffer < trace.fixed or holder.buffer in trace.overlaid
    if not buffer.is_real or buffer.content.picked is not None or others_see:
        raise Unsupported("assignment into a part of this", node)
    at, ndim = _letters(run, holder, kinds, index)
    _need_own(run, holder, at, node)
    old = Tensor(_seen(holder, kinds, _current(run, holder, at, node)), ndim)
    result = run.tensor(value if op is None else binary(run, op, old, value, node))
    if result.ndim > ndim:
        raise Unsupported("assignment of what has more axes than the part", node)
    new = arrays.real(result).expr
    if new.shape != old.expr.shape:
        arrays.agree(old.expr.shape, new.shape, "assignment at a place")
        zero = Tensor(arrays.filled(old.expr.shape, ZERO), 2)
        new = arrays.plus(Tensor(new, 2), zero).expr
        if new.shape != old.expr.shape:
            raise Unsupported("assignment of what is larger than the part", node)
    for other in buffer.shares:
        trace.spoil(Ref(other), "an array that may share the memory of one that is overwritten")
    kept = _seen(holder, kinds, new)  # back in the orientation of the buffer
    trace.partly[holder.buffer] = Partly(at, kept)
    return True


def is_label(left: Value, right: Value) -> Tensor | None:
    """``j == y[i]``: whether the place of a loop along the classes is the label of an example."""
    for place, label in ((left, right), (right, left)):
        if isinstance(place, Place) and isinstance(label, Tensor) and label.kind == "labels":
            if label.ndim or label.expr.shape[0] != 1:
                return None
            _need_size(label.expr.shape[1], place.index)
            return Tensor(entry(label.expr, None, place.index), 0, "mask")
    return None


def _current(run: Interpreter, holder: Ref, at: Letters, node: ast.AST) -> Expr:
    """What stands at a place now, in the orientation of the buffer."""
    partly = run.trace.partly.get(holder.buffer)
    if partly is None:
        return entry(run.trace.buffers[holder.buffer].content.expr, *at)
    if partly.at != at:
        raise Unsupported("an array of which a loop has overwritten another part", node)
    return partly.entries


def _need_own(run: Interpreter, holder: Ref, at: Letters, node: ast.AST) -> None:
    """Nobody else may have changed the array since the loops along its axes began."""
    turns = run.trace.turns
    content = run.trace.buffers[holder.buffer].content.expr
    if turns[-1].index not in at:
        raise Unsupported("a part of an array that the loop also changes otherwise", node)
    for turn in reversed(turns):
        if turn.index in at and turn.starts.get(holder.buffer) != content:
            raise Unsupported("a part of an array that the loop also changes otherwise", node)
        content = turn.replaced.get(holder.buffer, content)


def _seen(holder: Ref, kinds: list[Index | str], expr: Expr) -> Expr:
    """An entry as the subscript gives it, from one of the buffer, and back."""
    lies = bool(holder.flipped)
    column = (
        holder.ndim == 2 and len(kinds) == 2 and kinds[0] == ":" and isinstance(kinds[1], Index)
    )
    if lies != column and expr.shape != (1, 1):
        return Transpose(expr) if not isinstance(expr, Transpose) else expr.arg
    return expr


def _label(run: Interpreter, holder: Ref, kinds: list[Index | str], node: ast.AST) -> Value:
    content = run.trace.buffers[holder.buffer].content
    if len(kinds) != 1 or not isinstance(kinds[0], Index) or holder.ndim != 1 or holder.flipped:
        raise Unsupported("this index of integer labels", node)
    _need_size(content.expr.shape[0], kinds[0])
    return Tensor(entry(content.expr, kinds[0], None), 0, "labels")


def _letters(
    run: Interpreter, holder: Ref, kinds: list[Index | str], node: ast.AST
) -> tuple[Letters, int]:
    """The letters of the axes of a buffer, and how many axes the part has."""
    if len(kinds) > holder.ndim:
        raise Unsupported("an index with more places than axes", node)
    kinds = kinds + [":"] * (holder.ndim - len(kinds))
    shape = run.trace.buffers[holder.buffer].content.expr.shape
    dims = shape[::-1] if holder.flipped else shape
    own = dims[-holder.ndim :]
    ndim = holder.ndim
    letters: list[Index | None] = [None] * (2 - holder.ndim)
    for kind, dim in zip(kinds, own, strict=True):
        if isinstance(kind, Index) or kind == "0":
            ndim -= 1
        if isinstance(kind, Index):
            _need_size(dim, kind)
            letters.append(kind)
        elif kind == "0":
            if dim != 1:
                raise Unsupported("the index 0 beside the place of a loop", node)
            letters.append(None)
        else:
            letters.append(None)
    if not any(letters):
        raise Unsupported("this index in a loop along an axis", node)
    row, column = letters
    return ((column, row) if holder.flipped else (row, column)), ndim


def _need_size(dim: Dim, letter: Index) -> None:
    if isinstance(dim, int):
        raise Unsupported(f"a loop of {letter.dim} turns along an axis of size {dim}")
    if dim != letter.dim:
        raise Unify(dim, letter.dim, _WHAT)


def _kinds(index: ast.expr, scope: Scope) -> list[Index | str] | None:
    """By axis a letter, ``:`` or ``0``; None if no axis has the place of a turn."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    kinds: list[Index | str] = []
    for part in parts:
        match part:
            case ast.Name(id=name) if isinstance(scope.get(name), Place):
                kinds.append(scope[name].index)
            case ast.Slice(lower=None, upper=None, step=None):
                kinds.append(":")
            case ast.Constant(value=0) if len(parts) > 1:
                kinds.append("0")
            case _:
                return None
    return kinds if any(isinstance(k, Index) for k in kinds) else None
