"""Programs in which something else is changed than the name says: classes, aliases, views.

What belongs to a class is changed through one of its objects; a name that nobody follows stands
for a list that is used later; a function hands on the memory that it was given.
"""

from __future__ import annotations

HEAD = "import numpy as np\nimport os\nN = int(os.environ.get('N', 1))\n\n"
LOSS = "def loss(W, X, Y):\n    return np.sum((W @ X - Y) ** 2)\n\n"
CLASS = "class A:\n    n = 2\n    {method}\nD = {{'c': A}}\na, b = A(), A()\n{call}\n"

CHANGED: tuple[tuple[str, str], ...] = (
    # (a method of a class, what the top level does): the others have another n then
    ("def up(self):\n        type(self).n += 1", "a.up()"),
    ("def up(self):\n        type(self).n += 1", "A().up()"),
    ("@classmethod\n    def up(cls):\n        cls.n += 1", "A.up()"),
    ("@classmethod\n    def up(cls):\n        cls.n += 1", "a.up()"),
    ("def up(self):\n        t = type(self)\n        t.n += 1", "a.up()"),
    ("def up(self):\n        getattr(self, '__class__').n += 1", "a.up()"),
    ("def up(self):\n        A.n += 1", "a.up()"),
    ("def up(self):\n        self.n = 3", "A.up(A)"),
    ("def up(self):\n        self.n = 3", "f = A.up\nf(A)"),
    ("def up(self):\n        self = A\n        self.n = 3", "a.up()"),
    ("def up(self):\n        [A][0].n = 3", "a.up()"),
    ("def up(self):\n        for k in (A,):\n            k.n = 3", "a.up()"),
    ("def up(self):\n        D['c'].n = 3", "a.up()"),
    ("def __init__(self):\n        self.c = A\n    def up(self):\n        self.c.n = 3", "a.up()"),
    ("kid = None\n    def up(self):\n        self.kid.n = 3", "a.kid = A\na.up()"),
    ("def up(self): pass", "def z():\n    type(a).n = 3\nz()"),
    ("def up(self): pass", "c = type(a)\nc.n = 3"),
    ("def up(self): pass", "type(a).n = 3"),
    ("def up(self): pass", "class C(A):\n    pass\nC.mro()[1].n = 3"),
    ("def up(self): pass", "q = [A]\nq[0].n = 3"),
    ("def up(self): pass", "q = {'a': A}\nfor z in q.values(): z.n = 3"),
    ("def up(self): pass", "def z(c):\n    c.n = 3\nz(A)"),
    ("def up(self): pass", "def z(c=A):\n    c.n = 3\nz()"),
)
USES = ("b.n", "A().n")

LATER: tuple[tuple[str, str], ...] = (
    # (what the top level does, a factor that is not 2 in the end)
    ("n = [2]\nm = n and n\nm[0] = 3\n", "n[0]"),
    ("n = [2]\nm = None or n\nm[0] = 3\n", "n[0]"),
    ("n = [2]\nm = n and n\nk = m\nk[0] = 3\n", "n[0]"),
    ("n = [2]\nm = n and n\ndef z():\n    m[0] = 3\nz()\n", "n[0]"),
    ("n = {'a': 2}\nf = n.update\nf(a=3)\n", "n['a']"),
    ("n = {'a': 2}\nfs = [n.update]\nfs[0](a=3)\n", "n['a']"),
    ("n = [2]\ndef make(v):\n    return lambda: v.insert(0, 3)\nf = make(n)\nf()\n", "n[0]"),
    ("q = [np]\nq[0].sum = np.mean\n", "3 * np.sum(1)"),
    ("", "np.reciprocal(2) * 4"),
)

BODIES: tuple[str, ...] = (
    # E is changed after all
    "L = [E]; M = L * N; M[0].fill(2)",
    "L = [E]; M = N * L; M[0] *= 2",
    "L = [[E]]; M = L * N; M[0][0].fill(2)",
    "V = np.einsum('ij->ji', E); V *= 2",
    "V = np.einsum('ij->ij', E); V *= 2",
    "V = np.einsum('ij->ji', E).T; V += 1",
    "V = np.float64(E); V *= 2",
    "V = np.float64(E); np.add(V, 1, out=V)",
    "V = E.astype(float, 'K', 'unsafe', True, False); V *= 2",
    "V = np.array(E, copy=None); V *= 2",
)


def programs() -> list[str]:
    """All of them as files."""
    end = "def gradients(W, X, Y):\n    dW = {} * (W @ X - Y) @ X.T\n    return dW\n"
    made = [
        HEAD + LOSS + CLASS.format(method=method, call=call) + end.format(use)
        for method, call in CHANGED
        for use in USES
    ]
    made += [HEAD + LOSS + before + end.format(factor) for before, factor in LATER]
    return made + [
        f"{HEAD}{LOSS}def gradients(W, X, Y):\n    E = W @ X - Y\n    {body}\n"
        "    dW = 2 * E @ X.T\n    return dW\n"
        for body in BODIES
    ]
