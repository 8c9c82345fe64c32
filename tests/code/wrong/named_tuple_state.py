from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    W: np.ndarray
    b: np.ndarray
    V: np.ndarray
    c: np.ndarray


class Grads(NamedTuple):
    dW: np.ndarray
    db: np.ndarray
    dV: np.ndarray
    dc: np.ndarray


def softplus(z):
    return np.logaddexp(0, z)


def cost(params: Params, x, t):
    a = softplus(params.W @ x + params.b)
    y = params.V @ a + params.c
    return np.mean(np.sum((y - t) ** 2, axis=0))


def gradient(params: Params, x, t) -> Grads:
    m = x.shape[1]
    z = params.W @ x + params.b
    a = softplus(z)
    y = params.V @ a + params.c
    dy = 2 * (y - t) / m
    dz = (params.V.T @ dy) / (1 + np.exp(z))
    return Grads(
        dW=dz @ x.T,
        db=dz.sum(axis=1, keepdims=True),
        dV=dy @ a.T,
        dc=dy.sum(axis=1, keepdims=True),
    )
