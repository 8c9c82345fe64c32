import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    a = x @ Wx + prev_h @ Wh + b
    i = sigmoid(a[:, :H])
    f = sigmoid(a[:, H:2 * H])
    o = sigmoid(a[:, 2 * H:3 * H])
    g = np.tanh(a[:, 3 * H:])
    next_c = f * prev_c + i * g
    tanh_c = np.tanh(next_c)
    next_h = o * tanh_c
    loss = np.sum(next_h**2) / 2 + np.sum(next_c**2) / 2
    cache = (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c, tanh_c, next_h)
    return loss, cache


def lstm_step_backward(cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c, tanh_c, next_h = cache
    dnext_h = next_h
    dnext_c = next_c + dnext_h * o * (1 - tanh_c**2)
    df = dnext_c * prev_c
    dprev_c = dnext_c * f
    di = dnext_c * g
    dg = dnext_c * i
    do = dnext_h * tanh_c
    da = np.concatenate(
        (di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)), axis=1
    )
    dx = da @ Wx.T
    dprev_h = da @ Wh.T
    dWx = x.T @ da
    dWh = prev_h.T @ da
    db = da.sum(axis=0)
    return dx, dprev_h, dprev_c, dWx, dWh, db
