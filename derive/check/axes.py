"""Arrays, and the axes that they run along: sizes and weights.

A weighted axis is summed with its weights; its identity matrix and deltas, and derivatives by its
entries, are divided by them, and its size is the sum of the weights.  All rules of tensor
calculus stay true, but a size is no longer a number that could hit an accident such as
m - 3 = 0 (see `derive.check.shape`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from derive.check.domains import Domain, Scalar, Unsupported
from derive.program import Dim, Shape

Array = list[list[Scalar]]
MINUS_ONE: Final = Fraction(-1)


def transposed(array: Array) -> Array:
    """Rows and columns swapped."""
    return [list(column) for column in zip(*array, strict=True)]


def stretch(array: Array, rows: int, columns: int) -> Array:
    """The array with axes of size 1 repeated."""
    if len(array[0]) != columns:
        array = [row * columns for row in array]
    return array if len(array) == rows else [array[0]] * rows


def zipped(op: Callable[[Any, Any], Any], left: Array, right: Array) -> Array:
    """Entry by entry, stretching axes of size 1."""
    rows, columns = max(len(left), len(right)), max(len(left[0]), len(right[0]))
    left, right = stretch(left, rows, columns), stretch(right, rows, columns)
    return [list(map(op, r, s)) for r, s in zip(left, right, strict=True)]


class Axes:
    """The sizes of all dimensions at a point, with the weights of those that have some.

    along: the weights that are known already, shared with whoever gives them.
    """

    def __init__(
        self,
        domain: Domain,
        sizes: Mapping[str, int],
        weights: Callable[[str], list[Scalar] | None] | None,
        along: dict[Dim, list[Scalar] | None] | None = None,
    ) -> None:
        self.domain, self.sizes, self.weights = domain, sizes, weights
        self.zero, self.one = domain.number(0), domain.number(1)
        self._along: dict[Dim, list[Scalar] | None] = {} if along is None else along

    def size(self, dim: Dim) -> int:
        return dim if isinstance(dim, int) else self.sizes[dim]

    def along(self, dim: Dim) -> list[Scalar] | None:
        """The weights of a dimension, None if it has none."""
        if dim not in self._along:
            given = self.weights if isinstance(dim, str) else None
            self._along[dim] = given(str(dim)) if given is not None else None
        return self._along[dim]

    def measure(self, dim: str) -> Scalar:
        """The size of a dimension as a number: the sum of its weights."""
        weights = self.along(dim)
        if weights is None and dim not in self.sizes:
            raise Unsupported(f"nothing has the size {dim}")
        if weights is None:
            return self.domain.number(self.sizes[dim])
        return self.domain.dot([self.one] * len(weights), weights)

    def weight(self, dim: Dim, k: int) -> Scalar:
        weights = self.along(dim)
        return self.one if weights is None else weights[k]

    def reciprocal(self, dim: Dim, k: int) -> Scalar:
        weights = self.along(dim)
        return self.one if weights is None else self.domain.power(weights[k], MINUS_ONE)

    def weighted(self, array: Array, shape: Shape, by: Callable[[Dim, int], Scalar]) -> Array:
        """The entries times the weights of both axes, or times their reciprocals."""
        mul = self.domain.mul
        if self.along(shape[1]) is not None:
            row = [by(shape[1], k) for k in range(len(array[0]))]
            array = [list(map(mul, row, one)) for one in array]
        if self.along(shape[0]) is not None:
            array = [[mul(by(shape[0], k), a) for a in one] for k, one in enumerate(array)]
        return array

    def full(self, shape: Shape, value: Scalar) -> Array:
        return [[value] * self.size(shape[1]) for _ in range(self.size(shape[0]))]
