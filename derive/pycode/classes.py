"""Classes of the source: instances with attributes, named tuples, methods and inheritance."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.pycode.values import (
    Bound,
    ClassValue,
    FunctionValue,
    Instance,
    Opaque,
    Record,
    Unknown,
    Unsupported,
    Value,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


def define(run: Interpreter, node: ast.ClassDef) -> ClassValue:
    """The class that a statement defines; methods of bases in the file are inherited."""
    methods: dict[str, ast.FunctionDef] = {}
    tuple_like = any(_last(d) == "dataclass" for d in node.decorator_list)
    for base in reversed(node.bases):
        tuple_like = tuple_like or _last(base) == "NamedTuple"
        known = run.globals.get(base.id) if isinstance(base, ast.Name) else None
        if isinstance(known, ClassValue):
            methods.update(known.methods)
    methods.update({s.name: s for s in node.body if isinstance(s, ast.FunctionDef)})
    fields = tuple(
        s.target.id
        for s in node.body
        if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
    )
    return ClassValue(node.name, node, methods, fields if tuple_like and fields else None)


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def instantiate(
    run: Interpreter,
    kind: ClassValue,
    args: list[Value],
    keywords: dict[str, Value],
    node: ast.AST,
) -> Value:
    """An instance after its ``__init__``."""
    if kind.fields is not None and "__init__" not in kind.methods:
        given = dict(zip(kind.fields, args, strict=False))
        given.update(keywords)
        if len(args) > len(kind.fields) or set(given) != set(kind.fields):
            raise Unsupported(f"{kind.name} with other fields than it has", node)
        return Record(kind, {name: given[name] for name in kind.fields})
    instance = Instance(kind, {})
    if "__init__" in kind.methods:
        run.call(attribute(run, instance, "__init__"), args, keywords, node)
    elif args or keywords:
        raise Unsupported(f"arguments of {kind.name}, which has no __init__", node)
    return instance


def attribute(run: Interpreter, value: Value, name: str) -> Value:
    """``value.name`` of an instance, a named tuple or an unknown argument."""
    if isinstance(value, Record):
        if name in value.items:
            return value.items[name]
        return _method(run, value, value.kind, name)
    if isinstance(value, Instance):
        if name in value.attributes:
            return value.attributes[name]
        for statement in value.kind.node.body:
            if isinstance(statement, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == name for t in statement.targets
            ):
                from derive.pycode.expressions import evaluate

                return evaluate(run, statement.value, {})
        return _method(run, value, value.kind, name)
    if isinstance(value, Unknown):
        return value.parts.setdefault(name, Unknown(name))
    raise Unsupported(f"the attribute {name} of {type(value).__name__}")


def _method(run: Interpreter, value: Value, kind: ClassValue, name: str) -> Value:
    node = kind.methods.get(name)
    if node is None:
        return Opaque(f"{kind.name} has no attribute {name} here")
    function = FunctionValue(f"{kind.name}.{name}", node, {}, kind)
    decorators = [_last(d) for d in node.decorator_list]
    if "staticmethod" in decorators:
        return function
    if "property" in decorators:
        return run.call(Bound(value, name, function), [], {}, node)
    if decorators:
        raise Unsupported(f"the decorator {decorators[0]}", node)
    return Bound(value, name, function)
