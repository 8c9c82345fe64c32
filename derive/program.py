"""The shared vocabulary: matrix expressions with symbolic shapes, programs and statements.

Notes, network specs and NumPy code are all read into a `Program`: leaves (parameters,
inputs, labels), definitions in order, elementwise functions and one scalar cost.  What a
claim says of it is a `Statement`.  Everything here is plain frozen data with shapes checked
at construction; nothing is computed, simplified or proved.

Every expression is a two-dimensional array.  A dimension is a symbol (``"n_1"``, ``"m"``)
or a positive integer; an axis of size 1 broadcasts.

>>> W, A = Symbol("W", ("n", "k")), Symbol("A", ("k", "m"))
>>> MatMul(W, A).shape
('n', 'm')
>>> MatMul(A, W)
Traceback (most recent call last):
    ...
derive.program.ShapeError: matrix product of (k, m) and (n, k): m is not n
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Final

Dim = str | int
Shape = tuple[Dim, Dim]

SCALAR: Final[Shape] = (1, 1)
ARGUMENT: Final = "x"
"""The name of the formal argument in the body of a `Function`."""
PRIMITIVES: Final = ("exp", "log", "step", "erf", "sin", "cos")
"""Elementwise functions that need no body; ``step(x)`` is 1 for x > 0, else 0."""


class ShapeError(ValueError):
    """Two shapes do not fit; the message names both."""


def show_shape(shape: Shape) -> str:
    """``('n', 1)`` as ``(n, 1)``."""
    return f"({shape[0]}, {shape[1]})"


def broadcast(left: Shape, right: Shape, what: str) -> Shape:
    """The common shape of two arrays, axis by axis; an axis of size 1 stretches."""
    out: list[Dim] = []
    for a, b in zip(left, right, strict=True):
        if a != b and 1 not in (a, b):
            raise ShapeError(
                f"{what} of {show_shape(left)} and {show_shape(right)}: {a} is not {b}"
            )
        out.append(b if a == 1 else a)
    return (out[0], out[1])


@dataclass(frozen=True, slots=True)
class Index:
    """A letter that runs over an axis: ``j`` of dimension ``n_1``."""

    name: str
    dim: Dim


@dataclass(frozen=True, slots=True)
class Expr:
    """Base of all expressions; `shape` is computed and checked at construction."""

    shape: Shape = field(init=False, compare=False, repr=False)

    def _shape(self, shape: Shape) -> None:
        object.__setattr__(self, "shape", shape)


@dataclass(frozen=True, slots=True)
class Number(Expr):
    """An exact rational constant."""

    value: Fraction

    def __post_init__(self) -> None:
        self._shape(SCALAR)


@dataclass(frozen=True, slots=True)
class Size(Expr):
    """The size of a dimension as a number: the m in 1/m."""

    dim: str

    def __post_init__(self) -> None:
        self._shape(SCALAR)


@dataclass(frozen=True, slots=True)
class Symbol(Expr):
    """A leaf or a defined name of the program, with its shape."""

    name: str
    dims: Shape

    def __post_init__(self) -> None:
        self._shape(self.dims)


@dataclass(frozen=True, slots=True)
class Eye(Expr):
    """The identity matrix of a dimension."""

    dim: Dim

    def __post_init__(self) -> None:
        self._shape((self.dim, self.dim))


@dataclass(frozen=True, slots=True)
class Transpose(Expr):
    arg: Expr

    def __post_init__(self) -> None:
        self._shape((self.arg.shape[1], self.arg.shape[0]))


@dataclass(frozen=True, slots=True)
class MatMul(Expr):
    left: Expr
    right: Expr

    def __post_init__(self) -> None:
        a, b = self.left.shape, self.right.shape
        if a[1] != b[0]:
            raise ShapeError(
                f"matrix product of {show_shape(a)} and {show_shape(b)}: {a[1]} is not {b[0]}"
            )
        self._shape((a[0], b[1]))


@dataclass(frozen=True, slots=True)
class Times(Expr):
    """Elementwise product, broadcasting axes of size 1 (so also scalar times array)."""

    left: Expr
    right: Expr

    def __post_init__(self) -> None:
        self._shape(broadcast(self.left.shape, self.right.shape, "elementwise product"))


@dataclass(frozen=True, slots=True)
class Plus(Expr):
    """Sum of two arrays, broadcasting axes of size 1."""

    left: Expr
    right: Expr

    def __post_init__(self) -> None:
        self._shape(broadcast(self.left.shape, self.right.shape, "sum"))


@dataclass(frozen=True, slots=True)
class Power(Expr):
    """Elementwise power with a rational exponent; -1 is the reciprocal, 1/2 the root."""

    base: Expr
    exponent: Fraction

    def __post_init__(self) -> None:
        self._shape(self.base.shape)


@dataclass(frozen=True, slots=True)
class Sum(Expr):
    """Sum along an axis, which is kept with size 1."""

    arg: Expr
    axis: int

    def __post_init__(self) -> None:
        rows, columns = self.arg.shape
        self._shape((1, columns) if self.axis == 0 else (rows, 1))


@dataclass(frozen=True, slots=True)
class Apply(Expr):
    """The `order`-th derivative of an elementwise function, applied entry by entry."""

    function: str
    order: int
    arg: Expr

    def __post_init__(self) -> None:
        self._shape(self.arg.shape)


@dataclass(frozen=True, slots=True)
class Gradient(Expr):
    """The true gradient of the program's cost with respect to a leaf or definition.

    The name is treated as independent: what is computed from it is recomputed, what it is
    computed from is held.  Same shape as the name.
    """

    name: str
    dims: Shape

    def __post_init__(self) -> None:
        self._shape(self.dims)


@dataclass(frozen=True, slots=True)
class Entry(Expr):
    """``arg[row, column]``; an axis whose index is None is kept whole."""

    arg: Expr
    row: Index | None
    column: Index | None

    def __post_init__(self) -> None:
        rows, columns = self.arg.shape
        for index, dim in ((self.row, rows), (self.column, columns)):
            if index is not None and index.dim != dim:
                raise ShapeError(
                    f"index {index.name} runs over {index.dim}, the axis has size {dim}"
                )
        self._shape((rows if self.row is None else 1, columns if self.column is None else 1))


@dataclass(frozen=True, slots=True)
class SumOver(Expr):
    """The sum of `body` over all values of an index that is free in it."""

    index: Index
    body: Expr

    def __post_init__(self) -> None:
        self._shape(self.body.shape)


@dataclass(frozen=True, slots=True)
class Build(Expr):
    """The array whose entry at (row, column) is the scalar `body`; None: an axis of size 1."""

    row: Index | None
    column: Index | None
    body: Expr

    def __post_init__(self) -> None:
        if self.body.shape != SCALAR:
            raise ShapeError(f"an entry must be a number, not {show_shape(self.body.shape)}")
        self._shape(
            (
                1 if self.row is None else self.row.dim,
                1 if self.column is None else self.column.dim,
            )
        )


@dataclass(frozen=True, slots=True)
class Delta(Expr):
    """Kronecker's delta of two indices of the same dimension."""

    left: Index
    right: Index

    def __post_init__(self) -> None:
        if self.left.dim != self.right.dim:
            raise ShapeError(
                f"delta of {self.left.name} over {self.left.dim} "
                f"and {self.right.name} over {self.right.dim}"
            )
        self._shape(SCALAR)


