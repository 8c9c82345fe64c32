"""Every network of a kind that a spec can say is explained and drawn, one rule a line.

``python -m tests.explain.everywhere [WORD ...]``: each activation in a hidden layer, each loss with
each output activation that it takes, norms, skips, dropout, penalties, weights, and formulas with
learned parameters, in columns and rows; with words only the networks whose name has one of them.
About ten minutes; pytest takes a few (`test_everywhere.py`).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from codegen.kernels import ACTIVATIONS, LOSSES, OUTPUT
from derive.explain.gradient import NoDerivation
from derive.explain.graph import network_svg
from derive.explain.network import network_sections
from tests.explain.leaps import leaps

LAYOUTS = ("columns", "rows")
MIXED = ("sigmoid", "tanh", "relu", "softplus", "leaky_relu", "gelu")
"""Activations that are put beside norms, skips and dropout."""
EXTRAS = {
    "l1": "l1 = 0.1", "l2": "l2 = 0.1", "smoothing": "label_smoothing = 0.1",
    "classes": "class_weights = [1.0, 2.0, 3.0]", "samples": "sample_weights = true",
    "all": "l1 = 0.1\nl2 = 0.1\nlabel_smoothing = 0.1\nclass_weights = [1.0, 2.0, 3.0]\nsample_weights = true",
}  # fmt: skip
LEARNED = {
    "swish": "x / (1 + exp(-slope * x))", "prelu": "max(x, 0) + slope * min(x, 0)",
    "steep": "sigmoid(slope * x)", "stepped": "sigmoid(slope * x) * max(x, 0)",
    "beside": "tanh(slope * x) + max(x, 0)", "soft": "softplus(slope * x) / slope",
    "folded": "abs(x) * sigmoid(slope * x)", "lifted": "sigmoid(x) * slope + max(x, 0)",
}  # fmt: skip
FORMULAS = {
    "logcosh": "log(cosh(a - y))", "fourth": "(a - y)^4", "distance": "abs(a - y)",
    "rounded": "sqrt(1 + (a - y)^2) - 1",
}  # fmt: skip


def layer(activation: str, units: int = 3, more: str = "") -> str:
    """One layer of a spec."""
    return f'[[layer]]\nunits = {units}\nactivation = "{activation}"\n{more}\n'


def spec(layers: str, loss: str = "squared_error", more: str = "", behind: str = "") -> str:
    """The text of a spec, without its layout."""
    return f'name = "net"\ninput = 3\nloss = "{loss}"\n{more}\n{layers}{behind}'


def networks() -> Iterator[tuple[str, str]]:
    """Names and texts of specs, each without its layout."""
    last = layer("identity", 1)
    for name in ACTIVATIONS:
        if name != "softmax":
            yield f"hidden {name}", spec(layer(name) + last)
    for loss in LOSSES:
        for output in [OUTPUT[loss]] if OUTPUT[loss] else ACTIVATIONS:
            yield f"{loss} behind {output}", spec(layer("tanh") + layer(output), loss)
    for name in MIXED:
        for norm in ("layer", "batch"):
            yield f"{norm} norm, {name}", spec(layer(name, 3, f'norm = "{norm}"') + last)
        yield f"skip, {name}", spec(layer(name) + layer(name, 3, "skip = 1") + last)
        yield f"dropout, {name}", spec(layer(name, 3, "dropout = 0.2") + last)
    for name, line in EXTRAS.items():
        yield f"extras {name}", spec(layer("sigmoid") + layer("softmax"), "cross_entropy", line)
    for name, formula in LEARNED.items():
        own = (
            f'[activations.{name}]\nformula = "{formula}"\n'
            'parameters = {slope = 1.5}\nlearned = ["slope"]\n'
        )
        yield f"learned {name}", spec(layer(name) + last, behind=own)
        yield f"learned {name}, twice", spec(layer(name) * 2 + layer("sigmoid", 1), behind=own)
    for name, formula in FORMULAS.items():
        own = f'[losses.{name}]\nformula = "{formula}"\n'
        yield f"formula {name}", spec(layer("sigmoid") + layer("tanh", 2), name, behind=own)


def wrong(text: str, layout: str, folder: Path) -> Iterator[str]:
    """What is wrong with the explanation of a spec in a layout."""
    path = folder / "net.toml"
    path.write_text(text.replace("input = 3\n", f'input = 3\nexamples = "{layout}"\n'), "utf-8")
    try:
        _, sections = network_sections(path)
    except NoDerivation as error:
        yield f"no derivation: {error}"
        return
    for section in sections[1:-1]:
        yield from leaps(section.steps)
    if "</svg>" not in network_svg(path):
        yield "no picture"


def main(words: list[str]) -> int:
    """Looks at every network, or at those with one of the words in their name."""
    failed = count = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in networks():
            for layout in LAYOUTS if not words or any(word in name for word in words) else ():
                found = list(wrong(text, layout, Path(scratch)))
                count, failed = count + 1, failed + bool(found)
                for line in found[:3]:
                    print(f"{name}, {layout}: {line[:200]}", flush=True)
    print(f"{count - failed} of {count} networks are explained, one rule a line")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
