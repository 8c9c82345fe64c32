"""Calls of libraries and of methods of arrays and containers."""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import TYPE_CHECKING

from derive.program import SCALAR, ZERO
from derive.pycode import arrays, parts_calls, picks, views, written
from derive.pycode.containers import of_dictionary, of_list, of_unknown
from derive.pycode.elsewhere import meant
from derive.pycode.functions import library_row
from derive.pycode.python_builtins import call_builtin
from derive.pycode.values import (
    DTYPE,
    Bound,
    DictValue,
    Library,
    ListValue,
    Native,
    Opaque,
    Parts,
    Ref,
    Tensor,
    Unknown,
    Unsupported,
    Value,
    changing,
    references,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

_IGNORED = ("dtype", "casting", "order")
_OUT_AT = {"add": 2, "subtract": 2, "multiply": 2, "divide": 2, "dot": 2, "matmul": 2,
           "maximum": 2, "minimum": 2, "exp": 1, "log": 1, "tanh": 1, "sqrt": 1, "square": 1,
           "abs": 1, "negative": 1, "log1p": 1}  # fmt: skip
_NONLINEAR = frozenset(
    f"numpy.{name}" for name in ("exp", "log", "tanh", "sqrt", "square", "maximum", "abs", "where")
) | {"scipy.special.expit", "scipy.special.softmax", "numpy.log1p"}
_ENTRYWISE = frozenset(f"numpy.{name}" for name in _OUT_AT) - {"numpy.dot", "numpy.matmul"}
_FLOAT = ("float", "float32", "float64", "double", "single", "longdouble")
_MATH = {"math.exp": "numpy.exp", "math.log": "numpy.log", "math.sqrt": "numpy.sqrt"}
_TYPED_SECOND = frozenset(
    f"numpy.{name}" for name in ("zeros", "ones", "empty", "array", "zeros_like", "ones_like")
)
"""Functions whose second argument is a dtype."""
_FINITE = {
    f"{library}.{name}": name == "isfinite"
    for library in ("math", "numpy")
    for name in ("isfinite", "isnan", "isinf")
}
"""What these say of real numbers."""
_CHANGING = ("setdefault", "update", "append", "insert", "pop", "reverse", "extend")
_LOADING = frozenset(
    {"sklearn", "pandas", "keras", "tensorflow", "mnist", "h5py", "datasets", "seaborn",
     "statsmodels", "torchvision"}
)  # fmt: skip
"""Libraries from which data comes."""
_LOADERS = frozenset({"numpy.load", "numpy.loadtxt", "numpy.genfromtxt", "numpy.fromfile"})
_HANDING_ON = ("numpy.asarray", "numpy.float64", "numpy.float32")
"""Functions that give back an array of the right dtype as it is."""
_OVERLAPPING = ("numpy.dot", "numpy.matmul", "numpy.einsum", "runtime.polynomial")
"""Functions that read their arguments after they began to write their result."""
_RANDOM = ("numpy.random.default_rng", "numpy.random.seed", "numpy.random.RandomState")


def call_library(
    run: Interpreter,
    function: Bound | Library,
    args: list[Value],
    keywords: dict[str, Value],
    node: ast.AST,
) -> Value:
    """The value of a call outside the source; what is not known may change its arguments."""
    if isinstance(function, Bound):
        return _method(run, function, args, keywords, node)
    name = _MATH.get(function.name, function.name)
    if name == "collections.OrderedDict":
        name = "builtins.dict"
    if name.startswith("builtins."):
        return call_builtin(run, name.removeprefix("builtins."), args, keywords, node)
    places = picks.chosen(name, args, keywords)
    if places is not None:
        return places
    if name in _RANDOM:
        return Library("numpy.random")
    if name == "numpy.add.at":
        return _add_at(run, args)
    if name == "numpy.put_along_axis":
        from derive.pycode.largest import put_along_axis

        return put_along_axis(run, args, keywords)
    if name in _FINITE:
        return _FINITE[name]
    if name in ("numpy.all", "numpy.any") and len(args) == 1 and isinstance(args[0], bool):
        return args[0]
    held = [run.ready(a) for a in args]
    if name in parts_calls.JOINING or any(isinstance(a, Parts) for a in held):
        return parts_calls.call(run, name, held, keywords)
    row = run.rows.get(name) or library_row(name)
    if row is None and (value := meant(run, name, args, keywords)) is not None:
        return value
    if row is None:
        reason = f"a call of {name}, which is outside the fragment"
        for arg in (*held, *keywords.values()):
            if isinstance(arg, Opaque) and arg.own:
                raise Unsupported(arg.reason, node)
        if _loads(name, [*args, *keywords.values()]):
            said = f"{name} gives arrays of real numbers"
            run.condition(said)
            return Unknown(name.rsplit(".", 1)[-1], loaded=said)
        run.spoil([*args, *keywords.values()], reason, node)
        return Opaque(reason, getattr(node, "lineno", 0), getattr(node, "col_offset", 0) + 1)
    _check_dtype(run, keywords)
    typed = "dtype" in keywords
    keywords = {k: v for k, v in keywords.items() if k not in _IGNORED}
    shared = keywords.pop("copy", True) is not True or name in _HANDING_ON
    out = keywords.pop("out", None)
    place = _OUT_AT.get(name.removeprefix("numpy."))
    if place is not None and len(args) == place + 1:
        out = args.pop()
    if out is not None and name in _OVERLAPPING:
        _check_overlap(run, out, args)
    if name in _TYPED_SECOND and len(args) == 2:
        _check_dtype(run, {"dtype": args.pop()})
    if name in _NONLINEAR and args:
        run.name_product(args[0], node)
    result = row(run, args, keywords)
    if name == "numpy.einsum" and len(args) == 2:  # transposed, or as it is
        return perhaps_shared(run, args[1], result)
    if shared and args and (typed or name != "numpy.asarray"):
        return perhaps_shared(run, args[0], result)
    return result if out is None else _into(run, out, result, name in _ENTRYWISE)


def _loads(name: str, args: list[Value]) -> bool:
    """Whether a function loads or makes data, and is given nothing that it could hand back."""
    plain = all(isinstance(a, (str, bool, int, Fraction, tuple)) or a is None for a in args)
    known = name.split(".")[0] in _LOADING or name in _LOADERS
    return known and plain and not any(references(a) for a in args)


def _add_at(run: Interpreter, args: list[Value]) -> None:
    """``np.add.at(dE, labels, rows)``: each row added at its label, as often as it comes."""
    holder, at, value = (run.settled(a) for a in args)
    labels = run.trace.read(at) if isinstance(at, Ref) else None
    if not isinstance(holder, Ref) or labels is None or labels.kind != "labels" or not labels.ndim:
        raise Unsupported("np.add.at at other places than labels")
    have, rows = arrays.real(run.trace.read(holder)), arrays.real(run.tensor(value))
    if rows.expr.shape[0] == 1:  # the same row at every label
        stretched = (labels.expr.shape[0], rows.expr.shape[1])
        rows = arrays.plus(rows, Tensor(arrays.filled(stretched, ZERO), 2))
    added = arrays.matmul(arrays.transpose(Tensor(labels.expr, 2)), rows)
    arrays.agree(have.expr.shape, added.expr.shape, "np.add.at")
    run.trace.write(holder, arrays.plus(have, added).expr)


def perhaps_shared(run: Interpreter, arg: Value, result: Value) -> Value:
    """An array that is a copy or the same memory, as dtype and order may be."""
    arg = run.settled(arg)
    made = run.trace.new(run.tensor(result)) if run.tensor(result).ndim else result
    if isinstance(arg, Ref) and isinstance(made, Ref):
        run.trace.may_share(arg, made)
    return made


def _into(run: Interpreter, out: Value, result: Value, stretches: bool) -> Value:
    """``out=``; only what works entry by entry is stretched to the array that it writes to."""
    from derive.pycode.statements import overwrite

    ref = run.need_array(out)
    if not isinstance(ref, Ref):
        raise Unsupported("out= of what is no array")
    tensor = run.tensor(result)
    if not stretches:
        have = run.trace.read(ref)
        arrays.agree(have.expr.shape, tensor.expr.shape, "out=")
        if (have.ndim, have.expr.shape) != (tensor.ndim, tensor.expr.shape):
            raise Unsupported("out= of another shape")
    overwrite(run, ref, tensor)
    run.trace.rename(ref, "out", None)
    return ref


def _check_overlap(run: Interpreter, out: Value, args: list[Value]) -> None:
    """A product that is written over one of its factors is no product."""
    target = run.settled(out)
    for arg in map(run.settled, args):
        if isinstance(arg, Ref) and isinstance(target, Ref) and arg.buffer == target.buffer:
            raise Unsupported("a matrix product into one of its own factors")


def _check_dtype(run: Interpreter, keywords: dict[str, Value]) -> None:
    """An array of integers cuts off decimals; only those of floats are followed."""
    dtype = run.settled(keywords.get("dtype"))
    if isinstance(dtype, Unknown) and not dtype.parts:
        run.condition(f"{dtype.name} is a dtype of floats")
    elif dtype is not None and not _is_float(dtype):
        raise Unsupported("an array whose dtype is not known to be one of floats")


def _is_float(dtype: Value) -> bool:
    """The dtype is known to be one of floats: by its name, or that of an array of floats."""
    if isinstance(dtype, Opaque):
        return dtype.reason == DTYPE
    name = dtype.name.rsplit(".", 1)[-1] if isinstance(dtype, (Library, Native)) else dtype
    return isinstance(name, str) and name in _FLOAT


# -- methods ----------------------------------------------------------------------------------


def _method(
    run: Interpreter, bound: Bound, args: list[Value], keywords: dict[str, Value], node: ast.AST
) -> Value:
    of, name = run.settled(bound.of), bound.name
    if name in _CHANGING:
        changing(of)
    if isinstance(of, DictValue):
        if name in ("get", "pop", "setdefault"):
            written.keys(run, (*of.items, *args[:1]), node)
        return of_dictionary(of, name, args, keywords, node)
    if isinstance(of, Unknown) and not (args or keywords):
        return of_unknown(run, of, name, node)
    if isinstance(of, ListValue) and not keywords:
        return of_list(of, name, args, node)
    is_array = isinstance(of, (Ref, Tensor, Parts))
    args = [run.ready(a) for a in args] if is_array else args
    if is_array and any(isinstance(a, Parts) for a in (of, *args)):
        return parts_calls.call(run, f"numpy.{name}", [of, *args], keywords)
    if isinstance(of, (Ref, Tensor)):
        return _of_array(run, of, name, args, keywords)
    raise Unsupported(f"the method {name}", node)


def _of_array(
    run: Interpreter, of: Value, name: str, args: list[Value], keywords: dict[str, Value]
) -> Value:
    match name:
        case "copy" if not args and not keywords:
            return run.tensor(of)
        case "flatten" if not args and not keywords:
            return arrays.real(run.tensor(views.reshaped(run, of, (-1,))))
        case "ravel" if not args and not keywords:
            return perhaps_shared(run, of, run.tensor(views.reshaped(run, of, (-1,))))
        case "astype":
            if keywords.keys() - {*_IGNORED, "copy"} or len(args) != 1 or not _is_float(args[0]):
                raise Unsupported("astype to something other than floats")
            made = arrays.real(run.tensor(of))
            return made if keywords.get("copy", True) is True else perhaps_shared(run, of, made)
        case "item" if not args and not keywords:
            return _only_entry(run.tensor(of))
        case "reshape":
            return views.reshaped(run, of, args[0] if len(args) == 1 else tuple(args))
        case "transpose" if not args:
            return views.transposed(run, of)
    row = library_row(f"numpy.{name}")
    if row is None:
        raise Unsupported(f"the method {name} of an array")
    _check_dtype(run, keywords)
    out = keywords.pop("out", None)
    if name == "dot" and len(args) == 2:
        out = args.pop()
    if out is not None and name == "dot":
        _check_overlap(run, out, [of, *args])
    result = row(run, [of, *args], {k: v for k, v in keywords.items() if k not in _IGNORED})
    return result if out is None else _into(run, out, result, name in ("clip",))


def _only_entry(tensor: Tensor) -> Tensor:
    tensor = arrays.real(tensor)
    if tensor.expr.shape != SCALAR:
        raise Unsupported("item() of an array that is not known to have one entry")
    return Tensor(tensor.expr, 0)
