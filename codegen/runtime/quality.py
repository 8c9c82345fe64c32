"""How good an output is: decisions, accuracy, confusion, loss over many examples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from codegen.runtime.checks import Array
from codegen.runtime.network import Model, Network


def decide(network: Network, output: Array) -> Array:
    """Class labels (m,) of an output or of targets; for a binary task one 0 or 1 an entry."""
    if network.task == "classes":
        return np.asarray(output.argmax(axis=1 - network.axis))
    decided = (output > 0.5).astype(np.intp)
    return decided.reshape(-1) if network.outputs == 1 else decided


def accuracy(network: Network, output: Array, Y: Array) -> float:
    """The share of right decisions; Y integer labels (m,) or shaped like the output."""
    truth = Y if Y.ndim == 1 and network.task == "classes" else None
    if truth is None:
        full = network.one_hot(Y) if Y.ndim == 1 else Y
        truth = decide(network, full)
    return float(np.mean(decide(network, output) == truth))


def confusion(network: Network, output: Array, Y: Array) -> Array:
    """Counts (classes, classes): the row is the true class, the column the decided one.

    output: what ``predict`` gave.  Y: integer labels (m,) or shaped like the output.

    >>> net = Network("n", {}, 2, 2, "rows", "float64", "classes", "distribution")
    >>> confusion(net, np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 1])).tolist()
    [[1, 0], [1, 0]]
    """
    if network.task == "regression" or (network.task == "binary" and network.outputs > 1):
        raise ValueError("confusion: needs a network that decides between classes")
    classes = max(network.outputs, 2)
    Y = np.asarray(Y)
    truth = Y if Y.ndim == 1 else decide(network, Y)
    counts = np.bincount(
        truth.astype(np.intp) * classes + decide(network, output), minlength=classes * classes
    )
    return counts.reshape(classes, classes)


def evaluate(
    module: Model, params: Any, X: Array, Y: Array, block: int = 4096
) -> tuple[float, float]:
    """Loss and accuracy over all examples, a block at a time; accuracy NaN for regression."""
    network: Network = module.NETWORK
    m = X.shape[network.axis]
    loss = right = 0.0
    for start in range(0, m, block):
        part = slice(start, min(start + block, m))
        x = X[:, part] if network.axis else X[part]
        y = Y[:, part] if network.axis and Y.ndim == 2 else Y[part]
        weight = (part.stop - start) / m
        loss += weight * module.loss(params, x, y)
        if network.task != "regression":
            right += weight * accuracy(network, module.predict(params, x), y)
    return loss, math.nan if network.task == "regression" else right
