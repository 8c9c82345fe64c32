import numpy as np


def rnn_forward(p, x1, x2, h0):
    h1 = np.tanh(p["Wxh"] @ x1 + p["Whh"] @ h0 + p["bh"])
    h2 = np.tanh(p["Wxh"] @ x2 + p["Whh"] @ h1 + p["bh"])
    y = p["Why"] @ h2 + p["by"]
    return y, (h1, h2)


def rnn_loss(p, x1, x2, h0, t):
    y, _ = rnn_forward(p, x1, x2, h0)
    return 0.5 * np.sum((y - t) ** 2)


def rnn_backward(p, x1, x2, h0, t):
    y, (h1, h2) = rnn_forward(p, x1, x2, h0)
    grads = {k: np.zeros_like(v) for k, v in p.items()}
    dy = y - t
    grads["Why"] += dy @ h2.T
    grads["by"] += dy.sum(axis=1, keepdims=True)
    dh = p["Why"].T @ dy
    for h, x, prev in ((h2, x2, h1), (h1, x1, h0)):
        da = (1 - h * h) * dh
        grads["bh"] += da.sum(axis=1, keepdims=True)
        grads["Wxh"] += da @ x.T
        grads["Whh"] += da @ prev.T
        dh = p["Whh"].T @ da
    return grads
