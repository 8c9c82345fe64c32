import numpy as np


class BatchNorm:
    def __init__(self, dim, eps=1e-5):
        self.eps = eps
        self.gamma = np.ones((1, dim))
        self.beta = np.zeros((1, dim))

    def forward(self, x):
        self.mean = x.mean(axis=0, keepdims=True)
        self.var = x.var(axis=0, keepdims=True)
        self.std_inv = 1.0 / np.sqrt(self.var + self.eps)
        self.x_hat = (x - self.mean) * self.std_inv
        return self.gamma * self.x_hat + self.beta

    def backward(self, dout):
        m = dout.shape[0]
        self.dgamma = np.sum(dout * self.x_hat, axis=0, keepdims=True)
        self.dbeta = np.sum(dout, axis=0, keepdims=True)
        dx = self.gamma * self.std_inv / m * (m * dout - self.x_hat * self.dgamma)
        return dx
