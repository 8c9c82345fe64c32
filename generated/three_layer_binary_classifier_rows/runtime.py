"""What is the same for every generated network: data, checks, training, checkpoints, commands.

In: the module of a network (``Params``, ``init``, ``predict``, ``loss``, ``gradients``,
``Trainer`` and a `Network` called ``NETWORK``) and arrays or files.  Out: checked arrays,
a `History` of the training, parameters on disk.  NumPy and the standard library only; this
file is the same beside each network.

``examples="columns"`` holds one example a column, X is (features, m) and an output is
(outputs, m); ``"rows"`` is the transpose of both.  Data files hold one example a row.
"""

from __future__ import annotations

import argparse
import csv
import errno
import gzip
import importlib.util
import inspect
import math
import os
import re
import shutil
import struct
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, ClassVar, NoReturn

import numpy as np
from numpy.typing import DTypeLike, NDArray

# -- checks of arrays ---------------------------------------------------------------------------

Array = NDArray[Any]
DTYPES = ("float32", "float64")


def as_array(value: Any, what: str) -> Array:
    """An array of numbers, not copied if it is one; ValueError for anything else."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{what}: got no array of numbers ({error})") from None
    if type(value) is not np.ndarray and np.ma.is_masked(value):
        raise ValueError(f"{what}: got masked entries, needs numbers everywhere")
    if array.dtype.hasobject or array.dtype.kind in "USVMmc":
        raise ValueError(f"{what}: got dtype {array.dtype}, needs numbers")
    return array


def float_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """One of the two dtypes that parameters may have; ValueError for any other."""
    kind = np.dtype(dtype)
    if kind.name not in DTYPES:
        raise ValueError(f"dtype: got {kind}, needs {' or '.join(DTYPES)}")
    return kind


def cast(array: Array, dtype: DTypeLike) -> Array:
    """The array itself if it has the dtype; a value too large for it becomes infinite."""
    with np.errstate(over="ignore"):
        return array.astype(dtype, copy=False)


def check_shape(array: Array, size: int, axis: int, what: str) -> None:
    """ValueError unless `axis` holds at least one example and the other one `size` entries."""
    need, place = (f"({size}, m)", "column") if axis else (f"(m, {size})", "row")
    if array.ndim != 2 or array.shape[1 - axis] != size:
        raise ValueError(f"{what}: got shape {array.shape}, needs {need}, one example a {place}")
    if array.shape[axis] == 0:
        raise ValueError(f"{what}: got no examples, shape {array.shape}; needs at least one")


def check_labels(labels: Array, m: int, classes: int, full: tuple[int, int], what: str) -> None:
    """ValueError unless there are `m` labels, integers from 0 to ``classes - 1``.

    full: the shape of the array that could be given instead.
    """
    if labels.dtype.kind not in "iu":
        raise ValueError(
            f"{what}: got labels of dtype {labels.dtype}, needs integers (m,) or an array {full}"
        )
    if len(labels) != m:
        raise ValueError(f"{what}: got {len(labels)} labels, needs {m}, as many as X")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        bad = low if low < 0 else high
        raise ValueError(f"{what}: got the label {bad}, needs 0 to {classes - 1}")


def check_finite(array: Array, what: str) -> None:
    """ValueError at the first NaN or infinity; block by block, to need little memory."""
    if array.dtype.kind != "f":
        return
    block = max(1, (1 << 20) // max(1, array[0].size))
    for start in range(0, len(array), block):
        finite = np.isfinite(array[start : start + block])
        if not finite.all():
            row, *rest = (int(i) for i in np.argwhere(~finite)[0])
            index = (start + row, *rest)
            raise ValueError(f"{what}: got {array[index]} at {list(index)}, needs finite numbers")


# -- polynomials of arrays ----------------------------------------------------------------------


def polynomial(x: Array, coefficients: tuple[float, ...], out: Array | None = None) -> Any:
    """The value at every entry, by Horner's scheme; coefficients: the highest power first.

    out: where it goes, not the memory of x.

    >>> polynomial(np.array([0.0, 2.0]), (3.0, 0.0, 1.0)).tolist()
    [1.0, 13.0]
    """
    value = np.empty_like(x) if out is None else out
    value.fill(coefficients[0])
    for coefficient in coefficients[1:]:
        np.multiply(value, x, out=value)
        np.add(value, coefficient, out=value)
    return value


# -- what a network takes and gives -------------------------------------------------------------

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


# -- how good an output is ----------------------------------------------------------------------


def decide(network: Network, output: Array) -> Array:
    """Class labels (m,) of an output or of targets; for a binary task one 0 or 1 an entry."""
    if network.task == "classes":
        return np.asarray(output.argmax(axis=1 - network.axis))
    decided = (output > 0.5).astype(np.intp)
    return decided.reshape(-1) if network.outputs == 1 else decided


def accuracy(network: Network, output: Array, Y: Array) -> float:
    """The share of right decisions; Y integer labels (m,) or shaped like the output."""
    truth = Y if Y.ndim == 1 and network.task == "classes" else None
    if truth is None:
        full = network.one_hot(Y) if Y.ndim == 1 else Y
        truth = decide(network, full)
    return float(np.mean(decide(network, output) == truth))


def confusion(network: Network, output: Array, Y: Array) -> Array:
    """Counts (classes, classes): the row is the true class, the column the decided one.

    >>> net = Network("n", {}, 2, 2, "rows", "float64", "classes", "distribution")
    >>> confusion(net, np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 1])).tolist()
    [[1, 0], [1, 0]]
    """
    if network.task == "regression" or (network.task == "binary" and network.outputs > 1):
        raise ValueError("confusion: needs a network that decides between classes")
    classes = max(network.outputs, 2)
    truth = Y if Y.ndim == 1 else decide(network, Y)
    counts = np.bincount(
        truth.astype(np.intp) * classes + decide(network, output), minlength=classes * classes
    )
    return counts.reshape(classes, classes)


def evaluate(
    module: Model, params: Any, X: Array, Y: Array, block: int = 4096
) -> tuple[float, float]:
    """Loss and accuracy over all examples, a block at a time; accuracy NaN for regression."""
    network: Network = module.NETWORK
    m = X.shape[network.axis]
    loss = right = 0.0
    for start in range(0, m, block):
        part = slice(start, min(start + block, m))
        x = X[:, part] if network.axis else X[part]
        y = Y[:, part] if network.axis and Y.ndim == 2 else Y[part]
        weight = (part.stop - start) / m
        loss += weight * module.loss(params, x, y)
        if network.task != "regression":
            right += weight * accuracy(network, module.predict(params, x), y)
    return loss, math.nan if network.task == "regression" else right


# -- what a training reports --------------------------------------------------------------------


@dataclass
class History:
    """What `fit` did: one entry an epoch in each list.

    params: after the last step; best: those with the least validation loss (without
    validation: the last).  loss: the mean over the epoch's steps, each before its update.
    accuracy: of the epoch's last parameters on up to 2048 training examples drawn at random.
    Accuracies are NaN for a regression; the validation lists stay empty without validation.
    """

    params: Any
    best: Any
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def summary(self) -> str:
        """The last epoch in a few words."""
        parts = [f"epoch {len(self.loss)}", f"loss {self.loss[-1]:.4f}"]
        if not math.isnan(self.accuracy[-1]):
            parts.append(f"accuracy {100 * self.accuracy[-1]:.1f} %")
        if self.validation_loss:
            parts.append(f"validation loss {self.validation_loss[-1]:.4f}")
            if not math.isnan(self.validation_accuracy[-1]):
                parts.append(f"accuracy {100 * self.validation_accuracy[-1]:.1f} %")
        return "  ".join(parts)


class Progress:
    """One line on a terminal, rewritten at most ten times a second; silent elsewhere."""

    def __init__(self, stream: Any, total: int) -> None:
        self.stream = stream
        self.total = total
        self.shown = bool(getattr(stream, "isatty", bool)())
        self.start = self.last = time.perf_counter()
        self.width = 0

    def show(self, done: int, text: str, *, force: bool = False) -> None:
        """Draws the bar for `done` examples of the total, with `text` behind it."""
        now = time.perf_counter()
        if not self.shown or (now - self.last < 0.1 and not force):
            return
        self.last = now
        filled = round(24 * done / self.total)
        rate = done / max(now - self.start, 1e-9)
        line = f"{'━' * filled}{'╌' * (24 - filled)} {text}  {rate:,.0f} examples/s"
        line = line[: shutil.get_terminal_size().columns - 1]
        self.stream.write("\r" + line.ljust(self.width))
        self.stream.flush()
        self.width = len(line)

    def close(self) -> None:
        """Ends the line."""
        if self.shown:
            self.stream.write("\n")
            self.stream.flush()


# -- shuffled mini-batches ----------------------------------------------------------------------


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

    def __init__(self, network: Network, X: Array, Y: Array, size: int, dtype: DTypeLike) -> None:
        self.network, self.size, self.dtype = network, size, np.dtype(dtype)
        self.m: int = X.shape[network.axis]
        self.take_x = _Gather(X, network.axis, dtype)
        self.take_y = _Gather(Y, network.axis, Y.dtype if Y.ndim == 1 else dtype)
        self.hot: dict[int, Array] = {}

    def epoch(self, rng: np.random.Generator) -> Iterator[tuple[int, Array, Array]]:
        """Size, X and Y of each batch in a new random order; the last holds what is left."""
        order = rng.permutation(self.m)
        for start in range(0, self.m, self.size):
            index = order[start : start + self.size]
            yield len(index), self.take_x(index), self._targets(index)

    def _targets(self, index: Array) -> Array:
        y = self.take_y(index)
        if y.ndim == 2:
            return y
        if len(y) not in self.hot:
            shape = self.network.shape(self.network.outputs, len(y))
            self.hot[len(y)] = np.empty(shape, self.dtype)
        return self.network.one_hot(y, out=self.hot[len(y)])


# -- memory and checks of a training step; the mathematics is the network's own -----------------


class NonFiniteLoss(FloatingPointError):
    """The loss became NaN or infinite; the parameters are those before that step."""


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
    """Parameters that are updated at a time, so that they stay in the cache; 0: all at once."""
    folds_rate: ClassVar[bool] = False
    """Whether the numbers of the workspace depend on the learning rate."""

    def __init__(self, params: Any, batch_size: int, learning_rate: float) -> None:
        self._dtype = self.network.params(params)
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
            raise ValueError(f"batch_size: got {batch_size!r}, needs an integer of at least 1")
        self.batch_size = batch_size
        self.steps = 0
        self._spaces: dict[int, tuple[tuple[Array, ...], tuple[Array, ...]]] = {}
        self._filled: dict[float, Array] = {}
        self._arrays: tuple[Array, ...] = ()
        self._numbers: tuple[Array, ...] = ()
        self._shapes: tuple[Any, Any] = (None, None)
        self.learning_rate = learning_rate
        theta = np.concatenate([np.ravel(array) for array in params])
        zeros = [np.zeros_like(theta) for _ in range(self.state)]
        self._flat = (theta, np.empty_like(theta), *zeros)
        self.params, self._dparams = map(self._views, self._flat[:2])
        self._chunks = [
            tuple(array[start : start + self.chunk] for array in self._flat)
            for start in range(0, theta.size if self.chunk else 0, self.chunk or 1)
        ]
        self._memory = [
            np.empty(rows * columns, self._dtype) for rows, columns in self._buffers(batch_size)
        ]
        self._workspace(batch_size)

    def _buffers(self, m: int) -> tuple[tuple[int, int], ...]:
        """The shapes of the arrays that a step of m examples writes to."""
        raise NotImplementedError

    def _constants(self, m: int) -> tuple[Array, ...]:
        """The numbers that a step of m examples reads, as arrays of the dtype."""
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

    def _views(self, flat: Array) -> Any:
        """A flat array as parameters; no copy."""
        views, start = [], 0
        for rows, columns in self.network.shapes.values():
            views.append(flat[start : start + rows * columns].reshape(rows, columns))
            start += rows * columns
        return self.parameters(*views)

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
            if self._shapes[0] is not None:
                self._workspace(self._shapes[0][self.network.axis])

    def _accept(self, X: Any, Y: Any) -> tuple[Array, Array]:
        """Checks a batch of another shape or dtype than the last and lays out the memory."""
        X = self.network.inputs(X, self._dtype)
        m: int = X.shape[self.network.axis]
        if m > self.batch_size:
            raise ValueError(f"X: got {m} examples, needs at most batch_size = {self.batch_size}")
        Y = self.network.targets(Y, m, self._dtype)
        self._workspace(m)
        self._shapes = (X.shape, Y.shape)
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


# -- training by shuffled mini-batches ----------------------------------------------------------


def checked_data(network: Network, X: Any, Y: Any, dtype: Any, what: str) -> tuple[Array, Array]:
    """Both arrays searched once for everything that `fit` refuses, and not copied."""
    x = network.raw_inputs(X, what=f"{what}X")
    check_finite(x, f"{what}X")
    if x.dtype.kind == "f" and x.dtype.itemsize > np.dtype(dtype).itemsize:
        largest = max(float(x.max()), -float(x.min()))
        if largest > float(np.finfo(dtype).max):
            raise ValueError(f"{what}X: got {largest:g}, too large for {np.dtype(dtype)}")
    return x, network.raw_targets(Y, x.shape[network.axis], what=f"{what}Y")


def _positive(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{what}: got {value!r}, needs an integer of at least 1")
    return int(value)


def _generator(seed: Any) -> np.random.Generator:
    if isinstance(seed, np.random.Generator):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"seed: got {seed!r}, needs an integer of at least 0 or a Generator")
    return np.random.default_rng(int(seed))


def fit(
    module: Model,
    params: Any,
    X: Any,
    Y: Any,
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int | np.random.Generator | None = None,
    validation: tuple[Any, Any] | None = None,
    callback: Callable[[History], object] | None = None,
    stream: Any = None,
) -> History:
    """Trains by shuffled mini-batches from `params`, which stay as they are.

    module: the network's module.  X, Y: as ``loss`` takes them; they are checked once and
    not copied.  epochs, batch_size, seed: the network's own where None; the same seed gives
    the same bits.  validation: an (X, Y) that is judged after each epoch.  callback: is
    called with the history after each epoch and stops the training by returning True.
    stream: where the progress goes if it is a terminal (default: stderr).

    Raises ValueError before anything is done if an argument does not fit, NonFiniteLoss if
    the loss is NaN or infinite at a step.
    """
    network: Network = module.NETWORK
    dtype = network.params(params)
    epochs = _positive(network.epochs if epochs is None else epochs, "epochs")
    size = _positive(network.batch_size if batch_size is None else batch_size, "batch_size")
    x, y = checked_data(network, X, Y, dtype, "")
    held = None
    if validation is not None:
        if not isinstance(validation, (tuple, list)) or len(validation) != 2:
            raise ValueError(f"validation: got {type(validation).__name__}, needs a pair (X, Y)")
        held = checked_data(network, validation[0], validation[1], dtype, "validation ")
    rng = _generator(network.seed if seed is None else seed)
    batches = Batches(network, x, y, min(size, x.shape[network.axis]), dtype)
    trainer = module.Trainer(params, batches.size)
    history = History(params=params, best=params)
    bar = Progress(sys.stderr if stream is None else stream, epochs * batches.m)
    try:
        for epoch in range(epochs):
            started = time.perf_counter()
            history.loss.append(_train_epoch(trainer, batches, rng, epoch, bar, history))
            history.params = type(params)(*(array.copy() for array in trainer.params))
            _judge_epoch(module, history, x, y, held, rng)
            history.seconds.append(time.perf_counter() - started)
            bar.show((epoch + 1) * batches.m, history.summary(), force=True)
            if callback is not None and callback(history) is True:
                break
    finally:
        bar.close()
    return history


def _train_epoch(
    trainer: Any,
    batches: Batches,
    rng: np.random.Generator,
    epoch: int,
    bar: Progress,
    history: History,
) -> float:
    """One pass over the examples; returns the mean loss."""
    total: float = 0.0
    done = 0
    known = history.accuracy[-1:]
    last = f"  accuracy {100 * known[0]:.1f} %" if known and known[0] >= 0 else ""
    for step, (count, x, y) in enumerate(batches.epoch(rng), 1):
        try:
            total += float(trainer.step(x, y)) * count
        except NonFiniteLoss as error:
            raise NonFiniteLoss(f"epoch {epoch + 1}, step {step}: {error}") from None
        done += count
        bar.show(epoch * batches.m + done, f"epoch {epoch + 1}  loss {total / done:.4f}{last}")
    return total / batches.m


def _judge_epoch(
    module: Model,
    history: History,
    X: Array,
    Y: Array,
    held: tuple[Array, Array] | None,
    rng: np.random.Generator,
) -> None:
    """Adds the epoch's accuracies to the history and keeps the best parameters."""
    network: Network = module.NETWORK
    m = X.shape[network.axis]
    chosen = rng.choice(m, min(m, 2048), replace=False)
    x, y = (taken(array, chosen, network.axis) for array in (X, Y))
    history.accuracy.append(evaluate(module, history.params, x, y)[1])
    if held is None:
        history.best = history.params
        return
    loss, right = evaluate(module, history.params, *held)
    if loss < min(history.validation_loss, default=math.inf):
        history.best = history.params
    history.validation_loss.append(loss)
    history.validation_accuracy.append(right)


