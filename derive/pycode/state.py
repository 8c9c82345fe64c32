"""What an object holds between calls: whatever earlier calls have left there.

A gradient has to be right at every call, not only at the first one.  So the functions of an entry
run once for arbitrary arguments, and what they leave in the object is then made arbitrary:
arrays keep their shapes, numbers that have changed become unknown numbers, everything else that
has changed is opaque.  The call that is judged comes after that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from derive.program import SCALAR, Symbol
from derive.pycode.values import (
    DictValue,
    Instance,
    ListValue,
    Opaque,
    Record,
    Ref,
    Tensor,
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
        if isinstance(now, Ref):
            name = str(path[-1])
            arrays.setdefault(now.buffer, (now, name if path in before else f"{OLD}{name}"))
            kept.add(_name(run, now) if _name(run, now) == name else "")
    run.trace.forget(kept)
    for ref, wish in arrays.values():
        if _name(run, ref) not in kept:
            make_array_arbitrary(run, ref, wish)
    for path, held, key in places:
        now, name = held[key], str(path[-1])
        if isinstance(now, Ref):
            continue
        if isinstance(now, Tensor) or (is_number(now) and _changed(now, before.get(path))):
            held[key] = Tensor(run.trace.leaf(f"{OLD}{name}", SCALAR), 0)
        elif isinstance(now, tuple) or _changed(now, before.get(path)):
            held[key] = Opaque(f"what earlier calls left in {name}")


def make_array_arbitrary(run: Interpreter, ref: Ref, name: str) -> None:
    """Any array of the same shape."""
    buffer = run.trace.buffers[ref.buffer]
    if buffer.content.kind == "real" and not buffer.reason:
        leaf = run.trace.leaf(name, buffer.content.expr.shape)
        run.trace.write(Ref(ref.buffer, False, buffer.content.ndim), leaf)


def _name(run: Interpreter, ref: Ref) -> str:
    """The leaf that an array is, "" if it is none."""
    expr = run.trace.buffers[ref.buffer].content.expr
    return expr.name if isinstance(expr, Symbol) and expr.name in run.trace.leaves else ""


def _changed(now: Value, before: Value) -> bool:
    return type(now) is not type(before) or now != before


def _places(value: Value, path: Path) -> Iterator[tuple[Path, dict[object, Value], object]]:
    """Paths to what is no container, each with the container and the key that it has there."""
    if len(path) > DEEPEST:
        raise Unsupported("an object whose parts lie too deep")
    if isinstance(value, Instance):
        held: object = value.attributes
    elif isinstance(value, (DictValue, Record, ListValue)):
        held = value.items
    else:
        return
    keys = list(held) if isinstance(held, dict) else range(len(held))  # type: ignore[arg-type]
    if len(keys) > MOST_PLACES:
        raise Unsupported("an object of too many parts")
    for key in keys:
        part = held[key]  # type: ignore[index]
        inner = (*path, f"{path[-1]}_{key}" if isinstance(key, int) and path else key)
        if isinstance(part, (Instance, DictValue, ListValue, Record)):
            yield from _places(part, inner)
        else:
            yield inner, held, key  # type: ignore[misc]
