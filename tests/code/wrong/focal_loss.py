import numpy as np


def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))


def focal_loss(w, X, y):
    """Focal loss with exponent 2; w (d, 1), X (n, d), y (n, 1)."""
    p = sigmoid(X @ w)
    return -np.sum(y * (1 - p) ** 2 * np.log(p) + (1 - y) * p ** 2 * np.log(1 - p))


def focal_grad(w, X, y):
    p = sigmoid(X @ w)
    dpos = 2 * (1 - p) * np.log(p) * p * (1 - p) - (1 - p) ** 3
    dneg = -2 * p * np.log(1 - p) * p * (1 - p) + p ** 2
    dw = X.T @ (y * dpos + (1 - y) * dneg)
    return dw
