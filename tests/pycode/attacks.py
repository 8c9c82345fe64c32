"""Wrong programs that look right: what Python and NumPy do that a reader overlooks.

``python -m tests.pycode.attacks [WORD]`` judges all of them, or those whose text has the word in it;
exit status 1 if a claim of one is verified.  `FUNCTIONS` are bodies of a function that returns
dW for the squared error of a linear map; `PROGRAMS` stand alone.
"""

from __future__ import annotations

import sys
import textwrap

from derive.pycode import open_code
from derive.verdict import Verdict

from . import (
    entry_attacks,
    example_attacks,
    language_attacks,
    length_attacks,
    list_attacks,
    object_attacks,
    optimizer_attacks,
    pair_attacks,
    part_attacks,
    published_attacks,
    return_attacks,
    shared_attacks,
    told_attacks,
    training_attacks,
    written_attacks,
)

LOSS = """
import numpy as np

def loss(W, X, Y):
    return np.sum((W @ X - Y) ** 2)
"""
R = "2 * (W @ X - Y) @ X.T"
E = "E = W @ X - Y"

FUNCTIONS: tuple[str, ...] = (
    # -- what copies and what shares memory
    f"{E}; V = +E; V *= 2; dW = E @ X.T",
    f"{E}; V = E.copy(); V *= 2; dW = E @ X.T",
    f"{E}; V = np.array(E); V *= 2; dW = E @ X.T",
    f"{E}; V = E; V = V * 2; dW = E @ X.T",
    f"{E}; V = E.flatten(); V *= 2; dW = E @ X.T",
    f"{E}; V = E + 0; V *= 2; dW = E @ X.T",
    f"{E}; V = 1 * E; V *= 2; dW = E @ X.T",
    f"{E}; V = E ** 1; V *= 2; dW = E @ X.T",
    f"{E}; V = np.abs(E); V *= 2; dW = E @ X.T",
    f"{E}; V = np.clip(E, -1e9, 1e9); V *= 2; dW = E @ X.T",
    f"{E}; V = E.astype(float); V *= 2; dW = E @ X.T",
    f"{E}; V = np.maximum(E, E); V *= 2; dW = E @ X.T",
    f"{E}; V = np.where(E > 0, E, E); V *= 2; dW = E @ X.T",
    f"{E}; V = np.transpose(E).copy(); V *= 2; dW = E @ X.T",
    f"{E}; V = [E]; U = list(V); U[0] = U[0] * 2; dW = V[0] @ X.T",
    f"{E}; d = {{'e': E}}; c = d.copy(); c['e'] = 2 * E; dW = d['e'] @ X.T",
    f"{E}; V = (E, E); U, T = V; U *= 2; T *= 0.5; dW = E @ X.T",
    f"{E}; E.T[...] *= 0.5; dW = 2 * E @ X.T",
    f"{E}; V = E.T; V /= 2; dW = 2 * E @ X.T",
    f"{E}; V = E.reshape(E.shape); V /= 2; dW = 2 * E @ X.T",
    f"{E}; np.multiply(E, 0.5, out=E); dW = 2 * E @ X.T",
    f"{E}; np.multiply(E, 0.5, E); dW = 2 * E @ X.T",
    f"{E}; np.negative(E, E); dW = 2 * E @ X.T",
    f"{E}; E[:] = E / 2; dW = 2 * E @ X.T",
    f"{E}; E[...] = 0; dW = 2 * E @ X.T",
    f"{E}; E[E > 0] = 0; dW = 2 * E @ X.T",
    f"{E}; E[E > 1e9] *= 2; dW = 2 * E @ X.T",
    f"{E}; a = b = E; a += E; dW = 2 * b @ X.T",
    f"{E}; E += E.T.T; dW = 2 * E @ X.T",
    f"{E}; Z = [np.zeros_like(W)] * 2; Z[0] += {R}; dW = Z[1] + Z[0]",
    f"{E}; Z = np.zeros_like(W); T = Z; Z += {R}; T += Z; dW = Z",
    "W -= 0.1 * W; dW = 2 * (W @ X - Y) @ X.T; dW = dW * 1",
    f"X = X * 2; dW = {R}",
    f"Y *= 0; dW = {R}",
    f"{E}; np.fill_diagonal(E, 0); dW = 2 * E @ X.T",
    f"{E}; np.copyto(E, Y); dW = 2 * E @ X.T",
    f"{E}; E.sort(); dW = 2 * E @ X.T",
    f"{E}; E.resize((1, 1)); dW = 2 * E @ X.T",
    f"{E}; E.put(0, 0); dW = 2 * E @ X.T",
    f"{E}; E.itemset(0, 0); dW = 2 * E @ X.T",
    f"{E}; np.random.shuffle(E); dW = 2 * E @ X.T",
    f"{E}; np.nan_to_num(E, copy=False); dW = 2 * E @ X.T; dW += np.place(E, E > 0, 0) or 0",
    f"{E}; sorted([E], key=lambda e: e.fill(0)); dW = 2 * E @ X.T",
    f"{E}; memoryview(E)[0, 0] = 1.0; dW = 2 * E @ X.T",
    # -- kinds of numbers
    f"G = {R}; dW = G.astype((W > 0).dtype)",
    f"dW = np.zeros(W.shape, dtype=(W > 0).dtype); dW[...] = {R}",
    f"dW = np.zeros(W.shape, dtype='i4'); dW[...] = {R}",
    f"dW = np.zeros(W.shape, dtype=np.int16); dW += {R}",
    f"dW = np.zeros(W.shape, dtype=np.int8); dW[...] = {R}",
    f"dW = np.zeros(W.shape, 'int'); dW[...] = {R}",
    f"dW = np.empty(W.shape, int); dW[...] = {R}",
    f"dW = np.empty(W.shape, dtype=np.intp); dW[...] = {R}",
    f"dW = np.empty_like(W, int); dW[...] = {R}",
    f"dW = np.zeros_like(W > 0); dW[...] = {R}",
    f"dW = np.ones(W.shape, dtype='uint16'); dW *= {R}",
    f"dW = np.array({R}, dtype='int')",
    f"dW = np.array({R}, np.int32)",
    f"dW = np.asarray({R}, dtype='i')",
    f"dW = np.asarray({R}, int)",
    f"dW = ({R}).astype(int)",
    f"dW = ({R}).astype('i8')",
    f"dW = ({R}).astype(np.dtype('int32'))",
    f"dW = np.add({R}, 0, dtype=int)",
    f"dW = np.sum(np.vdot(W > 0, W > 0)) * 0 + np.vdot(W > 0, W > 0) * 1.0; dW = {R} + 0 * dW "
    "+ np.vdot(W > 0, W > 0) - np.sum((W > 0) * 1)",
    f"dW = {R} + np.einsum('ij,ij->', W > 0, W > 0) - np.sum((W > 0) * 1)",
    f"dW = {R} + np.einsum('ij->', W > 0) - np.sum((W > 0) * 1)",
    f"dW = {R} * (len([1, 2, 3]) // 2 + 1)",
    f"n = 5; dW = {R} * (n // 2)",
    f"dW = {R} * round(0.6) + {R}",
    f"dW = {R} * int(1.9) * 2",
    f"dW = {R} * (-7 % 3 - 0)",
    f"dW = {R} * (2 ** 3 ** 0)",
    f"dW = {R} * (-1 ** 2)",
    f"dW = {R} * (True + True)",
    f"dW = {R} * (0.5 or 1)",
    f"dW = {R} * (not 0.0) * 2",
    f"dW = {R} * (2 and 3)",
    f"dW = {R} * abs(-2)",
    f"dW = {R} * max(1, 2)",
    f"dW = {R} * min([2, 1, 3]) * 2",
    f"dW = {R} * sum([1, 1])",
    f"dW = {R} * len('ab')",
    f"dW = {R} * len((1, 2))",
    f"dW = {R} * len({{1: 1, True: 2, 2: 3}})",
    # -- shapes
    f"dW = {R} * W.ndim",
    f"dW = {R} * len(W.shape)",
    f"dW = {R} / X.shape[1]",
    f"dW = {R} * X.size / X.shape[0]",
    f"dW = {R} * len(X) / X.shape[1]",
    f"dW = {R}.item(0)",
    f"dW = ({R}).item()",
    f"dW = np.sum({R})",
    f"dW = np.sum({R}, axis=0)",
    f"dW = np.mean({R}, axis=0, keepdims=True)",
    f"{E}; dW = (2 * E @ X.T).T",
    f"{E}; dW = (2 * E @ X.T).reshape(W.T.shape)",
    f"{E}; dW = (2 * E @ X.T).reshape(W.T.shape).T",
    f"{E}; dW = (2 * E @ X.T).ravel()",
    f"{E}; dW = 2 * np.dot(E.ravel(), X.ravel())",
    f"{E}; dW = 2 * np.outer(E, X)",
    f"{E}; dW = 2 * np.einsum('ij,kj->ki', E, X)",
    f"{E}; dW = 2 * np.einsum('ij,kj->ik', E, E)",
    f"{E}; dW = 2 * np.einsum('ij,kj', E, X).T",
    f"{E}; dW = 2 * np.tensordot(E, X)",
    f"{E}; dW = 2 * np.vdot(E, E)",
    f"{E}; dW = 2 * np.inner(E, X.T)",
    f"{E}; dW = 2 * np.kron(E, X)",
    f"{E}; dW = 2 * E * X",
    f"{E}; dW = 2 * E[0] @ X.T",
    f"{E}; dW = 2 * E[:, 0] @ X.T",
    f"{E}; dW = 2 * E[::-1] @ X.T",
    f"{E}; dW = 2 * E[:, ::-1] @ X.T",
    f"{E}; dW = 2 * E[:, 1:] @ X[:, 1:].T",
    f"{E}; dW = 2 * E[:, :-1] @ X[:, :-1].T",
    f"{E}; dW = 2 * E[None] @ X.T",
    f"dW = {R}; dW[0] = 0",
    f"dW = {R}; dW[0, 0] = 0",
    f"dW = {R}; dW[:, 0] = 0",
    f"dW = {R}; dW[1:] = 0",
    f"dW = {R}; dW[-1:] *= 2",
    f"dW = {R}; dW[:, :1] += 1",
    f"dW = {R}; V = dW[0]; V *= 0",
    f"dW = {R}; V = dW[:1]; V *= 0",
    f"dW = {R}; V = dW[:, :1]; V[...] = 0",
    f"dW = {R}; V = dW.T[:1]; V += 1",
    f"dW = {R}; np.concatenate([dW, dW], out=np.zeros((1, 1)))",
    f"dW = np.concatenate([{R}, {R}])",
    f"dW = np.vstack([{R}])[:1]",
    f"dW = np.stack([{R}, {R}])[0].T",
    f"dW = np.hstack(({R}, {R}))",
    # -- evaluation order, names, scopes
    f"{E}; L = [E]; g = (e for e in L); L = [E, E]; dW = sum(g) @ X.T",
    f"d = {{'a': 1}}; it = d.values(); a = sum(it); dW = {R} + sum(it)",
    f"d = {{'a': 1}}; it = d.items(); n = 0\nfor k, v in it: n += 1\nfor k, v in it: n += 1\n"
    f"dW = {R} * n",
    f"d = {{}}; d.update({{'k': 1}}, k=2); dW = {R} * d['k']",
    f"d = dict(a=2); dW = {R} * d['a']",
    f"d = dict({{'a': 1}}, a=2); dW = {R} * d['a']",
    f"d = {{'a': 1, 'a': 2}}; dW = {R} * d['a']",
    f"d = {{'a': 1, **{{'a': 2}}}}; dW = {R} * d['a']",
    f"d = {{'a': 1}} | {{'a': 2}}; dW = {R} * d['a']",
    f"d = {{'a': 2}}; d.setdefault('a', 1); dW = {R} * d['a']",
    f"d = {{'a': 1}}; d.pop('a'); dW = {R} * d.get('a', 2)",
    f"k = 1\nfor k in (1, 2): pass\ndW = {R} * k",
    f"k = 1\nfor i in (): k = 1\nelse: k = 2\ndW = {R} * k",
    f"k = [k for k in (1, 2)][-1]; dW = {R} * k",
    f"k = 1; ks = [k for k in (3, 2)]; dW = {R} * ks[-1]",
    f"fs = [lambda k=k: k for k in (1, 2)]; dW = {R} * fs[1]()",
    f"(k := 2); dW = {R} * k",
    f"k = 1\ndef f():\n    nonlocal k\n    k = 2\nf()\ndW = {R} * k",
    f"k = 1\ndef f(k=k): return k\nk = 2\ndW = {R} * f(k)",
    f"k = 1\ndef f(): return k\nk = 2\ndW = {R} * f()",
    f"def f(*a): return len(a)\ndW = {R} * f(1, 2)",
    f"def f(*a, k=2): return k\ndW = {R} * f(1)",
    f"def f(**a): return a['k']\ndW = {R} * f(k=2)",
    f"def f(a, b): return a\ndW = {R} * f(b=1, a=2)",
    f"def f(a): a.append(1)\nL = [1]\nf(L)\ndW = {R} * len(L)",
    f"def f(a): a = a * 2; return a\nG = {R}\nf(G)\ndW = 2 * f(G) / 2",
    f"def f(a):\n    a *= 2\nG = {R}\nf(G)\ndW = G",
    f"def f(a):\n    a *= 2\n    return a\nG = {R}\ndW = f(G)",
    f"L = [1]; M = L; M += [2]; dW = {R} * len(L)",
    f"L = [1]; M = L; M = M + [2]; dW = {R} * len(M)",
    f"L = (1,); M = L; M += (2,); dW = {R} * len(M)",
    f"L = [1, 2, 3]; del L[0]; dW = {R} * len(L)",
    f"L = [1, 2]; L.remove(1); dW = {R} * L[0]",
    f"L = [1, 2]; L.clear(); dW = {R} * (len(L) + 2)",
    f"L = [2, 1]; L.sort(); dW = {R} * L[1]",
    f"L = [1, 2]; L[0], L[1] = L[1], L[0]; dW = {R} * L[0]",
    f"L = [1] * 3; L[0] = 2; dW = {R} * L[0]",
    f"L = 2 * [1]; dW = {R} * len(L)",
    f"a, *b = 1, 2; dW = {R} * b[0]",
    f"k = 2 if W is not None else 1; dW = {R} * k",
    f"k = 2 if W.shape == W.shape else 1; dW = {R} * k",
    f"k = 2 if isinstance(W, np.ndarray) else 1; dW = {R} * k",
    f"k = 2 if 1 < 2 else 1; dW = {R} * k",
    f"k = 2 if 'a' in 'abc' else 1; dW = {R} * k",
    f"k = 2 if () == () else 1; dW = {R} * k",
    f"if W.sum() > 1e300: dW = {R}\nelse: dW = W",
    f"if np.any(W): dW = W\nelse: dW = {R}",
    f"if len(W) == 3: return W\ndW = {R}",
    f"if X.shape[1] == 1: return W\ndW = {R}",
    f"if np.isnan(W).any(): return W\nif not np.isnan(W).any(): return W\ndW = {R}",
    f"try: dW = W / 0\nexcept: dW = {R}",
    f"while True:\n    dW = {R}\n    break\ndW = dW * 2",
    f"with np.errstate(all=W.sort()): dW = {R}",
    f"with np.errstate(): dW = {R}; W *= 2; dW = dW + 0 * W + W",
    f"dW = {R}\nfor i in range(2): dW += 0 * dW if i else dW",
    f"dW = {R}; dW = dW if False else 2 * dW",
    f"dW = {R}; return W; return dW",
    f"dW = {R}; return dW * 2",
    f"dW = {R}; dW.T[...] = 2 * dW.T",
    f"import random as np; dW = {R} * np.random()",
    f"import math as np; dW = {R} * np.pi",
    f"sum = len; dW = {R} * sum([1, 1])",
    f"len = lambda a: 2; dW = {R} * len([1])",
    f"float = lambda a: 2 * a; dW = float({R})",
    f"class A: pass\nA.k = 2; dW = {R} * A.k",
    f"dW = {R}; print(dW.fill(0))",
    f"dW = {R}; f'{{dW.fill(0)}}'",
    f"dW = {R}; [dW.fill(0) for _ in (1,)]",
    f"dW = {R}; str(dW.fill(0))",
    f"dW = {R}; dW.__imul__(2)",
    f"dW = {R}; np.ndarray.fill(dW, 0)",
    f"dW = {R}; dW.flat[0] = 3",
    f"dW = {R}; dW.shape = dW.T.shape",
    f"dW = {R}; dW.data[0, 0] = 3",
    f"dW = {R}; dW.real[...] = 3",
    f"dW = {R}; vars()['dW'] = 3",
    f"dW = {R}; locals().update(dW=3); exec('dW = 3')",
    # -- functions that are nearly others
    f"{E}; dW = 2 * np.clip(E, 0, 0) @ X.T + 2 * E @ X.T - 2 * np.clip(E, 0, 0) @ X.T + W",
    f"{E}; dW = 2 * np.clip(E, 5, -5) @ X.T",
    f"{E}; dW = 2 * np.clip(E, 0, 1e9) @ X.T",
    f"{E}; dW = 2 * np.clip(E, 0, None) @ X.T",
    f"{E}; dW = 2 * np.clip(E, None, 0) @ X.T",
    f"{E}; dW = 2 * E.clip(0) @ X.T",
    f"{E}; dW = 2 * E.clip(min=0) @ X.T",
    f"{E}; dW = 2 * np.clip(E, 0, 6) @ X.T",
    f"{E}; dW = 2 * np.clip(E, -1, 1) @ X.T",
    f"{E}; dW = 2 * E.clip(-5, 5) @ X.T",
    f"{E}; t = 3; dW = 2 * np.clip(E, -t, t) @ X.T",
    f"{E}; np.clip(E, -1, 1, out=E); dW = 2 * E @ X.T",
    f"{E}; dW = 2 * np.minimum(E, 100) @ X.T - 2 * np.minimum(E, 0) @ X.T",
    f"{E}; dW = 2 * np.fmax(E, 0) @ X.T",
    f"{E}; dW = 2 * np.round(E) @ X.T",
    f"{E}; dW = 2 * np.floor(E) @ X.T",
    f"{E}; dW = 2 * np.abs(E) @ X.T",
    f"{E}; dW = 2 * np.sqrt(E ** 2) @ X.T",
    f"{E}; dW = 2 * (E ** 2) ** 0.5 @ X.T",
    f"{E}; dW = 2 * np.power(E ** 2, 1 / 2) @ X.T",
    f"{E}; dW = 2 * np.exp(np.log(np.abs(E))) @ X.T",
    f"{E}; dW = 2 * np.sign(E) * E @ X.T",
    f"{E}; dW = 2 * np.nan_to_num(E) @ X.T * 2",
    f"{E}; dW = 2 * np.mean(E) * np.ones_like(E) @ X.T",
    f"{E}; dW = 2 * np.cumsum(E, axis=1) @ X.T",
    f"{E}; dW = 2 * np.average(E, axis=0, weights=E[:, 0]) @ X.T",
    f"{E}; dW = 2 * np.roll(E, 1, axis=1) @ X.T",
    f"{E}; dW = 2 * np.flip(E) @ X.T",
    f"{E}; dW = 2 * np.triu(E) @ X.T",
    f"{E}; dW = 2 * np.diag(E) @ X.T",
    f"{E}; dW = 2 * np.linalg.norm(E) * E @ X.T",
    f"{E}; dW = 2 * E @ np.linalg.pinv(X)",
    f"{E}; dW = 2 * E @ np.conj(X) * 2",
    f"{E}; dW = 2 * E @ X.T; n = np.linalg.norm(dW); dW = dW / n",
    f"{E}; dW = 2 * E @ X.T; n = np.linalg.norm(dW); dW = dW * (1 if n < 1 else 1 / n)",
    f"{E}; dW = 2 * E @ X.T; np.clip(dW, -1e-9, 0, out=dW)",
    f"{E}; dW = 2 * E @ X.T; m = (dW > 0); dW = dW * m.mean()",
    f"{E}; dW = 2 * E @ X.T; dW[dW == 0] = 1; dW[np.isnan(dW)] = 0; dW[W > 0] = 0",
    f"{E}; dW = 2 * E @ X.T; dW = np.where(W, dW, 0)",
    f"{E}; dW = 2 * E @ X.T * np.where(W > 0, 1, 0)",
    f"{E}; dW = 2 * E @ X.T * np.argmax([1, 2])",
    f"{E}; dW = 2 * E @ X.T * np.arange(2)[1] * 2",
    f"{E}; dW = 2 * E @ X.T * np.linspace(1, 1, 1)",
    f"{E}; dW = 2 * E @ X.T * np.random.rand()",
    f"{E}; dW = 2 * E @ X.T + np.empty(W.shape)",
    f"{E}; D = np.empty(W.shape); D[W > 0] = 0; D[W <= 0] = 0; dW = 2 * E @ X.T + W * 0 + D + W",
)


