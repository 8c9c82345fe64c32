import numpy as np


class MulticlassPerceptron:
    """Crammer-Singer style: loss = max_k s_k - s_y, averaged."""

    def __init__(self, n_features, n_classes):
        self.W = np.zeros((n_classes, n_features))

    def scores(self, X):
        return X @ self.W.T

    def loss(self, X, y):
        S = self.scores(X)
        n = X.shape[0]
        return np.sum(S.max(axis=1) - S[np.arange(n), y]) / n

    def gradient(self, X, y):
        S = self.scores(X)
        n, k = S.shape
        best = S.argmax(axis=1)
        D = np.zeros((n, k))
        D[np.arange(n), best] += 1
        D[np.arange(n), y] = -1
        dW = D.T @ X / n
        return dW

    def fit(self, X, y, lr=1.0, epochs=20):
        for _ in range(epochs):
            self.W -= lr * self.gradient(X, y)
        return self
