"""Programs that rest on a rule of the language that a reader overlooks: scopes, defaults, views.

Each file stands alone and returns, when it is run, another gradient than that of its cost;
`tests.pycode.attacks` judges them too.
"""

from __future__ import annotations

HEAD = "import numpy as np\n\ndef loss(W, X, Y):\n    return np.sum((W @ X - Y) ** 2)\n\n"
RIGHT = "2 * (W @ X - Y) @ X.T"

FACTORS: tuple[tuple[str, str], ...] = (
    # (what stands before, what stands where 2 would be right and is no 2)
    ("def f(k=[]):\n    k.append(1)\n    return 2 * len(k)\nf()\n", "f()"),
    ("c = [2]\ndef f(k=c):\n    return k[0]\nc[0] = 3\n", "f()"),
    ("c = 3\ndef f(k=c):\n    return k\nc = 2\n", "f()"),
    ("fs = [lambda: k for k in (2, 3)]\n", "fs[0]()"),
    ("fs = []\nfor k in (2, 3):\n    fs.append(lambda: k)\n", "fs[0]()"),
    ("def make():\n    k = 2\n    def f():\n        return k\n    k = 3\n    return f\n", "make()()"),
    (
        "def make():\n    k = 2\n    def f():\n        nonlocal k\n        k += 1\n        return k\n"
        "    return f\n",
        "make()()",
    ),
    ("k = 2\ndef bump():\n    global k\n    k = 3\n    return 0\n", "(bump() + k)"),
    ("k = 2\ndef f():\n    return k\ndef g():\n    global k\n    k = 4\n    return f()\n", "g()"),
    ("k = 2\nk2 = [k for k in (3, 5)]\n", "k2[0]"),
    ("k = 3\nks = [(k := j) for j in (3, 4)]\n", "k"),
    ("class A:\n    k = []\n    def add(self):\n        self.k.append(2)\n"
     "        return len(self.k)\na, b = A(), A()\na.add()\nb.add()\n", "b.add()"),
    ("class A:\n    k = 3\n    def __init__(self):\n        k = 2\n", "A().k"),
    ("class A:\n    k = 2\nclass B(A):\n    pass\nA.k = 3\n", "B().k"),
    ("class A:\n    k = 2\na = A()\na.__dict__['k'] = 3\n", "a.k"),
    ("class A:\n    k = 2\na = A()\nvars(a)['k'] = 3\n", "a.k"),
    ("class A:\n    k = 2\nsetattr(A, 'k', 3)\n", "A.k"),
    ("class A:\n    def __getattr__(self, n):\n        return 3\n", "A().k"),
    ("class A:\n    k = 2\n    def __getattribute__(self, n):\n        return 3\n", "A().k"),
    ("class A:\n    @property\n    def k(self):\n        return 3\n", "A().k"),
    ("class A:\n    @classmethod\n    def k(cls):\n        return 3\n", "A.k()"),
    ("class A:\n    @staticmethod\n    def k(x=3):\n        return x\n", "A().k()"),
    ("class A:\n    def k(self):\n        return 2\nclass B(A):\n    def k(self):\n"
     "        return super().k() + 1\n", "B().k()"),
    ("class A:\n    def k(self):\n        return 2\nA.k = lambda self: 3\n", "A().k()"),
    ("class A:\n    def __len__(self):\n        return 3\n", "len(A())"),
    ("class A:\n    def __mul__(self, o):\n        return 3 * o\n"
     "    def __rmul__(self, o):\n        return 2 * o\n", "A()"),
    ("class A:\n    def __init__(self, k):\n        self.k = k\n    def __eq__(self, o):\n"
     "        return True\n", "(2 if A(1) != A(2) else 3)"),
    ("class M(type):\n    k = 3\nclass A(metaclass=M):\n    pass\n", "A.k"),
    ("class A:\n    __k = 2\n    def k(self):\n        return self.__k\nA._A__k = 3\n", "A().k()"),
    ("def sum(x):\n    return 3\n", "sum([1, 1])"),
    ("len = lambda x: 3\n", "len([0, 0])"),
    ("range = lambda n: [0] * 3\n", "sum(1 for _ in range(2))"),
    ("def f(*a):\n    return len(a)\n", "f(*[1, 1], 1)"),
    ("def f(a, /, b=2, *c, d=3):\n    return d\n", "f(1, 2, 2)"),
    ("def f(**k):\n    return k.get('k', 3)\n", "f(j=2)"),
    ("def f(a=2, b=3):\n    return a\n", "f(*(3,))"),
    ("def deco(f):\n    return lambda: 3\n@deco\ndef f():\n    return 2\n", "f()"),
    ("def g():\n    yield 3\n    yield 2\n", "next(g())"),
    ("g = (k for k in (2, 3))\nnext(g)\n", "next(g)"),
    ("it = iter([2, 3])\nnext(it)\n", "next(it)"),
    ("m = map(lambda k: k + 1, [2])\n", "list(m)[0]"),
    ("match 3:\n    case k if k == 2:\n        k = 2\n    case k:\n        pass\n", "k"),
    ("try:\n    k = 2\n    raise ValueError\nexcept ValueError:\n    k = 3\n", "k"),
    ("k = 2\ntry:\n    pass\nfinally:\n    k = 3\n", "k"),
    ("for k in (1, 2):\n    pass\nelse:\n    k = 3\n", "k"),
    ("k, *k2 = 2, 3, 4\n", "k2[0]"),
    ("a = b = [2]\nb[0] = 3\n", "a[0]"),
    ("a = [[2]] * 2\na[0][0] = 3\n", "a[1][0]"),
    ("a = [2, 3]\na[0], a[1] = a[1], a[0]\n", "a[0]"),
    ("i = 0\na = [2, 2]\ni, a[i] = 1, 3\n", "a[1] / 1 + 1 * (a[0] - 1)"),
    ("d = {1: 3, True: 4}\n", "d[1]"),
    ("d = {'k': 2} | {'k': 3}\n", "d['k']"),
    ("d = dict(k=2, **{'j': 3})\nd.update(k=3)\n", "d['k']"),
    ("d = {'k': 3}\nd.setdefault('k', 2)\n", "d['k']"),
    ("d = {'k': 2}\ne = d\ne['k'] = 3\n", "d['k']"),
    ("k = 2\nexec('k = 3')\n", "k"),
    ("k = 2\nglobals()['k'] = 3\n", "k"),
    ("k = 5 // 2 + 1\n", "k"),
    ("k = -5 // 2 + 6\n", "k"),
    ("k = -2 ** 2 + 7\n", "k"),
    ("k = 2 ** -1 * 6\n", "k"),
    ("k = 7 % -4 + 4\n", "k"),
    ("k = round(2.5) + 1\n", "k"),
    ("k = int(-2.5) + 5\n", "k"),
    ("k = True + True + True\n", "k"),
    ("k = 1 < 2 < 2 or 3\n", "k"),
    ("k = 2 and 3\n", "k"),
    ("k = not 2 or 3\n", "k"),
    ("k = 3 if '' else 4\n", "k"),
    ("k = 1_0 / 4\n", "k"),
    ("k = 0x3\n", "k"),
    ("k = 6 & 3 | 1\n", "k"),
    ("k = 2 ^ 1\n", "k"),
    ("k = ~2 + 6\n", "k"),
    ("k = 3 >> 1 << 2\n", "k"),
    ("k = len({2, 2, 3, 4})\n", "k"),
    ("k = max(2, 3, key=lambda v: v)\n", "k"),
    ("k = sum([1, 1], 1)\n", "k"),
    ("k = sorted([3, 2], reverse=True)[0]\n", "k"),
    ("k = [2, 3][-1]\n", "k"),
    ("k = (2, 3)[True]\n", "k"),
    ("k = [1, 2, 3][::-1][0]\n", "k"),
)  # fmt: skip

