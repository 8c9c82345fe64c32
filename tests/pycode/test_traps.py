"""What Python and NumPy do that a reader overlooks: none of these programs may be verified."""

from __future__ import annotations

import pytest

from derive.pycode import open_code
from derive.verdict import Verdict

from . import attacks, shape_attacks

LOSS = """
import numpy as np

def loss(W, X, Y):
    return np.sum((W @ X - Y) ** 2)
"""
RIGHT = "2 * (W @ X - Y) @ X.T"


def verified(source: str) -> bool:
    return Verdict.VERIFIED in {
        f.verdict for f in open_code("code.py", source, mends=False).findings
    }


def function(*lines: str, head: str = "", tail: str = "") -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"{LOSS}{head}\ndef gradients(W, X, Y):\n{body}{tail}"


def test_the_program_without_a_trap_is_verified() -> None:
    assert verified(function(f"dW = {RIGHT}", "return dW"))


@pytest.mark.parametrize(
    "lines",
    [
        ("k = 2", "f = lambda: k", "k = 3", "dW = f() * (W @ X - Y) @ X.T"),
        ("fs = [lambda: c for c in (2, 5)]", "dW = fs[0]() * (W @ X - Y) @ X.T"),
        ("parts = (c for c in (1, 1))", "a = sum(parts)", f"dW = {RIGHT} * (sum(parts) - 1)"),
        ("z = zip((1,), (1,))", "for a, b in z: pass", "n = 4", "for a, b in z: n = 2",
         "dW = n * (W @ X - Y) @ X.T"),
        ("M = (W > 0) * 1", "M[W <= 0] = 0.5", f"dW = {RIGHT} * (M + (W <= 0) * 0.5)"),
        (f"dW = {RIGHT}", "a = [dW]", "b = a", "b += [1]", "dW = dW * (len(a) - 0)"),
        ("E = W @ X - Y", "F = E.ravel()[:]", f"dW = {RIGHT}", "dW = G"),
        ("dW = (W > 0) @ (X > 0)", f"dW = {RIGHT} + 0 * dW + (W > 0) @ (X > 0)"),
        (f"dW = {RIGHT}", "if np.isfinite(np.sum(dW)): raise ValueError"),
        (f"dW = {RIGHT}", "assert X.shape[0] != X.shape[0]"),
        ("dW = m * (W @ X - Y) @ X.T", "m = 2"),
        ("E = W @ X - Y", "np.dot(E, X.T, out=W)", "dW = 2 * E @ X.T + 0 * W + W - W @ X @ X.T"),
        ("V = np.asarray(W, dtype=float)", "V *= 0", f"dW = {RIGHT}"),
        ("n = int(0.29 * 100)", f"dW = {RIGHT} * (n - 28)"),
        (f"dW = {RIGHT}", "dW.fill(0)"),
        (f"dW = {RIGHT}", "getattr(dW, 'fill')(0)"),
        (f"dW = {RIGHT}", "if W.sum() > 0: print(dW.sort())"),
        (f"dW = {RIGHT}", "yield dW"),
        (f"dW = {RIGHT}", "with open('x') as np: pass"),
        ("try:", f"    dW = {RIGHT}", "finally:", "    dW = W"),
    ],
)  # fmt: skip
def test_traps_inside_a_function(lines: tuple[str, ...]) -> None:
    assert not verified(function(*lines, "return dW"))


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ("", "np.sum = np.mean\n"),
        ("", "setattr(np, 'sum', np.mean)\n"),
        ("", "np = 3\n"),
        ("", "del np\n"),
        ("", "if True:\n    def gradients(W, X, Y):\n        return W\n"),
        ("", "for gradients in (1, 2): pass\n"),
        ("", "try:\n    from fast import gradients\nexcept ImportError:\n    pass\n"),
        ("", "from fast import *\n"),
        ("", "gradients = loss\n"),
        ("", "exec('loss = None')\n"),
    ],
)
def test_names_that_mean_something_else_later(head: str, tail: str) -> None:
    assert not verified(function(f"dW = {RIGHT}", "return dW", head=head, tail=tail))


