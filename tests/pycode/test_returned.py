"""What a function returns is judged, not what it computed before."""

from __future__ import annotations

import pytest

from derive.pycode import open_code
from derive.verdict import Verdict
from tests.pycode.corpus import is_verified
from tests.pycode.return_attacks import PROGRAM, RIGHT, WRONG


@pytest.mark.parametrize("returned", RIGHT)
def test_formulas_that_are_returned_are_followed(returned: str) -> None:
    found = open_code("x.py", PROGRAM.format(returned), mends=False).findings
    assert len(found) == 2
    assert is_verified(found), found


@pytest.mark.parametrize("returned", WRONG)
def test_what_is_returned_wrong_is_refuted(returned: str) -> None:
    found = open_code("x.py", PROGRAM.format(returned), mends=False).findings
    assert Verdict.REFUTED in {f.verdict for f in found}, found


def test_what_differs_at_a_kink_only_is_not_refuted() -> None:
    source = """
import numpy as np

def loss(W1, b1, W2, X, y):
    N = X.shape[0]
    z1 = X.dot(W1) + b1
    scores = np.maximum(z1, 0).dot(W2)
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_probs[np.arange(N), y].mean()
    dscores = np.exp(log_probs)
    dscores[np.arange(N), y] -= 1
    dh = dscores.dot(W2.T) / N
    dh[z1 < 0] = 0
    dW1 = X.T.dot(dh)
    return loss, dW1
"""
    found = open_code("x.py", source, mends=False).findings
    assert is_verified(found), found
    wrong = source.replace("z1 < 0", "z1 > 0")
    assert Verdict.REFUTED in {f.verdict for f in open_code("x.py", wrong, mends=False).findings}
