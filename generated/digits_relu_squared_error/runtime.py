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
import dataclasses
import errno
import functools
import gzip
import importlib
import importlib.util
import inspect
import json
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
from itertools import accumulate, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, ClassVar, Final, NoReturn, ParamSpec, TypedDict

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
        raise ValueError(f"{what}: got no array of numbers, needs one ({error})") from None
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

# (1 - Phi(x)) / e^(-x^2 / 2) for x >= 0, Phi the normal distribution: a quotient of polynomials,
# within 6e-17 of it up to 40.
TAIL_ABOVE = (
    1.3964380967182183e-06,
    3.749518577255063e-05,
    0.0004930703025251717,
    0.00410765236951624,
    0.023708736231794002,
    0.09798175192782693,
    0.28996156977721793,
    0.5949264223335594,
    0.775481115854499,
    0.5,
)
TAIL_BELOW = (
    3.500351217015202e-06,
    9.398649281804185e-05,
    0.001239444313094082,
    0.01039034405401862,
    0.060657932259874474,
    0.2557122030900809,
    0.7838182100254957,
    1.7172065079232517,
    2.563961436103995,
    2.3488467925118526,
    1.0,
)


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


# -- functions computed in double precision and rounded once ------------------------------------

P = ParamSpec("P")


def rounded_once(function: Callable[P, Any]) -> Callable[P, Any]:
    """The function of arrays, in double precision where they have less, rounded to their dtype.

    NumPy's exponential of float32 alone is off by two units in the last place.  Arguments that
    are no arrays stay as they are.

    >>> rounded_once(np.exp)(np.float32([0.5])).dtype
    dtype('float32')
    """

    @functools.wraps(function)
    def computed(*args: P.args, **kwargs: P.kwargs) -> Any:
        dtype = np.result_type(*(a for a in args if isinstance(a, np.ndarray)))
        wide = np.result_type(dtype, np.float64)
        if wide == dtype:
            return function(*args, **kwargs)
        cast: Any = [a.astype(wide) if isinstance(a, np.ndarray) else a for a in args]
        return function(*cast, **kwargs).astype(dtype)

    return computed


# -- products of matrices of which one is thin --------------------------------------------------

BLOCK: Final = 64
"""Rows that are multiplied at a time,"""
SMALL: Final = 900_000
"""and how many products of numbers a block may be at most, so that OpenBLAS takes it for small."""


