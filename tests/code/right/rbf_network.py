import numpy as np

"""Radial basis function network: y = sum_j a_j exp(-beta |x - c_j|^2)."""


def rbf_features(X, C, beta):
    d2 = (X ** 2).sum(axis=1)[:, None] - 2 * X @ C.T + (C ** 2).sum(axis=1)[None, :]
    return np.exp(-beta * d2)


def rbf_loss(a, C, beta, X, y):
    Phi = rbf_features(X, C, beta)
    r = Phi @ a - y
    return 0.5 * (r ** 2).sum()


def rbf_gradients(a, C, beta, X, y):
    Phi = rbf_features(X, C, beta)
    r = Phi @ a - y
    da = Phi.T @ r
    G = r[:, None] * a[None, :] * Phi          # dL/dd2 up to -beta
    dC = 2 * beta * (G.T @ X - G.sum(axis=0)[:, None] * C)
    return da, dC
