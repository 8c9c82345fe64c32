"""Figures beside a training: an accuracy, a prediction, a text, of which nothing need be known.

What cannot be followed but changes nothing has no part in a gradient as long as nobody uses it.
So the names that such an assignment binds are opaque, and only their use is outside the fragment.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from derive.pycode import naming
from derive.pycode.names import COST_NAMES, target_of
from derive.pycode.units import differentiated, known_names
from derive.pycode.values import (
    DictValue,
    Instance,
    ListValue,
    Once,
    Opaque,
    Record,
    Unsupported,
    Value,
    references,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter
    from derive.pycode.source import Module

Scope = dict[str, Value]
_PURE = frozenset(
    {"argmax", "argmin", "argsort", "unique", "bincount", "where", "exp", "log", "sqrt", "abs",
     "maximum", "minimum", "dot", "matmul", "equal", "count_nonzero", "std", "var", "median",
     "reshape", "flatten", "ravel", "squeeze", "astype", "transpose", "copy", "array", "asarray",
     "arange", "zeros", "ones", "zeros_like", "ones_like", "square", "power", "clip", "tanh",
     "expand_dims", "concatenate", "vstack", "hstack", "eye", "range", "zip", "enumerate", "list",
     "tuple", "join", "time", "perf_counter", "strftime", "lower", "upper"}
)  # fmt: skip
"""Functions of NumPy and methods of arrays and texts that change nothing."""
_SHARING = frozenset(
    {"reshape", "ravel", "squeeze", "astype", "transpose", "array", "asarray", "expand_dims",
     "list", "tuple", "zip", "enumerate", "view", "swapaxes", "atleast_1d", "atleast_2d",
     "broadcast_to", "diagonal", "get", "items", "values", "getattr", "max", "min", "next", "iter",
     "reversed", "sorted", "rollaxis", "moveaxis", "ascontiguousarray", "copy", "sum"}
)  # fmt: skip
"""Those of them that may hand on what they are given."""


def leave_open(
    run: Interpreter, node: ast.Assign | ast.AugAssign, scope: Scope, why: Unsupported
) -> bool:
    """Whether an assignment that is not followed changes nothing; its names are opaque then."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = [n.id for t in targets for n in _names(t)]
    known = known_names(run.module)
    if not names or any(n is None or n in COST_NAMES or target_of(n, known) for n in names):
        return False
    if differentiated(run.module) & set(names):
        return False
    if not changes_nothing(run.module, node.value, run.unclear):
        return False
    if isinstance(node, ast.AugAssign) and not _is_number(run, scope.get(names[0])):
        return False
    shares = not _is_new(node.value, run.own) or _holds(run, node.value, scope)
    for name in names:
        scope[name] = Opaque(why.message, why.line or node.lineno, why.column or 1, own=shares)
    return True


def _is_new(node: ast.expr, own: Collection[str]) -> bool:
    """Whether a value shares no memory with anything, so that to change it changes nothing else."""
    match node:
        case ast.Compare() | ast.UnaryOp() | ast.Constant() | ast.JoinedStr():
            return True
        case ast.BinOp(left=left, right=right):  # no list, which holds what is there
            plain = (ast.Name, ast.Attribute, ast.Subscript)
            return all(isinstance(s, plain) or _is_new(s, own) for s in (left, right))
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            held = (ast.List, ast.Tuple, ast.Dict, ast.ListComp, ast.DictComp)
            lists = any(isinstance(n, held) for a in node.args for n in ast.walk(a))
            return name not in own and name not in _SHARING and not lists
    return False


def _holds(run: Interpreter, node: ast.expr, scope: Scope) -> bool:
    """Whether a list or a dictionary takes part, as in ``L * n``, which holds what L holds."""
    match node:
        case ast.BinOp(left=left, right=right):
            return _holds(run, left, scope) or _holds(run, right, scope)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            value = _found(run, node, scope)
            if isinstance(value, (ListValue, DictValue, Record, tuple)):
                return bool(references(value))
            return isinstance(value, Once) or (isinstance(value, Opaque) and value.own)
    return False


def _found(run: Interpreter, node: ast.expr, scope: Scope) -> Value:
    """What a name or an attribute stands for, and in the place of an entry what it is of."""
    match node:
        case ast.Name(id=name):
            return run.settled(scope.get(name, run.globals.get(name)))
        case ast.Attribute(value=owner, attr=name):
            holder = _found(run, owner, scope)
            return (
                run.settled(holder.attributes.get(name)) if isinstance(holder, Instance) else None
            )
        case ast.Subscript(value=owner):
            return _found(run, owner, scope)
    return None


def changes_nothing(module: Module, node: ast.AST, own: Collection[str]) -> bool:
    """Whether evaluating this changes nothing that is there, also in functions of the file."""
    return _is_pure(module, [node], own, frozenset())


def _names(target: ast.expr) -> Iterator[ast.Name]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            yield from _names(part)
    elif isinstance(target, ast.Name):
        yield target
    else:
        yield ast.Name(None)  # type: ignore[arg-type]


def _is_number(run: Interpreter, value: Value) -> bool:
    from derive.pycode.values import Tensor, is_number

    value = run.settled(value)
    return (
        isinstance(value, Opaque)
        or is_number(value)
        or (isinstance(value, Tensor) and not value.ndim)
    )


def _is_pure(
    module: Module, nodes: list[ast.AST], own: Collection[str], within: frozenset[str]
) -> bool:
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        if isinstance(node, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda)):
            return False
        if not isinstance(node, ast.Call):
            continue
        if any(k.arg == "out" for k in node.keywords):
            return False
        name = str(getattr(node.func, "attr", getattr(node.func, "id", "")))
        if isinstance(node.func, ast.Attribute) and naming.root(node.func) in own:
            return False
        if name in own:
            if name in within or not _only_computes(module, name, own, within | {name}):
                return False
        elif not (name in _PURE or naming.only_looks([_call_alone(node, name)], own)):
            return False
    return True


def _call_alone(node: ast.Call, name: str) -> ast.Call:
    """A call without its arguments, and without what it is a method of: these are looked at too."""
    if isinstance(node.func, ast.Attribute) and naming.root(node.func) == "":
        return ast.Call(ast.Name(name), [], [])
    return ast.Call(node.func, [], [])


def _only_computes(module: Module, name: str, own: Collection[str], within: frozenset[str]) -> bool:
    """Whether every function of a name in the file binds its own names and returns, no more."""
    named = [
        node
        for statement in module.body
        for node in ast.walk(statement)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and node.name == name
    ]
    return bool(named) and all(
        isinstance(node, ast.FunctionDef)
        and not node.decorator_list
        and all(_is_own(s) for s in ast.walk(node) if isinstance(s, ast.stmt) and s is not node)
        and _is_pure(module, [*node.body], own, within)
        for node in named
    )


def _is_own(statement: ast.stmt) -> bool:
    """Whether a statement of a function gives values to names of the function alone."""
    match statement:
        case ast.Assign(targets=targets):
            parts = [n for t in targets for n in ast.walk(t)]
            return all(isinstance(n, (ast.Name, ast.Tuple, ast.List, ast.expr_context))
                       for n in parts)  # fmt: skip
        case ast.For(target=target):
            return all(isinstance(n, (ast.Name, ast.Tuple, ast.expr_context))
                       for n in ast.walk(target))  # fmt: skip
        case ast.Return() | ast.Pass() | ast.If() | ast.Assert() | ast.Raise():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
    return False