@dataclass(frozen=True, slots=True)
class Partial(Expr):
    """The derivative of a scalar `body` by one entry of a leaf or definition `name`.

    As in `Gradient`, `name` is independent and what depends on it is recomputed.
    """

    body: Expr
    name: str
    row: Index | None
    column: Index | None

    def __post_init__(self) -> None:
        if self.body.shape != SCALAR:
            raise ShapeError(f"derivative of an array {show_shape(self.body.shape)} by an entry")
        self._shape(SCALAR)


@dataclass(frozen=True, slots=True)
class Function:
    """An elementwise function of one variable.

    `body` is a scalar expression in ``Symbol("x", SCALAR)``, the primitives and scalar
    leaves of the program; None means an arbitrary smooth function.
    """

    name: str
    body: Expr | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A free array of the program and what may be assumed of it.

    domain: ``"real"``, ``"positive"`` or ``"unit"`` (strictly between 0 and 1).
    sums_to_one: the axis along which its entries add up to 1 (class labels), or None.
    """

    dims: Shape
    domain: str = "real"
    sums_to_one: int | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """Leaves, definitions in order of computation, functions, and the name of the cost."""

    leaves: Mapping[str, Leaf]
    definitions: Mapping[str, Expr]
    functions: Mapping[str, Function] = field(default_factory=dict)
    cost: str | None = None

    def shape(self, name: str) -> Shape:
        """The shape of a leaf or definition; KeyError if there is none of that name."""
        return self.leaves[name].dims if name in self.leaves else self.definitions[name].shape

    def symbol(self, name: str) -> Symbol:
        """The expression that stands for a leaf or definition."""
        return Symbol(name, self.shape(name))

    def gradient(self, name: str) -> Gradient:
        """The expression that stands for the gradient of the cost by a leaf or definition."""
        return Gradient(name, self.shape(name))


@dataclass(frozen=True, slots=True)
class Equation:
    """Both sides are equal for all shapes, values, and values of the `free` indices."""

    left: Expr
    right: Expr
    free: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class Jacobian:
    """The total derivative of one name by another, as a linear map."""

    of: str
    by: str


@dataclass(frozen=True, slots=True)
class Composition:
    """``scale * left`` equals the composition of the linear maps, in any order.

    `scale` is a scalar expression (the normalisation that the left side carries).
    """

    left: Jacobian
    factors: tuple[Jacobian, ...]
    scale: Expr = field(default_factory=lambda: Number(Fraction(1)))


Statement = Equation | Composition


_PARTS: Final[dict[type[Expr], Callable[[Any], tuple[Expr, ...]]]] = {
    **dict.fromkeys((Transpose, Sum, Apply, Entry), lambda e: (e.arg,)),
    **dict.fromkeys((MatMul, Times, Plus), lambda e: (e.left, e.right)),
    Power: lambda e: (e.base,),
    **dict.fromkeys((SumOver, Build, Partial), lambda e: (e.body,)),
    **dict.fromkeys((Number, Size, Symbol, Eye, Gradient, Delta), lambda e: ()),
}
"""By kind of node, the direct subexpressions: a table, as this is asked most often of all."""


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct subexpressions, in order."""
    parts = _PARTS.get(type(expr))
    if parts is None:
        raise TypeError(f"children: unknown expression {type(expr).__name__}")
    return parts(expr)


