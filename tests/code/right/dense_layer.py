"""A layer of a hierarchy: its backward pass takes the gradient by its output."""

import numpy as np


class Layer:
    def forward(self, x):
        raise NotImplementedError

    def backward(self, dout):
        raise NotImplementedError


class Dense(Layer):
    def __init__(self, n_in, n_out):
        self.W = np.random.normal(0, 0.1, (n_in, n_out))
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        self.z = x @ self.W + self.b
        return 1 / (1 + np.exp(-self.z))

    def backward(self, dout):
        s = 1 / (1 + np.exp(-self.z))
        dz = dout * s * (1 - s)
        self.dW = self.x.T @ dz
        self.db = dz.sum(axis=0)
        dx = dz @ self.W.T
        return dx