# -- data files ---------------------------------------------------------------------------------

MAX_BYTES = 4 << 30
"""No data file is read that would need more memory than this."""


def read_npz(path: str | os.PathLike[str], limit: int = MAX_BYTES) -> dict[str, Array]:
    """All arrays of an ``.npz``; ValueError for anything else, objects or too many bytes."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > limit:
            raise ValueError(f"holds {size} bytes, at most {limit} are read")
        with np.load(path, allow_pickle=False) as archive:
            return {name: _entry(archive, name) for name in archive.files}
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{path}: no sound .npz file ({error})") from None
    except (ValueError, KeyError, RuntimeError, NotImplementedError, MemoryError) as error:
        raise ValueError(f"{path}: {error or 'too large'}") from None


def _entry(archive: Any, name: str) -> Array:
    """One array of an opened ``.npz``; ValueError names it."""
    try:
        return np.asarray(archive[name])
    except ValueError as error:
        objects = "Object arrays" in str(error)
        reason = "got Python objects, which are not loaded; needs numbers" if objects else error
        raise ValueError(f"{name}: {reason}") from None


_IDX_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def read_idx(path: str | os.PathLike[str]) -> Array:
    """The array of an IDX file (the format of MNIST), ``.gz`` or plain, in native byte order."""
    opened: Callable[..., Any] = gzip.open if str(path).endswith(".gz") else open
    try:
        with opened(path, "rb") as file:
            zeros, kind, axes = struct.unpack(">HBB", file.read(4))
            if zeros != 0 or kind not in _IDX_TYPES or not 1 <= axes <= 8:
                raise ValueError("it does not begin like an IDX file")
            shape = struct.unpack(f">{axes}I", file.read(4 * axes))
            dtype = np.dtype(_IDX_TYPES[kind])
            size = math.prod(shape) * dtype.itemsize
            if size > MAX_BYTES:
                raise ValueError(f"its header announces {size} bytes, at most {MAX_BYTES} are read")
            data = file.read(size + 1)
    except (struct.error, EOFError, zlib.error, gzip.BadGzipFile, ValueError) as error:
        raise ValueError(f"{path}: no sound IDX file ({error})") from None
    if len(data) != size:
        raise ValueError(
            f"{path}: no sound IDX file (shape {shape} needs {size} bytes, "
            f"{'more' if len(data) > size else len(data)} are there)"
        )
    return np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


USUAL_LABELS = ("label", "target", "class", "y")
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def read_csv(path: str | os.PathLike[str], wanted: str | None) -> tuple[list[str], Array]:
    """Column names ([] without a header) and the numbers (m, columns) of a ``.csv``."""
    if os.stat(path).st_size > MAX_BYTES:
        raise ValueError(f"{path}: larger than {MAX_BYTES} bytes")
    first: list[str] = []
    header = False
    with open(path, encoding="utf-8-sig", newline="") as file:
        try:
            first = [cell.strip() for cell in next(csv.reader(file), [])]
            header = _is_header(first, wanted)
            if not header:
                file.seek(0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # "no data" is said below
                table = np.loadtxt(file, delimiter=",", comments=None, quotechar='"', ndmin=2)
        except UnicodeDecodeError as error:
            raise ValueError(f"{path}: no UTF-8 text ({error.reason})") from None
        except (ValueError, csv.Error) as error:
            raise ValueError(f"{path}: {_csv_fault(path, len(first), header) or error}") from None
    if table.size == 0:
        raise ValueError(f"{path}: got no examples, needs at least one line of numbers")
    if table.shape[1] != len(first) or not np.isfinite(table).all():
        raise ValueError(f"{path}: {_csv_fault(path, len(first), header) or 'ragged lines'}")
    return (first if header else []), table


def _is_header(cells: list[str], wanted: str | None) -> bool:
    """Names only, or names and numbers of which one is the label's name."""
    numbers = [bool(_NUMBER.fullmatch(cell)) for cell in cells]
    names = {part.strip() for part in (wanted or "").split(",")}
    named = any(cell in names or cell.lower() in USUAL_LABELS for cell in cells)
    return not all(numbers) and (named or not any(numbers))


