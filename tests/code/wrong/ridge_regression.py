import numpy as np


def ridge_cost(theta, X, y, lam):
    m = len(y)
    h = X @ theta
    return (1 / (2 * m)) * np.sum((h - y) ** 2) + (lam / (2 * m)) * np.sum(theta**2)


def ridge_gradient(theta, X, y, lam):
    m = len(y)
    h = X @ theta
    dtheta = (1 / m) * (X.T @ (h - y)) + lam * theta
    return dtheta