def with_children(expr: Expr, new: tuple[Expr, ...]) -> Expr:
    """The same node over other subexpressions; shapes are checked again."""
    match expr:
        case Transpose() | Sum() | Apply() | Entry():
            return replace(expr, arg=new[0])
        case MatMul() | Times() | Plus():
            return replace(expr, left=new[0], right=new[1])
        case Power():
            return replace(expr, base=new[0])
        case SumOver() | Build() | Partial():
            return replace(expr, body=new[0])
        case Number() | Size() | Symbol() | Eye() | Gradient() | Delta():
            return expr
    raise TypeError(f"with_children: unknown expression {type(expr).__name__}")


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and all its subexpressions, parents first."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


# -- spelled-out constructors -----------------------------------------------------------------


def number(value: int | Fraction) -> Number:
    """An exact constant."""
    return Number(Fraction(value))


ONE: Final = number(1)
ZERO: Final = number(0)


def negate(expr: Expr) -> Expr:
    """``-expr``."""
    return Times(number(-1), expr)


def minus(left: Expr, right: Expr) -> Expr:
    """``left - right``, broadcasting."""
    return Plus(left, negate(right))


def divide(left: Expr, right: Expr) -> Expr:
    """Elementwise quotient, broadcasting."""
    return Times(left, Power(right, Fraction(-1)))


def total(expr: Expr) -> Expr:
    """The sum of all entries, a scalar."""
    return Sum(Sum(expr, 0), 1)


def softmax(arg: Expr, axis: int) -> Expr:
    """``exp(arg)`` divided by its sum along `axis`."""
    power = Apply("exp", 0, arg)
    return divide(power, Sum(power, axis))


def function_body(expr: Expr, argument: Expr) -> Expr:
    """The body of a `Function` with its formal argument replaced by `argument`.

    >>> square = Power(Symbol(ARGUMENT, SCALAR), Fraction(2))
    >>> function_body(square, Symbol("Z", ("n", "m"))).shape
    ('n', 'm')
    """
    if isinstance(expr, Symbol) and expr.name == ARGUMENT:
        return argument
    return with_children(expr, tuple(function_body(c, argument) for c in children(expr)))
