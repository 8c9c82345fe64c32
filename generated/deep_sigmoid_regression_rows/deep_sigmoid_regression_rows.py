"""deep_sigmoid_regression_rows: dense layers 8-16-16-16-1; sigmoid, sigmoid, sigmoid, sigmoid;
half squared error.

Do not edit: emitted and proved by derive 0.1.0,
``derive generate deep_sigmoid_regression_rows.toml -o ..``.
This text computes the mathematics below and its derivatives, in ``Trainer.step`` too, for any
number of examples; the update is the optimiser's rule.  ``derive verify`` proves it again.
Taken as given: ``runtime.py``, NumPy, and that the numbers are real, not rounded.
SHA-256 of the spec: 0f4111e63d42ba81969517a07ce9e6b0e2848a9546dbe2aa6e9098a98bfdb882

Examples are rows: X is (m, n_0), W_l (n_{l-1}, n_l), b_l (1, n_l).

    Z1 = X W1 + b1
    A1 = sigmoid(Z1)
    Z2 = A1 W2 + b2
    A2 = sigmoid(Z2)
    Z3 = A2 W3 + b3
    A3 = sigmoid(Z3)
    Z4 = A3 W4 + b4
    A4 = sigmoid(Z4)
    J = Σ(1/2 (A4 - Y)^2) / m

A gradient ``dV`` is the derivative of the cost J, a mean over the m examples, so the factor
1/m stands in dZ4 and is inherited by all others.  ``derivation.md`` has the proofs.
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
from numpy import add, divide, multiply, sqrt, square, subtract, tanh, vdot
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
    name="deep_sigmoid_regression_rows",
    shapes={
        "W1": (8, 16), "b1": (1, 16), "W2": (16, 16), "b2": (1, 16), "W3": (16, 16),
        "b3": (1, 16), "W4": (16, 1), "b4": (1, 1),
    },
    features=8, outputs=1, examples="rows", dtype="float64", task="regression", labels="real",
    epochs=100, batch_size=32, seed=0,
    init={"W1": "glorot", "W2": "glorot", "W3": "glorot", "W4": "glorot"},
)  # fmt: skip
LEARNING_RATE = 0.01
BETA1 = 0.9
BETA2 = 0.999
EPSILON = 1e-08


class Params(NamedTuple):
    """The parameters, weights and biases layer by layer, each with its shape."""

    W1: Array  # (8, 16)
    b1: Array  # (1, 16)
    W2: Array  # (16, 16)
    b2: Array  # (1, 16)
    W3: Array  # (16, 16)
    b3: Array  # (1, 16)
    W4: Array  # (16, 1)
    b4: Array  # (1, 1)


def init(rng: int | np.random.Generator = NETWORK.seed, dtype: DTypeLike = NETWORK.dtype) -> Params:
    """Random parameters: weights normal with the variances of ``NETWORK.init``, biases 0.

    rng: a seed or a generator.  dtype: float32 or float64, to which the same seed is rounded.
    """
    return Params(*runtime.initial(NETWORK, rng, dtype))


def predict(params: Params, X: Any) -> Array:
    """The output A4 (m, 1), in the parameters' dtype, for X (m, 8), float."""
    return _forward(params, _inputs(params, X))[-1]