def function(body: str, head: str = "", tail: str = "") -> str:
    """The file with `body` as that of the function of the gradients."""
    lines: list[str] = []
    for line in body.split("\n"):
        compound = line.lstrip().split(" ")[0].rstrip(":") in _COMPOUND
        lines += [line] if compound or line.startswith(" ") else line.split("; ")
    inner = textwrap.indent("\n".join(lines), "    ")
    return f"{LOSS}{head}\ndef gradients(W, X, Y):\n{inner}\n    return dW\n{tail}"


_COMPOUND = ("for", "while", "if", "else", "def", "class", "try", "except", "with")

AROUND: tuple[tuple[str, str, str], ...] = (
    # (before the function, its body, after it)
    (
        "H = {'k': 2}\ndef setup():\n    H['k'] = 3\nsetup()\n",
        "dW = H['k'] * (W @ X - Y) @ X.T",
        "",
    ),
    ("H = [2]\ndef setup():\n    H.append(1)\nsetup()\n", f"dW = {R} * len(H)", ""),
    ("H = [2]\ndef setup(h):\n    h[0] = 3\nsetup(H)\n", "dW = H[0] * (W @ X - Y) @ X.T", ""),
    (
        "H = {'k': 2}\ndef setup():\n    H.update(k=3)\nx = setup() or 1\n",
        "dW = H['k'] * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "H = {'k': 2}\n",
        "dW = H['k'] * (W @ X - Y) @ X.T",
        "def s():\n    H['k'] = 3\n[s() for _ in (1,)]\n",
    ),
    (
        "H = {'k': 2}\ndef reg(f):\n    H['k'] = 3\n    return f\n@reg\ndef other(): pass\n",
        "dW = H['k'] * (W @ X - Y) @ X.T",
        "",
    ),
    ("H = {'k': 2}\nclass C:\n    x = H.update(k=3)\n", "dW = H['k'] * (W @ X - Y) @ X.T", ""),
    ("T = np.ones((1, 1))\nclass C:\n    x = np.multiply(T, 3, out=T)\n", f"dW = {R} * T", ""),
    ("T = np.ones((1, 1))\ndef f(x=np.multiply(T, 3, out=T)): pass\n", f"dW = {R} * T", ""),
    ("T = np.ones((1, 1))\ndef s():\n    T[...] = 3\nif True: s()\n", f"dW = {R} * T", ""),
    ("def patch():\n    np.sum = np.mean\npatch()\n", f"dW = {R}", ""),
    ("def patch():\n    np.dot = np.add\n", f"dW = {R} + 0 * np.dot(W, W)", "patch()\n"),
    ("", f"dW = {R}", "np.__dict__['sum'] = np.mean\n"),
    ("", f"dW = {R}", "np.__dict__.update(sum=np.mean)\n"),
    ("", f"dW = {R}", "def p():\n    setattr(np, 'sum', np.mean)\np()\n"),
    ("", f"dW = {R}", "import builtins\nbuiltins.len = lambda a: 3\n"),
    ("import builtins\nbuiltins.len = lambda a: 3\n", f"dW = {R} * len([1])", ""),
    ("import sys\nsys.modules['numpy'].sum = np.mean\n", f"dW = {R}", ""),
    ("import sys\nsys.modules[__name__].loss = None\n", f"dW = {R}", ""),
    ("import importlib\nimportlib.import_module('numpy').sum = 3\n", f"dW = {R}", ""),
    ("import numpy\nnumpy.sum = numpy.mean\n", f"dW = {R}", ""),
    ("import numpy as other\nother.sum = np.mean\n", f"dW = {R}", ""),
    ("N = np\nN.sum = np.mean\n", f"dW = {R}", ""),
    ("from numpy import random as N\nN.rand = lambda: 1\n", f"dW = {R} * np.random.rand()", ""),
    (
        "def f(x):\n    return 2 * x\nf.__code__ = (lambda x: 3 * x).__code__\n",
        "dW = f(W @ X - Y) @ X.T",
        "",
    ),
    ("def f(x, k=2):\n    return k * x\nf.__defaults__ = (3,)\n", "dW = f(W @ X - Y) @ X.T", ""),
    ("def f(x):\n    return f.k * x\nf.k = 3\n", "dW = f(W @ X - Y) @ X.T", ""),
    ("class A:\n    k = 2\nA.k = 3\n", "dW = A().k * (W @ X - Y) @ X.T", ""),
    ("class A:\n    k = 2\ndef s():\n    A.k = 3\ns()\n", "dW = A().k * (W @ X - Y) @ X.T", ""),
    ("class A:\n    k = 2\nfor a in [A]:\n    a.k = 3\n", "dW = A().k * (W @ X - Y) @ X.T", ""),
    ("class A:\n    k = 2\nB = A\nB.k = 3\n", "dW = A().k * (W @ X - Y) @ X.T", ""),
    (
        "class A:\n    def k(self): return 2\nA.k = lambda self: 3\n",
        "dW = A().k() * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def k(self): return 2\n    k = lambda self: 3\n",
        "dW = A().k() * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def k(self): return 2\n    if True:\n        def k(self): return 3\n",
        "dW = A().k() * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def g(self): return 1\nclass B(A):\n    def g(self): return 2\n"
        "    def h(self): return super().g()\nclass C(B):\n    pass\n",
        "dW = C().h() * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def f(self): return 2\nclass B(A): pass\nclass C(A):\n    def f(self): return 3\n"
        "class D(B, C): pass\n",
        "dW = D().f() * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    k = 2\nclass B(A): pass\nclass C(A):\n    k = 3\nclass D(B, C): pass\n",
        "dW = D().k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def g(self): return 1\nclass B(A):\n    def g(self): return 2\n"
        "class C(B):\n    def h(self): return super(B, self).g()\n",
        "dW = C().h() * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def __init__(self): self.__k = 3\n    def s(self): return self.__k\n"
        "class B(A):\n    def __init__(self):\n        super().__init__()\n        self.__k = 2\n",
        "dW = B().s() * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    @property\n    def k(self): return 3\n    @k.setter\n    def k(self, v): pass\n",
        "a = A(); a.k = 2; dW = a.k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "def property(f): return 3\nclass A:\n    @property\n    def k(self): return 2\n",
        "dW = A().k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "def staticmethod(f): return lambda: 3\nclass A:\n    @staticmethod\n    def k(): return 2\n",
        "dW = A().k() * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "from lazy import property\nclass A:\n    @property\n    def k(self): return 2\n",
        "dW = A().k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "from mine import dataclass\n@dataclass\nclass A:\n    k: int\n",
        "dW = A(2).k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "from dataclasses import dataclass\nfrom typing import ClassVar\n@dataclass\nclass A:\n"
        "    j: ClassVar = 2\n    k: int = 3\n    l: int = 3\n",
        "dW = A(3, 2).k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "from dataclasses import dataclass, field\n@dataclass\nclass A:\n    k: int = field(init=False, default=3)\n"
        "    j: int = 1\n",
        "dW = A(2).k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "from dataclasses import dataclass\n@dataclass(init=False)\nclass A:\n    k: int\n",
        "dW = A(2).k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "from typing import NamedTuple\nclass A(NamedTuple):\n    k: int\n    j: int\n",
        "dW = A(j=2, k=3)[0] * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "def super(*a):\n    return Other()\nclass Other:\n    def g(self): return 3\nclass A:\n    def g(self): return 2\n"
        "class B(A):\n    def h(self): return super().g()\n",
        "dW = B().h() * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def __init__(self): self.k = 2\n    def __repr__(self):\n        self.k = 3\n        return ''\n",
        "a = A(); print(a); dW = a.k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def __init__(self): self.k = 2\n",
        "a = A(); a.__dict__.update(k=3); dW = a.k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def __init__(self): self.k = 2\n",
        "a = A(); a.__init__(); a.__dict__['k'] = 3; dW = a.k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def __init__(self): self.k = 2\n",
        "a = A(); a.__class__.k = 3; b = A.__new__(A); dW = b.k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def __init__(self): self.k = 2\nclass B(A):\n    def __init__(self): self.j = 1\n",
        "dW = B().k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    k = 2\n    def s(self): self.k += 1\n",
        "a = A(); a.s(); b = A(); dW = a.k * (W @ X - Y) @ X.T",
        "",
    ),
    ("class A:\n    L = [2]\n", "a = A(); a.L[0] = 3; dW = A().L[0] * (W @ X - Y) @ X.T", ""),
    (
        "class A:\n    L = [2]\n    def s(self): self.L += [1]\n",
        f"a = A(); a.s(); dW = {R} * len(A().L)",
        "",
    ),
    ("class A:\n    def __len__(self): return 3\n", "dW = len(A()) * (W @ X - Y) @ X.T", ""),
    ("class A:\n    def __call__(self): return 3\n", "dW = A()() * (W @ X - Y) @ X.T", ""),
    (
        "class A:\n    def __bool__(self): return False\n",
        "k = 2 if A() else 3; dW = k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def __eq__(self, o): return True\n",
        "k = 3 if A() == 1 else 2; dW = k * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    def __iter__(self): return iter([3])\n",
        "dW = list(A())[0] * (W @ X - Y) @ X.T",
        "",
    ),
    (
        "class A:\n    __slots__ = ('k',)\n    k2 = 2\n    def __getattr__(self, n): return 3\n",
        "dW = A().k * (W @ X - Y) @ X.T",
        "",
    ),
    ("def two(): return 2\n", "dW = two() * (W @ X - Y) @ X.T", "def two(): return 3\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "two = 3\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "two += 1\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "for two in (3,): pass\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "with open('f') as two: pass\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "import two\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "try: pass\nexcept ValueError as two: pass\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "(two := 3)\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "[two := k for k in (3,)]\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "del two\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "match 3:\n    case two: pass\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "def f():\n    global two\n    two = 3\nf()\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "globals()['two'] = 3\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "class two: pass\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "async def two(): pass\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "from mine import *\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "if two == 2: two = 3\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "while two < 3: two += 1\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "two, b = 3, 4\n"),
    ("two = 2\n", "dW = two * (W @ X - Y) @ X.T", "two: int = 3\n"),
    ("two = [2]\n", "dW = two[0] * (W @ X - Y) @ X.T", "two[0] = 3\n"),
    ("two = [2]\nb = two\n", "dW = two[0] * (W @ X - Y) @ X.T", "b[0] = 3\n"),
    ("two = [2]\nb = (two,)\n", "dW = two[0] * (W @ X - Y) @ X.T", "for x in b: x[0] = 3\n"),
    (
        "two = [2]\nb = {'t': two}\n",
        "dW = two[0] * (W @ X - Y) @ X.T",
        "for x in b.values(): x[0] = 3\n",
    ),
    ("two = [2]\nb = lambda: two.append(1)\n", f"dW = {R} * len(two)", "b()\n"),
    ("T = np.ones((1, 1))\nV = T\n", f"dW = {R} * T", "V *= 3\n"),
    ("T = np.ones((1, 1))\nV = T.T\n", f"dW = {R} * T", "for i in (1,): V[...] = 3\n"),
    ("T = np.ones((1, 1))\nV = [T]\n", f"dW = {R} * T", "np.random.shuffle(V[0])\n"),
    ("import numpy.ma as np\n", f"dW = {R} * 2", ""),
    ("from mine import numpy as np\n", f"dW = {R}", ""),
    ("from . import np\n", f"dW = {R}", ""),
    ("import cupy as np\n", f"dW = {R}", ""),
    ("class np:\n    sum = staticmethod(lambda a: 3)\n", f"dW = {R}", ""),
    ("from numpy import dot as sum\n", f"dW = {R} * sum(2, 1)", ""),
    ("from math import *\n", f"dW = {R} * pow(2, 1)", ""),
    ("from numpy import *\n", f"dW = {R} * max(1, 2)", ""),
    ("from numpy import *\n", f"dW = {R} * sum([1, 2], 0)", ""),
)

