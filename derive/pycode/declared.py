"""Shapes that a source states: in comments behind parameters or assignments, or annotations.

``def f(W: Float[np.ndarray, "n k"])``, ``W1,  # (n_1, n_0)`` or, in a docstring, ``W1: (n, k)``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from derive.program import Dim
from derive.pycode.entry import Entry
from derive.pycode.guess import Declared, is_labels
from derive.pycode.made import made_shapes
from derive.pycode.names import CACHES
from derive.pycode.source import Module

_SHAPE = re.compile(r"\(\s*([A-Za-z_]\w*|\d+)\s*,\s*([A-Za-z_]\w*|\d+)?\s*\)")
_DOC = re.compile(
    r"^[ \t]*([A-Za-z_]\w*)[ \t]*(?::|--?)[ \t][^()\n]{0,60}(\([^()]*\))", re.MULTILINE
)
_INLINE = re.compile(r"\b([A-Za-z_]\w*)(?:\s+|:\s*)(\(\s*\w+\s*,(?:\s*\w+\s*)?\))")
_NUMBER = re.compile(
    r"^[ \t]*([A-Za-z_]\w*)[ \t]*(?::|--?)[ \t][^()\n]{0,40}\b(?:scalar|number|float)\b[^()\n]*$",
    re.MULTILINE,
)
_SHARED = re.compile(r"\b((?:[A-Za-z_]\w*, ?)+[A-Za-z_]\w*):? (\(\s*\w+\s*,(?:\s*\w+\s*)?\))")
"""``u, v (n,)``."""
_WORDS = frozenset(("size", "shape", "dimension", "dimensions", "array", "matrix", "vector", "of"))
"""What stands before a shape and is no name."""


def declared_shapes(module: Module, entry: Entry) -> dict[str, Declared]:
    """The shapes that are stated for arguments of the entry's functions."""
    found: dict[str, Declared] = {}
    for node in _functions(module, entry):
        for arg in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            comment = module.comments.get(arg.lineno, "")
            one = len({a.lineno for a in node.args.args}) == len(node.args.args) > 1
            shape = _annotated(arg.annotation) or (_read(comment) if one else None)
            if shape is not None:
                found.setdefault(arg.arg, shape)
        said = ast.get_docstring(node) or ""
        for name, text in [*_DOC.findall(said), *_INLINE.findall(said)]:
            shape = _read(text)
            if shape is not None and name not in _WORDS and not CACHES.fullmatch(name):
                found.setdefault(name, shape)
        for names, text in _SHARED.findall(said):
            shape = _read(text)
            for name in names.replace(" ", "").split(",") if shape is not None else ():
                found.setdefault(name, shape)
        for name in _NUMBER.findall(said):
            found.setdefault(name, ())
    for function in (n for s in module.body for n in ast.walk(s)):
        if isinstance(function, ast.FunctionDef):
            found |= {n: "labels" for n in sorted(_picking(function)) if n not in found}
            found |= {n: (n,) for n in sorted(_widened(function)) if n not in found}
    return made_shapes(module) | found


def _widened(function: ast.FunctionDef) -> set[str]:
    """The arguments of a function to which a second axis is given: ``v`` of ``v[:, None]``.

    They have one axis, as those of ``np.outer``.  Names that usually stand for labels are left
    to the guesses.
    """
    found, given = set(), set()
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                given.add(name)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=[first, second])):
                whole = [isinstance(e, ast.Slice) and _is_bare(e) for e in (first, second)]
                new = [_last(e) == "newaxis" or _is_none(e) for e in (first, second)]
                if True in whole and True in new and not is_labels(name):
                    found.add(name)
            case ast.Call(func=ast.Attribute(attr="outer"), args=[_, _]):
                names = {a.id for a in node.args if isinstance(a, ast.Name)}
                found |= {n for n in names if n[0].islower()}
    return {a.arg for a in function.args.args} & found - given


def _is_bare(node: ast.Slice) -> bool:
    return not (node.lower or node.upper or node.step)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _picking(function: ast.FunctionDef) -> set[str]:
    """The arguments of a function that pick an entry of each row: ``a`` of ``q[np.arange(n), a]``.

    Names that usually stand for labels are left to the guesses, for they may be one-hot elsewhere.
    """
    found, given, places = set(), set(), {"arange", "range"}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=called)):
                if _last(called) in ("arange", "range"):
                    places.add(name)
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                given.add(name)
            case ast.Subscript(slice=ast.Tuple(elts=[first, ast.Name(id=name)])):
                where = first.func if isinstance(first, ast.Call) else first
                if _last(where) in places and not is_labels(name):
                    found.add(name)
    return {a.arg for a in function.args.args} & found - given


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _functions(module: Module, entry: Entry) -> Iterator[ast.FunctionDef]:
    body = module.classes[entry.owner].body if entry.owner else module.body
    for statement in body:
        if isinstance(statement, ast.FunctionDef) and statement.name in (
            entry.gradient,
            entry.forward,
            entry.cost,
        ):
            yield statement


def _annotated(node: ast.expr | None) -> Declared:
    """``Float[np.ndarray, "n m"]``."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
        return None
    last = node.slice.elts[-1]
    if isinstance(last, ast.Constant) and isinstance(last.value, str):
        words = last.value.split()
        if all(re.fullmatch(r"[A-Za-z_]\w*|\d+", word) for word in words) and len(words) <= 2:
            return tuple(map(_dim, words))
    return None


def _read(text: str) -> Declared:
    """``(n, m)`` or ``(m,)`` in a text.

    >>> _read("labels (m,)"), _read("(n_1, 1)"), _read("none")
    (('m',), ('n_1', 1), None)
    """
    found = _SHAPE.search(text)
    if found is None:
        return None
    return (_dim(found[1]),) if found[2] is None else (_dim(found[1]), _dim(found[2]))


def _dim(word: str) -> Dim:
    if word.isdigit():
        return 1 if word == "1" else f"n{int(word)}"
    return word
