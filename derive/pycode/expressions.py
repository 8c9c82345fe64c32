"""Expressions: one function, one case a kind of node."""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import TYPE_CHECKING

from derive.pycode import arrays, classes, indexing, iteration
from derive.pycode.functions import library_row
from derive.pycode.values import (
    Bound,
    ClassValue,
    DictValue,
    FunctionValue,
    Instance,
    Library,
    ListValue,
    Opaque,
    Record,
    Ref,
    Tensor,
    Unknown,
    Unsupported,
    Value,
    is_number,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

Scope = dict[str, Value]
BUILTINS = frozenset(
    {
        "range",
        "len",
        "zip",
        "enumerate",
        "reversed",
        "list",
        "tuple",
        "dict",
        "float",
        "int",
        "abs",
        "min",
        "max",
        "sum",
        "print",
        "super",
        "isinstance",
        "sorted",
        "str",
        "bool",
        "getattr",
        "pow",
        "round",
        "hasattr",
    }
)
_UNTRACEABLE = frozenset(
    {
        "exec", "eval", "compile", "globals", "locals", "vars", "setattr", "delattr",
        "__import__", "__builtins__",
    }
)  # fmt: skip
_LONGEST_INTEGER = 10**30


def evaluate(run: Interpreter, node: ast.expr, scope: Scope) -> Value:
    """The value of an expression; arrays that it computes get buffers of their own."""
    run.tick(node)
    try:
        return run.keep(_value(run, node, scope))
    except Unsupported as error:
        raise error.at(node) from None


def _value(run: Interpreter, node: ast.expr, scope: Scope) -> Value:
    match node:
        case ast.Constant(value=value):
            return _constant(value, node)
        case ast.Name(id=name):
            return _name(run, name, scope, node)
        case ast.Tuple(elts=parts):
            return tuple(_elements(run, parts, scope))
        case ast.List(elts=parts):
            return ListValue(_elements(run, parts, scope))
        case ast.Dict(keys=keys, values=values):
            return _dictionary(run, keys, values, scope, node)
        case ast.BinOp(left=left, op=op, right=right):
            return binary(run, op, evaluate(run, left, scope), evaluate(run, right, scope), node)
        case ast.UnaryOp(op=unary, operand=operand):
            return _unary(run, unary, evaluate(run, operand, scope), node)
        case ast.Compare(ops=[op], comparators=[right], left=left):
            return _compare(run, op, evaluate(run, left, scope), evaluate(run, right, scope), node)
        case ast.BoolOp():
            return _connected(run, node, scope)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            from derive.pycode.statements import truth

            decided = truth(run, test, scope)
            if decided is None:
                raise Unsupported(f"a branch on {ast.unparse(test)[:60]}, which is not known")
            return evaluate(run, body if decided else orelse, scope)
        case ast.Attribute(value=owner, attr=name):
            return attribute(run, evaluate(run, owner, scope), name, node)
        case ast.Subscript(value=owner, slice=index):
            return indexing.load(run, evaluate(run, owner, scope), index, scope, node)
        case ast.Call():
            return _call(run, node, scope)
        case ast.Lambda():
            return FunctionValue("lambda", node, dict(scope))
        case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element):
            scopes = iteration.comprehension(run, node.generators, scope)
            return ListValue([evaluate(run, element, inner) for inner in scopes])
        case ast.DictComp(key=key, value=value):
            made = DictValue({})
            for inner in iteration.comprehension(run, node.generators, scope):
                made.items[_plain_key(run, key, inner)] = evaluate(run, value, inner)
            return made
        case ast.JoinedStr(values=parts):
            return _text(run, parts, scope)
    raise Unsupported(f"the expression {type(node).__name__}", node)


def _constant(value: object, node: ast.AST) -> Value:
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise Unsupported("a number that is not finite", node)
        return Fraction(repr(value))
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LONGEST_INTEGER:
        raise Unsupported("an integer of more than 30 digits", node)
    if isinstance(value, (bytes, complex)):
        raise Unsupported(f"a constant of type {type(value).__name__}", node)
    return value


