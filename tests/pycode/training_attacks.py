"""Training loops that look right and are not: figures kept beside them, costs that they call.

``{body}`` stands in a loop over turns that moves W and whose cost is what ``loss`` gives.  Of none
may every claim be verified, and `tests.pycode.attacks` judges them too.
"""

from __future__ import annotations

HEAD = """import numpy as np

def loss(X, Y, W):
    return np.sum((X @ W - Y) ** 2) / (2 * len(Y))

"""
LOOP = """def train(X, Y, W, rate, turns):
    m = len(Y)
    past = np.zeros(turns)
    path = np.zeros((turns, 2))
    for k in range(turns):
        {body}
    return W, past
"""
G = "X.T @ (X @ W - Y) / m"
BODIES: tuple[str, ...] = (
    # the step is wrong, whatever is called beside it
    f"W = W + rate * {G}; past[k] = loss(X, Y, W)",
    "W = W - rate * X.T @ (X @ W - Y); past[k] = loss(X, Y, W)",
    "W = W - rate * X.T @ (X @ W); past[k] = loss(X, Y, W)",
    f"W = W - rate * {G} * past[k]; past[k] = loss(X, Y, W)",
    f"past[k] = 2; W = W - rate * {G} * past[k]; past[k] = loss(X, Y, W)",
    f"past[k] = 1; W = W - rate * {G} * past; past[k] = loss(X, Y, W)",
    f"W = W - rate * {G} * (1 + path[0, 0]); path[k, :] = W.T; past[k] = loss(X, Y, W)",
    f"V = past; V[k] = 3; W = W - rate * {G} * (1 + past.sum()); c = loss(X, Y, W)",
    f"W = W - rate * {G}; W[k, :] = 0; past[k] = loss(X, Y, W)",
    f"W = W - rate * {G}; W[k] = 0; past[k] = loss(X, Y, W)",
    f"dW = np.zeros_like(W); dW[k] = 1; W = W - rate * ({G} + dW); past[k] = loss(X, Y, W)",
    "E = X @ W - Y; E[k, :] = 0; W = W - rate * X.T @ E / m; past[k] = loss(X, Y, W)",
    "Z = np.zeros_like(Y); Z[k, :] = 1; W = W - rate * X.T @ (X @ W - Y + Z) / m; c = loss(X, Y, W)",
    # what is called is the cost of something else
    f"W = W - rate * {G}; past[k] = loss(X, 2 * Y, W)",
    f"W = W - rate * {G}; past[k] = loss(X, Y, 2 * W)",
    f"W = W - rate * {G}; P = X @ W; past[k] = loss(P, Y, W)",
    f"past[k] = loss(X, Y, W); Y *= 2; W = W - rate * {G}",
    f"past[k] = loss(X, Y, W); X = 2 * X; W = W - rate * {G}",
    f"V = W; V *= 2; past[k] = loss(X, Y, W); W = W - rate * {G}",
    f"past[k] = loss(X, Y, W) + loss(X, 0 * Y, W); W = W - 2 * rate * {G} + rate * X.T @ Y / m * 3",
    f"W2 = W - rate * {G}; past[k] = loss(X, Y, W2); W = 2 * W2",
    f"W = W - rate * {G}; W = W - rate * {G}; past[k] = loss(X, Y, W)",
    f"W *= 0.9; W = W - rate * {G}; past[k] = loss(X, Y, W)",
    f"c = loss(X, Y, W); W = W - rate * {G} * c; past[k] = c",
)
COSTS: tuple[str, ...] = (
    # the loop is right for the cost above, not for this one
    "np.sum((X @ W - Y) ** 2)",
    "np.sum((X @ W - Y) ** 2) / len(Y)",
    "np.mean(np.abs(X @ W - Y))",
    "np.sum((X @ W - Y) ** 2) / (2 * len(Y)) + np.sum(W ** 2)",
    "-np.sum((X @ W - Y) ** 2) / (2 * len(Y))",
    "np.sum((X @ W - Y) ** 3) / (3 * len(Y))",
)
PAIRS = """import numpy as np

def softmax(u):
    e = np.exp(u - np.max(u))
    return e / e.sum()

class Pairs:
    def __init__(self, words, dim, rate):
        self.W1 = np.random.rand(words, dim)
        self.W2 = np.random.rand(dim, words)
        self.rate = rate

    def forward(self, x):
        h = self.W1.T @ x
        return softmax(self.W2.T @ h), h

    def step(self, e, h, x):
        {step}

    def train(self, pairs, epochs):
        for epoch in range(epochs):
            loss = 0
            for x, c in pairs:
                p, h = self.forward(x)
                {error}
                self.step(e, h, x)
                {cost}
"""
FIRST = "dW1 = np.outer(x, self.W2 @ e); self.W2 -= self.rate * np.outer(h, e); self.W1 -= self.rate * dW1"
LATE = "self.W2 -= self.rate * np.outer(h, e); self.W1 -= self.rate * np.outer(x, self.W2 @ e)"
LOG = "loss += -np.sum(c * np.log(p))"
STEPS: tuple[tuple[str, str, str], ...] = (
    # (the step, the error, the cost); each pair has one thing wrong
    (LATE, "e = p - c", LOG),
    (FIRST, "e = c - p", LOG),
    (FIRST, "e = p", LOG),
    (FIRST, "e = (p - c) * p * (1 - p)", LOG),
    (FIRST, "e = p - c", "loss += np.sum(c * np.log(p))"),
    (FIRST, "e = p - c", "loss += -np.sum(p * np.log(p))"),
    (FIRST, "e = p - c", "loss += -np.sum(c * c * np.log(p))"),
    (FIRST, "e = p - c", "loss += np.sum((p - c) ** 2)"),
    (FIRST, "e = p - c; self.W1 *= 2", LOG),
    (FIRST, "e = p - x", LOG),
    (FIRST.replace("x, self", "h, self"), "e = p - c", LOG),
    (FIRST, "e = p - c; h *= h", LOG),
    (FIRST, "e = p - c; x += 1", LOG),
)
CAPITALS = """import numpy as np

class Net:
    def __init__(self, numIn, numOut):
        self.weights = np.random.rand(numIn, numOut)

    def feedForward(self, x):
        self.out = np.tanh(x @ self.weights)
        return self.out

    def computeCost(self, out, y):
        return np.sum((out - y) ** 2)

    def backPropagate(self, x, y):
        self.dweights = {gradient}
"""
GRADIENTS: tuple[str, ...] = (
    "x.T @ (2 * (self.out - y))",
    "x.T @ (2 * (self.out - y) * (1 - self.out))",
    "x.T @ ((self.out - y) * (1 - self.out ** 2))",
    "x.T @ (2 * (y - self.out) * (1 - self.out ** 2))",
    "x.T @ (2 * (self.out - y) * (1 - np.tanh(self.out) ** 2))",
)


def programs() -> list[str]:
    """All of them as files."""
    right = f"W = W - rate * {G}; past[k] = loss(X, Y, W)"
    made = [HEAD + LOOP.format(body=body) for body in BODIES]
    stated = "np.sum((X @ W - Y) ** 2) / (2 * len(Y))"
    made += [HEAD.replace(stated, cost) + LOOP.format(body=right) for cost in COSTS]
    made += [PAIRS.format(step=step, error=error, cost=cost) for step, error, cost in STEPS]
    return made + [CAPITALS.format(gradient=gradient) for gradient in GRADIENTS]
