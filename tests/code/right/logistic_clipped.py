import numpy as np


def predict(X, w, b):
    return 1.0 / (1.0 + np.exp(-(X @ w + b)))


def bce_loss(y_true, y_pred):
    y_pred = np.clip(y_pred, 1e-7, 1 - 1e-7)
    return -np.mean(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))


def compute_gradients(X, y_true, w, b):
    n = len(y_true)
    y_pred = predict(X, w, b)
    err = y_pred - y_true
    grad_w = X.T @ err / n
    grad_b = err.mean()
    return grad_w, grad_b