BODIES: tuple[str, ...] = (
    # bodies that give dW; what is after the first line depends on memory, shapes or names
    f"np = __import__('numpy'); dW = {RIGHT} / 2",
    f"sum = np.mean; dW = {RIGHT} * sum(np.array([0.5, 1.0]))",
    f"dW = {RIGHT}; W = dW; W *= 2",
    f"dW = {RIGHT}; G = dW[:]; G /= 2",
    f"dW = {RIGHT}; G = dW[0]; G *= 2",
    f"dW = {RIGHT}; G = dW[:, :1]; G += 1",
    f"dW = {RIGHT}; G = dW.view(); G -= W",
    f"dW = {RIGHT}; G = dW.ravel(); G[:] = 0",
    f"dW = {RIGHT}; G = dW.reshape(-1); G *= 3",
    f"dW = {RIGHT}; G = np.asarray(dW); G *= 3",
    f"dW = {RIGHT}; G = np.atleast_2d(dW); G *= 3",
    f"dW = {RIGHT}; G = np.squeeze(dW); G *= 3",
    f"dW = {RIGHT}; G = np.expand_dims(dW, 0); G *= 3",
    f"dW = {RIGHT}; G = np.swapaxes(dW, 0, 1); G *= 3",
    f"dW = {RIGHT}; G = np.broadcast_to(dW, dW.shape); H = dW; H += G",
    f"dW = {RIGHT}; G = [dW]; G[0] *= 2",
    f"dW = {RIGHT}; G = (dW,); G[0][...] = 0",
    f"dW = {RIGHT}; d = {{'g': dW}}; d['g'] += W",
    f"dW = {RIGHT}; np.add(dW, W, out=dW)",
    f"dW = {RIGHT}; np.exp(W, dW)",
    f"dW = {RIGHT}; np.minimum(dW, 0, out=dW)",
    f"dW = {RIGHT}; dW.clip(-1, 1, dW)",
    f"dW = {RIGHT}; np.cumsum(dW, axis=0, out=dW)",
    f"dW = {RIGHT}; dW.partition(0)",
    f"dW = {RIGHT}; dW.T[0] = 0",
    f"dW = {RIGHT}; dW.flat[0] = 0",
    f"dW = {RIGHT}; dW.real *= 2",
    f"dW = {RIGHT}; dW.byteswap(True)",
    f"dW = {RIGHT}; np.put(dW, [0], 0.0)",
    f"dW = {RIGHT}; np.putmask(dW, dW > 0, 0)",
    f"dW = {RIGHT}; np.put_along_axis(dW, np.zeros((1, dW.shape[1]), int), 0.0, 0)",
    f"dW = {RIGHT}; np.add.at(dW, (0, 0), 1.0)",
    f"dW = {RIGHT}; np.multiply.reduce([dW], out=dW); dW *= 2",
    f"dW = {RIGHT}; [dW.fill(0) for _ in range(1)]",
    f"dW = {RIGHT}; (lambda g: g.fill(0))(dW)",
    f"dW = {RIGHT}; list(map(lambda g: g.fill(0), [dW]))",
    f"dW = {RIGHT}; any(g.fill(0) for g in [dW])",
    f"dW = {RIGHT}; max([dW], key=lambda g: g.fill(0))",
    f"dW = {RIGHT}; dW.__imul__(2)",
    f"dW = {RIGHT}; dW.__setitem__(0, 0)",
    f"dW = {RIGHT}; np.ndarray.__imul__(dW, 2)",
    f"dW = {RIGHT}; np.ndarray.fill(dW, 0)",
    f"dW = {RIGHT}; getattr(dW, 'fill')(0)",
    f"dW = {RIGHT}; f = dW.fill; f(0)",
    f"dW = {RIGHT}; dW[np.newaxis][0] *= 2",
    f"dW = {RIGHT}; dW[..., 0] = 0",
    f"dW = {RIGHT}; dW[True] = 0",
    f"dW = {RIGHT}; dW[[0]] *= 2",
    f"dW = {RIGHT}; dW[np.ix_([0], [0])] = 0",
    f"dW = {RIGHT}; dW[:] = [row * 2 for row in dW]",
    f"dW = {RIGHT}; dW, G = np.zeros_like(dW), dW",
    f"dW = {RIGHT}; dW = (dW := dW * 2)",
    f"dW = {RIGHT}; dW = dW if dW is W else 2 * dW",
    f"dW = {RIGHT}; dW = [dW * k for k in (1, 2)][-1]",
    f"dW = {RIGHT}; dW = sum([dW, dW])",
    f"dW = {RIGHT}; dW = dW.sum(0) + np.zeros(W.shape)",
    f"dW = {RIGHT}; dW = np.float16(dW)",
    f"dW = {RIGHT}; dW = dW.astype('float16')",
    f"dW = {RIGHT}; dW = np.rint(dW)",
    f"dW = {RIGHT}; dW = dW // 1",
    f"dW = {RIGHT}; dW = np.trunc(dW)",
    f"dW = {RIGHT}; dW = np.round(dW, 3)",
    f"dW = {RIGHT}; dW = dW % 1e9",
    f"dW = {RIGHT}; dW = dW * (W == W) * (X.size > 0) * 2",
    f"dW = {RIGHT}; dW = np.where(W, 0, dW)",
    f"dW = {RIGHT}; dW = np.select([W > 0], [dW])",
    f"dW = {RIGHT}; dW = np.triu(dW)",
    f"dW = {RIGHT}; dW = np.sort(dW)",
    f"dW = {RIGHT}; dW = np.roll(dW, 1)",
    f"dW = {RIGHT}; dW = np.flip(dW)",
    f"dW = {RIGHT}; dW = np.resize(dW.T, dW.shape)",
    f"dW = {RIGHT}; dW = dW.T.reshape(dW.shape)",
    f"dW = {RIGHT}; dW = dW.reshape(dW.shape, order='F').T.reshape(dW.shape)",
    f"dW = {RIGHT}; dW = np.unique(dW).sum() + 0 * dW",
    f"dW = {RIGHT}; dW = np.multiply(dW, W, where=False)",
    f"dW = {RIGHT}; dW = np.sum(dW, axis=0, initial=1.0) + 0 * dW",
    f"dW = {RIGHT}; dW = np.sum([dW], axis=0, where=False)",
    f"dW = {RIGHT}; dW = dW.mean(keepdims=True) + 0 * dW",
    f"dW = {RIGHT}; dW = dW.conj().T.T.imag",
    f"dW = {RIGHT}; del dW; dW = W",
    f"dW = {RIGHT}\n    for dW in (W, X): break",
    f"dW = {RIGHT}\n    with np.errstate() as dW: dW = W",
    f"dW = {RIGHT}\n    import math as dW; dW = W",
    f"dW = {RIGHT}\n    def dW(): return W\n    dW = dW()",
    f"dW = {RIGHT}\n    for _ in range(2): dW = dW + _ * dW",
    f"dW = {RIGHT}\n    for i, dW in enumerate([dW, 2 * dW]): pass",
    f"dW = {RIGHT}\n    try: dW = 2 * dW\n    except Exception: dW = W",
    f"dW = {RIGHT}\n    while True:\n        dW = 2 * dW\n        break",
    f"dW = {RIGHT}\n    if W.shape: dW = 2 * dW",
    f"dW = {RIGHT}\n    if W.ndim == 2 and X is not None: dW = 2 * dW",
    f"dW = {RIGHT}\n    if isinstance(W, np.ndarray): dW = 2 * dW",
    f"dW = {RIGHT}\n    if not hasattr(W, 'grad'): dW = 2 * dW",
    f"dW = {RIGHT}\n    assert dW.fill(0) is None",
    f"dW = {RIGHT}\n    match W.ndim:\n        case 2: dW = 2 * dW",
)

