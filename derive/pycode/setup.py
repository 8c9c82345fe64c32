"""What an object holds after it was set up and trained, wherever in the file that is done.

``__init__`` leaves numbers and None where training puts others: a bias of 0.0, weights that ``fit``
makes.  Such an attribute is any number or array, for gradients have to be right at every call.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from derive.program import SCALAR
from derive.pycode.classes import constant_of
from derive.pycode.source import Module
from derive.pycode.units import differentiated
from derive.pycode.values import DictValue, Instance, Tensor, Unknown, Value, is_number

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

_SETS_UP = re.compile(r"_*(fit|train|init|initiali[sz]e|build|set_?up|reset|set|compile)(_\w*)?")
_INIT = "__init__"
DEEPEST = 6


def set_up(run: Interpreter, instance: Instance, depth: int = DEEPEST) -> None:
    """Attributes that anything beside ``__init__`` gives values are any numbers or arrays.

    Arrays are left alone: only their shapes are kept in any case.
    """
    kind, held = instance.kind, instance.attributes
    for method, node in kind.methods.items():
        if _SETS_UP.fullmatch(method) is None or method == _INIT:
            continue
        for name in sorted(_given(node)):
            empty = held[name] is None if name in held else constant_of(run, kind, name) is None
            if empty and name not in kind.methods and not name.startswith("__"):
                held[name] = Unknown(name)
    attributes, keys = _stored(run.module)
    attributes |= differentiated(run.module)
    for name in sorted(attributes - held.keys()):
        of_class = constant_of(run, kind, name)
        if of_class is not None:
            held[name] = _any(run, name, of_class)
    for name, value in list(held.items()):
        if name in attributes and not isinstance(value, Tensor):
            held[name] = _any(run, name, value)
        if isinstance(value, DictValue):
            for key, part in list(value.items.items()):
                if isinstance(key, str) and (key in keys or None in keys):
                    value.items[key] = _any(run, key, part)
        elif isinstance(value, Instance) and depth:
            set_up(run, value, depth - 1)


def _any(run: Interpreter, name: str, value: Value) -> Value:
    """Any number instead of a number that something else may change."""
    if is_number(value):
        return Tensor(run.trace.leaf(name, SCALAR), 0)
    if isinstance(value, (bool, str)):
        run.condition(f"{name} is {value!r}, as __init__ leaves it")
    return value


def _given(node: ast.FunctionDef) -> set[str]:
    """The attributes that a method gives to its object."""
    first = [a.arg for a in [*node.args.posonlyargs, *node.args.args]][:1]
    return {
        n.attr
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute)
        and isinstance(n.ctx, ast.Store)
        and isinstance(n.value, ast.Name)
        and [n.value.id] == first
    }


def _stored(module: Module) -> tuple[set[str], set[str | None]]:
    """The attributes and keys to which the file gives values beside ``__init__``.

    None among the keys: one that is no constant.
    """
    attributes: set[str] = set()
    keys: set[str | None] = set()
    stack: list[ast.AST] = list(module.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef) and node.name == _INIT:
            continue
        stack.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)):
            attributes.add(node.attr)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr":
            attributes |= {n.attr for n in _attributes(module)}
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
            constant = isinstance(node.slice, ast.Constant)
            key = node.slice.value if constant else None  # type: ignore[attr-defined]
            keys.add(key if isinstance(key, str) else None)
    return attributes, keys


def _attributes(module: Module) -> list[ast.Attribute]:
    return [n for s in module.body for n in ast.walk(s) if isinstance(n, ast.Attribute)]
