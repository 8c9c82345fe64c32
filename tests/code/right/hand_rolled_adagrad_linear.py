import numpy as np


class LinearRegressionAdagrad:
    def __init__(self, lr=0.1):
        self.lr = lr
        self.w = None
        self.b = 0.0

    def _loss(self, X, y):
        return np.mean((X @ self.w + self.b - y) ** 2)

    def fit(self, X, y, n_iter=100):
        n_samples, n_features = X.shape
        self.w = np.zeros(n_features)
        self.b = 0.0
        cache_w = np.zeros(n_features)
        for _ in range(n_iter):
            y_pred = X @ self.w + self.b
            loss = np.mean((y_pred - y) ** 2)
            dw = (2 / n_samples) * X.T @ (y_pred - y)
            db = (2 / n_samples) * np.sum(y_pred - y)
            cache_w += dw ** 2
            self.w -= self.lr * dw / (np.sqrt(cache_w) + 1e-8)
            self.b -= self.lr * db
        return self
