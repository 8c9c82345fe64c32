"""One turn of a training loop, at any time of the training.

What is claimed of a turn has to hold at every turn.  So the loop's body runs once for whatever
stands before the loop, everything that it may have changed is made arbitrary, and the turn that
is judged comes after that; what follows the loop is not looked at.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import TYPE_CHECKING

from derive.program import SCALAR
from derive.pycode import batches, iteration
from derive.pycode.guess import is_scalar, is_size
from derive.pycode.state import make_arbitrary, snapshot
from derive.pycode.values import (
    Chosen,
    DictValue,
    Instance,
    Library,
    ListValue,
    Opaque,
    Parts,
    Range,
    Ref,
    Tensor,
    Unknown,
    Unsupported,
    Value,
    is_number,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

Scope = dict[str, Value]
_FORWARD = (ast.For, ast.While)


class Focused(Exception):
    """The turn that is judged has run.

    scope: the names after it.  before: the names before it, with the arrays as they were.
    """

    def __init__(self, scope: Scope, before: Scope) -> None:
        super().__init__()
        self.scope, self.before = scope, before


def turn(run: Interpreter, node: ast.For | ast.While, scope: Scope) -> None:
    """A loop around or at the turn that is judged; raises `Focused` after that turn."""
    from derive.pycode.statements import Broken, block

    if node is not run.loops[-1]:
        _next_item(run, node, scope)
        _forget_changes(run, node, scope)
        block(run, node.body, scope)
        raise Unsupported("a training loop that is not reached", node)
    fills = False  # whether the first turn makes entries of dictionaries that later ones find
    for number in range(3):
        last = number == 1 + fills
        before = DictValue({k: v for k, v in scope.items() if k})
        held = snapshot(before)
        lengths = _lengths(before)
        run.costs.clear()
        if last:
            values = {k: value_now(run, v) for k, v in before.items.items()}
        _next_item(run, node, scope)
        with suppress(Broken):
            block(run, node.body, scope)
        if last and fills:
            run.condition("what the first turn makes is there: that turn is not judged")
        if last:
            raise Focused(scope, values)
        after = DictValue({k: v for k, v in scope.items() if k})
        fills = fills or (number == 0 and _fills(after, lengths))
        _forget_lengths(after, lengths, number == 0)
        make_arbitrary(run, after, held)
        scope.update(after.items)
        _forget_changes(run, run.loops[0], scope)


def value_now(run: Interpreter, value: Value) -> Value:
    """What stands there now, whatever is written into it later."""
    if isinstance(value, Chosen):
        return value
    value = run.settled(value)
    if isinstance(value, Ref) and not run.trace.buffers[value.buffer].reason:
        return run.trace.read(value)
    if isinstance(value, Parts):
        held = tuple(run.trace.new(run.trace.read(ref)) for ref in value.refs)
        return Parts(held, value.axis, value.ndim)
    if isinstance(value, Instance):
        return Instance(value.kind, {k: value_now(run, v) for k, v in value.attributes.items()})
    if isinstance(value, DictValue):
        return DictValue({k: value_now(run, v) for k, v in value.items.items()})
    if isinstance(value, tuple):
        return tuple(value_now(run, v) for v in value)
    if isinstance(value, ListValue):
        return ListValue([value_now(run, v) for v in value.items])
    return value


# -- what a turn is about ---------------------------------------------------------------------


def _next_item(run: Interpreter, node: ast.For | ast.While, scope: Scope) -> None:
    """Any of the parts that the loop goes over."""
    from derive.pycode.expressions import evaluate
    from derive.pycode.statements import assign

    if isinstance(node, ast.While):
        return
    call = node.iter
    item: Value
    if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("range", "tqdm", "trange"):
        item = Opaque("the number of the turn", node.lineno, node.col_offset + 1)
        if isinstance(node.target, ast.Name):
            item = Tensor(run.trace.leaf(node.target.id, SCALAR), 0)
    elif (item := batches.batch(run, node, scope)) is None:
        item = _example(run, node, scope)
        if item is None:
            item = _part_of(run, run.settled(evaluate(run, call, scope)), node)
    assign(run, node.target, item, scope, node)


def _example(run: Interpreter, node: ast.For, scope: Scope) -> Value:
    """Any example of data of which nothing else is known; several that ``zip`` takes together.

    None for other loops.
    """
    from derive.pycode.expressions import evaluate

    pairs: list[tuple[ast.expr, ast.expr]]
    match node.iter, node.target:
        case ast.Call(func=ast.Name(id="zip") as called, args=args, keywords=[]), ast.Tuple(
            elts=targets
        ) if len(args) == len(targets) and evaluate(run, called, scope) == Library("builtins.zip"):
            pairs = list(zip(args, targets, strict=True))
        case data, target:
            pairs = [(data, target)]
    if not all(isinstance(data, (ast.Name, ast.Attribute)) for data, _ in pairs):
        return None
    items = []
    for data, target in pairs:
        value = evaluate(run, data, scope)
        if not isinstance(value, Unknown) or value.known or value.parts or value.whole:
            return None
        items.append(_any_of(target, value))
    return tuple(items) if isinstance(node.iter, ast.Call) else items[0]


def _any_of(target: ast.expr, data: Unknown) -> Value:
    """What a loop calls an example of data: arrays, though the name may be one of a number."""
    if isinstance(target, ast.Tuple):
        return tuple(_any_of(part, data) for part in target.elts)
    name = target.id if isinstance(target, ast.Name) else data.name
    number = is_scalar(name) or is_size(name)
    return Unknown(f"{name}_example" if number else name, loaded=data.loaded)


def _part_of(run: Interpreter, over: Value, node: ast.For) -> Value:
    if isinstance(over, Range):
        return Tensor(run.trace.leaf("turn", SCALAR), 0)
    items = iteration.items_of(run, over, node)
    if not items:
        raise Unsupported("a training loop over nothing", node)
    if all(is_number(i) or isinstance(i, Tensor) for i in items):
        return Tensor(run.trace.leaf("turn", SCALAR), 0)
    if len(items) == 1:
        return items[0]
    raise Unsupported("a training loop over parts that differ", node)


# -- what may have changed --------------------------------------------------------------------


def _stored(node: ast.AST) -> set[str]:
    """The names and attributes that a statement gives new values."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, (ast.Store, ast.Del)):
            found.add(part.id)
        elif isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
            found.add(part.attr)
    return found


