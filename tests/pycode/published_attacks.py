"""Programs written as they are published that look right and are not.

What they load, leave unsaid, take from another file or do around the training hides the mistake.
Each stands alone; of none may every claim be verified, and `tests.pycode.attacks` judges them too.
"""

from __future__ import annotations

HEAD = "import numpy as np\n"
NET = """
def forward(W1, W2, X):
    Z1 = W1 @ X
    A1 = {first}(Z1)
    A2 = {last}(W2 @ A1)
    return A1, A2

def cost(A2, Y):
    return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / Y.shape[1]

def backward(W1, W2, X, Y, A1, A2):
    dZ2 = (A2 - Y) / Y.shape[1]
    dW2 = dZ2 @ A1.T
    dZ1 = (W2.T @ dZ2) * {slope}
    dW1 = dZ1 @ X.T
    return dW1, dW2
"""
OF_ANOTHER_FILE: tuple[tuple[str, str, str, str], ...] = (
    # (what comes before, the hidden activation, the last, the derivative of the hidden one)
    ("from act import *\ndef sigmoid(z):\n    return np.tanh(z)\n",
     "sigmoid", "sigmoid", "A1 * (1 - A1)"),
    ("from act import sigmoid\n", "sigmoid", "sigmoid", "(A1 > 0)"),
    ("from act import sigmoid as relu, sigmoid\n", "relu", "sigmoid", "(A1 > 0)"),
    ("from act import relu, sigmoid\n", "relu", "sigmoid", "A1 * (1 - A1)"),
    ("from act import relu, sigmoid\n", "relu", "relu", "(A1 > 0)"),
    ("from act import sigmoid\nfrom act import softmax\n", "softmax", "sigmoid", "A1 * (1 - A1)"),
    ("from act import tanh, sigmoid\n", "tanh", "sigmoid", "A1 * (1 - A1)"),
    ("from act import sigmoid\nsigmoid = np.tanh\n", "sigmoid", "sigmoid", "A1 * (1 - A1)"),
    ("from torch import sigmoid\n", "sigmoid", "sigmoid", "A1 * (1 - A1)"),
    ("import act\nact.sigmoid = np.tanh\n", "act.sigmoid", "act.sigmoid", "A1 * (1 - A1)"),
    ("from act import *\nfrom numpy import *\n", "tanh", "sigmoid", "A1 * (1 - A1)"),
)  # fmt: skip
MODES: tuple[str, ...] = (
    # the right gradient only where the mode is another one
    """
def forward(W, X, p):
    mode = p["mode"]
    if mode == "train":
        out = 3 * (W @ X)
    else:
        out = W @ X
    return out, (W, X, p)

def backward(dout, cache):
    W, X, p = cache
    if p["mode"] != "train":
        dW = dout @ X.T
    else:
        dW = 2 * dout @ X.T
    return dW
""",
    """
def forward(W, X, p):
    mode = p["mode"]
    if mode == "test":
        out = W @ X
    else:
        out = 2 * (W @ X)
    return out, (W, X, mode)

def backward(dout, cache):
    W, X, mode = cache
    if mode == "train":
        dW = dout @ X.T
    else:
        dW = 2 * dout @ X.T
    return dW
""",
    """
def forward(W, X, mode):
    if mode == "train":
        out = W @ X
        mode = "test"
    if mode == "test":
        out = 2 * out
    return out, (W, X)

def backward(dout, cache):
    W, X = cache
    return dout @ X.T
""",
    """
def loss(W, X, Y):
    return np.sum((W @ X - Y) ** 2)

def gradient(W, X, Y):
    if W == "train":
        dW = 2 * (W @ X - Y) @ X.T
    else:
        dW = W
    return dW
""",
    """
def loss(W, X, Y, kind):
    if kind == "l1":
        return np.sum(np.abs(W @ X - Y))
    return np.sum((W @ X - Y) ** 2)

def gradient(W, X, Y, kind):
    dW = 2 * (W @ X - Y) @ X.T
    return dW
""",
)
KEPT = """
class Net:
    def __init__(self, x, y):
        self.input, self.y = x, y
        self.w1, self.w2 = np.random.rand(x.shape[1], 4), np.random.rand(4, 1)
        self.output = np.zeros(y.shape)

    def forward(self):
        self.h = np.tanh(self.input @ self.w1)
        return np.tanh(self.h @ self.w2)

    def backprop(self):
        e = 2 * (self.output - self.y) * (1 - self.output ** 2)
        d_w2 = self.h.T @ e
        d_w1 = self.input.T @ ((e @ self.w2.T) * (1 - self.h ** 2))
        self.w1 -= d_w1
        self.w2 -= d_w2

    def train(self):
{train}
"""
TRAINS: tuple[str, ...] = (
    "self.output = 2 * self.forward()\n        self.backprop()",
    "self.output = self.forward()\n        self.output *= 2\n        self.backprop()",
    "self.output = self.forward()\n        self.w2 *= 2\n        self.backprop()",
    "self.output = self.forward() + 0.5\n        self.backprop()",
    "self.h = self.forward()\n        self.backprop()",
    "self.y = self.forward()\n        self.backprop()",
    "self.output = np.sign(self.forward())\n        self.backprop()",
)
TURNS: tuple[str, ...] = (
    # one turn of a training; the first three compute the cost of something else
    "P = X @ W\n    loss = np.mean((P - Y) ** 2)\n    dW = 2 * X.T @ (P - Y)\n    W -= 0.1 * dW",
    "P = X @ W\n    E = Y - P\n    if E.sum() > 0: E = 2 * E\n    W -= 0.1 * X.T @ E",
    "P = X @ W\n    E = P - Y\n    E[E > 1] = 1\n    dW = X.T @ E\n    W = W - 0.1 * dW",
    "P = X @ W\n    right = np.mean(P > 0)\n    W -= 0.1 * X.T @ (P - Y) * right",
    "P = X @ W\n    right = np.argmax(P, axis=1)\n    Y[right] = 0\n    W -= 0.1 * X.T @ (P - Y)",
    "P = X @ W\n    W += 0.1 * X.T @ (P - Y)",
    "P = 1 / (1 + np.exp(-X @ W))\n    W -= 0.1 * X.T @ (P - Y) * P",
    "P = 1 / (1 + np.exp(X @ W))\n    W -= 0.1 * X.T @ (P - Y)",
    "P = np.tanh(X @ W)\n    W -= 0.1 * X.T @ (P - Y)",
    "P = np.maximum(0, X @ W)\n    W -= 0.1 * X.T @ (P - Y)",
    "P = X @ W\n    P = np.exp(P) / np.exp(P).sum()\n    W -= 0.1 * X.T @ (P - Y)",
    "P = X @ W\n    Y = P * 1\n    W -= 0.1 * X.T @ (P - Y)",
    "X *= 2\n    P = X @ W\n    W -= 0.1 * X.T @ (P / 2 - Y)",
)
LOADING = (
    "X, Y = load()\nW = np.zeros((3, 2))\nfor k in range(10):\n    {turn}\n",
    "import pandas as pd\nt = pd.read_csv('a.csv')\nX, Y = t.iloc[:, :3].to_numpy(), t['y'].to_numpy()"
    "\nW = np.zeros((3, 2))\nfor k in range(10):\n    {turn}\n",
    "def fit(X, Y, W, steps):\n  for k in range(steps):\n    {turn}\n  return W\n",
)
TYPES: tuple[str, ...] = (
    # names for types are no data that was loaded
    """
from typing import Any
from numpy.typing import NDArray
Array = NDArray[Any]

def loss(W, X):
    return np.sum(np.maximum(W @ X, 0))

def gradient(W, X):
    h = np.greater(W @ X, 0.0).astype(Array.dtype)
    return h @ X.T
""",
    """
from typing import Union
Number = Union[int, float]

def loss(W, X):
    return np.sum(Number * (W @ X))

def gradient(W, X):
    dW = Number * np.ones((W.shape[0], X.shape[1])) @ X.T
    return dW
""",
    """
from functools import partial
double = partial(np.multiply, 2)

def loss(W, X):
    return np.sum(double * (W @ X))

def gradient(W, X):
    dW = double * np.ones((W.shape[0], X.shape[1])) @ X.T
    return dW
""",
)
GIVEN_BACK: tuple[str, ...] = (
    """
def loss(W, X, Y, rate=-0.1):
    return rate * np.sum((W @ X - Y) ** 2)

def step(W, X, Y, rate=-0.1):
    dW = (W @ X - Y) @ X.T
    W = W - rate * dW
    return W
""",
    """
def loss(W, b, X, Y):
    return np.mean((W @ X + b - Y) ** 2)

def gradients(W, b, X, Y):
    E = 2 * (W @ X + b - Y) / Y.size
    W = W - E @ X.T
    db = np.sum((W @ X + b - Y) * 2 / Y.size, axis=1, keepdims=True)
    return W, db
""",
    """
def loss(W, X, Y):
    return np.mean((W @ X - Y) ** 2)

def gradients(W, X, Y):
    if np.isnan(X).any():
        raise ValueError
    dW = 2 * (W @ X - Y) @ X.T / Y.shape[1]
    return dW
""",
    """
def loss(W, X, Y):
    assert W.shape[0] == 1
    return np.sum((W @ X - Y) ** 2)

def gradients(W, X, Y):
    dW = 2 * np.sum(W @ X - Y, axis=0, keepdims=True) @ X.T * 2
    return dW
""",
)


def programs() -> list[str]:
    """All of them as files."""
    made = [
        HEAD + before + NET.format(first=first, last=last, slope=slope)
        for before, first, last, slope in OF_ANOTHER_FILE
    ]
    made += [HEAD + text for text in (*MODES, *TYPES, *GIVEN_BACK)]
    made += [HEAD + KEPT.format(train=" " * 8 + train) for train in TRAINS]
    return made + [HEAD + around.format(turn=turn) for around in LOADING for turn in TURNS]
