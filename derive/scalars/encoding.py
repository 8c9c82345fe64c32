"""Scalar expressions as JSON trees and back: the form in which the table is committed.

An integer is itself, a fraction ``["/", p, q]``, a symbol its name, a sum ``["+", ...]``, a
product ``["*", ...]``, a power ``["^", base, exponent]`` and a primitive ``["exp", arg]``.
No SymPy here: reading the table must cost nothing.

>>> from derive.program import SCALAR, Symbol, Times, number
>>> encode(Times(number(2), Symbol("x", SCALAR)))
['*', 2, 'x']
>>> decode(["^", ["+", 1, ["exp", "x"]], -1]) == decode(["^", ["+", 1, ["exp", "x"]], -1])
True
"""

from __future__ import annotations

import json
from fractions import Fraction
from functools import reduce
from typing import Any

from derive.program import PRIMITIVES, SCALAR, Apply, Expr, Number, Plus, Power, Symbol, Times

Tree = int | str | list[Any]


def encode(expr: Expr) -> Tree:
    """The JSON tree of a scalar expression; nested sums and products are flattened.

    Raises TypeError for a node that is not scalar arithmetic or a primitive.
    """
    match expr:
        case Number(value=value):
            return _encode_number(value)
        case Symbol(name=name, dims=(1, 1)):
            return name
        case Plus(left=left, right=right):
            return ["+", *_spread("+", encode(left)), *_spread("+", encode(right))]
        case Times(left=left, right=right):
            return ["*", *_spread("*", encode(left)), *_spread("*", encode(right))]
        case Power(base=base, exponent=exponent):
            return ["^", encode(base), _encode_number(exponent)]
        case Apply(function=function, order=0, arg=arg) if function in PRIMITIVES:
            return [function, encode(arg)]
    raise TypeError(f"encode: {expr!r} is no scalar arithmetic over {', '.join(PRIMITIVES)}")


def decode(tree: Tree) -> Expr:
    """The expression of a JSON tree; sums and products associate to the left."""
    if isinstance(tree, int):
        return Number(Fraction(tree))
    if isinstance(tree, str):
        return Symbol(tree, SCALAR)
    head, *rest = tree
    if head == "/":
        return Number(Fraction(rest[0], rest[1]))
    if head == "+":
        return reduce(Plus, map(decode, rest))
    if head == "*":
        return reduce(Times, map(decode, rest))
    if head == "^":
        return Power(decode(rest[0]), _decode_number(rest[1]))
    if head in PRIMITIVES:
        return Apply(head, 0, decode(rest[0]))
    raise ValueError(f"decode: unknown head {head!r}")


def order_key(expr: Expr) -> tuple[int, int, str]:
    """Sorts operands: numbers, then short before long, then by text."""
    text = json.dumps(encode(expr))
    return (0 if isinstance(expr, Number) else 1, len(text), text)


def _spread(head: str, tree: Tree) -> list[Tree]:
    return tree[1:] if isinstance(tree, list) and tree[0] == head else [tree]


def _encode_number(value: Fraction) -> Tree:
    return value.numerator if value.denominator == 1 else ["/", value.numerator, value.denominator]


def _decode_number(tree: Tree) -> Fraction:
    if isinstance(tree, int):
        return Fraction(tree)
    return Fraction(tree[1], tree[2])  # type: ignore[arg-type]
