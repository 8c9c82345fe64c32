import numpy as np


class LogisticRegression:
    def __init__(self, lr=0.01, epochs=1000):
        self.lr = lr
        self.epochs = epochs
        self.w = None
        self.b = None

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def fit(self, X, y):
        m, n = X.shape
        self.w = np.zeros(n)
        self.b = 0
        eps = 1e-15
        for epoch in range(self.epochs):
            z = np.dot(X, self.w) + self.b
            a = self.sigmoid(z)
            loss = -np.mean(y * np.log(a + eps) + (1 - y) * np.log(1 - a + eps))
            dw = np.dot(X.T, a - y) / m
            db = np.sum(a - y) / m
            self.w -= self.lr * dw
            self.b -= self.lr * db
        return self
