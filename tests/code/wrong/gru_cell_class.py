import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class GRUCell:
    def __init__(self, input_size, hidden_size):
        k = 1.0 / np.sqrt(hidden_size)
        self.Wz = np.random.uniform(-k, k, (input_size, hidden_size))
        self.Uz = np.random.uniform(-k, k, (hidden_size, hidden_size))
        self.bz = np.zeros(hidden_size)
        self.Wr = np.random.uniform(-k, k, (input_size, hidden_size))
        self.Ur = np.random.uniform(-k, k, (hidden_size, hidden_size))
        self.br = np.zeros(hidden_size)
        self.Wh = np.random.uniform(-k, k, (input_size, hidden_size))
        self.Uh = np.random.uniform(-k, k, (hidden_size, hidden_size))
        self.bh = np.zeros(hidden_size)
        self.grads = {}

    def forward(self, x, h_prev):
        self.x, self.h_prev = x, h_prev
        self.z = sigmoid(x @ self.Wz + h_prev @ self.Uz + self.bz)
        self.r = sigmoid(x @ self.Wr + h_prev @ self.Ur + self.br)
        self.rh = self.r * h_prev
        self.h_tilde = np.tanh(x @ self.Wh + self.rh @ self.Uh + self.bh)
        h = (1 - self.z) * h_prev + self.z * self.h_tilde
        return h

    def backward(self, dh):
        dz = dh * (self.h_tilde - self.h_prev)
        dh_tilde = dh * self.z
        dh_prev = dh * (1 - self.z)

        da_h = dh_tilde * (1 - self.h_tilde ** 2)
        drh = da_h @ self.Uh.T
        dr = drh * self.h_prev
        dh_prev += drh

        da_r = dr * self.r * (1 - self.r)
        da_z = dz * self.z * (1 - self.z)
        dh_prev += da_r @ self.Ur.T + da_z @ self.Uz.T
        dx = da_h @ self.Wh.T + da_r @ self.Wr.T + da_z @ self.Wz.T

        self.grads['Wh'] = self.x.T @ da_h
        self.grads['Uh'] = self.rh.T @ da_h
        self.grads['bh'] = da_h.sum(axis=0)
        self.grads['Wr'] = self.x.T @ da_r
        self.grads['Ur'] = self.h_prev.T @ da_r
        self.grads['br'] = da_r.sum(axis=0)
        self.grads['Wz'] = self.x.T @ da_z
        self.grads['Uz'] = self.h_prev.T @ da_z
        self.grads['bz'] = da_z.sum(axis=0)
        return dx, dh_prev
