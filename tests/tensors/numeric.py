"""Floating-point values of expressions and of index terms, by two unrelated ways.

Arrays come from NumPy operations on the expression; terms are summed index by index.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from derive import program as p
from derive.program import Dim, Expr
from derive.scalars import table
from derive.tensors.terms import Atom, Index, Poly

Array = NDArray[np.float64]
Function = Callable[[float, int], float]

SIN: Function = lambda x, k: math.sin(x + k * math.pi / 2)  # noqa: E731
"""An arbitrary smooth function with all its derivatives."""

PRIMITIVE: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "step": lambda x: float(x > 0),
    "erf": math.erf,
    "sin": math.sin,
    "cos": math.cos,
}


class World:
    """Sizes of dimensions, values of tensors, and functions that have no body."""

    def __init__(
        self,
        sizes: Mapping[str, int],
        values: Mapping[str, Array],
        functions: Mapping[str, Function] | None = None,
    ) -> None:
        self.sizes = sizes
        self.values = {name: np.asarray(v, dtype=float) for name, v in values.items()}
        self.functions = functions or {"g": SIN}

    def size(self, dim: Dim) -> int:
        return dim if isinstance(dim, int) else self.sizes[dim]

    def function(self, name: str, order: int, x: float) -> float:
        if name in self.functions:
            return self.functions[name](x, order)
        if order == 0 and name in PRIMITIVE:
            return PRIMITIVE[name](x)
        formula = table.derivative(name, order)
        assert formula is not None
        inner = World(
            self.sizes, {**self.values, "x": np.array([[x]]), "pi": np.array([[math.pi]])}
        )
        return float(inner.array(formula)[0, 0])

    # -- expressions --------------------------------------------------------------------------

    def array(self, e: Expr) -> Array:
        """The value of a matrix expression without gradients and indices."""
        match e:
            case p.Number(value=v):
                return np.array([[float(v)]])
            case p.Size(dim=d):
                return np.array([[float(self.size(d))]])
            case p.Symbol(name=n):
                return self.values[n]
            case p.Eye(dim=d):
                return np.eye(self.size(d))
            case p.Transpose(arg=a):
                return self.array(a).T
            case p.MatMul(left=a, right=b):
                return self.array(a) @ self.array(b)
            case p.Times(left=a, right=b):
                return self.array(a) * self.array(b)
            case p.Plus(left=a, right=b):
                return self.array(a) + self.array(b)
            case p.Power(base=a, exponent=x):
                return np.asarray(self.array(a) ** float(x))
            case p.Sum(arg=a, axis=axis):
                value = self.array(a)
                shape = [self.size(d) for d in a.shape]
                return np.asarray(np.broadcast_to(value, shape).sum(axis=axis, keepdims=True))
            case p.Apply(function=f, order=k, arg=a):
                return np.vectorize(lambda x: self.function(f, k, float(x)), otypes=[float])(
                    self.array(a)
                )
        raise TypeError(type(e).__name__)

    # -- terms --------------------------------------------------------------------------------

    def term(self, poly: Poly, at: Mapping[Index, int]) -> float:
        """The value of an index term at given values of its free indices."""
        out = 0.0
        for m, c in poly.terms.items():
            for places in product(*(range(self.size(i.dim)) for i in m.bound)):
                inner = {**at, **dict(zip(m.bound, places, strict=True))}
                out += float(c) * math.prod(self._atom(a, inner) ** float(e) for a, e in m.factors)
        return out

    def _atom(self, a: Atom, at: Mapping[Index, int]) -> float:
        if a.kind == "size":
            return float(self.size(a.name))
        if a.kind == "delta":
            return float(at[a.indices[0]] == at[a.indices[1]])
        if a.kind == "entry":
            return self._entry(a, at)
        x = self.term(a.argument, at)
        match a.kind:
            case "call":
                return self.function(a.name, a.order, x)
            case "logistic":
                return 1 / (1 + math.exp(x))
            case "base":
                return x
        return PRIMITIVE[a.kind](x)

    def _entry(self, a: Atom, at: Mapping[Index, int]) -> float:
        value = self.values[a.name]
        places = iter(a.indices)
        # An axis of size 1 carries no index; symbolic dimensions are never of size 1 here.
        where = tuple(0 if length == 1 else at[next(places)] for length in value.shape)
        return float(value[where])
