import numpy as np

class MLP:
    def __init__(self, n_in, n_hidden, n_out):
        self.w1 = np.random.randn(n_in, n_hidden) * 0.1
        self.b1 = np.zeros((1, n_hidden))
        self.w2 = np.random.randn(n_hidden, n_out) * 0.1
        self.b2 = np.zeros((1, n_out))

    def sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def fit(self, X, Y, lr=0.1, epochs=100):
        n = X.shape[0]
        history = []
        for epoch in range(epochs):
            a1 = self.sigmoid(X @ self.w1 + self.b1)
            a2 = self.sigmoid(a1 @ self.w2 + self.b2)
            loss = np.sum((a2 - Y) ** 2) / (2 * n)
            history.append(loss)
            delta2 = (a2 - Y) / n * a2 * (1 - a2)
            dw2 = a1.T @ delta2
            db2 = delta2.sum(axis=0, keepdims=True)
            delta1 = (delta2 @ self.w2.T) * a1 * (1 - a1)
            dw1 = X.T @ delta1
            db1 = delta1.sum(axis=0, keepdims=True)
            self.w2 -= lr * dw2
            self.b2 -= lr * db2
            self.w1 -= lr * dw1
            self.b1 -= lr * db1
            if epoch % 10 == 0:
                print(epoch, loss)
        return history
