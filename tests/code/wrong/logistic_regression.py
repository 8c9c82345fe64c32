"""Logistic regression with a weight vector, one function for cost and gradients."""

import numpy as np


def stable_sigmoid(z):
    return np.where(
        z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z)))
    )


def loss(w, b, X, y):
    z = X @ w + b
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


def gradients(w, b, X, y):
    m = X.shape[0]
    p = stable_sigmoid(X @ w + b)
    error = p - y
    dw = X.T @ error
    db = np.mean(error)
    return dw, db
