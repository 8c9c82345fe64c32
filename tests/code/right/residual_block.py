import numpy as np


class ResidualBlock:
    def __init__(self, d, h):
        self.W1 = np.random.randn(d, h) * np.sqrt(2 / d)
        self.b1 = np.zeros((1, h))
        self.W2 = np.random.randn(h, d) * np.sqrt(2 / h)
        self.b2 = np.zeros((1, d))
        self.grads = {}

    def forward(self, x):
        u = x @ self.W1 + self.b1
        r = np.maximum(u, 0.0)
        out = x + r @ self.W2 + self.b2
        self.cache = (x, u, r)
        return out

    def backward(self, dout):
        x, u, r = self.cache
        self.grads["W2"] = r.T @ dout
        self.grads["b2"] = dout.sum(axis=0, keepdims=True)
        du = (dout @ self.W2.T) * (u > 0)
        self.grads["W1"] = x.T @ du
        self.grads["b1"] = du.sum(axis=0, keepdims=True)
        dx = dout + du @ self.W1.T
        return dx
