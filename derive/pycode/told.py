"""The cost that a file tells by a function of a prediction and its labels: ``_loss(h, y)``.

A training loop often computes such a cost only to print it now and then.  It is taken of the
prediction and the labels whose difference the loop starts from, which is said with every verdict.
The file may lower another one, as one with a penalty that is not printed: a gradient is refuted by
such a cost only if others hold under it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.program import Expr
from derive.pycode import classes
from derive.pycode.guess import is_labels
from derive.pycode.names import COST, is_called
from derive.pycode.signatures import parameters
from derive.pycode.unstated import difference_of
from derive.pycode.values import Bound, FunctionValue, Instance, Tensor, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from derive.pycode.interpreter import Interpreter


Told = tuple[str, Value, ast.AST, bool]


def cost_told(
    run: Interpreter, instance: Instance | None, scope: Mapping[str, Value]
) -> Tensor | None:
    """What the only such function gives of the first difference; None if there is none."""
    found = difference_of(run, scope)
    functions = list(_functions(run, instance))
    if found is None or len(functions) != 1:
        return None
    [(name, function, node, labels_first)] = functions
    prediction, labels = (run.trace.new(Tensor(e, _axes(run, e))) for e in found)
    args = [labels, prediction] if labels_first else [prediction, labels]
    result = run.settled(run.call(function, args, {}, node))
    if not isinstance(result, Tensor) or result.ndim:
        return None
    run.condition(f"the cost is what {name} gives of the prediction and the labels")
    return result


def _functions(
    run: Interpreter, instance: Instance | None
) -> list[tuple[str, Value, ast.AST, bool]]:
    """Functions called like a cost, of a prediction and labels; whether these come first."""
    held = {} if instance is None else instance.kind.methods
    found: list[Told] = []
    for name in [*held, *(n for n in run.module.functions if n not in held)]:
        if not is_called(COST, name):
            continue
        value = classes.attribute(run, instance, name) if name in held else run.globals.get(name)
        inner = value.function if isinstance(value, Bound) else value
        if not isinstance(inner, FunctionValue) or not isinstance(inner.node, ast.FunctionDef):
            continue
        wanted = [a.arg for a, default in parameters(inner.node) if default is None]
        wanted = wanted[isinstance(value, Bound) :]
        if len(wanted) == 2 and is_labels(wanted[0]) != is_labels(wanted[1]):
            found.append((name, value, inner.node, is_labels(wanted[0])))
    return found


def _axes(run: Interpreter, expr: Expr) -> int:
    """How many axes the array has that an expression stands for."""
    held = [b.content.ndim for b in run.trace.buffers if b.content.expr == expr]
    return held[0] if held else 2
