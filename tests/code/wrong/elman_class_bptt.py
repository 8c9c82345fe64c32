import numpy as np


class RNNCell:
    def __init__(self, n_in, n_hidden):
        self.Wx = np.random.randn(n_in, n_hidden) * 0.1
        self.Wh = np.random.randn(n_hidden, n_hidden) * 0.1
        self.b = np.zeros(n_hidden)
        self.dWx = np.zeros_like(self.Wx)
        self.dWh = np.zeros_like(self.Wh)
        self.db = np.zeros_like(self.b)

    def forward(self, x, h_prev):
        self.x, self.h_prev = x, h_prev
        self.h = np.tanh(x @ self.Wx + h_prev @ self.Wh + self.b)
        return self.h

    def backward(self, dh):
        dz = dh * (1 - self.h ** 2)
        self.dWx = self.x.T @ dz
        self.dWh = self.h.T @ dz
        self.db = dz.sum(axis=0)
        self.dx = dz @ self.Wx.T
        dh_prev = dz @ self.Wh.T
        return dh_prev
