"""The cost that a file tells by a function that its training does not call: ``_loss(h, y)``.

Many files compute their cost only to print it now and then.  It is taken of the prediction and the
labels whose difference the training starts from, or of the data and the labels, with parameters as
they were before the step; that is said with every verdict.
The file may lower another one, as one with a penalty that is not printed: a gradient is refuted by
such a cost only if others hold under it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.program import Expr, Symbol
from derive.pycode import classes
from derive.pycode.guess import is_labels
from derive.pycode.names import COST, DATA, is_called
from derive.pycode.plain import depends
from derive.pycode.returned import numbers
from derive.pycode.signatures import parameters
from derive.pycode.stated import is_moved, taken_back
from derive.pycode.unstated import difference_of
from derive.pycode.values import Bound, FunctionValue, Instance, Ref, Tensor, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from derive.pycode.interpreter import Interpreter


def cost_told(
    run: Interpreter, before: Mapping[str, Value], scope: Mapping[str, Value]
) -> Tensor | None:
    """What the only such function gives; None if there is none.

    before: the names as they were before the turn or the step, ``self`` among them.
    """
    instance = taken_back(run, before.get("self"), {})
    functions = list(_functions(run, instance if isinstance(instance, Instance) else None))
    if len(functions) != 1:
        return None
    [(name, function, node)] = functions
    wanted = [a.arg for a, default in parameters(node) if default is None]
    args = _arguments(run, wanted[isinstance(function, Bound) :], before, scope)
    if args is None:
        return None
    result = run.settled(run.call(function, args, {}, node))
    if not isinstance(result, Tensor) or result.ndim or _is_late(run, result, before, scope):
        return None
    run.condition(f"the cost is what {name} gives before the step")
    return result


def _arguments(
    run: Interpreter, wanted: list[str], before: Mapping[str, Value], scope: Mapping[str, Value]
) -> list[Value] | None:
    """The data and labels of these names, or a prediction and labels; None for other arguments."""
    if len(wanted) != 2 or is_labels(wanted[0]) == is_labels(wanted[1]):
        return None
    if any(name in DATA for name in wanted):
        held = [run.settled(before.get(name, scope.get(name))) for name in wanted]
        if not all(isinstance(value, (Ref, Tensor)) for value in held):
            return None
        return [run.trace.new(run.tensor(value)) for value in held]
    found = difference_of(run, scope)
    if found is None:
        return None
    prediction, labels = (run.trace.new(Tensor(e, _axes(run, e))) for e in found)
    return [labels, prediction] if is_labels(wanted[0]) else [prediction, labels]


def _is_late(
    run: Interpreter, result: Tensor, before: Mapping[str, Value], scope: Mapping[str, Value]
) -> bool:
    """Whether the cost was computed from something that the step has moved already."""
    after = dict(numbers(run, dict(scope)))
    moved = {
        after[name].expr.name  # type: ignore[attr-defined]
        for name, was in numbers(run, dict(before))
        if name in after
        and isinstance(after[name].expr, Symbol)
        and is_moved(run, was, after[name])
    }
    return depends(result.expr, run.trace.definitions, moved)


def _functions(
    run: Interpreter, instance: Instance | None
) -> list[tuple[str, Value, ast.FunctionDef]]:
    """The functions and methods that are called like a cost."""
    held = {} if instance is None else instance.kind.methods
    found: list[tuple[str, Value, ast.FunctionDef]] = []
    for name in [*held, *(n for n in run.module.functions if n not in held)]:
        if not is_called(COST, name):
            continue
        value = classes.attribute(run, instance, name) if name in held else run.globals.get(name)
        inner = value.function if isinstance(value, Bound) else value
        if isinstance(inner, FunctionValue) and isinstance(inner.node, ast.FunctionDef):
            found.append((name, value, inner.node))
    return found


def _axes(run: Interpreter, expr: Expr) -> int:
    """How many axes the array has that an expression stands for."""
    held = [b.content.ndim for b in run.trace.buffers if b.content.expr == expr]
    return held[0] if held else 2
