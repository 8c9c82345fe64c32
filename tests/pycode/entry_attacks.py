"""Programs with entries at constant places, joined arrays and objects put together that are wrong.

Each family is a program that is right, and single changes of it that look right and are not;
`tests.pycode.attacks` judges them too.
"""

from __future__ import annotations

HEAD = "import numpy as np\n\n\n"
ENTRIES = """def cost(theta, X, y):
    m = len(y)
    r = X @ theta - y
    return np.sum(r ** 2) / (2 * m)


def gradient(theta, X, y):
    m = len(y)
    r = X @ theta - y
    grad = np.zeros_like(theta)
    grad[0] = np.sum(r * X[:, 0]) / m
    grad[1:] = X[:, 1:].T @ r / m
    return grad
"""
COLUMNS = """def loss(W, X, y):
    r = X @ W - y
    return np.sum(r ** 2) + np.sum(W[0] ** 2)


def gradients(W, X, y):
    r = X @ W - y
    dW = 2 * X.T @ r
    dW[0] += 2 * W[0]
    return dW
"""
PAIRED = """def cost(theta, X, y, lam):
    m = len(y)
    h = 1 / (1 + np.exp(-X @ theta))
    J = -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))
    J = J + lam / (2 * m) * (np.sum(theta ** 2) - theta[0] ** 2)
    grad = X.T @ (h - y) / m + lam / m * theta
    grad[0] -= lam / m * theta[0]
    return J, grad
"""
JOINED = """def loss(W, X, Y):
    A = np.c_[np.ones(len(X)), X]
    return np.sum((A @ W - Y) ** 2)


def gradients(W, X, Y):
    A = np.insert(X, 0, 1, axis=1)
    D = 2 * (A @ W - Y)
    dW = A.T @ D
    dX = D @ W[1:].T
    return dW, dX
"""
OBJECTS = """class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, d):
        self.dW = self.x.T @ d
        self.db = d.sum(axis=0, keepdims=True)
        return d @ self.W.T


class Leaky:
    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, 0.1 * x)

    def backward(self, d):
        g = np.ones_like(self.x)
        g[self.x < 0] = 0.1
        return d * g


class Loss:
    def forward(self, p, y):
        self.p, self.y = p, y
        return np.mean((p - y) ** 2)

    def backward(self):
        return 2 * (self.p - self.y) / self.p.size


class Net:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, d):
        for layer in reversed(self.layers):
            d = layer.backward(d)
        return d


class Momentum:
    def __init__(self, net, lr=0.1, beta=0.9):
        self.net, self.lr, self.beta = net, lr, beta
        self.v = {}

    def step(self):
        for k, layer in enumerate(self.net.layers):
            if isinstance(layer, Dense):
                vW, vb = self.v.get(k, (0, 0))
                vW = self.beta * vW - self.lr * layer.dW
                vb = self.beta * vb - self.lr * layer.db
                layer.W += vW
                layer.b += vb
                self.v[k] = (vW, vb)


net = Net(Dense(3, 4), Leaky(), Dense(4, 2))
criterion = Loss()
optimizer = Momentum(net)
X = np.random.randn(20, 3)
Y = np.random.randn(20, 2)
for epoch in range(100):
    out = net.forward(X)
    loss = criterion.forward(out, Y)
    net.backward(criterion.backward())
    optimizer.step()
"""
MODEL = """class Linear:
    def __init__(self, n, k):
        self.w = np.random.randn(n, k)
        self.b = np.zeros(k)

    def __call__(self, x):
        self.inp = x
        return x @ self.w + self.b

    def backward(self, grad):
        self.dw = self.inp.T @ grad
        self.db = grad.sum(0)
        return grad @ self.w.T


class Square:
    def __call__(self, out, targets):
        self.out, self.targets = out, targets
        return ((out - targets) ** 2).mean()

    def backward(self):
        return 2 * (self.out - self.targets) / self.out.size


class Model:
    def __init__(self, n, h, k):
        self.layers = [Linear(n, h), Linear(h, k)]
        self.loss = Square()

    def __call__(self, x, targets):
        for layer in self.layers:
            x = layer(x)
        return self.loss(x, targets)

    def backward(self):
        grad = self.loss.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
"""
_FIRST = "grad[0] = np.sum(r * X[:, 0]) / m"
EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    ENTRIES: (
        (_FIRST, "grad[0] = np.sum(r * X[:, 1]) / m"),
        (_FIRST, "grad[0] = np.sum(r * X[0]) / m"),
        (_FIRST, "grad[0] = np.sum(r) / m"),
        (_FIRST, "grad[0] = np.sum(r * X[:, -1]) / m"),
        (_FIRST, "grad[1] = np.sum(r * X[:, 0]) / m"),
        (_FIRST, "grad[-1] = np.sum(r * X[:, 0]) / m"),
        (_FIRST, "g = grad[0]; g = np.sum(r * X[:, 0]) / m"),
        (_FIRST, "g = grad[0]; g += np.sum(r * X[:, 0]) / m"),
        (_FIRST, "g = grad.copy(); g[0] = np.sum(r * X[:, 0]) / m"),
        (_FIRST, "grad[0] = np.sum(r * X[:, 0])"),
        (_FIRST, "grad[0] = np.mean(r) * np.mean(X[:, 0])"),
        (_FIRST, "c = X[:, 0]; c *= 2; grad[0] = np.sum(r * X[:, 0]) / m"),
        (_FIRST, "grad[0] = r @ X[:, 0] / m + theta[0]"),
        ("grad[1:] = X[:, 1:].T @ r / m", "grad[1:] = X[:, 1:].T @ r / m; grad[0] = 0"),
        ("grad[1:] = X[:, 1:].T @ r / m", "grad[1:] = X[:, 1:].T @ r / m; grad[-1] = 0"),
        ("grad[1:] = X[:, 1:].T @ r / m", "grad[1] = X[:, 1].T @ r / m"),
        ("grad[1:] = X[:, 1:].T @ r / m", "grad[1:] = X[:, 1:].T @ r / m; grad[1] *= 2"),
    ),
    COLUMNS: (
        ("dW[0] += 2 * W[0]", "dW[:, 0] += 2 * W[:, 0]"),
        ("dW[0] += 2 * W[0]", "dW[0] += W[0]"),
        ("dW[0] += 2 * W[0]", "dW[0] = 2 * W[0]"),
        ("dW[0] += 2 * W[0]", "dW[0, 0] += 2 * W[0, 0]"),
        ("dW[0] += 2 * W[0]", "dW[-1] += 2 * W[-1]"),
        ("dW[0] += 2 * W[0]", "dW += 2 * W[0]"),
        ("dW[0] += 2 * W[0]", "row = dW[0]; row = row + 2 * W[0]"),
        ("dW[0] += 2 * W[0]", "row = W[0]; row *= 2; dW[0] += 2 * W[0]"),
        ("dW[0] += 2 * W[0]", "dW[0] += 2 * W[1]"),
        ("dW[0] += 2 * W[0]", ""),
    ),
    PAIRED: (
        ("    grad[0] -= lam / m * theta[0]\n", ""),
        ("grad[0] -= lam / m * theta[0]", "grad[0] += lam / m * theta[0]"),
        ("grad[0] -= lam / m * theta[0]", "grad[0] -= lam * theta[0]"),
        ("grad[0] -= lam / m * theta[0]", "grad[0] = 0"),
        ("grad[0] -= lam / m * theta[0]", "grad[1] -= lam / m * theta[1]"),
        ("grad[0] -= lam / m * theta[0]", "theta[0] = 0; grad[0] -= lam / m * theta[0]"),
        ("+ lam / m * theta\n", "+ lam / (2 * m) * theta\n"),
        ("return J, grad", "return J, grad / m"),
        ("return J, grad", "return J, -grad"),
    ),
    JOINED: (
        ("np.insert(X, 0, 1, axis=1)", "np.insert(X, 0, 1, axis=0)"),
        ("np.insert(X, 0, 1, axis=1)", "np.insert(X, 0, 2, axis=1)"),
        ("np.insert(X, 0, 1, axis=1)", "np.insert(X, 1, 1, axis=1)"),
        ("np.insert(X, 0, 1, axis=1)", "np.c_[X, np.ones(len(X))]"),
        ("np.insert(X, 0, 1, axis=1)", "np.append(X, np.ones((len(X), 1)), axis=1)"),
        ("np.insert(X, 0, 1, axis=1)", "np.c_[np.zeros(len(X)), X]"),
        ("W[1:].T", "W[:-1].T"),
        ("W[1:].T", "W[0].T"),
        ("A.T @ D", "np.c_[X, np.ones(len(X))].T @ D"),
        ("A.T @ D", "np.tensordot(A, D, axes=([1], [0]))"),
        ("A.T @ D", "np.inner(A.T, D)"),
        ("2 * (A @ W - Y)", "2 * (A @ W - Y) / np.size(Y, 0)"),
    ),
    OBJECTS: (
        ("self.x.T @ d", "self.x.T @ d / 2"),
        ("d.sum(axis=0", "d.mean(axis=0"),
        ("return d @ self.W.T", "return d @ self.W.T * 2"),
        ("g[self.x < 0] = 0.1", "g[self.x < 0] = 0"),
        ("g[self.x < 0] = 0.1", "g[self.x > 0] = 0.1"),
        ("g[self.x < 0] = 0.1", "g[d < 0] = 0.1"),
        ("/ self.p.size", "/ len(self.p)"),
        ("2 * (self.p - self.y)", "2 * (self.y - self.p)"),
        ("2 * (self.p - self.y)", "(self.p - self.y)"),
        ("for layer in reversed(self.layers)", "for layer in self.layers"),
        ("            d = layer.backward(d)\n", "            layer.backward(d)\n"),
        ("isinstance(layer, Dense)", "isinstance(layer, Leaky)"),
        ("net.backward(criterion.backward())", "net.backward(loss)"),
        ("    net.backward(criterion.backward())\n    opt", "    opt"),
        ("        self.dW = self", "        self.W *= 2\n        self.dW = self"),
    ),
    MODEL: (
        ("/ self.out.size", "/ len(self.out)"),
        ("2 * (self.out - self.targets)", "(self.out - self.targets)"),
        ("self.inp.T @ grad", "self.inp.T @ grad / len(grad)"),
        ("grad.sum(0)", "grad.mean(0)"),
        ("grad = layer.backward(grad)", "layer.backward(grad)"),
        ("reversed(self.layers)", "self.layers"),
        ("return grad @ self.w.T", "return grad @ self.w.T * (self.inp > 0)"),
        ("((out - targets) ** 2).mean()", "((out - targets) ** 2).sum()"),
    ),
}  # fmt: skip
"""Programs that are right, and one change of each that makes some gradient of it wrong."""
WHOLE = (
    # the first entry of what is no vector of parameters alone
    """def loss(w, x):
    return np.sum(w[0] * x)


def gradients(w, x):
    dw = np.sum(x) * np.ones_like(w)
    return dw
""",
    """def loss(W, x):
    return np.sum(W[0] * x) + np.sum(W[1])


def gradients(W, x):
    dW = np.zeros_like(W)
    dW[0] = x
    return dW
""",
    # a view that is written into
    """def loss(W, x):
    r = W[:, 0]
    r *= 2
    return np.sum(W[:, 0] * x)


def gradients(W, x):
    dW = np.zeros_like(W)
    dW[:, 0] = x
    return dW
""",
    # what an attribute is asked for is given by another class only
    """class A:
    def forward(self, x):
        self.x = x
        return x ** 2

    def backward(self, d):
        if hasattr(self, "scale"):
            return d * 2 * self.x
        return d * self.x
""",
)
RIGHT = tuple(EDITS)


def programs() -> list[str]:
    """All of them as files."""
    changed = (edited(text, *edit) for text, edits in EDITS.items() for edit in edits)
    return [HEAD + text for text in (*changed, *WHOLE)]


def edited(text: str, old: str, new: str) -> str:
    """A program with the last place of a text changed; a semicolon stands for a new line."""
    assert old in text, old
    before, after = text.rsplit(old, 1)
    margin = before[before.rfind("\n") + 1 :]
    return before + new.replace("; ", "\n" + " " * (len(margin) - len(margin.lstrip()))) + after
