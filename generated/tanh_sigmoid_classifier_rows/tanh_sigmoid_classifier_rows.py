"""tanh_sigmoid_classifier_rows: dense layers 2-4-1; tanh, sigmoid; binary cross-entropy.

Do not edit: emitted and proved by derive 0.1.0,
``derive generate tanh_sigmoid_classifier_rows.toml -o ..``.
This text computes the mathematics below and its derivatives, in ``Trainer.step`` too, for any
number of examples; the update is the optimiser's rule.  ``derive verify`` proves it again.
Taken as given: ``runtime.py``, NumPy, and that the numbers are real, not rounded.
Computed by a form that is measured, not proved: tanh' outside (-400, 400).
SHA-256 of the spec: 24639b6a4fc5348e9411955405d0fb92cf99e6874aaa847649dd58f71f9f5cdb

Examples are rows: X is (m, n_0), W_l (n_{l-1}, n_l), b_l (1, n_l).

    Z1 = X W1 + b1
    A1 = tanh(Z1)
    Z2 = A1 W2 + b2
    A2 = sigmoid(Z2)
    J = Σ(-Y ⊙ log(A2) - (1 - Y) ⊙ log(1 - A2)) / m

A gradient ``dV`` is the derivative of the cost J, a mean over the m examples, so the factor
1/m stands in dZ2 and is inherited by all others.  ``derivation.md`` has the proofs.
"""

from __future__ import annotations

import importlib.util
import math
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np
from numpy import exp, log1p, maximum, multiply, square, subtract, tanh, vdot
from numpy.typing import DTypeLike, NDArray


def _runtime() -> ModuleType:
    """``runtime.py`` beside this file, whether or not its folder is a package or on the path."""
    path = Path(__file__).with_name("runtime.py")
    name = f"{__package__}.runtime" if __package__ else "runtime"
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        found = None
    if found is not None and os.path.realpath(found.origin or "") == os.path.realpath(path):
        return importlib.import_module(name)
    beside: Any = importlib.util.spec_from_file_location(f"{__name__}.runtime", path)
    sys.modules[beside.name] = module = importlib.util.module_from_spec(beside)
    beside.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    import runtime
else:
    runtime = _runtime()
Array = NDArray[Any]
NETWORK = runtime.Network(
    name="tanh_sigmoid_classifier_rows",
    shapes={"W1": (2, 4), "b1": (1, 4), "W2": (4, 1), "b2": (1, 1)},
    features=2, outputs=1, examples="rows", dtype="float64", task="binary", labels="unit",
    epochs=200, batch_size=4, seed=0,
    init={"W1": "glorot", "W2": "glorot"},
)  # fmt: skip
LEARNING_RATE = 0.1
MOMENTUM = 0.9


class Params(NamedTuple):
    """The parameters, weights and biases layer by layer, each with its shape."""

    W1: Array  # (2, 4)
    b1: Array  # (1, 4)
    W2: Array  # (4, 1)
    b2: Array  # (1, 1)


def init(rng: int | np.random.Generator = NETWORK.seed, dtype: DTypeLike = NETWORK.dtype) -> Params:
    """Random parameters: weights normal with the variances of ``NETWORK.init``, biases 0.

    rng: a seed or a generator.  dtype: float32 or float64, to which the same seed is rounded.
    """
    return Params(*runtime.initial(NETWORK, rng, dtype))


def predict(params: Params, X: Any) -> Array:
    """The output A2 (m, 1), in the parameters' dtype, for X (m, 2), float."""
    return _forward(params, _inputs(params, X))[-1]


def loss(params: Params, X: Any, Y: Any) -> float:
    """The cost J of the outputs for X (m, 2) against the labels Y.

    Y: (m, 1), from 0 to 1, or labels 0 and 1 (m,).
    Raises ValueError naming the argument, what it is and what it needs to be.
    """
    X = _inputs(params, X)
    return float(_loss(params, X, _labels(X, Y)))


def gradients(params: Params, X: Any, Y: Any) -> tuple[float, Params]:
    """The cost J and its derivatives, shaped as the parameters; arguments as in `loss`."""
    X = _inputs(params, X)
    J, derivatives = _gradients(params, X, _labels(X, Y))
    return float(J), derivatives