def loss(params: Params, X: Any, Y: Any) -> float:
    """The cost J of the outputs for X (m, 8) against the labels Y.

    Y: (m, 1), float.
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


@runtime.rounded_once
def _sigmoid_prime(z: Array) -> Any:
    """The derivative of sigmoid, entry by entry."""
    e = np.exp(-np.abs(z))
    return e / np.square(1.0 + e)


def _forward(params: Params, X: Array) -> tuple[Array, ...]:
    """Z1, A1, Z2, A2, Z3, A3, Z4, A4 of the inputs."""
    W1, b1, W2, b2, W3, b3, W4, b4 = params
    Z1 = X @ W1 + b1
    A1 = _sigmoid(Z1)
    Z2 = A1 @ W2 + b2
    A2 = _sigmoid(Z2)
    Z3 = A2 @ W3 + b3
    A3 = _sigmoid(Z3)
    Z4 = A3 @ W4 + b4
    A4 = _sigmoid(Z4)
    return Z1, A1, Z2, A2, Z3, A3, Z4, A4


def _cost(A4: Array, Y: Array) -> Any:
    """The cost J of the outputs."""
    d = A4 - Y
    return 0.5 * np.sum(np.square(d)) / Y.shape[0]


def _loss(params: Params, X: Array, Y: Array) -> Any:
    """The cost J as a number of NumPy."""
    *_, A4 = _forward(params, X)
    return _cost(A4, Y)


def _gradients(params: Params, X: Array, Y: Array) -> tuple[Any, Params]:
    """The cost J and the gradients, each line beside the equation that it computes."""
    _, _, W2, _, W3, _, W4, _ = params
    Z1, A1, Z2, A2, Z3, A3, Z4, A4 = _forward(params, X)
    m = X.shape[0]
    # proof dZ4: dZ4 = (A4 - Y) ⊙ sigmoid'(Z4) / m
    dZ4 = (A4 - Y) * _sigmoid_prime(Z4) / m
    # proof dW4: dW4 = A3ᵀ dZ4
    dW4 = A3.T @ dZ4
    # proof db4: db4 = sum of rows(dZ4)
    db4 = np.sum(dZ4, axis=0, keepdims=True)
    # proof dZ3: dZ3 = (dZ4 W4ᵀ) ⊙ sigmoid'(Z3)
    dZ3 = (dZ4 @ W4.T) * _sigmoid_prime(Z3)
    # proof dW3: dW3 = A2ᵀ dZ3
    dW3 = A2.T @ dZ3
    # proof db3: db3 = sum of rows(dZ3)
    db3 = np.sum(dZ3, axis=0, keepdims=True)
    # proof dZ2: dZ2 = (dZ3 W3ᵀ) ⊙ sigmoid'(Z2)
    dZ2 = (dZ3 @ W3.T) * _sigmoid_prime(Z2)
    # proof dW2: dW2 = A1ᵀ dZ2
    dW2 = A1.T @ dZ2
    # proof db2: db2 = sum of rows(dZ2)
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    # proof dZ1: dZ1 = (dZ2 W2ᵀ) ⊙ sigmoid'(Z1)
    dZ1 = (dZ2 @ W2.T) * _sigmoid_prime(Z1)
    # proof dW1: dW1 = Xᵀ dZ1
    dW1 = X.T @ dZ1
    # proof db1: db1 = sum of rows(dZ1)
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    J = _cost(A4, Y)
    return J, Params(dW1, db1, dW2, db2, dW3, db3, dW4, db4)


# -- training -----------------------------------------------------------------------------------


class Trainer(runtime.BaseTrainer):
    """Trains a copy of the parameters in place, in memory that is allocated once.

    params: where to start; they are copied.  batch_size: the most examples that a step may take.
    ``.params`` are views that every step changes; ``.learning_rate`` may be assigned between steps.
    The rule is Adam with bias correction:

        m <- m beta1 + g (1 - beta1)
        s <- s beta2 + g^2 (1 - beta2)
        w <- w - m rate / (1 - beta1^t) / (epsilon + (s / (1 - beta2^t))^(1/2))
        where w = theta, g = gradient, m = (1 - beta1) first, s = (1 - beta2) second
    """

    network = NETWORK
    parameters = Params
    rate = LEARNING_RATE
    scalars = (BETA1, BETA2, 0.0, 0.0)
    state = 2
    params: Params

    def step(self, X: Any, Y: Any) -> float:
        """One update from at most ``batch_size`` examples; returns the cost J before it.

        X, Y: as in `loss`.  Nothing is changed by a ValueError or a NonFiniteLoss.
        """
        if not (
            type(X) is type(Y) is np.ndarray and (X.shape, Y.shape, X.dtype, Y.dtype) == self._batch
        ):
            X, Y = self._accept(X, Y)
        (Z1, t1, Z2, t2, Z3, t3, Z4, t4, dZ4, t5, dZ3, t6, dZ2, t7, dZ1, t8) = self._arrays
        (c1, one, c3, ones, m) = self._numbers
        W1, b1, W2, b2, W3, b3, W4, b4 = self.params
        dW1, db1, dW2, db2, dW3, db3, dW4, db4 = self._dparams
        # Z1 = X W1 + b1
        X.dot(W1, out=Z1)
        t1[...] = b1
        Z1 += t1
        # A1 = sigmoid(Z1), where sigmoid(Z1) = 1/2 + 1/2 tanh(1/2 Z1)
        Z1 *= c1
        tanh(Z1, out=Z1)
        Z1 *= c1
        A1 = add(c1, Z1, out=Z1)
        # Z2 = A1 W2 + b2
        A1.dot(W2, out=Z2)
        t2[...] = b2
        Z2 += t2
        # A2 = sigmoid(Z2), where sigmoid(Z2) = 1/2 + 1/2 tanh(1/2 Z2)
        Z2 *= c1
        tanh(Z2, out=Z2)
        Z2 *= c1
        A2 = add(c1, Z2, out=Z2)
        # Z3 = A2 W3 + b3
        A2.dot(W3, out=Z3)
        t3[...] = b3
        Z3 += t3
        # A3 = sigmoid(Z3), where sigmoid(Z3) = 1/2 + 1/2 tanh(1/2 Z3)
        Z3 *= c1
        tanh(Z3, out=Z3)
        Z3 *= c1
        A3 = add(c1, Z3, out=Z3)
        # Z4 = A3 W4 + b4
        A3.dot(W4, out=Z4)
        t4[...] = b4
        Z4 += t4
        # A4 = sigmoid(Z4), where sigmoid(Z4) = 1/2 + 1/2 tanh(1/2 Z4)
        Z4 *= c1
        tanh(Z4, out=Z4)
        Z4 *= c1
        A4 = add(c1, Z4, out=Z4)
        subtract(A4, Y, out=dZ4)  # for the cost
        J: float = 0.5 * float(vdot(dZ4, dZ4)) / m
        if not math.isfinite(J):
            raise self.not_finite(J, X, Y, _forward)
        # dZ4 = (A4 - Y) ⊙ sigmoid'(Z4) / m, where sigmoid'(Z4) = A4 ⊙ (1 - A4)
        subtract(one, A4, out=t5)
        multiply(A4, t5, out=Z4)
        dZ4 *= Z4
        dZ4 *= c3
        A3.T.dot(dZ4, out=dW4)  # dW4 = A3ᵀ dZ4
        ones.dot(dZ4, out=db4)  # db4 = sum of rows(dZ4)
        # dZ3 = (dZ4 W4ᵀ) ⊙ sigmoid'(Z3), where sigmoid'(Z3) = A3 ⊙ (1 - A3)
        dZ4.dot(W4.T, out=dZ3)
        subtract(one, A3, out=t6)
        multiply(A3, t6, out=Z3)
        dZ3 *= Z3
        A2.T.dot(dZ3, out=dW3)  # dW3 = A2ᵀ dZ3
        ones.dot(dZ3, out=db3)  # db3 = sum of rows(dZ3)
        # dZ2 = (dZ3 W3ᵀ) ⊙ sigmoid'(Z2), where sigmoid'(Z2) = A2 ⊙ (1 - A2)
        dZ3.dot(W3.T, out=dZ2)
        subtract(one, A2, out=t7)
        multiply(A2, t7, out=Z2)
        dZ2 *= Z2
        A1.T.dot(dZ2, out=dW2)  # dW2 = A1ᵀ dZ2
        ones.dot(dZ2, out=db2)  # db2 = sum of rows(dZ2)
        # dZ1 = (dZ2 W2ᵀ) ⊙ sigmoid'(Z1), where sigmoid'(Z1) = A1 ⊙ (1 - A1)
        dZ2.dot(W2.T, out=dZ1)
        subtract(one, A1, out=t8)
        multiply(A1, t8, out=Z1)
        dZ1 *= Z1
        X.T.dot(dZ1, out=dW1)  # dW1 = Xᵀ dZ1
        ones.dot(dZ1, out=db1)  # db1 = sum of rows(dZ1)
        self.steps += 1
        self._update()
        return J

    def _update(self) -> None:
        """The optimiser's rule, in place."""
        beta1, beta2, root, offset = self._scalars
        factor = self.learning_rate * (1.0 - BETA1) / (1.0 - BETA1**self.steps)
        root[...] = math.sqrt((1.0 - BETA2) / (1.0 - BETA2**self.steps)) / factor
        offset[...] = EPSILON / factor
        theta, gradient, first, second = self._flat
        first *= beta1
        first += gradient
        second *= beta2
        square(gradient, out=gradient)
        second += gradient
        sqrt(second, out=gradient)
        gradient *= root
        gradient += offset
        divide(first, gradient, out=gradient)
        theta -= gradient

    def _buffers(self, m: int) -> tuple[tuple[int, int], ...]:
        outputs = self.network.outputs
        return (
            (m, 16), (m, 16), (m, 16), (m, 16), (m, 16), (m, 16),  # Z1, t1, Z2, t2, Z3, t3
            (m, outputs), (m, outputs), (m, outputs), (m, outputs), (m, 16),  # Z4, t4, dZ4, t5, dZ3
            (m, 16), (m, 16), (m, 16), (m, 16), (m, 16),  # t6, dZ2, t7, dZ1, t8
        )  # fmt: skip

    def _constants(self, m: int) -> tuple[Any, ...]:
        return (
            self._number(0.5), self._number(1.0), self._number(1.0 / m),  # c1, one, c3
            self._full(1.0, 1, m), m,  # ones, m
        )  # fmt: skip


def fit(params: Params, X: Any, Y: Any, **options: Unpack[runtime.FitOptions]) -> runtime.History:
    """Trains by shuffled mini-batches from `params`, which stay as they are.

    X, Y: as in `loss`.  options: see `runtime.FitOptions`; the spec's where they are not given.
    What is returned has the trained ``.params`` and those ``.best`` by validation.
    """
    return runtime.fit(SimpleNamespace(**globals()), params, X, Y, **options)


class Estimator(runtime.Regressor):
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
