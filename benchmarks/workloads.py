"""The workloads of the benchmarks, and the same training step written in other ways.

A `Workload` is a stack, a batch size and an optimiser.  `generated` emits it with the
project; `Floor`, `Textbook`, `Torch` and `Jax` are what it is compared with: the matrix products
alone, NumPy as a textbook writes it, PyTorch as a user would, and a step that JAX compiled.
Every step takes the same parameters and the same batch.
"""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from codegen import generate
from codegen.demo import load_network


@dataclass(frozen=True)
class Workload:
    """sizes: of input and layers.  hidden, output: activations.  loss, optimizer: as in a spec."""

    name: str
    sizes: tuple[int, ...]
    hidden: str
    output: str
    loss: str
    batch: int
    optimizer: str
    rate: float

    def spec(self, name: str, examples: str, dtype: str) -> str:
        """The network spec in TOML."""
        layers = [(units, self.hidden) for units in self.sizes[1:-1]]
        layers.append((self.sizes[-1], self.output))
        parts = [
            f'name = "{name}"\ninput = {self.sizes[0]}\nexamples = "{examples}"\n'
            f'dtype = "{dtype}"\nloss = "{self.loss}"\n'
        ]
        parts += [f'[[layer]]\nunits = {u}\nactivation = "{a}"\n' for u, a in layers]
        parts.append(
            f'[training]\noptimizer = "{self.optimizer}"\nlearning_rate = {self.rate}\n'
            f"batch_size = {self.batch}\n"
        )
        return "\n".join(parts)

    def data(self, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """X (features, m) and Y (outputs, m) in float64."""
        rng = np.random.default_rng(seed)
        X = rng.uniform(0, 1, (self.sizes[0], self.batch))
        outputs = self.sizes[-1]
        if self.output == "softmax":
            return X, np.eye(outputs)[:, rng.integers(0, outputs, self.batch)]
        if self.output == "sigmoid":
            return X, rng.integers(0, 2, (outputs, self.batch)).astype(float)
        return X, rng.uniform(-0.5, 0.5, (outputs, self.batch))


_A = ((784, 10, 10), "leaky_relu", "softmax", "cross_entropy")
_B = ((784, 128, 64, 10), "relu", "softmax", "cross_entropy")
WORKLOADS = {
    w.name: w
    for w in (
        Workload("a64", *_A, 64, "sgd", 0.1),
        Workload("a1000", *_A, 1000, "sgd", 0.1),
        Workload("a41000", *_A, 41000, "sgd", 0.1),
        Workload("b64s", *_B, 64, "sgd", 0.05),
        Workload("b256s", *_B, 256, "sgd", 0.05),
        Workload("b64a", *_B, 64, "adam", 0.001),
        Workload("b256a", *_B, 256, "adam", 0.001),
        Workload("c", (2, 4, 1), "sigmoid", "sigmoid", "binary_cross_entropy", 4, "sgd", 0.1),
        Workload(
            "d", (784, 1024, 1024, 10), "relu", "softmax", "cross_entropy", 256, "adam", 0.001
        ),
        Workload("e", (30, 64, 32, 1), "tanh", "sigmoid", "binary_cross_entropy", 32, "sgd", 0.1),
        Workload("f", (256,) * 11, "tanh", "tanh", "half_squared_error", 128, "momentum", 0.001),
    )
}


def generated(work: Workload, folder: Path, examples: str, dtype: str) -> ModuleType:
    """The module that the generator emits for a workload."""
    name = f"{work.name}_{examples}_{dtype}"
    spec = folder / f"{name}.toml"
    spec.write_text(work.spec(name, examples, dtype))
    generate(spec, folder)
    return load_network(folder / name / f"{name}.py")


class Floor:
    """The matrix products of a step alone, each into its own array."""

    def __init__(self, work: Workload, dtype: str, *, columns: bool) -> None:
        rng = np.random.default_rng(0)
        m, sizes = work.batch, work.sizes

        def array(rows: int, cols: int) -> np.ndarray:
            shape = (rows, cols) if columns else (cols, rows)
            return rng.normal(0, 0.05, shape).astype(dtype)

        A = [array(n, m) for n in sizes]
        self.calls: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        for k in range(1, len(sizes)):
            W, dW = array(sizes[k], sizes[k - 1]), array(sizes[k], sizes[k - 1])
            Z, dZ, dA = array(sizes[k], m), array(sizes[k], m), array(sizes[k - 1], m)
            if columns:
                calls = [(W, A[k - 1], Z), (dZ, A[k - 1].T, dW), (W.T, dZ, dA)]
            else:
                calls = [(A[k - 1], W, Z), (A[k - 1].T, dZ, dW), (dZ, W.T, dA)]
            self.calls += calls[: 3 if k > 1 else 2]

    def step(self) -> None:
        """One pass over all products."""
        dot = np.dot
        for left, right, out in self.calls:
            dot(left, right, out=out)


_ACTIVATION = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z, a: a * (1 - a)),
    "tanh": (np.tanh, lambda z, a: 1 - a**2),
    "relu": (lambda z: np.maximum(0, z), lambda z, a: (z > 0) * np.ones_like(z)),
    "leaky_relu": (
        lambda z: np.where(z > 0, z, 0.01 * z),
        lambda z, a: np.where(z > 0, np.ones_like(z), np.full_like(z, 0.01)),
    ),
}


