"""Sums, means, maxima, softmax: NumPy's and SciPy's functions along an axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from derive.program import ONE, Symbol
from derive.pycode import arrays
from derive.pycode.arguments import Row, reduction_arguments
from derive.pycode.values import Largest, Tensor, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


def sum_row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, keepdims = reduction_arguments(args, keywords)
    return arrays.reduce(run.tensor(arg), axis, keepdims, run.summed)


def sum_of_finite(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    run.condition("what np.nansum adds up is finite")
    return sum_row(run, args, keywords)


def reduction(rule: Callable[..., object]) -> Row:
    def row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        arg, axis, keepdims = reduction_arguments(args, keywords)
        tensor = run.tensor(arg)
        inner = None if axis is None else arrays.axis_of(axis, tensor.ndim)
        run.trace.counts_single |= tensor.ndim > 0 and arrays.count(tensor.expr.shape, inner) == ONE
        return arrays.reduce(tensor, axis, keepdims, rule)  # type: ignore[arg-type]

    return row


def largest(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, keepdims = reduction_arguments(args, keywords)
    tensor = run.tensor(arg)
    if tensor.kind == "labels" and tensor.ndim == 1 and axis is None and not keepdims:
        return _last_class(run, tensor)
    return arrays.reduce(run.tensor(arg), axis, keepdims, run.shift)


def _last_class(run: Interpreter, labels: Tensor) -> Tensor:
    """``y.max()``: one less than the number of classes, if the last class occurs."""
    assert isinstance(labels.expr, Symbol)
    run.condition(f"the largest of the labels {labels.expr.name} is the last class")
    count = arrays.size(labels.expr.shape[1])
    return arrays.minus(Tensor(count, 0), arrays.constant(1))


def smallest(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, keepdims = reduction_arguments(args, keywords)
    tensor = arrays.times(arrays.constant(-1), run.tensor(arg))
    return arrays.times(arrays.constant(-1), arrays.reduce(tensor, axis, keepdims, run.shift))


def argmax(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, keepdims = reduction_arguments(args, keywords)
    tensor = arrays.real(run.tensor(arg))
    inner = arrays.axis_of(axis, tensor.ndim)
    if inner is None or not keepdims:
        raise Unsupported("np.argmax without axis and keepdims")
    return Largest(tensor.expr, inner, run.shift(tensor.expr, inner))


def softmax(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, _ = reduction_arguments(args, keywords)
    tensor = run.tensor(arg)
    power = arrays.elementwise(arrays.apply("exp"), tensor)
    return arrays.over(power, arrays.reduce(power, axis, True, arrays.summed))


def logsumexp(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, keepdims = reduction_arguments(args, keywords)
    power = arrays.elementwise(arrays.apply("exp"), run.tensor(arg))
    total = arrays.reduce(power, axis, keepdims, arrays.summed)
    return arrays.elementwise(arrays.apply("log"), total)


def log_softmax(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, _ = reduction_arguments(args, keywords)
    return arrays.minus(run.tensor(arg), logsumexp(run, [arg, axis], {"keepdims": True}))