SCALES = (
    "def loss(W, X, Y, reg={0}):\n    return np.sum((W @ X - Y) ** 2) + reg * np.sum(W ** 2)\n\n"
)
WHOLE: tuple[str, ...] = (
    # two defaults that differ
    "import numpy as np\n"
    + SCALES.format("0.1")
    + f"def gradients(W, X, Y, reg=0.2):\n    dW = {R} + 2 * reg * W\n    return dW\n",
    # a flag that means the mean here and the sum there
    "import numpy as np\ndef loss(W, X, Y, mean=True):\n    e = np.sum((W @ X - Y) ** 2)\n"
    "    return e / X.shape[1] if mean else e\n"
    f"def gradients(W, X, Y, mean=False):\n    dW = {R}\n    return dW / X.shape[1] if mean else dW\n",
    # the size of integer labels
    """
import numpy as np
def loss(W, X, y):
    Z = X @ W
    P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
    return -np.sum(np.log(P[np.arange(len(y)), y])) / P.size
def gradients(W, X, y):
    Z = X @ W
    P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    dW = X.T @ P / y.size
    return dW
""",
    # labels with a new axis broadcast
    """
import numpy as np
def loss(W, X, y):
    Z = X @ W
    P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
    return -np.sum(np.log(P[np.arange(len(y)), y[:, None]]))
def gradients(W, X, y):
    Z = X @ W
    P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    dW = X.T @ P
    return dW
""",
    # rows at labels that come twice
    """
import numpy as np
def loss(E, y, Y):
    return np.sum((E[y] - Y) ** 2)
def gradients(E, y, Y):
    dE = np.zeros_like(E)
    dE[y] += 2 * (E[y] - Y)
    return dE
""",
    # a step by what is no rate
    """
import numpy as np
w, b = np.random.randn(), 0.0
def train(x, t, w):
    for i in range(100):
        loss = (w * x - t) ** 2
        w -= 0.1 * (w * x - t) * x * x
    return w
""",
    """
import numpy as np
def train(X, y, w, lr):
    for i in range(100):
        p = X @ w
        loss = np.sum((p - y) ** 2)
        w = w + lr * X.T @ (p - y)
    return w
""",
    # the cache of another call
    """
import numpy as np
class Net:
    def __init__(self, n, k):
        self.W = np.random.randn(n, k)
        self.e = None
    def forward(self, X):
        return self.W @ X
    def loss(self, out, Y):
        if self.e is None:
            self.e = out - Y
        return np.sum((out - Y) ** 2)
    def backward(self, X):
        self.dW = 2 * self.e @ X.T
""",
    # a gradient that is added to what is there
    """
import numpy as np
class Net:
    def __init__(self, n, k):
        self.W = np.random.randn(n, k)
        self.dW = np.zeros((n, k))
    def forward(self, X):
        self.X = X
        return self.W @ X
    def loss(self, out, Y):
        self.e = out - Y
        return np.sum(self.e ** 2)
    def backward(self):
        self.dW += 2 * self.e @ self.X.T
""",
    # entries of a list that may be one and the same
    """
import numpy as np
def loss(Ws, X, Y):
    return np.sum((Ws[1] @ X - Y) ** 2) + np.sum(Ws[-1] ** 2)
def gradients(Ws, X, Y):
    dWs_1 = 2 * (Ws[1] @ X - Y) @ X.T
    return {"Ws_1": dWs_1}
""",
    # a vector of costs
    """
import numpy as np
def loss(W, b, X, Y):
    return np.sum((W @ X + b - Y) ** 2, axis=0) / X.shape[1]
def gradients(W, b, X, Y):
    db = 2 * (W @ X + b - Y) / X.shape[1]
    return db
""",
    # a bias whose gradient lacks its sum
    """
import numpy as np
def loss(W, b, X, Y):
    return np.sum((W @ X + b - Y) ** 2)
def gradients(W, b, X, Y):
    db = 2 * (W @ X + b - Y)
    return db
""",
    # the wrong axis
    """
import numpy as np
def loss(W, b, X, Y):
    return np.sum((X @ W + b - Y) ** 2)
def gradients(W, b, X, Y):
    db = 2 * np.sum(X @ W + b - Y, axis=1)
    return db
""",
    """
import numpy as np
def loss(W, b, X, Y):
    return np.mean((X @ W + b - Y) ** 2)
def gradients(W, b, X, Y):
    db = 2 * np.mean(X @ W + b - Y, axis=0)
    return db
""",
    # a constructor without self
    """
import numpy as np
class Base:
    def __init__(this):
        this.k = 3
class Net(Base):
    def __init__(this, W):
        super().__init__()
        this.W = W
    def loss(this, X, Y):
        return np.sum((this.W @ X - Y) ** 2)
    def gradients(this, X, Y):
        dW = this.k * (this.W @ X - Y) @ X.T
        return dW
""",
    # keywords handed on
    """
import numpy as np
class Base:
    def __init__(self, k=2):
        self.k = k
class Net(Base):
    def __init__(self, W):
        super().__init__(**{"k": 3})
        self.W = W
    def loss(self, X, Y):
        return np.sum((self.W @ X - Y) ** 2)
    def gradients(self, X, Y):
        dW = self.k * (self.W @ X - Y) @ X.T
        return dW
""",
    # random numbers drawn twice
    """
import numpy as np
def loss(W, X, Y):
    D = np.random.rand(*Y.shape) > 0.5
    return np.sum(D * (W @ X - Y) ** 2)
def gradients(W, X, Y):
    D = np.random.rand(*Y.shape) > 0.5
    dW = 2 * (D * (W @ X - Y)) @ X.T
    return dW
""",
    # one of two costs
    """
import numpy as np
def loss(W, X, Y):
    return np.sum((W @ X - Y) ** 2)
def gradients(W, X, Y):
    loss = np.sum((W @ X - Y) ** 2) / 2
    dW = (W @ X - Y) @ X.T
    return dW, loss
""",
)

