import numpy as np


def iterate_minibatches(X, y, batch_size, shuffle=True):
    idx = np.arange(len(X))
    if shuffle:
        np.random.shuffle(idx)
    for start in range(0, len(X), batch_size):
        batch = idx[start:start + batch_size]
        yield X[batch], y[batch]


def init_params(n_in, n_hidden, n_out):
    W1 = np.random.randn(n_in, n_hidden) * 0.01
    b1 = np.zeros(n_hidden)
    W2 = np.random.randn(n_hidden, n_out) * 0.01
    b2 = np.zeros(n_out)
    return W1, b1, W2, b2


def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def train(X, y, n_hidden=32, n_out=10, epochs=5, batch_size=64, lr=0.1):
    W1, b1, W2, b2 = init_params(X.shape[1], n_hidden, n_out)
    for epoch in range(epochs):
        for xb, yb in iterate_minibatches(X, y, batch_size):
            n = xb.shape[0]
            # forward
            z1 = xb @ W1 + b1
            h = np.maximum(z1, 0)
            probs = softmax(h @ W2 + b2)
            loss = -np.log(probs[np.arange(n), yb]).mean()

            # backward
            dscores = probs.copy()
            dscores[np.arange(n), yb] -= 1
            dscores /= n
            dW2 = h.T @ dscores
            db2 = dscores.sum(axis=0)
            dh = dscores @ W2.T
            dh[z1 <= 0] = 0
            dW1 = xb.T @ dh
            db1 = dh.sum(axis=0)

            W1 -= lr * dW1
            b1 -= lr * db1
            W2 -= lr * dW2
            b2 -= lr * db2
        print(f"epoch {epoch}: {loss:.4f}")
    return W1, b1, W2, b2
