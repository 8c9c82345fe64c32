"""Expressions: one function, one case a kind of node."""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import TYPE_CHECKING

from derive.pycode import (
    calls,
    classes,
    elsewhere,
    indexing,
    iteration,
    naming,
    operators,
    written,
)
from derive.pycode.functions import library_row
from derive.pycode.values import (
    DictValue,
    FunctionValue,
    Library,
    ListValue,
    Once,
    Opaque,
    Ref,
    Unsupported,
    Value,
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
            return written.marked(run, _constant(value, node))
        case ast.Name(id=name):
            return _name(run, name, scope, node)
        case ast.Tuple(elts=parts):
            return tuple(_elements(run, parts, scope))
        case ast.List(elts=parts):
            return ListValue(_elements(run, parts, scope), shown=len(parts))
        case ast.Dict(keys=keys, values=values):
            return _dictionary(run, keys, values, scope, node)
        case ast.BinOp(left=left, op=op, right=right):
            return operators.binary(
                run, op, evaluate(run, left, scope), evaluate(run, right, scope), node
            )
        case ast.UnaryOp(op=unary, operand=operand):
            return operators.unary(run, unary, evaluate(run, operand, scope), node)
        case ast.Compare(ops=[op], comparators=[right], left=left):
            return operators.compare(
                run, op, evaluate(run, left, scope), evaluate(run, right, scope), node
            )
        case ast.BoolOp():
            return _connected(run, node, scope)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            from derive.pycode.branches import truth

            decided = truth(run, test, scope)
            if decided is None:
                raise Unsupported(f"a branch on {ast.unparse(test)[:60]}, which is not known")
            return evaluate(run, body if decided else orelse, scope)
        case ast.Attribute(value=owner, attr=name):
            holder = run.settled(evaluate(run, owner, scope))
            own = classes.mangled(name, scope.get(""), holder)
            return calls.attribute(run, holder, own, node)
        case ast.Subscript(value=owner, slice=index):
            return indexing.load(run, evaluate(run, owner, scope), index, scope, node)
        case ast.Call():
            return calls.call(run, node, scope)
        case ast.Lambda():
            kind = getattr(scope.get(""), "owner", None)
            return FunctionValue("lambda", node, scope, kind, naming.defaults(run, node, scope))
        case ast.ListComp(elt=element):
            over = evaluate(run, node.generators[0].iter, scope)
            if isinstance(over, Ref) and naming.only_looks(
                [element, *(test for g in node.generators for test in g.ifs)], run.unclear
            ):
                return Opaque("a list of as many parts as an array", node.lineno)
            scopes = iteration.comprehension(run, node.generators, scope, over)
            return ListValue([evaluate(run, element, inner) for inner in scopes])
        case ast.GeneratorExp(elt=element):
            over = evaluate(run, node.generators[0].iter, scope)  # at once, the rest later
            return Once(
                lambda: [
                    evaluate(run, element, inner)
                    for inner in iteration.comprehension(run, node.generators, scope, over)
                ]
            )
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
    if (
        isinstance(value, int)
        and not isinstance(value, bool)
        and abs(value) > operators.LONGEST_INTEGER
    ):
        raise Unsupported("an integer of more than 30 digits", node)
    if isinstance(value, (bytes, complex)):
        raise Unsupported(f"a constant of type {type(value).__name__}", node)
    return value


def _name(run: Interpreter, name: str, scope: Scope, node: ast.AST) -> Value:
    if name in scope:
        return scope[name]
    function = scope.get("")
    if isinstance(function, FunctionValue) and name in naming.local_names(function.node):
        raise Unsupported(f"{name} is read before it has a value", node)
    if name in run.globals:
        return run.globals[name]
    if name in _UNTRACEABLE:
        raise Unsupported(f"{name}, which may change any name", node)
    star = run.globals.get("*")
    if isinstance(star, Library):
        full = f"{star.name}.{name}"
        known = library_row(full) or name in elsewhere.NAMES
        return Library(full) if known else Opaque(f"{name} may come from {star.name}")
    if isinstance(star, Opaque) and name in elsewhere.NAMES:
        return Library(f"*.{name}")
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
            written.bound(run, (value,), part)
            out += str(value)
        elif isinstance(part, ast.Constant):
            out += str(part.value)
    return out


def _connected(run: Interpreter, node: ast.BoolOp, scope: Scope) -> Value:
    value: Value = None
    for part in node.values:
        value = run.settled(evaluate(run, part, scope))
        if not isinstance(value, (bool, int, str, tuple, type(None))):
            raise Unsupported("a condition that is not known", node)
        written.decide(run, (value,), node)
        if bool(value) == isinstance(node.op, ast.Or):
            return value
    return value
