"""Products of matrices of which one is thin, a block of rows at a time."""

from __future__ import annotations

from typing import Final

from codegen.runtime.checks import Array

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