def _name(run: Interpreter, name: str, scope: Scope, node: ast.AST) -> Value:
    if name in scope:
        return scope[name]
    if name in run.globals:
        return run.globals[name]
    if name in _UNTRACEABLE:
        raise Unsupported(f"{name}, which may change any name", node)
    star = run.globals.get("*")
    if isinstance(star, Library):
        full = f"{star.name}.{name}"
        return Library(full) if library_row(full) else Opaque(f"{name} may come from {star.name}")
    if name in BUILTINS:
        return Library(f"builtins.{name}")
    return Opaque(f"the name {name} is not defined here", node.lineno, node.col_offset + 1)  # type: ignore[attr-defined]


def _elements(run: Interpreter, parts: list[ast.expr], scope: Scope) -> list[Value]:
    out: list[Value] = []
    for part in parts:
        if isinstance(part, ast.Starred):
            out += iteration.items_of(run, evaluate(run, part.value, scope), part)
        else:
            value = evaluate(run, part, scope)
            if isinstance(value, Ref):
                run.trace.rename(value, "result", part)
            out.append(value)
    return out


def _dictionary(
    run: Interpreter,
    keys: list[ast.expr | None],
    values: list[ast.expr],
    scope: Scope,
    node: ast.AST,
) -> Value:
    from derive.pycode.statements import named

    made = DictValue({})
    for key, value in zip(keys, values, strict=True):
        if key is None:
            raise Unsupported("** in a dictionary", node)
        name = _plain_key(run, key, scope)
        made.items[name] = named(run, evaluate(run, value, scope), str(name), value)
    return made


def _plain_key(run: Interpreter, node: ast.expr, scope: Scope) -> Value:
    key = run.settled(evaluate(run, node, scope))
    if not isinstance(key, (str, int)):
        raise Unsupported(f"the key {ast.unparse(node)[:60]} is not known", node)
    return key


def _text(run: Interpreter, parts: list[ast.expr], scope: Scope) -> Value:
    """An f-string of constants and known integers; anything else is opaque."""
    out = ""
    for part in parts:
        if isinstance(part, ast.FormattedValue):
            value = run.settled(evaluate(run, part.value, scope))
            if not isinstance(value, (str, int)) or part.format_spec or part.conversion != -1:
                return Opaque("a text that is not known", part.lineno, part.col_offset + 1)
            out += str(value)
        elif isinstance(part, ast.Constant):
            out += str(part.value)
    return out


# -- operators --------------------------------------------------------------------------------


