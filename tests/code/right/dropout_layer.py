import numpy as np


def dropout_forward(x, W, keep_prob):
    mask = (np.random.rand(*x.shape) < keep_prob) / keep_prob
    dropped = x * mask
    out = dropped @ W
    cache = (x, W, mask, dropped)
    return out, cache


def dropout_backward(dout, cache):
    x, W, mask, dropped = cache
    dW = dropped.T @ dout
    dx = (dout @ W.T) * mask
    return dx, dW