def _inputs(params: Params, X: Any) -> Array:
    """X as the mathematics takes it: checked, in the dtype of the parameters."""
    return NETWORK.inputs(X, NETWORK.params(params))


def _labels(X: Array, Y: Any) -> Array:
    """Y as the mathematics takes it: checked, shaped like the output."""
    return NETWORK.targets(Y, X.shape[0], X.dtype)


# -- the mathematics, on checked arrays ---------------------------------------------------------


@runtime.rounded_once
def _sigmoid(z: Array) -> Any:
    """Sigmoid, entry by entry."""
    e = np.exp(-np.abs(z))
    return np.maximum(e, np.sign(z)) / (1.0 + e)


def _tanh(z: Array) -> Any:
    """Hyperbolic tangent, entry by entry."""
    return np.tanh(z)


@runtime.rounded_once
def _tanh_prime(z: Array) -> Any:
    """The derivative of hyperbolic tangent, entry by entry."""
    e = np.exp(-2.0 * np.minimum(np.abs(z), 400.0))
    return 4.0 * e / np.square(1.0 + e)


def _forward(params: Params, X: Array) -> tuple[Array, ...]:
    """Z1, A1, Z2, A2 of the inputs."""
    W1, b1, W2, b2 = params
    Z1 = X @ W1 + b1
    A1 = _tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = _sigmoid(Z2)
    return Z1, A1, Z2, A2


@runtime.rounded_once
def _cost(Z2: Array, Y: Array) -> Any:
    """The cost J of the outputs."""
    t = np.sum(np.maximum(Z2, 0.0) - Z2 * Y + np.log1p(np.exp(-np.abs(Z2))))
    return t / Y.shape[0]


def _loss(params: Params, X: Array, Y: Array) -> Any:
    """The cost J as a number of NumPy."""
    *_, Z2, _ = _forward(params, X)
    return _cost(Z2, Y)


def _gradients(params: Params, X: Array, Y: Array) -> tuple[Any, Params]:
    """The cost J and the gradients, each line beside the equation that it computes."""
    _, _, W2, _ = params
    Z1, A1, Z2, A2 = _forward(params, X)
    m = X.shape[0]
    # proof dZ2: dZ2 = (A2 - Y) / m
    dZ2 = (A2 - Y) / m
    # proof dW2: dW2 = A1ᵀ dZ2
    dW2 = A1.T @ dZ2
    # proof db2: db2 = sum of rows(dZ2)
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    # proof dZ1: dZ1 = (dZ2 W2ᵀ) ⊙ tanh'(Z1)
    dZ1 = (dZ2 @ W2.T) * _tanh_prime(Z1)
    # proof dW1: dW1 = Xᵀ dZ1
    dW1 = X.T @ dZ1
    # proof db1: db1 = sum of rows(dZ1)
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    J = _cost(Z2, Y)
    return J, Params(dW1, db1, dW2, db2)


# -- training -----------------------------------------------------------------------------------


