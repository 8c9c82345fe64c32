"""Attributes that a file gives to something other than the object of the method around.

``self.k = 2`` in a method is about that object.  ``type(self).k = 2``, ``cls.k = 2`` and
``held[0].k = 2`` may give a class or a module another ``k``, which every other object then has.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache


def given_elsewhere(body: Sequence[ast.stmt]) -> frozenset[str]:
    """The names of attributes that anything but the object of a method is given.

    >>> source = "class A:\\n  def f(self):\\n    self.j = 1\\n    type(self).k = 2\\n"
    >>> sorted(given_elsewhere(ast.parse(source).body))
    ['k']
    """
    return _given_elsewhere(tuple(body))


@lru_cache(maxsize=16)
def _given_elsewhere(body: tuple[ast.stmt, ...]) -> frozenset[str]:
    nodes = [node for statement in body for node in ast.walk(statement)]
    kinds = [node for node in nodes if isinstance(node, ast.ClassDef)]
    loose = _taken_from_classes(nodes, {kind.name for kind in kinds})
    own: set[int] = set()
    for kind in kinds:
        for method in kind.body:
            if isinstance(method, ast.FunctionDef) and method.name not in loose:
                own |= {id(node) for node in _of_its_object(method)}
    return frozenset(node.attr for node in nodes if _is_given(node) and id(node) not in own)  # type: ignore[attr-defined]


def _is_given(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)


def _of_its_object(method: ast.FunctionDef) -> list[ast.AST]:
    """The attributes that a method gives to the object that it is called on."""
    first = _object_of(method)
    if not first:
        return []
    return [
        node
        for node in ast.walk(method)
        if _is_given(node) and getattr(node.value, "id", "") == first  # type: ignore[attr-defined]
    ]


def _object_of(method: ast.FunctionDef) -> str:
    """The name of the object of a method, "" if it may be something else."""
    plain = all(
        getattr(d, "id", "") == "property" or getattr(d, "attr", "") == "setter"
        for d in method.decorator_list
    )
    names = [a.arg for a in [*method.args.posonlyargs, *method.args.args]]
    if not plain or not names or method.name in ("__new__", "__init_subclass__"):
        return ""
    bound = [n.id for n in ast.walk(method) if _is_bound(n)]  # type: ignore[attr-defined]
    inner = [n.arg for n in ast.walk(method) if isinstance(n, ast.arg)]
    return names[0] if names[0] not in bound and inner.count(names[0]) == 1 else ""


def _is_bound(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)


def _taken_from_classes(nodes: Sequence[ast.AST], kinds: set[str]) -> set[str]:
    """The methods that are called, or handed on, with something else for their object.

    ``Base.__init__(self, n)`` is not among them.
    """
    on = {
        id(node.func)
        for node in nodes
        if isinstance(node, ast.Call) and node.args and getattr(node.args[0], "id", "") == "self"
    }
    return {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and getattr(node.value, "id", "") in kinds
        and id(node) not in on
    }
