"""Loops along an axis of unknown size: ``for i in range(m)``, ``for x, y in zip(X, Y)``.

One turn stands for all of them.  It runs at an arbitrary place, first to see what it changes, then
with what it changes unknown.  What comes out has to be what stood there before plus something
that does not depend on the turns before: then the loop adds up that over all places.  Or it has
overwritten the entries at its own place: then the array is that everywhere.  Anything else that a
turn changes is not known after the loop.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from derive.program import SCALAR, Expr, Index, SumOver, Symbol
from derive.pycode import arrays
from derive.pycode.letters import added, is_zero, own_entries, put, symbols
from derive.pycode.stacked import total
from derive.pycode.store import Partly, Turn
from derive.pycode.values import (
    Along,
    Bound,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Once,
    Opaque,
    Place,
    Record,
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
Names = dict[object, Value]
Cell = tuple[Names, object]
DEEPEST = 3
_LOST = "what an array becomes in a loop along an axis"


@dataclass
class Held:
    """The values of all names, attributes and entries that can be reached, and of all arrays."""

    run: Interpreter
    scope: Scope
    names: list[tuple[Names, Names]] = field(default_factory=list)
    others: list[tuple[Value, tuple[Value, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        run, trace = self.run, self.run.trace
        self.buffers, self.partly = list(trace.buffers), dict(trace.partly)
        self.definitions, self.numbers = dict(trace.definitions), dict(trace._numbers)
        self.made = {k: list(v) for k, v in trace.made.items()}
        self.shifts, self.costs = dict(run._shifts), len(run.costs)
        seen: set[int] = set()
        stack: list[Value] = [self.scope, run.globals]
        while stack:
            value = stack.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            stack += self._inside(value)

    def _inside(self, value: Value) -> list[Value]:
        match value:
            case dict():
                self.names.append((value, dict(value)))
                return list(value.values())
            case Instance(attributes=held) | DictValue(items=held) | Record(items=held):
                return [held]
            case ListValue(items=held):
                self.others.append((value, tuple(held)))
                return list(held)
            case tuple():
                return list(value)
            case Unknown():
                self.others.append((value, tuple(value.parts.items())))
                return [value.value, *value.parts.values()]
            case Bound():
                return [value.of, value.function]
            case FunctionValue():
                return [value.scope, *value.defaults.values()]
            case Once():
                self.others.append((value, (value.items,)))
        return []

    def changed(self) -> tuple[list[Cell], list[int]]:
        """The names and attributes that have other values, and the arrays."""
        if len(self.run.costs) != self.costs:
            raise Unsupported("a cost that is computed in every turn of a loop along an axis")
        for value, before in self.others:
            self._need_same(value, before)
        cells = [
            (now, key)
            for now, before in self.names
            for key in now
            if key not in before or now[key] is not before[key]
        ]
        if any(before.keys() - now.keys() for now, before in self.names):
            raise Unsupported("del in a loop along an axis")
        trace = self.run.trace
        arrays_ = [
            k
            for k, buffer in enumerate(self.buffers)
            if (trace.buffers[k].content, trace.buffers[k].reason)
            != (buffer.content, buffer.reason)
            or trace.partly.get(k) != self.partly.get(k)
        ]
        return cells, arrays_

    def _need_same(self, value: Value, before: tuple[Value, ...]) -> None:
        if isinstance(value, Unknown):
            known = dict(before)
            old = {id(v) for v in known.values()}
            same = all(value.parts.get(k) is v for k, v in known.items())
            new = [v for k, v in value.parts.items() if k not in known]
            if same and all(isinstance(v, Unknown) and id(v) not in old for v in new):
                return
        else:
            items = (value.items,) if isinstance(value, Once) else tuple(value.items)
            if [id(item) for item in items] == [id(item) for item in before]:
                return
        raise Unsupported("a container that a loop along an axis changes")

    def restore(self) -> None:
        """Everything as it was, but for arguments that turned out to be something."""
        trace = self.run.trace
        trace.buffers[: len(self.buffers)] = self.buffers
        trace.partly = dict(self.partly)
        trace.definitions, trace._numbers = dict(self.definitions), dict(self.numbers)
        trace.made = {k: list(v) for k, v in self.made.items()}
        self.run._shifts = dict(self.shifts)
        for now, before in self.names:
            now.clear()
            now.update(before)


def loop(run: Interpreter, node: ast.For, scope: Scope, along: Along) -> None:
    """Runs a loop along an axis."""
    trace = run.trace
    if node.orelse or len(trace.turns) >= DEEPEST:
        raise Unsupported("a loop over what has no known length", node)
    turn = Turn(Index(f"i{len(trace.turns) + 1}", along.dim))
    held = Held(run, scope)
    try:
        cells, changed, is_new = _tried(run, node, scope, along, turn, held)
        if is_new:  # arguments that are known now, as they were before
            held = Held(run, scope)
            cells, changed, is_new = _tried(run, node, scope, along, turn, held)
        if is_new:
            raise Unsupported("a loop whose turns use different arguments", node)
        before = _before(run, turn, held, cells, changed)
        _turn(run, node, scope, along, turn)
        _settle(run, turn, held, before, changed, node)
    except BaseException:
        for k in range(len(held.buffers)):
            if trace.buffers[k] is not held.buffers[k]:
                trace.spoil(Ref(k), _LOST)
        trace.partly = held.partly
        raise


def _tried(
    run: Interpreter, node: ast.For, scope: Scope, along: Along, turn: Turn, held: Held
) -> tuple[list[Cell], list[int], bool]:
    """What a turn changes, which is taken back, and whether it was the first to use arguments."""
    trace = run.trace
    outer, trace.arrived = trace.arrived, {}
    try:
        _turn(run, node, scope, along, turn)
        cells, changed = held.changed()
        held.restore()
        for k, buffer in trace.arrived.items():
            trace.buffers[k] = buffer
        return cells, changed, bool(trace.arrived)
    finally:
        trace.arrived = {**outer, **trace.arrived}


def _turn(run: Interpreter, node: ast.For, scope: Scope, along: Along, turn: Turn) -> None:
    """One turn, at any place."""
    from derive.pycode.statements import Broken, Returned, assign, block

    trace = run.trace
    trace.turns.append(turn)
    turn.starts = {k: buffer.content.expr for k, buffer in enumerate(trace.buffers)}
    try:
        run.tick(node)
        assign(run, node.target, along.at(Place(turn.index)), scope, node)
        block(run, node.body, scope)
    except (Broken, Returned):
        raise Unsupported("a loop along an axis that may end before", node) from None
    finally:
        trace.turns.pop()


def _before(
    run: Interpreter,
    turn: Turn,
    held: Held,
    cells: list[Cell],
    changed: list[int],
) -> list[tuple[Names, object, Value]]:
    """Makes what a turn changes unknown; the names of it with what stands for their values."""
    trace = run.trace
    old = {id(now): before for now, before in held.names}
    found: list[tuple[Names, object, Value]] = []
    for names, key in cells:
        if key not in old[id(names)]:
            found.append((names, key, None))
            continue
        value = run.settled(old[id(names)][key])
        unknown: Value = Opaque(f"{key}, which a loop changes")
        if is_number(value) or (isinstance(value, Tensor) and not value.ndim and _plain(value)):
            unknown = Tensor(_leaf(run, turn, str(key), run.tensor(0).expr), 0)
        elif isinstance(value, Ref) and _is_plain(run, value):
            tensor = trace.read(value)
            unknown = trace.new(Tensor(_leaf(run, turn, str(key), tensor.expr), tensor.ndim))
        names[key] = unknown
        found.append((names, key, unknown))
    for k in changed:
        buffer = trace.buffers[k]
        if buffer.reason or not buffer.is_real or buffer.content.picked is not None:
            trace.spoil(Ref(k), _LOST)
            continue
        leaf = _leaf(run, turn, "array", buffer.content.expr)
        turn.replaced[k] = buffer.content.expr
        trace.buffers[k] = replace(buffer, content=replace(buffer.content, expr=leaf))
    return found


def _plain(value: Tensor) -> bool:
    return value.kind in ("real", "whole") and value.picked is None


def _is_plain(run: Interpreter, ref: Ref) -> bool:
    buffer = run.trace.buffers[ref.buffer]
    return not buffer.reason and ref.buffer not in run.trace.partly and _plain(buffer.content)


def _leaf(run: Interpreter, turn: Turn, name: str, like: Expr) -> Symbol:
    leaf = run.trace.given(f"{name} before", like.shape)
    turn.before.add(leaf.name)
    return leaf


# -- after the loop ---------------------------------------------------------------------------


def _settle(
    run: Interpreter,
    turn: Turn,
    held: Held,
    before: list[tuple[Names, object, Value]],
    changed: list[int],
    node: ast.AST,
) -> None:
    """Gives names and arrays the values that they have after all turns."""
    trace = run.trace
    cells, again = held.changed()
    known = {(id(names), key) for names, key, _ in before}
    if not {(id(names), key) for names, key in cells} <= known or not set(again) <= set(changed):
        raise Unsupported("a loop whose turns change different things", node)
    finals = {k: _of_array(run, turn, held, k) for k in changed}
    values = []
    for names, key, unknown in before:
        was = next(old for now, old in held.names if now is names).get(key)
        values.append((names, key, _of_name(run, turn, names.get(key), unknown, run.settled(was))))
    for k, final in finals.items():
        trace.buffers[k] = held.buffers[k]
        trace.partly.pop(k, None)
        if k in held.partly:
            trace.partly[k] = held.partly[k]
        if final is None:
            trace.spoil(Ref(k), _LOST)
        elif isinstance(final, Partly):
            trace.partly[k] = final
        else:
            content = held.buffers[k].content
            trace.buffers[k] = replace(held.buffers[k], content=replace(content, expr=final))
    for names, key, value in values:
        names[key] = run.keep(value)


def _of_array(run: Interpreter, turn: Turn, held: Held, k: int) -> Expr | Partly | None:
    """The content of an array after all turns, None if it is not known."""
    trace = run.trace
    buffer, was = trace.buffers[k], held.buffers[k].content.expr
    if buffer.reason:
        return None
    names, unknown = turn.before, turn.starts[k]
    partly = trace.partly.get(k)
    if partly is not None:
        return _of_places(turn, partly, unknown, was)
    now = buffer.content.expr
    return None if now == unknown else _with_sum(run, turn, now, unknown, was, names)


def _of_places(turn: Turn, partly: Partly, unknown: Expr, was: Expr) -> Expr | Partly | None:
    """What the entries at all places are, if each depends on what stood there alone."""
    if turn.index not in partly.at:
        raise Unsupported("a part of an array that an inner loop changes")
    own = own_entries(partly.entries, unknown, was, partly.at)
    if any(n.name in turn.before for n in symbols(own)):
        return None
    rest = tuple(None if letter == turn.index else letter for letter in partly.at)
    if not any(rest):
        return put(own, partly.at, was.shape)
    at = tuple(letter if letter == turn.index else None for letter in partly.at)
    row, column = (dim if letter else 1 for letter, dim in zip(at, was.shape, strict=True))
    return Partly((rest[0], rest[1]), put(own, (at[0], at[1]), (row, column)))


def _with_sum(
    run: Interpreter, turn: Turn, now: Expr, unknown: Expr, was: Expr, names: set[str]
) -> Expr | None:
    """What stood there plus what all turns add, None if they do anything else."""
    more = added(now, unknown, names)
    if more is None:
        return None
    whole = total(more, turn.index) or SumOver(turn.index, more)
    if not (is_zero(was) and whole.shape == was.shape):
        whole = arrays.plus(Tensor(was, 2), Tensor(whole, 2)).expr
    made = run.trace.carried.get(now)
    return whole if made is None else run.trace.define(made.name, whole, made.node)


def _of_name(run: Interpreter, turn: Turn, now: Value, unknown: Value, was: Value) -> Value:
    """What a name stands for after the loop."""
    lost = Opaque("what the last turn of a loop along an axis leaves")
    now = run.settled(now)
    if now is unknown:
        return lost
    if isinstance(unknown, Tensor) and isinstance(now, Tensor) and not now.ndim and _plain(now):
        old = arrays.real(run.tensor(was)).expr
        final = _with_sum(run, turn, now.expr, unknown.expr, old, turn.before)
        return lost if final is None or final.shape != SCALAR else Tensor(final, 0)
    if isinstance(unknown, Ref) and isinstance(now, Ref) and now.buffer != unknown.buffer:
        if not _is_plain(run, now) or now.ndim != unknown.ndim:
            return lost
        old, expr = run.trace.read(was).expr, run.trace.read(now).expr
        final = _with_sum(run, turn, expr, run.trace.read(unknown).expr, old, turn.before)
        return lost if final is None or final.shape != old.shape else Tensor(final, now.ndim)
    return lost


# -- what can be gone through so --------------------------------------------------------------


def along(run: Interpreter, value: Value) -> Along | None:
    """What a loop along an axis goes over; None of anything else."""
    from derive.program import Size
    from derive.pycode.at_places import part_at
    from derive.pycode.lengths import is_examples
    from derive.pycode.values import Range

    value = run.settled(value)
    if isinstance(value, Along):
        return value
    if isinstance(value, Range) and isinstance(value.size, Size):
        return Along(value.size.dim, lambda place: place)
    if isinstance(value, Unknown) and not value.parts and is_examples(value.name):
        value = run.settled(run.resolve(value))
    if isinstance(value, Ref) and not run.trace.buffers[value.buffer].reason:
        content = run.trace.read(value)
        rows, columns = content.expr.shape
        dim = rows if value.ndim == 2 or content.kind == "labels" else columns
        if isinstance(dim, str):
            return Along(dim, lambda place: part_at(run, value, place))
    return None


def together(run: Interpreter, values: list[Value], counted: bool) -> Along | None:
    """``zip`` of several such, or ``enumerate`` of one."""
    parts = [along(run, v) for v in values]
    known = [p for p in parts if p is not None]
    if not known or len(known) < len(parts):
        return None
    from derive.pycode.store import Unify

    for other in known[1:]:
        if other.dim != known[0].dim:
            raise Unify(known[0].dim, other.dim, "zip")
    if counted:
        return Along(known[0].dim, lambda place: (place, known[0].at(place)))
    return Along(known[0].dim, lambda place: tuple(p.at(place) for p in known))
