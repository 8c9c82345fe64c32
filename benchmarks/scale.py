"""Time and memory of an emitted training step against width, depth and batch.

    python benchmarks/scale.py [width] [depth] [batch] [--steps N]

Around one network (three hidden layers of 128 ReLU units, 784 inputs, softmax of 10, batch 128,
Adam, float32) one of the three sizes is doubled at a time, all or those that are named.  Prints
for each the microseconds of the processor a step, that as a multiple of the matrix products
alone, and the memory that the step holds: parameters with the optimiser's state and buffers,
beside what numbers they have.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import one_thread
from workloads import Floor, Workload, generated

CHANGED = ("width", "depth", "batch")
WIDTHS = (32, 64, 128, 256, 512)
DEPTHS = (1, 2, 4, 8, 16)
BATCHES = (16, 32, 64, 128, 256, 512)


def sizes() -> Iterator[tuple[str, int, Workload]]:
    """What is changed, to how much, and the workload of it."""
    for width in WIDTHS:
        yield "width", width, work(width, 3, 128)
    for depth in DEPTHS:
        yield "depth", depth, work(128, depth, 128)
    for batch in BATCHES:
        yield "batch", batch, work(128, 3, batch)


def work(width: int, depth: int, batch: int) -> Workload:
    """A classifier with so many hidden layers of one width."""
    stack = (784, *(width,) * depth, 10)
    name = f"w{width}d{depth}m{batch}"
    return Workload(name, stack, "relu", "softmax", "cross_entropy", batch, "adam", 0.001)


def least(step: Callable[[], object], steps: int) -> float:
    """Microseconds of the processor that a step takes at the least, of five rounds."""
    step()
    rounds = []
    for _ in range(5):
        started = time.process_time()
        for _ in range(steps):
            step()
        rounds.append(time.process_time() - started)
    return 1e6 * min(rounds) / steps


def measured(one: Workload, folder: Path, steps: int) -> tuple[float, float, float, int]:
    """Microseconds, multiple of the floor, MiB that the trainer holds, number of parameters."""
    module = generated(one, folder, "columns", "float32")
    X, Y = (array.astype(np.float32) for array in one.data())
    tracemalloc.start()
    trainer = module.Trainer(module.init(0), one.batch)
    trainer.step(X, Y)
    held = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    spent = least(lambda: trainer.step(X, Y), steps)
    floor = least(Floor(one, "float32", columns=True).step, steps)
    numbers = sum(a * b + b for a, b in zip(one.sizes, one.sizes[1:], strict=False))
    return spent, spent / floor, held, numbers


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("changed", nargs="*", metavar="SIZE", help=", ".join(CHANGED))
    parser.add_argument("--steps", type=int, default=20)
    given = parser.parse_args()
    unknown = [what for what in given.changed if what not in CHANGED]
    if unknown:
        parser.error(f"no size {unknown[0]!r}; there are {', '.join(CHANGED)}")
    one_thread.restart()
    print("| changed | to | parameters | µs a step | over the floor | MiB held |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for what, much, one in sizes():
            if what not in (given.changed or CHANGED):
                continue
            spent, over, held, numbers = measured(one, Path(folder), given.steps)
            cells = (what, much, numbers, f"{spent:.1f}", f"{over:.2f}", f"{held:.1f}")
            print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
