"""Programs with slices and concatenations that look right and are not.

Each is a body of a function that returns gradients beside a cost; `tests.pycode.attacks` judges
them too.
"""

from __future__ import annotations

from itertools import chain

HEAD = "import numpy as np\n\n\n"
JOINED = """def loss(W, h, x, y):
    z = np.concatenate((h, x), axis=0)
    return np.sum((W @ z - y) ** 2)


def gradients(W, h, x, y):
    z = np.concatenate((h, x), axis=0)
    n = h.shape[0]
    e = 2 * (W @ z - y)
    dW = e @ z.T
    dz = W.T @ e
    dh = dz[:n]
    dx = dz[n:]
    return dW, dh, dx
"""
THETA = """def loss(theta, X, y, lam):
    r = X @ theta - y
    return r @ r + lam * np.sum(theta[1:] ** 2)


def gradient(theta, X, y, lam):
    r = X @ theta - y
    grad = 2 * X.T @ r
    grad[1:] += 2 * lam * theta[1:]
    return grad
"""
GATES = """def loss(W, x, s):
    a = x @ W
    H = s.shape[1]
    i = np.tanh(a[:, :H])
    g = a[:, H:2 * H]
    o = a[:, 2 * H:]
    return np.sum(i * g * s + o * s)


def gradients(W, x, s):
    a = x @ W
    H = s.shape[1]
    i = np.tanh(a[:, :H])
    g = a[:, H:2 * H]
    di = g * s * (1 - i ** 2)
    dg = i * s
    do = s
    da = np.hstack((di, dg, do))
    dW = x.T @ da
    return dW
"""
EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    JOINED: (
        ("dh = dz[:n]", "dh = dz[n:]"),
        ("dx = dz[n:]", "dx = dz[:n]"),
        ("dh = dz[:n]", "dh = dz[:n] * 2"),
        ("    dh = dz[:n]\n", "    dh = dz[:n]\n    dh *= 2\n"),
        ("    dh = dz[:n]\n", "    dh = dz[:n].copy()\n    dh *= 2\n"),
        ("    return dW, dh", "    v = dz[:n]\n    v *= 2\n    return dW, dh"),
        ("    return dW, dh", "    dz *= 2\n    return dW, dh"),
        ("    return dW, dh", "    dz[:n] += 1\n    return dW, dh"),
        ("    return dW, dh", "    dz.T[:, :n] *= 2\n    return dW, dh"),
        ("    n = h.shape[0]\n", "    n = x.shape[0]\n"),
        ("    n = h.shape[0]\n", "    n = h.shape[1]\n"),
        ("    n = h.shape[0]\n", "    n = 2\n"),
        ("dW = e @ z.T", "dW = e @ np.concatenate((x, h), axis=0).T"),
        ("dW = e @ z.T", "dW = np.concatenate((e @ x.T, e @ h.T), axis=1)"),
        ("dW = e @ z.T", "dW = np.concatenate((e @ h.T, e @ h.T), axis=1)"),
        ("dW = e @ z.T", "dW = np.concatenate((e @ h.T, e @ x.T), axis=0)"),
        ("dW = e @ z.T", "dW = e @ h.T"),
        ("dW = e @ z.T", "dW = np.zeros_like(W); dW[:, :n] = e @ h.T"),
        ("dW = e @ z.T", "dW = np.zeros_like(W); dW[:, n:] = e @ x.T"),
        ("dW = e @ z.T", "dW = np.hstack((e @ h.T, 2 * e @ x.T))"),
        ("    e = 2", "    z[:n] = 0\n    e = 2"),
        ("    e = 2", "    z[n:] *= 2\n    e = 2"),
        ("    e = 2", "    W[:, n:] *= 2\n    e = 2"),
        ("dh = dz[:n]", "dh = dz[:n].sum(axis=0)"),
        ("dh = dz[:n]", "dh = W[:, n:].T @ e"),
        ("dh = dz[:n]", "dh = W[:n].T @ e"),
        ("dh = dz[:n]", "dh = dz[0:n - 1]"),
        ("dh = dz[:n]", "dh = dz[1:n]"),
        ("dh = dz[:n]", "dh = dz[:-n]"),
        ("dh = dz[:n]", "dh = dz[::2]"),
        ("np.concatenate((h, x), axis=0)\n    n", "np.concatenate((x, h), axis=0)\n    n"),
        ("np.concatenate((h, x), axis=0)\n    n", "np.concatenate((h, h), axis=0)\n    n"),
        ("np.concatenate((h, x), axis=0)\n    n", "np.concatenate((h, 2 * x), axis=0)\n    n"),
        ("np.concatenate((h, x), axis=0)\n    n", "np.vstack((h, h + x))\n    n"),
    ),
    THETA: (
        ("    grad[1:] += 2 * lam * theta[1:]\n", ""),
        ("    grad[1:] += 2 * lam * theta[1:]\n", "    grad += 2 * lam * theta\n"),
        ("grad[1:] += 2 * lam * theta[1:]", "grad[1:] += lam * theta[1:]"),
        ("grad[1:] += 2 * lam * theta[1:]", "grad[1:] = 2 * lam * theta[1:]"),
        ("grad[1:] += 2 * lam * theta[1:]", "grad[1:] -= 2 * lam * theta[1:]"),
        ("grad[1:] += 2 * lam * theta[1:]", "grad[1:] += 2 * lam * theta[:-1]"),
        ("grad[1:] += 2 * lam * theta[1:]", "grad[:-1] += 2 * lam * theta[:-1]"),
        ("grad[1:] += 2 * lam * theta[1:]", "grad[2:] += 2 * lam * theta[2:]"),
        ("grad[1:] += 2 * lam * theta[1:]", "grad[:1] += 2 * lam * theta[:1]"),
        ("grad[1:] += 2 * lam * theta[1:]", "g = grad[1:]; g = g + 2 * lam * theta[1:]"),
        ("grad[1:] += 2 * lam * theta[1:]", "g = grad.copy(); g[1:] += 2 * lam * theta[1:]"),
        ("grad[1:] += 2 * lam * theta[1:]", "theta[1:] *= 2; grad[1:] += 2 * lam * theta[1:]"),
        ("    r = X @ theta - y\n    grad", "    theta[:1] = 0\n    r = X @ theta - y\n    grad"),
    ),
    GATES: (
        ("(di, dg, do)", "(dg, di, do)"),
        ("(di, dg, do)", "(di, do, dg)"),
        ("(di, dg, do)", "(di, dg, dg)"),
        ("g = a[:, H:2 * H]\n    di", "g = a[:, 2 * H:]\n    di"),
        ("g = a[:, H:2 * H]\n    di", "g = a[:, :H]\n    di"),
        ("(1 - i ** 2)", "(1 - i)"),
        ("    da = np.hstack", "    di *= 2\n    da = np.hstack"),
        ("    dW = x", "    da[:, :H] *= 2\n    dW = x"),
        ("    dW = x", "    dg *= 2\n    da[:, H:2 * H] = dg\n    dW = x"),
        ("    di = g", "    a[:, H:2 * H] *= 2\n    di = g"),
        ("    return dW", "    dW[:, H:] = 0\n    return dW"),
        ("    return dW", "    dW[:, 2 * H:] += dW[:, :H]\n    return dW"),
    ),
}
"""Programs that are right, and one change of them each."""
WHOLE = (
    # the same number of entries in another order
    """def loss(u, h, x):
    a = np.concatenate((h, x)) + np.concatenate((x, h))
    return np.sum(u * a * a)


def gradients(u, h, x):
    a = np.concatenate((h, x)) + np.concatenate((x, h))
    du = np.concatenate((h + x, h + x)) ** 2
    return du
""",
    """def loss(w, x):
    return np.sum((x[1:] + x[:-1]) * w)


def gradients(w, x):
    dw = x[1:] + x[:-1]
    dw = np.sum(dw)
    return dw
""",
    """def loss(w, x):
    return np.sum(w * (x[1:] - x[:-1]) ** 2)


def gradients(w, x):
    d = x[1:] - x[:-1]
    dx = np.zeros_like(x)
    dx[1:] += 2 * w * d
    return dx
""",
)
RIGHT = (JOINED, THETA, GATES)


def programs() -> list[str]:
    """All of them as files."""
    edited = chain.from_iterable(
        (_edited(text, *edit) for edit in edits) for text, edits in EDITS.items()
    )
    return [HEAD + text for text in (*edited, *WHOLE)]


def _edited(text: str, old: str, new: str) -> str:
    assert old in text, old
    before, after = text.rsplit(old, 1)
    return before + new.replace("; ", "\n    ") + after
