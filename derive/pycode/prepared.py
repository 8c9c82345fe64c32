"""Data that a file loads and prepares at its top level: what is not followed of it is any array.

Before a file trains it reads tables, picks columns, scales, shuffles, splits and encodes.  What
is made of nothing but loaded data, numbers and libraries has no part in a derivative: where a
step of it cannot be followed its result is taken as an array of any real numbers, which is said
with every verdict that rests on it.  Such arrays may share memory with one another, so writing
into one makes the others unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from derive.program import Symbol, walk
from derive.pycode.guess import is_labels
from derive.pycode.names import DATA
from derive.pycode.values import (
    Library,
    ListValue,
    Opaque,
    Ref,
    Tensor,
    Unknown,
    Value,
    is_number,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

_CODE = (ast.Lambda, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
_PLAIN = frozenset(
    {"int", "float", "str", "bool", "len", "list", "tuple", "range", "zip", "enumerate", "sorted",
     "min", "max", "sum", "abs", "round", "open", "set", "dict", "map"}
)  # fmt: skip
"""Builtins that make data of data."""
_NO_DATA = frozenset(
    {"numpy", "math", "builtins", "typing", "typing_extensions", "collections", "functools",
     "itertools", "dataclasses", "abc", "enum", "operator", "contextlib", "logging", "sys", "time",
     "datetime", "warnings", "copy", "types", "inspect", "argparse", "string", "re", "textwrap",
     "threading", "multiprocessing", "traceback", "unittest", "numbers", "fractions", "decimal",
     "cmath", "statistics"}
)  # fmt: skip
"""Libraries from which no data comes."""
DEEPEST = 4


def targets_of(statement: ast.stmt) -> list[str]:
    """The names that a statement gives values, if it does nothing else; else none."""
    if isinstance(statement, ast.Assign):
        parts = [p for t in statement.targets for p in _flat(t)]
    elif isinstance(statement, ast.AugAssign):
        parts = [statement.target]
    else:
        return []
    names = [part.id for part in parts if isinstance(part, ast.Name)]
    return names if len(names) == len(parts) else []


def is_of_data(run: Interpreter, statement: ast.stmt, before: Mapping[str, Value]) -> bool:
    """Whether a statement computes with nothing but loaded data, numbers and libraries.

    before: the names as they were before the statement.
    """
    value = getattr(statement, "value", None)
    if value is None or any(isinstance(n, _CODE) for n in ast.walk(value)):
        return False
    own = {
        n.id for n in ast.walk(value) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)} - own
    if isinstance(statement, ast.AugAssign):
        names |= set(targets_of(statement))
    known = [before[n] for n in sorted(names) if n in before]
    unknown = [n for n in names if n not in before]
    if not all(n in _PLAIN for n in unknown) or not all(_is_data(run, v) for v in known):
        return False
    return any(_is_loaded(run, part) for v in known for part in _parts(run, v))


def encodes(run: Interpreter, statement: ast.stmt, before: Mapping[str, Value]) -> bool:
    """``one_hot[np.arange(n), labels] = 1`` of loaded labels."""
    match statement:
        case ast.Assign(
            targets=[ast.Subscript(value=ast.Name(), slice=ast.Tuple(elts=[_, labels]))],
            value=ast.Constant(value=1 | 1.0),
        ):
            return is_of_data(run, ast.Assign([], labels), before)
    return False


def give(run: Interpreter, statement: ast.stmt, before: Mapping[str, Value]) -> None:
    """The names that a statement gives values, and those at which it looks, are any data now."""
    names = set(targets_of(statement))
    for name, value in before.items():
        if isinstance(value, Unknown) and value.loaded and run.globals.get(name) is not value:
            names.add(name)
    for name in sorted(names):
        for value in before.values():
            if isinstance(value, Ref) and _is_drawn(run, run.trace.buffers[value.buffer].content):
                run.loaded.setdefault(run.trace.buffers[value.buffer].content.expr.name, value)  # type: ignore[attr-defined]
        said = f"line {statement.lineno} makes {name} an array of real numbers"
        run.globals[name] = Unknown(name, loaded=said)


def _flat(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            yield from _flat(part)
    else:
        yield target


def _parts(run: Interpreter, value: Value, depth: int = DEEPEST) -> Iterator[Value]:
    value = run.settled(value)
    yield value
    held = value.items if isinstance(value, ListValue) else value
    if isinstance(held, (tuple, list)) and depth:
        for part in held:
            yield from _parts(run, part, depth - 1)


def _is_loaded(run: Interpreter, value: Value) -> bool:
    """Whether a value comes from loaded data alone, or is a library by which data is loaded."""
    match value:
        case Unknown(loaded=loaded):
            return bool(loaded)
        case Library(name=name):
            return name.split(".")[0] not in _NO_DATA
        case Ref(buffer=at):
            buffer = run.trace.buffers[at]
            return not buffer.reason and (
                _leaves(run, buffer.content) or _is_drawn(run, buffer.content)
            )
        case Tensor():
            return _leaves(run, value)
    return False


def _is_drawn(run: Interpreter, tensor: Tensor) -> bool:
    """Whether an array is literal or random and called like data: by nothing it is differentiated.

    What is made of it may share its memory.
    """
    expr = tensor.expr
    if not isinstance(expr, Symbol) or expr.name not in run.trace.leaves:
        return False
    made = expr.name.split(".")[0] in ("random", "data")
    held = [n for n, v in run.globals.items() if _holds(run, v, expr)]
    return made and bool(held) and all(n in DATA or is_labels(n) for n in held)


def _holds(run: Interpreter, value: Value, expr: Symbol) -> bool:
    found = isinstance(value, Ref) and not run.trace.buffers[value.buffer].reason
    return found and run.trace.buffers[value.buffer].content.expr == expr


def _is_data(run: Interpreter, value: Value, depth: int = DEEPEST) -> bool:
    value = run.settled(value)
    if isinstance(value, (tuple, ListValue)) and depth:
        items = value.items if isinstance(value, ListValue) else value
        return all(_is_data(run, part, depth - 1) for part in items)
    plain = value is None or isinstance(value, (str, bool, Library)) or is_number(value)
    if plain or _is_loaded(run, value):
        return True
    return isinstance(value, Tensor) and not _symbols(value)


def _leaves(run: Interpreter, tensor: Tensor) -> bool:
    """Whether an array is computed from loaded arrays and nothing else."""
    names, seen = _symbols(tensor), set[str]()
    if not names:
        return False
    while names:
        name = names.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in run.trace.definitions:
            inner = run.trace.definitions[name]
            names |= {n.name for n in walk(inner) if isinstance(n, Symbol)}
        elif name not in run.loaded:
            return False
    return True


def _symbols(tensor: Tensor) -> set[str]:
    return {n.name for n in walk(tensor.expr) if isinstance(n, Symbol)}


def is_lost(run: Interpreter, statement: ast.stmt) -> bool:
    """Whether a statement gave names to what nothing is known of."""
    given = [run.globals.get(name) for name in targets_of(statement)]
    return any(isinstance(value, Opaque) for value in given)
