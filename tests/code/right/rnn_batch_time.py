"""Vanilla RNN over sequences (batch, time, features), teacher forcing, many to one."""
import numpy as np


class RNN:
    def __init__(self, n_in, n_hidden, n_out):
        self.Wx = np.random.randn(n_in, n_hidden) * 0.1
        self.Wh = np.random.randn(n_hidden, n_hidden) * 0.1
        self.b = np.zeros(n_hidden)
        self.Wy = np.random.randn(n_hidden, n_out) * 0.1
        self.by = np.zeros(n_out)

    def forward(self, x):
        N, T, _ = x.shape
        h = np.zeros((N, self.Wh.shape[0]))
        self.x = x
        self.hs = [h]
        for t in range(T):
            h = np.tanh(x[:, t, :] @ self.Wx + h @ self.Wh + self.b)
            self.hs.append(h)
        return h @ self.Wy + self.by

    def loss(self, x, y):
        return 0.5 * np.sum((self.forward(x) - y) ** 2) / len(x)

    def backward(self, x, y):
        N, T, _ = x.shape
        out = self.forward(x)
        dy = (out - y) / N
        dWy = self.hs[-1].T @ dy
        dby = dy.sum(0)
        dh = dy @ self.Wy.T
        dWx, dWh, db = np.zeros_like(self.Wx), np.zeros_like(self.Wh), np.zeros_like(self.b)
        for t in reversed(range(T)):
            da = dh * (1 - self.hs[t + 1] ** 2)
            dWx += x[:, t, :].T @ da
            dWh += self.hs[t].T @ da
            db += da.sum(0)
            dh = da @ self.Wh.T
        return dWx, dWh, db, dWy, dby
