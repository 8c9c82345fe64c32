"""digits_leaky_softmax_sgd: dense layers 784-10-10; leaky_relu, softmax; cross-entropy.

Do not edit: emitted and proved by derive 0.1.0,
``derive generate digits_leaky_softmax_sgd.toml -o ..``.
This text computes the mathematics below and its derivatives, in ``Trainer.step`` too, for any
number of examples; the update is the optimiser's rule.  ``derive verify`` proves it again.
Taken as given: ``runtime.py``, NumPy, and that the numbers are real, not rounded.
SHA-256 of the spec: 3a3bb46def5e9d1c860aa7777edbb362ecf3360416a69deab8cae78344eda53c

Examples are columns: X is (n_0, m), W_l (n_l, n_{l-1}), b_l (n_l, 1).

    Z1 = W1 X + b1
    A1 = leaky_relu(Z1)
    Z2 = W2 A1 + b2
    A2 = exp(Z2) / sum of rows(exp(Z2))
    J = Σ(-Y ⊙ log(A2)) / m

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
from numpy import exp, greater, log, maximum, multiply, vdot
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
    name="digits_leaky_softmax_sgd",
    shapes={"W1": (10, 784), "b1": (10, 1), "W2": (10, 10), "b2": (10, 1)},
    features=784, outputs=10, examples="columns", dtype="float32", task="classes",
    labels="distribution", input_scale=255.0, epochs=10, batch_size=64, seed=0,
    init={"W1": "he", "W2": "glorot"},
)  # fmt: skip
LEARNING_RATE = 0.1


class Params(NamedTuple):
    """The parameters, weights and biases layer by layer, each with its shape."""

    W1: Array  # (10, 784)
    b1: Array  # (10, 1)
    W2: Array  # (10, 10)
    b2: Array  # (10, 1)


def init(rng: int | np.random.Generator = NETWORK.seed, dtype: DTypeLike = NETWORK.dtype) -> Params:
    """Random parameters: weights normal with the variances of ``NETWORK.init``, biases 0.

    rng: a seed or a generator.  dtype: float32 or float64, to which the same seed is rounded.
    """
    return Params(*runtime.initial(NETWORK, rng, dtype))


def predict(params: Params, X: Any) -> Array:
    """The output A2 (10, m), in the parameters' dtype, for X (784, m), float, or integer pixels."""
    return _forward(params, _inputs(params, X))[-1]


