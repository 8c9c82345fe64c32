"""What NumPy's operators do, on tensors: pure functions from tensors to a tensor.

Sizes that have to be equal and are not known to be raise `Unify`.  Broadcasting is NumPy's: a
one-dimensional array is a row.

>>> from derive.program import Symbol
>>> row, column = Tensor(Symbol("a", (1, "n")), 1), Tensor(Symbol("b", ("n", 1)), 2)
>>> plus(row, column).expr.shape
('n', 'n')
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from derive import program as p
from derive.program import (
    ONE,
    SCALAR,
    ZERO,
    Apply,
    Build,
    Dim,
    Expr,
    Index,
    MatMul,
    Number,
    Plus,
    Power,
    Shape,
    Size,
    Sum,
    Times,
    Transpose,
)
from derive.pycode.store import Unify
from derive.pycode.values import Tensor, Unsupported

LARGEST_EXPONENT = 64
HALF = Fraction(1, 2)


def constant(value: int | Fraction) -> Tensor:
    """A number known from the source."""
    return Tensor(Number(Fraction(value)), 0, "whole" if isinstance(value, int) else "real")


def size(dim: Dim) -> Expr:
    """The size of an axis as a number."""
    return Size(dim) if isinstance(dim, str) else Number(Fraction(dim))


def tidy_size(expr: Expr) -> Expr:
    """A size to which numbers are added that cancel, as the size."""
    found, offset = _size_and_number(expr)
    return found if found is not None and not offset else expr


def _size_and_number(expr: Expr) -> tuple[Expr | None, Fraction]:
    match expr:
        case Size():
            return expr, Fraction(0)
        case (
            Plus(left=left, right=Number(value=value)) | Plus(left=Number(value=value), right=left)
        ):
            found, offset = _size_and_number(left)
            return found, offset + value
    return None, Fraction(0)


def filled(shape: Shape, value: Expr) -> Expr:
    """An array all of whose entries are the scalar `value`."""
    if shape == SCALAR:
        return value
    row = None if shape[0] == 1 else Index("i", shape[0])
    column = None if shape[1] == 1 else Index("j", shape[1])
    return Build(row, column, value)


def real(tensor: Tensor) -> Tensor:
    """As an array of numbers: a pick is carried out, truth values are 0 and 1."""
    if tensor.kind == "labels":
        raise Unsupported("arithmetic with integer labels")
    if tensor.picked is not None:
        base, labels = tensor.picked
        return Tensor(Transpose(Sum(Times(base, labels), 1)), tensor.ndim)
    return Tensor(tensor.expr, tensor.ndim)


# -- elementwise ------------------------------------------------------------------------------


def agree(left: Shape, right: Shape, what: str) -> None:
    """Raises `Unify` for the first pair of sizes that would have to be equal."""
    for a, b in zip(left, right, strict=True):
        if a != b and 1 not in (a, b):
            raise Unify(a, b, what)


def times(left: Tensor, right: Tensor) -> Tensor:
    both_masks = left.kind == right.kind == "mask"
    out = _binary(left, right, _product, "elementwise product")
    return Tensor(out.expr, out.ndim, "mask") if both_masks else _of_kinds(out, left, right)


def plus(left: Tensor, right: Tensor) -> Tensor:
    if left.kind == right.kind == "mask":
        raise Unsupported("sum of truth values")
    return _of_kinds(_binary(left, right, _sum, "sum"), left, right)


def is_whole(tensor: Tensor) -> bool:
    """Whether NumPy would give it an integer dtype."""
    return tensor.kind in ("mask", "whole") or isinstance(tensor.expr, Size)


def _of_kinds(out: Tensor, *parts: Tensor) -> Tensor:
    """An array that is computed from integers and truth values alone is one of integers."""
    return replace(out, kind="whole") if all(map(is_whole, parts)) else out


def minus(left: Tensor, right: Tensor) -> Tensor:
    return plus(left, times(constant(-1), right))


def over(left: Tensor, right: Tensor) -> Tensor:
    return replace(times(left, power(real(right), Fraction(-1))), kind="real")


def power(base: Tensor, exponent: Fraction) -> Tensor:
    if abs(exponent.numerator) > LARGEST_EXPONENT or exponent.denominator > LARGEST_EXPONENT:
        raise Unsupported(f"the exponent {exponent}")
    whole = is_whole(base) and exponent.denominator == 1 and exponent >= 0
    kind = "whole" if whole else "real"
    if exponent == 0:
        return Tensor(filled(base.expr.shape, ONE), base.ndim, kind)
    return replace(elementwise(lambda e: _power(e, exponent), base), kind=kind)


def elementwise(rule: Callable[[Expr], Expr], arg: Tensor) -> Tensor:
    """`rule` on every entry; on a pick, before picking."""
    if arg.picked is not None:
        base, labels = arg.picked
        return Tensor(arg.expr, arg.ndim, "real", (rule(base), labels))
    arg = real(arg)
    return Tensor(rule(arg.expr), arg.ndim)


def apply(name: str) -> Callable[[Expr], Expr]:
    """The elementwise function of that name as a rule on expressions."""
    return lambda e: Apply(name, 0, e)


def _binary(left: Tensor, right: Tensor, rule: Callable[[Expr, Expr], Expr], what: str) -> Tensor:
    if left.picked is not None and right.ndim == 0 and right.picked is None:
        other = right.expr
        return elementwise(lambda e: rule(e, other), left)
    if right.picked is not None and left.ndim == 0 and left.picked is None:
        first = left.expr
        return elementwise(lambda e: rule(first, e), right)
    picked = _of_picks(left, right, rule, what)
    if picked is not None:
        return picked
    left, right = real(left), real(right)
    agree(left.expr.shape, right.expr.shape, what)
    return Tensor(rule(left.expr, right.expr), max(left.ndim, right.ndim))


def _of_picks(
    left: Tensor, right: Tensor, rule: Callable[[Expr, Expr], Expr], what: str
) -> Tensor | None:
    """A function of a pick and a number for each example, before picking; None for others."""
    first = left if left.picked is not None else right
    if first.picked is None or left.ndim != 1 or right.ndim != 1:
        return None
    labels = first.picked[1]
    sides: list[Expr] = []
    for side in (left, right):
        if side.picked is not None and side.picked[1] != labels:
            return None
        number = real(side).expr
        agree((1, labels.shape[0]), number.shape, what)
        if number.shape != (1, labels.shape[0]):
            return None
        sides.append(side.picked[0] if side.picked is not None else Transpose(number))
    return Tensor(first.expr, 1, "real", (rule(sides[0], sides[1]), labels))


def _product(a: Expr, b: Expr) -> Expr:
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value * b.value)
    if a == ONE:
        return b
    if b == ONE:
        return a
    return Times(a, b)


def _sum(a: Expr, b: Expr) -> Expr:
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value + b.value)
    if a == ZERO:
        return b
    if b == ZERO:
        return a
    return Plus(a, b)


def _power(base: Expr, exponent: Fraction) -> Expr:
    if isinstance(base, Number) and exponent.denominator == 1 and (base.value or exponent > 0):
        return Number(base.value**exponent.numerator)
    if exponent == 1:
        return base
    return Power(base, exponent)


def step(arg: Tensor) -> Tensor:
    """1 where the argument is positive."""
    return Tensor(elementwise(apply("step"), real(arg)).expr, arg.ndim, "mask")


def opposite(mask: Tensor) -> Tensor:
    """``~mask``."""
    if mask.kind != "mask":
        raise Unsupported("~ of what is no truth value")
    return Tensor(minus(constant(1), real(mask)).expr, mask.ndim, "mask")


def compare(op: str, left: Tensor, right: Tensor) -> Tensor:
    """``>``, ``<``, ``>=``, ``<=`` entry by entry, exact where both are equal."""
    if op in ("<", "<="):
        left, right, op = right, left, op.replace("<", ">")
    if op == ">":
        return step(minus(left, right))
    return opposite(step(minus(right, left)))


def where(mask: Tensor, yes: Tensor, no: Tensor) -> Tensor:
    if mask.kind != "mask":
        raise Unsupported("np.where with a condition that is no comparison")
    out = plus(no, times(real(mask), minus(real(yes), no)))
    agree(mask.expr.shape, out.expr.shape, "np.where")
    return _of_kinds(out, yes, no)


def maximum(left: Tensor, right: Tensor) -> Tensor:
    """The larger one; where both are equal it is either."""
    return _of_kinds(_larger(real(left), real(right)), left, right)


def _larger(left: Tensor, right: Tensor) -> Tensor:
    if right.expr == ZERO:
        return times(left, real(step(left)))
    if left.expr == ZERO:
        return times(right, real(step(right)))
    difference = minus(left, right)
    return plus(right, times(difference, real(step(difference))))


def magnitude(arg: Tensor) -> Tensor:
    plain = real(arg)
    out = times(plain, minus(times(constant(2), real(step(plain))), constant(1)))
    return _of_kinds(out, arg)


def sign(arg: Tensor) -> Tensor:
    out = minus(real(step(arg)), real(step(times(constant(-1), arg))))
    return _of_kinds(out, arg)


# -- products, reductions, shapes -------------------------------------------------------------


def matmul(left: Tensor, right: Tensor) -> Tensor:
    """``left @ right`` for one or two axes each."""
    if left.kind == right.kind == "mask":
        raise Unsupported("a product of truth values, which is no sum")
    left, right = real(left), real(right)
    if 0 in (left.ndim, right.ndim):
        raise Unsupported("a matrix product with a number")
    a = left.expr
    b = Transpose(right.expr) if right.ndim == 1 else right.expr
    if a.shape[1] != b.shape[0]:
        raise Unify(a.shape[1], b.shape[0], "matrix product")
    out: Expr = MatMul(a, b)
    ndim = left.ndim + right.ndim - 2
    if right.ndim == 1 and left.ndim == 2:
        out = Transpose(out)
    return Tensor(out, ndim)


def axis_of(axis: int | None, ndim: int) -> int | None:
    """The axis of the two that is meant; None for all entries."""
    if axis is None or (ndim == 0 and axis in (0, -1)):
        return None
    if not -ndim <= axis < ndim:
        raise Unsupported(f"axis {axis} of an array of {ndim} axes")
    axis %= ndim
    return 1 if ndim == 1 else axis


def reduce(
    arg: Tensor, axis: int | None, keepdims: bool, rule: Callable[[Expr, int | None], Expr]
) -> Tensor:
    """A reduction; `rule` makes the expression with the axis kept, None meaning both."""
    kind = "whole" if is_whole(arg) else "real"
    arg = real(arg)
    inner = axis_of(axis, arg.ndim)
    out = rule(arg.expr, inner)
    if keepdims:
        return Tensor(out, arg.ndim, kind)
    if inner is None or arg.ndim == 1:
        return Tensor(out, 0, kind)
    return Tensor(out if inner == 0 else Transpose(out), 1, kind)


def summed(expr: Expr, axis: int | None) -> Expr:
    if axis is not None:
        return Sum(expr, axis)
    if expr.shape == SCALAR:
        return expr
    rows, columns = expr.shape
    if rows == 1:
        return Sum(expr, 1)
    return Sum(expr, 0) if columns == 1 else p.total(expr)


def averaged(expr: Expr, axis: int | None) -> Expr:
    return _product(summed(expr, axis), _power(count(expr.shape, axis), Fraction(-1)))


def count(shape: Shape, axis: int | None) -> Expr:
    """How many entries a reduction puts together."""
    if axis is not None:
        return size(shape[axis])
    return _product(size(shape[0]), size(shape[1]))


def variance(expr: Expr, axis: int | None) -> Expr:
    return averaged(Power(p.minus(expr, averaged(expr, axis)), Fraction(2)), axis)


def deviation(expr: Expr, axis: int | None) -> Expr:
    return Power(variance(expr, axis), HALF)


def transpose(arg: Tensor) -> Tensor:
    if arg.ndim < 2:
        return arg
    arg = real(arg) if arg.kind not in ("mask", "whole") else arg
    return Tensor(Transpose(arg.expr), 2, arg.kind)


def shape_of(arg: Tensor) -> tuple[Dim, ...]:
    """NumPy's shape."""
    rows, columns = arg.expr.shape
    if arg.kind == "labels":
        return (rows,)
    return ((), (columns,), (rows, columns))[arg.ndim]


def pick(base: Tensor, labels: Tensor, axis: int) -> Tensor:
    """Of every example the entry at its label; axis: the axis along which the labels run."""
    oriented = base.expr if axis == 1 else Transpose(base.expr)
    agree(oriented.shape, labels.expr.shape, "indexing by labels")
    out = Transpose(Sum(Times(oriented, labels.expr), 1))
    return Tensor(out, labels.ndim, "real", (oriented, labels.expr))
