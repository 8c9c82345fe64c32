"""A penalty that only words tell: gradients by weights are open where no formula gives the cost."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

FORWARD = r"""
$$Z_1 = W_1 X + b_1, \quad A_1 = \tanh(Z_1)$$
$$Z_2 = W_2 A_1 + b_2, \quad A_2 = \sigma(Z_2)$$
"""
COST = r"$$J = -\frac1m \sum_{i=1}^m (Y \log A_2 + (1-Y)\log(1-A_2))$$"
PLAIN = r"dW_2 = \frac1m (A_2 - Y) A_1^T"
DECAYED = r"dW_2 = \frac1m (A_2 - Y) A_1^T + \frac{\lambda}{m} W_2"


def verdict(note: str, line: str) -> str:
    return str(verify_text(f"{note}\n\n$${line}$$").claims[-1].verdict)


@pytest.mark.parametrize("said", [
    "We add an L2 penalty.", r"With weight decay $\lambda$.", "The cost has L2 regularisation.",
    "We use regularization.", "The loss includes a penalty.",
])  # fmt: skip
def test_a_penalty_in_words(said: str) -> None:
    note = said + "\n" + FORWARD
    assert verdict(note, PLAIN) == verdict(note, DECAYED) == "unproven"
    assert verdict(note, "dZ_2 = A_2 - Y") == "verified"
    assert verdict(note, "dZ_2 = A_2 + Y") == "refuted"
    assert verdict(note + COST, PLAIN) == "verified"


@pytest.mark.parametrize("said", ["", "There is no weight decay.", "Trained without weight decay."])
def test_no_penalty(said: str) -> None:
    assert verdict(said + "\n" + FORWARD, PLAIN) == "verified"
    assert verdict(said + "\n" + FORWARD, PLAIN.replace("A_1^T", "A_1")) == "refuted"
