"""The axes of the parameters that a file makes somewhere: ``b1 = np.zeros((n_hidden, 1))``.

Where a function is judged by itself its arguments have no shapes.  What the file calls by the
same name when it starts says how many axes they have and which of them are 1; the sizes stay
free.  Names that the file makes in two ways are left to the guesses.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from derive.pycode.guess import Declared, is_labels
from derive.pycode.names import DATA
from derive.pycode.source import Module

_BY_SHAPE = frozenset({"zeros", "ones", "empty", "full", "random", "standard_normal"})
"""Functions whose first argument is the shape of what they make."""
_BY_SIZES = frozenset({"rand", "randn"})
_BY_KEYWORD = frozenset({"normal", "uniform"})
"""Functions whose third argument, or ``size``, is the shape."""


def made_shapes(module: Module) -> dict[str, Declared]:
    """By name the axes of the arrays that are made anywhere in a file.

    >>> from derive.pycode.source import parse
    >>> made_shapes(parse("b = np.zeros((n, 1))\\nW = np.random.randn(n, k) * 0.1"))
    {'b': ('b', 1), 'W': ('W_rows', 'W_columns')}
    """
    found: dict[str, Declared] = {}
    dropped: set[str] = set()
    for statement in module.body:
        for node in ast.walk(statement):
            if not isinstance(node, ast.Assign):
                continue
            for name, value in _pairs(node):
                shape = _shape(name, value)
                if shape is not None and found.setdefault(name, shape) != shape:
                    dropped.add(name)
    return {name: shape for name, shape in found.items() if name not in dropped}


@lru_cache(maxsize=16)
def _sizes(body: tuple[ast.stmt, ...]) -> frozenset[str]:
    found: set[str] = set()
    for function in (n for s in body for n in ast.walk(s) if isinstance(n, ast.FunctionDef)):
        inside = list(ast.walk(function))
        calls = [n for n in inside if isinstance(n, ast.Call)]
        used = {d.id for call in calls for d in _dims(call) or () if isinstance(d, ast.Name)}
        bound = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        found |= (used & {a.arg for a in inside if isinstance(a, ast.arg)}) - bound
    return frozenset(n for n in found if n not in DATA and not is_labels(n))


def sizes_of(module: Module) -> frozenset[str]:
    """The names of the sizes of arrays that a file makes: ``k`` of ``np.zeros((n, k))``."""
    return _sizes(tuple(module.body))


def _pairs(node: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    """The names that an assignment gives values, each with its own."""
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            for one, value in zip(target.elts, node.value.elts, strict=False):
                yield _name(one), value
        else:
            yield _name(target), node.value


def _name(target: ast.expr) -> str:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
    return ""


def _shape(name: str, value: ast.expr) -> Declared:
    while isinstance(value, ast.BinOp):  # scaled and shifted by numbers
        value = value.left if isinstance(value.left, (ast.Call, ast.BinOp)) else value.right
    if not name or not isinstance(value, ast.Call):
        return None
    dims = _dims(value)
    if dims is None or not 1 <= len(dims) <= 2:
        return None
    ones = [isinstance(d, ast.Constant) and d.value == 1 for d in dims]
    if len(dims) == 1:
        return None if ones[0] else (name,)
    if ones == [True, True]:
        return None
    if True in ones:
        return (1, name) if ones[0] else (name, 1)
    return (f"{name}_rows", f"{name}_columns")


def _dims(call: ast.Call) -> list[ast.expr] | None:
    called = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if called in _BY_SIZES:
        return list(call.args)
    said = next((k.value for k in call.keywords if k.arg in ("size", "shape")), None)
    if said is None and called in _BY_SHAPE and call.args:
        said = call.args[0]
    if said is None and called in _BY_KEYWORD and len(call.args) == 3:
        said = call.args[2]
    if said is None or called not in _BY_SHAPE | _BY_KEYWORD:
        return None
    return list(said.elts) if isinstance(said, (ast.Tuple, ast.List)) else [said]
