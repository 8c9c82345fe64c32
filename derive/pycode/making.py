"""NumPy's functions that make arrays or give them other axes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.program import ONE, SCALAR, ZERO, Dim, Eye, Shape
from derive.pycode import arrays, views
from derive.pycode.arguments import Row, exactly
from derive.pycode.store import A_NUMBER, Unify
from derive.pycode.values import ListValue, Range, Ref, Tensor, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


def filled_row(value: int) -> Row:
    def row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        shape, ndim = run.shape(exactly(args, keywords, 1)[0])
        return Tensor(arrays.filled(shape, ONE if value else ZERO), ndim)

    return row


def unwritten(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.empty``: anything, on which nothing may depend."""
    shape, ndim = run.shape(exactly(args, keywords, 1)[0])
    return _anything(run, shape, ndim)


def unwritten_like(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    like = run.tensor(exactly(args, keywords, 1)[0])
    if like.kind != "real":
        raise Unsupported("an array like integers or truth values")
    return _anything(run, like.expr.shape, like.ndim)


def _anything(run: Interpreter, shape: Shape, ndim: int) -> Tensor:
    leaf = run.trace.leaf("unwritten", shape)
    run.trace.unwritten.add(leaf.name)
    return Tensor(leaf, ndim)


def filled_like(value: int) -> Row:
    def row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        like = run.tensor(exactly(args, keywords, 1)[0])
        if like.kind != "real":
            raise Unsupported("an array like integers or truth values")
        return Tensor(arrays.filled(like.expr.shape, ONE if value else ZERO), like.ndim)

    return row


def eye(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    dim = run.dim(exactly(args, keywords, 1)[0])
    return Tensor(Eye(dim), 2)


def random(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """Random numbers: an array of which only the shape is known."""
    given = args[0] if len(args) == 1 and isinstance(args[0], (tuple, ListValue)) else tuple(args)
    wanted = keywords.get("size", given)
    shape, ndim = run.shape(wanted)
    if ndim == 0:
        return Tensor(run.trace.leaf("random", SCALAR), 0)
    return Tensor(run.trace.leaf("random", shape), ndim)


def random_sized(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    if "size" in keywords:
        return random(run, [], {"size": keywords["size"]})
    return random(run, [args[2]] if len(args) == 3 else [], {})


def integers(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """Random integers below a bound: labels of so many classes."""
    given = [*args, *(keywords[k] for k in ("low", "high", "size") if k in keywords)]
    if len(given) == 3 and given[0] == 0:
        given = given[1:]
    if len(given) != 2 or keywords.keys() - {"low", "high", "size"}:
        raise Unsupported("random integers other than labels")
    shape, ndim = run.shape(given[1])
    if ndim != 1:
        raise Unsupported("random integers of more than one axis")
    leaf = run.trace.leaf("classes", (shape[1], run.dim(given[0])), "real", 1)
    run.trace.onehot.add(leaf.name)
    return Tensor(leaf, 1, "labels")


def spaced(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.linspace``: an array of which only the shape is known."""
    count = args[2] if len(args) == 3 else keywords.get("num", 50)
    shape, ndim = run.shape(count)
    return Tensor(run.trace.leaf("random", shape), ndim)


def arange(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [stop] = exactly(args, keywords, 1)
    return Range(run.tensor(stop).expr)


def same(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [arg] = exactly(args, keywords, 1)
    return run.need_array(arg)


def copied(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [arg] = exactly(args, keywords, 1)
    return run.tensor(arg)


def arrayed(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.array(x, ndmin=2)``: a copy, of which one axis becomes a row."""
    least = keywords.pop("ndmin", 0)
    made = copied(run, args, keywords)
    if least not in (0, 1, 2) or isinstance(least, bool):
        raise Unsupported("np.array with an ndmin other than 0, 1 and 2")
    if made.ndim >= least:
        return made
    if made.kind != "real":
        raise Unsupported("np.array of integers with other axes")
    return Tensor(made.expr, least)


def squeezed(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [arg] = exactly(args, keywords, 1)
    tensor = run.tensor(arg)
    if tensor.ndim == 0:
        return tensor
    tensor = arrays.real(tensor)
    dims = arrays.shape_of(tensor)
    if dims.count(1) == len(dims):
        return Tensor(tensor.expr, 0)
    if 1 not in dims:
        raise Unify(dims[0], 1, A_NUMBER)
    return run.need_array(views.reshaped(run, arg, (-1,)))


def transposed(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [arg] = exactly(args, keywords, 1)
    return views.transposed(run, arg)


def reshaped(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, shape = exactly(args, keywords, 2)
    return views.reshaped(run, arg, shape)


def expanded(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    axis = keywords.get("axis", args[1] if len(args) == 2 else None)
    arg = run.need_array(args[0])
    if not isinstance(arg, Ref) or arg.ndim != 1 or axis not in (0, 1, -1) or len(args) > 2:
        raise Unsupported("np.expand_dims of what has not one axis")
    if run.trace.read(arg).kind == "labels":
        raise Unsupported("np.expand_dims of integer labels")
    return Ref(arg.buffer, arg.flipped != (axis != 0), 2)


def full(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.full(shape, number)``."""
    dims, value = exactly(args, keywords, 2)
    shape, ndim = run.shape(dims)
    return _filled_with(run, shape, ndim, value)


def full_like(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.full_like(array, number)``."""
    array, value = exactly(args, keywords, 2)
    like = run.tensor(array)
    if like.kind != "real":
        raise Unsupported("an array like integers or truth values")
    return _filled_with(run, like.expr.shape, like.ndim, value)


def _filled_with(run: Interpreter, shape: Shape, ndim: int, value: Value) -> Tensor:
    """An array all of whose entries are a number that is no integer: NumPy would cut decimals."""
    number = run.tensor(value)
    if number.ndim or arrays.is_whole(number):
        raise Unsupported("np.full with what is no decimal number")
    return Tensor(arrays.filled(shape, arrays.real(number).expr), ndim)


def size_row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.size(array)``, or of one axis."""
    from derive.pycode.calls import attribute

    given = [*args, *(keywords[k] for k in ("axis",) if k in keywords)]
    if keywords.keys() - {"axis"} or not 1 <= len(given) <= 2:
        raise Unsupported("np.size of these")
    array = run.need_array(given[0])
    if len(given) == 1:
        return attribute(run, array, "size", ast.Constant(0))
    shape = attribute(run, array, "shape", ast.Constant(0))
    axis = given[1]
    if isinstance(axis, bool) or not isinstance(axis, int) or not -len(shape) <= axis < len(shape):
        raise Unsupported("np.size of an axis that is not known")
    return shape[axis]


def shape_row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.shape(array)``."""
    from derive.pycode.calls import attribute

    [arg] = exactly(args, keywords, 1)
    return attribute(run, run.need_array(arg), "shape", ast.Constant(0))


def axes_row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.ndim(array)``."""
    [arg] = exactly(args, keywords, 1)
    return run.tensor(arg).ndim


def at_least_two(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.atleast_2d``: an array of one axis as a row."""
    [arg] = exactly(args, keywords, 1)
    array = run.need_array(arg)
    if not isinstance(array, Ref) or run.trace.read(array).kind == "labels":
        raise Unsupported("np.atleast_2d of this")
    return array if array.ndim == 2 else Ref(array.buffer, array.flipped, 2)


def flat(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.ravel``: an array of one axis."""
    from derive.pycode.builtin import perhaps_shared

    [arg] = exactly(args, keywords, 1)
    return perhaps_shared(run, arg, run.tensor(views.reshaped(run, arg, (-1,))))


def shape_argument(dims: tuple[Dim, ...]) -> tuple[Shape, int]:
    """NumPy's shape as a shape of two axes and the number of axes."""
    if len(dims) > 2:
        raise Unsupported(f"an array of {len(dims)} axes")
    rows, columns = (1, 1, *dims)[-2:]
    return (rows, columns), len(dims)
