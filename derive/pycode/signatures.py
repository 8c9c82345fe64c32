"""The parameters of functions, with their defaults, and what they return."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from derive.pycode.names import PREDICTIONS, UPSTREAM


def is_output(name: str) -> bool:
    """Whether an argument of a loss is usually what it judges."""
    return PREDICTIONS.fullmatch(name) is not None or name == "dvalues"


def is_data(node: ast.expr) -> bool:
    """A list or tuple of numbers, texts and such lists."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return all(is_data(e) or isinstance(e, ast.Constant) for e in node.elts)
    return False


def name_is_upstream(name: str) -> bool:
    """Whether an argument is usually the gradient by the output of a layer."""
    return UPSTREAM.fullmatch(name) is not None


def parameters(node: ast.FunctionDef) -> list[tuple[ast.arg, ast.expr | None]]:
    """The parameters of a function that are called by position, each with its default."""
    args = [*node.args.posonlyargs, *node.args.args]
    defaults: list[ast.expr | None] = [None] * (len(args) - len(node.args.defaults))
    return list(zip(args, [*defaults, *node.args.defaults], strict=True))


def is_number_default(default: ast.expr | None) -> bool:
    """An argument whose default is a number is one."""
    return isinstance(default, ast.Constant) and isinstance(default.value, (int, float))


def returned_names(node: ast.expr | None) -> Iterator[ast.Name]:
    if node is not None:
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        for part in parts:
            if isinstance(part, ast.Call) and len(part.args) == 1:  # float(J)
                part = part.args[0]
            if isinstance(part, ast.Name):
                yield part
