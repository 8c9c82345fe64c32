import numpy as np

class Model:
    def __init__(self, D, H, C, reg):
        self.W1 = np.random.randn(D, H)
        self.b1 = np.zeros(H)
        self.W2 = np.random.randn(H, C)
        self.b2 = np.zeros(C)
        self.reg = reg

    def forward(self, X):
        self.X = X
        self.Z1 = X @ self.W1 + self.b1
        self.A1 = np.maximum(0, self.Z1)
        self.S = self.A1 @ self.W2 + self.b2
        E = np.exp(self.S - self.S.max(axis=1, keepdims=True))
        self.P = E / E.sum(axis=1, keepdims=True)
        return self.P

    def compute_loss(self, X, y):
        P = self.forward(X)
        n = X.shape[0]
        return -np.log(P[np.arange(n), y]).mean() + self.reg * (np.sum(self.W1 ** 2) + np.sum(self.W2 ** 2))

    def backward(self, y):
        n = y.shape[0]
        dS = self.P.copy()
        dS[np.arange(n), y] -= 1
        dS /= n
        self.dW2 = self.A1.T @ dS + 2 * self.reg * self.W2
        self.db2 = dS.sum(axis=0)
        dA1 = dS @ self.W2.T
        dZ1 = dA1
        self.dW1 = self.X.T @ dZ1 + 2 * self.reg * self.W1
        self.db1 = dZ1.sum(axis=0)