def _forget_changes(run: Interpreter, node: ast.stmt, scope: Scope) -> None:
    """Numbers that any statement of a loop may change become unknown ones."""
    names = _stored(node)
    for statement in run.module.body:
        for part in ast.walk(statement):
            if isinstance(part, ast.FunctionDef) and part.name != "__init__":
                names |= {a for a in _stored(part) if a not in scope}
    for holder in (scope, *(v.attributes for v in scope.values() if isinstance(v, Instance))):
        for name in sorted(names & holder.keys()):
            value = holder[name]
            if is_number(value):
                holder[name] = Tensor(run.trace.leaf(name, SCALAR), 0)
            elif isinstance(value, (bool, str)) or value is None:
                holder[name] = Opaque(f"{name}, which the loop changes")


def _extent(container: DictValue | ListValue) -> tuple[object, ...]:
    """The keys of a dictionary, or how long a list is."""
    if isinstance(container, DictValue):
        return ("keys", *container.items)
    return ("length", len(container.items))


def _lengths(value: Value, depth: int = 4) -> dict[int, tuple[object, ...]]:
    """By container the keys that it has."""
    found: dict[int, tuple[object, ...]] = {}
    if depth == 0 or isinstance(value, Unknown):
        return found
    if isinstance(value, Instance):
        parts = list(value.attributes.values())
    elif isinstance(value, (DictValue, ListValue)):
        parts = list(value.items.values() if isinstance(value, DictValue) else value.items)
        found[id(value)] = _extent(value)
    else:
        return found
    for part in parts:
        found |= _lengths(part, depth - 1)
    return found


def _fills(value: Value, before: dict[int, tuple[object, ...]]) -> bool:
    """Whether a dictionary that was there before a turn has other keys after it."""
    now = _lengths(value)
    return any(k in now and now[k] != was and was[0] == "keys" for k, was in before.items())


def _forget_lengths(
    value: Value, before: dict[int, tuple[object, ...]], first: bool, depth: int = 4
) -> None:
    """A container that grows from turn to turn is not known any more.

    first: it was the first turn, after which dictionaries may have all the keys they will have.
    """
    if depth == 0:
        return
    if isinstance(value, Instance):
        held: dict[object, Value] = value.attributes  # type: ignore[assignment]
    elif isinstance(value, DictValue):
        held = value.items
    else:
        return
    for key, part in held.items():
        if isinstance(part, (ListValue, DictValue)) and id(part) in before:
            spared = first and isinstance(part, DictValue)
            if _extent(part) != before[id(part)] and not spared:
                held[key] = Opaque(f"{key}, which grows from turn to turn")
        _forget_lengths(held[key], before, first, depth - 1)
