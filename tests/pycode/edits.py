"""Single edits of Python source: what a slip of the hand, or of a generator, does to a program.

In: a source.  Out: pairs of a label and the edited source, in a fixed order.  Each edit changes
one node of the syntax tree: an operator, its operands, a constant, a name, a keyword, a transpose,
a copy, the order of statements.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from itertools import islice

Change = tuple[str, Callable[[], None]]
"""What an edit is called, and the function that carries it out on the tree in place."""

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult)
_ALIKE = {
    "sum": "mean", "mean": "sum", "maximum": "minimum", "minimum": "maximum", "exp": "expm1",
    "log": "log1p", "log1p": "log", "tanh": "sinh", "sqrt": "square", "square": "sqrt", "max": "min",
    "greater": "less", "dot": "outer", "zeros": "ones", "zeros_like": "ones_like", "abs": "square",
    "add": "subtract", "subtract": "add", "multiply": "divide", "divide": "multiply",
    "std": "var", "var": "std", "matmul": "multiply", "where": "maximum",
}  # fmt: skip


def edits(
    source: str, functions: frozenset[str] = frozenset(), count: int | None = None, seed: str = ""
) -> list[tuple[str, str]]:
    """Single edits inside the functions of these names (all functions if none is named).

    count: how many are picked, at random from `seed`; None: all.
    """
    tree = ast.parse(source)
    plain = ast.unparse(tree) + "\n"
    order = list(range(sum(1 for _ in _changes(tree, functions))))
    if count is not None:
        random.Random(seed).shuffle(order)
    found: dict[str, str] = {}
    for k in order:
        if count is not None and len(found) >= count:
            break
        fresh = ast.parse(source)
        label, change = next(islice(_changes(fresh, functions), k, None))
        change()
        try:
            text = ast.unparse(ast.fix_missing_locations(fresh)) + "\n"
        except (AttributeError, TypeError, ValueError):
            continue
        if text != plain:
            found.setdefault(text, label)
    return [(label, text) for text, label in found.items()]


def _changes(tree: ast.Module, functions: frozenset[str]) -> Iterator[Change]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (not functions or node.name in functions):
            names = sorted(
                {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - {"np", "self"}
            )
            for inner in ast.walk(node):
                yield from _of_node(inner, names)
            yield from _of_order(node)


def _of_node(node: ast.AST, names: list[str]) -> Iterator[Change]:
    where = f"line {getattr(node, 'lineno', 0)}"
    match node:
        case ast.BinOp():
            for kind in _OPERATORS:
                if not isinstance(node.op, kind):
                    yield f"{where}: {kind.__name__}", _set(node, "op", kind())
            yield f"{where}: operands swapped", _swap(node)
        case ast.AugAssign():
            for kind in _OPERATORS[:4]:
                if not isinstance(node.op, kind):
                    yield f"{where}: {kind.__name__} in place", _set(node, "op", kind())
        case ast.Constant(value=bool() as value):
            yield f"{where}: {not value}", _set(node, "value", not value)
        case ast.Constant(value=int() | float() as value):
            for other in (value + 1, 1 - value, -value, 2 * value):
                if other != value:
                    yield f"{where}: {value} as {other}", _set(node, "value", other)
        case ast.Name(id=name, ctx=ast.Load()) if name in names:
            at = names.index(name)
            for other in (
                names[at - 1],
                names[(at + 1) % len(names)],
                names[(at + 2) % len(names)],
            ):
                if other != name:
                    yield f"{where}: {name} as {other}", _set(node, "id", other)
        case ast.Attribute(attr="T"):
            yield f"{where}: no transpose", _become(node, "value")
        case ast.Attribute(attr=name) if name in _ALIKE:
            yield f"{where}: {name} as {_ALIKE[name]}", _set(node, "attr", _ALIKE[name])
        case ast.Compare(ops=[op]):
            for kind in (ast.Gt, ast.Lt, ast.GtE, ast.LtE):
                if not isinstance(op, kind):
                    yield f"{where}: {kind.__name__}", _set(node, "ops", [kind()])
        case ast.UnaryOp(op=ast.USub()):
            yield f"{where}: no minus", _set(node, "op", ast.UAdd())
        case ast.Call():
            yield from _of_call(node, where)
        case ast.Dict() if len(node.values) > 1:
            yield (
                f"{where}: values turned",
                _set(node, "values", [*node.values[1:], node.values[0]]),
            )
        case ast.Tuple(ctx=ast.Load()) if len(node.elts) > 1:
            yield f"{where}: parts turned", _set(node, "elts", [*node.elts[1:], node.elts[0]])


def _of_call(node: ast.Call, where: str) -> Iterator[Change]:
    for k, keyword in enumerate(node.keywords):
        rest = [*node.keywords[:k], *node.keywords[k + 1 :]]
        yield f"{where}: without {keyword.arg}", _set(node, "keywords", rest)
    if len(node.args) == 2:
        yield f"{where}: arguments swapped", _set(node, "args", node.args[::-1])
    for k, arg in enumerate(node.args):
        if isinstance(arg, (ast.Name, ast.Attribute)):
            turned = ast.Attribute(arg, "T", ast.Load())
            yield (
                f"{where}: transposed",
                _set(node, "args", [*node.args[:k], turned, *node.args[k + 1 :]]),
            )
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("copy", "astype"):
        yield f"{where}: no {node.func.attr}", _set_all(node, node.func.value)


def _of_order(function: ast.FunctionDef) -> Iterator[Change]:
    bodies = [
        n.body for n in ast.walk(function) if isinstance(n, (ast.FunctionDef, ast.For, ast.If))
    ]
    for body in bodies:
        for k, statement in enumerate(body):
            where = f"line {statement.lineno}"
            yield f"{where}: left out", _replace(body, k, [ast.Pass()])
            yield f"{where}: twice", _replace(body, k, [statement, statement])
            if k + 1 < len(body):
                pair = [body[k + 1], statement]
                yield f"{where}: after the next", _replace(body, k, pair, 2)
            yield from _in_place(body, k, statement, where)


def _in_place(body: list[ast.stmt], k: int, statement: ast.stmt, where: str) -> Iterator[Change]:
    match statement:
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.BinOp(left=left, op=op, right=right)
        ):
            if isinstance(left, ast.Name):
                change = ast.AugAssign(ast.Name(left.id, ast.Store()), op, right)
                alias = ast.Assign([ast.Name(name, ast.Store())], ast.Name(left.id, ast.Load()))
                both: list[ast.stmt] = [change] if left.id == name else [change, alias]
                yield f"{where}: in place", _replace(body, k, both)
        case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
            fresh = ast.BinOp(ast.Name(name, ast.Load()), op, value)
            made = ast.Assign([ast.Name(name, ast.Store())], fresh)
            yield f"{where}: a new array", _replace(body, k, [made])
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
            into = ast.Assign(
                [ast.Subscript(ast.Name(name, ast.Load()), ast.Constant(...), ast.Store())], call
            )
            yield f"{where}: into the old array", _replace(body, k, [into])


# -- carrying out -----------------------------------------------------------------------------


def _set(node: ast.AST, field: str, value: object) -> Callable[[], None]:
    return lambda: setattr(node, field, value)


def _swap(node: ast.BinOp) -> Callable[[], None]:
    def change() -> None:
        node.left, node.right = node.right, node.left

    return change


def _become(node: ast.AST, field: str) -> Callable[[], None]:
    return _set_all(node, getattr(node, field))


def _set_all(node: ast.AST, other: ast.AST) -> Callable[[], None]:
    def change() -> None:
        node.__class__ = other.__class__  # type: ignore[assignment]
        node.__dict__.clear()
        node.__dict__.update(other.__dict__)

    return change


def _replace(
    body: list[ast.stmt], start: int, new: list[ast.stmt], count: int = 1
) -> Callable[[], None]:
    def change() -> None:
        body[start : start + count] = new

    return change
