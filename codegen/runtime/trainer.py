"""Memory and checks of a training step; the mathematics is the network's own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, ClassVar

import numpy as np

from codegen.runtime.checks import Array
from codegen.runtime.failures import NonFiniteLoss, explained
from codegen.runtime.network import Network

Masks = tuple[Array, ...]
"""By what the outputs of the layers with dropout are multiplied."""


class BaseTrainer:
    """What every Trainer has: flat memory, a learning rate, accepted batches, a workspace.

    The Trainer of a network says what it needs (``network``, ``parameters``, ``state``,
    `_buffers`, `_constants`) and has the step itself.  ``_flat`` holds the parameters, their
    gradients and the optimiser's state, each one flat array; ``params`` and ``_dparams`` are
    views of the first two.
    """

    network: ClassVar[Network]
    parameters: ClassVar[Any]
    """The named tuple of the parameters."""
    state: ClassVar[int] = 0
    """How many arrays the optimiser keeps, all 0 at first."""
    chunk: ClassVar[int] = 0
    """About so many numbers are updated at a time, so that they stay in the cache; 0: all."""
    parts: ClassVar[tuple[int, ...]] = ()
    """How many arrays of parameters each update takes, where a step has several of them.

    Their gradients lie in the same memory then, one behind the other in time.
    """
    turned: ClassVar[tuple[str, ...]] = ()
    """Parameters that lie transposed in the flat memory, where products with them are faster."""
    rate: ClassVar[float]
    """The learning rate where none is given."""
    scalars: ClassVar[tuple[float, ...]] = ()
    """The numbers of the update, some of them set anew at each step."""
    dropout: ClassVar[tuple[tuple[int, float], ...]] = ()
    """Units and share of every layer of which a step leaves units out."""
    folds_rate: ClassVar[bool] = False
    """Whether the numbers of the workspace depend on the learning rate."""

    def __init__(
        self, params: Any, batch_size: int | None = None, *, learning_rate: float | None = None
    ) -> None:
        self._dtype = self.network.params(params)
        batch_size = self.network.batch_size if batch_size is None else batch_size
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
            raise ValueError(f"batch_size: got {batch_size!r}, needs an integer of at least 1")
        self.batch_size = batch_size
        self.steps = 0
        self._spaces: dict[int, tuple[tuple[Array, ...], tuple[Any, ...]]] = {}
        self._filled: dict[float, Array] = {}
        self._arrays: tuple[Array, ...] = ()
        self._numbers: tuple[Any, ...] = ()
        self._batch: tuple[Any, ...] = ()
        self.learning_rate = self.rate if learning_rate is None else learning_rate
        self._scalars = tuple(map(self._number, self.scalars))
        theta = np.concatenate(
            [
                np.ravel(array.T if name in self.turned else array)
                for name, array in zip(self.network.shapes, params, strict=True)
            ]
        )
        self._lay_out(theta)
        self._memory = [
            np.empty(rows * columns, self._dtype) for rows, columns in self._buffers(batch_size)
        ]
        self.masks: Masks = ()
        """Those of the last step."""
        self._mask_memory = [np.empty(n * batch_size, self._dtype) for n, _ in self.dropout]
        self._workspace(batch_size)

    def _buffers(self, m: int) -> tuple[tuple[int, int], ...]:
        """The shapes of the arrays that a step of m examples writes to."""
        raise NotImplementedError

    def _constants(self, m: int) -> tuple[Any, ...]:
        """The numbers that a step of m examples reads, most of them as arrays of the dtype."""
        raise NotImplementedError

    def _number(self, value: float) -> Array:
        """A number as an array without axes: several times as fast as a Python float."""
        return np.array(value, self._dtype)

    def _full(self, value: float, rows: int, columns: int) -> Array:
        """An array that holds one number, a view of memory that is filled once."""
        known = self._filled.get(value)
        if known is None or known.size < rows * columns:
            known = self._filled[value] = np.full(rows * columns, value, self._dtype)
        return known[: rows * columns].reshape(rows, columns)

    def _lay_out(self, theta: Array) -> None:
        """Parameters, gradients and state, each in one flat array, and views of them."""
        sizes = [rows * columns for rows, columns in self.network.shapes.values()]
        ends = [0, *accumulate(sizes)]
        trained = ends[len(sizes) - self.network.statistics]
        self.params = self._views(theta, ends)
        # where the parameters of each update begin, and the statistics, which have no update
        edges = [ends[k] for k in accumulate(self.parts, initial=0)] if self.parts else [0, trained]
        widest = max(end - start for start, end in pairwise(edges))
        begins = [start for start in ends if start < trained]
        places = [start - max(edge for edge in edges if edge <= start) for start in begins]
        places += [start - trained + widest for start in ends if start >= trained]
        gradient = np.empty(places[-1], self._dtype)
        self._dparams = self._views(gradient, places)
        self._running = theta[trained:]
        theta = theta[:trained]
        zeros = [np.zeros_like(theta) for _ in range(self.state)]
        self._flat = (theta, gradient[:widest], *zeros)
        chunks = [self._chunked(start, end) for start, end in pairwise(edges)]
        self._chunks: list[Any] = chunks if self.parts else chunks[0]

    def _views(self, flat: Array, places: Sequence[int]) -> Any:
        """A flat array as parameters, each from its place on; no copy."""
        views = []
        for (name, (rows, columns)), start in zip(
            self.network.shapes.items(), places, strict=False
        ):
            part = flat[start : start + rows * columns]
            turned = name in self.turned
            views.append(part.reshape(columns, rows).T if turned else part.reshape(rows, columns))
        return self.parameters(*views)

    def _chunked(self, start: int, end: int) -> list[tuple[Array, ...]]:
        """Views of parameters from start to end, their gradients and their state, by chunks."""
        theta, gradient, *state = self._flat
        pieces = max(1, round((end - start) / self.chunk)) if self.chunk else 1
        inner = range(start, end, max(1, math.ceil((end - start) / pieces)))
        return [
            (theta[k:till], gradient[k - start : till - start], *(array[k:till] for array in state))
            for k, till in ((k, min(k + inner.step, end)) for k in inner)
        ]

    @property
    def learning_rate(self) -> float:
        """The rate of the next step."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        if not (math.isfinite(rate) and rate > 0):
            raise ValueError(f"learning_rate: got {rate!r}, needs a number greater than 0")
        self._learning_rate = float(rate)
        if self.folds_rate:
            self._spaces.clear()
            if self._batch:
                self._workspace(self._batch[0][self.network.axis])

    def not_finite(self, J: float, X: Array, Y: Array, forward: Any, *masks: Any) -> NonFiniteLoss:
        """The error of a step whose cost J is not finite, with the value that was the first.

        X: the inputs, scaled.  forward, masks: the network's forward pass, and what it takes
        besides parameters and inputs.
        """
        given = self.params._asdict() | {"X": X, "Y": Y}
        return explained(J, given, forward, self.params, X, *masks)

    def _clip(self, limit: float) -> None:
        """Makes the gradient, all entries together, no longer than `limit`."""
        gradient = self._flat[1]
        norm = math.sqrt(float(np.vdot(gradient, gradient)))
        if math.isinf(norm):  # of the squares, perhaps not of the entries
            top = max(float(gradient.max()), -float(gradient.min()))
            gradient /= self._number(top)
            norm = math.sqrt(float(np.vdot(gradient, gradient)))
        if norm > limit:
            gradient *= self._number(limit / norm)

    def memory(self) -> dict[str, Array]:
        """Everything that the next step depends on, by name: the arrays themselves."""
        kept = {f"memory{number}": array for number, array in enumerate(self._flat) if number != 1}
        running = {"statistics": self._running} if self._running.size else {}
        return {**kept, **running, "steps": np.array(self.steps)}

    def remember(self, memory: Mapping[str, Array]) -> None:
        """Puts back what `memory` gave; ValueError if it is not that of such a trainer."""
        for name, array in self.memory().items():
            given = memory.get(name)
            if given is None or given.shape != array.shape or given.dtype != array.dtype:
                got = "nothing" if given is None else f"{given.dtype} {given.shape}"
                raise ValueError(f"{name}: got {got}, needs {array.dtype} {array.shape}")
        for name, array in self.memory().items():
            array[...] = memory[name]
        self.steps = int(memory["steps"])

    def draw_masks(self, m: int) -> Masks:
        """0 for a unit that is left out, what keeps the mean as it is for the others.

        They are drawn from the network's seed and the number of the step, so that a training
        that was broken off goes on with the same ones.
        """
        rng = np.random.default_rng((self.network.seed, self.steps))
        drawn = []
        for memory, (units, share) in zip(self._mask_memory, self.dropout, strict=True):
            mask = memory[: units * m].reshape(self.network.shape(units, m))
            rng.random(dtype=mask.dtype.type, out=mask)
            np.greater_equal(mask, self._number(share), out=mask)
            np.multiply(mask, self._number(1.0 / (1.0 - share)), out=mask)
            drawn.append(mask)
        self.masks = tuple(drawn)
        return self.masks

    def _accept(self, X: Any, Y: Any) -> tuple[Array, Array]:
        """Checks a batch of another shape or dtype than the last and lays out the memory."""
        X = self.network.inputs(X, self._dtype)
        m: int = X.shape[self.network.axis]
        if m > self.batch_size:
            raise ValueError(f"X: got {m} examples, needs at most batch_size = {self.batch_size}")
        Y = self.network.targets(Y, m, self._dtype)
        self._workspace(m)
        self._batch = (X.shape, Y.shape, self._dtype, self._dtype)
        return X, Y

    def _workspace(self, m: int) -> None:
        """Views of the memory for m examples; the last few sizes are remembered."""
        if m not in self._spaces:
            if len(self._spaces) > 3:
                self._spaces.clear()
            arrays = tuple(
                memory[: rows * columns].reshape(rows, columns)
                for memory, (rows, columns) in zip(self._memory, self._buffers(m), strict=True)
            )
            self._spaces[m] = (arrays, self._constants(m))
        self._arrays, self._numbers = self._spaces[m]
