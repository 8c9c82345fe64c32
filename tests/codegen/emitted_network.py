"""Emitted networks for the tests: render a spec, import the folder, complex and plain twins."""

from __future__ import annotations

import importlib
import itertools
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from codegen import trainer
from codegen.emit import derive_network, render
from codegen.spec import parse

_COUNTER = itertools.count()


class AnalyticNumPy:
    """NumPy with an analytic ``abs``: the same on real numbers, differentiable beside them."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    @staticmethod
    def abs(x: Any) -> Any:
        return np.where(np.real(x) >= 0, x, -x)

    @staticmethod
    def sign(x: Any) -> Any:
        return np.sign(np.real(x))


def load(folder: Path, name: str) -> ModuleType:
    """``NAME.py`` of an emitted folder as a module of its own, with its own runtime."""
    package = f"emitted_{next(_COUNTER)}"
    parent = ModuleType(package)
    parent.__path__ = [str(folder)]
    sys.modules[package] = parent
    return importlib.import_module(f"{package}.{name}")


def emit(text: str, folder: Path) -> ModuleType:
    """The network of a spec, rendered into `folder` and imported."""
    name, files = _rendered(text, (trainer.UNCHUNKED, trainer.CHUNK))
    for path, data in files.items():
        (folder / path).write_bytes(data)
    return load(folder, name)


@cache
def _rendered(text: str, _chunks: tuple[int, int]) -> tuple[str, dict[str, bytes]]:
    """The name of the network of a spec, and its files; known again by what chunks are, too."""
    derivation = derive_network(parse(text.encode()))
    return derivation.spec.name, dict(render(derivation))


def spec_text(
    hidden: str = "tanh",
    output: str = "softmax",
    loss: str = "cross_entropy",
    *,
    examples: str = "columns",
    l2: float = 0.0,
    optimizer: str = "sgd",
    scale: float | None = None,
    dtype: str = "float64",
    name: str = "net",
) -> str:
    """A spec 5-4-6-3 with rate 0.05."""
    lines = [
        f'name = "{name}"',
        "input = 5",
        f'examples = "{examples}"',
        f'dtype = "{dtype}"',
        f'loss = "{loss}"',
        f"l2 = {l2}",
        "" if scale is None else f"input_scale = {scale}",
    ]
    for units, activation in ((4, hidden), (6, hidden), (3, output)):
        lines += ["[[layer]]", f"units = {units}", f'activation = "{activation}"']
    lines += ["[training]", f'optimizer = "{optimizer}"', "learning_rate = 0.05"]
    return "\n".join(lines)


def batch(net: ModuleType, m: int, seed: int = 0) -> tuple[Any, Any, Any]:
    """Float64 parameters with biases that are not 0, inputs, and labels that sum to one."""
    rng = np.random.default_rng(seed)
    start = net.init(seed, "float64")
    params = type(start)(*(a + 0.1 * rng.standard_normal(a.shape) for a in start))
    network = net.NETWORK
    X = rng.standard_normal((network.features, m)) * (network.input_scale or 1.0)
    Y = rng.random((network.outputs, m))
    if network.outputs > 1:
        Y /= Y.sum(axis=0)
    return (params, X, Y) if network.axis else (params, X.T.copy(), Y.T.copy())


def part(net: ModuleType, array: Any, count: int) -> Any:
    """The first examples of a batch."""
    return array[:, :count] if net.NETWORK.axis else array[:count]


def complex_step(
    net: ModuleType, params: Any, X: Any, Y: Any, *weights: Any, entries: int = 10**9
) -> list[Any]:
    """The gradient by complex steps through the analytic twin; NaN where not computed.

    weights: those of the examples, where the network takes them.
    """
    net.np = AnalyticNumPy()
    scaled = net._inputs(params, X)
    Y = net._labels(scaled, Y)
    rng = np.random.default_rng(1)
    weights = tuple(net._weights(scaled, given) for given in weights)
    out = []
    try:
        for n, array in enumerate(params):
            found = np.full(array.shape, np.nan)
            chosen = rng.permutation(array.size)[:entries]
            for flat in chosen:
                index = np.unravel_index(flat, array.shape)
                moved = [a.astype(complex) if k == n else a for k, a in enumerate(params)]
                moved[n][index] += 1e-30j
                found[index] = np.imag(net._loss(type(params)(*moved), scaled, Y, *weights)) / 1e-30
            out.append(found)
    finally:
        net.np = np
    return out


def worst(found: Any, reference: Any) -> float:
    """The largest difference relative to the largest entry of each parameter's gradient."""
    ratios = []
    for a, b in zip(found, reference, strict=True):
        known = ~np.isnan(b)
        scale = float(np.abs(b[known]).max()) or 1.0
        ratios.append(float(np.abs(a[known] - b[known]).max()) / scale)
    return max(ratios)


def textbook(net: ModuleType, optimizer: str, rate: float) -> Any:
    """The optimiser as its paper writes it: called with parameters and gradients, in place."""
    state: dict[str, Any] = {"t": 0}

    def update(params: Any, gradients: Any) -> None:
        state["t"] += 1
        t = state["t"]
        if t == 1:
            state["v"] = [np.zeros_like(p) for p in params]
            state["s"] = [np.zeros_like(p) for p in params]
        for p, g, v, s in zip(params, gradients, state["v"], state["s"], strict=True):
            if optimizer == "sgd":
                p -= rate * g
            elif optimizer in ("momentum", "nesterov"):
                v[...] = 0.9 * v + g
                p -= rate * (g + 0.9 * v if optimizer == "nesterov" else v)
            elif optimizer == "rmsprop":
                s[...] = 0.9 * s + 0.1 * g * g
                p -= rate * g / (np.sqrt(s) + 1e-8)
            else:
                v[...] = 0.9 * v + 0.1 * g
                s[...] = 0.999 * s + 0.001 * g * g
                decay = 0.01 * p if optimizer == "adamw" else 0.0
                p -= rate * ((v / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8) + decay)

    return update