def _softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(0, keepdims=True))
    return e / e.sum(0, keepdims=True)


class Textbook:
    """Columns layout, a dictionary of parameters, a fresh array for every operation."""

    def __init__(self, work: Workload, params: Any, X: np.ndarray, Y: np.ndarray) -> None:
        self.work, self.X, self.Y = work, X, Y
        self.p = {name: array.copy() for name, array in params._asdict().items()}
        self.v = {name: np.zeros_like(array) for name, array in self.p.items()}
        self.s = {name: np.zeros_like(array) for name, array in self.p.items()}
        self.t = 0

    def step(self) -> float:
        """Forward, loss, backward, update."""
        work, p, Y, m = self.work, self.p, self.Y, self.Y.shape[1]
        depth = len(work.sizes) - 1
        A, Z = {0: self.X}, {}
        for k in range(1, depth + 1):
            Z[k] = np.dot(p[f"W{k}"], A[k - 1]) + p[f"b{k}"]
            name = work.output if k == depth else work.hidden
            A[k] = _softmax(Z[k]) if name == "softmax" else _ACTIVATION[name][0](Z[k])
        out = A[depth]
        if work.loss == "cross_entropy":
            loss = -np.sum(Y * np.log(out)) / m
        elif work.loss == "binary_cross_entropy":
            loss = -np.sum(Y * np.log(out) + (1 - Y) * np.log(1 - out)) / m
        else:
            loss = np.sum((out - Y) ** 2) / 2 / m
        dZ = out - Y
        if work.loss == "half_squared_error":
            dZ = dZ * _ACTIVATION[work.output][1](Z[depth], out)
        g = {}
        for k in range(depth, 0, -1):
            g[f"W{k}"] = np.dot(dZ, A[k - 1].T) / m
            g[f"b{k}"] = np.sum(dZ, 1, keepdims=True) / m
            if k > 1:
                slope = _ACTIVATION[work.hidden][1](Z[k - 1], A[k - 1])
                dZ = np.dot(p[f"W{k}"].T, dZ) * slope
        self._update(g)
        return float(loss)

    def _update(self, g: dict[str, np.ndarray]) -> None:
        p, v, s, rate = self.p, self.v, self.s, self.work.rate
        self.t += 1
        for name in p:
            if self.work.optimizer == "sgd":
                p[name] = p[name] - rate * g[name]
            elif self.work.optimizer == "momentum":
                v[name] = 0.9 * v[name] + g[name]
                p[name] = p[name] - rate * v[name]
            else:
                v[name] = 0.9 * v[name] + 0.1 * g[name]
                s[name] = 0.999 * s[name] + 0.001 * g[name] ** 2
                mean = v[name] / (1 - 0.9**self.t)
                square = s[name] / (1 - 0.999**self.t)
                p[name] = p[name] - rate * mean / (np.sqrt(square) + 1e-8)


def has_torch() -> bool:
    """Whether PyTorch is installed."""
    return importlib.util.find_spec("torch") is not None


