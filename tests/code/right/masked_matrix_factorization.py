# Recommender: R ~ U V^T + user bias + item bias, only where a rating was observed
import numpy as np


def predict(U, V, bu, bi, mu):
    return U @ V.T + bu[:, np.newaxis] + bi[np.newaxis, :] + mu


def loss(U, V, bu, bi, mu, R, M, reg):
    E = M * (predict(U, V, bu, bi, mu) - R)
    penalty = (U ** 2).sum() + (V ** 2).sum() + (bu ** 2).sum() + (bi ** 2).sum()
    return (E ** 2).sum() + reg * penalty


def grads(U, V, bu, bi, mu, R, M, reg):
    E = M * (predict(U, V, bu, bi, mu) - R)
    dU = 2 * (M * E) @ V + 2 * reg * U
    dV = 2 * (M * E).T @ U + 2 * reg * V
    dbu = 2 * (M * E).sum(axis=1) + 2 * reg * bu
    dbi = 2 * (M * E).sum(axis=0) + 2 * reg * bi
    return dU, dV, dbu, dbi


def sgd(R, M, k=10, lr=1e-3, reg=0.02, n_epochs=50):
    n, m = R.shape
    U, V = np.random.rand(n, k), np.random.rand(m, k)
    bu, bi = np.zeros(n), np.zeros(m)
    mu = R[M > 0].mean()
    for epoch in range(n_epochs):
        dU, dV, dbu, dbi = grads(U, V, bu, bi, mu, R, M, reg)
        U -= lr * dU; V -= lr * dV
        bu -= lr * dbu; bi -= lr * dbi
    return U, V, bu, bi
