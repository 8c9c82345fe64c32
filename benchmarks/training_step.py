"""Time of one training step: generated code against its floor, textbook NumPy and libraries.

    python benchmarks/training_step.py [WORKLOAD ...] [--rounds N]

Prints, for each workload of `workloads.py`, the floor in microseconds (the matrix products
alone, the better of the two layouts) and the step times as multiples of it.  One BLAS thread,
CPU time, float32, medians over rounds in which all take turns.  Beside it stand PyTorch, JAX,
autograd and scikit-learn as far as they are installed.  Before anything is timed, all but
scikit-learn, which has other networks, must agree after three float64 steps to 1e-10.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import one_thread
from libraries import Autograd, ScikitLearn, has_autograd, has_sklearn
from workloads import (
    WORKLOADS,
    Floor,
    Jax,
    Textbook,
    Torch,
    Workload,
    generated,
    has_jax,
    has_torch,
)

Step = Callable[[], object]


def _transposed(params: Sequence[np.ndarray]) -> list[np.ndarray]:
    return [np.ascontiguousarray(array.T) for array in params]


def _agree(work: Workload, columns: ModuleType, rows: ModuleType) -> None:
    """Three float64 steps of everything from the same parameters; AssertionError if they part."""
    X, Y = work.data()
    start = columns.init(0, "float64")
    book = Textbook(work, start, X, Y)
    trainers = [columns.Trainer(start, work.batch)]
    trainers.append(rows.Trainer(rows.Params(*_transposed(start)), work.batch))
    others: dict[str, Torch | Jax | Autograd] = {}
    if has_torch():
        others["PyTorch"] = Torch(work, start, X, Y)
    if has_jax():
        others["JAX"] = Jax(work, start, X, Y)
    if has_autograd():
        others["autograd"] = Autograd(work, start, X, Y)
    for _ in range(3):
        book.step()
        trainers[0].step(X, Y)
        trainers[1].step(np.ascontiguousarray(X.T), np.ascontiguousarray(Y.T))
        for other in others.values():
            other.step()
    want = list(book.p.values())
    got = {"columns": list(trainers[0].params), "rows": _transposed(trainers[1].params)}
    got |= {name: other.params() for name, other in others.items()}
    for name, arrays in got.items():
        for a, b in zip(arrays, want, strict=True):
            error = float(np.abs(a - b).max()) / max(1e-300, float(np.abs(b).max()))
            if error > 1e-10:
                raise AssertionError(f"{work.name}: {name} differs from textbook by {error:.1e}")


def _contenders(work: Workload, columns: ModuleType, rows: ModuleType) -> dict[str, Step]:
    X, Y = (array.astype(np.float32) for array in work.data())
    start = columns.init(0, "float32")
    one = columns.Trainer(start, work.batch)
    two = rows.Trainer(rows.Params(*_transposed(start)), work.batch)
    Xr, Yr = np.ascontiguousarray(X.T), np.ascontiguousarray(Y.T)
    steps: dict[str, Step] = {
        "floor columns": Floor(work, "float32", columns=True).step,
        "floor rows": Floor(work, "float32", columns=False).step,
        "textbook": Textbook(work, start, X, Y).step,
        "columns": lambda: one.step(X, Y),
        "rows": lambda: two.step(Xr, Yr),
    }
    if has_torch():
        steps["PyTorch"] = Torch(work, start, X, Y).step
    if has_jax():
        steps["JAX"] = Jax(work, start, X, Y).step
    if has_autograd():
        steps["autograd"] = Autograd(work, start, X, Y).step
    if has_sklearn():
        steps["sklearn"] = ScikitLearn(work, X, Y).step
    return steps


def measure(steps: dict[str, Step], rounds: int, budget: float = 0.02) -> dict[str, float]:
    """Median CPU seconds a step; in each round everyone runs for about `budget` seconds."""
    counts = {}
    for name, step in steps.items():
        step()
        start = time.perf_counter()
        step()
        counts[name] = max(1, int(budget / (time.perf_counter() - start)))
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            start = time.process_time()
            for _ in range(counts[name]):
                step()
            times[name].append((time.process_time() - start) / counts[name])
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=", ".join(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    unknown = [name for name in options.workloads if name not in WORKLOADS]
    if unknown:
        parser.error(f"no workload {unknown[0]!r}; there are {', '.join(WORKLOADS)}")
    torch = "PyTorch" if has_torch() else "no PyTorch"
    print(
        f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, {torch}"
    )
    heads = ["columns", "rows", "textbook"]
    heads += ["PyTorch"] * has_torch() + ["JAX"] * has_jax()
    heads += ["autograd"] * has_autograd() + ["sklearn"] * has_sklearn()
    print(f"{'':8}{'floor µs':>10}" + "".join(f"{head:>10}" for head in heads))
    with tempfile.TemporaryDirectory() as folder:
        for name in options.workloads or WORKLOADS:
            work = WORKLOADS[name]
            # gradients do not depend on the dtype: one module serves both
            modules = [generated(work, Path(folder), e, "float32") for e in ("columns", "rows")]
            if work.batch <= 1000:
                _agree(work, *modules)
            times = measure(_contenders(work, *modules), options.rounds)
            floor = min(times["floor columns"], times["floor rows"])
            ratios = "".join(f"{times[head] / floor:10.2f}" for head in heads)
            print(f"{name:8}{1e6 * floor:10.1f}{ratios}", flush=True)
    return 0


if __name__ == "__main__":
    one_thread.restart()
    sys.exit(main())
