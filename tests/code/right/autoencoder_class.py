import numpy as np


class AutoEncoder:
    def __init__(self, n_in, n_hidden):
        self.W_enc = np.random.randn(n_in, n_hidden) * 0.01
        self.b_enc = np.zeros((1, n_hidden))
        self.W_dec = np.random.randn(n_hidden, n_in) * 0.01
        self.b_dec = np.zeros((1, n_in))

    def forward(self, X):
        self.X = X
        self.code = np.tanh(X @ self.W_enc + self.b_enc)
        self.recon = self.code @ self.W_dec + self.b_dec
        return self.recon

    def loss(self, recon, X):
        return np.mean(np.square(recon - X))

    def backward(self):
        d_recon = 2 * (self.recon - self.X) / self.X.size
        self.dW_dec = self.code.T @ d_recon
        self.db_dec = d_recon.sum(axis=0, keepdims=True)
        d_code = d_recon @ self.W_dec.T
        d_pre = d_code * (1 - self.code ** 2)
        self.dW_enc = self.X.T @ d_pre
        self.db_enc = d_pre.sum(axis=0, keepdims=True)
