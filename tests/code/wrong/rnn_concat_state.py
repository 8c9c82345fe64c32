import numpy as np


def step_forward(W, b, x, h):
    """One weight for input and state put together: x (d, m), h (k, m)."""
    s = np.concatenate((x, h), axis=0)
    return np.tanh(W @ s + b)


def loss(W, b, x, h, y):
    return 0.5 * np.sum((step_forward(W, b, x, h) - y) ** 2)


def gradients(W, b, x, h, y):
    s = np.vstack((x, h))
    out = np.tanh(W @ s + b)
    dz = (out - y) * (1 + out ** 2)
    dW = dz @ s.T
    db = np.sum(dz, axis=1, keepdims=True)
    ds = W.T @ dz
    dx = ds[: x.shape[0]]
    dh = ds[x.shape[0] :]
    return {"W": dW, "b": db, "x": dx, "h": dh}
