"""NumPy's and SciPy's functions: one row each, name to meaning.

A row takes the interpreter, the arguments as values and the keywords, and returns a value;
tensors with axes become new arrays.  ``out=`` and ``dtype=`` are taken care of by the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from derive.program import ZERO, Apply, Build, Number, Symbol, Transpose
from derive.pycode import arrays, making, powers, ranges, reductions
from derive.pycode.arguments import Row, exactly, reduction_arguments
from derive.pycode.clipping import FAR, clip
from derive.pycode.einsum import einsum
from derive.pycode.values import Largest, ListValue, Tensor, Unknown, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


def _unary(rule: Callable[[Tensor], Tensor]) -> Row:
    def row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        [arg] = exactly(args, keywords, 1)
        return rule(run.tensor(arg))

    return row


def _entries(name: str) -> Row:
    return _unary(lambda t: arrays.elementwise(arrays.apply(name), t))


def _binary(rule: Callable[[Tensor, Tensor], Tensor]) -> Row:
    def row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        left, right = exactly(args, keywords, 2)
        return rule(run.tensor(left), run.tensor(right))

    return row


def _logarithm(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [arg] = exactly(args, keywords, 1)
    return arrays.elementwise(arrays.apply("log"), run.tensor(arg))


def _logistic(arg: Tensor) -> Tensor:
    power = arrays.elementwise(arrays.apply("exp"), arrays.times(arrays.constant(-1), arg))
    return arrays.power(arrays.plus(arrays.constant(1), power), Fraction(-1))


def _log1p(arg: Tensor) -> Tensor:
    return arrays.elementwise(arrays.apply("log"), arrays.plus(arrays.constant(1), arg))


def _expm1(arg: Tensor) -> Tensor:
    return arrays.minus(arrays.elementwise(arrays.apply("exp"), arg), arrays.constant(1))


def _power(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    base, exponent = exactly(args, keywords, 2)
    return powers.powered(run, base, exponent)


def _maximum(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    left, right = (arrays.real(run.tensor(a)) for a in exactly(args, keywords, 2))
    known = run.trace.definitions
    for one, other in ((left, right), (right, left)):
        mask = ranges.mask_or_sign(one.expr, known)
        if mask is not None and ranges.in_unit(other.expr, known):
            chosen = Tensor(mask, one.ndim)
            rest = arrays.minus(arrays.constant(1), chosen)
            return arrays.plus(chosen, arrays.times(rest, other))
    return arrays.maximum(_plain_zero(run, left, right), _plain_zero(run, right, left))


def _plain_zero(run: Interpreter, tensor: Tensor, other: Tensor) -> Tensor:
    """The number 0 for an array of zeros beside one of the same shape."""
    expr = tensor.expr
    if isinstance(expr, Symbol):
        expr = run.trace.definitions.get(expr.name, expr)
    zero = isinstance(expr, Build) and expr.body == ZERO and expr.shape == other.expr.shape
    return Tensor(ZERO, 0, tensor.kind) if zero and tensor.ndim == other.ndim else tensor


def _minimum(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    left, right = (run.tensor(a) for a in exactly(args, keywords, 2))
    for bound, other in ((left, right), (right, left)):
        if not run.rows and isinstance(bound.expr, Number) and bound.expr.value >= FAR:
            run.condition(f"what is cut off at {float(bound.expr.value):g} lies below it")
            return arrays.real(other)
    return arrays.minus(arrays.plus(left, right), arrays.maximum(left, right))


def _where(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    mask, yes, no = (run.tensor(a) for a in exactly(args, keywords, 3))
    return arrays.where(mask, yes, no)


def _einsum(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    if keywords or not args or not isinstance(args[0], str):
        raise Unsupported("np.einsum without constant subscripts")
    return einsum(args[0], [run.tensor(a) for a in args[1:]])


def _outer(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    column, row = (_flat(run, arg) for arg in exactly(args, keywords, 2))
    return arrays.times(Tensor(Transpose(arrays.real(column).expr), 2), row)


def _flat(run: Interpreter, arg: Value) -> Tensor:
    arg = run.settled(arg)
    if isinstance(arg, Unknown) and not arg.parts:
        arg = run.as_vector(arg)
    tensor = run.tensor(arg)
    if tensor.ndim != 1:
        raise Unsupported("np.outer of what has not one axis")
    return tensor


def _dot(left: Tensor, right: Tensor) -> Tensor:
    if 0 in (left.ndim, right.ndim):
        return arrays.times(left, right)
    return arrays.matmul(left, right)


def _logaddexp(left: Tensor, right: Tensor) -> Tensor:
    powers = [arrays.elementwise(arrays.apply("exp"), side) for side in (left, right)]
    return arrays.elementwise(arrays.apply("log"), arrays.plus(*powers))


def _vdot(left: Tensor, right: Tensor) -> Tensor:
    if left.kind == right.kind == "mask":
        raise Unsupported("np.vdot of truth values, which is no sum")
    if left.expr.shape != right.expr.shape:
        arrays.agree(left.expr.shape, right.expr.shape, "np.vdot")
        raise Unsupported("np.vdot of arrays of different shapes")
    return Tensor(arrays.summed(arrays.times(left, right).expr, None), 0)


def _inner(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.inner``: over the last axis of both."""
    left, right = (run.tensor(a) for a in exactly(args, keywords, 2))
    return _dot(left, arrays.transpose(right))


