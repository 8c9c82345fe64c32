from typing import Dict, Tuple

import numpy as np

Params = Dict[str, np.ndarray]
Grads = Dict[str, np.ndarray]


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(0, x)


def forward(params: Params, X: np.ndarray, mask: np.ndarray, keep_prob: float) -> Tuple[np.ndarray, Dict]:
    """X: (features, batch). mask: 0/1 of the hidden units, (hidden, batch)."""
    z1 = params["W1"] @ X + params["b1"]
    a1 = relu(z1)
    d1 = a1 * mask / keep_prob
    z2 = params["W2"] @ d1 + params["b2"]
    a2 = 1 / (1 + np.exp(-z2))
    return a2, {"z1": z1, "d1": d1, "a2": a2}


def compute_loss(params: Params, X: np.ndarray, Y: np.ndarray, mask: np.ndarray, keep_prob: float, lambd: float) -> float:
    a2, _ = forward(params, X, mask, keep_prob)
    m = X.shape[1]
    data_loss = -np.sum(Y * np.log(a2) + (1 - Y) * np.log(1 - a2)) / m
    reg_loss = lambd / (2 * m) * (np.sum(np.square(params["W1"])) + np.sum(np.square(params["W2"])))
    return data_loss + reg_loss


def backward(params: Params, X: np.ndarray, Y: np.ndarray, mask: np.ndarray, keep_prob: float, lambd: float) -> Grads:
    a2, cache = forward(params, X, mask, keep_prob)
    m = X.shape[1]
    dz2 = a2 - Y
    dW2 = (dz2 @ cache["d1"].T + lambd * params["W2"]) / m
    db2 = dz2.sum(axis=1, keepdims=True) / m
    dd1 = params["W2"].T @ dz2
    da1 = dd1 * mask
    dz1 = da1 * (cache["z1"] > 0)
    dW1 = (dz1 @ X.T + lambd * params["W1"]) / m
    db1 = dz1.sum(axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
