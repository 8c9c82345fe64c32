"""The cost that a training loop lets a function compute: ``history.append(loss(X, y))``.

Such a call gives no name to what it returns, and often stands behind the step.  What the step is
judged by is the same function of the same arguments, with the parameters as they were before it.
A call is noted with what its arguments are when it runs; what is computed from parameters that
were moved already cannot be taken back, and is outside the fragment.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from derive.program import Expr, Symbol, walk
from derive.pycode.names import COST, is_called
from derive.pycode.plain import depends
from derive.pycode.training import value_now
from derive.pycode.values import (
    DictValue,
    FunctionValue,
    Instance,
    Opaque,
    Ref,
    Tensor,
    Unknown,
    Unsupported,
    Value,
    is_number,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

DEEPEST = 4


@dataclass(frozen=True)
class Call:
    """A call of a function that is called like a cost, with its arguments as they were then."""

    function: FunctionValue
    args: list[Value]
    keywords: dict[str, Value]
    node: ast.AST


def note(
    run: Interpreter,
    function: FunctionValue,
    args: list[Value],
    keywords: dict[str, Value],
    node: ast.AST,
) -> None:
    """Takes down a call of a cost that stands in the loop of which one turn is judged."""
    if not run.loops or not is_called(COST, function.name.rsplit(".", 1)[-1]):
        return
    if not any(part is node for part in ast.walk(run.loops[-1])):
        return
    held = [_held(run, a) for a in args]
    run.costs.append(Call(function, held, {k: _held(run, v) for k, v in keywords.items()}, node))


def cost_before(
    run: Interpreter, before: Mapping[str, Tensor], after: Mapping[str, Tensor]
) -> Value:
    """What the only such call gives before the step; None if there is none.

    before, after: the numbers and arrays around the turn, by name.
    """
    places = {id(call.node) for call in run.costs}
    if len(places) != 1:
        return None
    call = run.costs[-1]
    old = {
        after[name].expr: was
        for name, was in before.items()
        if name in after and is_moved(run, was, after[name])
    }
    args = [taken_back(run, a, old) for a in call.args]
    keywords = {k: taken_back(run, v, old) for k, v in call.keywords.items()}
    result = run.settled(run.call_source(call.function, args, keywords, call.node))
    if isinstance(result, tuple) and result:
        result = run.settled(result[0])
    if not isinstance(result, Tensor):
        return None
    if any(not isinstance(expr, Symbol) for expr in old):
        raise Unsupported("a step that leaves what it moves without a name", call.node)
    moved = {n.name for expr in old for n in walk(expr) if isinstance(n, Symbol)}
    if depends(result.expr, run.trace.definitions, moved):
        raise Unsupported("a cost that is computed after the step", call.node)
    run.condition(f"the cost is what {call.function.name} gives before the step")
    return result


def is_moved(run: Interpreter, was: Tensor, now: Tensor) -> bool:
    """Whether something was changed by a turn, not computed anew."""
    if now.expr == was.expr or not isinstance(was.expr, Symbol):
        return False
    return depends(now.expr, run.trace.definitions, {was.expr.name})


def _held(run: Interpreter, value: Value, depth: int = DEEPEST) -> Value:
    """What an argument is now; a list or what else may change unseen is not known later."""
    value = run.settled(value)
    if isinstance(value, Instance) and depth:
        inner = {k: _held(run, v, depth - 1) for k, v in value.attributes.items()}
        return Instance(value.kind, inner)
    if isinstance(value, DictValue) and depth:
        return DictValue({k: _held(run, v, depth - 1) for k, v in value.items.items()})
    plain = value is None or is_number(value) or isinstance(value, (bool, str, Tensor, Opaque))
    if plain or isinstance(value, FunctionValue):
        return value
    if isinstance(value, Ref):
        held = value_now(run, value)
        return held if isinstance(held, Tensor) else Opaque("an array that is not known")
    if isinstance(value, Unknown) and not value.known and not value.parts:
        return value
    return Opaque("what may have changed since the cost was computed")


def taken_back(run: Interpreter, value: Value, old: Mapping[Expr, Tensor]) -> Value:
    """An argument with the parameters as they were before the step, in arrays of its own."""
    if isinstance(value, Tensor):
        value = old.get(value.expr, value)
        return run.trace.new(value) if value.ndim else value
    if isinstance(value, Instance):
        inner = {k: taken_back(run, v, old) for k, v in value.attributes.items()}
        return Instance(value.kind, inner)
    if isinstance(value, DictValue):
        return DictValue({k: taken_back(run, v, old) for k, v in value.items.items()})
    return value
