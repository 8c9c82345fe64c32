"""Polynomials of arrays, for functions that NumPy alone does not have."""

from __future__ import annotations

from typing import Any

import numpy as np

from codegen.runtime.checks import Array

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
