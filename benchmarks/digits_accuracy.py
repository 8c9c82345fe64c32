"""Test accuracy of the demo's digits classifier over five seeds (scikit-learn's images).

    python benchmarks/digits_accuracy.py [--seeds N]

The seed decides the split into training and test images, the first parameters and the
batches.  Prints each accuracy and the mean.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from codegen import generate
from codegen.demo import Task, accuracy_on_test, load_network, load_task


def accuracies(task: Task, seeds: int) -> list[float]:
    """The test accuracy of a training run for each seed."""
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, f"{task.name}.toml")
        spec.write_text(task.spec, encoding="utf-8")
        generate(spec, Path(folder))
        module = load_network(Path(folder, task.name, f"{task.name}.py"))
    return [accuracy_on_test(task, module, seed)[1] for seed in range(seeds)]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5)
    found = accuracies(load_task(), parser.parse_args().seeds)
    print(", ".join(f"{100 * right:.1f} %" for right in found))
    print(f"mean {100 * sum(found) / len(found):.2f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
