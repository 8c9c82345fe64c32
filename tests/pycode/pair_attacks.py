"""Wrong programs whose lists of unknown length hold pairs, sizes used as numbers, or times.

`PAIRS` hands its parameters on as ``[(W, b), ...]`` and returns gradients without names, `SCALED`
divides by the sizes of its layers before it makes anything of them, `TIMES` has states by time in
a dictionary.  Each is right, and each of the edits makes it wrong.
"""

from __future__ import annotations

PAIRS = """
import numpy as np

def run_forward(layers_in, X):
    signal, kept = X, []
    for k, (W, b) in enumerate(layers_in):
        total = signal @ W + b
        kept.append((signal, total))
        signal = total if k == len(layers_in) - 1 else np.tanh(total)
    return signal, kept

def mean_loss(output, Y):
    return 0.5 * np.sum((output - Y) ** 2) / len(Y)

def run_backward(layers_in, kept, output, Y):
    grads = []
    delta = (output - Y) / len(Y)
    for (W, b), (signal, total) in zip(layers_in[::-1], kept[::-1]):
        if len(grads) > 0:
            delta = back * (1 - np.tanh(total) ** 2)
        grads.append((signal.T @ delta, delta.sum(axis=0)))
        back = delta @ W.T
    return grads[::-1]
"""
SCALED = """
import numpy as np

class Stack:
    def __init__(self, layer_sizes, rate=0.1):
        self.rate = rate
        self.weights, self.biases = [], []
        for k in range(len(layer_sizes) - 1):
            scale = np.sqrt(1 / layer_sizes[k])
            self.weights.append(scale * np.random.randn(layer_sizes[k], layer_sizes[k + 1]))
            self.biases.append(np.zeros((1, layer_sizes[k + 1])))

    def forward(self, X):
        self.kept = [X]
        for W, b in zip(self.weights, self.biases):
            self.kept.append(np.tanh(self.kept[-1] @ W + b))
        return self.kept[-1]

    def loss(self, X, Y):
        return np.sum((self.forward(X) - Y) ** 2) / X.shape[0]

    def train_step(self, X, Y):
        out = self.forward(X)
        delta = 2 * (out - Y) / X.shape[0] * (1 - out ** 2)
        for k in reversed(range(len(self.weights))):
            gW = self.kept[k].T @ delta
            gb = delta.sum(axis=0, keepdims=True)
            delta = (delta @ self.weights[k].T) * (1 - self.kept[k] ** 2)
            self.weights[k] -= self.rate * gW
            self.biases[k] -= self.rate * gb
"""
TIMES = """
import numpy as np

class Cell:
    def __init__(self, n_in, n_hidden, n_out):
        self.Wx = np.random.randn(n_hidden, n_in)
        self.Wh = np.random.randn(n_hidden, n_hidden)
        self.Wy = np.random.randn(n_out, n_hidden)
        self.n_hidden = n_hidden

    def forward(self, xs):
        self.h = {-1: np.zeros((self.n_hidden, 1))}
        self.y = {}
        for t in range(len(xs)):
            self.h[t] = np.tanh(self.Wx @ xs[t] + self.Wh @ self.h[t - 1])
            self.y[t] = self.Wy @ self.h[t]
        return self.y

    def loss(self, xs, ys):
        out = self.forward(xs)
        return sum(0.5 * np.sum((out[t] - ys[t]) ** 2) for t in range(len(xs)))

    def bptt(self, xs, ys):
        self.forward(xs)
        dWx, dWh, dWy = [np.zeros_like(w) for w in (self.Wx, self.Wh, self.Wy)]
        carried = np.zeros((self.n_hidden, 1))
        for t in range(len(xs) - 1, -1, -1):
            error = self.y[t] - ys[t]
            dWy += error @ self.h[t].T
            inner = (self.Wy.T @ error + carried) * (1 - self.h[t] ** 2)
            dWx += inner @ xs[t].T
            dWh += inner @ self.h[t - 1].T
            carried = self.Wh.T @ inner
        return dWx, dWh, dWy
"""
RIGHT = {"pairs": PAIRS, "scaled": SCALED, "times": TIMES}
EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "pairs": (
        ("return grads[::-1]", "return grads"),
        ("len(grads) > 0", "len(grads) > 1"),
        ("grads.append((signal.T @ delta, delta.sum(axis=0)))",
         "grads.append((signal.T @ delta, delta.mean(axis=0)))"),
        ("back * (1 - np.tanh(total) ** 2)", "back * (1 - total ** 2)"),
        ("back * (1 - np.tanh(total) ** 2)", "back"),
        ("        grads.append((signal.T @ delta, delta.sum(axis=0)))\n        back = delta @ W.T",
         "        back = delta @ W.T\n        grads.append((signal.T @ back, back.sum(axis=0)))"),
        ("(output - Y) / len(Y)", "output - Y"),
        ("kept[::-1]", "kept"),
        ("(signal.T @ delta, ", "(np.tanh(signal).T @ delta, "),
        ("(signal.T @ delta, ", "(signal.T @ delta / len(grads), "),
        ("total if k == len(layers_in) - 1", "total if k >= len(layers_in) - 2"),
    ),
    "scaled": (
        ("(1 - out ** 2)\n", "(1 - out)\n"),
        ("delta.sum(axis=0, keepdims=True)", "delta.mean(axis=0, keepdims=True)"),
        ("(1 - self.kept[k] ** 2)", "(1 - self.kept[k + 1] ** 2)"),
        ("self.kept[k].T @ delta", "self.kept[k].T @ delta / X.shape[0]"),
        ("self.weights[k] -= self.rate * gW\n", "self.weights[k] += self.rate * gW\n"),
        ("self.biases[k] -= self.rate * gb", "self.biases[k] -= self.rate * gW.sum(axis=0)"),
        ("            delta = (delta @ self.weights[k].T) * (1 - self.kept[k] ** 2)\n"
         "            self.weights[k] -= self.rate * gW\n",
         "            self.weights[k] -= self.rate * gW\n"
         "            delta = (delta @ self.weights[k].T) * (1 - self.kept[k] ** 2)\n"),
        ("delta = 2 * (out - Y) / X.shape[0]", "delta = 2 * (out - Y) / len(self.weights)"),
        ("reversed(range(len(self.weights)))", "reversed(range(1, len(self.weights)))"),
    ),
    "times": (
        ("inner @ self.h[t - 1].T", "inner @ self.h[t].T"),
        ("carried = self.Wh.T @ inner", "carried = self.Wh @ inner"),
        ("+ carried) *", ") *"),
        ("dWx += inner @ xs[t].T", "dWx += inner @ xs[t - 1].T"),
        ("dWy += error", "dWy = error"),
        ("range(len(xs) - 1, -1, -1)", "range(len(xs) - 1, 0, -1)"),
        ("range(len(xs) - 1, -1, -1)", "range(len(xs))"),
        ("carried = self.Wh.T @ inner", "carried = self.Wh.T @ inner * (t < 4)"),
        ("return dWx,", "return dWx / len(xs),"),
        ("(1 - self.h[t] ** 2)", "(1 - self.h[t - 1] ** 2)"),
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
