import numpy as np


def forward(params, X, mask, keep):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    Z1 = W1 @ X + b1
    A1 = np.maximum(0, Z1)
    D1 = A1 * mask / keep
    Z2 = W2 @ D1 + b2
    return Z2, (Z1, D1)


def compute_loss(params, X, Y, mask, keep):
    Z2, _ = forward(params, X, mask, keep)
    return np.sum((Z2 - Y) ** 2) / (2 * X.shape[1])


def backward(params, X, Y, mask, keep):
    m = X.shape[1]
    Z2, (Z1, D1) = forward(params, X, mask, keep)
    dZ2 = (Z2 - Y) / m
    dW2 = dZ2 @ D1.T
    db2 = dZ2.sum(axis=1, keepdims=True)
    dA1 = params["W2"].T @ dZ2 * mask / keep
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1 @ X.T
    db1 = dZ1.sum(axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
