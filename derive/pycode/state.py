"""What an object holds between calls: whatever earlier calls have left there.

A gradient has to be right at every call, not only at the first one.  So the functions of an entry
run once for arbitrary arguments, and what they leave in the object is then made arbitrary:
arrays keep their shapes, numbers that have changed become unknown numbers, everything else that
has changed is opaque.  The call that is judged comes after that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from derive.program import SCALAR, Apply, Expr, Symbol, walk
from derive.pycode.values import (
    DictValue,
    Instance,
    ListValue,
    Opaque,
    Parts,
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

DEEPEST = 6
MOST_PLACES = 512
Path = tuple[object, ...]
OLD = "old."
"""Before the name of what earlier calls left behind: it is no parameter."""


def snapshot(value: Value) -> dict[Path, Value]:
    """What stands at each place of an object, places of containers excluded."""
    return {path: held[key] for path, held, key in _places(value, ())}


def make_arbitrary(run: Interpreter, value: Value, before: dict[Path, Value]) -> None:
    """Forgets what the calls since `before` have left at the places of an object.

    Parameters that are what they were stay so; the trace keeps nothing else of those calls.
    """
    places = list(_places(value, ()))
    arrays: dict[int, tuple[Ref, str]] = {}
    kept: set[str] = set()
    for path, held, key in places:
        now = held[key]
        refs = now.refs if isinstance(now, Parts) else (now,)
        if isinstance(now, (Ref, Parts)):
            for k, ref in enumerate(refs, 1):
                name = f"{path[-1]}:{k}" if isinstance(now, Parts) else str(path[-1])
                arrays.setdefault(ref.buffer, (ref, name if path in before else f"{OLD}{name}"))
                if _name(run, ref) == name and path in before:
                    kept.add(name)
                kept |= _behind_integers(run, ref)
        elif _is_settled(run, now, before.get(path)):
            kept |= {n.name for n in walk(now.expr) if isinstance(n, Symbol)}
    run.trace.forget(kept)
    for ref, wish in arrays.values():
        if _name(run, ref) not in kept:
            make_array_arbitrary(run, ref, wish)
    for path, held, key in places:
        now, name = held[key], str(path[-1])
        if isinstance(now, Parts) and path in before:
            note_parts(run, {name: now})
        if isinstance(now, (Ref, Parts)) or _is_settled(run, now, before.get(path)):
            continue
        if isinstance(now, Tensor) or (is_number(now) and _changed(now, before.get(path))):
            was = before.get(path)
            given = isinstance(was, (Tensor, Unknown)) or is_number(was)
            wish = name if given else f"{OLD}{name}"
            held[key] = Tensor(run.trace.leaf(wish, SCALAR), 0)
        elif (isinstance(now, tuple) and not _is_plain(now)) or _changed(now, before.get(path)):
            held[key] = Opaque(f"what earlier calls left in {name}")


def _is_settled(run: Interpreter, now: Value, before: Value) -> bool:
    """A number that no call has changed, made of sizes and numbers that were given."""
    if not isinstance(now, Tensor) or now.ndim or _changed(now, before):
        return False
    leaves = run.trace.leaves
    return all(
        n.name in leaves and leaves[n.name].dims == SCALAR and n.name not in run.trace.shifts
        for n in walk(now.expr)
        if isinstance(n, Symbol)
    )


def _is_plain(value: tuple[Value, ...]) -> bool:
    return all(is_number(v) or isinstance(v, str) for v in value)


def _behind_integers(run: Interpreter, ref: Ref) -> set[str]:
    """The leaves of an array of integers, which stays what it is."""
    buffer = run.trace.buffers[ref.buffer]
    if buffer.content.kind in ("real", "mask") or buffer.reason:
        return set()
    return {n.name for n in walk(buffer.content.expr) if isinstance(n, Symbol)}


def make_array_arbitrary(run: Interpreter, ref: Ref, name: str) -> None:
    """Any array of the same shape."""
    buffer = run.trace.buffers[ref.buffer]
    if buffer.reason or buffer.content.kind not in ("real", "mask"):
        return
    content: Expr = run.trace.leaf(name, buffer.content.expr.shape)
    if buffer.content.kind == "mask":  # of any truth values
        content = Apply("step", 0, content)
    run.trace.buffers[ref.buffer] = replace(
        buffer, content=Tensor(content, buffer.content.ndim, buffer.content.kind)
    )


def note_parts(run: Interpreter, found: Mapping[str, Parts]) -> None:
    """Arrays with parts along an axis are known by their names, if their parts are leaves."""
    for name, value in found.items():
        leaves = tuple(_name(run, ref) for ref in value.refs)
        if all(leaves):
            run.trace.divided[name] = leaves


def _name(run: Interpreter, ref: Ref) -> str:
    """The leaf that an array is, "" if it is none."""
    expr = run.trace.buffers[ref.buffer].content.expr
    return expr.name if isinstance(expr, Symbol) and expr.name in run.trace.leaves else ""


def _changed(now: Value, before: Value) -> bool:
    return type(now) is not type(before) or now != before


def _holds_objects(value: Value) -> bool:
    """Whether a tuple consists of objects and arrays: what changes of it changes within them."""
    return (
        isinstance(value, tuple)
        and bool(value)
        and all(isinstance(part, (Instance, Ref)) for part in value)
    )


def _places(value: Value, path: Path) -> Iterator[tuple[Path, dict[object, Value], object]]:
    """Paths to what is no container, each with the container and the key that it has there."""
    if len(path) > DEEPEST:
        raise Unsupported("an object whose parts lie too deep")
    if isinstance(value, Instance):
        held: object = value.attributes
    elif isinstance(value, (DictValue, Record, ListValue)):
        held = value.items
    elif isinstance(value, tuple) and _holds_objects(value):
        held = list(value)
    elif isinstance(value, Unknown) and not value.known:
        held = value.parts
    else:
        return
    keys = list(held) if isinstance(held, dict) else range(len(held))  # type: ignore[arg-type]
    if len(keys) > MOST_PLACES:
        raise Unsupported("an object of too many parts")
    for key in keys:
        part = held[key]  # type: ignore[index]
        inner = (*path, f"{path[-1]}_{key}" if isinstance(key, int) and path else key)
        if isinstance(part, Unknown) and part.known:
            part = held[key] = part.value  # type: ignore[index]
        unused = isinstance(part, Unknown) and not part.parts  # it may still become an array
        holds = isinstance(part, (Instance, DictValue, ListValue, Record, Unknown))
        if (holds or _holds_objects(part)) and not unused:
            yield from _places(part, inner)
        else:
            yield inner, held, key  # type: ignore[misc]