class Torch:
    """PyTorch, eager, as its tutorials write a training step."""

    def __init__(self, work: Workload, params: Any, X: np.ndarray, Y: np.ndarray) -> None:
        import torch

        torch.set_num_threads(1)
        self.torch, self.work = torch, work
        self.X, self.Y = torch.tensor(X.T.copy()), torch.tensor(Y.T.copy())
        modules: list[Any] = []
        depth = len(work.sizes) - 1
        kinds = {"sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}
        kinds["leaky_relu"] = torch.nn.LeakyReLU
        for k in range(1, depth + 1):
            W, b = (torch.tensor(getattr(params, f"{kind}{k}")) for kind in "Wb")
            linear = torch.nn.Linear(work.sizes[k - 1], work.sizes[k], dtype=W.dtype)
            linear.weight.data, linear.bias.data = W, b[:, 0]
            modules.append(linear)
            if k < depth:
                modules.append(kinds[work.hidden]())
        if work.loss == "half_squared_error":
            modules.append(kinds[work.output]())
        self.net = torch.nn.Sequential(*modules)
        values = self.net.parameters()
        if work.optimizer == "adam":
            self.optimizer: Any = torch.optim.Adam(values, lr=work.rate)
        else:
            momentum = 0.9 if work.optimizer == "momentum" else 0.0
            self.optimizer = torch.optim.SGD(values, lr=work.rate, momentum=momentum)
        self.classes = self.Y.argmax(1)
        self.loss = {
            "cross_entropy": lambda z: torch.nn.functional.cross_entropy(z, self.classes),
            "binary_cross_entropy": lambda z: torch.nn.functional.binary_cross_entropy_with_logits(
                z, self.Y
            ),
            "half_squared_error": lambda a: ((a - self.Y) ** 2).sum() / (2 * len(a)),
        }[work.loss]

    def step(self) -> float:
        """Forward, loss, backward, update."""
        self.optimizer.zero_grad()
        loss = self.loss(self.net(self.X))
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())

    def params(self) -> list[np.ndarray]:
        """The parameters as arrays in the columns layout."""
        arrays = [value.detach().numpy() for value in self.net.parameters()]
        return [a if a.ndim == 2 else a[:, None] for a in arrays]


def has_jax() -> bool:
    """Whether JAX is installed."""
    return importlib.util.find_spec("jax") is not None


class Jax:
    """JAX: the whole step compiled once by `jit`, called for one batch at a time."""

    def __init__(self, work: Workload, params: Any, X: np.ndarray, Y: np.ndarray) -> None:
        os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
        import jax

        jax.config.update("jax_enable_x64", True)
        self.work, depth = work, len(work.sizes) - 1
        leaves = [getattr(params, f"{kind}{k}").astype(X.dtype) for k in range(1, depth + 1)
                  for kind in "Wb"]  # fmt: skip
        self.theta = [jax.numpy.array(a) for a in leaves]
        self.X, self.Y = jax.numpy.array(X), jax.numpy.array(Y)
        zeros = [jax.numpy.zeros_like(a) for a in self.theta]
        self.state = [zeros, [a.copy() for a in zeros]][: {"adam": 2, "momentum": 1}.get(
            work.optimizer, 0
        )]  # fmt: skip
        self.t = 0
        self.compiled = jax.jit(self._next, donate_argnums=(0, 1))

    def _cost(self, theta: Any, X: Any, Y: Any) -> Any:
        import jax
        from jax import numpy as jnp

        rules = {"sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh, "relu": jax.nn.relu,
                 "leaky_relu": lambda z: jax.nn.leaky_relu(z, 0.01)}  # fmt: skip
        work, a, m = self.work, X, X.shape[1]
        depth = len(theta) // 2
        for k in range(depth):
            z = theta[2 * k] @ a + theta[2 * k + 1]
            a = rules[work.hidden](z) if k < depth - 1 else z
        if work.loss == "cross_entropy":
            return -(Y * jax.nn.log_softmax(z, axis=0)).sum() / m
        if work.loss == "binary_cross_entropy":
            return (jnp.maximum(z, 0) - z * Y + jnp.log1p(jnp.exp(-jnp.abs(z)))).sum() / m
        return ((rules[work.output](z) - Y) ** 2).sum() / 2 / m

    def _next(self, theta: Any, state: Any, t: Any, X: Any, Y: Any) -> tuple[Any, Any, Any]:
        import jax
        from jax import numpy as jnp

        rate, kind = self.work.rate, self.work.optimizer
        cost, g = jax.value_and_grad(self._cost)(theta, X, Y)
        if kind == "sgd":
            return [a - rate * d for a, d in zip(theta, g, strict=True)], state, cost
        if kind == "momentum":
            (v,) = state
            v = [0.9 * a + d for a, d in zip(v, g, strict=True)]
            return [a - rate * d for a, d in zip(theta, v, strict=True)], [v], cost
        v, s = state
        v = [0.9 * a + 0.1 * d for a, d in zip(v, g, strict=True)]
        s = [0.999 * a + 0.001 * d * d for a, d in zip(s, g, strict=True)]
        one, two = ((1 - beta**t).astype(X.dtype) for beta in (0.9, 0.999))
        new = [
            a - rate * (b / one) / (jnp.sqrt(c / two) + 1e-8)
            for a, b, c in zip(theta, v, s, strict=True)
        ]
        return new, [v, s], cost

    def step(self) -> float:
        """Forward, loss, backward, update."""
        self.t += 1
        self.theta, self.state, cost = self.compiled(
            self.theta, self.state, float(self.t), self.X, self.Y
        )
        return float(cost)

    def params(self) -> list[np.ndarray]:
        """The parameters as arrays in the columns layout."""
        return [np.asarray(a) for a in self.theta]
