import numpy as np


class Workspace:
    def __init__(self, n, k, m):
        self.Z = np.empty((n, m))
        self.E = np.empty((k, m))


class Net:
    def __init__(self, d, n, k, batch):
        self.W1 = np.random.randn(n, d)
        self.b1 = np.zeros((n, 1))
        self.W2 = np.random.randn(k, n)
        self.b2 = np.zeros((k, 1))
        self.ws = Workspace(n, k, batch)

    def loss(self, X, Y):
        A = np.tanh(self.W1 @ X + self.b1)
        return np.sum((self.W2 @ A + self.b2 - Y) ** 2) / X.shape[1]

    def gradients(self, X, Y):
        ws = self.ws
        np.dot(self.W1, X, out=ws.Z)
        ws.Z += self.b1
        A = np.tanh(ws.Z, out=ws.Z)
        np.dot(self.W2, A, out=ws.E)
        ws.E += self.b2
        ws.E -= Y
        ws.E *= 2 / X.shape[1]
        dW2 = ws.E @ A.T
        db2 = ws.E.sum(axis=1, keepdims=True)
        dA = self.W2.T @ ws.E
        np.multiply(A, A, out=ws.Z)
        np.subtract(1, ws.Z, out=ws.Z)
        dA *= ws.Z
        dW1 = dA @ X.T
        db1 = dA.sum(axis=1, keepdims=True)
        return dW1, db1, dW2, db2
