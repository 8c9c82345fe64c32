import numpy as np


def loss(w, b, X, y, delta=1.0):
    r = X @ w + b - y
    small = np.abs(r) <= delta
    return np.mean(np.where(small, 0.5 * r**2, delta * (np.abs(r) - 0.5 * delta)))


def grad(w, b, X, y, delta=1.0):
    r = X @ w + b - y
    dr = np.where(np.abs(r) <= delta, r, np.sign(r)) / len(y)
    dw = X.T @ dr
    db = dr.sum()
    return dw, db
