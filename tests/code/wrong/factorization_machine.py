import numpy as np


class FactorizationMachine:
    """Second order FM for regression (Rendle 2010), full batch."""

    def __init__(self, n_features, k=8, rng=np.random.default_rng(0)):
        self.w0 = 0.0
        self.w = np.zeros(n_features)
        self.V = 0.01 * rng.standard_normal((n_features, k))

    def predict(self, X):
        linear = self.w0 + X @ self.w
        XV = X @ self.V
        X2V2 = (X ** 2) @ (self.V ** 2)
        pairwise = 0.5 * np.sum(XV ** 2 - X2V2, axis=1)
        return linear + pairwise

    def loss(self, X, y):
        return np.mean((self.predict(X) - y) ** 2) / 2

    def gradients(self, X, y):
        n = X.shape[0]
        err = (self.predict(X) - y) / n
        dw0 = err.sum()
        dw = X.T @ err
        XV = X @ self.V
        dV = X.T @ (err[:, None] * XV) - self.V * (X.T @ err)[:, None]
        return dw0, dw, dV
