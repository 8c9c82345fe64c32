"""Arrays over a domain, as lists of rows, with axes that may carry weights.

A weighted axis is summed with its weights; its identity matrix and deltas are divided by them,
and its size is the sum of the weights.  All rules of tensor calculus stay true, but a size is
no longer a number that could hit an accident such as m - 3 = 0 (see `derive.check.shape`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from derive.check.domains import Domain, Scalar
from derive.program import Dim, Shape

Array = list[list[Scalar]]


class Axes:
    """Sizes and weights of the dimensions, and the operations that need them."""

    def __init__(
        self,
        domain: Domain,
        sizes: Mapping[str, int],
        weights: Mapping[str, list[Scalar]] | None,
    ) -> None:
        self.domain, self.sizes, self.weights = domain, sizes, weights or {}
        self.zero, self.one = domain.number(0), domain.number(1)
        self._along: dict[Dim, list[Scalar] | None] = {}

    def size(self, dim: Dim) -> int:
        return dim if isinstance(dim, int) else self.sizes[dim]

    def along(self, dim: Dim) -> list[Scalar] | None:
        """The weights of a dimension, None if it has none."""
        if dim not in self._along:
            self._along[dim] = self.weights.get(dim) if isinstance(dim, str) else None
        return self._along[dim]

    def weight(self, dim: Dim, k: int) -> Scalar:
        weights = self.along(dim)
        return self.one if weights is None else weights[k]

    def reciprocal(self, dim: Dim, k: int) -> Scalar:
        return self.domain.power(self.weight(dim, k), Fraction(-1))

    def weighted(self, array: Array, dim: Dim) -> Array:
        """The rows times the weights of the first axis."""
        weights = self.along(dim)
        if weights is None:
            return array
        mul = self.domain.mul
        return [[mul(w, a) for a in row] for w, row in zip(weights, array, strict=True)]

    def full(self, shape: Shape, value: Scalar) -> Array:
        return [[value] * self.size(shape[1]) for _ in range(self.size(shape[0]))]

    def zip_with(self, op: Callable[[Any, Any], Any], left: Array, right: Array) -> Array:
        """Entry by entry, stretching axes of size 1."""
        rows, columns = max(len(left), len(right)), max(len(left[0]), len(right[0]))
        left, right = stretch(left, rows, columns), stretch(right, rows, columns)
        return [list(map(op, r, s)) for r, s in zip(left, right, strict=True)]

    def product(self, left: Array, right: Array, dim: Dim) -> Array:
        """The matrix product; `dim` is the dimension that is summed."""
        dot, columns = self.domain.dot, transposed(self.weighted(right, dim))
        return [[dot(row, column) for column in columns] for row in left]

    def reduced(self, array: Array, shape: Shape, axis: int) -> Array:
        """The sum along an axis, kept with size 1; `shape` is that of the array."""
        if axis == 1:
            return transposed(self.reduced(transposed(array), (shape[1], shape[0]), 0))
        ones = [self.one] * len(array)
        columns = transposed(self.weighted(array, shape[0]))
        return [[self.domain.dot(ones, column) for column in columns]]

    def fitted(self, array: Array, shape: Shape, wanted: Shape) -> Array:
        """Sums along the axes that were stretched from `wanted` to `shape`."""
        for axis in (0, 1):
            if wanted[axis] == 1 and shape[axis] != 1:
                array = self.reduced(array, shape, axis)
                shape = (1, shape[1]) if axis == 0 else (shape[0], 1)
        return array


def transposed(array: Array) -> Array:
    """Rows and columns swapped."""
    return [list(column) for column in zip(*array, strict=True)]


def stretch(array: Array, rows: int, columns: int) -> Array:
    """The array with axes of size 1 repeated."""
    if len(array[0]) != columns:
        array = [row * columns for row in array]
    return array if len(array) == rows else [array[0]] * rows
