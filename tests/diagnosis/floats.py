"""A float evaluator for tests: the truth of a statement, independent of engine and checker.

Values by NumPy, gradients by the complex step, an arbitrary function as a shifted sine.
"""

from __future__ import annotations

import math
import zlib

import numpy as np

from derive.program import (
    Apply,
    Equation,
    Expr,
    Eye,
    Gradient,
    MatMul,
    Number,
    Plus,
    Power,
    Program,
    Size,
    Statement,
    Sum,
    Symbol,
    Times,
    Transpose,
    function_body,
    walk,
)

Array = np.ndarray
STEP = 1e-30


class Floats:
    """One program at a few shapes with random values."""

    def __init__(self, program: Program, shapes: int = 2, seed: int = 0) -> None:
        self.program = program
        self.points = [_Point(program, seed + k, k) for k in range(shapes)]

    def agrees(self, statement: Statement) -> bool | None:
        """Whether both sides of an equation agree at every point."""
        assert isinstance(statement, Equation)
        return all(point.agrees(statement) for point in self.points)


class _Point:
    def __init__(self, program: Program, seed: int, which: int) -> None:
        self.program = program
        rng = np.random.default_rng(seed)
        dims = sorted(_dims(program))
        self.sizes = {dim: 2 + (k + which) % 4 for k, dim in enumerate(dims)}
        if which % 2:
            self.sizes = dict.fromkeys(dims, 3)
        self.leaves = {}
        for name, leaf in program.leaves.items():
            value = rng.uniform(0.2, 1.5, self.shape(leaf.dims)) * rng.choice(
                [-1.0, 1.0], self.shape(leaf.dims)
            )
            if leaf.domain != "real":
                value = np.abs(value) / 2
            if leaf.sums_to_one is not None:
                value = np.abs(value) / np.abs(value).sum(axis=leaf.sums_to_one, keepdims=True)
            self.leaves[name] = value.astype(complex)
        self.values = self.run({})
        self.gradients: dict[str, Array] = {}

    def shape(self, dims: tuple[str | int, str | int]) -> tuple[int, int]:
        rows, columns = (d if isinstance(d, int) else self.sizes[d] for d in dims)
        return rows, columns

    def run(self, fixed: dict[str, Array]) -> dict[str, Array]:
        values = {**self.leaves, **fixed}
        for name, body in self.program.definitions.items():
            if name not in fixed:
                values[name] = self.value(body, values)
        return values

    def agrees(self, statement: Equation) -> bool:
        left = self.value(statement.left, self.values)
        right = self.value(statement.right, self.values)
        close = np.abs(left - right) <= 1e-8 * (1 + np.abs(left) + np.abs(right))
        return bool(np.all(close))

    def gradient(self, name: str) -> Array:
        if name not in self.gradients:
            base = self.values[name]
            out = np.zeros_like(base)
            for place in np.ndindex(base.shape):
                moved = base.copy()
                moved[place] += STEP * 1j
                cost = self.run({name: moved})[self.program.cost or ""]
                out[place] = cost[0, 0].imag / STEP
            self.gradients[name] = out
        return self.gradients[name]

    def value(self, expr: Expr, values: dict[str, Array]) -> Array:
        def at(inner: Expr) -> Array:
            return self.value(inner, values)

        match expr:
            case Number(value=value):
                return np.array([[complex(value)]])
            case Size(dim=dim):
                return np.array([[complex(self.sizes[dim])]])
            case Symbol(name=name):
                return values[name]
            case Gradient(name=name):
                return self.gradient(name)
            case Eye(dim=dim):
                return np.eye(self.sizes[dim] if isinstance(dim, str) else dim).astype(complex)
            case Transpose(arg=arg):
                return at(arg).T
            case MatMul(left=left, right=right):
                return at(left) @ at(right)
            case Times(left=left, right=right):
                return at(left) * at(right)
            case Plus(left=left, right=right):
                return at(left) + at(right)
            case Power(base=base, exponent=exponent):
                return at(base) ** float(exponent)
            case Sum(arg=arg, axis=axis):
                return at(arg).sum(axis=axis, keepdims=True)
            case Apply(function=function, order=order, arg=arg):
                return self.call(function, order, at(arg))
        raise TypeError(type(expr).__name__)

    def call(self, function: str, order: int, x: Array) -> Array:
        primitive = {
            "exp": np.exp,
            "log": np.log,
            "step": lambda v: (v.real > 0).astype(complex),
        }
        if function in primitive:
            if order and function == "log":
                return (-1.0) ** (order - 1) * math.factorial(order - 1) * x ** (-float(order))
            return 0 * x if order and function == "step" else primitive[function](x)
        body = self.program.functions[function].body
        if body is None:
            shift = zlib.crc32(function.encode()) % 7 / 3
            return np.sin(x + shift + order * np.pi / 2)
        if order:
            return self.call(function, order - 1, x + STEP * 1j).imag / STEP + 0j
        leaf = Symbol("argument", ("argument_rows", "argument_columns"))
        return self.value(function_body(body, leaf), {**self.leaves, "argument": x})


def _dims(program: Program) -> set[str]:
    shapes = [leaf.dims for leaf in program.leaves.values()]
    found = {d for shape in shapes for d in shape if isinstance(d, str)}
    for body in program.definitions.values():
        found |= {node.dim for node in walk(body) if isinstance(node, Size)}
    return found
