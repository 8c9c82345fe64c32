import numpy as np


def cost(theta, X, y):
    h = 1 / (1 + np.exp(-X @ theta))
    return -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))


def gradient(theta, X, y):
    h = 1 / (1 + np.exp(-X @ theta))
    grad = X.T @ (h - y) / y.size
    return grad


def adam_step(theta, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad ** 2
    m_hat = m / (1 - beta1 ** t)
    v_hat = v / (1 - beta2 ** t)
    theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)
    return theta, m, v