E = "E = W @ X - Y"
VIEWS: tuple[str, ...] = (
    # views that are not followed, under names that look as if they had no part in the gradient
    f"{E}; f = E.fill; f(0); dW = 2 * E @ X.T",
    f"{E}; V = E.reshape(2, -1, 2); V *= 2; dW = 2 * E @ X.T",
    f"{E}; V = E.reshape(2, -1, 2); V[0] = 2; dW = 2 * E @ X.T",
    f"{E}; V = E.reshape(2, -1, 2); np.add(V, 1, out=V); dW = 2 * E @ X.T",
    f"{E}; V = E.reshape(2, -1, 2); np.random.shuffle(V); dW = 2 * E @ X.T",
    f"{E}; V = E.reshape(2, -1, 2); V.sort(); dW = 2 * E @ X.T",
    f"{E}; V = np.asarray(E)[::-1][::2]; V += 1; dW = 2 * E @ X.T",
    f"{E}; V = E[::2]; V += 1; dW = 2 * E @ X.T",
    f"{E}; V = E[0:2, 0:1]; V += 1; dW = 2 * E @ X.T",
    f"{E}; V = E.T[::-1].T; V += 1; dW = 2 * E @ X.T",
    f"{E}; V = E if len(E) else 0; V += 1; dW = 2 * E @ X.T",
    f"{E}; V = list(E); V[0] *= 2; dW = 2 * E @ X.T",
    f"{E}; V = list(E)[0]; V *= 2; dW = 2 * E @ X.T",
    f"{E}; V, U = E[::2], E[1::2]; V *= 2; dW = 2 * E @ X.T",
    f"{E}; V = E.flat; V[0] = 1; dW = 2 * E @ X.T",
    f"{E}; V = E.real; V *= 2; dW = 2 * E @ X.T",
    f"{E}; V = np.lib.stride_tricks.as_strided(E); V *= 2; dW = 2 * E @ X.T",
    f"{E}; V = np.squeeze(E[None, None]); V *= 2; dW = 2 * E @ X.T",
    f"{E}; V = max([E], key=len); V *= 2; dW = 2 * E @ X.T",
    f"{E}; V = np.diagonal(E); V.setflags(write=True); V *= 2; dW = 2 * E @ X.T",
    f"{E}; V = np.split(E, 2); V[0][...] = 0; dW = 2 * E @ X.T",
    f"{E}; V = np.array_split(E, 2)[0]; V *= 0; dW = 2 * E @ X.T",
    f"{E}; V = memoryview(E); V[0, 0] = 1; dW = 2 * E @ X.T",
    f"{E}; V = (E,)[0] + 0 if E is None else E; V *= 2; dW = 2 * E @ X.T",
    f"{E}; V = [*E]; W_ = V[0]; W_ *= 2; dW = 2 * E @ X.T",
    f"{E}; V = {{'e': E}}['e'].reshape(2, 2, -1); V *= 2; dW = 2 * E @ X.T",
    f"{E}; U = E.reshape(2, 2, -1); V = U; V *= 2; dW = 2 * E @ X.T",
    f"{E}; U = E.reshape(2, 2, -1); V = U.T; V *= 2; dW = 2 * E @ X.T",
    f"{E}; U = E.reshape(2, 2, -1); V = [U]; V[0] *= 2; dW = 2 * E @ X.T",
    f"{E}; U = E.reshape(2, 2, -1); (lambda v: v.fill(0))(U); dW = 2 * E @ X.T",
    f"{E}; U = E.reshape(2, 2, -1); U @= U; dW = 2 * E @ X.T",
    f"{E}; U = E.reshape(2, 2, -1); U -= U.mean(); dW = 2 * E @ X.T",
    f"{E}; U = np.hsplit(E, 2); U[0] += 1; dW = 2 * E @ X.T",
)

