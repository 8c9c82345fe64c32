"""Calls of the builtins of Python: of containers, numbers and arrays."""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from derive.pycode import arrays, asked, each, lengths, powers, written
from derive.pycode.arguments import exactly
from derive.pycode.iteration import MOST_TURNS, items_of
from derive.pycode.reductions import sum_row
from derive.pycode.values import (
    DictValue,
    ListValue,
    Once,
    Opaque,
    Range,
    Ref,
    Single,
    Tensor,
    Unknown,
    Unsupported,
    Value,
    is_number,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

_ROUNDING = Fraction(1, 10**6)
"""How near to an integer a decimal has to be for rounding errors to decide what int() makes."""


def call_builtin(
    run: Interpreter, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
) -> Value:
    """The value of a call of a builtin of Python."""
    args = [run.settled(a) for a in args]
    rule = _BUILTINS.get(name)
    if rule is not None and not keywords:
        return rule(run, args, node)
    if name == "dict" and (not args or (len(args) == 1 and isinstance(args[0], DictValue))):
        return DictValue({k: v for a in args for k, v in a.items.items()} | keywords)
    known = _ASKED[name](run, args) if name in _ASKED and not keywords else None
    if known is not None:
        return known
    if name == "getattr":
        run.spoil(args, "an attribute whose name is not known", node)
    if name in ("print", "isinstance", "round", "getattr", "hasattr"):
        return Opaque(f"the result of {name}", getattr(node, "lineno", 0))
    raise Unsupported(f"a call of {name}", node)


def _range(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
    if all(isinstance(a, int) for a in args):
        try:
            found = range(*args)
        except (TypeError, ValueError):
            raise Unsupported("range of these", node) from None
        if len(found) > MOST_TURNS:
            raise Unsupported(f"a loop of {len(found)} turns", node)
        return written.items(run, found, args, node)
    if len(args) == 1:
        return Range(run.tensor(args[0]).expr)
    raise Unsupported("range of what is not known", node)


def _len(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
    [value] = exactly(args, {}, 1)
    if isinstance(value, (ListValue, DictValue)):
        return written.size(run, value, len(value.items))
    if isinstance(value, (tuple, str)):
        return written.size(run, value, len(value))
    if isinstance(value, Unknown) and not value.known and lengths.is_sequence(run, value):
        return lengths.length_of(run, value, node)
    long = isinstance(value, Unknown) and len(value.name) > 2
    if isinstance(value, Unknown) and (
        value.parts or (long and run.guess.shape(value.name) != "labels")
    ):
        return lengths.length_of(run, value, node)
    dims = arrays.shape_of(run.tensor(value))
    if not dims:
        raise Unsupported("len of a number", node)
    return Single(dims[0]) if isinstance(dims[0], int) else Tensor(arrays.size(dims[0]), 0)


def _number(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
    [value] = exactly(args, {}, 1)
    if isinstance(value, Single):
        return value
    if is_number(value):
        return Fraction(value)
    tensor = arrays.real(run.tensor(value))
    if tensor.ndim:
        raise Unsupported("float of an array", node)
    return tensor


def _whole(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
    [value] = exactly(args, {}, 1)
    if isinstance(value, int) or (is_number(value) and abs(value - round(value)) > _ROUNDING):
        return written.whole(run, value)
    raise Unsupported("int of what is not known", node)


def _sum(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
    total: Any = args[1] if len(args) == 2 else 0
    from derive.pycode.operators import binary

    if len(args) == 1 and isinstance(args[0], (Ref, Tensor)):
        return sum_row(run, [args[0]], {"axis": 0})
    for item in items_of(run, args[0], node):
        total = run.keep(binary(run, ast.Add(), total, item, node))
    return total


def _extreme(largest: bool) -> Callable[[Interpreter, list[Value], ast.AST], Value]:
    def rule(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
        if len(args) > 1 and all(is_number(a) for a in args):
            written.decide(run, args, node)
            return max(args) if largest else min(args)
        raise Unsupported("max or min of what is not known", node)

    return rule


def _abs(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
    [value] = exactly(args, {}, 1)
    if is_number(value):
        return written.computed(run, abs(value), (value,))
    return arrays.magnitude(run.tensor(value))


def _power(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
    base, exponent = exactly(args, {}, 2)
    return powers.powered(run, base, exponent)


def _zip(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
    if (axis := each.together(run, args, False)) is not None:
        return axis

    def pairs() -> list[Value]:
        held = [(run.settled(a), items_of(run, a, node)) for a in args]
        written.beside(run, held, node)
        return list(zip(*(parts for _, parts in held), strict=False))

    return Once(pairs)


def _enumerate(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
    start = args[1] if len(args) == 2 and isinstance(args[1], int) else 0
    if len(args) == 1 and (axis := each.together(run, args, True)) is not None:
        return axis

    def pairs() -> list[Value]:
        found = items_of(run, args[0], node)
        if written.shown(args[0]) > written.STEPS:
            return [(written.marked(run, k), part) for k, part in enumerate(found, start)]
        written.bound(run, (start,), node)
        return list(enumerate(found, start))

    return Once(pairs)


def _list(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
    shown = written.shown(args[0]) if args else 0
    return ListValue(items_of(run, args[0], node) if args else [], shown=shown)


def _dict(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
    if args and not isinstance(args[0], DictValue):
        raise Unsupported("dict of this", node)
    return DictValue(dict(args[0].items) if args else {})


def _str(run: Interpreter, args: list[Value], node: ast.AST) -> Value:
    if len(args) == 1 and isinstance(args[0], (int, str)) and not isinstance(args[0], bool):
        written.bound(run, args, node)
        return str(args[0])
    return Opaque("the result of str", getattr(node, "lineno", 0))


_ASKED = {"isinstance": asked.is_of_class, "hasattr": asked.has_attribute}
_BUILTINS: dict[str, Callable[[Any, list[Value], ast.AST], Value]] = {
    "range": _range,
    "len": _len,
    "float": _number,
    "int": _whole,
    "sum": _sum,
    "max": _extreme(True),
    "min": _extreme(False),
    "abs": _abs,
    "pow": _power,
    "zip": _zip,
    "enumerate": _enumerate,
    "reversed": lambda run, args, node: Once(lambda: items_of(run, args[0], node)[::-1]),
    "str": _str,
    "list": _list,
    "tuple": lambda run, args, node: tuple(items_of(run, args[0], node) if args else ()),
    "dict": _dict,
}
