"""What the pages of prose are about: an example note, a spec, data; and facts that are counted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from codegen.spec import SpecError, parse
from derive.diagnosis.codes import CODES
from derive.docs.examples import REMARKED
from derive.docs.plots import curve_svg
from derive.docs.shell import ROOT, Shell
from derive.report.outcome import summary
from derive.verdict import FileReport

NOTE: Final = r"""$$Z_1 = W_1 X + b_1, \quad A_1 = \tanh(Z_1)$$
$$Z_2 = W_2 A_1 + b_2, \quad A_2 = \text{softmax}(Z_2)$$
$$J = \frac{1}{m} \sum_{i=1}^m (A_2 - Y)^2$$

$$dZ_2 = \frac{2}{m} (A_2 - Y)$$
$$dW_2 = dZ_2 A_1^T$$
$$dZ_1 = W_2 dZ_2 \odot (1 - A_1^2)$$
"""
"""A note with two mistakes."""

SPEC: Final = """name = "moons"
input = 2
loss = "cross_entropy"

[[layer]]
units = 16
activation = "tanh"

[[layer]]
units = 2
activation = "softmax"

[training]
optimizer = "adam"
learning_rate = 0.01
batch_size = 32
epochs = 60
seed = 0
"""

DATA: Final = """import numpy as np

rng = np.random.default_rng(0)
t = rng.uniform(0, np.pi, 200)
upper = np.stack([np.cos(t), np.sin(t)], axis=1)
lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=1)
X = np.concatenate([upper, lower]) + rng.normal(0, 0.1, (400, 2))
np.savez("points.npz", X=X, y=np.repeat([0, 1], 200))
"""

CODE: Final = """import numpy as np


def forward(X, W1, b1, W2, b2):
    Z1 = W1 @ X + b1
    A1 = np.tanh(Z1)
    Z2 = W2 @ A1 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return A1, A2


def cost(A2, Y):
    return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / Y.shape[1]


def backward(X, Y, A1, A2, W2):
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = (W2.T @ dZ2) * (1 - A1)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2
"""
"""NumPy code with one mistake."""

OWN: Final = """name = "own"
input = 2
loss = "squared_error"

[activations.my_act]
formula = "x * tanh(softplus(x))"

[[layer]]
units = 4
activation = "my_act"

[[layer]]
units = 1
activation = "identity"
"""
"""A spec with a formula of its own."""

WORKFLOW: Final = """on: [push, pull_request]
jobs:
  notes:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: "3.12"}
      - run: pip install ./derive
      - run: derive verify notes/ --format github
"""
"""A job that judges a repository in which a copy of the project lies in ``derive``."""

FIT: Final = """import json
import sys

import numpy as np

sys.path.insert(0, "moons")
import moons

data = np.load("points.npz")
history = moons.fit(moons.init(0), data["X"].T, data["y"])
print(json.dumps({"loss of the training": history.loss}))
"""
"""Trains the network of `SPEC` and prints its losses."""


TRAINING_SPEC: Final = """name = "digits"
input = 64
input_scale = 16
examples = "rows"
loss = "cross_entropy"
[[layer]]
units = 24
activation = "relu"
dropout = 0.1
[[layer]]
units = 10
activation = "softmax"
[training]
optimizer = "adamw"
learning_rate = 5e-3
batch_size = 32
epochs = 8
patience = 3
"""
"""A classifier of small images."""

TRAINING_PROGRAM: Final = """import sys

import numpy as np

sys.path.insert(0, "digits")
import digits as net

rng = np.random.default_rng(0)
labels = rng.integers(0, 10, 1200)
images = rng.integers(0, 17, (10, 64))[labels] + rng.integers(-7, 8, (1200, 64))
np.save("images.npy", np.clip(images, 0, 16).astype(np.uint8))

X = np.load("images.npy", mmap_mode="r")
parts = {"validation": (X[1000:], labels[1000:]), "checkpoint": "run.npz"}
net.fit(net.init(0), X[:1000], labels[:1000], epochs=3, **parts)  # broken off, say
history = net.fit(net.init(0), X[:1000], labels[:1000], **parts)  # goes on from epoch 3
print(history.summary())