WHOLE: tuple[str, ...] = (
    # NumPy itself is changed
    "import numpy as np\nnp.sum = np.mean\n" + HEAD[19:]
    + f"def gradients(W, X, Y):\n    dW = {RIGHT}\n    return dW\n",
    "import numpy as np\nnp.exp = np.log\n"
    "def loss(W, X):\n    return np.sum(np.exp(W @ X))\n"
    "def gradients(W, X):\n    dW = np.exp(W @ X) @ X.T\n    return dW\n",
    "import numpy as np\nimport math as np\n"
    "def loss(w, x):\n    return np.log(w * x)\n"
    "def gradients(w, x):\n    dw = 2 / w\n    return dw\n",
    # (n,) against (n, 1)
    "import numpy as np\n"
    "def loss(w, X, y):\n    '''w: (d,), X: (n, d), y: (n, 1)'''\n"
    "    return np.sum((X @ w - y) ** 2)\n"
    "def gradients(w, X, y):\n    dw = 2 * X.T @ (X @ w - y[:, 0])\n    return dw\n",
    "import numpy as np\n"
    "def loss(w, X, y):\n    '''w: (d, 1), X: (n, d), y: (n,)'''\n"
    "    return np.mean((X @ w - y) ** 2)\n"
    "def gradients(w, X, y):\n    dw = 2 * X.T @ (X @ w - y[:, None]) / len(y)\n    return dw\n",
    "import numpy as np\n"
    "def loss(w, b, X, y):\n    '''w: (d,), b: (n, 1), X: (n, d), y: (n,)'''\n"
    "    return np.sum((X @ w + b - y) ** 2)\n"
    "def gradients(w, b, X, y):\n    '''w: (d,), b: (n, 1), X: (n, d), y: (n,)'''\n"
    "    e = X @ w + b[:, 0] - y\n    db = 2 * e[:, None]\n    return db\n",
    # the cache that a cost hands on is overwritten, or of another call
    "import numpy as np\n"
    "def loss(W, X, Y):\n    E = W @ X - Y\n    cost = np.sum(E ** 2)\n    E *= 2\n"
    "    cache = (E, X)\n    return cost, cache\n"
    "def backward(cache):\n    E, X = cache\n    dW = 2 * E @ X.T\n    return dW\n",
    "import numpy as np\n"
    "def loss(W, X, Y):\n    E = W @ X - Y\n    cache = (X, E)\n    return np.sum(E ** 2), cache\n"
    "def backward(cache):\n    E, X = cache\n    dW = 2 * E @ X.T\n    return dW\n",
    "import numpy as np\n"
    "class Net:\n    def __init__(self, W):\n        self.W = W\n"
    "    def loss(self, X, Y):\n        E = self.W @ X - Y\n        return np.sum(E ** 2), (E, X)\n"
    "    def backward(self, cache):\n        E, X = cache\n        dW = E @ X.T\n        return dW\n",
    # comments that state shapes do not change what is computed
    "import numpy as np\n"
    "def loss(w, X, y):\n    # w: (d,), X: (n, d), y: (n,)\n    return np.mean((X @ w - y) ** 2)\n"
    "def gradients(w, X, y):\n    # w: (d,), X: (n, d), y: (n,)\n"
    "    dw = 2 * X.T @ (X @ w - y) / X.shape[1]\n    return dw\n",
    # arrays that a class makes with one axis, and its gradient by one entry too few
    "import numpy as np\n"
    "class Net:\n    def setup(self, k):\n        self.w = np.zeros(k)\n        self.s = np.ones(k)\n"
    "    def loss(self, X, y):\n        return np.sum(((X * self.s) @ self.w - y) ** 2)\n"
    "    def gradients(self, X, y):\n        e = (X * self.s) @ self.w - y\n"
    "        ds = 2 * (X.T @ e)\n        return ds\n",
    # what is given as a default is not what a caller may give
    "import numpy as np\nK = 2\n"
    "def loss(W, X, Y, k=K):\n    return np.sum((W @ X - Y) ** k)\n"
    "def gradients(W, X, Y, k=3):\n    dW = k * (W @ X - Y) @ X.T\n    return dW\n",
    # a method that is replaced on the object
    "import numpy as np\n"
    "class Net:\n    def __init__(self, W):\n        self.W = W\n        self.act = lambda z: 3 * z\n"
    "    def act(self, z):\n        return z\n"
    "    def loss(self, X, Y):\n        return np.sum((self.act(self.W @ X) - Y) ** 2)\n"
    "    def gradients(self, X, Y):\n        dW = 2 * (self.W @ X - Y) @ X.T\n        return dW\n",
    # attributes of the class are shared
    "import numpy as np\n"
    "class Net:\n    cache = {}\n    def __init__(self, W):\n        self.W = W\n"
    "    def forward(self, X):\n        self.cache['X'] = X\n        return self.W @ X\n"
    "    def loss(self, X, Y):\n        out = np.sum((self.forward(X) - Y) ** 2)\n"
    "        self.forward(2 * X)\n        return out\n"
    "    def gradients(self, X, Y):\n        dW = 2 * (self.W @ X - Y) @ self.cache['X'].T\n"
    "        self.loss(X, Y)\n        dW = 2 * (self.W @ X - Y) @ self.cache['X'].T\n"
    "        return dW\n",
)  # fmt: skip

