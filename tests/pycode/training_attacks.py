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

DEEP = """import numpy as np

def init(sizes):
    p = {{}}
    for l in range(1, len(sizes)):
        p["W" + str(l)] = np.random.randn(sizes[l], sizes[l - 1])
    return p

def forward(X, p):
    A, kept = X, [X]
    for l in range(1, len(p) + 1):
        A = np.tanh(p["W" + str(l)] @ A)
        kept.append(A)
    return A, kept

def cost(A, Y):
    return np.sum((A - Y) ** 2) / 2

def gradients(A, Y, p, kept):
    grads = {{}}
    dA = A - Y
    for l in range(len(p), 0, -1):
        dZ = dA * {slope}
        grads["dW" + str(l)] = dZ @ {below}.T
        dA = p["W" + str(l)].T @ dZ
    return grads

def update(p, grads, rate):
    for l in range(1, len(p) + 1):
        p["W" + str(l)] -= rate * grads["dW" + str({which})]
    return p

def train(X, Y, sizes, rate):
    p = init(sizes)
    for k in range(100):
        A, kept = forward(X, p)
        J = cost(A, Y)
        grads = gradients(A, Y, p, kept)
        p = update(p, grads, rate)
    return p

{call}
"""
CALL = "layers = [4, 5, 3]\ntrain(np.random.rand(4, 9), np.random.rand(3, 9), layers, 0.1)"
NETS: tuple[tuple[str, str, str, str], ...] = (
    # (the derivative, the activation below, the gradient that moves, the call)
    ("1", "kept[l - 1]", "l", CALL),
    ("(1 - kept[l])", "kept[l - 1]", "l", CALL),
    ("(1 - kept[-1] ** 2)", "kept[l - 1]", "l", CALL),
    ("(1 - kept[l] ** 2)", "kept[0]", "l", CALL),
    ("(1 - kept[l] ** 2) * 2", "kept[l - 1]", "l", CALL),
    ("(1 - kept[l] ** 2) * (1 + (l > 1))", "kept[l - 1]", "l", CALL),
    # right for one layer, but another number of layers is trained
    (
        "(1 - kept[-1] ** 2)",
        "kept[l - 1]",
        "l",
        CALL.replace("[4, 5, 3]", "[4, 3]; layers.insert(1, 5)"),
    ),
    ("(1 - kept[-1] ** 2)", "kept[l - 1]", "l", CALL.replace("5, 3]", "3]; layers[1:1] = [5]")),
    ("(1 - kept[-1] ** 2)", "kept[l - 1]", "l", CALL.replace("5, 3]", "3]; layers += [3]")),
    ("(1 - kept[-1] ** 2)", "kept[l - 1]", "l", CALL.replace("5, 3]", "3]\nlayers = layers + [3]")),
    (
        "(1 - kept[-1] ** 2)",
        "kept[l - 1]",
        "l",
        "def main(layers):\n    layers = [4, 3]\nfor layers in [[4, 5, 3]]: " + CALL.split("\n")[1],
    ),
)
HINGE = """import numpy as np

def svm_loss(W, X, y):
    n = X.shape[0]
    scores = X.dot(W)
    margins = np.maximum(0, scores - scores[np.arange(n), y].reshape(-1, 1) + 1)
    margins[np.arange(n), y] = 0
    loss = np.sum(margins) / n
    mask = np.zeros(margins.shape)
    {mask}
    dW = X.T.dot(mask) / n
    return loss, dW
"""
MASKS: tuple[str, ...] = (
    "mask[margins > 0] = 1; mask[np.arange(n), y] = np.sum(mask, axis=1)",
    "mask[margins > 0] = 1; mask[np.arange(n), y] = 0",
    "mask[margins > 0] = 1; mask += 1; mask[np.arange(n), y] = -np.sum(mask, axis=1)",
    "mask[margins >= 0] = 1; mask[np.arange(n), y] = -np.sum(mask, axis=1)",
    "mask[margins > 0] = 2; mask[np.arange(n), y] = -np.sum(mask, axis=1)",
    "mask[scores > 0] = 1; mask[np.arange(n), y] = -np.sum(mask, axis=1)",
    "mask[margins > 0] = 1; mask[np.arange(n), y] = -1",
    "mask[margins > 0] = 1; mask *= 0.5; mask[np.arange(n), y] = -np.sum(mask, axis=1)",
    "mask[margins > 0] = 1; mask = 1 - mask; mask[np.arange(n), y] = -np.sum(mask, axis=1)",
    "mask[margins > 0] = 1; mask[np.arange(n), y] = -np.sum(mask, axis=0)",
    "mask[margins > 0] = 1; k = mask; k[np.arange(n), y] = 3; mask[np.arange(n), y] -= np.sum(margins > 0, axis=1)",
)


def programs() -> list[str]:
    """All of them as files."""
    right = f"W = W - rate * {G}; past[k] = loss(X, Y, W)"
    made = [HEAD + LOOP.format(body=body) for body in BODIES]
    stated = "np.sum((X @ W - Y) ** 2) / (2 * len(Y))"
    made += [HEAD.replace(stated, cost) + LOOP.format(body=right) for cost in COSTS]
    made += [PAIRS.format(step=step, error=error, cost=cost) for step, error, cost in STEPS]
    made += [
        DEEP.format(slope=slope, below=below, which=which, call=call)
        for slope, below, which, call in NETS
    ]
    made += [HINGE.format(mask=mask) for mask in MASKS]
    return made + [CAPITALS.format(gradient=gradient) for gradient in GRADIENTS]
