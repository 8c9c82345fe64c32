"""Checks of arrays: what does not fit is named with what it is and what it needs to be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

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