# updated before it is used: of the two steps one is right
LATE = """
import numpy as np
def train(X, Y, W1, W2, lr):
    for i in range(100):
        H = W1 @ X
        loss = np.sum((W2 @ H - Y) ** 2)
        E = 2 * (W2 @ H - Y)
        W2 -= lr * E @ H.T
        W1 -= lr * W2.T @ E @ X.T
    return W1, W2
"""


def programs() -> list[str]:
    """All of them as files."""
    made = [function(body) for body in FUNCTIONS]
    made += [function(body, head, tail) for head, body, tail in AROUND]
    made += [*WHOLE, *object_attacks.programs(), *shared_attacks.programs()]
    return made + language_attacks.programs()


def verified(source: str) -> bool:
    """Whether any claim of a file is verified."""
    found = open_code("code.py", source, mends=False).findings
    return any(f.verdict == Verdict.VERIFIED for f in found)


def all_verified(source: str) -> bool:
    """Whether all claims of a file are verified, and there is one."""
    found = open_code("code.py", source, mends=False).findings
    return bool(found) and all(f.verdict == Verdict.VERIFIED for f in found)


def main() -> int:
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [source for source in programs() if word in source]
    wrong = [source for source in chosen if verified(source)]
    several = [LATE, *optimizer_attacks.programs(), *part_attacks.programs()]
    several += [*published_attacks.programs(), *training_attacks.programs()]
    several += [*length_attacks.programs(), *return_attacks.programs()]
    several += [*pair_attacks.programs(), *example_attacks.programs()]
    several += [*written_attacks.programs(), *list_attacks.programs()]
    several += [*entry_attacks.programs(), *told_attacks.programs()]
    several = [source for source in several if word in source]
    wrong += [source for source in several if all_verified(source)]
    chosen += several
    print(*wrong, sep="\n" + "-" * 60 + "\n")
    print(f"{len(chosen)} wrong programs: {len(wrong)} with a claim that is verified")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
