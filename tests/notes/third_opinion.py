"""Expressions evaluated with SymPy, every gradient by `sympy.diff`, entry by entry.

A third opinion beside engine and checker: no index algebra, no rule for matrices.  Sizes are
small and fixed, leaves hold exact rationals, what is computed has 40 digits; to differentiate
by an entry, that one entry becomes a symbol and everything downstream an expression in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import sympy as sp

from derive.program import (
    ARGUMENT,
    Apply,
    Build,
    Delta,
    Dim,
    Entry,
    Equation,
    Expr,
    Eye,
    Gradient,
    MatMul,
    Number,
    Partial,
    Plus,
    Power,
    Program,
    Size,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
)

DIGITS = 40
X = sp.Symbol("x", real=True)
PRIMITIVES = {
    "exp": sp.exp, "log": sp.log, "erf": sp.erf, "sin": sp.sin, "cos": sp.cos,
    "step": lambda x: sp.Heaviside(x, 0),
}  # fmt: skip


def sizes_of(program: Program) -> dict[str, int]:
    """2-3-2-..., and two examples."""
    dims = {d for leaf in program.leaves.values() for d in leaf.dims if isinstance(d, str)}
    layers = {d: 3 if int(d[2:]) % 2 else 2 for d in dims if d.startswith("n_")}
    return {d: layers.get(d, 2) for d in sorted(dims)}


@dataclass
class ThirdOpinion:
    """A program at one point."""

    program: Program
    seed: int = 1
    sizes: dict[str, int] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    gradients: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sizes = sizes_of(self.program)
        number = self.seed
        for name, leaf in sorted(self.program.leaves.items()):
            rows, columns = (self.size(d) for d in leaf.dims)
            entries = []
            for _ in range(rows * columns):
                number = (number * 48271 + 11) % 2147483647
                low = sp.Rational(number % 89 + 5, 100)  # strictly between 0 and 1
                entries.append(low if leaf.domain != "real" else 2 * low - 1)
            matrix = sp.Matrix(rows, columns, entries)
            if leaf.sums_to_one is not None:
                matrix = self._summing_to_one(matrix, leaf.sums_to_one)
            self.values[name] = matrix
        self.values = self.run({})

    @staticmethod
    def _summing_to_one(matrix: Any, axis: int) -> Any:
        matrix = matrix.applyfunc(lambda e: abs(e) + sp.Rational(1, 10))
        if axis == 0:
            totals = [sum(matrix[:, j]) for j in range(matrix.cols)]
            return sp.Matrix(*matrix.shape, lambda i, j: matrix[i, j] / totals[j])
        totals = [sum(matrix[i, :]) for i in range(matrix.rows)]
        return sp.Matrix(*matrix.shape, lambda i, j: matrix[i, j] / totals[i])

    def size(self, dim: Dim) -> int:
        return dim if isinstance(dim, int) else self.sizes[dim]

    def run(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """All values; those in `held` are kept whatever they would be computed from."""
        values = {name: self.values[name] for name in self.program.leaves} | dict(held)
        for name, body in self.program.definitions.items():
            if name not in held:
                values[name] = _short(Reader(self, values).value(body))
        return values

    def derivative(self, body: Expr, name: str, row: int, column: int, env: Any) -> Any:
        """The derivative of a scalar by one entry of a leaf or definition."""
        moved = self.values[name].as_mutable()
        at = moved[row, column]
        moved[row, column] = X
        values = self.run({name: moved})
        value = Reader(self, values, env).value(body)[0, 0]
        return sp.N(sp.diff(value, X).subs(X, at), DIGITS)

    def gradient(self, name: str) -> Any:
        """The gradient of the cost, entry by entry."""
        assert self.program.cost is not None
        if name not in self.gradients:
            cost = self.program.symbol(self.program.cost)
            self.gradients[name] = sp.Matrix(
                *self.values[name].shape, lambda i, j: self.derivative(cost, name, i, j, {})
            )
        return self.gradients[name]

    def gap(self, statement: Equation) -> Any:
        """The largest difference between the sides over all values of the free indices."""
        worst = sp.Integer(0)
        ranges = [range(self.size(index.dim)) for index in statement.free]
        for places in product(*ranges):
            env = {index.name: at for index, at in zip(statement.free, places, strict=True)}
            reader = Reader(self, self.values, env)
            difference = reader.value(statement.left) - reader.value(statement.right)
            worst = max([worst, *(abs(sp.N(e, DIGITS)) for e in difference)])
        return worst


def _short(matrix: Any) -> Any:
    """Numbers to 40 digits; expressions in the symbol stay as they are."""
    return matrix.applyfunc(lambda e: e if e.has(X) else sp.N(e, DIGITS + 10))


@dataclass
class Reader:
    """Values of expressions at a point, given values of names and of indices."""

    point: ThirdOpinion
    values: Mapping[str, Any]
    env: Mapping[str, int] = field(default_factory=dict)

    def value(self, expr: Expr) -> Any:
        """A SymPy matrix."""
        match expr:
            case Number(value=value):
                return sp.Matrix([[sp.Rational(value.numerator, value.denominator)]])
            case Size(dim=dim):
                return sp.Matrix([[self.point.size(dim)]])
            case Symbol(name=name):
                return self.values[name]
            case Eye(dim=dim):
                return sp.eye(self.point.size(dim))
            case Transpose(arg=arg):
                return self.value(arg).T
            case MatMul(left=left, right=right):
                return self.value(left) * self.value(right)
            case Times(left=left, right=right):
                return self._entrywise(left, right, lambda a, b: a * b)
            case Plus(left=left, right=right):
                return self._entrywise(left, right, lambda a, b: a + b)
            case Power(base=base, exponent=e):
                power = sp.Rational(e.numerator, e.denominator)
                return self.value(base).applyfunc(lambda x: x**power)
            case Sum(arg=arg, axis=axis):
                matrix = self.value(arg)
                ones = sp.ones(1, matrix.rows) if axis == 0 else sp.ones(matrix.cols, 1)
                return ones * matrix if axis == 0 else matrix * ones
            case Apply(function=name, order=order, arg=arg):
                formula = sp.diff(self._formula(name), X, order)
                return self.value(arg).applyfunc(lambda x: formula.subs(X, x))
            case Gradient(name=name):
                return self.point.gradient(name)
        return self._indexed(expr)

    def _indexed(self, expr: Expr) -> Any:
        match expr:
            case Entry(arg=arg, row=row, column=column):
                matrix = self.value(arg)
                rows = range(matrix.rows) if row is None else [self.env[row.name]]
                columns = range(matrix.cols) if column is None else [self.env[column.name]]
                return matrix.extract(list(rows), list(columns))
            case SumOver(index=index, body=body):
                parts = [self._with(index.name, k).value(body)
                         for k in range(self.point.size(index.dim))]  # fmt: skip
                return sum(parts[1:], parts[0])
            case Build(row=row, column=column, body=body):

                def entry(i: int, j: int) -> Any:
                    reader = self if row is None else self._with(row.name, i)
                    reader = reader if column is None else reader._with(column.name, j)
                    return reader.value(body)[0, 0]

                rows, columns = (self.point.size(d) for d in expr.shape)
                return sp.Matrix(rows, columns, entry)
            case Delta(left=left, right=right):
                return sp.Matrix([[int(self.env[left.name] == self.env[right.name])]])
            case Partial(body=body, name=name, row=row, column=column):
                at = [0 if index is None else self.env[index.name] for index in (row, column)]
                return sp.Matrix([[self.point.derivative(body, name, at[0], at[1], self.env)]])
        raise TypeError(f"third opinion: unknown expression {type(expr).__name__}")

    def _with(self, name: str, at: int) -> Reader:
        return Reader(self.point, self.values, {**self.env, name: at})

    def _entrywise(self, left: Expr, right: Expr, operation: Any) -> Any:
        one, two = self.value(left), self.value(right)
        shape = (max(one.rows, two.rows), max(one.cols, two.cols))

        def entry(i: int, j: int) -> Any:
            a = one[i if one.rows > 1 else 0, j if one.cols > 1 else 0]
            b = two[i if two.rows > 1 else 0, j if two.cols > 1 else 0]
            return operation(a, b)

        return sp.Matrix(*shape, entry)

    def _formula(self, name: str) -> Any:
        """A function as a SymPy expression in x; an arbitrary one is a wave and a square."""
        if name in PRIMITIVES:
            return PRIMITIVES[name](X)
        body = self.point.program.functions[name].body
        if body is None:
            number = sorted(self.point.program.functions).index(name) + 2
            return sp.sin(sp.Rational(number, 3) * X) + X**2 / number
        inner = Reader(self.point, {**self.values, ARGUMENT: sp.Matrix([[X]])}, self.env)
        return inner.value(body)[0, 0]
