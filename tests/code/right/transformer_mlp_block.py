import numpy as np


class LayerNorm:
    def __init__(self, dim: int, eps: float = 1e-5):
        self.gamma = np.ones(dim)
        self.beta = np.zeros(dim)
        self.eps = eps

    def forward(self, x: np.ndarray) -> np.ndarray:
        # x: (B, T, C)
        mu = x.mean(axis=-1, keepdims=True)
        var = x.var(axis=-1, keepdims=True)
        self.inv_std = 1.0 / np.sqrt(var + self.eps)
        self.x_hat = (x - mu) * self.inv_std
        return self.gamma * self.x_hat + self.beta

    def backward(self, dout: np.ndarray) -> np.ndarray:
        self.dgamma = (dout * self.x_hat).sum(axis=(0, 1))
        self.dbeta = dout.sum(axis=(0, 1))
        dx_hat = dout * self.gamma
        return self.inv_std * (
            dx_hat
            - dx_hat.mean(axis=-1, keepdims=True)
            - self.x_hat * (dx_hat * self.x_hat).mean(axis=-1, keepdims=True)
        )


class FeedForward:
    def __init__(self, dim: int, hidden: int):
        self.W1 = np.random.randn(dim, hidden) * 0.02
        self.b1 = np.zeros(hidden)
        self.W2 = np.random.randn(hidden, dim) * 0.02
        self.b2 = np.zeros(dim)

    def forward(self, x: np.ndarray) -> np.ndarray:
        # x: (B, T, C)
        self.x = x
        self.pre = x @ self.W1 + self.b1
        self.act = np.maximum(self.pre, 0.0)
        return self.act @ self.W2 + self.b2

    def backward(self, dout: np.ndarray) -> np.ndarray:
        self.dW2 = np.tensordot(self.act, dout, axes=([0, 1], [0, 1]))
        self.db2 = dout.sum(axis=(0, 1))
        dact = dout @ self.W2.T
        dpre = dact * (self.pre > 0)
        self.dW1 = np.tensordot(self.x, dpre, axes=([0, 1], [0, 1]))
        self.db1 = dpre.sum(axis=(0, 1))
        return dpre @ self.W1.T


class Block:
    """Pre-norm residual block: x + FFN(LN(x))."""

    def __init__(self, dim: int):
        self.ln = LayerNorm(dim)
        self.ffn = FeedForward(dim, 4 * dim)

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x + self.ffn.forward(self.ln.forward(x))

    def backward(self, dout: np.ndarray) -> np.ndarray:
        return dout + self.ln.backward(self.ffn.backward(dout))
