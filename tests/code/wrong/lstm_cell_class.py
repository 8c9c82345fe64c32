import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class LSTMCell:
    """One step of an LSTM, rows are examples."""

    def __init__(self, n_x, n_h):
        n_z = n_x + n_h
        self.Wf = np.random.randn(n_z, n_h) / np.sqrt(n_z)
        self.Wi = np.random.randn(n_z, n_h) / np.sqrt(n_z)
        self.Wc = np.random.randn(n_z, n_h) / np.sqrt(n_z)
        self.Wo = np.random.randn(n_z, n_h) / np.sqrt(n_z)
        self.bf = np.ones((1, n_h))
        self.bi = np.zeros((1, n_h))
        self.bc = np.zeros((1, n_h))
        self.bo = np.zeros((1, n_h))
        self.n_x = n_x

    def forward(self, x, h_prev, c_prev):
        z = np.hstack((x, h_prev))
        f = sigmoid(z @ self.Wf + self.bf)
        i = sigmoid(z @ self.Wi + self.bi)
        g = np.tanh(z @ self.Wc + self.bc)
        o = sigmoid(z @ self.Wo + self.bo)
        c = f * c_prev + i * g
        t = np.tanh(c)
        h = o * t
        self.cache = (z, f, i, g, o, c, t, c_prev)
        return h, c

    def backward(self, dh, dc):
        z, f, i, g, o, c, t, c_prev = self.cache
        do = dh * t * o * (1 - o)
        dc = dc + dh * o * (1 - c ** 2)
        df = dc * c_prev * f * (1 - f)
        di = dc * g * i * (1 - i)
        dg = dc * i * (1 - g ** 2)
        self.dWf = z.T @ df
        self.dWi = z.T @ di
        self.dWc = z.T @ dg
        self.dWo = z.T @ do
        self.dbf = df.sum(axis=0, keepdims=True)
        self.dbi = di.sum(axis=0, keepdims=True)
        self.dbc = dg.sum(axis=0, keepdims=True)
        self.dbo = do.sum(axis=0, keepdims=True)
        dz = df @ self.Wf.T + di @ self.Wi.T + dg @ self.Wc.T + do @ self.Wo.T
        dx = dz[:, :self.n_x]
        dh_prev = dz[:, self.n_x:]
        dc_prev = dc * f
        return dx, dh_prev, dc_prev