def product(left: Array, right: Array, out: Array) -> Array:
    """``left @ right`` into `out`, in blocks: for a thin `right` half the time of the whole.

    >>> import numpy as np
    >>> product(np.eye(2), np.ones((2, 1)), np.empty((2, 1))).tolist()
    [[1.0], [1.0]]
    """
    rows = min(BLOCK, SMALL // right.size)
    if rows < BLOCK // 4:  # too long for blocks
        rows = len(left)
    for start in range(0, len(left), rows):
        left[start : start + rows].dot(right, out=out[start : start + rows])
    return out


# -- the course of the learning rate over a training --------------------------------------------


@dataclass(frozen=True)
class Schedule:
    """By what the learning rate is multiplied at each step.

    kind: ``"constant"``; ``"step"``, every ``step_every`` epochs times ``step_factor``; or
    ``"cosine"``, half a wave from 1 down to ``final_factor``.  warmup: epochs at the start in
    which it grows from 0, step by step; a cosine begins behind them.

    >>> Schedule("step", step_every=2, step_factor=0.5).factor(30, 10, 8)
    0.5
    >>> [Schedule("cosine").factor(step, 10, 4) for step in (0, 20)]
    [1.0, 0.5]
    """

    kind: str = "constant"
    warmup: float = 0.0
    step_every: float = 10.0
    step_factor: float = 0.1
    final_factor: float = 0.0

    @property
    def steady(self) -> bool:
        """Whether the rate stays what it is."""
        return self.kind == "constant" and not self.warmup

    def factor(self, step: int, per_epoch: int, epochs: int) -> float:
        """The factor of a step, counted from 0; per_epoch: steps of an epoch."""
        rising = self.warmup * per_epoch
        if step < rising:
            return min(1.0, (step + 1) / rising)
        if self.kind == "step":
            return float(self.step_factor ** (step / per_epoch // self.step_every))
        if self.kind == "cosine":
            left = max(epochs * per_epoch - rising, 1.0)
            wave = 0.5 * (1.0 + math.cos(math.pi * min(1.0, (step - rising) / left)))
            return self.final_factor + (1.0 - self.final_factor) * wave
        return 1.0


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


# -- parameters to begin with -------------------------------------------------------------------


def initial(network: Network, rng: Any, dtype: DTypeLike) -> list[Array]:
    """Weights normal with the variance of their initialiser, everything else as it stands there.

    rng: a seed or a generator; the same seed gives the same parameters in either dtype, up to
    rounding.  The variances: he 2 / inputs, glorot 2 / (inputs + outputs), lecun 1 / inputs,
    zeros 0; ones and a number in its place: that number itself.  Raises ValueError for another
    dtype, or what is no seed.

    >>> net = Network("n", {"W1": (9, 3), "b1": (9, 1)}, 3, 9, "columns", "float64",
    ...               "regression", "real", init={"W1": "he"})
    >>> [array.shape for array in initial(net, 0, "float64")]
    [(9, 3), (9, 1)]
    """
    try:
        rng = np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise ValueError(
            f"rng: got {rng!r}, needs an integer of at least 0 or a Generator"
        ) from None
    kind = float_dtype(dtype)
    arrays: list[Array] = []
    for name, shape in network.shapes.items():
        rule = network.init.get(name, "zeros")
        if rule in ("zeros", "ones") or not rule.isalpha():
            value = float({"zeros": "0", "ones": "1"}.get(rule, rule))
            arrays.append(np.full(shape, value, kind))
            continue
        outputs, inputs = shape if network.axis else shape[::-1]
        variance = {
            "he": 2.0 / inputs,
            "glorot": 2.0 / (inputs + outputs),
            "lecun": 1.0 / inputs,
        }[rule]
        arrays.append((rng.standard_normal(shape) * math.sqrt(variance)).astype(kind))
    return arrays


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

    output: what ``predict`` gave.  Y: integer labels (m,) or shaped like the output.

    >>> net = Network("n", {}, 2, 2, "rows", "float64", "classes", "distribution")
    >>> confusion(net, np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 1])).tolist()
    [[1, 0], [1, 0]]
    """
    if network.task == "regression" or (network.task == "binary" and network.outputs > 1):
        raise ValueError("confusion: needs a network that decides between classes")
    classes = max(network.outputs, 2)
    Y = np.asarray(Y)
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


# -- pictures of a training ---------------------------------------------------------------------

INK, QUIET, FAINT = "#1f2933", "#7b8794", "#e4e7eb"
BLUE, ORANGE = "#2b6cb0", "#dd6b20"
FONT: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
}
_STEEP = 30.0
"""Losses whose ratio is larger are drawn on a logarithmic scale."""
_NUMBERED = 20
"""The most classes of which every count is written."""

Curve = tuple[str, Sequence[float]]
"""What a curve is of, and one number an epoch."""


def drawing() -> Any:
    """matplotlib; ImportError that says what to install if it is not there."""
    try:
        return importlib.import_module("matplotlib")
    except ImportError:
        need = "plot: matplotlib is not installed, which draws it; needs pip install matplotlib"
        raise ImportError(need) from None


def pictured(
    panels: Sequence[tuple[str, Sequence[Curve]]],
    counts: Array | None = None,
    classes: Sequence[object] = (),
    path: str | os.PathLike[str] | None = None,
) -> Any:
    """A figure of curves, a panel a title, with a confusion matrix beside them where there is one.

    counts: (classes, classes), a row for each true class.  classes: their names, their numbers
    where left out.  path: a file to which it is written, its kind as the name ends.  Drawn
    without a display and without the state of pyplot.
    """
    matplotlib = drawing()
    figures = importlib.import_module("matplotlib.figure")
    with matplotlib.rc_context(FONT):
        wide = 4.6 * len(panels) + (5.0 if counts is not None else 0.0)
        figure = figures.Figure(
            figsize=(wide, 4.2), dpi=150, facecolor="white", layout="constrained"
        )
        figure.get_layout_engine().set(wspace=0.06, w_pad=0.12, h_pad=0.1)
        places = iter(figure.subplots(1, len(panels) + (counts is not None), squeeze=False)[0])
        for title, curves in panels:
            draw_curves(next(places), title, curves)
        if counts is not None:
            draw_confusion(next(places), counts, classes)
        if path is not None:
            png = str(path).lower().endswith(".png")
            figure.savefig(path, metadata={"Software": None} if png else None)
    return figure


def draw_curves(axes: Any, title: str, curves: Sequence[Curve]) -> None:
    """Curves over the epochs, each named at its end instead of in a legend."""
    longest = max(len(values) for _, values in curves)
    every = [value for _, values in curves for value in values]
    steep = min(every) > 0 and max(every) > _STEEP * min(every)
    if steep:
        axes.set_yscale("log")
    for (name, values), colour, shift in zip(
        curves, (BLUE, ORANGE), _apart(curves, steep), strict=False
    ):
        epochs = range(1, len(values) + 1)
        axes.plot(epochs, values, color=colour, linewidth=1.8, solid_capstyle="round")
        axes.plot(len(values), values[-1], "o", color=colour, markersize=4)
        axes.annotate(
            f"{name} {values[-1]:.3g}", (len(values), values[-1]), xytext=(8, shift),
            textcoords="offset points", color=colour, va="center", fontweight="bold",
            annotation_clip=False,
        )  # fmt: skip
    titled(axes, title)
    axes.set_xlabel("epoch", color=QUIET)
    axes.set_xlim(1, max(2, longest) * 1.45)
    axes.set_xticks([t for t in axes.get_xticks() if 1 <= t <= longest and t == round(t)] or [1])
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    _bare(axes)


def _apart(curves: Sequence[Curve], steep: bool) -> list[float]:
    """By how many points the names at the ends move so that they do not lie on each other."""
    scale = math.log if steep else float
    every = [scale(value) for _, values in curves for value in values]
    ends = [scale(values[-1]) for _, values in curves]
    if len(ends) < 2 or abs(ends[0] - ends[1]) > 0.07 * (max(every) - min(every)) > 0:
        return [0.0] * len(ends)
    return [6.0, -6.0] if ends[0] >= ends[1] else [-6.0, 6.0]


def draw_confusion(axes: Any, counts: Array, classes: Sequence[object] = ()) -> None:
    """Rows are true classes; the colour is the share of the row, the number the count."""
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(share**0.5, cmap="Blues", vmin=0, vmax=1.15)
    size = 8 if len(counts) <= 12 else 6
    for (row, column), count in np.ndenumerate(counts if len(counts) <= _NUMBERED else counts[:0]):
        if count:
            wrong = row != column
            axes.text(
                column, row, str(count), ha="center", va="center", fontsize=size,
                color="white" if share[row, column] > 0.4 else ORANGE if wrong else INK,
                fontweight="bold" if wrong else "normal",
            )  # fmt: skip
    axes.set_anchor("N")
    names = [str(name) for name in classes] or [str(k) for k in range(len(counts))]
    shown = range(0, len(counts), 1 if len(counts) <= _NUMBERED else -(-len(counts) // 10))
    slant = 45 if max(map(len, names)) > 3 else 0
    axes.set_xticks(shown, [names[k] for k in shown], rotation=slant)
    axes.set_yticks(shown, [names[k] for k in shown])
    axes.set_xlabel("decided", color=QUIET)
    axes.set_ylabel("true", color=QUIET)
    titled(axes, "how often a class was decided")
    _bare(axes)


def titled(axes: Any, text: str) -> None:
    axes.set_title(text, loc="left", fontsize=10, color=INK, pad=8)


def _bare(axes: Any) -> None:
    """Without a frame and without the marks at the numbers."""
    axes.tick_params(which="both", length=0, colors=QUIET)
    for side in axes.spines.values():
        side.set_visible(False)


# -- what a training reports --------------------------------------------------------------------

_NAMES = ("training", "validation")


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

    def plot(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        confusion: Array | None = None,
        classes: Sequence[object] = (),
    ) -> Any:
        """The curves of loss and accuracy as a figure of matplotlib, written to `path` if given.

        confusion: counts (classes, classes) that `confusion` gives, drawn beside them; classes:
        the names of the classes there.  Raises ImportError without matplotlib, ValueError before
        the first epoch.
        """
        if not self.loss:
            raise ValueError("plot: got a history of no epochs, needs at least one")
        percent = [
            [100 * value for value in values]
            for values in (self.accuracy, self.validation_accuracy)
        ]
        panels = [
            (title, [(name, values) for name, values in zip(_NAMES, both, strict=True) if values])
            for title, both in (
                ("loss", (self.loss, self.validation_loss)),
                ("accuracy, %", percent),
            )
            if not math.isnan(both[0][-1])
        ]
        return pictured(panels, confusion, classes, path)


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


# -- a loss that is not finite ------------------------------------------------------------------


class NonFiniteLoss(FloatingPointError):
    """The loss became NaN or infinite; the parameters are those before that step.

    first: the first value that is not finite, in the order in which a step meets them: a
    parameter (``"W2"``: an earlier step spoilt it), the data (``"X"``, ``"Y"``), a value of the
    forward pass (``"Z2"``) or the cost (``"J"``); "" where it is not known.  layer: the number of
    its layer, 0 for the data, None for the cost.  From `fit` besides: epoch and step, from 1;
    checkpoint: the file of the last good checkpoint, None if there is none; history: that of
    the epochs before, with their parameters.

    >>> error = NonFiniteLoss("the loss is nan", first="Z2")
    >>> error.layer, error.checkpoint
    (2, None)
    """

    def __init__(self, message: str, *, first: str = "") -> None:
        super().__init__(message)
        self.first = first
        number = first[len(first.rstrip("0123456789")) :]
        self.layer = int(number) if number else 0 if first in ("X", "Y") else None
        self.epoch = self.step = 0
        self.checkpoint: Path | None = None
        self.history: Any = None


def not_finite(named: Mapping[str, Array]) -> str:
    """The first of some arrays that holds NaN or infinity, "" if none does."""
    return next((name for name, array in named.items() if not np.isfinite(array).all()), "")


def explained(
    loss: float, given: Mapping[str, Array], forward: Any, *arguments: Any
) -> NonFiniteLoss:
    """The error of a step whose `loss` is not finite.

    given: parameters and data by name.  forward, arguments: the forward pass that the step has
    made, which is made again, value by value.
    """
    first = not_finite(given)
    named = dict(given)
    if not first:
        with np.errstate(all="ignore"):
            values = forward(*arguments)
        # the last local names of a forward pass are those of what it returns, in that order
        names = forward.__code__.co_varnames[-len(values) :]
        named = dict(zip(names, values, strict=True))
        first = not_finite(named)
    what = _told(first, named) if first else "the cost is the first value that is not finite"
    message = f"the loss is {loss}: {what}; the parameters stay as they were"
    return NonFiniteLoss(message, first=first or "J")


def _told(name: str, named: Mapping[str, Array]) -> str:
    """``Z2 of layer 2 is the first value that is not finite, in 3 of 40 entries``."""
    wrong, count = int(np.sum(~np.isfinite(named[name]))), named[name].size
    layer = NonFiniteLoss("", first=name).layer
    where = f" of layer {layer}" if layer else ""
    return f"{name}{where} is the first value that is not finite, in {wrong} of {count} entries"


def spoilt(named: Mapping[str, Array]) -> NonFiniteLoss | None:
    """The error where a step with a finite loss has left parameters that are not, else None."""
    first = not_finite(named)
    if not first:
        return None
    message = f"the loss is finite, but after the step {_told(first, named)}"
    return NonFiniteLoss(message, first=first)


# -- memory and checks of a training step; the mathematics is the network's own -----------------

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


# -- data files ---------------------------------------------------------------------------------

MAX_BYTES = 4 << 30
"""No data file is read that would need more memory than this."""


def npz_names(path: str | os.PathLike[str]) -> list[str]:
    """The names of the arrays of an ``.npz``, none of what is no such file."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist()]
    except zipfile.BadZipFile:
        return []


def read_npz(path: str | os.PathLike[str], limit: int = MAX_BYTES) -> dict[str, Array]:
    """All arrays of an ``.npz``; ValueError for anything else, objects or too many bytes."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > limit:
            raise ValueError(f"got {size} bytes, at most {limit} are read; needs fewer")
        with np.load(path, allow_pickle=False) as archive:
            return {name: _entry(archive, name) for name in archive.files}
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{path}: got no sound .npz file ({error}), needs one") from None
    except (ValueError, KeyError, RuntimeError, NotImplementedError, MemoryError) as error:
        raise ValueError(f"{path}: {error or 'got too many bytes, needs fewer'}") from None


def _entry(archive: Any, name: str) -> Array:
    """One array of an opened ``.npz``; ValueError names it."""
    try:
        return np.asarray(archive[name])
    except ValueError as error:
        objects = "Object arrays" in str(error)
        reason = f"got no sound array, needs one ({error})"
        if objects:
            reason = "got Python objects, which are not loaded; needs numbers"
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


# -- parameters and trainings on disk -----------------------------------------------------------


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A binary file that appears at `path` whole or not at all."""
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "No such folder", str(path.parent))
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "Is a folder, needs the name of a file", str(path))
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
    if "note" in npz_names(path):
        raise ValueError(
            f"{path}: got a checkpoint of a training, needs parameters that save wrote; "
            "fit goes on from it, given as checkpoint"
        )
    arrays = read_npz(path, size)
    if set(arrays) != set(network.shapes):
        got, need = ", ".join(sorted(arrays)), ", ".join(network.shapes)
        raise ValueError(f"{path}: got the arrays {got or 'none'}, needs {need}")
    ordered = tuple(arrays[name] for name in network.shapes)
    network.params(ordered, what=str(path))
    for name, array in zip(network.shapes, ordered, strict=True):
        check_finite(array, f"{path}.{name}")
    for name, array in list(zip(network.shapes, ordered, strict=True))[
        -network.statistics or None :
    ]:
        if network.statistics and name.startswith("var") and array.min() < 0:
            raise ValueError(f"{path}.{name}: got an entry {array.min():g}, needs at least 0")
    return list(ordered)


