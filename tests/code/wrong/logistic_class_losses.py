import numpy as np


class LogisticRegression:
    def __init__(self, learning_rate=0.01, n_iters=1000, reg_lambda=0.1):
        self.lr = learning_rate
        self.n_iters = n_iters
        self.reg_lambda = reg_lambda
        self.weights = None
        self.bias = None

    def _sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def _loss(self, y, p):
        n = len(y)
        return (
            -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
            + self.reg_lambda / (2 * n) * np.sum(self.weights**2)
        )

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        self.losses = []
        for i in range(self.n_iters):
            linear_model = np.dot(X, self.weights) + self.bias
            y_predicted = self._sigmoid(linear_model)
            dw = (1 / n_samples) * np.dot(X.T, (y_predicted - y)) + (
                self.reg_lambda / n_samples
            ) * self.weights
            db = np.sum(y_predicted - y)
            self.losses.append(self._loss(y, y_predicted))
            self.weights -= self.lr * dw
            self.bias -= self.lr * db
        return self

    def predict(self, X):
        linear_model = np.dot(X, self.weights) + self.bias
        y_predicted = self._sigmoid(linear_model)
        return [1 if p > 0.5 else 0 for p in y_predicted]
