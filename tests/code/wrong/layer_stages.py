"""Layer normalisation: forward and a staged backward pass."""

import numpy as np


def layernorm_forward(x, gamma, beta, eps=1e-5):
    mu = np.mean(x, axis=1, keepdims=True)
    centred = x - mu
    var = np.mean(centred**2, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    xhat = centred / std
    out = gamma * xhat + beta
    cache = (xhat, std, gamma)
    return out, cache


def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    D = xhat.shape[1]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    dx = (
        dxhat
        - np.sum(dxhat, axis=1, keepdims=True) / D
        - np.sum(dxhat * xhat, axis=1, keepdims=True) / D
    ) / std
    return dx, dgamma, dbeta
