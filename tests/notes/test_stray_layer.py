"""One wrong layer number makes one line wrong, not the network deeper."""

from __future__ import annotations

import pytest

from derive.verify import verify_text
from tests.notes.expectations import NOTES


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        (
            "three-layer-binary-classifier",
            r"$$dW_4 = \frac{1}{m} dZ_3 A_2^T$$",
            "there is no layer 4",
        ),
        (
            "digits-leaky-relu",
            r"$$dw^{[3]} = \frac{1}{m} dz^{[2]} A^{[1]T}$$",
            "there is no layer 3",
        ),
    ],
)
def test_a_slip_above_the_forward_pass(name: str, line: str, reason: str) -> None:
    source = (NOTES / f"{name}.md").read_text(encoding="utf-8")
    before, after = verify_text(source), verify_text(f"{source}\n{line}\n")
    *others, stray = after.claims
    assert [(c.verdict, c.code) for c in others] == [(c.verdict, c.code) for c in before.claims]
    assert stray.verdict == "unproven"
    assert reason in stray.message


def test_layers_beyond_the_stated_forward_pass_count() -> None:
    """Where the forward pass shows one layer only, the gradients tell how many there are."""
    report = verify_text(
        r"""
$$Z_1 = W_1 X + b_1$$
$$A_1 = \tanh(Z_1)$$
$$dZ_2 = A_2 - Y$$
$$dW_2 = \frac{1}{m} dZ_2 A_1^T$$
$$dZ_1 = W_2^T dZ_2 * (1 - A_1 * A_1)$$
"""
    )
    assert [str(c.verdict) for c in report.claims][2:] == ["verified"] * 3