@dataclass(frozen=True)
class Place:
    """How far a training is: whole epochs, steps of the next one and the sum of their losses."""

    epoch: int = 0
    step: int = 0
    total: float = 0.0

    def __str__(self) -> str:
        if self.step:
            return f"after step {self.step} of epoch {self.epoch + 1}"
        return f"after epoch {self.epoch}"


_LISTS = ("loss", "accuracy", "validation_loss", "validation_accuracy", "seconds")


class Checkpoint:
    """The state of a training in a file, from which it goes on as if it had not been broken off.

    It holds the parameters, the optimiser's memory, the history, and the random generator as it
    was at the beginning of the epoch: the order of the examples is drawn again.  What is not
    finite does not take the place of what is.  Without a path nothing is kept.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        every: float,
        trainer: Any,
        history: History,
        rng: np.random.Generator,
        examples: int,
    ) -> None:
        self.path = None if path is None else Path(path)
        if self.path is not None and not self.path.parent.is_dir():
            raise ValueError(f"checkpoint: got {path}, there is no such folder; needs one")
        if not every >= 0:
            raise ValueError(f"save_every: got {every!r}, needs a number of seconds, at least 0")
        self.every, self.last = every, time.perf_counter()
        self.trainer, self.history, self.rng = trainer, history, rng
        self.facts = (
            {
                "network": trainer.network.name,
                "examples": examples,
                "batch size": trainer.batch_size,
                "generator": type(rng.bit_generator).__name__,
                "transposed": ", ".join(trainer.turned),
            }
            if self.path is not None
            else {}
        )
        self.order: Any = None
        self.written: Place | None = None
        """The place of what is in the file."""

    def begin_epoch(self) -> None:
        """Notes the generator, from which the order of the epoch is drawn next."""
        if self.path is not None:
            self.order = self.rng.bit_generator.state

    def save_sometimes(self, place: Place) -> None:
        """Saves if the last time is long enough ago."""
        if self.path is not None and time.perf_counter() - self.last >= self.every:
            self.save(place)

    def save(self, place: Place) -> None:
        """Writes the state at a place, whole or not at all."""
        if self.path is None or not_finite(self.trainer.params._asdict()):
            return
        state = self.order if place.step else self.rng.bit_generator.state
        note = {
            "facts": self.facts,
            "generator": state,
            "place": [place.epoch, place.step, place.total.hex()],
        }
        text = json.dumps(note, default=lambda array: array.tolist())
        arrays: dict[str, Any] = {"note": np.frombuffer(text.encode(), np.uint8)}
        arrays |= {name: np.array(getattr(self.history, name), float) for name in _LISTS}
        arrays |= zip(_best(self.trainer), self.history.best, strict=True)
        arrays |= zip(_last(self.trainer), self.history.params, strict=True)
        with atomic(self.path) as file:
            np.savez(file, **arrays, **self.trainer.memory())
        self.last, self.written = time.perf_counter(), place

    def failed(self, error: NonFiniteLoss, epoch: int, step: int) -> NonFiniteLoss:
        """An error of the training with its place, the history and the last good checkpoint."""
        kept = f"{self.path}, written {self.written}" if self.written else "none"
        message = f"epoch {epoch}, step {step}: {error}; last good checkpoint: {kept}"
        located = NonFiniteLoss(message, first=error.first)
        located.epoch, located.step, located.history = epoch, step, self.history
        located.checkpoint = self.path if self.written else None
        return located

    def resume(self) -> Place:
        """Takes up the state in the file, if there is one, and says how far it is.

        Raises ValueError if it is that of another training; nothing is changed then.
        """
        if self.path is None or not self.path.exists():
            return Place()
        arrays = read_npz(self.path)
        try:
            note = json.loads(bytes(arrays["note"]).decode())
            facts, (epoch, step, total) = note["facts"], note["place"]
            place = Place(int(epoch), int(step), float.fromhex(total))
            lists = {name: [float(v) for v in arrays[name]] for name in _LISTS}
            best = [arrays[name] for name in _best(self.trainer)]
            last = [arrays[name] for name in _last(self.trainer)]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"{self.path}: no checkpoint of a training ({error!r})") from None
        for what, need in self.facts.items():
            if facts.get(what, "") != need:
                raise ValueError(f"{self.path}: {what}: got {facts.get(what)!r}, needs {need!r}")
        kind = type(self.history.params)
        for arrays_of in (best, last):
            self.trainer.network.params(kind(*arrays_of), what=str(self.path))
        try:
            self.trainer.remember(arrays)
            self.rng.bit_generator.state = note["generator"]
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"{self.path}: {error}") from None
        self.history.best, self.history.params = kind(*best), kind(*last)
        for name, values in lists.items():
            setattr(self.history, name, values)
        self.written = place
        return place


def _best(trainer: Any) -> list[str]:
    return [f"best {name}" for name in trainer.network.shapes]


def _last(trainer: Any) -> list[str]:
    return [f"last {name}" for name in trainer.network.shapes]


# -- training by shuffled mini-batches ----------------------------------------------------------


class FitOptions(TypedDict, total=False):
    """What `fit` takes besides the data; the network's own where left out or None.

    epochs, batch_size, patience: whole numbers.  seed: an integer or a Generator; the same seed
    gives the same bits.  weights: factors (m,) of the losses of the examples.  validation: an
    (X, Y) that is judged after each epoch.  patience: epochs without a better loss (that of the
    validation where there is one) after which the training ends, 0: none.  callback: is called
    with the history after each epoch and ends the training by returning True.  checkpoint: a
    file that keeps the state of the training, at least every `save_every` seconds; if it is
    there, the training goes on from it and ends with the same bits as one without a break.
    stream: where the progress goes if it is a terminal (default: stderr).
    """

    epochs: int | None
    batch_size: int | None
    seed: int | np.random.Generator | None
    weights: Any
    validation: tuple[Any, Any] | None
    patience: int | None
    callback: Callable[[History], object] | None
    checkpoint: str | os.PathLike[str] | None
    save_every: float
    stream: Any


def checked_data(network: Network, X: Any, Y: Any, dtype: Any, what: str) -> tuple[Array, Array]:
    """Both arrays searched once for everything that `fit` refuses, and not copied."""
    x = network.raw_inputs(X, what=f"{what}X")
    check_finite(x, f"{what}X")
    if x.dtype.kind == "f" and x.dtype.itemsize > np.dtype(dtype).itemsize:
        largest = max(float(x.max()), -float(x.min()))
        if largest > float(np.finfo(dtype).max):
            raise ValueError(
                f"{what}X: got {largest:g}, too large for {np.dtype(dtype)}; "
                f"needs at most {float(np.finfo(dtype).max):.4g}"
            )
    return x, network.raw_targets(Y, x.shape[network.axis], what=f"{what}Y")


def _at_least(low: int, value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < low:
        raise ValueError(f"{what}: got {value!r}, needs an integer of at least {low}")
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
    weights: Any = None,
    validation: tuple[Any, Any] | None = None,
    patience: int | None = None,
    callback: Callable[[History], object] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    save_every: float = 30.0,
    stream: Any = None,
) -> History:
    """Trains by shuffled mini-batches from `params`, which stay as they are.

    module: the network's module.  X, Y: as ``loss`` takes them; they are checked once and
    not copied.  The rest: see `FitOptions`.

    Raises ValueError before anything is done if an argument does not fit, NonFiniteLoss if
    the loss is NaN or infinite at a step: it tells where, and has the history so far.
    """
    network: Network = module.NETWORK
    dtype = network.params(params)
    epochs = _at_least(1, network.epochs if epochs is None else epochs, "epochs")
    size = _at_least(1, network.batch_size if batch_size is None else batch_size, "batch_size")
    patience = _at_least(0, network.patience if patience is None else patience, "patience")
    x, y = checked_data(network, X, Y, dtype, "")
    held = None
    if validation is not None:
        if not isinstance(validation, (tuple, list)) or len(validation) != 2:
            raise ValueError(f"validation: got {type(validation).__name__}, needs a pair (X, Y)")
        held = checked_data(network, validation[0], validation[1], dtype, "validation ")
    if callback is not None and not callable(callback):
        raise ValueError(f"callback: got {callback!r}, needs a function of the history")
    rng = _generator(network.seed if seed is None else seed)
    m = x.shape[network.axis]
    factors = None if weights is None else network.example_weights(weights, m, dtype)
    batches = Batches(network, x, y, min(size, m), dtype, factors)
    trainer = module.Trainer(params, batches.size)
    history = History(params=params, best=params)
    kept = Checkpoint(checkpoint, save_every, trainer, history, rng, m)
    place = kept.resume()
    bar = Progress(sys.stderr if stream is None else stream, epochs * m)
    rates = _Rates(network, trainer, batches.count, epochs)
    try:
        while place.epoch < epochs and not _finished(history, patience):
            started = time.perf_counter()
            loss = _train_epoch(trainer, batches, place, rates, kept, bar, history)
            if error := spoilt(trainer.params._asdict()):
                raise kept.failed(error, place.epoch + 1, batches.count)
            history.loss.append(loss)
            history.params = type(params)(*(array.copy() for array in trainer.params))
            _judge_epoch(module, history, x, y, held, rng)
            if error := _unsound(history):
                raise kept.failed(error, place.epoch + 1, batches.count)
            history.seconds.append(time.perf_counter() - started)
            place = Place(place.epoch + 1)
            kept.save(place)
            bar.show(place.epoch * m, history.summary(), force=True)
            if callback is not None and callback(history) is True:
                break
    finally:
        bar.close()
    return history


def _unsound(history: History) -> NonFiniteLoss | None:
    """The error of a validation whose loss is not finite."""
    if all(map(math.isfinite, history.validation_loss[-1:])):
        return None
    return NonFiniteLoss(f"the loss of the validation is {history.validation_loss[-1]}")


class _Rates:
    """Sets the learning rate of each step by the network's schedule."""

    def __init__(self, network: Network, trainer: Any, per_epoch: int, epochs: int) -> None:
        self.schedule = network.schedule
        self.trainer = trainer
        self.base = trainer.learning_rate
        self.per_epoch, self.epochs = per_epoch, epochs

    def at(self, step: int) -> None:
        """The rate of a step, counted from 0 over all epochs; 0 becomes the smallest number."""
        if self.schedule.steady:
            return
        factor = self.schedule.factor(step, self.per_epoch, self.epochs)
        rate = max(self.base * factor, sys.float_info.min)
        if rate != self.trainer.learning_rate:
            self.trainer.learning_rate = rate


