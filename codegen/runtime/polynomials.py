"""Polynomials of arrays, for functions that NumPy alone does not have."""

from __future__ import annotations

from typing import Any

import numpy as np

from codegen.runtime.checks import Array


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
