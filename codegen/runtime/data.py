"""From a data file to X and Y in the network's layout."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from codegen.runtime.checks import Array
from codegen.runtime.files import label_columns, read_csv, read_idx, read_npz
from codegen.runtime.network import Network


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