def _csv_fault(path: str | os.PathLike[str], columns: int, header: bool) -> str:
    """Line, column and content of the first cell that is no finite number, or ""."""
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file)
        for number, row in enumerate(reader):
            if (header and number == 0) or not row:
                continue
            if len(row) != columns:
                return f"line {reader.line_num}: got {len(row)} columns, needs {columns}"
            for place, cell in enumerate(row, 1):
                if not _NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
                    return (
                        f"line {reader.line_num}, column {place}: got {cell[:40]!r}, "
                        "needs a finite number"
                    )
    return ""


def label_columns(names: list[str], width: int, wanted: str | None, path: Any) -> list[int]:
    """The places of the label columns: by name or index, else those of the usual names."""
    if wanted is None:
        lower = [name.lower() for name in names]
        usual = [name for name in USUAL_LABELS if name in lower]
        return [lower.index(usual[0])] if usual else []
    places = []
    for item in (part.strip() for part in wanted.split(",")):
        if item in names:
            places.append(names.index(item))
        elif re.fullmatch(r"-?\d{1,6}", item) and -width <= int(item) < width:
            places.append(int(item) % width)
        else:
            have = ", ".join(names[:8]) or f"0 to {width - 1}"
            raise ValueError(f"{path}: no label column {item!r}; columns are {have}")
    return places


