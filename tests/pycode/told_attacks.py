"""Programs that only print their cost, keep parameters in objects, or make data of data.

Each family is a program that is right, and single changes of it that look right and are not;
`tests.pycode.attacks` judges them too.
"""

from __future__ import annotations

from tests.pycode.entry_attacks import edited

HEAD = "import numpy as np\n\n\n"
PRINTED = """class Logistic:
    def __init__(self, lr=0.1, verbose=False):
        self.lr, self.verbose = lr, verbose

    def _loss(self, h, y):
        return (-y * np.log(h) - (1 - y) * np.log(1 - h)).mean()

    def fit(self, X, y):
        self.theta = np.zeros(X.shape[1])
        for i in range(1000):
            h = 1 / (1 + np.exp(-np.dot(X, self.theta)))
            gradient = np.dot(X.T, (h - y)) / y.size
            self.theta -= self.lr * gradient
            if self.verbose and i % 100 == 0:
                h = 1 / (1 + np.exp(-np.dot(X, self.theta)))
                print(self._loss(h, y))
"""
KEPT = """class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Linear:
    def __init__(self, n, k):
        self.weight = Parameter(np.random.randn(n, k) * 0.01)
        self.bias = Parameter(np.zeros((1, k)))

    def forward(self, x):
        self.x = x
        return x @ self.weight.data + self.bias.data

    def backward(self, grad_output):
        self.weight.grad = self.x.T @ grad_output
        self.bias.grad = grad_output.sum(axis=0, keepdims=True)
        return grad_output @ self.weight.data.T


class BCE:
    def forward(self, p, t):
        self.p, self.t = p, t
        return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))

    def backward(self):
        return (self.p - self.t) / (self.p * (1 - self.p)) / self.p.size


class Sigmoid:
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, grad_output):
        return grad_output * self.y * (1 - self.y)


class Net:
    def __init__(self):
        self.one, self.act, self.two, self.end = Linear(3, 8), Sigmoid(), Linear(8, 1), Sigmoid()

    def forward(self, x):
        return self.end.forward(self.two.forward(self.act.forward(self.one.forward(x))))

    def backward(self, grad):
        grad = self.act.backward(self.two.backward(self.end.backward(grad)))
        return self.one.backward(grad)


class SGD:
    def __init__(self, params, lr, momentum=0.9):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.velocities = [np.zeros_like(p.data) for p in params]

    def step(self):
        for p, v in zip(self.params, self.velocities):
            v *= self.momentum
            v -= self.lr * p.grad
            p.data += v


X = np.random.randn(500, 3)
T = (X[:, 0] * X[:, 1] > 0).astype(float).reshape(-1, 1)
net = Net()
loss_fn = BCE()
opt = SGD([net.one.weight, net.one.bias, net.two.weight, net.two.bias], lr=0.5)
for epoch in range(1000):
    out = net.forward(X)
    loss = loss_fn.forward(out, T)
    net.backward(loss_fn.backward())
    opt.step()
"""
SCRIPT = """X = np.random.rand(200, 2)
y = (X[:, 0] + X[:, 1] > 1).astype(int)
W = np.random.randn(2, 3) * 0.1
b = np.zeros(3)
lr = 0.5
for epoch in range(500):
    logits = X @ W + b
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(len(y)), y]).mean()
    d = probs.copy()
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    dW = X.T @ d
    db = d.sum(axis=0)
    W -= lr * dW
    b -= lr * db
    if epoch % 50 == 0:
        acc = (probs.argmax(axis=1) == y).mean()
        print(f"{epoch}: {loss:.3f} {acc:.2f}")
"""
XOR = """inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
expected_output = np.array([[0], [1], [1], [0]])
V = np.random.uniform(size=(2, 2))
U = np.random.uniform(size=(2, 1))
for _ in range(10000):
    h = 1 / (1 + np.exp(-np.dot(inputs, V)))
    out = 1 / (1 + np.exp(-np.dot(h, U)))
    error = expected_output - out
    d_out = error * out * (1 - out)
    d_h = d_out.dot(U.T) * h * (1 - h)
    U += h.T.dot(d_out) * 0.1
    V += inputs.T.dot(d_h) * 0.1
"""
THINKS = """class NeuralNetwork:
    def __init__(self):
        self.weights = 2 * np.random.random((3, 1)) - 1

    def sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def sigmoid_derivative(self, x):
        return x * (1 - x)

    def train(self, training_inputs, training_outputs, n):
        for i in range(n):
            output = self.think(training_inputs)
            error = training_outputs - output
            change = np.dot(training_inputs.T, error * self.sigmoid_derivative(output))
            self.weights += change

    def think(self, inputs):
        return self.sigmoid(np.dot(inputs, self.weights))
"""
EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    PRINTED: (
        ("(h - y)) / y.size", "(y - h)) / y.size"),
        ("(h - y)) / y.size", "(h - y) * h) / y.size"),
        ("(h - y)) / y.size", "(h - y)) / y.size + self.theta"),
        ("np.dot(X.T, (h - y))", "np.dot(X.T, (h - y) ** 2)"),
        ("self.theta -= self", "self.theta += self"),
        ("self.theta -= self.lr * gradient", "self.theta -= self.lr * gradient ** 2"),
        ("np.exp(-np.dot(X, self.theta)))\n            grad", "np.exp(np.dot(X, self.theta)))\n            grad"),
    ),
    KEPT: (
        ("self.x.T @ grad_output", "self.x.T @ grad_output / 2"),
        ("grad_output.sum(axis=0", "grad_output.mean(axis=0"),
        ("self.weight.grad = self", "self.weight.grad += self"),
        ("self.weight.grad = self.x.T @ grad_output", "self.bias.grad = self.x.T @ grad_output"),
        ("return grad_output @ self.weight.data.T", "return grad_output @ self.weight.grad.T"),
        ("/ self.p.size", "/ self.p.size / 2"),
        ("(self.p - self.t) /", "(self.t - self.p) /"),
        ("/ (self.p * (1 - self.p))", "/ self.p"),
        ("grad_output * self.y * (1 - self.y)", "grad_output * self.y"),
        ("self.act.backward(self.two", "self.end.backward(self.two"),
        ("    net.backward(loss_fn.backward())\n", "    net.backward(loss)\n"),
    ),
    SCRIPT: (
        ("d /= len(y)", "d /= len(W)"),
        ("d /= len(y)", "pass"),
        ("-= 1\n", "+= 1\n"),
        ("dW = X.T @ d", "dW = X.T @ d * 2"),
        ("db = d.sum(axis=0)", "db = d.mean(axis=0)"),
        ("dW = X.T @ d", "dW = X.T @ probs"),
        ("dW = X", "X[:, 0] *= 2; dW = X"),
        ("W -= lr * dW", "W += lr * dW"),
        ("acc = (probs.argmax(axis=1) == y).mean()", "W *= 2; acc = 0"),
    ),
    XOR: (
        ("d_out = error * out * (1 - out)", "d_out = error * h * (1 - h)"),
        ("d_out = error * out * (1 - out)", "d_out = error * out"),
        ("* h * (1 - h)", "* out * (1 - out)"),
        ("U += h.T", "U -= h.T"),
        ("    d_h = d_out.dot(U.T) * h * (1 - h)\n    U += h.T.dot(d_out) * 0.1\n",
         "    U += h.T.dot(d_out) * 0.1\n    d_h = d_out.dot(U.T) * h * (1 - h)\n"),
        ("V += inputs.T.dot(d_h)", "V += inputs.T.dot(d_h ** 2)"),
    ),
    THINKS: (
        ("return x * (1 - x)", "return x * (1 + x)"),
        ("return x * (1 - x)", "return x ** 2"),
        ("self.weights += change", "self.weights -= change"),
        ("self.sigmoid_derivative(output)", "self.sigmoid_derivative(error)"),
        ("self.sigmoid_derivative(output)", "self.sigmoid_derivative(self.weights.T)"),
        ("np.dot(training_inputs.T, error", "np.dot(training_inputs.T, output"),
    ),
}  # fmt: skip
"""Programs that are right, and one change of each that makes some gradient of it wrong."""
RECORDED = """def train(X, Y, W, lr):
    costs = []
    for i in range(1000):
        E = X @ W - Y
        loss = np.sum(E ** 2)
        dW = 2 * X.T @ E
        W -= lr * dW
        if i % 10 == 0:
            costs.append(loss)
    return W, costs
"""
WHOLE = (
    # the list is looked at, by its own name or another one
    RECORDED.replace("dW = 2 * X.T @ E", "dW = 2 * X.T @ E * (1 + len(costs))"),
    RECORDED.replace("costs = []", "costs = seen = []").replace(
        "2 * X.T @ E", "2 * X.T @ E * (1 + len(seen))"
    ),
    RECORDED.replace("costs = []", "costs = [1]; held = {'c': costs}").replace(
        "2 * X.T @ E", "2 * X.T @ E * len(held['c'])"
    ),
    RECORDED.replace("costs = []", "costs = [1]\n    scale = lambda: len(costs)").replace(
        "2 * X.T @ E", "2 * X.T @ E * scale()"
    ),
    # what is appended changes something
    RECORDED.replace("def train", "def spoil(W):\n    W *= 2\n    return W\n\n\ndef train").replace(
        "costs.append(loss)", "costs.append(spoil(W)); W += 1"
    ),
    RECORDED.replace("costs.append(loss)", "W *= 0.5"),
    RECORDED.replace("costs.append(loss)", "print(W.fill(0))"),
    # the cost that is told has a penalty that the step has not, or is of moved parameters
    """class Ridge:
    def __init__(self, lr=0.1, lam=0.1):
        self.lr, self.lam = lr, lam

    def loss(self, X, y):
        return np.mean((X @ self.w - y) ** 2) + self.lam * np.sum(self.w ** 2)

    def fit(self, X, y):
        self.w = np.zeros(X.shape[1])
        for i in range(1000):
            e = X @ self.w - y
            self.w = self.w - self.lr * 2 * X.T @ e / len(y)
""",
    """class Plain:
    def __init__(self, lr=0.1):
        self.lr = lr

    def loss(self, X, y):
        return np.mean((X @ self.w - y) ** 2)

    def fit(self, X, y):
        self.w = np.zeros(X.shape[1])
        for i in range(1000):
            e = X @ self.w - y
            self.w = self.w - self.lr * 2 * X.T @ e / len(y)
            self.w = self.w - self.lr * e @ X
""",
)
"""Programs that are wrong as a whole."""
RIGHT = (*EDITS, RECORDED)


def programs() -> list[str]:
    """All of them as files."""
    changed = [edited(text, *edit) for text, edits in EDITS.items() for edit in edits]
    return [HEAD + text for text in (*changed, *WHOLE)]
