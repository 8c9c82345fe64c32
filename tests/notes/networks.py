"""Dense networks in plain NumPy, written down by hand, and their gradients by differences.

This is what the notes under test are *about*, said without the project: a forward pass, a
cost, and ``dJ/dV`` for every V by central differences with V held as if it were independent.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Elementwise = Callable[[Array], Array]
STEP = 1e-5


def sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


ACTIVATIONS: dict[str, Elementwise] = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "leaky": lambda z: np.where(z > 0, z, 0.01 * z),
    "some": lambda z: np.sin(1.3 * z) + 0.4 * z * z,
    "other": lambda z: np.cos(0.7 * z) - 0.3 * z**3,
}
"""Activations; `some` and `other` stand for functions that a note leaves open."""


def slope(function: Elementwise, z: Array) -> Array:
    """The derivative, entry by entry; no kink within the step."""
    return np.asarray((function(z + STEP) - function(z - STEP)) / (2 * STEP))


def binary_cross_entropy(a: Array, y: Array) -> Array:
    return -(y * np.log(a) + (1 - y) * np.log(1 - a))


COSTS: dict[str, Callable[[Array, Array], Array]] = {
    "binary": binary_cross_entropy,
    "cross": lambda a, y: -y * np.log(a),
    "squared": lambda a, y: (a - y) ** 2,
    "half": lambda a, y: (a - y) ** 2 / 2,
    "linear": lambda a, y: a - y,
}
"""Costs of one output of one example."""


@dataclass(frozen=True, eq=False)
class Net:
    """What a note describes.

    activations: one a layer; ``softmax`` only last.  count: the letter m as a number, for the
    examples.  mean: the cost is a mean over them.  carries: dZ is m times the gradient.
    """

    activations: tuple[str, ...]
    cost: str
    rows: bool = False
    mean: bool = True
    carries: bool = True
    turned: bool = False
    """Weights stand transposed: ``Z = W^T A + b``."""
    single: bool = False
    """One example, without m."""
    functions: Mapping[str, str] = field(default_factory=dict)
    """Letters for functions, as the note writes them, to names of activations; ``layer``: the
    letter stands for the activation of whatever layer its argument belongs to."""

    @property
    def depth(self) -> int:
        return len(self.activations)


class Point:
    """A network with random numbers in it.

    path: every array is a single number, the cost that of one example and m any number.
    """

    def __init__(self, net: Net, seed: int, *, path: bool = False, examples: int = 3) -> None:
        self.net, self.path = net, path
        random = np.random.default_rng(seed)
        spread = [1] * (net.depth + 1) if path else random.permutation(net.depth + 1) + 2
        alone = path or net.single
        self.examples = 1 if alone else examples + 3
        self.m = float(random.uniform(2, 3)) if alone else float(self.examples)
        self.random = random
        self.base: dict[str, Array] = {"X": self._data(int(spread[0]))}
        for layer in range(1, net.depth + 1):
            into, out = int(spread[layer - 1]), int(spread[layer])
            first = (into, out) if net.rows != net.turned else (out, into)
            self.base[f"W{layer}"] = random.uniform(-0.9, 0.9, first)
            self.base[f"b{layer}"] = random.uniform(-0.5, 0.5, self._laid(out, 1))
        self.base["Y"] = self._labels(int(spread[-1]))
        self.values = self.forward({})
        self._gradients: dict[str, Array] = {}

    def _laid(self, units: int, examples: int) -> tuple[int, int]:
        return (examples, units) if self.net.rows else (units, examples)

    def _data(self, units: int) -> Array:
        return self.random.uniform(-1.2, 1.2, self._laid(units, self.examples))

    def _labels(self, units: int) -> Array:
        labels = self.random.uniform(0.1, 0.9, self._laid(units, self.examples))
        if self.net.cost == "cross" and not self.path:
            labels /= labels.sum(1 if self.net.rows else 0, keepdims=True)
        return labels

    def scalar(self, name: str) -> float:
        """A number that a note names without saying what it is."""
        return 0.3 + zlib.crc32(name.encode()) % 1000 / 2000

    def forward(self, held: Mapping[str, Array]) -> dict[str, Array]:
        """All values; those in `held` are kept whatever they would be computed from."""
        values = {**self.base, **held}
        below = values["X"]
        for layer in range(1, self.net.depth + 1):
            if f"Z{layer}" not in held:
                values[f"Z{layer}"] = self._affine(values, layer, below)
            if f"A{layer}" not in held:
                values[f"A{layer}"] = self.activate(layer, values[f"Z{layer}"])
            below = values[f"A{layer}"]
        return values

    def _affine(self, values: Mapping[str, Array], layer: int, below: Array) -> Array:
        weight = values[f"W{layer}"]
        weight = weight.T if self.net.turned else weight
        product = below @ weight if self.net.rows else weight @ below
        return np.asarray(product + values[f"b{layer}"])

    def activate(self, layer: int, z: Array) -> Array:
        """The activation of a layer."""
        name = self.net.activations[layer - 1]
        if name != "softmax":
            return ACTIVATIONS[name](z)
        if self.path:
            return ACTIVATIONS["other"](z)  # a softmax is any function on one path
        power = np.exp(z)
        return np.asarray(power / power.sum(1 if self.net.rows else 0, keepdims=True))

    def cost(self, held: Mapping[str, Array]) -> float:
        """The cost of all examples; on a path that of one."""
        values = self.forward(held)
        output = values[f"A{self.net.depth}"]
        total = float(COSTS[self.net.cost](output, values["Y"]).sum())
        return total / self.m if self.net.mean and not self.path else total

    def gradient(self, name: str) -> Array:
        """The gradient of the cost by a value, by central differences."""
        if name not in self._gradients:
            value = self.values[name]
            out = np.zeros_like(value)
            for place in np.ndindex(*value.shape):
                ends = []
                for sign in (1, -1):
                    moved = value.copy()
                    moved[place] += sign * STEP
                    ends.append(self.cost({name: moved}))
                out[place] = (ends[0] - ends[1]) / (2 * STEP)
            self._gradients[name] = out
        return self._gradients[name]

    @property
    def usable(self) -> bool:
        """Finite, within the domain of the cost, and away from every kink."""
        values = list(self.values.values())
        output = self.values[f"A{self.net.depth}"]
        in_domain = self.net.cost not in ("binary", "cross") or (
            float(output.min()) > 0.02 and float(output.max()) < 0.98
        )
        near = min(
            float(np.abs(self.values[f"Z{layer}"]).min()) for layer in range(1, self.net.depth + 1)
        )
        return all(np.isfinite(v).all() for v in values) and in_domain and near > 20 * STEP


@cache
def points(net: Net, count: int, *, path: bool = False) -> list[Point]:
    """Random points at which everything is defined and smooth."""
    out: list[Point] = []
    for seed in range(200):
        point = Point(net, 7 + seed, path=path, examples=seed % 3)
        if point.usable:
            out.append(point)
        if len(out) == count:
            return out
    raise ValueError(f"no {count} usable points of {net}")