def _finished(history: History, patience: int) -> bool:
    """Whether the loss has not become better for `patience` epochs."""
    losses = history.validation_loss or history.loss
    if not patience or len(losses) <= patience:
        return False
    return min(losses[-patience:]) >= min(losses[:-patience])


def _train_epoch(
    trainer: Any,
    batches: Batches,
    place: Place,
    rates: _Rates,
    kept: Checkpoint,
    bar: Progress,
    history: History,
) -> float:
    """One pass over the examples, from `place` on; returns the mean loss."""
    total, done = place.total, place.step * batches.size
    known = history.accuracy[-1:]
    last = f"  accuracy {100 * known[0]:.1f} %" if known and known[0] >= 0 else ""
    kept.begin_epoch()
    for step, (count, arrays) in enumerate(batches.epoch(kept.rng, place.step), place.step + 1):
        rates.at(place.epoch * batches.count + step - 1)
        try:
            total += float(trainer.step(*arrays)) * count
        except NonFiniteLoss as error:
            raise kept.failed(error, place.epoch + 1, step) from None
        done += count
        kept.save_sometimes(Place(place.epoch, step, total))
        text = f"epoch {place.epoch + 1}  loss {total / done:.4f}{last}"
        bar.show(place.epoch * batches.m + done, text)
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


