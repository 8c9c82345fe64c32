"""Batches that a generator of the file hands to a training loop: arrays of which nothing is known.

That holds of a generator that changes nothing but its own variables, where the loop itself uses
nothing of what the generator was given: then a batch is no view of anything that the loop sees.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.pycode import naming
from derive.pycode.values import FunctionValue, Unknown, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

_HARMLESS = frozenset(
    {
        "range", "len", "zip", "list", "enumerate", "min", "max", "int", "arange", "permutation",
        "shuffle", "copy", "ceil", "floor", "default_rng", "RandomState", "array_split", "choice",
        "randint", "integers", "seed", "split",
    }
)  # fmt: skip
"""Functions that make indices and pick examples."""
_IN_PLACE = frozenset({"shuffle"})


def batch(run: Interpreter, node: ast.For, scope: dict[str, Value]) -> Value:
    """What a generator yields, as an unknown value; None if the loop goes over something else."""
    call = node.iter
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
        return None
    function = run.settled(scope.get(call.func.id, run.globals.get(call.func.id)))
    if not isinstance(function, FunctionValue) or not isinstance(function.node, ast.FunctionDef):
        return None
    if not naming.is_generator(function.node):
        return None
    parts = [n for a in [*call.args, *call.keywords] for n in ast.walk(a)]
    given = {n.id for n in parts if isinstance(n, ast.Name)}
    used = {n.id for s in node.body for n in ast.walk(s) if isinstance(n, ast.Name)}
    if given & used:
        raise Unsupported(f"a loop that uses {min(given & used)} beside its batches", node)
    if function.node.decorator_list or not _picks(run, function.node):
        raise Unsupported(f"{function.name}, which does more than pick examples", node)
    run.condition(f"{function.name} yields any arrays")
    return Unknown("batch")


def _picks(run: Interpreter, node: ast.FunctionDef) -> bool:
    """Whether a generator changes nothing but its own variables, and yields its own arguments."""
    own = naming.local_names(node)
    arguments = {a.arg for a in node.args.args}
    for part in ast.walk(node):
        if isinstance(part, (ast.Global, ast.Nonlocal, ast.Lambda, ast.Await, ast.YieldFrom)):
            return False
        if isinstance(part, (ast.Attribute, ast.Subscript)) and not isinstance(part.ctx, ast.Load):
            return False
        if isinstance(part, ast.AugAssign) and getattr(part.target, "id", "") in arguments:
            return False
        if isinstance(part, ast.Name) and part.id not in own and part.id in run.own:
            return False
        if isinstance(part, ast.Name) and part.id not in own and _holds_arrays(run, part.id):
            return False
        if isinstance(part, ast.Call) and not _is_harmless(part, arguments):
            return False
    return True


def _holds_arrays(run: Interpreter, name: str) -> bool:
    """Whether a name of the top level stands for something that training may use."""
    from derive.pycode.values import Library, is_number

    value = run.globals.get(name)
    return value is not None and not (isinstance(value, Library) or is_number(value))


def _is_harmless(call: ast.Call, arguments: set[str]) -> bool:
    called = call.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    changed = {n.id for a in call.args for n in ast.walk(a) if isinstance(n, ast.Name)}
    return name in _HARMLESS and not (name in _IN_PLACE and changed & arguments)
