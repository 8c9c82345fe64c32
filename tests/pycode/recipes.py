"""How the programs of the corpus are called, so that what is said of them can be tried out.

Run as ``python -m tests.pycode.recipes`` this is the process in which edited programs run: it
reads JSON ``{"name": ..., "path": ..., "sources": [...], "shapes": [...]}`` and writes for each source null if it
fails, else for each parameter whether the gradient is that of the cost, by central differences
for three sets of sizes.
"""

from __future__ import annotations

import json
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

SIZES = (
    {"n": 4, "m": 5, "h": 3, "k": 2, "l": 6},
    {"n": 2, "m": 3, "h": 5, "k": 4, "l": 7},
    dict.fromkeys("nmhkl", 3),
)
STEP = 1e-6
SECONDS = 4
Arrays = dict[str, Any]
Call = Callable[[Any, SimpleNamespace], Any]


@dataclass(frozen=True)
class Recipe:
    """arrays: what is differentiated by; data: what is given; shapes as ``"n m"``, domain before.

    cost: the cost as a number; gradients: a dictionary over names of `arrays`.  Both take the
    program and a namespace of all arrays and sizes (``s.p`` is a dictionary of `arrays`).
    """

    arrays: dict[str, str]
    data: dict[str, str]
    cost: Call
    gradients: Call


def array(text: str, sizes: dict[str, int], rng: np.random.Generator) -> Any:
    """Random data: ``"n m"`` normal, ``"unit k m"`` in (0, 1), ``"share k m 0"`` adding up to 1
    along axis 0, ``"class m k"`` labels below k, ``"number"``."""
    kind, *rest = text.split()
    if kind == "number":
        return float(rng.uniform(0.2, 0.8))
    if kind == "class":
        return rng.integers(0, sizes[rest[1]], sizes[rest[0]])
    if kind == "share":
        values = rng.uniform(0.1, 1.0, [sizes[d] for d in rest[:2]])
        return values / values.sum(axis=int(rest[2]), keepdims=True)
    dims = rest if kind in ("unit", "positive") else [kind, *rest]
    shape = [1 if d == "1" else sizes[d] for d in dims]
    if kind == "unit":
        return rng.uniform(0.1, 0.9, shape)
    return rng.uniform(0.5, 2.0, shape) if kind == "positive" else rng.normal(0, 1, shape)


def right(program: Any, recipe: Recipe, sizes: dict[str, int], seed: int) -> dict[str, bool]:
    """For every gradient that is returned whether central differences agree."""
    rng = np.random.default_rng(seed)
    arrays = {k: array(v, sizes, rng) for k, v in recipe.arrays.items()}
    data = {k: array(v, sizes, rng) for k, v in recipe.data.items()}

    def scene() -> SimpleNamespace:
        fresh = {k: np.copy(v) if isinstance(v, np.ndarray) else v for k, v in arrays.items()}
        same = {k: np.copy(v) if isinstance(v, np.ndarray) else v for k, v in data.items()}
        return SimpleNamespace(**{**sizes, **fresh, **same, "p": fresh, "seed": seed})

    if not np.isfinite(recipe.cost(program, scene())):
        return {}  # nothing is claimed where the cost is not defined
    found = recipe.gradients(program, scene())
    out: dict[str, bool] = {}
    for name, gradient in found.items():
        if name in arrays:
            wanted = _differences(arrays, name, lambda: recipe.cost(program, scene()))
            noise = 1e-15 * abs(float(recipe.cost(program, scene()))) / STEP
            got = np.asarray(gradient, float)
            scale = 1e-3 + np.abs(wanted).max()
            out[name] = bool(
                _fits(got.shape, np.shape(wanted))
                and np.abs(got - wanted).max() <= 1e-4 * scale + noise
            )
    return out


