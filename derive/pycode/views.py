"""Views of an array: transposed, and with other axes of size 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.program import SCALAR, Dim
from derive.pycode import arrays
from derive.pycode.values import (
    ListValue,
    Ref,
    Tensor,
    Unsupported,
    Value,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


def transposed(run: Interpreter, value: Value) -> Value:
    ref = run.need_array(value)
    if not isinstance(ref, Ref) or ref.ndim < 2:
        return ref
    return Ref(ref.buffer, not ref.flipped, 2)


def reshaped(run: Interpreter, value: Value, shape: Value) -> Value:
    """A view with other axes; only axes of size 1 come and go."""
    ref = run.need_array(value)
    wanted = _wanted(run, shape)
    if not isinstance(ref, Ref):
        if all(w in (1, -1) for w in wanted) and len(wanted) == 2:
            return run.trace.new(Tensor(ref.expr, 2))
        raise Unsupported("reshape of a number")
    have = run.trace.read(ref)
    dims = arrays.shape_of(have)
    if have.kind == "labels":
        if wanted in ((-1,), dims):
            return ref
        raise Unsupported("reshape of integer labels")
    long = [d for d in dims if d != 1]
    if list(wanted) == list(dims) or _flattens(wanted, dims):
        return ref
    if len(long) > 1 or len(wanted) > 2 or sum(w != 1 for w in wanted) > 1:
        raise Unsupported("reshape that mixes axes")
    if len(wanted) == 2 and 1 not in wanted:
        raise Unsupported("reshape that mixes axes")
    kept = [w for w in wanted if w not in (1, -1)]
    if kept and kept != long:
        raise Unsupported("reshape to another size")
    row = len(wanted) == 1 or wanted[0] == 1
    is_row = have.expr.shape[0] == 1
    flipped = ref.flipped if row == is_row or have.expr.shape == SCALAR else not ref.flipped
    return Ref(ref.buffer, flipped, len(wanted))


def _flattens(wanted: tuple[Dim, ...], dims: tuple[Dim, ...]) -> bool:
    """``x.reshape(N, -1)`` of an array of two axes, the first N or of a size to be found equal."""
    if len(dims) != 2 or len(wanted) != 2 or wanted.count(-1) != 1:
        return False
    return all(w in (-1, d) for w, d in zip(wanted, dims, strict=True))


def _wanted(run: Interpreter, shape: Value) -> tuple[Dim, ...]:
    shape = run.settled(shape)
    parts = shape.items if isinstance(shape, ListValue) else shape
    if not isinstance(parts, (tuple, list)):
        parts = (parts,)
    return tuple(-1 if part == -1 else run.dim(part) for part in parts)