# -- parameters on disk -------------------------------------------------------------------------


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A binary file that appears at `path` whole or not at all."""
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "No such folder", str(path.parent))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def save(network: Network, path: str | os.PathLike[str], params: Any) -> None:
    """Writes the parameters as ``.npz``, one array a name, whole or not at all.

    Raises ValueError if they are not this network's, OSError if the file cannot be written.
    """
    network.params(params)
    with atomic(path) as file:
        np.savez(file, **dict(zip(network.shapes, params, strict=True)))


def load(network: Network, path: str | os.PathLike[str]) -> list[Array]:
    """The parameters that `save` wrote, in the order of ``Params``.

    Raises ValueError naming file and array if a name, shape or dtype is not this network's,
    if an entry is NaN or infinite, or if the file is no sound ``.npz``; OSError if there is
    no file.
    """
    size = sum(math.prod(shape) * 8 + 4096 for shape in network.shapes.values())
    arrays = read_npz(path, size)
    if set(arrays) != set(network.shapes):
        got, need = ", ".join(sorted(arrays)), ", ".join(network.shapes)
        raise ValueError(f"{path}: got the arrays {got or 'none'}, needs {need}")
    ordered = tuple(arrays[name] for name in network.shapes)
    network.params(ordered, what=str(path))
    for name, array in zip(network.shapes, ordered, strict=True):
        check_finite(array, f"{path}.{name}")
    return list(ordered)


# -- from a data file to X and Y in the network's layout ----------------------------------------


def read_data(
    network: Network,
    path: str | os.PathLike[str],
    *,
    labels: str | os.PathLike[str] | None = None,
    column: str | None = None,
) -> tuple[Array, Array | None]:
    """X and Y (None if the file holds no labels) of a data file in the network's layout.

    ``.npz``: arrays ``X`` and ``Y`` (also x, y, x_train, y_train), in the network's layout or
    one example a row (images (m, height, width) too).  ``.csv``: numbers, one example a row,
    with or without a header; `column` is the label's name or index (several for several
    outputs, with commas; default: a column named label, target, class or y).  Anything else:
    IDX, images in `path` and labels in the file `labels`.  Raises ValueError or OSError.
    """
    suffix = Path(path).suffix.lower()
    if column is not None and suffix != ".csv":
        raise ValueError(f"{path}: a label column is named for .csv files only, not {column!r}")
    Y: Array | None = None
    if suffix == ".npz":
        X, Y = _pair(read_npz(path), path)
    elif suffix == ".csv":
        names, table = read_csv(path, column)
        places = label_columns(names, table.shape[1], column, path)
        X = np.delete(table, places, axis=1)
        Y = table[:, places] if places else None
    else:
        X = read_idx(path)
    if labels is not None:
        Y = read_idx(labels)
    rows = suffix != ".npz"
    X = _oriented(network, X, network.features, rows)
    return X, None if Y is None else _read_labels(network, Y, f"{path}: Y", rows)


def _pair(arrays: dict[str, Array], path: Any) -> tuple[Array, Array | None]:
    """The arrays that are called X and Y, or as in the files of well-known data sets."""
    lower = {name.lower(): array for name, array in arrays.items()}
    X = lower.get("x", lower.get("x_train"))
    if X is None:
        raise ValueError(f"{path}: got the arrays {', '.join(arrays) or 'none'}; needs X")
    return X, lower.get("y", lower.get("y_train"))


def _oriented(network: Network, array: Array, size: int, rows: bool) -> Array:
    """A file's array in the network's layout.

    rows: it is known to hold one example a row; else an array that fits the layout stays.
    """
    if array.ndim > 2:
        array, rows = array.reshape(len(array), -1), True
    if array.ndim != 2 or (network.axis == 0 and rows):
        return array
    fits = array.shape[1 - network.axis] == size
    return array.T if rows or (not fits and array.shape[network.axis] == size) else array


def _read_labels(network: Network, Y: Array, what: str, rows: bool) -> Array:
    """A file's labels: integers (m,) for a classification, else shaped like the output."""
    if Y.ndim == 2 and 1 in Y.shape and network.task != "regression":
        Y = Y.reshape(-1)
    if Y.ndim == 1 and network.task != "regression":
        whole = Y.astype(np.int64) if Y.dtype.kind in "iuf" else None
        if whole is None or not np.array_equal(whole, Y):
            raise ValueError(f"{what}: got labels that are no integers")
        return whole
    if Y.ndim == 1:
        Y, rows = Y.reshape(-1, 1), True
    return _oriented(network, Y, network.outputs, rows)