# -- what an estimator with the conventions of scikit-learn is; that need not be installed ------


def sklearn_error(name: str, usual: type[Exception]) -> Any:
    """A class of exceptions of scikit-learn where that is in use, else the usual one."""
    return getattr(sys.modules.get("sklearn.exceptions"), name, usual)


class BaseEstimator:
    """A network whose examples are rows and whose widths of input and output are the data's.

    learning_rate, epochs, batch_size, patience: those of the network where None.  random_state:
    an integer, a RandomState or None for the network's seed.  verbose: whether progress is shown.

    ``fit(X, y)`` trains anew, ``partial_fit`` goes on for one epoch, the optimiser's memory empty.
    Afterwards there are ``params_``, ``history_``, ``n_features_in_`` and, for named columns,
    ``feature_names_in_``.  Raises ValueError for data that do not fit.
    """

    module: ClassVar[Model]
    _estimator_type: ClassVar[str]
    _network: Network
    feature_names_in_: Any
    n_features_in_: int

    def __init__(
        self,
        *,
        learning_rate: float | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        patience: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.patience = patience
        self.random_state = random_state
        self.verbose = verbose

    _PARAMETERS: ClassVar = (
        "batch_size", "epochs", "learning_rate", "patience", "random_state", "verbose"
    )  # fmt: skip

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's arguments by name."""
        return {name: getattr(self, name) for name in self._PARAMETERS}

    def set_params(self, **params: Any) -> BaseEstimator:
        """Changes constructor's arguments; ValueError for another name."""
        for name, value in params.items():
            if name not in self._PARAMETERS:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self!r}; valid are "
                    + ", ".join(self._PARAMETERS)
                )
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        given = {
            name: value for name, value in self.get_params().items() if value not in (None, False)
        }
        arguments = ", ".join(f"{name}={value!r}" for name, value in given.items())
        return f"{type(self).__name__}({arguments})"

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn wants to know; it is imported only here."""
        tags: Any = importlib.import_module("sklearn.utils")
        classifier = self._estimator_type == "classifier"
        return tags.Tags(
            estimator_type=self._estimator_type,
            target_tags=tags.TargetTags(required=True, multi_output=not classifier),
            transformer_tags=None,
            classifier_tags=tags.ClassifierTags() if classifier else None,
            regressor_tags=None if classifier else tags.RegressorTags(),
            input_tags=tags.InputTags(),
        )

    # -- training ------------------------------------------------------------------------------

    def fit(self, X: Any, y: Any) -> BaseEstimator:
        """Trains from new parameters; X (m, features), y (m,), or (m, outputs) for numbers."""
        return self._fit(X, y)

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> BaseEstimator:
        """One more epoch; classes: all there will be, needed at the first call to classify."""
        return self._partial_fit(X, y, classes)

    def _fit(self, X: Any, y: Any, weights: Any = None) -> BaseEstimator:
        x = self._inputs(X, fitting=True)
        targets = self._targets(x, y, None)
        seed = self._seed()
        network = self._network
        params = self.module.Params(*initial(network, seed, network.dtype))
        self.history_ = self._train(params, x, targets, self.epochs, seed, weights)
        self.params_ = self.history_.params
        self.n_iter_ = len(self.history_.loss)
        return self

    def _partial_fit(self, X: Any, y: Any, classes: Any, weights: Any = None) -> BaseEstimator:
        first = not hasattr(self, "params_")
        x = self._inputs(X, fitting=first)
        targets = self._targets(x, y, classes if first else getattr(self, "classes_", None))
        seed = self._seed()
        if first:
            network = self._network
            self.params_ = self.module.Params(*initial(network, seed, network.dtype))
            self.n_iter_ = 0
        self.history_ = self._train(self.params_, x, targets, 1, seed, weights)
        self.params_ = self.history_.params
        self.n_iter_ += 1
        return self

    def _train(
        self, params: Any, x: Array, targets: Array, epochs: int | None, seed: Any, weights: Any
    ) -> History:
        rows = np.ascontiguousarray(x.T) if self._network.axis else x
        labels = targets.T if self._network.axis and targets.ndim == 2 else targets
        return fit(
            self._model(),
            params,
            rows,
            labels,
            epochs=epochs,
            batch_size=self.batch_size,
            patience=self.patience,
            seed=seed,
            weights=_of_mean_one(weights, len(x)),
            stream=sys.stderr if self.verbose else SimpleNamespace(),
        )

    def _seed(self) -> np.random.Generator:
        state = self.random_state
        if isinstance(state, np.random.RandomState):
            state = state.randint(2**31)
        return np.random.default_rng(self.module.NETWORK.seed if state is None else state)

    def _model(self) -> Model:
        """The network's functions at the widths of the data."""
        module, network = self.module, self._network
        scale = network.input_scale or 1.0

        def predict(params: Any, X: Array) -> Array:
            return np.asarray(module._forward(params, network.inputs(X) / scale)[-1])

        def loss(params: Any, X: Array, Y: Array) -> float:
            x = network.inputs(X) / scale
            y = network.targets(Y, X.shape[network.axis])
            weights = getattr(module, "_weights", None)
            return float(module._loss(params, x, y, *([weights(x, None)] if weights else [])))

        trainer = type("Trainer", (module.Trainer,), {"network": network})
        rate = {} if self.learning_rate is None else {"learning_rate": self.learning_rate}
        return SimpleNamespace(
            NETWORK=network, Trainer=functools.partial(trainer, **rate), predict=predict, loss=loss
        )

    # -- what was learned ----------------------------------------------------------------------

    def _output(self, X: Any) -> Array:
        """The network's output, an example a row."""
        if not hasattr(self, "params_"):
            error = sklearn_error("NotFittedError", ValueError)
            raise error(f"This {type(self).__name__} is not fitted yet: call fit first")
        x = self._inputs(X, fitting=False)
        output = self._model().predict(self.params_, x.T if self._network.axis else x)
        return np.asarray(output.T if self._network.axis else output)

    # -- data ----------------------------------------------------------------------------------

    def _inputs(self, X: Any, *, fitting: bool) -> Array:
        """X as a finite array of the network's dtype, an example a row."""
        self._columns(X, fitting=fitting)
        if hasattr(X, "tocsr"):
            raise TypeError("X: got a sparse matrix, needs a dense array: X.toarray()")
        array = np.asarray(X)
        if array.dtype.kind == "c":
            raise ValueError("Complex data not supported: X needs real numbers")
        if array.ndim != 2:
            raise ValueError(
                f"Expected 2D array, got {array.ndim}D array instead; Reshape your data: X needs "
                "(m, features), one example a row"
            )
        if array.dtype.kind not in "fiub":
            try:
                array = array.astype(np.float64)
            except (TypeError, ValueError) as error:
                raise type(error)(f"X: {error}; it needs numbers") from None
        rows, features = array.shape
        if rows == 0 or features == 0:
            what = "sample" if rows == 0 else "feature"
            raise ValueError(
                f"Found array with 0 {what}(s) (shape={array.shape}) while a minimum of 1 is "
                "required."
            )
        if fitting:
            self.n_features_in_ = features
        elif features != self.n_features_in_:
            raise ValueError(
                f"X has {features} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input"
            )
        with np.errstate(over="ignore"):
            x = array.astype(self.module.NETWORK.dtype, copy=False)
        if not np.isfinite(x).all():
            raise ValueError("X: got NaN or infinity, needs finite numbers (Input X contains NaN)")
        return x

    def _columns(self, X: Any, *, fitting: bool) -> None:
        """Notes the names of a table's columns, or compares them with those of the training."""
        names = getattr(X, "columns", None)
        names = None if names is None else np.asarray(names, dtype=object)
        strings = names is not None and all(isinstance(name, str) for name in names)
        if fitting:
            if hasattr(self, "feature_names_in_"):
                del self.feature_names_in_
            if strings:
                self.feature_names_in_ = names
            return
        known = getattr(self, "feature_names_in_", None)
        own = type(self).__name__
        if known is not None and not strings:
            warnings.warn(
                f"X does not have valid feature names, but {own} was fitted with feature names",
                UserWarning,
                stacklevel=5,
            )
        elif known is None and strings:
            warnings.warn(
                f"X has feature names, but {own} was fitted without feature names",
                UserWarning,
                stacklevel=5,
            )
        elif known is not None and names is not None and list(known) != list(names):
            _differ(list(known), list(names))

    def _targets(self, x: Array, y: Any, classes: Any) -> Array:
        """y checked, an example a row; sets the widths of the network."""
        if y is None:
            raise ValueError(
                f"requires y to be passed, but the target y is None: {type(self).__name__} "
                "learns from examples"
            )
        truth = np.asarray(y)
        if truth.ndim == 0 or len(truth) != len(x):
            got = truth.shape
            raise ValueError(
                f"y: got shape {got}, needs ({len(x)},): Found input variables with "
                f"inconsistent numbers of samples: [{len(x)}, {len(truth) if truth.ndim else 0}]"
            )
        if truth.dtype.kind == "c":
            raise ValueError("Complex data not supported: y needs real numbers")
        return self._learned(truth, classes)

    def _learned(self, truth: Array, classes: Any) -> Array:
        """The labels as the network takes them, an example a row."""
        raise NotImplementedError

    def _widths(self, outputs: int) -> None:
        """The network with the widths of the data."""
        network: Network = self.module.NETWORK
        shapes = dict(network.shapes)
        names = list(shapes)
        shapes[names[0]] = _with(shapes[names[0]], network.axis, self.n_features_in_)
        trained = names[: len(names) - network.statistics]
        for name in trained:  # W2 and b2 belong together, and what else the last layer has
            if _number_of(name) == _number_of(trained[-1]):
                shapes[name] = _with(shapes[name], 1 - network.axis, outputs)
        self._network = dataclasses.replace(
            network, shapes=shapes, features=self.n_features_in_, outputs=outputs
        )