def _fits(got: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Of the shape of the parameter, but for axes of size 1 in front."""
    return got == wanted or (1,) * (len(wanted) - len(got)) + got == wanted


def _differences(arrays: Arrays, name: str, cost: Callable[[], Any]) -> Any:
    kept = arrays[name]
    out = np.zeros(np.shape(kept))
    for at in np.ndindex(np.shape(kept)):
        values = []
        for sign in (1, -1):
            moved = np.array(kept, float)
            moved[at] += sign * STEP
            arrays[name] = moved if moved.ndim else float(moved)
            values.append(float(cost()))
        out[at] = (values[0] - values[1]) / (2 * STEP)
    arrays[name] = kept
    return out


# -- the programs -----------------------------------------------------------------------------


def _named(names: str, values: Any) -> Arrays:
    return dict(zip(names.split(), values, strict=True))


def _two_layers(rows: bool, vector: bool = False) -> dict[str, str]:
    """Shapes of W1, b1, W2, b2."""
    if not rows:
        return {"W1": "h n", "b1": "h 1", "W2": "k h", "b2": "k 1"}
    b1, b2 = ("h", "k") if vector else ("1 h", "1 k")
    return {"W1": "n h", "b1": b1, "W2": "h k", "b2": b2}


def _class_rows(p: Any, s: SimpleNamespace) -> Any:
    net = p.TwoLayerNet(2, 2, 2)
    net.params.update(s.p)
    return net.loss_and_gradients(s.X, s.y, 0.3)


def _dense(p: Any, s: SimpleNamespace) -> Any:
    layer = p.Dense(2, 2)
    layer.W, layer.b = s.W, s.b
    return layer, np.sum(layer.forward(s.x) * s.dout)


def _dense_gradients(p: Any, s: SimpleNamespace) -> Arrays:
    layer, _ = _dense(p, s)
    dx = layer.backward(s.dout)
    left = {"W": getattr(layer, "dW", None), "b": getattr(layer, "db", None)}
    return {"x": dx, **{k: v for k, v in left.items() if v is not None}}


def _columns(p: Any, s: SimpleNamespace) -> Any:
    return p.forward_propagation(s.X, s.p)


def _listed(p: Any, s: SimpleNamespace) -> Any:
    net = p.Network()
    net.weights = [s.weights_0, s.weights_1, s.weights_2]
    net.biases = [s.biases_0, s.biases_1, s.biases_2]
    return net, net.loss(net.forward(s.X), s.y)


def _listed_gradients(p: Any, s: SimpleNamespace) -> Arrays:
    net, _ = _listed(p, s)
    net.backward(s.y)
    names = "weights_0 weights_1 weights_2 biases_0 biases_1 biases_2"
    return _named(names, [*net.dweights, *net.dbiases])


RECIPES: dict[str, Recipe] = {
    "class_rows_labels": Recipe(
        _two_layers(True, True),
        {"X": "m n", "y": "class m k"},
        lambda p, s: next(v for v in _class_rows(p, s) if not isinstance(v, dict)),
        lambda p, s: next(v for v in _class_rows(p, s) if isinstance(v, dict)),
    ),
    "dense_layer": Recipe(
        {"x": "m n", "W": "n h", "b": "h"},
        {"dout": "m h"},
        lambda p, s: _dense(p, s)[1],
        _dense_gradients,
    ),
    "dictionary_columns": Recipe(
        _two_layers(False),
        {"X": "n m", "Y": "unit k m"},
        lambda p, s: p.compute_cost(_columns(p, s)[0], s.Y),
        lambda p, s: {
            k[1:]: v
            for k, v in p.backward_propagation(s.p, _columns(p, s)[1], s.X, s.Y).items()
        },
    ),
    "layer_stages": Recipe(
        {"x": "m n", "gamma": "1 n", "beta": "1 n"},
        {"dout": "m n"},
        lambda p, s: np.sum(s.dout * p.layernorm_forward(s.x, s.gamma, s.beta)[0]),
        lambda p, s: _named(
            "x gamma beta",
            p.layernorm_backward(s.dout, p.layernorm_forward(s.x, s.gamma, s.beta)[1]),
        ),
    ),
    "list_of_layers": Recipe(
        {
            "weights_0": "n h", "weights_1": "h l", "weights_2": "l k",
            "biases_0": "1 h", "biases_1": "1 l", "biases_2": "1 k",
        },
        {"X": "m n", "y": "m k"},
        lambda p, s: _listed(p, s)[1],
        _listed_gradients,
    ),
    "logistic_regression": Recipe(
        {"w": "n", "b": "number"},
        {"X": "m n", "y": "unit m"},
        lambda p, s: p.loss(s.w, s.b, s.X, s.y),
        lambda p, s: _named("w b", p.gradients(s.w, s.b, s.X, s.y)),
    ),
}  # fmt: skip


def recipe_of(name: str) -> Recipe:
    """The recipe of a program of the corpus."""
    return RECIPES[name]


def reshaped(texts: dict[str, str], shapes: dict[str, list[str | int]]) -> dict[str, str]:
    """The arrays of a recipe with other shapes: those that an edited program has."""
    out = dict(texts)
    for name, text in texts.items():
        if name in shapes:
            rows, columns = map(str, shapes[name])
            kind, *rest = text.split()
            if kind == "share":
                out[name] = f"share {rows} {columns} {rest[2]}"
            elif kind == "class":
                out[name] = f"class {rows} {columns}"
            elif kind != "number":
                plain = [kind, *rest] if kind not in ("unit", "positive") else rest
                domain = f"{kind} " if kind in ("unit", "positive") else ""
                out[name] = domain + (columns if len(plain) == 1 else f"{rows} {columns}")
    return out


def judge(
    name: str, path: str, source: str, shapes: dict[str, list[str | int]] | None = None
) -> dict[str, bool]:
    """Which gradients are right for several sets of sizes; raises what the program raises.

    shapes: those of the arrays of the program where they are not its recipe's.
    """
    space: dict[str, Any] = {"__name__": "edited", "__file__": path}
    exec(compile(source, path, "exec"), space)
    recipe = recipe_of(name)
    settings = SIZES
    if shapes is not None:
        arrays, data = reshaped(recipe.arrays, shapes), reshaped(recipe.data, shapes)
        recipe = replace(recipe, arrays=arrays, data=data)
        symbols = sorted({d for dims in shapes.values() for d in dims if isinstance(d, str)})
        settings = tuple(
            {**SIZES[0], **{d: 2 + (k + turn) % 5 for k, d in enumerate(symbols)}}
            for turn in (0, 2)
        )
    found = [
        right(SimpleNamespace(**space), recipe, sizes, seed) for seed, sizes in enumerate(settings)
    ]
    found = [one for one in found if one]
    return {k: all(one.get(k, False) for one in found) for one in found[:1] for k in one}


def _late(*_: object) -> None:
    raise TimeoutError


def main() -> None:
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    request = json.load(sys.stdin)
    signal.signal(signal.SIGALRM, _late)
    out = []
    for source, shapes in zip(request["sources"], request["shapes"], strict=True):
        signal.alarm(SECONDS)
        try:
            out.append(judge(request["name"], request["path"], source, shapes))
        except BaseException:
            out.append(None)
        finally:
            signal.alarm(0)
    json.dump(out, sys.stdout)


if __name__ == "__main__":
    main()
