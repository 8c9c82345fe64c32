"""The arrays and numbers that values hold, by the path to them, and what they are in leaves."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from derive.program import Expr, Number, Symbol, walk
from derive.pycode.plain import replaced
from derive.pycode.store import Trace
from derive.pycode.values import (
    DictValue,
    Instance,
    ListValue,
    Record,
    Ref,
    Tensor,
    Unsupported,
    Value,
    is_number,
)

MOST_NODES: Final = 4_000


def arrays_in(value: Value) -> Iterator[tuple[str, Ref]]:
    """The arrays that can be reached, by the path to them."""
    for path, part in places_in(value):
        if isinstance(part, Ref):
            yield path, part


def places_in(value: Value, path: str = "", depth: int = 5) -> Iterator[tuple[str, Value]]:
    """The arrays and numbers that can be reached, by the path to them."""
    if isinstance(value, (Ref, Tensor)) or is_number(value):
        yield path, value
        return
    parts: list[tuple[str, Value]] = []
    if isinstance(value, Instance):
        parts = list(value.attributes.items())
    elif isinstance(value, (DictValue, Record)):
        parts = [(str(k), v) for k, v in value.items.items()]
    elif isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, ListValue):
        parts = [(str(k), v) for k, v in enumerate(value.items)]
    for key, part in parts if depth else ():
        yield from places_in(part, f"{path}.{key}" if path else key, depth - 1)


def numbers_in(places: dict[str, Value]) -> Iterator[tuple[str, Expr]]:
    """The numbers that can be reached, by the path to them."""
    for path, value in places_in(places):
        if isinstance(value, Tensor):
            yield path, value.expr
        elif isinstance(value, (int, Fraction)):
            yield path, Number(Fraction(value))


def whole_numbers_in(places: dict[str, Value]) -> dict[str, int]:
    """Those that are whole and known."""
    return {p: v for p, v in places_in(places) if isinstance(v, int)}


def written(trace: Trace, expr: Expr) -> Expr:
    """An expression in leaves alone; raises `Unsupported` if that is too long."""
    known: dict[str, Expr] = {}
    for name, definition in trace.definitions.items():
        known[name] = replaced(definition, known.get)
        if sum(1 for _ in walk(known[name])) > MOST_NODES:
            known.pop(name)
    out = replaced(expr, known.get)
    if any(n not in trace.leaves for n in leaves_of(out)):
        raise Unsupported("a step of too many parts")
    return out


def as_list(value: Value) -> ListValue:
    """What is returned as a list of its parts."""
    return ListValue(list(value) if isinstance(value, tuple) else [value])


def leaves_of(expr: Expr) -> set[str]:
    """The names in an expression."""
    return {n.name for n in walk(expr) if isinstance(n, Symbol)}