class Weighted(BaseEstimator):
    """An estimator whose training takes ``sample_weight`` (m,): factors of the examples' losses.

    They are brought to mean 1, so that 2 for all changes nothing, and an example of weight 2
    counts as if it were there twice.  Raises ValueError for another shape, weights that are
    negative or not finite, or all 0.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> BaseEstimator:
        """Trains from new parameters; X (m, features), y (m,), or (m, outputs) for numbers."""
        return self._fit(X, y, sample_weight)

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> BaseEstimator:
        """One more epoch; classes: all there will be, needed at the first call to classify."""
        return self._partial_fit(X, y, classes, sample_weight)


def _of_mean_one(weights: Any, m: int) -> Array | None:
    """Weights (m,) of the examples divided by their mean."""
    if weights is None:
        return None
    array = np.asarray(weights)
    if array.shape != (m,):
        raise ValueError(f"sample_weight: got shape {array.shape}, needs ({m},), one an example")
    if array.dtype.kind not in "fiub":
        raise ValueError(f"sample_weight: got dtype {array.dtype}, needs numbers")
    array = array.astype(np.float64)
    check_finite(array, "sample_weight")
    if array.min() < 0 or array.max() == 0:
        got = "zero alone" if array.max() == 0 else f"{array.min():g}"
        raise ValueError(f"sample_weight: got {got}, needs none below zero and some above")
    return np.asarray(array / array.max() / np.mean(array / array.max()))


def _number_of(name: str) -> str:
    """The digits at the end of a name."""
    return name[len(name.rstrip("0123456789")) :]


def _with(shape: tuple[int, int], axis: int, size: int) -> tuple[int, int]:
    """A shape with another size along an axis."""
    return (size, shape[1]) if axis == 0 else (shape[0], size)


def _differ(known: list[str], given: list[str]) -> None:
    """Raises ValueError for columns that are not those of the training."""
    message = "The feature names should match those that were passed during fit.\n"
    unseen, missing = sorted(set(given) - set(known)), sorted(set(known) - set(given))
    for title, names in (
        ("Feature names unseen at fit time:", unseen),
        ("Feature names seen at fit time, yet now missing:", missing),
    ):
        if names:
            message += title + "\n" + "".join(f"- {name}\n" for name in names[:5])
            message += "- ...\n" if len(names) > 5 else ""
    if not unseen and not missing:
        message += "Feature names must be in the same order as they were in fit.\n"
    raise ValueError(message)


# -- classifiers and regressors with the conventions of scikit-learn ----------------------------


class Classifier(BaseEstimator):
    """Learns labels of any kind (m,); their values are ``classes_`` afterwards.

    A network with one sigmoid output for two classes has one for each of more classes.
    """

    _estimator_type: ClassVar = "classifier"
    classes_: Array

    def predict(self, X: Any) -> Array:
        """The most probable class of every example (m,)."""
        places = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[places])

    def predict_proba(self, X: Any) -> Array:
        """The probability of every class (m, classes), in the order of ``classes_``."""
        output = self._output(X).astype(np.float64)
        if output.shape[1] == 1:
            output = np.hstack([1.0 - output, output])
        return np.asarray(output / output.sum(axis=1, keepdims=True))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of right classes, of the examples' weights where there are some."""
        return float(np.average(self.predict(X) == np.asarray(y), weights=sample_weight))

    def _learned(self, truth: Array, classes: Any) -> Array:
        if truth.ndim == 2 and truth.shape[1] == 1:
            warnings.warn(
                "A column-vector y was passed when a 1d array was expected; y is taken as (m,)",
                sklearn_error("DataConversionWarning", UserWarning),
                stacklevel=4,
            )
            truth = truth[:, 0]
        if truth.ndim != 1:
            raise ValueError(f"y: got shape {truth.shape}, needs labels (m,)")
        if truth.dtype.kind == "f":
            check_finite(truth, "Input y contains NaN or infinity; y")
            if (truth != np.round(truth)).any():
                raise ValueError("y: Unknown label type: continuous numbers, needs classes")
        known = np.unique(truth if classes is None else np.asarray(classes))
        if len(known) < 2:
            raise ValueError(f"y: got the one class {known.tolist()}, needs at least two classes")
        labels = np.searchsorted(known, truth)
        labels = np.minimum(labels, len(known) - 1)
        if (known[labels] != truth).any():
            stranger = truth[known[labels] != truth][0]
            raise ValueError(f"y: got the label {stranger!r}, which is none of the classes")
        self.classes_ = known
        vector = self.module.NETWORK.task == "classes"
        self._widths(len(known) if vector or len(known) > 2 else 1)
        if vector or len(known) == 2:
            return np.asarray(labels)
        return np.eye(len(known), dtype=self.module.NETWORK.dtype)[labels]


