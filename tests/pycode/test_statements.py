"""Statements whose order, scope or sharing a reader overlooks: each makes the gradient a wrong one."""

from __future__ import annotations

import pytest

from derive.pycode import open_code
from derive.verdict import Verdict

HEAD = "import numpy as np\n\ndef loss(W, X, Y):\n    return np.sum((W @ X - Y) ** 2)\n\n"
RIGHT = "dW = 2 * E @ X.T"

FACTORS = (
    "k = {'a': 3, **{'a': 3}}['a']",
    "k = {'a': 3}.pop('a', 2)",
    "if (k := 3) > 2: pass",
    "k = 2; [k := j for j in (5, 3)]",
    "*a, k = 1, 2, 3",
    "a, (k, c) = 2, (3, 2)",
    "g = (i for i in [1, 2]); next(g); k = (sum(g) + sum(g)) * 1.5",
    "g = iter([2, 3]); list(g); k = next(g, 3)",
    "i, v = 0, [2, 3]; i, v[i] = 1, 5; k = v[1]",
    "t = (1,); u = t; t += (1,); k = len(u) + len(t)",
    "k = -3 // 2 * -1.5",
    "k = len({True: 2, 1: 3}) * 3",
)
CHANGES = (
    "g = dW[0]; g += 1", "dW[::2] = 0", "dW[-1] *= 2", "dW[0] = dW[-1]", "dW.T[0] = 0",
    "v = dW.view(); v *= 2", "v = np.atleast_2d(dW); v += 1", "v = dW[None]; v += 1",
    "v = np.swapaxes(dW, 0, 1); v += 1", "v, = [dW]; v -= v", "np.negative(dW, out=(dW,))",
    "dW = dW.T.reshape(dW.shape)", "dW = np.vstack([dW[:1], dW[:-1]])", "dW = np.flip(dW)",
    "dW = np.tril(dW) + np.triu(dW)", "dW = (dW ** 3) ** (1 / 3)", "dW = np.sqrt(dW ** 2)",
    "dW = np.take(dW, [0] * dW.shape[0], 0)", "(lambda a: a.__imul__(2))(dW)",
)  # fmt: skip
SLICES = (
    "2 * E[::-1] @ X.T", "2 * E[:, ::2] @ X[:, ::2].T", "2 * E[:, :-1] @ X[:, :-1].T",
    "2 * (E[:, :-1] @ X[:, :-1].T + E[:, :1] @ X[:, :1].T)", "2 * E[:, ::-1] @ X.T",
    "np.sum(2 * E[:, None, :] * X[None], axis=-2)",
    "sum(2 * E[:, [i]] @ X[:, [i]].T for i in range(X.shape[1] - 1))",
)  # fmt: skip


def verified(*lines: str) -> bool:
    body = "".join(f"    {line}\n" for line in ("E = W @ X - Y", *lines, "return dW"))
    source = f"{HEAD}def gradients(W, X, Y):\n{body}"
    findings = open_code("code.py", source, mends=False).findings
    return Verdict.VERIFIED in {finding.verdict for finding in findings}


def test_without_them_it_is_verified() -> None:
    assert verified(RIGHT)
    assert verified("k = 2", "dW = k * E @ X.T")


@pytest.mark.parametrize("statements", FACTORS)
def test_a_factor_that_is_not_two(statements: str) -> None:
    assert not verified(statements, "dW = k * E @ X.T")


@pytest.mark.parametrize("statements", CHANGES)
def test_a_gradient_that_is_changed(statements: str) -> None:
    assert not verified(RIGHT, statements)


@pytest.mark.parametrize("right", SLICES)
def test_a_part_for_the_whole(right: str) -> None:
    assert not verified(f"dW = {right}")
