"""Where a function is measured: numbers over the whole range of a dtype, and near what matters.

In: a dtype and places of interest.  Out: sorted arrays of that dtype: numbers spaced linearly and
logarithmically with both signs, random bit patterns, and the neighbourhoods of the places.  The
same every time for one seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def line(
    dtype: str,
    *,
    count: int = 200,
    places: Sequence[float] = (),
    reach: float = 800.0,
    seed: int = 0,
) -> Array:
    """Points on the line: about five times `count`, and sixteen for each place.

    >>> bool(np.isfinite(line("float32", count=20)).all())
    True
    """
    kind = np.dtype(dtype)
    information = np.finfo(kind)
    rng = np.random.default_rng(seed)
    low, high = np.log10(float(information.tiny)), np.log10(float(information.max))
    parts = [
        np.linspace(-12.0, 12.0, count),
        np.linspace(-reach, reach, count),
        signed(10.0 ** rng.uniform(low, high, count // 2)),
        signed(10.0 ** rng.uniform(-6.0, 3.0, count // 2)),
        np.array([0.0, *signed(np.array([float(information.max), float(information.tiny)]))]),
        *(near(place, kind) for place in places),
    ]
    wide = np.concatenate([part.astype(np.float64) for part in parts])
    with np.errstate(over="ignore"):
        found = np.concatenate([wide.astype(kind), bits(kind, count, rng)])
    return np.unique(found[np.isfinite(found)])


def signed(values: Array) -> Array:
    """The values with both signs."""
    both: Array = np.concatenate([-values, values])
    return both


def near(place: float, kind: np.dtype[Any]) -> Array:
    """A place, its neighbours among the numbers of a dtype, and points a little further away."""
    centre = kind.type(place)
    steps = [centre + np.spacing(centre) * kind.type(k) for k in (-3, -2, -1, 0, 1, 2, 3)]
    away = 2.0 ** -np.arange(3.0, 12.0, 2.0)
    return np.concatenate([np.array(steps, np.float64), place + signed(away)])


def bits(kind: np.dtype[Any], count: int, rng: np.random.Generator) -> Array:
    """Numbers with random bits: every exponent is as likely as any other."""
    whole = np.dtype(f"u{kind.itemsize}")
    patterns = rng.integers(0, np.iinfo(whole).max, count, dtype=whole, endpoint=True)
    found = patterns.view(kind)
    finite: Array = found[np.isfinite(found)]
    return finite
