"""Attributes and calls: of arrays, objects and libraries, and of a base class by ``super()``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.program import ONE, SCALAR, Number, Size, Symbol
from derive.pycode import arrays, classes, iteration, parts, views
from derive.pycode.containers import get_of_unknown
from derive.pycode.names import RANDOM
from derive.pycode.values import (
    DTYPE,
    Bound,
    ClassValue,
    DictValue,
    FunctionValue,
    Instance,
    Library,
    ListValue,
    Opaque,
    Parts,
    Record,
    Ref,
    Single,
    Tensor,
    Unknown,
    Unsupported,
    Value,
    is_number,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

Scope = dict[str, Value]

ARRAY_ATTRIBUTES = frozenset(
    {
        "T",
        "shape",
        "size",
        "ndim",
        "dtype",
        "sum",
        "mean",
        "max",
        "min",
        "dot",
        "reshape",
        "copy",
        "astype",
        "transpose",
        "flatten",
        "ravel",
        "clip",
        "argmax",
        "std",
        "var",
        "item",
        "squeeze",
    }
)


_BUILTIN = {DictValue: dict, ListValue: list}


def attribute(run: Interpreter, value: Value, name: str, node: ast.AST) -> Value:
    """``value.name``."""
    value = run.settled(value)
    if isinstance(value, Opaque):
        if value.reason == DTYPE and name not in ("type", "name", "kind", "itemsize"):
            raise Unsupported(f"the attribute {name} of a dtype", node)
        return value
    if isinstance(value, Library):
        return _of_library(run, value, name)
    if isinstance(value, Unknown) and value.parts and name in ARRAY_ATTRIBUTES:
        raise Unsupported(f"the attribute {name} of something with parts of its own", node)
    if isinstance(value, Unknown) and value.parts and name in ("items", "keys", "values"):
        return Bound(value, name)
    if isinstance(value, Unknown) and not value.parts and RANDOM.fullmatch(value.name):
        return Library(f"numpy.random.{name}")
    if isinstance(value, Unknown) and name not in ARRAY_ATTRIBUTES:
        return classes.attribute(run, value, name)
    if isinstance(value, (Record, Instance)):
        return classes.attribute(run, value, name)
    if isinstance(value, (DictValue, ListValue, str, tuple)):
        kind = _BUILTIN.get(type(value), type(value))
        if not hasattr(kind, name):
            raise Unsupported(f"the attribute {name} of a {kind.__name__}", node)
        return Bound(value, name)
    if isinstance(value, ClassValue):
        if name in value.methods and not classes.is_changed(run, value, name):
            function = classes.method(value, name)
            decorators = function.node.decorator_list  # type: ignore[union-attr]
            if all(classes.is_builtin(run, d, "staticmethod") for d in decorators[:2]):
                return function
        raise Unsupported(f"the attribute {name} of a class", node)
    if is_number(value) or isinstance(value, bool) or value is None:
        raise Unsupported(f"the attribute {name} of a number", node)
    array = run.need_array(value)
    if isinstance(array, Parts):
        return _of_parts(run, array, name, node)
    tensor = run.tensor(array)
    if isinstance(tensor.expr, (Size, Number)):
        raise Unsupported(f"the attribute {name} of a number", node)
    if tensor.ndim == 0 and name in ("dot", "size", "shape") and tensor.kind != "labels":
        raise Unsupported(f"the attribute {name} of a number", node)
    match name:
        case "T":
            return views.transposed(run, array)
        case "shape":
            return tuple(_size(d) for d in arrays.shape_of(tensor))
        case "ndim":
            return tensor.ndim
        case "size" if tensor.kind == "labels":
            return _size(tensor.expr.shape[0]) if tensor.ndim else 1
        case "size":
            whole = arrays.count(tensor.expr.shape, None)
            return Single(1) if whole == ONE else Tensor(whole, 0)
        case "dtype":
            reason = DTYPE if tensor.kind == "real" else "the dtype of an array of no floats"
            return Opaque(reason, getattr(node, "lineno", 0))
    if name in ARRAY_ATTRIBUTES:
        return Bound(array, name)
    raise Unsupported(f"the attribute {name} of an array", node)


def _of_parts(run: Interpreter, value: Parts, name: str, node: ast.AST) -> Value:
    """An attribute of an array of which an axis has parts."""
    match name:
        case "T":
            return parts.transposed(value)
        case "shape":
            return parts.shape_of(run, value)
        case "ndim":
            return value.ndim
        case "sum" | "mean" | "dot" | "copy":
            return Bound(value, name)
    raise Unsupported(f"the attribute {name} of an array of parts", node)


def _size(dim: str | int) -> Value:
    return Single(dim) if isinstance(dim, int) else Tensor(arrays.size(dim), 0)


def _of_library(run: Interpreter, value: Library, name: str) -> Value:
    full = f"{value.name}.{name}"
    if name.startswith("__"):
        raise Unsupported(f"{full}, by which anything may change")
    if name in run.elsewhere:
        raise Unsupported(f"{full}, which the file may give another meaning")
    if full == "numpy.newaxis":
        return None
    if full in ("numpy.pi", "math.pi"):  # what holds of any positive number holds of this one
        if "pi" not in run.trace.leaves:
            run.trace.given("pi", SCALAR, "positive")
        return Tensor(Symbol("pi", SCALAR), 0)
    if full in ("numpy.e", "math.e", "numpy.inf", "math.inf"):
        return Opaque(f"the constant {full}")
    return Library(full)


def call(run: Interpreter, node: ast.Call, scope: Scope) -> Value:
    if _is_super(node.func):
        return _base_call(run, node, scope)
    from derive.pycode.expressions import evaluate

    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name() as owner, attr="get"),
            args=[ast.Constant(value=str() as key), default],
            keywords=[],
        ):
            held = run.settled(evaluate(run, owner, scope))
            if isinstance(held, Unknown):
                return get_of_unknown(run, held, key, evaluate(run, default, scope))
    function = evaluate(run, node.func, scope)
    if function == Library("builtins.len") and len(node.args) == 1 and not node.keywords:
        length = _of_row(run, node.args[0], scope)
        if length is not None:
            return length
    args, keywords = _arguments(run, node, scope)
    return run.call(function, args, keywords, node)


def _of_row(run: Interpreter, arg: ast.expr, scope: Scope) -> Value:
    """``len(x[0])``: the length of the rows of an array."""
    from derive.pycode.expressions import evaluate

    match arg:
        case ast.Subscript(value=ast.Name() as owner, slice=ast.Constant(value=0)):
            array = run.settled(evaluate(run, owner, scope))
            if isinstance(array, Ref) and array.ndim == 2:
                dims = arrays.shape_of(run.tensor(array))
                return _size(dims[1]) if len(dims) == 2 else None
    return None


def _arguments(
    run: Interpreter, node: ast.Call, scope: Scope
) -> tuple[list[Value], dict[str, Value]]:
    """The arguments of a call, by place and by name."""
    from derive.pycode.expressions import evaluate

    args: list[Value] = []
    for arg in node.args:
        if isinstance(arg, ast.Starred):
            args += iteration.items_of(run, evaluate(run, arg.value, scope), arg)
        else:
            args.append(evaluate(run, arg, scope))
    keywords: dict[str, Value] = {}
    for keyword in node.keywords:
        value = evaluate(run, keyword.value, scope)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        elif isinstance(value, DictValue) and all(isinstance(k, str) for k in value.items):
            keywords.update(value.items)
        else:
            raise Unsupported("** of this", node)
    return args, keywords


def _is_super(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Call)
        and isinstance(function.value.func, ast.Name)
        and function.value.func.id == "super"
    )


def _base_call(run: Interpreter, node: ast.Call, scope: Scope) -> Value:
    """``super().name(...)``; a base outside the file does nothing in ``__init__``."""
    assert isinstance(node.func, ast.Attribute)
    assert isinstance(node.func.value, ast.Call)
    function = scope.get("")
    owner = function.owner if isinstance(function, FunctionValue) else None
    called = node.func.value
    if "super" in scope or not classes.is_builtin(run, called.func, "super"):
        raise Unsupported("super, which means something else here", node)
    said = [ast.unparse(a) for a in called.args]
    if called.keywords or said not in ([], [owner.name if owner else "", _first_name(function)]):
        raise Unsupported("super() of another class than that of the method", node)
    method = classes.of_base(run, function, scope, node.func.attr)
    if method is not None:
        args, keywords = _arguments(run, node, scope)
        return run.call(method, args, keywords, node)
    if node.func.attr == "__init__" and owner is not None and classes.is_plain(run, owner):
        return None
    raise Unsupported("super() of a class outside the file", node)


def _first_name(function: Value) -> str:
    spec = function.node.args if isinstance(function, FunctionValue) else None
    names = [] if spec is None else [a.arg for a in [*spec.posonlyargs, *spec.args]]
    return names[0] if names else ""