class Trainer(runtime.BaseTrainer):
    """Trains a copy of the parameters in place, in memory that is allocated once.

    params: where to start; they are copied.  batch_size: the most examples that a step may take.
    ``.params`` are views that every step changes; ``.learning_rate`` may be assigned between steps.
    The rule is gradient descent with momentum:

        v <- g + v beta
        w <- w - v rate
        where w = theta, g = gradient, v = velocity
    """

    network = NETWORK
    parameters = Params
    rate = LEARNING_RATE
    scalars = (MOMENTUM, 0.0)
    state = 1
    params: Params

    def step(self, X: Any, Y: Any) -> float:
        """One update from at most ``batch_size`` examples; returns the cost J before it.

        X, Y: as in `loss`.  Nothing is changed by a ValueError or a NonFiniteLoss.
        """
        if not (
            type(X) is type(Y) is np.ndarray and (X.shape, Y.shape, X.dtype, Y.dtype) == self._batch
        ):
            X, Y = self._accept(X, Y)
        (Z1, t1, Z2, t2, t3, A2, t4, dZ1) = self._arrays
        (c1, one, zeros, ones, ones2, m) = self._numbers
        W1, b1, W2, b2 = self.params
        dW1, db1, dW2, db2 = self._dparams
        # the last argument is where a result goes: for arrays so small its name takes time
        # Z1 = X W1 + b1
        X.dot(W1, Z1)
        t1[...] = b1
        Z1 += t1
        A1 = tanh(Z1, Z1)  # A1 = tanh(Z1)
        # Z2 = A1 W2 + b2
        A1.dot(W2, Z2)
        t2[...] = b2
        Z2 += t2
        # A2 = sigmoid(Z2)
        maximum(Z2, zeros, out=t3)
        subtract(Z2, t3, A2)
        subtract(A2, t3, t4)
        exp(t4, t4)
        log1p(t4, t4)
        A2 -= t4
        exp(A2, A2)
        # for the cost
        Z2 *= Y
        t3 -= Z2
        t3 += t4
        J: float = float(vdot(t3, ones)) / m
        if not math.isfinite(J):
            raise self.not_finite(J, X, Y, _forward)
        # dZ2 = (A2 - Y) / m
        A2 -= Y
        dZ2 = multiply(A2, c1, A2)
        A1.T.dot(dZ2, dW2)  # dW2 = A1ᵀ dZ2
        ones2.dot(dZ2, db2)  # db2 = sum of rows(dZ2)
        # dZ1 = (dZ2 W2ᵀ) ⊙ tanh'(Z1), where tanh'(Z1) = 1 - A1^2
        dZ2.dot(W2.T, dZ1)
        square(A1, Z1)
        subtract(one, Z1, Z1)
        dZ1 *= Z1
        X.T.dot(dZ1, dW1)  # dW1 = Xᵀ dZ1
        ones2.dot(dZ1, db1)  # db1 = sum of rows(dZ1)
        self.steps += 1
        self._update()
        return J

    def _update(self) -> None:
        """The optimiser's rule, in place."""
        momentum, rate = self._scalars
        rate[...] = self.learning_rate
        theta, gradient, velocity = self._flat
        velocity *= momentum
        velocity += gradient
        multiply(velocity, rate, out=gradient)
        theta -= gradient

    def _buffers(self, m: int) -> tuple[tuple[int, int], ...]:
        outputs = self.network.outputs
        return (
            (m, 4), (m, 4), (m, outputs), (m, outputs), (m, outputs),  # Z1, t1, Z2, t2, t3
            (m, outputs), (m, outputs), (m, 4),  # A2, t4, dZ1
        )  # fmt: skip

    def _constants(self, m: int) -> tuple[Any, ...]:
        outputs = self.network.outputs
        return (
            self._number(1.0 / m), self._number(1.0), self._full(0.0, m, outputs),  # c1, one, zeros
            self._full(1.0, m, outputs), self._full(1.0, 1, m), m,  # ones, ones2, m
        )  # fmt: skip


def fit(params: Params, X: Any, Y: Any, **options: Unpack[runtime.FitOptions]) -> runtime.History:
    """Trains by shuffled mini-batches from `params`, which stay as they are.

    X, Y: as in `loss`.  options: see `runtime.FitOptions`; the spec's where they are not given.
    What is returned has the trained ``.params`` and those ``.best`` by validation.
    """
    return runtime.fit(SimpleNamespace(**globals()), params, X, Y, **options)


class Estimator(runtime.Classifier):
    """This network with scikit-learn's conventions; its outer widths are those of the data."""

    module = SimpleNamespace(**globals())


def save(path: str | os.PathLike[str], params: Params) -> None:
    """Writes the parameters as ``.npz``, whole or not at all."""
    runtime.save(NETWORK, path, params)


def load(path: str | os.PathLike[str]) -> Params:
    """The parameters that `save` wrote; ValueError if they are not this network's."""
    return Params(*runtime.load(NETWORK, path))


if __name__ == "__main__":
    sys.exit(runtime.main(SimpleNamespace(**globals())))