class Regressor(BaseEstimator):
    """Learns numbers (m,) or (m, outputs)."""

    _estimator_type: ClassVar = "regressor"
    _flat: bool

    def predict(self, X: Any) -> Array:
        """Numbers, shaped as y was."""
        output = self._output(X)
        return output.reshape(-1) if self._flat else output

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The coefficient of determination R^2, averaged over the outputs."""
        predicted, truth = self.predict(X), np.asarray(y)
        mean = np.average(truth, axis=0, weights=sample_weight)
        residual = np.average(np.square(truth - predicted), axis=0, weights=sample_weight)
        spread = np.average(np.square(truth - mean), axis=0, weights=sample_weight)
        return float(np.mean(1.0 - residual / np.where(spread == 0, 1.0, spread)))

    def _learned(self, truth: Array, classes: Any) -> Array:
        self._flat = truth.ndim == 1
        numbers = truth.astype(self.module.NETWORK.dtype).reshape(len(truth), -1)
        if not np.isfinite(numbers).all():
            raise ValueError("y: got NaN or infinity, needs finite numbers (Input y contains NaN)")
        self._widths(numbers.shape[1])
        return numbers


class WeightedClassifier(Weighted, Classifier):
    """A `Classifier` that takes weights of the examples, as `Weighted` says."""


class WeightedRegressor(Weighted, Regressor):
    """A `Regressor` that takes weights of the examples, as `Weighted` says."""


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
    train.add_argument("--plot", metavar="FILE", help="picture of the training (needs matplotlib)")
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
    except (ValueError, OSError, MemoryError, ImportError, NonFiniteLoss) as error:
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
    if options.plot:
        drawing()
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
    if options.plot:
        judged = held or data
        counts = None
        if network.task != "regression" and (network.task == "classes" or network.outputs == 1):
            counts = confusion(network, module.predict(history.best, judged[0]), judged[1])
        history.plot(options.plot, confusion=counts)
        print(f"picture: {options.plot}")
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
