"""Integers that are written in a source, told from those that count.

Where a file does not say how many layers there are, a verdict is found for some numbers of them.
It holds for the others if nothing the file does depends on a number of its own choice: ``l > 1``
and ``range(L - 2, -1, -1)`` look one or two steps from an end, ``l == 4`` and ``layers[:4]`` look
at a place that the supposed networks may not have.  So integers remember how much of them was
written: `weight` is the sum of the constants in what they were computed from.  A decision about a
count in which more than `STEPS` were written is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from derive.pycode.source import Module
from derive.pycode.values import ListValue, Unsupported, Value, is_number

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

STEPS = 2
"""How far from an end a file may look; all such places differ among the supposed lengths."""
_NUMBERED = re.compile(r"(?!float|u?int|utf|latin)[A-Za-z_. -]{0,12}([4-9]|[1-9]\d+)")


class Written(int):
    """An integer of which something was written; `pure` if nothing of it counts anything."""

    weight: Fraction
    pure: bool


class WrittenFraction(Fraction):
    """A fraction computed from a count."""

    weight: Fraction


class Doubled(int):
    """The number of entries of weights and biases in one: half of it counts layers."""


def marked(run: Interpreter, value: Value) -> Value:
    """A constant of a source, or the number of parts that it writes down.

    Only where a length is supposed; else it stays as it is.
    """
    if not run.guess.layers or not isinstance(value, int) or isinstance(value, bool):
        return value
    return _made(value, Fraction(abs(value)), True)


def computed(run: Interpreter, out: Value, parts: Iterable[Value]) -> Value:
    """A number that was computed from others: its weight is the sum of theirs."""
    parts = tuple(parts)
    if not run.guess.layers or not is_number(out):
        return out
    pure = not any(_counts(p) for p in parts)
    halved = len(parts) == 2 and isinstance(parts[0], Doubled) and parts[1] == 2
    total = Fraction(0) if halved else sum((weight(p) for p in parts), Fraction(0))
    if not isinstance(out, int):
        if pure:
            return out
        share = WrittenFraction(out)
        share.weight = total
        return share
    return _made(out, total, pure) if pure or total else out


def whole(run: Interpreter, value: Value) -> Value:
    """``int(value)``, which was written and counts as much as the value; half of a length."""
    return computed(run, int(value), (value,))


def weight(value: Value) -> Fraction:
    """How much of a number was written.

    >>> weight(4)
    Fraction(0, 1)
    """
    if isinstance(value, (Written, WrittenFraction)):
        return value.weight
    if isinstance(value, Fraction):  # a decimal: 0.3 * l > 1 looks at the fourth layer
        return max(abs(value), Fraction(STEPS + 1))
    return Fraction(0)


def decide(run: Interpreter, parts: Iterable[Value], node: ast.AST | None) -> None:
    """Refuses a decision about a count that also depends on a large number of the source."""
    if not run.guess.layers:
        return
    numbers = [p for p in parts if is_number(p)]
    if any(_counts(n) for n in numbers) and sum(map(weight, numbers)) > STEPS:
        raise Unsupported("a decision that is another one for other lengths of a list", node)


def bound(run: Interpreter, values: Iterable[Value], node: ast.AST) -> None:
    """Refuses to cut a list, whose length may be supposed, at a place of the source's choice."""
    if run.guess.layers and any(weight(v) > STEPS for v in values):
        raise Unsupported("a place that is another one for other lengths of a list", node)


def items(run: Interpreter, found: range, args: list[Value], node: ast.AST) -> tuple[Value, ...]:
    """The turns of a range: written themselves if all of its bounds are."""
    if not run.guess.layers:
        return tuple(found)
    if all(isinstance(a, Written) and a.pure for a in args):
        return tuple(marked(run, k) for k in found)
    for arg in args:
        bound(run, (arg,), node)
    return tuple(found)


def beside(run: Interpreter, held: list[tuple[Value, list[Value]]], node: ast.AST) -> None:
    """Refuses ``zip`` of a list with one that is written down: the shorter of them ends it."""
    if not run.guess.layers or len(held) < 2:
        return
    for value, parts in held:
        if shown(value) > STEPS or any(isinstance(p, Written) and p.weight > STEPS for p in parts):
            raise Unsupported("zip with a list of a length of its own", node)


def shown(value: Value) -> int:
    """How many parts of a list or tuple a source may have written down."""
    if isinstance(value, ListValue):
        return value.shown
    if isinstance(value, tuple):
        counted = all(type(v) is int for v in value)
        return 0 if counted else len(value)
    return 0


def size(run: Interpreter, value: Value, length: int) -> Value:
    """The length of a container, written as far as its parts are."""
    if not run.guess.layers:
        return length
    count = length if isinstance(value, str) else shown(value)
    return _made(length, Fraction(count), count == length) if count else length


def entry(run: Interpreter, holder: Value, key: Value, node: ast.AST) -> None:
    """Refuses to look a count up in a list that is written down."""
    if run.guess.layers and shown(holder) > STEPS and _counts(key):
        raise Unsupported("an entry, by a count, of a list that is written down", node)


def keys(run: Interpreter, written: Iterable[Value], node: ast.AST) -> None:
    """Refuses to ask whether a key is among those that a source writes down."""
    bound(run, [k for k in written if isinstance(k, int)], node)


def check_texts(module: Module) -> None:
    """Refuses texts such as ``W5``: names of entries that the supposed networks may not have."""
    for statement in module.body:
        for node in ast.walk(statement):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and _NUMBERED.fullmatch(node.value)
            ):
                raise Unsupported(f"{node.value!r} beside a list of any length", node)


def _made(value: int, heavy: Fraction, pure: bool) -> Written:
    made = Written(value)
    made.weight, made.pure = heavy, pure
    return made


def _counts(value: Value) -> bool:
    """Whether a number depends on how many there are of something."""
    if isinstance(value, Written):
        return not value.pure
    if isinstance(value, WrittenFraction):
        return True
    return isinstance(value, int) and not isinstance(value, bool)