@pytest.mark.parametrize(
    ("head", "lines"),
    [
        ("T = np.zeros((3, 3))\n", ("T[...] = 0", f"dW = {RIGHT}")),
        ("C = {}\n", ("C['n'] = 1", f"dW = {RIGHT}")),
        ("L = []\n", ("L.append(1)", f"dW = {RIGHT} * len(L)")),
        ("def two(x=[]):\n    x.append(1)\n    return 2 * len(x)\n",
         ("dW = two() * (W @ X - Y) @ X.T",)),
        ("@np.vectorize\ndef two(x):\n    return 2\n", ("dW = two(1) * (W @ X - Y) @ X.T",)),
        ("class A(np.ndarray):\n    k = 2\n", ("dW = A().k * (W @ X - Y) @ X.T",)),
        ("class A(metaclass=type):\n    k = 2\n", ("dW = A().k * (W @ X - Y) @ X.T",)),
        ("class A:\n    def __getattribute__(self, n):\n        return 3\n    k = 2\n",
         ("dW = A().k * (W @ X - Y) @ X.T",)),
    ],
)  # fmt: skip
def test_what_stands_around_a_function(head: str, lines: tuple[str, ...]) -> None:
    assert not verified(function(*lines, "return dW", head=head))


NET = """
import numpy as np

class Net:
    def __init__(self, n, k):
        self.W = np.zeros((n, k))
        self.calls = 0
        self.caches = []

    def forward(self, x):
        {forward}
        self.x = x
        return x @ self.W

    def loss(self, out, y):
        return np.sum((out - y) ** 2)

    def backward(self, y):
        {backward}
"""


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        ("self.calls += 1", "self.dW = self.calls * 2 * self.x.T @ (self.x @ self.W - y)"),
        ("self.caches.append(x)",
         "self.dW = 2 * self.caches[0].T @ (self.caches[0] @ self.W - y)"),
        ("pass", "self.calls = self.calls + 2; "
         "self.dW = self.calls * self.x.T @ (self.x @ self.W - y)"),
    ],
)  # fmt: skip
def test_what_is_right_at_the_first_call_only(forward: str, backward: str) -> None:
    right = "self.dW = 2 * self.x.T @ (self.x @ self.W - y)"
    assert verified(NET.format(forward="pass", backward=right))
    assert verified(NET.format(forward="self.calls += 1", backward=right))
    assert not verified(NET.format(forward=forward, backward=backward))


def test_a_parameter_in_place_of_its_gradient_is_seen() -> None:
    source = LOSS + "\ndef gradients(W, X, Y):\n    return {'W': W}\n"
    assert not verified(source)


def test_a_cost_that_is_defined_nowhere_has_no_gradient() -> None:
    source = """
import numpy as np

def loss(w, X):
    return np.sum(np.log(-1 / (1 + np.exp(X @ w))))

def gradients(w, X):
    p = 1 / (1 + np.exp(-(X @ w)))
    return -X.T @ p
"""
    assert not verified(source.replace("return -X.T @ p", "dw = -X.T @ p\n    return dw"))
    right = source.replace("-1 /", "1 /").replace("return -X.T @ p", "dw = -X.T @ p\n    return dw")
    assert verified(right)


@pytest.mark.parametrize("part", range(4))
def test_wrong_programs_that_look_right(part: int) -> None:
    """A part of those that ``python -m tests.pycode.attacks`` judges."""
    for source in attacks.programs()[part::32]:
        assert not verified(source), source


def test_a_guess_of_shapes_does_not_make_wrong_counts_right() -> None:
    """A part of those that ``python -m tests.pycode.shape_attacks`` judges."""
    for source in shape_attacks.programs(12):
        assert not verified(source), source
