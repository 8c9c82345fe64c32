"""Values of expressions at one random point, as floats: which of them may be equal.

In: leaves with their shapes.  Out: `Sample.value`, rows of numbers, None where it has none.  What
agrees here is a candidate for a proof and nothing more.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from fractions import Fraction

from derive.program import (
    Apply,
    Build,
    Dim,
    Expr,
    Eye,
    Function,
    Leaf,
    MatMul,
    Number,
    Plus,
    Power,
    Size,
    Sum,
    Symbol,
    Times,
    Transpose,
    children,
    walk,
)

Rows = list[list[float]]
CLOSE = 1e-7
LONGEST = 6
_PRIMITIVES: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "step": lambda x: float(x > 0),
    "erf": math.erf,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "rint": round,
}


_SLOPES: dict[str, Callable[[float, float], float]] = {
    "exp": lambda x, y: y,
    "log": lambda x, y: 1 / x,
    "step": lambda x, y: 0.0,
    "erf": lambda x, y: 2 / math.sqrt(math.pi) * math.exp(-x * x),
    "sin": lambda x, y: math.cos(x),
    "cos": lambda x, y: -math.sin(x),
    "tanh": lambda x, y: 1 - y * y,
}
"""Derivatives of the primitives from argument and value."""


class Sample:
    """A point: a number for every entry of every leaf, from a seed.

    polynomials: functions by name whose coefficients are known, the highest power first.
    """

    def __init__(
        self,
        functions: Mapping[str, Function],
        polynomials: Mapping[str, tuple[Fraction, ...]],
        seed: int = 0,
    ) -> None:
        self.functions, self.polynomials = functions, polynomials
        self._rng = random.Random(seed)
        self._known: dict[str, Rows | None] = {"pi": [[math.pi]]}
        self._memory: dict[int, tuple[Expr, Rows | None]] = {}

    def length(self, dim: Dim) -> int:
        """How many entries an axis has at this point."""
        if isinstance(dim, int):
            return dim
        if dim[0] == "n" and dim[1:].isdigit():
            size = int(dim[1:])
            return size if size <= LONGEST else 2 + size % 4
        return 3

    def draw(self, name: str, leaf: Leaf) -> None:
        """Random entries of a leaf."""
        rows, columns = map(self.length, leaf.dims)
        low, high = (0.1, 0.9) if leaf.domain in ("unit", "positive") else (-0.75, 0.75)
        value = [[self._rng.uniform(low, high) for _ in range(columns)] for _ in range(rows)]
        if leaf.sums_to_one == 0:
            sums = [sum(row[j] for row in value) for j in range(columns)]
            value = [[x / s for x, s in zip(row, sums, strict=True)] for row in value]
        elif leaf.sums_to_one == 1:
            value = [[x / sum(row) for x in row] for row in value]
        self._known[name] = value

    def give(self, name: str, number: float) -> None:
        """Gives a leaf of one entry its value; all that was computed is forgotten."""
        self._known[name] = [[number]]
        self._memory.clear()

    def define(self, name: str, expr: Expr) -> Rows | None:
        """The value of a name that is computed."""
        self._known[name] = self.value(expr)
        return self._known[name]

    def value(self, expr: Expr) -> Rows | None:
        """The value of an expression; None if it has none or is of a kind that is not known."""
        if isinstance(expr, Symbol):
            return self._known.get(expr.name)
        known = self._memory.get(id(expr))
        if known is None:
            parts = [self.value(child) for child in children(expr)]
            value = None
            if None not in parts:
                try:
                    value = self._of(expr, parts)  # type: ignore[arg-type]
                except (ArithmeticError, ValueError):
                    value = None
            known = self._memory[id(expr)] = (expr, value)
        return known[1]

    def _of(self, expr: Expr, parts: list[Rows]) -> Rows | None:
        match expr:
            case Number(value=value):
                return [[float(value)]]
            case Size(dim=dim):
                known = isinstance(dim, str) and dim[0] == "n" and dim[1:].isdigit()
                return [[float(dim[1:]) if known else float(self.length(dim))]]
            case Eye(dim=dim):
                size = self.length(dim)
                return [[float(i == j) for j in range(size)] for i in range(size)]
            case Transpose():
                return [list(column) for column in zip(*parts[0], strict=True)]
            case MatMul():
                turned = list(zip(*parts[1], strict=True))
                return [[_dot(row, column) for column in turned] for row in parts[0]]
            case Times():
                return _broadcast(lambda a, b: a * b, *parts)
            case Plus():
                return _broadcast(lambda a, b: a + b, *parts)
            case Power(exponent=exponent):
                return [[_power(x, exponent) for x in row] for row in parts[0]]
            case Sum(axis=0):
                return [[math.fsum(column) for column in zip(*parts[0], strict=True)]]
            case Sum():
                return [[math.fsum(row)] for row in parts[0]]
            case Build(body=body):
                plain = not any(isinstance(n, Symbol) and n.dims != (1, 1) for n in walk(body))
                rows, columns = map(self.length, expr.shape)
                return [[parts[0][0][0]] * columns for _ in range(rows)] if plain else None
            case Apply(function=name, order=order):
                rule = self._rule(name, order)
                return None if rule is None else [[rule(x) for x in row] for row in parts[0]]
        return None

    def _rule(self, name: str, order: int) -> Callable[[float], float] | None:
        """The derivative of a function of one variable, the first by a difference."""
        plain = _PRIMITIVES.get(name)
        if name in self.polynomials:
            coefficients = [float(c) for c in self.polynomials[name]]
            plain = lambda x: _horner(coefficients, x)  # noqa: E731
        elif plain is None or name in self.functions:
            body = self.functions[name].body if name in self.functions else None
            if body is not None:
                plain = lambda x: self._scalar(body, x)  # noqa: E731
        if plain is None or order > 1:
            return None
        return (lambda x: self._slope(name, x)[1]) if order else plain

    def _slope(self, name: str, x: float) -> tuple[float, float]:
        """The value and the derivative of a function at x."""
        body = self.functions[name].body if name in self.functions else None
        if body is not None:
            return self._dual(body, x)
        value = _PRIMITIVES[name](x)
        return value, _SLOPES[name](x, value)

    def _dual(self, expr: Expr, x: float) -> tuple[float, float]:
        match expr:
            case Symbol(name="x"):
                return x, 1.0
            case Plus(left=left, right=right):
                (a, da), (b, db) = self._dual(left, x), self._dual(right, x)
                return a + b, da + db
            case Times(left=left, right=right):
                first, second = self._dual_if_any(left, x), self._dual_if_any(right, x)
                if (0.0, 0.0) in (first, second):  # the case that is not taken has no value
                    return 0.0, 0.0
                if first is None or second is None:
                    raise ValueError("no value")
                (a, da), (b, db) = first, second
                return a * b, da * b + a * db
            case Power(base=base, exponent=exponent):
                a, da = self._dual(base, x)
                return _power(a, exponent), float(exponent) * _power(a, exponent - 1) * da
            case Apply(function=name, order=0, arg=arg):
                a, da = self._dual(arg, x)
                value, slope = self._slope(name, a)
                return value, slope * da
        value_of = self.value(expr)
        if value_of is None or any(isinstance(n, Symbol) and n.name == "x" for n in walk(expr)):
            raise ValueError("no value")
        return value_of[0][0], 0.0

    def _dual_if_any(self, expr: Expr, x: float) -> tuple[float, float] | None:
        try:
            return self._dual(expr, x)
        except (ArithmeticError, ValueError):
            return None

    def _scalar(self, body: Expr, x: float) -> float:
        return self._dual(body, x)[0]


def close(left: Rows, right: Rows, share: float = CLOSE) -> bool:
    """Whether two values of one shape agree but for rounding, a share of the largest entry."""
    size = 1e-6 + max((abs(x) for row in right for x in row), default=0.0)
    return all(
        abs(a - b) <= share * size
        for row, other in zip(left, right, strict=True)
        for a, b in zip(row, other, strict=True)
    )


def _dot(row: list[float], column: tuple[float, ...]) -> float:
    return math.fsum(a * b for a, b in zip(row, column, strict=True))


def _power(base: float, exponent: Fraction) -> float:
    return float(base ** int(exponent)) if exponent.denominator == 1 else math.pow(base, exponent)


def _horner(coefficients: list[float], x: float) -> float:
    value = 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


def _broadcast(rule: Callable[[float, float], float], left: Rows, right: Rows) -> Rows:
    rows, columns = max(len(left), len(right)), max(len(left[0]), len(right[0]))
    return [
        [rule(_entry(left, i, j), _entry(right, i, j)) for j in range(columns)] for i in range(rows)
    ]


def _entry(value: Rows, i: int, j: int) -> float:
    row = value[i if len(value) > 1 else 0]
    return row[j if len(row) > 1 else 0]
