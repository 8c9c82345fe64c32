"""The keys of a spec, for the page that lists them: what each means, and what it is by default.

In: what the generator accepts, read from it.  Out: tables as Markdown.  A key that the generator
knows and this page does not is an error of the build.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from codegen import layers, spec
from codegen.kernels import ACTIVATIONS, LOSSES, OUTPUT, constants
from derive.report.explain import markdown_text

RICH: Final = """name = "rich"
input = 6
loss = "cross_entropy"
label_smoothing = 0.1
class_weights = [1.0, 2.0, 3.0]
sample_weights = true
l1 = 1e-4
l2 = 1e-3

[[layer]]
units = 5
activation = "relu"
norm = "layer"

[[layer]]
units = 5
activation = "gelu"
skip = 1
dropout = 0.2

[[layer]]
units = 3
activation = "softmax"

[training]
optimizer = "adamw"
learning_rate = 1e-3
schedule = "cosine"
warmup = 2
clip_norm = 1.0
patience = 5
batch_size = 64
epochs = 20
seed = 0
"""
"""A spec with something of everything."""

_SAID: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "top": {
        "name": ("a Python identifier: the name of the module", "needed"),
        "description": ("a remark for `derivation.md`", "none"),
        "input": ("the number of features", "needed"),
        "examples": ("`columns`: X is (features, m); `rows`: X is (m, features)", "`columns`"),
        "dtype": ("`float32` or `float64`", "`float32`"),
        "input_scale": ("X is divided by it; whole numbers are accepted then", "none"),
        "loss": ("one of the losses below; its constants are keys of their own", "needed"),
        "l1": ("adds l1 times the sum of the absolute weights, biases excluded", "0"),
        "l2": ("adds l2 / 2 times the sum of the squared weights, biases excluded", "0"),
        "label_smoothing": ("share of each label that is spread over the classes", "0"),
        "class_weights": ("a factor of the loss for each output", "none"),
        "sample_weights": ("true: what takes labels takes weights of the examples too", "false"),
        "layer": ("the layers, each written `[[layer]]`, the first at the input", "needed"),
        "training": ("how the network is trained when nothing else is said", "as below"),
        "activations": ("formulas of your own, by name", "none"),
        "losses": ("formulas of your own, by name", "none"),
    },
    "layer": {
        "units": ("the width", "needed"),
        "activation": ("one of those below; its constants are keys of their own", "needed"),
        "init": (f"how the weights begin: {', '.join(spec.INITIALISERS)}", "by activation"),
        "norm": (
            "`layer` or `batch`: normalises what enters the activation, over the units of an "
            "example or over the examples, with a scale and a shift",
            "none",
        ),
        "norm_momentum": ("weight of a batch in the running statistics of `batch`", "0.1"),
        "norm_epsilon": ("is added to the variance", "1e-5"),
        "skip": ("the output of the layer so many below is added", "0: none"),
        "dropout": ("share of the units that a training step leaves out", "0"),
    },
    "training": {
        "optimizer": (", ".join(spec.OPTIMIZERS), "`sgd`"),
        "learning_rate": ("", "0.1 for sgd, 0.01 for momentum and nesterov, else 0.001"),
        "schedule": (f"course of the learning rate: {', '.join(spec.SCHEDULES)}", "`constant`"),
        "warmup": ("epochs in which the rate grows from 0", "0"),
        "clip_norm": ("longer gradients are shortened to this length", "none"),
        "patience": ("epochs without a better loss after which it ends", "0: none"),
        "batch_size": ("examples of a step", "64"),
        "epochs": ("", "10"),
        "seed": ("of start, shuffling and dropout", "0"),
    },
}


class UnknownKey(LookupError):
    """A key that the generator knows, and the page does not."""


def table(part: str) -> str:
    """The keys of a part: ``"top"``, ``"layer"`` or ``"training"``."""
    said = _SAID[part]
    known = {"top": spec._TOP, "layer": layers._LAYER, "training": spec._TRAINING}[part]
    if missing := sorted(set(known) - set(said)):
        raise UnknownKey(f"the page of the spec does not say what {', '.join(missing)} means")
    lines = ["| key | means | if left out |", "| --- | --- | --- |"]
    lines += [f"| `{key}` | {said[key][0]} | {said[key][1]} |" for key in known]
    if part == "training":
        rows = [*spec._CONSTANTS.items(), *spec.SCHEDULES.items()]
        lines += [
            f"| `{key}` | constant of {name} | {value:g} |"
            for name, defaults in rows
            for key, value in defaults.items()
        ]
    return "\n".join(lines)


def activations() -> str:
    """Every activation of a layer with its constants."""
    lines = ["| `activation` | constants |", "| --- | --- |"]
    for name, row in ACTIVATIONS.items():
        link = f"[{markdown_text(name)}](library/{name.replace('_', '-')}.md)"
        given = ", ".join(f"`{key}` = {value:g}" for key, value in constants(row).items())
        lines.append(f"| {link} | {given} |")
    return "\n".join(lines)


def losses() -> str:
    """Every loss with its constants and the output that it needs."""
    lines = ["| `loss` | last activation | constants |", "| --- | --- | --- |"]
    for name, row in LOSSES.items():
        link = f"[{markdown_text(name)}](library/{name.replace('_', '-')}.md)"
        given = ", ".join(f"`{key}` = {value:g}" for key, value in constants(row).items())
        needed = OUTPUT[name]
        lines.append(f"| {link} | {f'`{needed}`' if needed else 'any'} | {given} |")
    return "\n".join(lines)
