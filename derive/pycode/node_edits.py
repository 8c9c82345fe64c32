"""Edits of one node of an expression: an operator, a number, a transpose, the axis of a sum.

In: a node.  Out: what may stand in its place, the kind of mistake that it mends, and in words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

Found = Iterator[tuple[ast.expr, str, str]]
_SUMS = ("sum", "mean")


def parsed(text: str) -> ast.expr:
    """The expression that a text is."""
    return ast.parse(text, mode="eval").body


def of_node(node: ast.expr) -> Found:
    match node:
        case ast.Attribute(value=inner, attr="T"):
            yield inner, "extra-transpose", f"drop the transpose of {ast.unparse(inner)[:40]}"
        case ast.BinOp(left=left, op=op, right=right):
            yield from _of_operator(node, left, op, right)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield operand, "sign", "drop the sign"
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            yield from _of_number(number)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            turned = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE}
            if type(op) in turned:
                new = ast.Compare(left, [turned[type(op)]()], [right])
                yield new, "derivative-argument", "turn the comparison round"
        case ast.Constant(value=str() as text) if "->" in text:
            yield from _of_subscripts(text)
        case ast.Call():
            yield from _of_call(node)
    if isinstance(node, (ast.Name, ast.Attribute)) and getattr(node, "attr", "") != "T":
        yield (
            ast.Attribute(node, "T", ast.Load()),
            "missing-transpose",
            (f"transpose {ast.unparse(node)[:40]}"),
        )


def _of_operator(node: ast.expr, left: ast.expr, op: ast.operator, right: ast.expr) -> Found:
    shown_left, shown_right = ast.unparse(left)[:40], ast.unparse(right)[:40]
    match op:
        case ast.Add() | ast.Sub():
            other: ast.operator = ast.Sub() if isinstance(op, ast.Add) else ast.Add()
            yield ast.BinOp(left, other, right), "sign", f"change the sign of {shown_right}"
            yield left, "extra-term", f"drop the term {shown_right}"
            yield right, "extra-term", f"drop the term {shown_left}"
            if isinstance(op, ast.Sub):
                yield ast.BinOp(right, op, left), "sign", "exchange the two terms"
        case ast.Mult() | ast.Div():
            yield left, _dropped(right), f"drop the factor {shown_right}"
            inverse: ast.operator = ast.Div() if isinstance(op, ast.Mult) else ast.Mult()
            yield (
                ast.BinOp(left, inverse, right),
                "constant-factor",
                (f"{'divide' if isinstance(op, ast.Mult) else 'multiply'} by {shown_right}"),
            )
            if isinstance(op, ast.Mult):
                yield right, _dropped(left), f"drop the factor {shown_left}"
            else:
                root = parsed(f"np.sqrt({ast.unparse(right)})")
                yield ast.BinOp(left, op, root), "exponent", f"the root of {shown_right}"
                square = ast.BinOp(right, ast.Pow(), ast.Constant(2))
                yield ast.BinOp(left, op, square), "exponent", f"the square of {shown_right}"
        case ast.MatMult():
            yield ast.BinOp(right, op, left), "product-order", "exchange the factors"
            yield ast.BinOp(left, ast.Mult(), right), "product-kind", "product entry by entry"
        case ast.Pow():
            yield left, "exponent", f"drop the exponent {shown_right}"
            inside = _reduced(left) if isinstance(left, ast.Call) else None
            if isinstance(inside, ast.BinOp) and isinstance(left, ast.Call):
                powered = ast.BinOp(inside.right, op, right)
                new = ast.BinOp(inside.left, inside.op, powered)
                assert isinstance(left.func, ast.Attribute)
                if _is_library(left.func):
                    call = ast.Call(left.func, [new, *left.args[1:]], left.keywords)
                else:
                    method = ast.Attribute(new, left.func.attr, ast.Load())
                    call = ast.Call(method, left.args, left.keywords)
                yield call, "brackets", f"the power of {ast.unparse(inside.right)[:40]} alone"
            if isinstance(left, ast.BinOp):
                powered = ast.BinOp(left.right, op, right)
                yield (
                    ast.BinOp(left.left, left.op, powered),
                    "brackets",
                    (f"the power of {ast.unparse(left.right)[:40]} alone"),
                )


def _dropped(factor: ast.expr) -> str:
    text = ast.unparse(factor)
    return "constant-factor" if re.fullmatch(r"[\d.() /*]+", text) else "extra-factor"


def _of_subscripts(text: str) -> Found:
    """Another result of ``np.einsum``."""
    inputs, _, result = text.replace(" ", "").partition("->")
    letters = sorted({c for c in inputs if c.isalpha()})
    others = ["", *letters, *(a + b for a in letters for b in letters if a != b)]
    for other in others:
        if other != result:
            kind = "wrong-sum" if len(other) != len(result) else "missing-transpose"
            yield ast.Constant(f"{inputs}->{other}"), kind, f"the result {other or 'a number'}"


def _of_number(number: float) -> Found:
    for new in (2 * number, number / 2, number + 1, number - 1):
        shown = int(new) if float(new).is_integer() else new
        yield ast.Constant(shown), "constant-factor", f"{shown} for {number}"


def _of_call(node: ast.Call) -> Found:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    arg = _reduced(node)
    if name in ("dot", "matmul") and len(node.args) == 2:
        turned = ast.Call(node.func, node.args[::-1], node.keywords)
        yield turned, "product-order", "exchange the factors"
        yield ast.BinOp(node.args[0], ast.Mult(), node.args[1]), "product-kind", "entry by entry"
    elif name == "outer" and len(node.args) == 2:
        yield (
            ast.Call(node.func, node.args[::-1], node.keywords),
            "product-order",
            ("exchange the factors"),
        )
    elif name in _SUMS and arg is not None:
        yield arg, "wrong-sum", f"drop the {name}"
        yield from _other_sums(node, name)
    elif name in ("multiply",) and len(node.args) == 2:
        yield node.args[0], "extra-factor", f"drop {ast.unparse(node.args[1])[:40]}"
        yield node.args[1], "extra-factor", f"drop {ast.unparse(node.args[0])[:40]}"


def _reduced(node: ast.Call) -> ast.expr | None:
    """The array that a sum is of: the argument of ``np.sum``, or what has the method."""
    if not isinstance(node.func, ast.Attribute):
        return None
    if isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "numpy"):
        return node.args[0] if node.args else None
    return node.func.value


def _other_sums(node: ast.Call, name: str) -> Found:
    other = "mean" if name == "sum" else "sum"
    assert isinstance(node.func, ast.Attribute)
    swapped = ast.Attribute(node.func.value, other, ast.Load())
    kind = "extra-mean" if name == "mean" else "missing-mean"
    yield ast.Call(swapped, node.args, node.keywords), kind, f"{other} for {name}"
    plain = [k for k in node.keywords if k.arg not in ("axis", "keepdims")]
    first = node.args[:1] if _is_library(node.func) else []
    for axis in (0, 1):
        for keep in (False, True):
            keys = [*plain, ast.keyword("axis", ast.Constant(axis))]
            if keep:
                keys.append(ast.keyword("keepdims", ast.Constant(True)))
            yield ast.Call(node.func, first, keys), "wrong-sum", f"{name} along axis {axis}"
    yield ast.Call(node.func, first, plain), "wrong-sum", f"{name} over all axes"


def _is_library(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id in ("np", "numpy")
