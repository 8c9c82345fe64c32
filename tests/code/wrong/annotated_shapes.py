import numpy as np
from jaxtyping import Float


def swish(z):
    return z / (1.0 + np.exp(-z))


def loss(
    W1: Float[np.ndarray, "h d"],
    W2: Float[np.ndarray, "k h"],
    X: Float[np.ndarray, "d m"],
    Y: Float[np.ndarray, "k m"],
) -> float:
    return np.sum((W2 @ swish(W1 @ X) - Y) ** 2) / X.shape[1]


def grads(
    W1: Float[np.ndarray, "h d"],
    W2: Float[np.ndarray, "k h"],
    X: Float[np.ndarray, "d m"],
    Y: Float[np.ndarray, "k m"],
):
    m = X.shape[1]
    Z = W1 @ X
    S = 1.0 / (1.0 + np.exp(-Z))
    A = Z * S
    D = 2 * (W2 @ A - Y) / m
    dW2 = D @ A.T
    dZ = (W2.T @ D) * (S + Z * (1 - S))
    dW1 = dZ @ X.T
    return dW1, dW2
