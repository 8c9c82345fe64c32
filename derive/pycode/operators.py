"""What operators do: arithmetic on numbers and arrays, comparisons, logic of truth values."""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from derive.program import ZERO, Size
from derive.pycode import arrays, at_places, parts, powers, ranges, written
from derive.pycode.values import (
    DictValue,
    ListValue,
    Opaque,
    Parts,
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

_RULES: dict[type[ast.operator], Callable[[Tensor, Tensor], Tensor]] = {
    ast.Add: arrays.plus,
    ast.Sub: arrays.minus,
    ast.Mult: arrays.times,
    ast.Div: arrays.over,
}
LONGEST_INTEGER = 10**30
MOST_PARTS = 256
_ROUNDING = Fraction(1, 10**12)


def binary(run: Interpreter, op: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
    """``left op right``."""
    left, right = run.ready(left), run.settled(right)
    right = right if isinstance(op, ast.Pow) else run.ready(right)
    if isinstance(left, Parts) or isinstance(right, Parts):
        return _of_parts(run, op, left, right, node)
    if isinstance(op, ast.BitAnd | ast.BitOr | ast.BitXor):
        return _logical(run, op, left, right)
    if is_number(left) and is_number(right):
        run.trace.counts_single |= isinstance(left, Single) or isinstance(right, Single)
        return written.computed(run, _arithmetic(op, left, right, node), (left, right))
    if isinstance(left, str) and isinstance(right, str | int) and isinstance(op, ast.Add):
        return left + str(right)
    if isinstance(op, ast.Add) and isinstance(left, ListValue) and isinstance(right, ListValue):
        return ListValue([*left.items, *right.items], shown=left.shown + right.shown)
    if isinstance(op, ast.Add) and isinstance(left, tuple) and isinstance(right, tuple):
        return left + right
    if isinstance(op, ast.Mult) and isinstance(left, int) and isinstance(right, (ListValue, tuple)):
        left, right = right, left
    if isinstance(op, ast.Mult) and isinstance(left, (ListValue, tuple)) and isinstance(right, int):
        return _repeated(left, right, node)
    if any(isinstance(side, (ListValue, tuple)) for side in (left, right)) and not any(
        isinstance(side, (Ref, Unknown)) for side in (left, right)
    ):
        raise Unsupported(f"the operator {type(op).__name__} of a list", node)
    match op:
        case ast.Pow():
            run.name_product(left, node)
            return powers.powered(run, left, right)
        case ast.MatMult():
            return arrays.matmul(run.tensor(left), run.tensor(right))
    rule = _RULES.get(type(op))
    if rule is None:
        raise Unsupported(f"the operator {type(op).__name__}", node)
    a, b = run.tensor(left), run.tensor(right)
    if isinstance(op, ast.Sub) and a.kind == b.kind == "mask":
        raise Unsupported("difference of truth values", node)
    if run.trace.turns and (a.picked is None) != (b.picked is None):
        a, b = arrays.real(a), arrays.real(b)  # a pick is added to what other turns have picked
    return rule(a, b)


def _of_parts(
    run: Interpreter, op: ast.operator, left: Value, right: Value, node: ast.AST
) -> Value:
    """An operator on arrays of which an axis has parts."""
    if isinstance(op, ast.MatMult):
        return parts.product(run, left, right)
    if isinstance(op, ast.Pow):
        if not isinstance(left, Parts) or not is_number(right):
            raise Unsupported("a power of an array of parts", node)
        return parts.mapped(run, left, lambda t: arrays.power(t, Fraction(right)))
    rule = _RULES.get(type(op))
    if rule is None:
        raise Unsupported(f"the operator {type(op).__name__} of arrays of parts", node)
    return parts.paired(run, left, right, rule)


def _repeated(parts: ListValue | tuple[Value, ...], times: int, node: ast.AST) -> Value:
    items = parts.items if isinstance(parts, ListValue) else list(parts)
    if len(items) * max(times, 0) > MOST_PARTS:
        raise Unsupported(f"a list of more than {MOST_PARTS} parts", node)
    if not isinstance(parts, ListValue):
        return tuple(items * times)
    return ListValue(items * times, shown=parts.shown * times if written.weight(times) else 0)


def _arithmetic(op: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
    a, b = Fraction(left), Fraction(right)
    whole = isinstance(left, int) and isinstance(right, int)
    match op:
        case ast.Add():
            out = a + b
        case ast.Sub():
            out = a - b
        case ast.Mult():
            out = a * b
        case ast.Div() if b:
            out, whole = a / b, False
        case ast.FloorDiv() if b and whole:
            out = Fraction(a // b)
        case ast.Mod() if b and whole:
            out = a % b
        case ast.Pow() if b.denominator == 1 and abs(b) <= arrays.LARGEST_EXPONENT and (a or b > 0):
            out, whole = a ** int(b), whole and b >= 0
        case ast.Pow() if a >= 0 and abs(b.numerator) <= arrays.LARGEST_EXPONENT:
            return arrays.power(arrays.constant(a), b)
        case _:
            raise Unsupported(f"{type(op).__name__} of these numbers", node)
    if abs(out.numerator) > LONGEST_INTEGER or out.denominator > LONGEST_INTEGER:
        raise Unsupported("a number of more than 30 digits", node)
    return int(out) if whole else out


def _logical(run: Interpreter, op: ast.operator, left: Value, right: Value) -> Value:
    a, b = run.tensor(left), run.tensor(right)
    if not a.kind == b.kind == "mask":
        raise Unsupported("a bitwise operator on numbers")
    both = arrays.times(a, b)
    if isinstance(op, ast.BitAnd):
        return both
    either = arrays.plus(arrays.real(a), arrays.real(b))
    twice = 1 if isinstance(op, ast.BitOr) else 2
    out = arrays.minus(either, arrays.times(arrays.constant(twice), arrays.real(both)))
    return Tensor(out.expr, out.ndim, "mask")


def unary(run: Interpreter, op: ast.unaryop, value: Value, node: ast.AST) -> Value:
    value = run.settled(value) if isinstance(op, ast.Not) else run.ready(value)
    match op:
        case ast.USub() if isinstance(value, Parts):
            return parts.mapped(run, value, lambda t: arrays.times(arrays.constant(-1), t))
        case ast.USub() if is_number(value):
            return written.computed(run, -value, (value,))
        case ast.USub():
            tensor = run.tensor(value)
            if tensor.kind == "mask":
                raise Unsupported("the negative of truth values", node)
            return arrays.times(arrays.constant(-1), tensor)
        case ast.UAdd():
            return value if is_number(value) else run.tensor(value)
        case ast.Invert():
            return arrays.opposite(run.tensor(value))
        case ast.Not() if isinstance(value, (bool, int, str)) or value is None:
            written.decide(run, (value,), node)
            return not value
    raise Unsupported(f"the operator {type(op).__name__}", node)


_SIGNS = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<="}


def compare(run: Interpreter, op: ast.cmpop, left: Value, right: Value, node: ast.AST) -> Value:
    left, right = run.settled(left), run.settled(right)
    plain = (str, int, Fraction, bool, tuple, type(None))
    if isinstance(op, (ast.Is, ast.IsNot)):
        if right is None and not isinstance(left, Opaque):
            return (left is None) == isinstance(op, ast.Is)
        raise Unsupported("is, of what is not None", node)
    if isinstance(op, (ast.In, ast.NotIn)) and isinstance(left, (str, int)):
        for part in among(right):
            written.decide(run, (left, part), node)
        if isinstance(right, (DictValue, ListValue)) and all(
            isinstance(i, (str, int)) for i in right.items
        ):
            return (left in right.items) == isinstance(op, ast.In)
        if isinstance(right, tuple) and all(isinstance(i, (str, int)) for i in right):
            return (left in right) == isinstance(op, ast.In)
    if isinstance(op, (ast.Eq, ast.NotEq)) and _is_shape(left) and _same_shape(left, right):
        return isinstance(op, ast.Eq)
    if isinstance(left, plain) and isinstance(right, plain):
        written.decide(run, (left, right), node)
        return _decided(op, left, right, node)
    equal = isinstance(op, (ast.Eq, ast.NotEq))
    if equal and (chosen := at_places.is_label(left, right)) is not None:
        return chosen if isinstance(op, ast.Eq) else arrays.opposite(chosen)
    if isinstance(left, str) or isinstance(right, str) or not (equal or type(op) in _SIGNS):
        raise Unsupported(f"the comparison {type(op).__name__}", node)
    if isinstance(left, Parts) and not equal:
        return parts.paired(run, left, right, lambda a, b: arrays.compare(_SIGNS[type(op)], a, b))
    a, b = run.tensor(left), run.tensor(right)
    if a.ndim == b.ndim == 0:
        raise Unsupported("a comparison of numbers that are not known", node)
    if equal:
        return _is_on(run, op, a, b)
    return arrays.compare(_SIGNS[type(op)], a, b)


def _is_on(run: Interpreter, op: ast.cmpop, a: Tensor, b: Tensor) -> Value:
    """``h == 0`` and ``h != 0`` of what is never negative: whether it is positive."""
    if (
        b.expr != ZERO
        or a.kind != "real"
        or not ranges.is_never_negative(a.expr, run.trace.definitions)
    ):
        raise Unsupported(f"the comparison {type(op).__name__} of such arrays")
    on = arrays.compare(">", a, b)
    return arrays.opposite(on) if isinstance(op, ast.Eq) else on


def among(value: Value) -> list[Value]:
    """What a container is asked for."""
    if isinstance(value, tuple):
        return list(value)
    return list(value.items) if isinstance(value, (DictValue, ListValue)) else []


def _is_shape(value: Value) -> bool:
    """A symbolic size, or a tuple of sizes."""
    if isinstance(value, tuple):
        return bool(value) and all(_is_shape(v) or isinstance(v, int) for v in value)
    return isinstance(value, Tensor) and isinstance(value.expr, Size)


def _same_shape(left: Value, right: Value) -> bool:
    return type(left) is type(right) and bool(left == right)


def _decided(op: ast.cmpop, left: Value, right: Value, node: ast.AST) -> bool:
    if is_number(left) and is_number(right) and left != right and abs(left - right) < _ROUNDING:
        raise Unsupported("a comparison that rounding errors may decide", node)
    if isinstance(op, ast.Eq | ast.NotEq) and not isinstance(left, tuple):
        return bool((left == right) == isinstance(op, ast.Eq))
    if is_number(left) and is_number(right):
        match op:
            case ast.Lt():
                return bool(left < right)
            case ast.LtE():
                return bool(left <= right)
            case ast.Gt():
                return bool(left > right)
            case ast.GtE():
                return bool(left >= right)
    raise Unsupported(f"the comparison {type(op).__name__}", node)
