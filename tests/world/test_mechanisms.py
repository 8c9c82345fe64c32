"""One small note for each way of writing: what it states is read, what is wrong in it is seen."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

COLUMNS = r"""
$$Z_1 = W_1 X + b_1$$
$$A_1 = \tanh(Z_1)$$
$$Z_2 = W_2 A_1 + b_2$$
$$A_2 = \sigma(Z_2)$$
"""
ENTROPY = r"$$J = -\frac{1}{m} \sum_{i=1}^m (Y \log A_2 + (1 - Y) \log(1 - A_2))$$"


def last(source: str, kind: str = "md") -> str:
    """The verdict on the last claim of a note."""
    return str(verify_text(source, kind).claims[-1].verdict)


REGULARISED = COLUMNS + ENTROPY[:-2] + r"+ \frac{\lambda}{2m} \sum_{l=1}^2 \| W_l \|_F^2$$" + "\n"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"dW_2 = \frac{1}{m} (A_2 - Y) A_1^T + \frac{\lambda}{m} W_2", "verified"),
        (r"dW_2 = \frac{1}{m} (A_2 - Y) A_1^T + \frac{\lambda}{2m} W_2", "refuted"),
        (
            r"W_2 := (1 - \frac{\alpha\lambda}{m}) W_2 - \frac{\alpha}{m} (A_2 - Y) A_1^T",
            "verified",
        ),
        (r"W_2 := (1 - \alpha\lambda) W_2 - \frac{\alpha}{m} (A_2 - Y) A_1^T", "refuted"),
        (r"W_2 := (1 + \frac{\alpha\lambda}{m}) W_2 - \frac{\alpha}{m} (A_2 - Y) A_1^T", "refuted"),
        (r"W_2 := 2 W_2 - \alpha dW_2", "refuted"),
    ],
)
def test_a_penalty_is_not_summed_over_the_output_units(line: str, verdict: str) -> None:
    assert last(REGULARISED + f"$${line}$$") == verdict
