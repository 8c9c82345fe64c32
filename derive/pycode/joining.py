"""NumPy's other ways to put arrays side by side: ``np.c_``, ``np.insert``, ``np.append``.

All of them make copies side by side along an axis, as ``np.concatenate`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from derive.program import ONE
from derive.pycode import arrays, parts
from derive.pycode.values import (
    ListValue,
    Parts,
    Ref,
    Tensor,
    Unsupported,
    Value,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

COLUMNS: Final = "numpy.c_"
"""What is indexed by the arrays that it puts side by side."""


def as_columns(run: Interpreter, pieces: list[Value]) -> Value:
    """``np.c_[a, b]`` and ``np.column_stack``: arrays of one axis are columns."""
    if len(pieces) < 2:
        raise Unsupported("one array beside none")
    return parts.joined(run, [_column(run, p) for p in pieces], 1)


def inserted(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.insert(X, 0, 1, axis=1)``: a row or column of a number before all others."""
    given = dict(zip(("arr", "obj", "values", "axis"), args, strict=False)) | keywords
    if given.keys() != {"arr", "obj", "values", "axis"}:
        raise Unsupported("np.insert without an axis")
    array, axis = run.ready(given["arr"]), given["axis"]
    array = array if isinstance(array, Parts) else run.need_array(array)
    value = run.settled(given["values"])
    plain = isinstance(array, (Ref, Parts)) and array.ndim == 2 and isinstance(value, int)
    if not plain or axis not in (0, 1, -1) or isinstance(axis, bool) or run.settled(given["obj"]):
        raise Unsupported("np.insert of other things than a number before all others")
    inner = axis % 2
    size = parts.along(run, array, 1 - inner)
    if len(size) != 1:
        raise Unsupported("an array both of whose axes have parts")
    shape = (1, size[0]) if inner == 0 else (size[0], 1)
    filled = arrays.times(Tensor(arrays.filled(shape, ONE), 2), arrays.constant(value))
    return parts.joined(run, [run.trace.new(arrays.real(filled)), array], inner)


def appended(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.append(a, b, axis=1)``."""
    axis = args[2] if len(args) == 3 else keywords.get("axis")
    if not 2 <= len(args) <= 3 or keywords.keys() - {"axis"} or not isinstance(axis, int):
        raise Unsupported("np.append without an axis")
    return parts.joined(run, [run.settled(a) for a in args[:2]], axis)


def _column(run: Interpreter, piece: Value) -> Value:
    value = run.ready(piece)
    value = value if isinstance(value, Parts) else run.need_array(value)
    if not isinstance(value, (Ref, Parts)):
        raise Unsupported("a number beside arrays")
    if value.ndim == 2:
        return value
    if isinstance(value, Parts):
        refs = tuple(Ref(r.buffer, not r.flipped, 2) for r in value.refs)
        return Parts(refs, 0, 2)
    if run.trace.read(value).kind == "labels":
        raise Unsupported("integer labels beside arrays")
    return Ref(value.buffer, not value.flipped, 2)


def stacked(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.column_stack((a, b))``."""
    pieces = args[0] if len(args) == 1 and not keywords else None
    pieces = pieces.items if isinstance(pieces, ListValue) else pieces
    if not isinstance(pieces, (tuple, list)):
        raise Unsupported("np.column_stack of these")
    return as_columns(run, list(pieces))
