import numpy as np
import matplotlib.pyplot as plt
from sklearn.datasets import make_moons

np.random.seed(42)
X, y = make_moons(n_samples=400, noise=0.2)
y = y.reshape(-1, 1)

W1 = np.random.randn(2, 16) * 0.5
b1 = np.zeros((1, 16))
W2 = np.random.randn(16, 1) * 0.5
b2 = np.zeros((1, 1))

lr = 0.5
losses = []
for epoch in range(2000):
    # Forward pass
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))

    loss = -np.mean(y * np.log(A2) + (1 - y) * np.log(1 - A2))
    losses.append(loss)

    # Backward pass
    dZ2 = (A2 - y) / X.shape[0]
    dW2 = A1.T @ dZ2
    db2 = np.mean(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1 ** 2)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0, keepdims=True)

    # Update
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2

    if epoch % 200 == 0:
        acc = np.mean((A2 > 0.5) == y)
        print(f"Epoch {epoch:4d} | loss {loss:.4f} | acc {acc:.3f}")

plt.plot(losses)
plt.xlabel("epoch")
plt.ylabel("loss")
plt.savefig("loss.png")
