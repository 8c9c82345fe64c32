"""Linear regressions whose gradients are wrong unless there is one example.

Shapes of which a source says nothing are guessed; a guess must not make wrong counts right.
``python -m tests.pycode.shape_attacks [COUNT]`` judges so many of them, drawn in a fixed order.
"""

from __future__ import annotations

import itertools
import random
import sys

from derive.pycode import open_code
from derive.verdict import Verdict

WEIGHTS = ("w", "coef", "theta", "params", "v", "a", "W", "weight_vector", "beta", "slope")
TARGETS = ("y", "t", "target", "labels", "r", "resp", "Y")
INPUTS = ("x", "X", "data")
COSTS = (
    "e @ e / (2 * len({y}))",
    "np.dot(e, e) / (2 * len({y}))",
    "np.dot(e.T, e) / (2 * {x}.shape[0])",
    "(e.T @ e) / 2 / len({x})",
    "np.sum(e ** 2) / (2 * len({y}))",
    "np.mean(e ** 2) / 2",
    "0.5 * np.sum(np.square(e)) / {y}.shape[0]",
    "0.5 * np.linalg.norm(e) ** 2 / {y}.size",
)
WRONG = (
    "{x}.T @ e",
    "{x}.T @ e / len({y}) ** 2",
    "2 * {x}.T @ e / len({y})",
    "{x}.T @ e / {x}.shape[1]",
    "-{x}.T @ e / len({y})",
    "{x}.T @ e / len({x}) * {x}.shape[1]",
    "np.mean({x} * e, axis=0) * 2",
    "{x}.T @ e * len({y})",
    "{x}.T @ e / len({w})",
)
FILE = """import numpy as np
def loss({w}{b}, {x}, {y}):
    e = {x} @ {w}{plus} - {y}
    return {cost}
def gradient({w}{b}, {x}, {y}):
    e = {x} @ {w}{plus} - {y}
    d{w} = {wrong}
    return d{w}
"""


def programs(count: int, seed: int = 0) -> list[str]:
    """So many of them as files, all different."""
    every = list(itertools.product(WEIGHTS, TARGETS, INPUTS, COSTS, WRONG, (False, True)))
    chosen = random.Random(seed).sample(every, min(count, len(every)))
    return [_file(*parts) for parts in chosen]


def _file(w: str, y: str, x: str, cost: str, wrong: str, bias: bool) -> str:
    names = {"w": w, "y": y, "x": x}
    return FILE.format(
        **names,
        b=", b" * bias,
        plus=" + b" * bias,
        cost=cost.format(**names),
        wrong=wrong.format(**names),
    )


def main() -> int:
    """The command; returns the exit status."""
    chosen = programs(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
    wrong = [source for source in chosen if _verified(source)]
    print(*wrong, sep="\n")
    print(f"{len(chosen)} wrong programs: {len(wrong)} with a claim that is verified")
    return int(bool(wrong))


def _verified(source: str) -> bool:
    found = open_code("code.py", source, mends=False).findings
    return any(f.verdict == Verdict.VERIFIED for f in found)


if __name__ == "__main__":
    sys.exit(main())
