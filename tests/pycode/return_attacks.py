"""Wrong programs whose last line is at fault: what is returned is not what was computed above.

`tests.pycode.attacks` judges them too.
"""

from __future__ import annotations

PROGRAM = """
import numpy as np

def loss_and_gradients(W, b, X, Y):
    m = X.shape[1]
    E = W @ X + b - Y
    loss = 0.5 * np.sum(E ** 2)
    dW = E @ X.T
    db = E.sum(axis=1, keepdims=True)
    return {}
"""
RIGHT = (
    "loss, dW, db",
    "loss / m, dW / m, db / m",
    "2 * loss, 2 * dW, 2 * db",
    "loss + 0.5 * np.sum(W ** 2), dW + W, db",
    "float(loss), dW, db",
)
WRONG = (
    "loss / m, dW, db",
    "loss / m, dW / m, db",
    "loss / 3, dW, db",
    "loss, dW / 3, db",
    "loss, dW, db / m",
    "loss, dW / m, db / m",
    "loss / m, dW / m, db / m / m",
    "2 * loss, dW, db",
    "loss + 0.5 * np.sum(W ** 2), dW, db",
    "loss + np.sum(W ** 2), dW + W, db",
    "loss, dW + W, db",
    "loss, dW - dW, db",
    "loss, dW * W, db",
    "loss, -1 * dW, db",
)


def programs() -> list[str]:
    return [PROGRAM.format(returned) for returned in WRONG]
