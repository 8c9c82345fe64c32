"""Programs about objects that look right and are not: fields, arguments of the same name.

Each file stands alone; `tests.pycode.attacks` judges them too.
"""

from __future__ import annotations

HEAD = "import numpy as np\nfrom dataclasses import dataclass, field\n\n"
LOSS = "def loss(W, X, Y):\n    return np.sum((W @ X - Y) ** 2)\n\n"
FIELDS: tuple[tuple[str, str], ...] = (
    # (a dataclass, what stands where 2 would be right)
    ("class A:\n    k: int = 3\n    def f(self): return self.k\n", "A().f()"),
    ("class A:\n    k: int = field(default=3)\n    def f(self): return self.k\n", "A().f()"),
    ("class A:\n    k: int = 2\n    def f(self): return self.k\n", "A(3).f()"),
    ("class A:\n    k: int = 2\n    def f(self): return self.k\n", "A(k=3).f()"),
    ("class A:\n    k: int = 2\n    k = 3\n    def f(self): return self.k\n", "A().f()"),
    ("class A:\n    k: int = 2\n    k: int = 3\n    def f(self): return self.k\n", "A().f()"),
    ("class A:\n    j: int\n    k: int = 2\n    def f(self): return self.j\n", "A(3).f()"),
    (
        "class A:\n    k: int = 2\n    def __post_init__(self): self.k = 3\n"
        "    def f(self): return self.k\n",
        "A().f()",
    ),
    (
        "class A:\n    L: list = field(default_factory=lambda: [1, 1, 1])\n"
        "    def f(self): return len(self.L)\n",
        "A().f()",
    ),
    (
        "class A:\n    L: list = field(default_factory=list)\n    def f(self):\n"
        "        self.L.append(1)\n        return len(self.L)\n",
        "A().f() * 3",
    ),
    (
        "class A:\n    L: list = field(default_factory=list)\n    def f(self):\n"
        "        self.L.append(1)\n        return len(self.L)\n"
        "def g():\n    a = A()\n    a.f()\n    a.f()\n    return a.f()\n",
        "g()",
    ),
    ("class A:\n    k: int = field(default=2, init=False)\n    def f(self): return 3\n", "A().f()"),
    (
        "class A:\n    k: 'ClassVar' = 3\n    j: int = 2\n    def f(self): return self.j\n",
        "A(3).f()",
    ),
    ("class B:\n    k: int = 3\n@dataclass\nclass A(B):\n    j: int = 2\n", "A(2).k"),
    ("class A:\n    k: int = 2\n    def __setattr__(self, n, v): pass\n", "A(3).k"),
)
SAME_NAMES: tuple[tuple[str, str, str], ...] = (
    # (the cost, what comes before, the gradient by X): a and b hold arrays of the same name
    (
        "np.mean((a['W'] @ (b['W'] @ X) - Y) ** 2)",
        "E = 2 * (a['W'] @ (b['W'] @ X) - Y) / (b['W'].shape[0] * X.shape[1])",
        "b['W'].T @ a['W'].T @ E",
    ),
    (
        "np.mean((a.W @ (b.W @ X) - Y) ** 2)",
        "E = 2 * (a.W @ (b.W @ X) - Y) / (b.W.shape[1] * X.shape[1])",
        "b.W.T @ a.W.T @ E",
    ),
    (
        "np.sum((a.W * X) ** 2) + np.sum(b.W ** 2)",
        "E = 2 * a.W * X",
        "E * a.W + 0 * b.W",
    ),
    (
        "np.sum((a['b'] + X) ** 2) / a['b'].size + np.sum(b['b'] ** 2)",
        "E = 2 * (a['b'] + X)",
        "E / b['b'].size",
    ),
)

MODEL = """class Model:
{head}    def __init__(self, n):
        self.w = np.zeros(n)
{made}
    def loss(self, X, y):
        return np.mean((X @ self.w + {bias} - y) ** 2)

    def gradients(self, X, y):
        e = X @ self.w - y
        dw = 2 * X.T @ e / len(y)
        return dw

{after}
"""
LEFT_OUT: tuple[tuple[str, str, str, str], ...] = (
    # a bias of 0 that something else changes: in the class, in __init__, its name, what changes it
    ("", "self.b = 0.0", "self.b", "    def fit(self, X, y):\n        self.b -= np.mean(y)"),
    ("", "self.b = 0.0", "self.b", "    def shift(self, k):\n        self.b = k"),
    ("", "self.b = 0.0", "self.b", "model = Model(3)\nmodel.b = 7"),
    ("", "self.b = 0.0", "self.b", "def f(m):\n    setattr(m, 'b', 7)"),
    ("", "self.b = 0.0", "self.b", "    def fit(self):\n        db = 1\n        return db"),
    ("", "self.b = None", "self.b", "    def fit(self, X, y):\n        self.b = np.mean(y)"),
    ("    b = 0.0\n", "pass", "self.b", "    def fit(self, X, y):\n        self.b -= np.mean(y)"),
    (
        "",
        "self.p = {'b': 0.0}",
        "self.p['b']",
        "    def fit(self, X, y):\n        self.p['b'] -= np.mean(y)",
    ),
    (
        "",
        "self.p = {'b': 0.0}",
        "self.p['b']",
        "    def fit(self):\n        for k in self.p:\n            self.p[k] = self.p[k] - 1",
    ),
)


def programs() -> list[str]:
    """All of them as files."""
    made = [
        f"{HEAD}{LOSS}@dataclass\n{kind}\ndef gradients(W, X, Y):\n"
        f"    dW = {value} * (W @ X - Y) @ X.T\n    return dW\n"
        for kind, value in FIELDS
    ]
    made += [
        HEAD + MODEL.format(head=head, made=f"        {made_there}\n", bias=bias, after=after)
        for head, made_there, bias, after in LEFT_OUT
    ]
    return made + [
        f"{HEAD}def loss(a, b, X, Y):\n    return {cost}\n\ndef gradients(a, b, X, Y):\n"
        f"    {before}\n    dX = {gradient}\n    return dX\n"
        for cost, before, gradient in SAME_NAMES
    ]
