import numpy as np

np.random.seed(42)
X = 2 * np.random.rand(100, 1)
y = 4 + 3 * X + np.random.randn(100, 1)
w = np.random.randn(1, 1)
b = np.zeros((1, 1))
lr = 0.1
n = len(X)

for i in range(1000):
    y_hat = X @ w + b
    loss = ((y_hat - y) ** 2).mean()
    grad_w = 2 * X.T @ (y_hat - y)
    grad_b = 2 * (y_hat - y).mean()
    w = w - lr * grad_w
    b = b - lr * grad_b
