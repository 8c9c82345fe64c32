"""Momentum as in a course's file of optimisers, with a linear classifier trained by it."""
import numpy as np


def mse_loss(w, X, y):
    """w: (d,), X: (n, d), y: (n,)"""
    r = X.dot(w) - y
    return 0.5 * np.mean(r ** 2)


def mse_grad(w, X, y):
    r = X.dot(w) - y
    dw = X.T.dot(r) / len(y)
    return dw


def sgd_momentum(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    v = config["momentum"] * v - config["learning_rate"] * dw
    next_w = w + v
    config["velocity"] = v
    return next_w, config
