"""Trains generated networks on Fashion-MNIST, beside PyTorch from the same start.

    apt-get install dataset-fashion-mnist
    python benchmarks/fashion_mnist.py [FOLDER] [--epochs N] [--dtype float32]

FOLDER holds the four IDX files (default: where Debian's package puts them).  For a 784-10-10
leaky ReLU stack and a 784-128-64-10 ReLU stack it prints test accuracy and CPU seconds an
epoch of the generated module and, where it is installed, of PyTorch with the same initial
parameters and the same batches.  One thread each.  In float64 the two stay together to the
second decimal; in float32 they part by rounding after some thousand steps of Adam.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

import numpy as np
import one_thread
from workloads import Torch, Workload, generated, has_torch

FOLDER = Path("/usr/share/datasets")
STACKS = (
    Workload("note_004", (784, 10, 10), "leaky_relu", "softmax", "cross_entropy", 64, "sgd", 0.1),
    Workload("wide", (784, 128, 64, 10), "relu", "softmax", "cross_entropy", 64, "adam", 1e-3),
)
Images = tuple[np.ndarray, np.ndarray]


def find(folder: Path, part: str) -> tuple[Path, Path]:
    """The files with images and labels of a part (``train`` or ``t10k``), somewhere below."""
    found = []
    for kind in ("images-idx3", "labels-idx1"):
        paths = sorted(folder.rglob(f"{part}-{kind}-ubyte*"))
        if not paths:
            raise SystemExit(
                f"{folder}: no {part}-{kind}-ubyte[.gz]; apt-get install dataset-fashion-mnist, "
                "or name the folder that holds the four files"
            )
        found.append(paths[0])
    return found[0], found[1]


def read(net: ModuleType, folder: Path, part: str, dtype: str) -> Images:
    """Pixels (784, m), from 0 to 1, and labels (m,)."""
    images, labels = find(folder, part)
    X, Y = net.runtime.read_data(net.NETWORK, images, labels=labels)
    return X.astype(dtype) / np.array(255, dtype), Y


def train_generated(
    net: ModuleType, start: tuple, train: Images, test: Images, epochs: int, size: int
) -> tuple[float, float]:
    """Test accuracy and CPU seconds an epoch of the generated module."""
    batches = net.runtime.Batches(net.NETWORK, *train, size, train[0].dtype)
    trainer = net.Trainer(start, size)
    rng = np.random.default_rng(0)
    began = time.process_time()
    for _ in range(epochs):
        for _, (X, Y) in batches.epoch(rng):
            trainer.step(X, Y)
    seconds = (time.process_time() - began) / epochs
    output = net.predict(trainer.params, test[0])
    return net.runtime.accuracy(net.NETWORK, output, test[1]), seconds


def train_torch(
    work: Workload, start: tuple, train: Images, test: Images, epochs: int
) -> tuple[float, float]:
    """The same with PyTorch."""
    import torch

    model = Torch(work, start, train[0][:, :1], np.eye(10)[:, :1])
    X, Y = torch.tensor(train[0].T.copy()), torch.tensor(train[1].astype(np.int64))
    rng = np.random.default_rng(0)
    began = time.process_time()
    for _ in range(epochs):
        order = torch.tensor(rng.permutation(len(Y)))
        for first in range(0, len(Y), work.batch):
            chosen = order[first : first + work.batch]
            model.X, model.classes = X[chosen], Y[chosen]
            model.step()
    seconds = (time.process_time() - began) / epochs
    with torch.no_grad():
        decided = model.net(torch.tensor(test[0].T.copy())).argmax(1).numpy()
    return float(np.mean(decided == test[1])), seconds


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float64")
    options = parser.parse_args()
    print(
        f"Fashion-MNIST, {options.epochs} epochs, batches of 64, {options.dtype}: "
        "test accuracy, CPU seconds an epoch"
    )
    with tempfile.TemporaryDirectory() as folder:
        for work in STACKS:
            net = generated(work, Path(folder), "columns", options.dtype)
            train, test = (
                read(net, options.folder, part, options.dtype) for part in ("train", "t10k")
            )
            start = net.init(0)
            stack = "-".join(map(str, work.sizes))
            arguments = start, train, test, options.epochs
            right, seconds = train_generated(net, *arguments, work.batch)
            print(f"{stack} {work.optimizer}: generated {100 * right:.2f} %, {seconds:.2f} s")
            if has_torch():
                right, seconds = train_torch(work, *arguments)
                print(f"{stack} {work.optimizer}: PyTorch   {100 * right:.2f} %, {seconds:.2f} s")
            else:
                print("PyTorch is not installed: no comparison")
    return 0


if __name__ == "__main__":
    one_thread.restart()
    sys.exit(main())
