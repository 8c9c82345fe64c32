"""NumPy's functions on arrays of which an axis has parts: those listed here, no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from derive.pycode import arrays, joining, parts
from derive.pycode.arguments import reduction_arguments
from derive.pycode.functions import library_row
from derive.pycode.values import ListValue, Parts, Ref, Tensor, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

_OTHERS: Final = {
    "numpy.insert": joining.inserted,
    "numpy.append": joining.appended,
    "numpy.column_stack": joining.stacked,
}
JOINING: Final = ("numpy.concatenate", "numpy.hstack", "numpy.vstack", *_OTHERS)
_ENTRYWISE: Final = frozenset(
    f"numpy.{name}"
    for name in (
        "exp", "log", "tanh", "sin", "cos", "square", "sqrt", "abs", "sign", "log1p", "expm1",
        "zeros_like", "ones_like", "copy", "array", "negative", "reciprocal", "sinh", "cosh",
    )
) | {"scipy.special.expit", "scipy.special.erf"}  # fmt: skip
_PAIRS: Final = {
    "numpy.add": arrays.plus,
    "numpy.subtract": arrays.minus,
    "numpy.multiply": arrays.times,
    "numpy.divide": arrays.over,
}


def call(run: Interpreter, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
    """The value of a call of which an argument, or the result, has parts."""
    if name in _OTHERS:
        return _OTHERS[name](run, args, keywords)
    if name in JOINING:
        return _joined(run, name, args, keywords)
    if name in ("numpy.sum", "numpy.mean"):
        rule = parts.summed if name == "numpy.sum" else parts.averaged
        arg, axis, keepdims = reduction_arguments(args, keywords)
        return rule(run, arg, axis, keepdims)
    if keywords:
        raise Unsupported(f"keywords of {name} beside an array of parts")
    if name in ("numpy.dot", "numpy.matmul") and len(args) == 2:
        return parts.product(run, *args)
    if name in _PAIRS and len(args) == 2:
        return parts.paired(run, args[0], args[1], _PAIRS[name])
    if name == "numpy.transpose" and len(args) == 1:
        return parts.transposed(args[0])
    if name == "numpy.maximum" and len(args) == 2:
        return parts.paired(run, args[0], args[1], arrays.maximum)
    if name == "numpy.size" and len(args) == 1:
        return run.tensor(parts.count(run, args[0]))
    row = library_row(name)
    if name not in _ENTRYWISE or len(args) != 1 or row is None:
        raise Unsupported(f"a call of {name} with an array of parts")

    def entrywise(tensor: Tensor) -> Tensor:
        assert row is not None
        return run.tensor(row(run, [tensor], {}))

    return parts.mapped(run, args[0], entrywise)


def _joined(run: Interpreter, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
    pieces = args[0].items if args and isinstance(args[0], ListValue) else args[:1]
    pieces = list(pieces[0]) if pieces and isinstance(pieces[0], tuple) else list(pieces)
    if len(pieces) < 2 or keywords.keys() - {"axis"} or len(args) > 2:
        raise Unsupported(f"a call of {name} with these arguments")
    axis = args[1] if len(args) == 2 else keywords.get("axis", 0)
    first = run.settled(pieces[0])
    first = first if isinstance(first, Parts) else run.need_array(first)
    if not isinstance(first, (Ref, Parts)) or not isinstance(axis, int):
        raise Unsupported(f"a call of {name} with these arguments")
    if name == "numpy.hstack":
        axis = 0 if first.ndim == 1 else 1
    elif name == "numpy.vstack":
        if first.ndim != 2:
            raise Unsupported("np.vstack of what has not two axes")
        axis = 0
    return parts.joined(run, [run.settled(p) for p in pieces], axis)
