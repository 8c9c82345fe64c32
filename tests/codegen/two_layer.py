"""A network written by hand in the form that the generator emits, to test the runtime alone.

Two dense layers, tanh and softmax, cross-entropy, columns layout, plain gradient descent.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np
import runtime


class Params(NamedTuple):
    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray


NETWORK = runtime.Network(
    name="two_layer",
    shapes={"W1": (5, 4), "b1": (5, 1), "W2": (3, 5), "b2": (3, 1)},
    features=4,
    outputs=3,
    examples="columns",
    dtype="float32",
    task="classes",
    labels="distribution",
    epochs=3,
    batch_size=8,
)


def init(rng=0, dtype="float32"):
    rng = np.random.default_rng(rng)
    return Params(*(rng.normal(0, 0.5, s).astype(dtype) for s in NETWORK.shapes.values()))


def _forward(params, X):
    A1 = np.tanh(params.W1 @ X + params.b1)
    Z2 = params.W2 @ A1 + params.b2
    E = np.exp(Z2 - Z2.max(axis=0))
    return A1, E / E.sum(axis=0)


def predict(params, X):
    return _forward(params, NETWORK.inputs(X, NETWORK.params(params)))[1]


def loss(params, X, Y):
    X = NETWORK.inputs(X, NETWORK.params(params))
    Y = NETWORK.targets(Y, X.shape[1], X.dtype)
    return float(-(Y * np.log(_forward(params, X)[1])).sum() / X.shape[1])


def gradients(params, X, Y):
    X = NETWORK.inputs(X, NETWORK.params(params))
    Y = NETWORK.targets(Y, X.shape[1], X.dtype)
    A1, A2 = _forward(params, X)
    dZ2 = (A2 - Y) / np.asarray(X.shape[1], X.dtype)
    dZ1 = (params.W2.T @ dZ2) * (1 - A1 * A1)
    grads = Params(dZ1 @ X.T, dZ1.sum(1, keepdims=True), dZ2 @ A1.T, dZ2.sum(1, keepdims=True))
    return loss(params, X, Y), grads


class Trainer:
    def __init__(self, params, batch_size, learning_rate=0.5):
        self.params = Params(*(array.copy() for array in params))
        self.learning_rate = learning_rate
        self.seen = []

    def step(self, X, Y):
        self.seen.append((X.shape, Y.shape, X.dtype, Y.dtype))
        value, grads = gradients(self.params, X, Y)
        if not np.isfinite(value):
            raise runtime.NonFiniteLoss(f"the loss is {value}")
        for array, grad in zip(self.params, grads, strict=True):
            array -= array.dtype.type(self.learning_rate) * grad
        return value


def fit(params, X, Y, **options):
    return runtime.fit(sys.modules[__name__], params, X, Y, **options)


def save(path, params):
    runtime.save(NETWORK, path, params)


def load(path):
    return Params(*runtime.load(NETWORK, path))


if __name__ == "__main__":
    sys.exit(runtime.main(sys.modules[__name__]))
