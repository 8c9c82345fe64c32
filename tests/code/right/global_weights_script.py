import numpy as np

rng = np.random.default_rng(42)
n, d, h = 200, 5, 16
X = rng.normal(size=(n, d))
y = rng.normal(size=(n, 1))

W1 = rng.normal(size=(d, h)) * np.sqrt(1 / d)
b1 = np.zeros(h)
W2 = rng.normal(size=(h, 1)) * np.sqrt(1 / h)
b2 = np.zeros(1)

learning_rate = 0.01
losses = []
for epoch in range(500):
    # forward
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0)
    y_hat = a1 @ W2 + b2
    loss = np.mean((y_hat - y) ** 2)
    losses.append(loss)

    # backward
    grad_y = 2 * (y_hat - y) / n
    grad_W2 = a1.T @ grad_y
    grad_b2 = grad_y.sum(axis=0)
    grad_a1 = grad_y @ W2.T
    grad_z1 = grad_a1 * (z1 > 0)
    grad_W1 = X.T @ grad_z1
    grad_b1 = grad_z1.sum(axis=0)

    # update
    W1 -= learning_rate * grad_W1
    b1 -= learning_rate * grad_b1
    W2 -= learning_rate * grad_W2
    b2 -= learning_rate * grad_b2

print("final loss", losses[-1])
