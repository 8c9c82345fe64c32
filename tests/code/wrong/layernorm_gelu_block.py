import numpy as np
from scipy.special import erf


def gelu(x):
    return 0.5 * x * (1 + erf(x / np.sqrt(2)))


def gelu_grad(x):
    return 0.5 * (1 + erf(x / np.sqrt(2))) + x * np.exp(-x ** 2 / 2) / np.sqrt(2 * np.pi)


class MLPBlock:
    """y = x + W2 gelu(W1 norm(x) + b1) + b2 with rows as tokens."""

    def __init__(self, d, d_ff, eps=1e-5):
        self.W1 = np.random.randn(d, d_ff) * d ** -0.5
        self.b1 = np.zeros(d_ff)
        self.W2 = np.random.randn(d_ff, d) * d_ff ** -0.5
        self.b2 = np.zeros(d)
        self.eps = eps

    def forward(self, x):
        mean = x.mean(-1, keepdims=True)
        var = x.var(-1, keepdims=True)
        inv = 1 / np.sqrt(var + self.eps)
        n = (x - mean) * inv
        u = n @ self.W1 + self.b1
        g = gelu(u)
        self.cache = n, inv, u, g
        return x + g @ self.W2 + self.b2

    def backward(self, dy):
        n, inv, u, g = self.cache
        self.dW2 = g.T @ dy
        self.db2 = dy.sum(0)
        du = (dy @ self.W2.T) * gelu_grad(u)
        self.dW1 = n.T @ du
        self.db1 = du.sum(0)
        dn = du @ self.W1.T
        dx = inv * (dn - dn.mean(-1, keepdims=True) - n * (dn * n).mean(-1, keepdims=True))
        return dx