def loss(params: Params, X: Any, Y: Any) -> float:
    """The cost J of the outputs for X (784, m) against the labels Y.

    Y: (10, m), entries of an example summing to 1, or integer labels (m,).
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
    """X as the mathematics takes it: checked, in the dtype of the parameters, scaled."""
    return NETWORK.inputs(X, NETWORK.params(params)) / 255.0


def _labels(X: Array, Y: Any) -> Array:
    """Y as the mathematics takes it: checked, shaped like the output."""
    return NETWORK.targets(Y, X.shape[1], X.dtype)


# -- the mathematics, on checked arrays ---------------------------------------------------------


def _leaky_relu(z: Array) -> Any:
    """Leaky ReLU, entry by entry."""
    return np.maximum(z, 0.01 * z)


def _leaky_relu_prime(z: Array) -> Any:
    """The derivative of leaky ReLU, entry by entry."""
    return np.maximum(np.greater(z, 0.0).astype(z.dtype), 0.01)


def _softmax(z: Array) -> Any:
    """Softmax of every example; the largest entry is subtracted, so nothing overflows."""
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def _log_softmax(z: Array) -> Any:
    """Logarithm of softmax; the largest term is taken out of the sum, so no digit is lost."""
    top = np.argmax(z, axis=0, keepdims=True)
    s = z - np.take_along_axis(z, top, axis=0)
    rest = np.exp(s)
    np.put_along_axis(rest, top, 0.0, axis=0)
    return s - np.log1p(np.sum(rest, axis=0, keepdims=True))


def _forward(params: Params, X: Array) -> tuple[Array, ...]:
    """Z1, A1, Z2, A2 of the inputs."""
    W1, b1, W2, b2 = params
    Z1 = W1 @ X + b1
    A1 = _leaky_relu(Z1)
    Z2 = W2 @ A1 + b2
    A2 = _softmax(Z2)
    return Z1, A1, Z2, A2


def _cost(Z2: Array, Y: Array) -> Any:
    """The cost J of the outputs."""
    return -np.sum(Y * _log_softmax(Z2)) / Y.shape[1]


def _loss(params: Params, X: Array, Y: Array) -> Any:
    """The cost J as a number of NumPy."""
    *_, Z2, _ = _forward(params, X)
    return _cost(Z2, Y)


def _gradients(params: Params, X: Array, Y: Array) -> tuple[Any, Params]:
    """The cost J and the gradients, each line beside the equation that it computes."""
    _, _, W2, _ = params
    Z1, A1, Z2, A2 = _forward(params, X)
    m = X.shape[1]
    # proof dZ2: dZ2 = (A2 - Y) / m
    dZ2 = (A2 - Y) / m
    # proof dW2: dW2 = dZ2 A1ᵀ
    dW2 = dZ2 @ A1.T
    # proof db2: db2 = sum of columns(dZ2)
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    # proof dZ1: dZ1 = (W2ᵀ dZ2) ⊙ leaky_relu'(Z1)
    dZ1 = (W2.T @ dZ2) * _leaky_relu_prime(Z1)
    # proof dW1: dW1 = dZ1 Xᵀ
    dW1 = dZ1 @ X.T
    # proof db1: db1 = sum of columns(dZ1)
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    J = _cost(Z2, Y)
    return J, Params(dW1, db1, dW2, db2)


# -- training -----------------------------------------------------------------------------------


class Trainer(runtime.BaseTrainer):
    """Trains a copy of the parameters in place, in memory that is allocated once.

    params: where to start; they are copied.  batch_size: the most examples that a step may take.
    ``.params`` are views that every step changes; ``.learning_rate`` may be assigned between steps.
    The rule is plain gradient descent:

        w <- w - g rate
        where w = theta, g = gradient / rate
    """

    network = NETWORK
    parameters = Params
    rate = LEARNING_RATE
    folds_rate = True
    # transposed in memory, where the products of layers that are so narrow are faster
    turned = ("W1",)
    params: Params

    def step(self, X: Any, Y: Any) -> float:
        """One update from at most ``batch_size`` examples; returns the cost J before it.

        X, Y: as in `loss`.  Nothing is changed by a ValueError or a NonFiniteLoss.
        """
        if not (
            type(X) is type(Y) is np.ndarray and (X.shape, Y.shape, X.dtype, Y.dtype) == self._batch
        ):
            X, Y = self._accept(X, Y)
        (A0, Z1, t1, A1, Z2, t2, t3, A2) = self._arrays
        (c1, c2, c3, zero, ones, ones2, ones3, m) = self._numbers
        W1, b1, W2, b2 = self.params
        dW1, db1, dW2, db2 = self._dparams
        multiply(X, c1, out=A0)  # A0 = X / 255.0, which is the X of the equations
        # Z1 = W1 X + b1
        W1.dot(A0, out=Z1)
        t1[...] = b1
        Z1 += t1
        # A1 = leaky_relu(Z1)
        multiply(c2, Z1, out=A1)
        maximum(Z1, A1, out=A1)
        # Z2 = W2 A1 + b2
        W2.dot(A1, out=Z2)
        t2[...] = b2
        Z2 += t2
        # A2 = exp(Z2) / sum of rows(exp(Z2))
        np.maximum.reduce(Z2, axis=0, keepdims=True, out=t3)
        Z2 -= t3
        exp(Z2, out=A2)
        ones.dot(A2, out=t3)
        A2 /= t3
        log(t3, out=t3)  # for the cost
        J: float = (float(vdot(t3, ones2)) - float(vdot(Y, Z2))) / m
        if not math.isfinite(J):
            raise self.not_finite(J, A0, Y, _forward)
        # dZ2 = (A2 - Y) / m, times the learning rate, which all that follows inherits
        A2 -= Y
        dZ2 = multiply(A2, c3, out=A2)
        dZ2.dot(A1.T, out=dW2)  # dW2 = dZ2 A1ᵀ
        dZ2.dot(ones3, out=db2)  # db2 = sum of columns(dZ2)
        # dZ1 = (W2ᵀ dZ2) ⊙ leaky_relu'(Z1)
        W2.T.dot(dZ2, out=A1)
        greater(Z1, zero, out=Z1)
        maximum(Z1, c2, out=Z1)
        dZ1 = multiply(A1, Z1, out=A1)
        A0.dot(dZ1.T, out=dW1.T)  # dW1 = dZ1 Xᵀ
        dZ1.dot(ones3, out=db1)  # db1 = sum of columns(dZ1)
        self.steps += 1
        self._update()
        return J

    def _update(self) -> None:
        """The optimiser's rule, in place."""
        theta, gradient = self._flat
        theta -= gradient

    def _buffers(self, m: int) -> tuple[tuple[int, int], ...]:
        features = self.network.features
        outputs = self.network.outputs
        return (
            (features, m), (10, m), (10, m), (10, m), (outputs, m),  # A0, Z1, t1, A1, Z2
            (outputs, m), (1, m), (outputs, m),  # t2, t3, A2
        )  # fmt: skip

    def _constants(self, m: int) -> tuple[Any, ...]:
        outputs = self.network.outputs
        learning_rate = self.learning_rate
        return (
            self._number(1.0 / 255.0), self._number(0.01),  # c1, c2
            self._number(learning_rate * (1.0 / m)), self._number(0.0),  # c3, zero
            self._full(1.0, 1, outputs), self._full(1.0, 1, m),  # ones, ones2
            self._full(1.0, m, 1), m,  # ones3, m
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
