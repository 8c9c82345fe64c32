"""An output without an activation, as notes on regression write it: ``A = Z``."""

from __future__ import annotations

import pytest

from derive.verdict import FileReport
from derive.verify import verify_text

NOTE = r"""
$$Z_1 = W_1 X + b_1$$
$$A_1 = \tanh(Z_1)$$
$$Z_2 = W_2 A_1 + b_2$$
%s
$$dZ_2 = A_2 - Y$$
$$dW_2 = \frac{1}{m} dZ_2 A_1^T$$
$$dZ_1 = W_2^T dZ_2 * (1 - A_1 * A_1)$$
$$dW_1 = \frac{1}{m} dZ_1 X^T$$
"""


def judged(output: str) -> FileReport:
    return verify_text(NOTE % output)


@pytest.mark.parametrize(
    "output", ["$$A_2 = Z_2$$", r"$$\hat{Y} = Z_2$$", "$$A_2 = g(Z_2) = Z_2$$"]
)
def test_the_output_is_its_preactivation(output: str) -> None:
    report = judged(output)
    assert report.model is not None
    assert report.model.layers[1]["activation"] == "identity"
    assert report.model.cost == "half squared error"
    assert {str(c.verdict) for c in report.claims} == {"verified", "definition"}


@pytest.mark.parametrize(
    ("output", "contradiction"),
    [
        ("$$A_2 = Z_1$$", "A_2 = Z_1"),
        ("$$A_1 = Z_1$$", "A_1 = Z_1"),
        (r"$$A_2 = \sigma(Z_2) = Z_2$$", r"\sigma(Z_2) = Z_2"),
        ("$$A_2 = \\sigma(Z_2)$$\n$$A_2 = Z_2$$", "A_2 = Z_2"),
    ],
)
def test_what_contradicts_it_is_refuted(output: str, contradiction: str) -> None:
    verdicts = {c.latex: c.verdict for c in judged(output).claims}
    assert verdicts[contradiction] == "refuted"