net.save("digits.npz", history.best)
output = net.predict(net.load("digits.npz"), X[1000:])
counts = net.runtime.confusion(net.NETWORK, output, labels[1000:])
print(f"{counts.trace()} of {counts.sum()} right")
try:
    history.plot("run.png", confusion=counts)
except ImportError as error:
    print(error)
"""
"""Trains the network of `TRAINING_SPEC` by memory map and checkpoint."""

DIVERGING_PROGRAM: Final = """import sys

import numpy as np

sys.path.insert(0, "digits")
import digits as net

X = np.load("images.npy", mmap_mode="r")
start = net.init(0)
start.W2[...] = 3e38  # so that a product overflows
try:
    with np.errstate(all="ignore"):
        net.fit(start, X, np.zeros(len(X), int))
except net.runtime.NonFiniteLoss as error:
    print(error)
    print(error.first, error.layer, error.epoch, error.step, error.checkpoint)
"""
"""Trains the same network until its loss is not finite."""


def _own_formulas() -> bool:
    """Whether specs take formulas of their own."""
    try:
        parse(OWN.encode(), "own.toml")
    except SpecError:
        return False
    return True


VALUES: Final[Mapping[str, Any]] = {
    "note": NOTE,
    "spec": SPEC,
    "training_spec": TRAINING_SPEC,
    "training_program": TRAINING_PROGRAM,
    "diverging_program": DIVERGING_PROGRAM,
    "data": DATA,
    "code": CODE,
    "regression": REMARKED["D413"].wrong,
    "codes": len(CODES),
    "own": OWN,
    "workflow": WORKFLOW,
    "own_formulas": _own_formulas(),
    "measurable": (ROOT / "benchmarks" / "training_step.py").exists(),
}


def of_library(library: FileReport) -> dict[str, object]:
    """How many rules of the library were proved in this build."""
    counts = summary([library])
    return {"rules": counts["claims"], "proved": counts["verified"]}


@dataclass(frozen=True, slots=True)
class Judged:
    """How long the claims of `NOTE` took, in milliseconds; worst: of those that are wrong."""

    claims: int
    median: str
    worst: str


def judging(shell: Shell) -> Judged:
    """Judges `NOTE` once more, with the clock."""
    shell.file("note.md", NOTE)
    told = json.loads(shell.done("derive verify note.md --timings --format json", 1))
    found = told["files"][0]["claims"]
    times = [claim["milliseconds"] for claim in found]
    wrong = [claim["milliseconds"] for claim in found if claim["verdict"] == "refuted"]
    return Judged(len(times), f"{median(times):.1f}", f"{max(wrong):.0f}")


def lines(shell: Shell, name: str, start: str) -> str:
    """The function of an emitted file that begins with `start`; a problem if it is not there."""
    try:
        text = (shell.folder / name).read_text(encoding="utf-8")
    except OSError as error:
        shell.problems.append(f"{shell.page}: {name}: {error.strerror}")
        return ""
    found = function(text, start)
    if not found:
        shell.problems.append(f"{shell.page}: {name}: no {start!r} in it")
    return found


def function(text: str, start: str) -> str:
    """The function that begins with `start`, without what stands behind it; "" if there is none.

    >>> function("a = 1\\n\\n\\ndef f():\\n    pass\\n\\n\\nb = 2\\n", "def f").splitlines()
    ['def f():', '    pass']
    """
    found = re.search(rf"^{re.escape(start)}.*?(?=\n\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    return found[0] if found else ""


def training_curve(shell: Shell) -> str:
    """The losses of the network that a page has generated, as SVG; it is trained once more."""
    shell.file("fit.py", FIT)
    return training_svg(shell.done("python fit.py"))


def training_svg(printed: str) -> str:
    """The losses that a training has printed as JSON, by their names."""
    return curve_svg(json.loads(printed or "{}"), "A training")


def section(text: str, heading: str) -> str:
    """The part of a Markdown file under a heading of second rank.

    >>> section("# A\\n\\n## B\\n\\nb\\n\\n## C\\n", "B")
    'b'
    """
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if found is None:
        raise ValueError(f"no section {heading!r}")
    return found[1].strip()
