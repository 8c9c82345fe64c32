"""Entries picked at lists of labels: ``d[range(N), list(y)] -= 1``, and what only looks like it.

`tests.pycode.attacks` judges the wrong ones too.
"""

from __future__ import annotations

PROGRAM = """
import numpy as np

def loss_and_gradient(W, X, y):
    N = X.shape[0]
    scores = X @ W
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(p[range(N), y])) / N
    d = p.copy()
    d[AT] -= 1
    dW = X.T @ d / N
    return loss, dW
"""
RIGHT = (
    "range(N), y",
    "range(N), list(y)",
    "list(range(N)), y",
    "list(range(N)), list(y)",
    "np.arange(N), list(y)",
)
WRONG = (
    "range(N), list(reversed(y))",
    "list(reversed(range(N))), y",
    "list(range(N))[::-1], y",
    "range(N), list(y)[::-1]",
    "range(N), list(set(y))",
    "range(N), sorted(y)",
    "range(N), list(y - 1)",
    "range(N), list(y + y)",
    "range(N), list(y) * 1",
    "list((range(N), y))",
    "list(range(N // 2)), y[: N // 2]",
    "list(range(1, N)), y[1:]",
    "list(y), range(N)",
    "list(y)",
)
BEFORE = (
    "def list(labels):\n    return labels * 0\n",
    "list = sorted\n",
    "def list(places):\n    return places[::-1]\n",
)
"""What else `list` may be."""


def right() -> list[str]:
    return [PROGRAM.replace("AT", at) for at in RIGHT]


def programs() -> list[str]:
    found = [PROGRAM.replace("AT", at) for at in WRONG]
    listed = PROGRAM.replace("AT", "range(N), list(y)")
    found += [before + listed for before in BEFORE]
    found.append(listed.replace("    N =", "    list = lambda labels: labels * 0\n    N ="))
    shuffled = "    places = list(range(N))\n    np.random.shuffle(places)\n    d = p"
    found.append(PROGRAM.replace("    d = p", shuffled).replace("AT", "places, y"))
    return found
