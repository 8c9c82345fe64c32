"""Functions computed in double precision and rounded once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

import numpy as np

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
