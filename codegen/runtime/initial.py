"""Parameters to begin with, drawn at random."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from codegen.runtime.checks import Array, float_dtype
from codegen.runtime.network import Network


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
