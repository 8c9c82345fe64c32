import numpy as np


def sgd_momentum(w, dw, v, learning_rate=1e-2, momentum=0.9):
    v = momentum * v - learning_rate * dw
    next_w = w + v
    return next_w, v


def rmsprop(w, dw, cache, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8):
    cache = decay_rate * cache + (1 - decay_rate) * dw**2
    next_w = w - learning_rate * dw / (np.sqrt(cache) + epsilon)
    return next_w, cache


def adam(w, dw, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    mt = m / (1 - beta1**t)
    vt = v / (1 - beta2**t)
    next_w = w - learning_rate * mt / (np.sqrt(vt) + epsilon)
    return next_w, m, v
