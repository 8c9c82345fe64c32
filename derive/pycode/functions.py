"""NumPy's and SciPy's functions: one row each, name to meaning.

A row takes the interpreter, the arguments as values and the keywords, and returns a value;
tensors with axes become new arrays.  ``out=`` and ``dtype=`` are taken care of by the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from derive.program import ONE, ZERO, Apply, Dim, Eye, Shape, Transpose
from derive.pycode import arrays, ranges
from derive.pycode.einsum import einsum
from derive.pycode.values import Largest, ListValue, Range, Ref, Tensor, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

Row = Callable[["Interpreter", list[Value], dict[str, Value]], Value]


def _unary(rule: Callable[[Tensor], Tensor]) -> Row:
    def row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        [arg] = _exactly(args, keywords, 1)
        return rule(run.tensor(arg))

    return row


def _entries(name: str) -> Row:
    return _unary(lambda t: arrays.elementwise(arrays.apply(name), t))


def _binary(rule: Callable[[Tensor, Tensor], Tensor]) -> Row:
    def row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        left, right = _exactly(args, keywords, 2)
        return rule(run.tensor(left), run.tensor(right))

    return row


def _exactly(args: list[Value], keywords: dict[str, Value], count: int) -> list[Value]:
    if keywords:
        raise Unsupported(f"the keyword {sorted(keywords)[0]}")
    if len(args) != count:
        raise Unsupported(f"{len(args)} arguments where {count} are known")
    return args


def _sum(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, keepdims = reduction_arguments(args, keywords)
    return arrays.reduce(run.tensor(arg), axis, keepdims, run.summed)


def _reduction(rule: Callable[..., object]) -> Row:
    def row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        arg, axis, keepdims = reduction_arguments(args, keywords)
        return arrays.reduce(run.tensor(arg), axis, keepdims, rule)  # type: ignore[arg-type]

    return row


def reduction_arguments(
    args: list[Value], keywords: dict[str, Value]
) -> tuple[Value, int | None, bool]:
    """The array, axis and keepdims of a reduction."""
    left = dict(keywords)
    axis = args[1] if len(args) == 2 else left.pop("axis", None)
    keepdims = left.pop("keepdims", False)
    if left or not 1 <= len(args) <= 2:
        raise Unsupported(f"arguments of a reduction: {', '.join(sorted(left)) or len(args)}")
    if isinstance(axis, tuple) and len(axis) == 1:
        [axis] = axis
    if isinstance(axis, bool) or not (axis is None or isinstance(axis, int)):
        raise Unsupported("an axis that is no constant integer")
    if not isinstance(keepdims, bool):
        raise Unsupported("keepdims that is no constant")
    return args[0], axis, keepdims


def _largest(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, keepdims = reduction_arguments(args, keywords)
    return arrays.reduce(run.tensor(arg), axis, keepdims, run.shift)


def _smallest(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, keepdims = reduction_arguments(args, keywords)
    tensor = arrays.times(arrays.constant(-1), run.tensor(arg))
    return arrays.times(arrays.constant(-1), arrays.reduce(tensor, axis, keepdims, run.shift))


def _argmax(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, keepdims = reduction_arguments(args, keywords)
    tensor = arrays.real(run.tensor(arg))
    inner = arrays.axis_of(axis, tensor.ndim)
    if inner is None or not keepdims:
        raise Unsupported("np.argmax without axis and keepdims")
    return Largest(tensor.expr, inner, run.shift(tensor.expr, inner))


def _logarithm(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [arg] = _exactly(args, keywords, 1)
    return arrays.elementwise(arrays.apply("log"), run.tensor(arg))


def _logistic(arg: Tensor) -> Tensor:
    power = arrays.elementwise(arrays.apply("exp"), arrays.times(arrays.constant(-1), arg))
    return arrays.power(arrays.plus(arrays.constant(1), power), Fraction(-1))


def _log1p(arg: Tensor) -> Tensor:
    return arrays.elementwise(arrays.apply("log"), arrays.plus(arrays.constant(1), arg))


def _expm1(arg: Tensor) -> Tensor:
    return arrays.minus(arrays.elementwise(arrays.apply("exp"), arg), arrays.constant(1))


def _power(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    base, exponent = _exactly(args, keywords, 2)
    return run.powered(base, exponent)


def _clip(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    if not args or len(args) + len(keywords) != 3:
        raise Unsupported("np.clip without both bounds")
    bounds = [*args[1:], *(keywords.get(k) for k in ("a_min", "a_max", "min", "max"))]
    low, high = [b for b in bounds if b is not None]
    run.condition(
        f"what is clipped lies between {run.show_number(low)} and {run.show_number(high)}"
    )
    return run.tensor(args[0])


def _maximum(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    left, right = (run.tensor(a) for a in _exactly(args, keywords, 2))
    for mask, other in ((left, right), (right, left)):
        if ranges.is_mask(mask.expr) and ranges.in_unit(other.expr, run.trace.definitions):
            rest = arrays.minus(arrays.constant(1), arrays.real(mask))
            return arrays.plus(arrays.real(mask), arrays.times(rest, arrays.real(other)))
    return arrays.maximum(left, right)


def _minimum(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    left, right = (run.tensor(a) for a in _exactly(args, keywords, 2))
    return arrays.minus(arrays.plus(left, right), arrays.maximum(left, right))


def _where(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    mask, yes, no = (run.tensor(a) for a in _exactly(args, keywords, 3))
    return arrays.where(mask, yes, no)


def _einsum(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    if keywords or not args or not isinstance(args[0], str):
        raise Unsupported("np.einsum without constant subscripts")
    return einsum(args[0], [run.tensor(a) for a in args[1:]])


def _outer(left: Tensor, right: Tensor) -> Tensor:
    for each in (left, right):
        if each.ndim != 1:
            raise Unsupported("np.outer of what has not one axis")
    column = Tensor(Transpose(arrays.real(left).expr), 2)
    return arrays.times(column, right)


def _dot(left: Tensor, right: Tensor) -> Tensor:
    if 0 in (left.ndim, right.ndim):
        return arrays.times(left, right)
    return arrays.matmul(left, right)


def _vdot(left: Tensor, right: Tensor) -> Tensor:
    if left.expr.shape != right.expr.shape:
        arrays.agree(left.expr.shape, right.expr.shape, "np.vdot")
        raise Unsupported("np.vdot of arrays of different shapes")
    return Tensor(arrays.summed(arrays.times(left, right).expr, None), 0)


def _filled(value: int) -> Row:
    def row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        if keywords or not args:
            raise Unsupported("a shape that is no argument")
        shape, ndim = run.shape(args[0])
        return Tensor(arrays.filled(shape, ONE if value else ZERO), ndim)

    return row


def _filled_like(value: int) -> Row:
    def row(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        like = run.tensor(_exactly(args, keywords, 1)[0])
        if like.kind != "real":
            raise Unsupported("an array like integers or truth values")
        return Tensor(arrays.filled(like.expr.shape, ONE if value else ZERO), like.ndim)

    return row


def _eye(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    dim = run.dim(_exactly(args, keywords, 1)[0])
    return Tensor(Eye(dim), 2)


def _random(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    """Random numbers: an array of which only the shape is known."""
    given = args[0] if len(args) == 1 and isinstance(args[0], (tuple, ListValue)) else tuple(args)
    wanted = keywords.get("size", given)
    shape, ndim = run.shape(wanted)
    if ndim == 0:
        raise Unsupported("a random number")
    return Tensor(run.trace.leaf("random", shape), ndim)


def _random_sized(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    if "size" in keywords:
        return _random(run, [], {"size": keywords["size"]})
    if len(args) != 3:
        raise Unsupported("a random number")
    return _random(run, [args[2]], {})


def _arange(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [stop] = _exactly(args, keywords, 1)
    return Range(run.tensor(stop).expr)


def _same(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [arg] = _exactly(args, keywords, 1)
    return run.need_array(arg)


def _copy(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [arg] = _exactly(args, keywords, 1)
    return run.tensor(arg)


def _squeeze(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [arg] = _exactly(args, keywords, 1)
    if run.tensor(arg).ndim:
        raise Unsupported("np.squeeze of an array")
    return run.tensor(arg)


def _transpose(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    [arg] = _exactly(args, keywords, 1)
    return run.transposed(arg)


def _reshape(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, shape = _exactly(args, keywords, 2)
    return run.reshaped(arg, shape)


def _expand(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    axis = keywords.get("axis", args[1] if len(args) == 2 else None)
    arg = run.need_array(args[0])
    if not isinstance(arg, Ref) or arg.ndim != 1 or axis not in (0, 1, -1):
        raise Unsupported("np.expand_dims of what has not one axis")
    return Ref(arg.buffer, arg.flipped != (axis != 0), 2)


def _take_along(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, at = run.tensor(args[0]), args[1]
    axis = args[2] if len(args) == 3 else keywords.get("axis")
    if not isinstance(at, Largest) or arg.expr != at.of or axis != at.axis:
        raise Unsupported("np.take_along_axis at other places than the largest entries")
    return Tensor(at.value, 2)


def _softmax(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, _ = reduction_arguments(args, keywords)
    tensor = run.tensor(arg)
    power = arrays.elementwise(arrays.apply("exp"), tensor)
    return arrays.over(power, arrays.reduce(power, axis, True, arrays.summed))


def _logsumexp(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, keepdims = reduction_arguments(args, keywords)
    power = arrays.elementwise(arrays.apply("exp"), run.tensor(arg))
    total = arrays.reduce(power, axis, keepdims, arrays.summed)
    return arrays.elementwise(arrays.apply("log"), total)


def _log_softmax(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
    arg, axis, _ = reduction_arguments(args, keywords)
    return arrays.minus(run.tensor(arg), _logsumexp(run, [arg, axis], {"keepdims": True}))


def _tanh(arg: Tensor) -> Tensor:
    return arrays.elementwise(lambda e: Apply("tanh", 0, e), arg)


def _compare(op: str) -> Row:
    return _binary(lambda a, b: arrays.compare(op, a, b))


def _quarter_turn(sign: int) -> Callable[[Tensor], Tensor]:
    """cosh (1) and sinh (-1)."""

    def rule(arg: Tensor) -> Tensor:
        up = arrays.elementwise(arrays.apply("exp"), arg)
        down = arrays.elementwise(arrays.apply("exp"), arrays.times(arrays.constant(-1), arg))
        both = arrays.plus(up, arrays.times(arrays.constant(sign), down))
        return arrays.times(arrays.constant(Fraction(1, 2)), both)

    return rule


def shape_argument(dims: tuple[Dim, ...]) -> tuple[Shape, int]:
    """NumPy's shape as a shape of two axes and the number of axes."""
    if len(dims) > 2:
        raise Unsupported(f"an array of {len(dims)} axes")
    rows, columns = (1, 1, *dims)[-2:]
    return (rows, columns), len(dims)


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
    "reciprocal": _unary(lambda t: arrays.power(t, Fraction(-1))),
    "negative": _unary(lambda t: arrays.times(arrays.constant(-1), t)),
    "abs": _unary(arrays.magnitude),
    "absolute": _unary(arrays.magnitude),
    "fabs": _unary(arrays.magnitude),
    "sign": _unary(arrays.sign),
    "logical_not": _unary(arrays.opposite),
    "power": _power,
    "clip": _clip,
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
    "outer": _binary(_outer),
    "vdot": _binary(_vdot),
    "einsum": _einsum,
    "sum": _sum,
    "mean": _reduction(arrays.averaged),
    "average": _reduction(arrays.averaged),
    "var": _reduction(arrays.variance),
    "std": _reduction(arrays.deviation),
    "max": _largest,
    "amax": _largest,
    "min": _smallest,
    "amin": _smallest,
    "add.reduce": _sum,
    "maximum.reduce": _largest,
    "argmax": _argmax,
    "take_along_axis": _take_along,
    "zeros": _filled(0),
    "ones": _filled(1),
    "zeros_like": _filled_like(0),
    "ones_like": _filled_like(1),
    "eye": _eye,
    "identity": _eye,
    "arange": _arange,
    "asarray": _same,
    "array": _copy,
    "copy": _copy,
    "squeeze": _squeeze,
    "transpose": _transpose,
    "reshape": _reshape,
    "expand_dims": _expand,
    "random.randn": _random,
    "random.rand": _random,
    "random.standard_normal": _random,
    "random.random": _random,
    "random.normal": _random_sized,
    "random.uniform": _random_sized,
}
"""Functions of ``numpy``."""

SCIPY: Final[dict[str, Row]] = {
    "expit": _unary(_logistic),
    "erf": _entries("erf"),
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "logsumexp": _logsumexp,
}
"""Functions of ``scipy.special``."""


def library_row(name: str) -> Row | None:
    """The row of a function by its full name, None if it is not known."""
    for prefix, rows in (("numpy.", NUMPY), ("scipy.special.", SCIPY)):
        if name.startswith(prefix):
            return rows.get(name[len(prefix) :])
    return None
