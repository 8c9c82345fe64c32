"""Shuffled mini-batches, gathered into the same few buffers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike

from codegen.runtime.checks import Array
from codegen.runtime.network import Network


class _Gather:
    """Copies chosen examples of an array into a buffer, along the array's own memory order."""

    def __init__(self, array: Array, axis: int, dtype: DTypeLike) -> None:
        self.flip = array.ndim == 2 and array.flags.f_contiguous and not array.flags.c_contiguous
        self.source = array.T if self.flip else array
        self.axis = (1 - axis if self.flip else axis) if array.ndim == 2 else 0
        self.dtype = np.dtype(dtype)
        self.buffers: dict[int, tuple[Array, Array]] = {}

    def __call__(self, index: Array) -> Array:
        raw, out = self.buffers.get(len(index)) or self._allocate(len(index))
        # "clip" writes straight into the buffer; the indices are known to be in range
        np.take(self.source, index, axis=self.axis, out=raw, mode="clip")
        if raw is not out:
            np.copyto(out, raw, casting="same_kind" if raw.dtype.kind == "f" else "unsafe")
        return out.T if self.flip else out

    def _allocate(self, size: int) -> tuple[Array, Array]:
        shape = list(self.source.shape)
        shape[self.axis] = size
        raw = np.empty(shape, self.source.dtype)
        out = raw if raw.dtype == self.dtype else np.empty(shape, self.dtype)
        self.buffers[size] = (raw, out)
        return raw, out


def taken(array: Array, index: Array, axis: int) -> Array:
    """A copy of the examples `index` of data or labels, in the memory order of the array."""
    return _Gather(array, axis, array.dtype)(index)


class Batches:
    """Shuffled mini-batches of a data set that is not copied, each in the same few buffers."""

    def __init__(
        self,
        network: Network,
        X: Array,
        Y: Array,
        size: int,
        dtype: DTypeLike,
        weights: Array | None = None,
    ) -> None:
        self.network, self.size, self.dtype = network, size, np.dtype(dtype)
        self.m: int = X.shape[network.axis]
        self.take_x = _Gather(X, network.axis, dtype)
        self.take_y = _Gather(Y, network.axis, Y.dtype if Y.ndim == 1 else dtype)
        self.weights = None if weights is None else np.ravel(weights)
        self.hot: dict[int, Array] = {}

    @property
    def count(self) -> int:
        """How many batches an epoch has."""
        return -(-self.m // self.size)

    def epoch(
        self, rng: np.random.Generator, skip: int = 0
    ) -> Iterator[tuple[int, tuple[Array, ...]]]:
        """Size and arrays of each batch in a new random order; the last holds what is left.

        skip: how many batches are left out at the start.
        """
        order = rng.permutation(self.m)
        for start in range(skip * self.size, self.m, self.size):
            index = order[start : start + self.size]
            weights = () if self.weights is None else (self.weights[index],)
            yield len(index), (self.take_x(index), self._targets(index), *weights)

    def _targets(self, index: Array) -> Array:
        y = self.take_y(index)
        if y.ndim == 2:
            return y
        if len(y) not in self.hot:
            shape = self.network.shape(self.network.outputs, len(y))
            self.hot[len(y)] = np.empty(shape, self.dtype)
        return self.network.one_hot(y, out=self.hot[len(y)])
