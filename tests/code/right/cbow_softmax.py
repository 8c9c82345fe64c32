import numpy as np


def softmax(u):
    e = np.exp(u - np.max(u))
    return e / e.sum()


class CBOW:
    """Continuous bag of words with the full softmax."""

    def __init__(self, V, N=50):
        self.V = V
        self.N = N
        self.W_in = np.random.uniform(-0.8, 0.8, (V, N))
        self.W_out = np.random.uniform(-0.8, 0.8, (N, V))

    def forward(self, x):
        # x: (V,) average of the one-hot context vectors
        h = self.W_in.T @ x
        u = self.W_out.T @ h
        y_hat = softmax(u)
        return y_hat, h, u

    def loss(self, x, t):
        # t: one-hot centre word
        y_hat, h, u = self.forward(x)
        return -np.sum(t * np.log(y_hat))

    def backward(self, x, t):
        y_hat, h, u = self.forward(x)
        e = y_hat - t
        dW_out = np.outer(h, e)
        dW_in = np.outer(x, self.W_out @ e)
        return dW_in, dW_out

    def step(self, x, t, lr=0.025):
        dW_in, dW_out = self.backward(x, t)
        self.W_in -= lr * dW_in
        self.W_out -= lr * dW_out