def _tensordot(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.tensordot`` over one axis of each of two matrices."""
    axes = args[2] if len(args) == 3 else keywords.get("axes")
    axes = tuple(axes.items) if isinstance(axes, ListValue) else axes
    axes = (1, 0) if axes == 1 else axes
    if not isinstance(axes, tuple) or len(axes) != 2 or keywords.keys() - {"axes"}:
        raise Unsupported("np.tensordot over other axes")
    first, second = (_only(a) for a in axes)
    left, right = (run.tensor(a) for a in args[:2])
    if (left.ndim, right.ndim) != (2, 2) or not {first, second} <= {0, 1, -1, -2}:
        raise Unsupported("np.tensordot of these")
    left = left if first % 2 else arrays.transpose(left)
    return arrays.matmul(left, arrays.transpose(right) if second % 2 else right)


def _only(axis: Value) -> Value:
    """The one axis of a list of one."""
    items = axis.items if isinstance(axis, ListValue) else axis
    if isinstance(items, (list, tuple)):
        items = items[0] if len(items) == 1 else None
    return items if isinstance(items, int) and not isinstance(items, bool) else None


def _take_along(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, at = run.tensor(args[0]), args[1]
    axis = args[2] if len(args) == 3 else keywords.get("axis")
    if not isinstance(at, Largest) or arg.expr != at.of or axis != at.axis:
        raise Unsupported("np.take_along_axis at other places than the largest entries")
    return Tensor(at.value, 2)


def _norm(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """``np.linalg.norm`` of all entries, or along one axis: the root of the sum of squares."""
    arg, axis, keepdims = reduction_arguments(args[:1], keywords)
    if len(args) != 1:
        raise Unsupported("np.linalg.norm of another order")
    squares = arrays.power(arrays.real(run.tensor(arg)), Fraction(2))
    return arrays.power(arrays.reduce(squares, axis, keepdims, arrays.summed), arrays.HALF)


def _finite(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [arg] = exactly(args, keywords, 1)
    run.condition("what np.nan_to_num is given is finite")
    return arrays.real(run.tensor(arg))


def _tanh(arg: Tensor) -> Tensor:
    return arrays.elementwise(lambda e: Apply("tanh", 0, e), arg)


def _compare(op: str) -> Row:
    return _binary(lambda a, b: arrays.compare(op, a, b))


def _reciprocal(arg: Tensor) -> Tensor:
    """One over a number; of an integer NumPy cuts the decimals off."""
    if arrays.is_whole(arg):
        raise Unsupported("np.reciprocal of integers")
    return arrays.power(arg, Fraction(-1))


def _quarter_turn(sign: int) -> Callable[[Tensor], Tensor]:
    """cosh (1) and sinh (-1)."""

    def rule(arg: Tensor) -> Tensor:
        up = arrays.elementwise(arrays.apply("exp"), arg)
        down = arrays.elementwise(arrays.apply("exp"), arrays.times(arrays.constant(-1), arg))
        both = arrays.plus(up, arrays.times(arrays.constant(sign), down))
        return arrays.times(arrays.constant(Fraction(1, 2)), both)

    return rule


NUMPY: Final[dict[str, Row]] = {
    "exp": _entries("exp"),
    "log": _logarithm,
    "sin": _entries("sin"),
    "cos": _entries("cos"),
    "tanh": _unary(_tanh),
    "sinh": _unary(_quarter_turn(-1)),
    "cosh": _unary(_quarter_turn(1)),
    "log1p": _unary(_log1p),
    "expm1": _unary(_expm1),
    "sqrt": _unary(lambda t: arrays.power(t, arrays.HALF)),
    "square": _unary(lambda t: arrays.power(t, Fraction(2))),
    "reciprocal": _unary(_reciprocal),
    "float64": _unary(arrays.real),
    "float32": _unary(arrays.real),
    "negative": _unary(lambda t: arrays.times(arrays.constant(-1), t)),
    "abs": _unary(arrays.magnitude),
    "absolute": _unary(arrays.magnitude),
    "fabs": _unary(arrays.magnitude),
    "sign": _unary(arrays.sign),
    "logical_not": _unary(arrays.opposite),
    "power": _power,
    "clip": clip,
    "add": _binary(arrays.plus),
    "subtract": _binary(arrays.minus),
    "multiply": _binary(arrays.times),
    "divide": _binary(arrays.over),
    "true_divide": _binary(arrays.over),
    "maximum": _maximum,
    "minimum": _minimum,
    "greater": _compare(">"),
    "greater_equal": _compare(">="),
    "less": _compare("<"),
    "less_equal": _compare("<="),
    "where": _where,
    "dot": _binary(_dot),
    "matmul": _binary(arrays.matmul),
    "outer": _outer,
    "vdot": _binary(_vdot),
    "logaddexp": _binary(_logaddexp),
    "einsum": _einsum,
    "sum": reductions.sum_row,
    "nansum": reductions.sum_of_finite,
    "mean": reductions.reduction(arrays.averaged),
    "average": reductions.reduction(arrays.averaged),
    "var": reductions.reduction(arrays.variance),
    "std": reductions.reduction(arrays.deviation),
    "max": reductions.largest,
    "amax": reductions.largest,
    "min": reductions.smallest,
    "amin": reductions.smallest,
    "add.reduce": reductions.sum_row,
    "maximum.reduce": reductions.largest,
    "argmax": reductions.argmax,
    "take_along_axis": _take_along,
    "empty": making.unwritten,
    "empty_like": making.unwritten_like,
    "zeros": making.filled_row(0),
    "ones": making.filled_row(1),
    "zeros_like": making.filled_like(0),
    "ones_like": making.filled_like(1),
    "eye": making.eye,
    "identity": making.eye,
    "arange": making.arange,
    "asarray": making.same,
    "array": making.arrayed,
    "copy": making.copied,
    "nan_to_num": _finite,
    "squeeze": making.squeezed,
    "transpose": making.transposed,
    "reshape": making.reshaped,
    "expand_dims": making.expanded,
    "size": making.size_row,
    "shape": making.shape_row,
    "ndim": making.axes_row,
    "full": making.full,
    "full_like": making.full_like,
    "atleast_2d": making.at_least_two,
    "ravel": making.flat,
    "inner": _inner,
    "tensordot": _tensordot,
    "linalg.norm": _norm,
    "random.randn": making.random,
    "random.rand": making.random,
    "random.standard_normal": making.random,
    "random.random": making.random,
    "random.normal": making.random_sized,
    "random.uniform": making.random_sized,
    "random.random_sample": making.random,
    "random.randint": making.integers,
    "random.integers": making.integers,
    "linspace": making.spaced,
}
"""Functions of ``numpy``."""

SCIPY: Final[dict[str, Row]] = {
    "expit": _unary(_logistic),
    "erf": _entries("erf"),
    "softmax": reductions.softmax,
    "log_softmax": reductions.log_softmax,
    "logsumexp": reductions.logsumexp,
}
"""Functions of ``scipy.special``."""


def library_row(name: str) -> Row | None:
    """The row of a function by its full name, None if it is not known."""
    for prefix, rows in (("numpy.", NUMPY), ("scipy.special.", SCIPY)):
        if name.startswith(prefix):
            return rows.get(name[len(prefix) :])
    return None
