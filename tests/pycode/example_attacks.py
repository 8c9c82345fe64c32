"""Wrong programs that go through examples one by one, in loops along axes of unknown size.

`ADDED` adds up over examples and features, `LABELLED` over examples and classes, `PAIRED` goes
through two arrays together, `FILLED` fills an array row by row, `NESTED` entry by entry.  Each is right; each of the edits
makes it wrong, many by what one turn leaves to the next or by views of what is overwritten.
"""

from __future__ import annotations

ADDED = """
import numpy as np

def cost(x, y, w, b):
    m = x.shape[0]
    total = 0.0
    for i in range(m):
        total += (np.dot(x[i], w) + b - y[i]) ** 2
    return total / (2 * m)

def gradient(x, y, w, b):
    m, n = x.shape
    dw, db = np.zeros(n), 0.0
    for i in range(m):
        err = np.dot(x[i], w) + b - y[i]
        for j in range(n):
            dw[j] = dw[j] + err * x[i, j]
        db += err
    return dw / m, db / m
"""
LABELLED = """
import numpy as np

def softmax_loss(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    n, classes = X.shape[0], W.shape[1]
    for i in range(n):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss -= np.log(p[y[i]])
        for k in range(classes):
            dW[:, k] += (p[k] - (k == y[i])) * X[i]
    loss = loss / n + reg * np.sum(W * W)
    dW = dW / n + 2 * reg * W
    return loss, dW
"""
PAIRED = """
import numpy as np

def loss_and_gradient(W, b, X, Y):
    loss = 0.0
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    for x, y in zip(X, Y):
        h = np.tanh(x @ W + b)
        loss += 0.5 * np.sum((h - y) ** 2)
        delta = (h - y) * (1 - h ** 2)
        dW += np.outer(x, delta)
        db += delta
    return loss, dW, db
"""
FILLED = """
import numpy as np

def forward(X, W):
    Z = np.zeros((X.shape[0], W.shape[1]))
    for i in range(X.shape[0]):
        Z[i] = X[i] @ W
    return Z

def loss(X, W, Y):
    return np.sum((forward(X, W) - Y) ** 2)

def gradient(X, W, Y):
    Z = forward(X, W)
    G = np.zeros_like(Z)
    for i in range(X.shape[0]):
        G[i] = 2 * (Z[i] - Y[i])
    dW = np.zeros_like(W)
    for j in range(W.shape[1]):
        dW[:, j] = X.T @ G[:, j]
    return dW
"""
NESTED = """
import numpy as np

def loss_and_gradient(W, X, Y):
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(X.shape[0]):
        e = X[i] @ W - Y[i]
        loss += 0.5 * np.sum(e ** 2)
        for j in range(W.shape[1]):
            for k in range(W.shape[0]):
                dW[k, j] += X[i, k] * e[j]
    return loss, dW
"""
RIGHT = {"added": ADDED, "labelled": LABELLED, "paired": PAIRED, "filled": FILLED, "nested": NESTED}
EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "added": (
        ("dw[j] = dw[j] + err", "dw[j] = err"),
        ("dw[j] = dw[j] + err", "dw[j] = db + err"),
        ("dw[j] = dw[j] + err", "dw[j] = 2 * dw[j] + err"),
        ("dw[j] = dw[j] + err", "dw[j] -= err"),
        ("        db += err", "    db += err"),
        ("        db += err", "            db += err"),
        ("        db += err", "        db = err"),
        ("        db += err", "        db = db + err + db"),
        ("        db += err", "        db += err\n        b = b + 1"),
        ("        db += err", "        db += err\n        w = w - dw"),
        ("        db += err", "        db += err\n        w -= dw"),
        ("        db += err", "        db += err\n        x[i] += 1"),
        ("        db += err", "        db += err\n        row = x[i]\n        row *= 2"),
        ("        err =", "        if i == 0:\n            continue\n        err ="),
        ("        err =", "        err = db +"),
        ("- y[i]\n        for", "- y[j]\n        for"),
        ("return dw / m, db / m", "return dw / m, db / i"),
        ("return dw / m, db / m", "return dw / n, db / m"),
        ("x[i, j]", "x[i, i]"),
        ("x[i, j]", "x[j, i]"),
        ("    for i in range(m):\n        err", "    for i in range(m - 1):\n        err"),
        ("    for i in range(m):\n        err", "    for i in range(1, m):\n        err"),
        ("    for i in range(m):\n        err", "    for i in range(n):\n        err"),
        ("for j in range(n)", "for j in range(i)"),
        ("for j in range(n)", "for j in range(n - 1)"),
    ),
    "labelled": (
        ("range(classes)", "range(n)"),
        ("X.shape[0], W.shape[1]", "X.shape[0], W.shape[0]"),
        ("np.exp(scores) / np.sum(np.exp(scores))", "np.exp(scores) / np.sum(scores)"),
        ("(p[k] - (k == y[i]))", "(p[k] - (k != y[i]))"),
        ("(p[k] - (k == y[i]))", "(p[y[i]] - (k == y[i]))"),
        ("(p[k] - (k == y[i]))", "p[k]"),
        ("(p[k] - (k == y[i]))", "((k == y[i]) - p[k])"),
        ("dW[:, k] +=", "dW[:, k] ="),
        ("dW[:, k] +=", "dW[:, k] += dW[:, k] +"),
        ("np.log(p[y[i]])", "np.log(p[y[i]]) * loss"),
        ("np.sum(np.exp(scores))", "np.max(np.exp(scores))"),
        ("X[i].dot(W)", "X[i].dot(W + dW)"),
        ("dW = dW / n + 2", "dW = dW + 2"),
        ("* X[i]\n", "* X[k]\n"),
        ("        for k in", "        W += 1\n        for k in"),
    ),
    "paired": (
        ("dW += np.outer(x, delta)", "dW += np.outer(delta, x)"),
        ("dW += np.outer(x, delta)", "dW = np.outer(x, delta)"),
        ("dW += np.outer(x, delta)", "dW += np.outer(x, db)"),
        ("dW += np.outer(x, delta)", "dW += np.outer(x, delta)\n        W -= 0.1 * dW"),
        ("dW += np.outer(x, delta)", "dW += np.outer(x, delta)\n        x += 1"),
        ("        db += delta", "    db += delta"),
        ("        db += delta", "        db += delta\n        dW *= 0.9"),
        ("        db += delta", "        db += db + delta"),
        ("(1 - h ** 2)", "(1 - h)"),
        ("        delta = (h - y)", "        y = y + delta if loss else y\n        delta = (h - y)"),
        ("loss += 0.5 * np", "loss += 0.25 * np"),
        ("return loss, dW, db", "return loss / len(X), dW, db"),
        ("return loss, dW, db", "return loss, np.outer(x, delta), db"),
    ),
    "filled": (
        ("G[i] = 2 *", "G[i] ="),
        ("G[i] = 2 *", "G[i] = np.sum(G) + 2 *"),
        ("G[i] = 2 * (Z[i] - Y[i])", "G[i] = 2 * (Z[i] - Y[i])\n        G *= 2"),
        ("G[i] = 2 * (Z[i] - Y[i])", "G[0] = 2 * (Z[i] - Y[i])"),
        ("dW[:, j] = X.T @ G[:, j]", "dW[:, j] = X.T @ G[:, j] + dW[:, 0]"),
        ("dW[:, j] = X.T @ G[:, j]", "dW[:, j] = X.T @ Z[:, j]"),
        ("dW[:, j] = X.T @ G[:, j]", "dW[:, j] = X.T @ G[:, j]\n        G += 1"),
        ("dW[:, j] = X.T @ G[:, j]", "dW[:, j] = X.T @ G[:, j]\n        G[:, j] += 1\n"
         "        dW[:, j] += X.T @ G[:, j]"),
        ("G = np.zeros_like(Z)\n", "G = Z\n    first = G[:]\n    Z = first + G\n"),
        ("for j in range(W.shape[1])", "for j in range(W.shape[0])"),
    ),
    "nested": (
        ("dW[k, j] +=", "dW[k, j] ="),
        ("dW[k, j] +=", "dW[k, j] -="),
        ("dW[k, j] +=", "dW[k, j] += dW[k, j] +"),
        ("dW[k, j] +=", "dW[j, k] +="),
        ("X[i, k] * e[j]", "X[i, k] * e[k]"),
        ("X[i, k] * e[j]", "X[k, i] * e[j]"),
        ("X[i, k] * e[j]", "X[i, k] * e[j]\n                e[j] += 1"),
        ("X[i, k] * e[j]", "X[i, k] * e[j]\n            dW[:, j] *= 2"),
        ("X[i, k] * e[j]", "X[i, k] * e[j]\n            dW[:, j] += W[:, j]"),
        ("X[i, k] * e[j]", "X[i, k] * e[j]\n        dW += W"),
        ("for k in range(W.shape[0]):", "for k in range(X.shape[0]):"),
        ("            for k in", "            dW[:, j] = 0\n            for k in"),
    ),
}  # fmt: skip
"""Replacements of the first place where a text stands."""


def programs() -> list[str]:
    found = []
    for name, edits in EDITS.items():
        for old, new in edits:
            assert old in RIGHT[name], old
            found.append(RIGHT[name].replace(old, new, 1))
    return found
