import numpy as np


def predict(a, b, c, x):
    return a * x ** 2 + b * x + c


def loss(a, b, c, x, y):
    """x, y: (n,)"""
    return np.mean((predict(a, b, c, x) - y) ** 2)


def grads(a, b, c, x, y):
    e = predict(a, b, c, x) - y
    da = 2 * np.mean(e * x ** 2)
    db = 2 * np.mean(e * x)
    dc = 2 * np.mean(e)
    return da, db, dc
