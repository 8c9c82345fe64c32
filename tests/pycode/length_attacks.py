"""Wrong programs that go through lists of which nothing says how long they are.

`NETWORK` holds its parameters in a dictionary, `SIZES` makes them from a list of sizes, `SEQUENCE`
goes back through time; each is right, and each of the edits makes it wrong, some for one number of
layers or steps only.  `tests.pycode.attacks` judges them too.
"""

from __future__ import annotations

NETWORK = """
import numpy as np

def forward(params, X):
    cache = {"A0": X}
    L = len(params) // 2
    for l in range(1, L + 1):
        Z = params[f"W{l}"] @ cache[f"A{l - 1}"] + params[f"b{l}"]
        cache[f"Z{l}"] = Z
        cache[f"A{l}"] = Z if l == L else np.tanh(Z)
    return cache[f"A{L}"], cache

def cost(A, Y):
    return np.sum((A - Y) ** 2) / Y.shape[1]

def backward(params, cache, Y):
    grads = {}
    L = len(params) // 2
    m = Y.shape[1]
    dZ = 2 * (cache[f"A{L}"] - Y) / m
    for l in range(L, 0, -1):
        grads[f"dW{l}"] = dZ @ cache[f"A{l - 1}"].T
        grads[f"db{l}"] = np.sum(dZ, axis=1, keepdims=True)
        if l > 1:
            dZ = (params[f"W{l}"].T @ dZ) * (1 - cache[f"A{l - 1}"] ** 2)
    return grads
"""
SIZES = """
import numpy as np

class Network:
    def __init__(self, sizes):
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]
        self.depth = len(sizes) - 1

    def forward(self, X):
        self.A = [X]
        for b, w in zip(self.biases, self.weights):
            self.A.append(1 / (1 + np.exp(-(w @ self.A[-1] + b))))
        return self.A[-1]

    def loss(self, X, Y):
        return 0.5 * np.sum((self.forward(X) - Y) ** 2)

    def backward(self, Y, rate):
        delta = (self.A[-1] - Y) * self.A[-1] * (1 - self.A[-1])
        for l in reversed(range(self.depth)):
            dW = delta @ self.A[l].T
            db = np.sum(delta, axis=1, keepdims=True)
            delta = (self.weights[l].T @ delta) * self.A[l] * (1 - self.A[l])
            self.weights[l] -= rate * dW
            self.biases[l] -= rate * db
"""
SEQUENCE = """
import numpy as np

def forward(inputs, h0, U, W, V):
    hs = {-1: h0}
    ys = {}
    for t in range(len(inputs)):
        hs[t] = np.tanh(U @ inputs[t] + W @ hs[t - 1])
        ys[t] = V @ hs[t]
    return hs, ys

def loss_and_gradients(inputs, targets, h0, U, W, V):
    hs, ys = forward(inputs, h0, U, W, V)
    loss = 0
    for t in range(len(inputs)):
        loss += 0.5 * np.sum((ys[t] - targets[t]) ** 2)
    dU, dW, dV = np.zeros_like(U), np.zeros_like(W), np.zeros_like(V)
    dnext = np.zeros_like(h0)
    for t in reversed(range(len(inputs))):
        dy = ys[t] - targets[t]
        dV += dy @ hs[t].T
        dh = V.T @ dy + dnext
        draw = (1 - hs[t] ** 2) * dh
        dU += draw @ inputs[t].T
        dW += draw @ hs[t - 1].T
        dnext = W.T @ draw
    return loss, dU, dW, dV
"""
RIGHT = {"network": NETWORK, "sizes": SIZES, "sequence": SEQUENCE}
EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "network": (
        ("if l > 1:", "if l > 2:"),
        ("if l > 1:", "if l == 3:"),
        ("range(L, 0, -1)", "range(3, 0, -1)"),
        ("cache[f\"A{L}\"] - Y) / m", "cache[f\"A{L}\"] - Y) / L"),
        ("- Y) / m", "- Y) / m * L / 3"),
        ("- Y) / m", "- Y) / m * len(params) / 6"),
        ("- Y) / m", "- Y) / m * (1 if L < 4 else 2)"),
        ("- Y) / m", "- Y) / m * (2 if L < 4 else 1)"),
        ("dZ @ cache[f\"A{l - 1}\"].T", "dZ @ cache[f\"A{l - 1}\"].T / m"),
        ("* (1 - cache[f\"A{l - 1}\"] ** 2)", "* (1 - cache[f\"A{l}\"] ** 2)"),
        ("* (1 - cache[f\"A{l - 1}\"] ** 2)", ""),
        ("(params[f\"W{l}\"].T @ dZ)", "(params[f\"W{l}\"].T @ dZ / l)"),
        ("np.sum(dZ, axis=1, keepdims=True)", "np.sum(dZ, axis=1, keepdims=True) / 2"),
        ("np.sum(dZ, axis=1, keepdims=True)", "np.mean(dZ, axis=1, keepdims=True)"),
        ("Z if l == L else np.tanh(Z)", "np.tanh(Z)"),
        ("L = len(params) // 2\n    m", "L = len(params) // 3\n    m"),
    ),
    "sizes": (
        ("self.A[l] * (1 - self.A[l])\n", "(1 - self.A[l])\n"),
        ("self.weights[l] -= rate * dW\n            self.biases[l] -= rate * db",
         "self.weights[l] -= rate * dW / len(self.weights) * (l + 1)"),
        ("            delta = (self.weights[l].T @ delta) * self.A[l] * (1 - self.A[l])\n"
         "            self.weights[l] -= rate * dW\n            self.biases[l] -= rate * db",
         "            self.weights[l] -= rate * dW\n            self.biases[l] -= rate * db\n"
         "            delta = (self.weights[l].T @ delta) * self.A[l] * (1 - self.A[l])"),
        ("reversed(range(self.depth))", "range(self.depth)"),
        ("delta @ self.A[l].T", "delta @ self.A[l].T * (l if self.depth == 4 else 1)"),
        ("(self.A[-1] - Y) * self.A[-1] * (1 - self.A[-1])", "self.A[-1] - Y"),
        ("self.weights[l] -= rate * dW", "self.weights[l] += rate * dW"),
        ("self.weights[l] -= rate * dW", "self.weights[-1] -= rate * dW"),
        ("self.weights[l] -= rate * dW", "self.weights[l] -= rate * dW * self.weights[l]"),
    ),
    "sequence": (
        ("V.T @ dy + dnext", "V.T @ dy"),
        ("dnext = W.T @ draw", "dnext = W @ draw"),
        ("dnext = W.T @ draw", "dnext = W.T @ dh"),
        ("draw @ hs[t - 1].T", "draw @ hs[t].T"),
        ("dU += draw @ inputs[t].T", "dU += draw @ inputs[0].T"),
        ("dU += draw @ inputs[t].T", "dU = draw @ inputs[t].T"),
        ("reversed(range(len(inputs)))", "range(len(inputs))"),
        ("return loss, dU", "return loss / len(inputs), dU / 3"),
        ("reversed(range(len(inputs)))", "reversed(range(1, len(inputs)))"),
        ("dW += draw @ hs[t - 1].T", "dW += draw @ hs[t - 1].T if t < 3 else 0 * W"),
        ("dW += draw @ hs[t - 1].T", "dW += draw @ hs[max(t - 1, 0)].T"),
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
