import numpy as np
from scipy.special import expit


class BCEWithLogitsLoss:
    """Numerically stable binary cross-entropy on logits, mean over all entries."""

    def __call__(self, logits, targets):
        return self.forward(logits, targets)

    def forward(self, logits, targets):
        self.logits = logits
        self.targets = targets
        loss = np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits)))
        return loss.mean()

    def backward(self):
        return (expit(self.logits) - self.targets) / self.logits.size


class LogisticModel:
    def __init__(self, n_features, l2=0.0):
        self.w = np.zeros((n_features, 1))
        self.b = np.zeros((1,))
        self.l2 = l2
        self.criterion = BCEWithLogitsLoss()

    def loss(self, X, y):
        self.X = X
        z = X @ self.w + self.b
        return self.criterion(z, y) + 0.5 * self.l2 * np.sum(self.w ** 2)

    def backward(self):
        dz = self.criterion.backward()
        dw = self.X.T @ dz + self.l2 * self.w
        db = dz.sum(axis=0)
        return {"w": dw, "b": db}

    def fit(self, X, y, lr=0.1, n_iter=200):
        for i in range(n_iter):
            loss = self.loss(X, y)
            grads = self.backward()
            self.w -= lr * grads["w"]
            self.b -= lr * grads["b"]
        return self
