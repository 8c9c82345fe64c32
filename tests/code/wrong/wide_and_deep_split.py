import numpy as np


def forward(p, Xw, Xd):
    h = np.maximum(0, Xd @ p["W1"] + p["b1"])
    return Xw @ p["Ww"] + h @ p["W2"] + p["b2"], h


def loss_fn(p, Xw, Xd, y):
    """y: (n, 1), zeros and ones."""
    out, _ = forward(p, Xw, Xd)
    return np.mean(np.logaddexp(0, out) - y * out)


def grads_fn(p, Xw, Xd, y):
    out, h = forward(p, Xw, Xd)
    prob = 1 / (1 + np.exp(-out))
    dout = (prob - y) / y.shape[0]
    g = {}
    g["Ww"] = Xw.T @ dout
    g["W2"] = h.T @ dout
    g["b2"] = dout.sum(0)
    dh = dout @ p["W2"].T
    dh[h != 0] = 0
    g["W1"] = Xd.T @ dh
    g["b1"] = dh.sum(0)
    return g
