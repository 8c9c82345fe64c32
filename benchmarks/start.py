"""What a network costs before it trains: generation, start, memory, lines, linters.

    python benchmarks/start.py [--runs N]

Prints, each beside what is aimed at: seconds from nothing to the files of a five-layer spec, proof
included; seconds from nothing to the end of the first step of b64a (`workloads.py`), and the
resident memory then; the lines of three layers for every activation and optimiser; whether ruff
and mypy --strict find nothing in the emitted files.  Times are the least of so many runs in
processes of their own, by the clock and of the processor.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import one_thread
from workloads import WORKLOADS

import codegen
from codegen.kernels import ACTIVATIONS
from codegen.spec import OPTIMIZERS

MOST_LINES, IN_A_ROW = 400, 4
PROJECT = Path(__file__).resolve().parent.parent
_GENERATE = "import sys, codegen, pathlib; codegen.generate(*map(pathlib.Path, sys.argv[1:]))"
_FIRST_STEP = """
import sys; sys.path.insert(0, sys.argv[1])
import numpy as np, b64a as net
rng = np.random.default_rng(0)
X, Y = rng.random((784, 64), np.float32), np.eye(10, dtype=np.float32)[:, rng.integers(0, 10, 64)]
net.Trainer(net.init(0), 64).step(X, Y)
for line in open("/proc/self/status"):
    if line.startswith("VmRSS"):
        print(int(line.split()[1]) / 1024)
"""
_LAYER = '[[layer]]\nunits = {}\nactivation = "{}"\n'


def spec(name: str, layers: list[tuple[int, str]], optimizer: str = "adam") -> str:
    """A classifier of 20 numbers."""
    text = f'name = "{name}"\ninput = 20\nloss = "cross_entropy"\n'
    text += "".join(_LAYER.format(*layer) for layer in layers)
    return f'{text}[training]\noptimizer = "{optimizer}"\n'


def least(runs: int, command: list[str]) -> tuple[float, float, str]:
    """The least seconds by the clock and of the processor, and what was printed last."""
    clock, processor, said = [], [], ""
    for _ in range(runs):
        before, started = os.times(), time.perf_counter()
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        clock.append(time.perf_counter() - started)
        after = os.times()
        spent = after.children_user - before.children_user
        processor.append(spent + after.children_system - before.children_system)
    return min(clock), min(processor), said


def lines(folder: Path) -> dict[str, int]:
    """The lines of ``NAME.py`` for three layers, by activation (Adam) and optimiser (GELU)."""
    found = {}
    hidden = sorted(set(ACTIVATIONS) - {"softmax"})
    cases = [(a, "adam") for a in hidden] + [("gelu", o) for o in OPTIMIZERS if o != "adam"]
    for number, (activation, optimizer) in enumerate(cases):
        name = f"n{number}"
        layers = [(8, activation), (5, activation), (3, "softmax")]
        (folder / f"{name}.toml").write_text(spec(name, layers, optimizer))
        codegen.generate(folder / f"{name}.toml", folder)
        text = (folder / name / f"{name}.py").read_text()
        found[f"{activation}, {optimizer}"] = text.count("\n")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        five = [(16, "tanh"), (12, "relu"), (12, "sigmoid"), (8, "leaky_relu"), (4, "softmax")]
        (folder / "five.toml").write_text(spec("five", five))
        command = [sys.executable, "-c", _GENERATE, str(folder / "five.toml"), str(folder)]
        clock, processor, _ = least(options.runs, command)
        print(f"five layers to files: {clock:.2f} s, of the processor {processor:.2f} s (2.5)")
        work = WORKLOADS["b64a"]
        (folder / "b64a.toml").write_text(work.spec("b64a", "columns", "float32"))
        codegen.generate(folder / "b64a.toml", folder)
        command = [sys.executable, "-c", _FIRST_STEP, str(folder / "b64a")]
        clock, processor, memory = least(options.runs, command)
        print(f"start to first step: {clock:.2f} s, of the processor {processor:.2f} s (0.35)")
        print(f"memory after it: {float(memory):.1f} MiB (60)")
        counts = lines(folder)
        longest = max(counts.values())
        print(f"lines of three layers ({longest} at most, {MOST_LINES}):")
        cells = [f"{key} {count}" for key, count in counts.items()]
        for first in range(0, len(cells), IN_A_ROW):
            print("  " + "; ".join(cells[first : first + IN_A_ROW]))
        wrong = linted(folder)
    print("\n".join(wrong) or "ruff and mypy --strict: clean")
    return int(bool(wrong) or longest > MOST_LINES)


def linted(folder: Path) -> list[str]:
    """What ruff, with the project's rules, and mypy --strict find in the emitted files."""
    emitted = [str(p) for p in sorted(folder.glob("*/*.py"))]
    ruff = [sys.executable, "-m", "ruff", "check", "-q", "--output-format=concise"]
    ruff += ["--config", str(PROJECT / "pyproject.toml"), *emitted]
    mypy = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "five.py"]
    runs = [
        subprocess.run(ruff, capture_output=True, text=True, check=False),
        subprocess.run(
            [*mypy, "runtime.py", "test_five.py"],
            cwd=folder / "five", capture_output=True, text=True, check=False,
        ),
    ]  # fmt: skip
    return [line for run in runs if run.returncode for line in run.stdout.splitlines()]


if __name__ == "__main__":
    one_thread.restart()
    sys.exit(main())
