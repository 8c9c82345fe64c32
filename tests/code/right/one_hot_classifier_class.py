import numpy as np


class SoftmaxClassifier:
    def __init__(self, n_features, n_classes, lr=0.1, l2=1e-3):
        self.W = np.random.normal(0, 0.01, (n_features, n_classes))
        self.b = np.zeros(n_classes)
        self.lr = lr
        self.l2 = l2

    def _one_hot(self, y):
        return np.eye(self.b.shape[0])[y]

    def predict_proba(self, X):
        z = X @ self.W + self.b
        z -= z.max(axis=1, keepdims=True)
        e = np.exp(z)
        return e / e.sum(axis=1, keepdims=True)

    def loss(self, X, y):
        p = self.predict_proba(X)
        data = -np.sum(self._one_hot(y) * np.log(p)) / len(X)
        return data + 0.5 * self.l2 * np.sum(self.W ** 2)

    def gradients(self, X, y):
        error = self.predict_proba(X) - self._one_hot(y)
        dW = X.T @ error / len(X) + self.l2 * self.W
        db = error.mean(axis=0)
        return dW, db

    def fit(self, X, y, epochs=100):
        for _ in range(epochs):
            dW, db = self.gradients(X, y)
            self.W -= self.lr * dW
            self.b -= self.lr * db
        return self
