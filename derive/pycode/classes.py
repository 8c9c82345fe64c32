"""Classes of the source: instances with attributes, named tuples, methods and inheritance."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.pycode.naming import touched
from derive.pycode.values import (
    Bound,
    ClassValue,
    FunctionValue,
    Instance,
    Library,
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
    _refuse_tricks(run, node)
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


_PLAIN = frozenset({"__init__", "__call__", "__repr__", "__str__", "__len__", "__doc__"})
_HARMLESS_BASES = frozenset({"object", "ABC", "NamedTuple", "Protocol", "Generic"})


def _refuse_tricks(run: Interpreter, node: ast.ClassDef) -> None:
    """What gives attributes or construction another meaning is outside the fragment."""
    if node.keywords or any(_last(d) != "dataclass" for d in node.decorator_list):
        raise Unsupported(f"the class {node.name} has a metaclass or a decorator", node)
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef):
            name = statement.name
            if name.startswith("__") and name not in _PLAIN:
                raise Unsupported(f"the class {node.name} has the method {name}", statement)
        elif not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Pass)) and not (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        ):
            raise Unsupported(f"a statement in the class {node.name}", statement)
    twice = [s for s in node.body if isinstance(s, ast.Assign) and run.own & set(touched(s))]
    if twice:
        raise Unsupported(f"the class {node.name} gives a method another meaning", twice[0])


def is_plain(run: Interpreter, kind: ClassValue) -> bool:
    """Whether all bases of a class are of the file, or known to do nothing."""
    for base in kind.node.bases:
        known = run.globals.get(base.id) if isinstance(base, ast.Name) else None
        if isinstance(known, ClassValue):
            if not is_plain(run, known):
                return False
        elif _last(base) not in _HARMLESS_BASES or (known and not isinstance(known, Library)):
            return False
    return True


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
    if not is_plain(run, kind):
        raise Unsupported(f"{kind.name}, which has a base outside the file", node)
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
        constant = _constant_of(run, value.kind, name)
        if constant is not None:
            return constant
        return _method(run, value, value.kind, name)
    if isinstance(value, Unknown):
        return value.parts.setdefault(name, Unknown(name))
    raise Unsupported(f"the attribute {name} of {type(value).__name__}")


def _constant_of(run: Interpreter, kind: ClassValue, name: str) -> Value:
    """A number or text that the body of a class gives to a name; None if there is none."""
    for statement in reversed(kind.node.body):
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and name in touched(statement):
            value = statement.value
            if isinstance(value, ast.UnaryOp):
                value = value.operand
            if not isinstance(value, ast.Constant) or value.value is None:
                return Opaque(f"the attribute {name} of the class", statement.lineno)
            from derive.pycode.expressions import evaluate

            assert statement.value is not None
            return evaluate(run, statement.value, {})
    for base in kind.node.bases:
        known = run.globals.get(base.id) if isinstance(base, ast.Name) else None
        if isinstance(known, ClassValue) and name not in kind.methods:
            found = _constant_of(run, known, name)
            if found is not None:
                return found
    return None


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
