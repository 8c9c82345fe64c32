"""Data files: ``.npz``, ``.csv`` and IDX, every fault named."""

from __future__ import annotations

import csv
import gzip
import math
import os
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from codegen.runtime.checks import Array

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
