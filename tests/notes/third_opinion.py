"""Expressions evaluated in 90 digits, every gradient a difference quotient.

A third opinion beside engine and checker: no index algebra, no rule for matrices, and of the
calculus nothing but the derivatives of single functions, by SymPy.  Sizes are small and fixed;
to differentiate by an entry, that entry is moved by 1e-30 to both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import mpmath
import numpy as np
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

Matrix = Any
"""A two-dimensional array of `mpmath` numbers."""
DIGITS = 90
STEP = mpmath.mpf(10) ** -30
"""The quotient is off by the square of it, times a third derivative."""
X = sp.Symbol("x", real=True)
PRIMITIVES = {
    "exp": sp.exp, "log": sp.log, "erf": sp.erf, "sin": sp.sin, "cos": sp.cos,
    "step": lambda x: sp.Piecewise((1, x > 0), (0, True)),
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
    values: dict[str, Matrix] = field(default_factory=dict)
    functions: dict[tuple[str, int], Callable[[Any], Any]] = field(default_factory=dict)
    _gradients: dict[str, Matrix] = field(default_factory=dict)
    _moved: dict[tuple[str, int, int], list[dict[str, Matrix]]] = field(default_factory=dict)

    @mpmath.workdps(DIGITS)
    def __post_init__(self) -> None:
        self.sizes = sizes_of(self.program)
        number = self.seed
        for name, leaf in sorted(self.program.leaves.items()):
            matrix = np.empty([self.size(d) for d in leaf.dims], object)
            for place in np.ndindex(matrix.shape):
                number = (number * 48271 + 11) % 2147483647
                low = mpmath.mpf(number % 89 + 5) / 100  # strictly between 0 and 1
                matrix[place] = low if leaf.domain != "real" else 2 * low - 1
            if leaf.sums_to_one is not None:
                matrix = abs(matrix) + mpmath.mpf(1) / 10
                matrix = matrix / matrix.sum(axis=leaf.sums_to_one, keepdims=True)
            self.values[name] = matrix
        self.values = self.run({})

    def size(self, dim: Dim) -> int:
        return dim if isinstance(dim, int) else self.sizes[dim]

    def run(self, held: Mapping[str, Matrix]) -> dict[str, Matrix]:
        """All values; those in `held` are kept whatever they would be computed from."""
        values = {name: self.values[name] for name in self.program.leaves} | dict(held)
        for name, body in self.program.definitions.items():
            if name not in held:
                values[name] = Reader(self, values).value(body)
        return values

    def derivative(self, body: Expr, name: str, row: int, column: int, env: Any) -> Any:
        """The derivative of a scalar by one entry of a leaf or definition."""
        if (name, row, column) not in self._moved:
            sides = []
            for step in (STEP, -STEP):
                matrix = self.values[name].copy()
                matrix[row, column] += step
                sides.append(self.run({name: matrix}))
            self._moved[name, row, column] = sides
        above, below = (
            Reader(self, values, env).value(body)[0, 0] for values in self._moved[name, row, column]
        )
        return (above - below) / (2 * STEP)

    def gradient(self, name: str) -> Matrix:
        """The gradient of the cost, entry by entry."""
        assert self.program.cost is not None
        if name not in self._gradients:
            cost = self.program.symbol(self.program.cost)
            found = np.empty(self.values[name].shape, object)
            for i, j in np.ndindex(found.shape):
                found[i, j] = self.derivative(cost, name, i, j, {})
            self._gradients[name] = found
        return self._gradients[name]

    def function(self, name: str, order: int) -> Callable[[Any], Any]:
        """A derivative of a function, as a function of numbers."""
        if (name, order) not in self.functions:
            formula = sp.diff(self._formula(name, X), X, order)
            self.functions[name, order] = sp.lambdify(X, formula, "mpmath")
        return self.functions[name, order]

    def _formula(self, name: str, at: Any) -> Any:
        """A function as a SymPy expression; an arbitrary one is a wave and a square."""
        if name in PRIMITIVES:
            return PRIMITIVES[name](at)
        body = self.program.functions[name].body
        if body is None:
            number = sorted(self.program.functions).index(name) + 2
            return sp.sin(sp.Rational(number, 3) * at) + at**2 / number
        return self._read(body, at)

    def _read(self, body: Expr, at: Any) -> Any:
        match body:
            case Number(value=value):
                return sp.Rational(value.numerator, value.denominator)
            case Symbol(name=name) if name == ARGUMENT:
                return at
            case Symbol(name="pi"):
                return sp.pi
            case Symbol(name=name):
                return sp.sympify(self.values[name][0, 0])
            case Plus(left=left, right=right):
                return self._read(left, at) + self._read(right, at)
            case Times(left=left, right=right):
                return self._read(left, at) * self._read(right, at)
            case Power(base=base, exponent=e):
                return self._read(base, at) ** sp.Rational(e.numerator, e.denominator)
            case Apply(function=name, order=order, arg=arg):
                derived = sp.diff(self._formula(name, X), X, order)
                return derived.subs(X, self._read(arg, at))
        raise TypeError(f"third opinion: {type(body).__name__} in the body of a function")

    @mpmath.workdps(DIGITS)
    def gap(self, statement: Equation) -> Any:
        """The largest difference between the sides over all values of the free indices."""
        worst = mpmath.mpf(0)
        ranges = [range(self.size(index.dim)) for index in statement.free]
        for places in product(*ranges):
            env = {index.name: at for index, at in zip(statement.free, places, strict=True)}
            reader = Reader(self, self.values, env)
            difference = reader.value(statement.left) - reader.value(statement.right)
            worst = max(worst, abs(difference).max())
        return worst


def _one(value: Any) -> Matrix:
    return np.array([[mpmath.mpf(value)]], object)


@dataclass
class Reader:
    """Values of expressions at a point, given values of names and of indices."""

    point: ThirdOpinion
    values: Mapping[str, Matrix]
    env: Mapping[str, int] = field(default_factory=dict)

    def value(self, expr: Expr) -> Matrix:
        """A matrix of the shape of the expression."""
        match expr:
            case Number(value=value):
                return _one(value.numerator) / value.denominator
            case Size(dim=dim):
                return _one(self.point.size(dim))
            case Symbol(name=name):
                return self.values[name]
            case Eye(dim=dim):
                return np.vectorize(mpmath.mpf, otypes=[object])(np.eye(self.point.size(dim)))
            case Transpose(arg=arg):
                return self.value(arg).T
            case MatMul(left=left, right=right):
                return self.value(left) @ self.value(right)
            case Times(left=left, right=right):
                return self.value(left) * self.value(right)
            case Plus(left=left, right=right):
                return self.value(left) + self.value(right)
            case Power(base=base, exponent=e):
                return self.value(base) ** (mpmath.mpf(e.numerator) / e.denominator)
            case Sum(arg=arg, axis=axis):
                return self.value(arg).sum(axis=axis, keepdims=True)
            case Apply(function=name, order=order, arg=arg):
                function = np.vectorize(self.point.function(name, order), otypes=[object])
                return function(self.value(arg)) * mpmath.mpf(1)
            case Gradient(name=name):
                return self.point.gradient(name)
        return self._indexed(expr)

    def _indexed(self, expr: Expr) -> Matrix:
        match expr:
            case Entry(arg=arg, row=row, column=column):
                rows = slice(None) if row is None else [self.env[row.name]]
                columns = slice(None) if column is None else [self.env[column.name]]
                return self.value(arg)[rows, :][:, columns]
            case SumOver(index=index, body=body):
                parts = [self._with(index.name, k).value(body)
                         for k in range(self.point.size(index.dim))]  # fmt: skip
                return sum(parts[1:], parts[0])
            case Build(row=row, column=column, body=body):
                built = np.empty([self.point.size(d) for d in expr.shape], object)
                for i, j in np.ndindex(built.shape):
                    reader = self if row is None else self._with(row.name, i)
                    reader = reader if column is None else reader._with(column.name, j)
                    built[i, j] = reader.value(body)[0, 0]
                return built
            case Delta(left=left, right=right):
                return _one(int(self.env[left.name] == self.env[right.name]))
            case Partial(body=body, name=name, row=row, column=column):
                at = [0 if index is None else self.env[index.name] for index in (row, column)]
                return _one(self.point.derivative(body, name, at[0], at[1], self.env))
        raise TypeError(f"third opinion: unknown expression {type(expr).__name__}")

    def _with(self, name: str, at: int) -> Reader:
        return Reader(self.point, self.values, {**self.env, name: at})