def binary(run: Interpreter, op: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
    """``left op right``."""
    left, right = run.settled(left), run.settled(right)
    if isinstance(op, ast.BitAnd | ast.BitOr | ast.BitXor):
        return _logical(run, op, left, right)
    if is_number(left) and is_number(right):
        return _arithmetic(op, left, right, node)
    if isinstance(left, str) and isinstance(right, str | int) and isinstance(op, ast.Add):
        return left + str(right)
    if isinstance(op, ast.Add) and isinstance(left, ListValue) and isinstance(right, ListValue):
        return ListValue([*left.items, *right.items])
    if isinstance(op, ast.Add) and isinstance(left, tuple) and isinstance(right, tuple):
        return left + right
    if isinstance(op, ast.Mult) and isinstance(left, ListValue) and isinstance(right, int):
        if len(left.items) * max(right, 0) > 256:
            raise Unsupported("a list of more than 256 parts", node)
        return ListValue(left.items * right)
    match op:
        case ast.Pow():
            return run.powered(left, right)
        case ast.MatMult():
            return arrays.matmul(run.tensor(left), run.tensor(right))
    rule = {ast.Add: arrays.plus, ast.Sub: arrays.minus, ast.Mult: arrays.times}.get(type(op))
    rule = arrays.over if isinstance(op, ast.Div) else rule
    if rule is None:
        raise Unsupported(f"the operator {type(op).__name__}", node)
    a, b = run.tensor(left), run.tensor(right)
    if isinstance(op, ast.Sub) and a.kind == b.kind == "mask":
        raise Unsupported("difference of truth values", node)
    return rule(a, b)


def _arithmetic(op: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
    a, b = Fraction(left), Fraction(right)
    whole = isinstance(left, int) and isinstance(right, int)
    match op:
        case ast.Add():
            out = a + b
        case ast.Sub():
            out = a - b
        case ast.Mult():
            out = a * b
        case ast.Div() if b:
            out, whole = a / b, False
        case ast.FloorDiv() if b:
            out = Fraction(a // b)
        case ast.Mod() if b:
            out = a % b
        case ast.Pow() if b.denominator == 1 and abs(b) <= arrays.LARGEST_EXPONENT and (a or b > 0):
            out, whole = a ** int(b), whole and b >= 0
        case ast.Pow() if a >= 0 and abs(b.numerator) <= arrays.LARGEST_EXPONENT:
            return arrays.power(arrays.constant(a), b)
        case _:
            raise Unsupported(f"{type(op).__name__} of these numbers", node)
    if abs(out.numerator) > _LONGEST_INTEGER or out.denominator > _LONGEST_INTEGER:
        raise Unsupported("a number of more than 30 digits", node)
    return int(out) if whole else out


def _logical(run: Interpreter, op: ast.operator, left: Value, right: Value) -> Value:
    a, b = run.tensor(left), run.tensor(right)
    if not a.kind == b.kind == "mask":
        raise Unsupported("a bitwise operator on numbers")
    both = arrays.times(a, b)
    if isinstance(op, ast.BitAnd):
        return both
    either = arrays.plus(arrays.real(a), arrays.real(b))
    twice = 1 if isinstance(op, ast.BitOr) else 2
    out = arrays.minus(either, arrays.times(arrays.constant(twice), arrays.real(both)))
    return Tensor(out.expr, out.ndim, "mask")


def _unary(run: Interpreter, op: ast.unaryop, value: Value, node: ast.AST) -> Value:
    value = run.settled(value)
    match op:
        case ast.USub() if is_number(value):
            return -value
        case ast.USub():
            tensor = run.tensor(value)
            if tensor.kind == "mask":
                raise Unsupported("the negative of truth values", node)
            return arrays.times(arrays.constant(-1), tensor)
        case ast.UAdd():
            return value
        case ast.Invert():
            return arrays.opposite(run.tensor(value))
        case ast.Not() if isinstance(value, (bool, int, str)) or value is None:
            return not value
    raise Unsupported(f"the operator {type(op).__name__}", node)


_SIGNS = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<="}


def _compare(run: Interpreter, op: ast.cmpop, left: Value, right: Value, node: ast.AST) -> Value:
    left, right = run.settled(left), run.settled(right)
    plain = (str, int, Fraction, bool, tuple, type(None))
    if isinstance(op, (ast.Is, ast.IsNot)):
        if right is None and not isinstance(left, Opaque):
            return (left is None) == isinstance(op, ast.Is)
        raise Unsupported("is, of what is not None", node)
    if isinstance(op, (ast.In, ast.NotIn)) and isinstance(left, (str, int)):
        if isinstance(right, (DictValue, ListValue)) and all(
            isinstance(i, (str, int)) for i in right.items
        ):
            return (left in right.items) == isinstance(op, ast.In)
        if isinstance(right, tuple) and all(isinstance(i, (str, int)) for i in right):
            return (left in right) == isinstance(op, ast.In)
    if isinstance(left, plain) and isinstance(right, plain):
        return _decided(op, left, right, node)
    if isinstance(left, str) or isinstance(right, str) or type(op) not in _SIGNS:
        raise Unsupported(f"the comparison {type(op).__name__}", node)
    a, b = run.tensor(left), run.tensor(right)
    if a.ndim == b.ndim == 0:
        raise Unsupported("a comparison of numbers that are not known", node)
    return arrays.compare(_SIGNS[type(op)], a, b)


def _decided(op: ast.cmpop, left: Value, right: Value, node: ast.AST) -> bool:
    if isinstance(op, ast.Eq | ast.NotEq) and not isinstance(left, tuple):
        return bool((left == right) == isinstance(op, ast.Eq))
    if is_number(left) and is_number(right):
        match op:
            case ast.Lt():
                return bool(left < right)
            case ast.LtE():
                return bool(left <= right)
            case ast.Gt():
                return bool(left > right)
            case ast.GtE():
                return bool(left >= right)
    raise Unsupported(f"the comparison {type(op).__name__}", node)


def _connected(run: Interpreter, node: ast.BoolOp, scope: Scope) -> Value:
    value: Value = None
    for part in node.values:
        value = run.settled(evaluate(run, part, scope))
        if not isinstance(value, (bool, int, str, type(None))):
            raise Unsupported("a condition that is not known", node)
        if bool(value) == isinstance(node.op, ast.Or):
            return value
    return value


# -- attributes and calls ---------------------------------------------------------------------

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


def attribute(run: Interpreter, value: Value, name: str, node: ast.AST) -> Value:
    """``value.name``."""
    value = run.settled(value)
    if isinstance(value, Opaque):
        return value
    if isinstance(value, Library):
        return _of_library(value, name)
    if isinstance(value, Unknown) and (value.parts or name not in ARRAY_ATTRIBUTES):
        return classes.attribute(run, value, name)
    if isinstance(value, (Record, Instance)):
        return classes.attribute(run, value, name)
    if isinstance(value, (DictValue, ListValue, str, tuple)):
        return Bound(value, name)
    if isinstance(value, ClassValue):
        method = value.methods.get(name)
        if method is not None:
            return FunctionValue(f"{value.name}.{name}", method, {}, value)
        raise Unsupported(f"the attribute {name} of a class", node)
    array = run.need_array(value)
    tensor = run.tensor(array)
    match name:
        case "T":
            return run.transposed(array)
        case "shape":
            return tuple(_size(d) for d in arrays.shape_of(tensor))
        case "ndim":
            return tensor.ndim
        case "size":
            return Tensor(arrays.count(tensor.expr.shape, None), 0)
        case "dtype":
            return Opaque("the dtype of an array", getattr(node, "lineno", 0))
    if name in ARRAY_ATTRIBUTES:
        return Bound(array, name)
    raise Unsupported(f"the attribute {name} of an array", node)


def _size(dim: str | int) -> Value:
    return dim if isinstance(dim, int) else Tensor(arrays.size(dim), 0)


def _of_library(value: Library, name: str) -> Value:
    full = f"{value.name}.{name}"
    if full == "numpy.newaxis":
        return None
    if full in ("numpy.pi", "math.pi", "numpy.e", "math.e", "numpy.inf"):
        return Opaque(f"the constant {full}")
    return Library(full)


def _call(run: Interpreter, node: ast.Call, scope: Scope) -> Value:
    if _is_super(node.func):
        return _base_call(run, node, scope)
    function = evaluate(run, node.func, scope)
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
    return run.call(function, args, keywords, node)


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
    function = scope.get("")
    owner = function.owner if isinstance(function, FunctionValue) else None
    for base in owner.node.bases if owner is not None else ():
        kind = run.globals.get(base.id) if isinstance(base, ast.Name) else None
        if isinstance(kind, ClassValue) and node.func.attr in kind.methods:
            method = FunctionValue(node.func.attr, kind.methods[node.func.attr], {}, kind)
            args = [evaluate(run, arg, scope) for arg in node.args]
            keys = {k.arg: evaluate(run, k.value, scope) for k in node.keywords if k.arg}
            return run.call(Bound(scope["self"], node.func.attr, method), args, keys, node)
    if node.func.attr == "__init__":
        return None
    raise Unsupported("super() of a class outside the file", node)
