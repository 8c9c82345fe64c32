import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru_step_forward(x, h_prev, Wz, Uz, bz, Wh, Uh, bh):
    """A minimal gated unit: x (N, D), h_prev (N, H)."""
    z = sigmoid(x @ Wz + h_prev @ Uz + bz)
    g = np.tanh(x @ Wh + (z * h_prev) @ Uh + bh)
    h = (1 - z) * h_prev + z * g
    cache = (x, h_prev, z, g, Wz, Uz, Wh, Uh)
    return h, cache


def gru_step_backward(dh, cache):
    x, h_prev, z, g, Wz, Uz, Wh, Uh = cache
    dg = dh * z
    da = dg * (1 - g ** 2)
    dWh = x.T @ da
    dUh = (z * h_prev).T @ da
    dbh = da.sum(axis=0)
    dzh = da @ Uh.T
    dz = dh * (g - h_prev) + dzh * h_prev
    dzin = dz * z * (1 - z)
    dWz = x.T @ dzin
    dUz = h_prev.T @ dzin
    dbz = dzin.sum(axis=0)
    dx = da @ Wh.T + dzin @ Wz.T
    dh_prev = dh * (1 - z) + dzh * z + dzin @ Uz.T
    return dx, dh_prev, dWz, dUz, dbz, dWh, dUh, dbh