_BATCH = (
    "import numpy as np\nX = np.load('x.npy')\nY = np.load('y.npy')\nN, D = X.shape\n"
    "W = np.random.randn(D, 3)\nlr = 0.1\nfor epoch in range(9):\n"
    "    perm = np.random.permutation(N)\n"
)
_TURN = "    loss = np.sum((x @ W - y) ** 2)\n    dW = 2 * x.T @ (x @ W - y)\n    W -= lr * dW\n"

BATCHES: tuple[str, ...] = (
    # what is picked at random places, in which the cost or the gradient is not of the same batch
    _BATCH + "    x = X[perm]\n    y = Y\n" + _TURN.replace("dW = 2 * x.T", "dW = 2 * X[perm][perm].T"),
    _BATCH + "    x = X[perm]\n    np.random.shuffle(perm)\n    z = X[perm]\n    y = Y[perm]\n"
    + _TURN.replace("2 * x.T", "2 * z.T"),
    _BATCH + "    x = X[perm]\n    perm.sort()\n    z = X[perm]\n    y = Y[perm]\n"
    + _TURN.replace("2 * x.T", "2 * z.T"),
    _BATCH + "    x = X[perm]\n    perm[0] = 1\n    z = X[perm]\n    y = Y[perm]\n"
    + _TURN.replace("2 * x.T", "2 * z.T"),
    _BATCH + "    x = X[perm]\n    perm += 1\n    z = X[perm - 1][perm]\n    y = Y[perm]\n"
    + _TURN.replace("2 * x.T", "2 * z.T"),
    _BATCH + "    x = X[perm]\n    perm = np.random.permutation(N)\n    z = X[perm]\n    y = Y[perm]\n"
    + _TURN.replace("2 * x.T", "2 * z.T"),
    _BATCH + "    x = X[perm[:9]]\n    z = X[perm[1:]]\n    y = Y[perm[:9]]\n"
    + _TURN.replace("2 * x.T", "2 * z.T"),
    _BATCH + "    x = X[perm[:9]]\n    y = Y[perm[:9]]\n    x *= 2\n    z = X[perm[:9]]\n"
    + _TURN.replace("2 * x.T", "2 * z.T"),
    _BATCH + "    x = X[perm[:9]]\n    y = Y[perm[:9]]\n    x2 = x\n    x2 += 1\n    z = X[perm[:9]]\n"
    + _TURN.replace("2 * x.T", "2 * z.T"),
    _BATCH + "    x = X\n    y = Y\n" + _TURN.replace("2 * x.T @ (x @ W - y)",
    "2 * X[perm].T @ (X[perm] @ W - Y[perm]) / 2"),
    _BATCH + "    x = X[perm[:9]]\n    y = Y[perm[:9]]\n" + _TURN.replace("dW = 2", "dW = 2 / N"),
    _BATCH + "    x = X[perm[:9]]\n    y = Y[perm[:9]]\n"
    + _TURN.replace("loss = np.sum(", "loss = len(x) / N * np.sum("),
    # a parameter of which rows are picked
    "import numpy as np\n"
    "def loss(W, n):\n    perm = np.random.permutation(n)\n    V = W[perm]\n"
    "    return np.sum(V ** 2) + np.sum(W ** 2)\n"
    "def gradients(W, n):\n    dW = 2 * W\n    return dW\n",
    "import numpy as np\nW = np.random.randn(9, 3)\nlr = 0.1\nfor i in range(9):\n"
    "    perm = np.random.permutation(9)\n    V = W[perm]\n"
    "    loss = np.sum(V ** 2) + np.sum(W ** 2)\n    W -= lr * 2 * W\n",
    # settings with defaults are not those defaults
    "import numpy as np\n"
    "def forward(x, p):\n    k = p.get('k', 2.0)\n    return k * x, (p,)\n"
    "def backward(dout, cache):\n    p, = cache\n    dx = 2.0 * dout\n    return dx\n",
    "import numpy as np\n"
    "def forward(x, p):\n    k = p.get('k', 2.0)\n    return k * x, (p,)\n"
    "def backward(dout, cache):\n    p, = cache\n    dx = p.get('j', 2.0) * dout\n    return dx\n",
    "import numpy as np\n"
    "def forward(x, p):\n    k = p.get('k', 2.0)\n    p['k'] = 3.0\n    return k * x, (p,)\n"
    "def backward(dout, cache):\n    p, = cache\n    dx = p.get('k', 2.0) * dout\n    return dx\n",
    # a loss that is an object
    "import numpy as np\n"
    "class MSELoss:\n    def forward(self, p, y):\n        self.d = p - y\n"
    "        return np.mean(self.d ** 2)\n"
    "    def backward(self):\n        return 2 * self.d / len(self.d)\n",
    # fields that are made later
    "import numpy as np\nfrom dataclasses import dataclass, field\n@dataclass\n"
    "class Net:\n    k: float = field(init=False)\n    def __post_init__(self):\n        self.k = 3.0\n"
    "    def loss(self, W, X, Y):\n        return self.k * np.sum((W @ X - Y) ** 2)\n"
    "    def gradients(self, W, X, Y):\n        dW = 2 * (W @ X - Y) @ X.T\n        return dW\n",
    # a base that is given another method
    "import numpy as np\nclass A:\n    def f(self, z):\n        return 2 * z\n"
    "class B(A):\n    def loss(self, W, X):\n        return np.sum(self.f(W @ X))\n"
    "    def gradients(self, W, X):\n        dW = 2 * np.ones((W.shape[0], X.shape[1])) @ X.T\n"
    "        return dW\nA.f = lambda self, z: 3 * z\n",
    "import numpy as np\nclass A:\n    def f(self, z):\n        return 2 * z\n"
    "def change(c):\n    c.f = lambda self, z: 3 * z\n    return c\n"
    "class B(change(A)):\n    def loss(self, W, X):\n        return np.sum(self.f(W @ X))\n"
    "    def gradients(self, W, X):\n        dW = 2 * np.ones((W.shape[0], X.shape[1])) @ X.T\n"
    "        return dW\n",
)  # fmt: skip


def programs() -> list[str]:
    """All of them as files."""
    made = [
        f"{HEAD}{before}\ndef gradients(W, X, Y):\n    dW = {factor} * (W @ X - Y) @ X.T\n"
        "    return dW\n"
        for before, factor in FACTORS
    ]
    made += [
        f"{HEAD}def gradients(W, X, Y):\n    {body.replace('; ', chr(10) + '    ')}\n    return dW\n"
        for body in (*BODIES, *VIEWS)
    ]
    return [*made, *WHOLE, *BATCHES]
