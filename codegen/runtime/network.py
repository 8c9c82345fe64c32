"""What a network takes and gives: shapes, dtypes, labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from codegen.runtime.checks import (
    DTYPES,
    Array,
    as_array,
    cast,
    check_finite,
    check_labels,
    check_shape,
)
from codegen.runtime.schedules import Schedule

Model = Any
"""The module of a network, or a namespace with the same names."""


@dataclass(frozen=True)
class Network:
    """The facts of a network that data and parameters are checked against.

    shapes: parameter name to shape, in the order of ``Params``.  task: how an output is read,
    ``"classes"`` (the largest entry), ``"binary"`` (each entry against 1/2) or
    ``"regression"``.  labels: what Y may hold, ``"distribution"`` (each example's entries
    are at least 0 and sum to 1), ``"unit"`` (0 to 1) or ``"real"``.  input_scale: what X is
    divided by; integers are accepted as pixels then.

    >>> net = Network("xor", {"W1": (1, 2), "b1": (1, 1)}, 2, 1, "columns", "float32",
    ...               "binary", "unit")
    >>> net.inputs([[0.5, 1.0, 2.0], [0.0, 1.0, 0.0]]).shape
    (2, 3)
    >>> net.inputs([[0.5, 1.0, 2.0]])
    Traceback (most recent call last):
        ...
    ValueError: X: got shape (1, 3), needs (2, m), one example a column
    >>> net.targets([0, 1, 1], 3).tolist()
    [[0.0, 1.0, 1.0]]
    """

    name: str
    shapes: Mapping[str, tuple[int, int]]
    features: int
    outputs: int
    examples: str
    dtype: str
    task: str
    labels: str
    input_scale: float | None = None
    epochs: int = 10
    batch_size: int = 64
    seed: int = 0
    patience: int = 0
    statistics: int = 0
    """How many of the last parameters are running statistics, which no step trains."""
    schedule: Schedule = field(default_factory=Schedule)
    init: Mapping[str, str] = field(default_factory=dict)
    """Parameter to its initialiser; zero where it is not named."""

    @property
    def axis(self) -> int:
        """The axis along which the examples lie: 1 for columns, 0 for rows."""
        return 1 if self.examples == "columns" else 0

    def shape(self, size: int, examples: int) -> tuple[int, int]:
        """The shape of an array of `examples` examples with `size` entries each."""
        return (size, examples) if self.axis else (examples, size)

    def inputs(self, X: Any, dtype: DTypeLike | None = None, *, what: str = "X") -> Array:
        """X as a finite array of `dtype` (the network's own if None), unscaled.

        Raises ValueError: not two-dimensional with one axis of ``features`` entries, no
        examples, not float (nor integer where pixels are accepted), NaN or infinite.
        """
        given = self.raw_inputs(X, what=what)
        array = cast(given, dtype or self.dtype)
        check_finite(array, what)
        return array

    def raw_inputs(self, X: Any, *, what: str = "X") -> Array:
        """X with its shape and dtype checked, not cast and not searched for NaN."""
        array = as_array(X, what)
        kinds, need = "f", "float"
        if self.input_scale is not None:
            kinds, need = "fiu", "float or integer pixels"
        check_shape(array, self.features, self.axis, what)
        if array.dtype.kind not in kinds:
            raise ValueError(f"{what}: got dtype {array.dtype}, needs {need}")
        return array

    def targets(self, Y: Any, m: int, dtype: DTypeLike | None = None, *, what: str = "Y") -> Array:
        """Y for `m` examples as an array of `dtype` shaped like the output.

        Integer labels (m,) become one-hot where the task is a classification.  Raises
        ValueError: wrong shape, another number of examples, a label that is no class, an
        entry outside what the loss allows, NaN.
        """
        array = self.raw_targets(Y, m, what=what)
        if array.ndim == 1:
            return self.one_hot(array, dtype)
        return cast(array, dtype or self.dtype)

    def raw_targets(self, Y: Any, m: int, *, what: str = "Y") -> Array:
        """Y checked as `targets` does, neither cast nor made one-hot."""
        array = as_array(Y, what)
        if array.ndim == 1 and self.task != "regression":
            check_labels(array, m, max(self.outputs, 2), self.shape(self.outputs, m), what)
            return array
        check_shape(array, self.outputs, self.axis, what)
        if array.shape[self.axis] != m:
            need = self.shape(self.outputs, m)
            raise ValueError(f"{what}: got shape {array.shape}, needs {need}, as many as X")
        if array.dtype.kind not in "fiub":
            raise ValueError(f"{what}: got dtype {array.dtype}, needs float")
        check_finite(array, what)
        if self.labels != "real" and not (array.min() >= 0 and array.max() <= 1):
            bad = float(array.min() if array.min() < 0 else array.max())
            raise ValueError(f"{what}: got an entry {bad:g}, needs 0 to 1")
        if self.labels == "distribution":
            sums = array.sum(axis=1 - self.axis, dtype=np.float64)
            worst = int(np.argmax(np.abs(sums - 1)))
            # a float32 label distribution is rounded entry by entry
            if abs(sums[worst] - 1) > 1e-6 * self.outputs:
                raise ValueError(
                    f"{what}: got entries that sum to {sums[worst]:g} for example {worst}, need 1"
                )
        return array

    def one_hot(
        self, labels: Array, dtype: DTypeLike | None = None, out: Array | None = None
    ) -> Array:
        """Integer labels (m,) as 0 and 1 in the shape of the output, into `out` if given."""
        shape = self.shape(self.outputs, len(labels))
        hot = np.empty(shape, dtype or self.dtype) if out is None else out
        if self.outputs == 1:
            hot[...] = labels.reshape(shape)
            return hot
        hot.fill(0)
        where = np.arange(len(labels))
        hot[(labels, where) if self.axis else (where, labels)] = 1
        return hot

    def example_weights(
        self, weights: Any, m: int, dtype: DTypeLike | None = None, *, what: str = "weights"
    ) -> Array:
        """Weights (m,) of the examples in a shape that stretches over the output; 1 for None.

        Raises ValueError: another number of them, not numbers, negative, NaN or infinite.
        """
        if weights is None:
            return np.ones(self.shape(1, m), dtype or self.dtype)
        array = as_array(weights, what)
        if array.size != m or array.ndim not in (1, 2) or m not in array.shape:
            raise ValueError(f"{what}: got shape {array.shape}, needs ({m},), one an example")
        if array.dtype.kind not in "fiub":
            raise ValueError(f"{what}: got dtype {array.dtype}, needs float")
        check_finite(array, what)
        if array.min() < 0:
            raise ValueError(f"{what}: got {float(array.min()):g}, needs at least 0")
        return cast(array, dtype or self.dtype).reshape(self.shape(1, m))

    def params(self, params: Sequence[Array], *, what: str = "params") -> np.dtype[Any]:
        """The common dtype of well-shaped parameters; ValueError names the one at fault."""
        if not isinstance(params, tuple) or len(params) != len(self.shapes):
            got = f"{len(params)} arrays" if isinstance(params, tuple) else type(params).__name__
            raise ValueError(f"{what}: got {got}, needs Params({', '.join(self.shapes)})")
        for (name, shape), array in zip(self.shapes.items(), params, strict=True):
            if not isinstance(array, np.ndarray) or array.shape != shape:
                got = getattr(array, "shape", type(array).__name__)
                raise ValueError(f"{what}.{name}: got shape {got}, needs {shape}")
            if array.dtype.name not in DTYPES:
                raise ValueError(
                    f"{what}.{name}: got dtype {array.dtype}, needs {' or '.join(DTYPES)}"
                )
            if array.dtype != params[0].dtype:
                raise ValueError(
                    f"{what}.{name}: got dtype {array.dtype}, needs {params[0].dtype} like the rest"
                )
        dtype: np.dtype[Any] = params[0].dtype
        return dtype