# -- the command line of a network --------------------------------------------------------------

_THREADS = (
    "Where other programs are at work, set OPENBLAS_NUM_THREADS=1: several threads that wait "
    "for each other can take many times as long as one."
)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")


def _parser(network: Network) -> argparse.ArgumentParser:
    name = network.name
    parser = _Parser(prog=f"{name}.py", description=f"Train, use and check the network {name}.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)

    def command(name: str, help: str, example: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=help, description=help, epilog=f"example: python {network.name}.py {example}"
        )

    train = command(
        "train", "Train on a data file and save the parameters.", f"train data.csv.  {_THREADS}"
    )
    predict = command(
        "predict", "Write the network's output for a data file.", f"predict data.csv -p {name}.npz"
    )
    check = command("check", "Run the gradient tests beside this file.", "check")
    for sub in (train, predict):
        sub.add_argument("data", help=".npz, .csv or IDX file (.gz too), one example a row")
        sub.add_argument("--column", metavar="NAME", help="label column of a .csv, name or index")
    train.add_argument("--labels", metavar="FILE", help="IDX file with the labels")
    train.add_argument(
        "--validation",
        type=float,
        default=0.1,
        metavar="SHARE",
        help="share of the examples that is held back (default: 0.1)",
    )
    train.add_argument("--epochs", type=int, default=network.epochs)
    train.add_argument("--batch-size", type=int, default=network.batch_size)
    train.add_argument("--seed", type=int, default=network.seed)
    train.add_argument("-o", "--output", default=f"{name}.npz", help="default: %(default)s")
    predict.add_argument("-p", "--params", default=f"{name}.npz", help="default: %(default)s")
    predict.add_argument("-o", "--output", help=".csv or .npz (default: decisions to stdout)")
    check.add_argument("-v", "--verbose", action="store_true", help="name every test")
    return parser


def main(module: Model, argv: Sequence[str] | None = None) -> int:
    """``python NAME.py train|predict|check``; returns the exit status.

    0 done, 1 a gradient test failed, 2 the call itself failed, with one line on stderr, 141
    nobody reads the output any more.
    """
    network: Network = module.NETWORK
    options = _parser(network).parse_args(argv)
    commands = {"train": _train, "predict": _predict, "check": _check}
    try:
        status = commands[options.command](module, options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (ValueError, OSError, MemoryError, NonFiniteLoss) as error:
        text = " ".join(_complaint(error).split())
        print(f"{network.name}.py: error: {text}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{network.name}.py: interrupted, nothing written", file=sys.stderr)
        return 2


def _complaint(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error) or type(error).__name__


def _split(
    network: Network, X: Array, Y: Array, share: float, seed: int
) -> tuple[tuple[Array, Array], tuple[Array, Array] | None]:
    """Training and validation examples, drawn at random."""
    if not 0 <= share < 1:
        raise ValueError(f"--validation: got {share:g}, needs at least 0 and less than 1")
    m = X.shape[network.axis]
    held = int(share * m)
    if not held:
        return (X, Y), None
    order = np.random.default_rng(seed).permutation(m)
    first, second = (
        (taken(X, index, network.axis), taken(Y, index, network.axis))
        for index in (order[held:], order[:held])
    )
    return first, second


def _train(module: Model, options: argparse.Namespace) -> int:
    network: Network = module.NETWORK
    X, Y = read_data(network, options.data, labels=options.labels, column=options.column)
    if Y is None:
        raise ValueError(f"{options.data}: holds no labels; name them with --column or --labels")
    if options.seed < 0:
        raise ValueError(f"--seed: got {options.seed}, needs an integer of at least 0")
    target = Path(options.output)
    if not target.parent.is_dir():
        raise ValueError(f"--output: there is no folder {target.parent}")
    # refused before the data are divided, so that a message counts the file's own examples
    x, y = checked_data(network, X, Y, network.dtype, "")
    data, held = _split(network, x, y, options.validation, options.seed)
    history = fit(
        module,
        module.init(options.seed),
        *data,
        epochs=options.epochs,
        batch_size=options.batch_size,
        seed=options.seed,
        validation=held,
    )
    save(network, target, history.best)
    print(f"{history.summary()}  in {sum(history.seconds):.1f} s")
    print(f"parameters: {target}")
    return 0


def _predict(module: Model, options: argparse.Namespace) -> int:
    network: Network = module.NETWORK
    params = module.load(options.params)
    X, _ = read_data(network, options.data, column=options.column)
    output = module.predict(params, X)
    rows = output.T if network.axis else output
    table = rows
    if network.task != "regression":
        decided = decide(network, output)
        table = (decided.T if network.axis else decided).reshape(len(rows), -1)
    if options.output is None:
        np.savetxt(sys.stdout, table, fmt="%.9g", delimiter=",")
    elif options.output.lower().endswith(".npz"):
        with atomic(options.output) as file:
            np.savez(file, output=output, decision=table)
    else:
        names = [f"a{j}" for j in range(network.outputs)]
        if network.task != "regression":
            rows = np.hstack([table, rows])
            names = [f"decision{j}" for j in range(table.shape[1])] + names
        with atomic(options.output) as file:
            np.savetxt(file, rows, "%.9g", ",", header=",".join(names), comments="")
    return 0


def _check(module: Model, options: argparse.Namespace) -> int:
    """Runs each ``test_*`` function of the test file; its arguments: a temporary folder."""
    path = Path(str(module.__file__)).with_name(f"test_{module.NETWORK.name}.py")
    found = importlib.util.spec_from_file_location(path.stem, path)
    if not path.is_file() or found is None or found.loader is None:
        raise ValueError(f"there is no {path.name} beside {path.parent / module.NETWORK.name}.py")
    tests = importlib.util.module_from_spec(found)
    found.loader.exec_module(tests)
    names = [name for name in vars(tests) if name.startswith("test_")]
    failed = 0
    for name in names:
        test = getattr(tests, name)
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(Path(folder)) if inspect.signature(test).parameters else test()
            except AssertionError as error:
                failed += 1
                line = traceback.extract_tb(error.__traceback__)[-1].lineno
                text = " ".join(str(error).split()) or "assertion failed"
                print(f"FAILED {name}, line {line}: {text}")
            else:
                if options.verbose:
                    print(f"passed {name}")
    print(f"{module.NETWORK.name}: {len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0
