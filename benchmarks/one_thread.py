"""Runs a benchmark with one BLAS thread: two threads measure the neighbours, not the code."""

from __future__ import annotations

import os
import sys

VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def restart() -> None:
    """Starts this script again with one thread, unless it runs with one already.

    BLAS reads the variables when it is loaded, which importing NumPy has done.
    """
    if any(os.environ.get(name) != "1" for name in VARIABLES):
        environment = {**os.environ, **dict.fromkeys(VARIABLES, "1")}
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)
