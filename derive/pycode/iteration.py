"""Loops and comprehensions over what has a known length."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from derive.program import Number
from derive.pycode import each, lengths
from derive.pycode.values import (
    DictValue,
    ListValue,
    Once,
    Opaque,
    Range,
    Record,
    Unknown,
    Unsupported,
    Value,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

MOST_TURNS = 64


def items_of(run: Interpreter, value: Value, node: ast.AST) -> list[Value]:
    """The parts of a value of known length, in order."""
    value = run.settled(value)
    if isinstance(value, Range) and (length := known_size(value)) is not None:
        value = tuple(range(min(length, MOST_TURNS + 1)))
    match value:
        case tuple():
            items = list(value)
        case ListValue():
            items = list(value.items)
        case Record():
            items = list(value.items.values())
        case Once():
            made = [] if value.items is None else value.items()
            value.items = value.items if value.again else None
            items = made
        case DictValue():
            items = list(value.items)
        case Opaque():
            error = Unsupported(value.reason, node)
            raise error
        case Unknown():
            items = list(lengths.entries_of(run, value, node).items)
        case _:
            raise Unsupported("a loop over what has no known length", node)
    if len(items) > MOST_TURNS:
        raise Unsupported(f"a loop of {len(items)} turns", node)
    return items


def loop(run: Interpreter, node: ast.For, scope: dict[str, Value]) -> None:
    """A ``for`` loop, unrolled."""
    from derive.pycode.expressions import evaluate
    from derive.pycode.statements import Broken, assign, block

    if any(node is each for each in run.loops):
        from derive.pycode.training import turn

        turn(run, node, scope)
    over = run.settled(evaluate(run, node.iter, scope))
    if (axis := each.along(run, over)) is not None:
        each.loop(run, node, scope, axis)
        return
    items = items_of(run, over, node)
    for item in items:
        if (
            isinstance(over, (ListValue, DictValue))
            and list(over.items) != items[: len(over.items)]
        ):
            raise Unsupported("a loop over what it changes", node)
        run.tick(node)
        assign(run, node.target, item, scope, node)
        try:
            block(run, node.body, scope)
        except Broken as broken:
            if broken.ends:
                return
    block(run, node.orelse, scope)


def comprehension(
    run: Interpreter,
    generators: list[ast.comprehension],
    scope: dict[str, Value],
    over: Value = None,
) -> Iterator[dict[str, Value]]:
    """The scopes in which the element of a comprehension is evaluated.

    over: what the first of them goes over, if that was evaluated before.
    """
    from derive.pycode.branches import truth
    from derive.pycode.expressions import evaluate
    from derive.pycode.statements import assign

    if not generators:
        yield scope
        return
    first, *rest = generators
    inner = dict(scope)
    over = evaluate(run, first.iter, scope) if over is None else over
    for item in items_of(run, over, first.iter):
        assign(run, first.target, item, inner, first.iter)
        kept = [truth(run, test, inner) for test in first.ifs]
        if None in kept:
            raise Unsupported("a condition that is not known", first.iter)
        if all(kept):
            yield from comprehension(run, rest, inner)


def known_size(value: Range) -> int | None:
    """The length of a range if it is a number."""
    return int(value.size.value) if isinstance(value.size, Number) else None
