import numpy as np


def layernorm_forward(x, gamma, beta, ln_param=None):
    eps = 1e-5
    x_t = x.T
    mean = np.mean(x_t, axis=0)
    centred = x_t - mean
    var = np.mean(centred * centred, axis=0)
    inv = 1 / np.sqrt(var + eps)
    x_norm = (centred * inv).T
    out = x_norm * gamma + beta
    cache = (x_norm, centred, inv, gamma)
    return out, cache


def layernorm_backward(dout, cache):
    x_norm, centred, inv, gamma = cache
    D = dout.shape[1]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_norm).sum(axis=0)

    dnorm = (dout * gamma).T
    dinv = (dnorm * centred).sum(axis=0)
    dcentred = dnorm * inv
    dvar = -0.5 * inv ** 3 * dinv
    dcentred = 2.0 / D * centred * dvar
    dmean = -dcentred.sum(axis=0)
    dx = (dcentred + dmean / D).T
    return dx, dgamma, dbeta
