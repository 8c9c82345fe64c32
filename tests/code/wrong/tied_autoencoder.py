import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def loss_and_gradients(W, b, c, X):
    """Tied weights: code = sigmoid(X W + b), reconstruction = code W^T + c."""
    m = X.shape[0]
    H = sigmoid(X @ W + b)
    R = H @ W.T + c
    E = R - X
    loss = np.sum(E**2) / (2 * m)

    dR = E / m
    dc = dR.sum(axis=0)
    dH = dR @ W
    dA = dH * H * (1 - H)
    db = dA.sum(axis=0)
    dW = X.T @ dA
    return loss, dW, db, dc
