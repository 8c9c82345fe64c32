"""What is not followed, or too large: a clear word within the limits, never a proof."""

from __future__ import annotations

import time

import pytest

from derive.pycode import open_code
from derive.verdict import Finding, Verdict

LOSS = """
import numpy as np

def loss(W, X, Y):
    return np.sum((W @ X - Y) ** 2)
"""


def findings(body: str, head: str = "") -> tuple[Finding, ...]:
    text = f"{LOSS}{head}\ndef gradients(W, X, Y):\n{body}    return dW\n"
    return open_code("code.py", text, mends=False).findings


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    while X.sum() > 0:\n        X = X / 2\n    dW = 2 * (W @ X - Y) @ X.T\n", "while"),
        ("    dW = 2 * (W @ X - Y) @ X.T\n    exec('dW = W')\n", "exec"),
        ("    dW = gradients(W, X, Y)\n", "recursion"),
        ("    dW = np.linalg.solve(W, X)\n", "numpy.linalg.solve"),
        ("    dW = W.reshape(-1, 2, 2).sum(0)\n", "reshape"),
    ],
)
def test_what_is_outside_the_fragment_is_unproven_at_its_place(body: str, said: str) -> None:
    [finding] = findings(body)
    assert finding.verdict == Verdict.UNPROVEN
    assert finding.code == "D304"
    assert said in finding.message
    assert finding.line >= 8


def test_unreachable_code_is_not_what_is_judged() -> None:
    [finding] = findings("    if False:\n        dW = 2 * (W @ X - Y) @ X.T\n    dW = W * 1\n")
    assert finding.verdict == Verdict.REFUTED
    late = "    dW = 2 * (W @ X - Y) @ X.T\n    return dW\n    dW = W\n"
    [finding] = findings(late)
    assert finding.verdict == Verdict.VERIFIED


def test_a_syntax_error_has_its_place() -> None:
    [finding] = open_code("code.py", "def f(:\n").findings
    assert (finding.verdict, finding.code, finding.line) == (Verdict.UNREADABLE, "D201", 1)


def test_a_hundred_thousand_lines_are_refused_at_once() -> None:
    text = LOSS + "x = 1 + 2\n" * 100_000
    started = time.process_time()
    [finding] = open_code("code.py", text).findings
    assert finding.verdict == Verdict.UNREADABLE
    assert "more than" in finding.message
    assert time.process_time() - started < 10


@pytest.mark.parametrize(("factor", "verdict"), [(0.5, "verified"), (1.0, "refuted")])
def test_the_cost_beside_the_gradients_is_a_claim_of_its_own(factor: float, verdict: str) -> None:
    text = """
import numpy as np

def loss(W, X, Y):
    return np.sum((W @ X - Y) ** 2) / 2

def loss_and_gradients(W, X, Y):
    E = W @ X - Y
    loss = FACTOR * np.sum(E * E)
    return loss, E @ X.T
"""
    text = text.replace("return loss, E @ X.T", "dW = E @ X.T\n    return loss, dW")
    found = open_code("code.py", text.replace("FACTOR", str(factor))).findings
    assert [(f.line, f.verdict.value) for f in found] == [(9, verdict), (10, "verified")]
