import numpy as np


def loss(mu, X):
    """Distances to centres, softly: mu (k, d), X (n, d)."""
    d2 = np.sum(X ** 2, axis=1, keepdims=True) - 2 * X @ mu.T + np.sum(mu ** 2, axis=1)
    return -np.sum(np.log(np.sum(np.exp(-0.5 * d2), axis=1)))


def gradient(mu, X):
    d2 = np.sum(X ** 2, axis=1, keepdims=True) - 2 * X @ mu.T + np.sum(mu ** 2, axis=1)
    w = np.exp(-0.5 * d2)
    r = w / np.sum(w, axis=1, keepdims=True)
    dmu = np.sum(r, axis=0)[:, None] * mu - r.T @ X
    return dmu
