"""Classes of fields: named tuples and dataclasses, with the values of fields that are left out.

A named tuple, and a dataclass without methods, is a `Record` of its fields; a dataclass with
methods is an object like any other, whose ``__init__`` gives its fields their values.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.pycode.naming import touched
from derive.pycode.values import (
    ClassValue,
    DictValue,
    Instance,
    ListValue,
    Opaque,
    Record,
    Unsupported,
    Value,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

_OTHER = ("ClassVar", "InitVar", "KW_ONLY")
_SETTINGS = frozenset({"init", "default", "default_factory", "repr", "compare", "hash", "metadata"})
_EMPTY = {"list": ListValue, "dict": DictValue}
Given = dict[str, ast.expr]


def fields(
    run: Interpreter, node: ast.ClassDef, bases: list[ClassValue]
) -> tuple[tuple[str, ...] | None, Given]:
    """The fields of a named tuple or dataclass, and what is said of those that may be left out."""
    from derive.pycode.classes import full_name

    is_tuple = any(full_name(run, base) == "typing.NamedTuple" for base in node.bases)
    if not (is_tuple or node.decorator_list):
        return None, {}
    said = [s for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
    names = list(dict.fromkeys(s.target.id for s in said))  # type: ignore[union-attr]
    if any(word in ast.unparse(s.annotation) for s in said for word in _OTHER):
        raise Unsupported(f"the class {node.name} has a field of another kind", node)
    plain = {n for s in node.body if isinstance(s, ast.Assign) for n in touched(s)}
    if len(names) < len(said) or plain & {*names}:
        raise Unsupported(f"the class {node.name} says twice what a field is", node)
    if any(base.fields for base in bases):
        raise Unsupported(f"the class {node.name} has fields of its bases", node)
    given = {s.target.id: s.value for s in said if s.value is not None}  # type: ignore[union-attr]
    for value in given.values():
        _check(run, node, value)
    return tuple(names) or None, given


def _check(run: Interpreter, node: ast.ClassDef, value: ast.expr) -> None:
    """``field(...)`` says what a field is in ways that are known."""
    if not _is_field(run, value) and "field" in ast.unparse(value):
        raise Unsupported(f"the class {node.name} has a field of another kind", node)
    if _is_field(run, value):
        assert isinstance(value, ast.Call)
        if value.args or not {k.arg for k in value.keywords} <= _SETTINGS or _is_asked(value):
            raise Unsupported(f"the class {node.name} has a field of another kind", node)


def _is_asked(value: ast.Call) -> bool:
    """Whether a field may or may not be given: ``init`` of another value than False."""
    said = [k.value for k in value.keywords if k.arg == "init"]
    return bool(said) and not _is_made_later(value)


def _is_made_later(value: ast.expr | None) -> bool:
    """``field(init=False)``: ``__post_init__`` makes it, and nothing else is said of it."""
    return isinstance(value, ast.Call) and [ast.unparse(k) for k in value.keywords] == [
        "init=False"
    ]


def _is_field(run: Interpreter, value: ast.expr) -> bool:
    from derive.pycode.classes import full_name

    return isinstance(value, ast.Call) and full_name(run, value.func) == "dataclasses.field"


def filled(
    run: Interpreter,
    kind: ClassValue,
    args: list[Value],
    keywords: dict[str, Value],
    node: ast.AST,
) -> Value:
    """A record or object of a class of fields."""
    assert kind.fields is not None
    later = {n for n in kind.fields if _is_made_later(kind.given.get(n))}
    names = [n for n in kind.fields if n not in later]
    given: dict[str, Value] = dict(zip(names, args, strict=False))
    twice = given.keys() & keywords.keys()
    given.update(keywords)
    if len(args) > len(names) or twice or not given.keys() <= set(names):
        raise Unsupported(f"{kind.name} with other fields than it has", node)
    for name in names:
        if name not in given:
            given[name] = _left_out(run, kind, name, node)
    made = {name: given[name] for name in names}
    if later and not kind.is_object:
        raise Unsupported(f"{kind.name}, of which fields are made by nothing", node)
    if not kind.is_object:
        return Record(kind, made)
    instance = Instance(kind, made)
    if "__post_init__" in kind.methods:
        from derive.pycode.classes import attribute

        run.call(attribute(run, instance, "__post_init__"), [], {}, node)
    return instance


def _left_out(run: Interpreter, kind: ClassValue, name: str, node: ast.AST) -> Value:
    """What a field is that a call says nothing of."""
    from derive.pycode.classes import is_builtin, plain_value

    value = kind.given.get(name)
    if value is None:
        raise Unsupported(f"{kind.name} without its field {name}", node)
    if isinstance(value, ast.Call) and _is_field(run, value):
        said = {k.arg: k.value for k in value.keywords}
        factory = said.get("default_factory")
        for builtin, container in _EMPTY.items():
            if factory is not None and is_builtin(run, factory, builtin):
                return container([] if builtin == "list" else {})
        if factory is not None or "default" not in said:
            return Opaque(f"the field {name}, which is made anew", value.lineno, 1, own=True)
        value = said["default"]
    return plain_value(run, value, name)
