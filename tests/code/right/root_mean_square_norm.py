import numpy as np

def rmsnorm_forward(x, g, eps=1e-6):
    ms = np.mean(x ** 2, axis=-1, keepdims=True)
    r = 1.0 / np.sqrt(ms + eps)
    xn = x * r
    return xn * g, (x, r, xn, g)

def rmsnorm_backward(dout, cache):
    x, r, xn, g = cache
    dg = np.sum(dout * xn, axis=0)
    dxn = dout * g
    dx = r * (dxn - xn * np.mean(dxn * xn, axis=-1, keepdims=True))
    return dx, dg
