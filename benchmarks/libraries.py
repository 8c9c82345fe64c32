"""The training step of a workload by libraries that differentiate or train NumPy arrays.

`Autograd` is the textbook's forward pass, differentiated by autograd; `ScikitLearn` is one
``partial_fit`` of its multi-layer perceptron on the batch.  scikit-learn has no leaky ReLU, no
squared error of classes and no activation of a regression's output: there it is the nearest
network that it has, ReLU and a linear output, which costs it a little less.
"""

from __future__ import annotations

import importlib.util
import warnings
from typing import Any

import numpy as np
from workloads import Workload


def has_autograd() -> bool:
    """Whether autograd is installed."""
    return importlib.util.find_spec("autograd") is not None


def has_sklearn() -> bool:
    """Whether scikit-learn is installed."""
    return importlib.util.find_spec("sklearn") is not None


class Autograd:
    """autograd on columns: value and gradient of the cost, then the optimiser in NumPy."""

    def __init__(self, work: Workload, params: Any, X: np.ndarray, Y: np.ndarray) -> None:
        from autograd import value_and_grad

        self.work, self.X, self.Y, self.t = work, X, Y, 0
        depth = len(work.sizes) - 1
        self.theta = [
            getattr(params, f"{kind}{k}").astype(X.dtype)
            for k in range(1, depth + 1)
            for kind in "Wb"
        ]
        self.v = [np.zeros_like(array) for array in self.theta]
        self.s = [np.zeros_like(array) for array in self.theta]
        self.slope = value_and_grad(self._cost)

    def _cost(self, theta: Any) -> Any:
        from autograd import numpy as anp

        rules = {
            "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
            "tanh": anp.tanh,
            "relu": lambda z: anp.maximum(0, z),
            "leaky_relu": lambda z: anp.where(z > 0, z, 0.01 * z),
        }
        work, a, Y, m = self.work, self.X, self.Y, self.X.shape[1]
        depth = len(theta) // 2
        for k in range(depth):
            z = anp.dot(theta[2 * k], a) + theta[2 * k + 1]
            a = rules[work.hidden](z) if k < depth - 1 else z
        if work.loss == "cross_entropy":
            e = anp.exp(z - anp.max(z, 0, keepdims=True))
            return -anp.sum(Y * anp.log(e / anp.sum(e, 0, keepdims=True))) / m
        out = rules[work.output](z)
        if work.loss == "binary_cross_entropy":
            return -anp.sum(Y * anp.log(out) + (1 - Y) * anp.log(1 - out)) / m
        return anp.sum((out - Y) ** 2) / 2 / m

    def step(self) -> float:
        """Forward, loss, backward, update."""
        work = self.work
        self.t += 1
        cost, slopes = self.slope(self.theta)
        for k, g in enumerate(slopes):
            if work.optimizer == "sgd":
                self.theta[k] = self.theta[k] - work.rate * g
            elif work.optimizer == "momentum":
                self.v[k] = 0.9 * self.v[k] + g
                self.theta[k] = self.theta[k] - work.rate * self.v[k]
            else:
                self.v[k] = 0.9 * self.v[k] + 0.1 * g
                self.s[k] = 0.999 * self.s[k] + 0.001 * g**2
                mean = self.v[k] / (1 - 0.9**self.t)
                square = self.s[k] / (1 - 0.999**self.t)
                self.theta[k] = self.theta[k] - work.rate * mean / (np.sqrt(square) + 1e-8)
        return float(cost)

    def params(self) -> list[np.ndarray]:
        """The parameters as arrays in the columns layout."""
        return self.theta


class ScikitLearn:
    """``partial_fit`` of MLPClassifier or MLPRegressor on the whole batch: one step."""

    def __init__(self, work: Workload, X: np.ndarray, Y: np.ndarray) -> None:
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        names = {"sigmoid": "logistic", "leaky_relu": "relu"}
        options: dict[str, Any] = {
            "hidden_layer_sizes": work.sizes[1:-1],
            "activation": names.get(work.hidden, work.hidden),
            "solver": "adam" if work.optimizer == "adam" else "sgd",
            "momentum": 0.9 if work.optimizer == "momentum" else 0.0,
            "nesterovs_momentum": False,
            "alpha": 0.0,
            "learning_rate_init": work.rate,
            "batch_size": work.batch,
            "random_state": 0,
        }
        self.X, self.fixed = np.ascontiguousarray(X.T), {}
        if work.loss == "half_squared_error":
            self.net: Any = MLPRegressor(**options)
            self.labels = np.ascontiguousarray(Y.T)
            self.labels = self.labels[:, 0] if len(Y) == 1 else self.labels
        else:
            self.net = MLPClassifier(**options)
            self.labels = Y.argmax(0) if len(Y) > 1 else Y[0].astype(int)
            self.fixed = {"classes": np.arange(max(2, len(Y)))}

    def step(self) -> float:
        """Forward, loss, backward, update."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.net.partial_fit(self.X, self.labels, **self.fixed)
            self.fixed = {}
        return float(self.net.loss_)
