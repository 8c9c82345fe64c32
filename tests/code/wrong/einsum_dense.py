import numpy as np


def forward(W, b, X):
    return np.einsum("nd,dk->nk", X, W) + b


def loss(W, b, X, Y):
    out = forward(W, b, X)
    return np.einsum("nk,nk->", out - Y, out - Y) / (2 * X.shape[0])


def gradients(W, b, X, Y):
    delta = (forward(W, b, X) - Y) / X.shape[0]
    return {
        "W": np.einsum("nd,nk->dk", X, delta),
        "b": np.einsum("nk->", delta),
    }
