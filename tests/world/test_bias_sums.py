"""The gradient of a bias is a sum over the examples, whatever letter runs over them."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

ROWS = (
    r"$$Z_1 = X W_1 + b_1$$ $$A_1 = \tanh(Z_1)$$ $$Z_2 = A_1 W_2 + b_2$$"
    r"$$\hat Y = \text{softmax}(Z_2)$$"
)
COLUMNS = ROWS.replace("X W_1", "W_1 X").replace("A_1 W_2", "W_2 A_1")
CLASSES = (
    r"$$z_1 = W_1 x + b_1$$ $$a_1 = \tanh(z_1)$$ $$z_2 = W_2 a_1 + b_2$$"
    r"$$\hat y = \text{softmax}(z_2)$$ $$L = -\sum_i y_i \log \hat y_i$$"
)


@pytest.mark.parametrize("note", [ROWS, COLUMNS])
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\partial b_2} = \sum_i (\frac{\partial L}{\partial Z_2})_i", "verified"),
        (r"\partial b_2} = \sum_{i=1}^N (\frac{\partial L}{\partial Z_2})_i", "verified"),
        (r"\partial b_2} = \sum_{n=1}^{N} (\frac{\partial L}{\partial Z_2})_n", "verified"),
        (r"\partial b_2} = \sum_{i=1}^B \frac{\partial L}{\partial Z_{2,i}}", "verified"),
        (r"\partial b_1} = \sum_i \frac{\partial L}{\partial Z_{1,i}}", "verified"),
        (r"\partial b_1} = \sum_i (\frac{\partial L}{\partial Z_2})_i", "refuted"),
        (r"\partial b_2} = -\sum_i (\frac{\partial L}{\partial Z_2})_i", "refuted"),
        (r"\partial b_2} = \sum_i (\frac{\partial L}{\partial A_1})_i", "refuted"),
        (r"\partial b_2} = 2 \sum_i (\frac{\partial L}{\partial Z_2})_i", "refuted"),
    ],
)
def test_lines(note: str, line: str, expected: str) -> None:
    claim = verify_text(f"{note}\n\n$$\\frac{{\\partial L}}{{{line}$$\n").claims[-1]
    assert str(claim.verdict) == expected


@pytest.mark.parametrize(
    "line",
    [
        r"\frac{\partial L}{\partial b_2} = \sum_i (\frac{\partial L}{\partial z_2})_i",
        r"\frac{\partial L}{\partial b_2} = \sum_i (\frac{\partial L}{\partial z_1})_i",
    ],
)
def test_a_letter_of_the_classes_stays_one(line: str) -> None:
    claim = verify_text(f"{CLASSES}\n\n$${line}$$\n").claims[-1]
    assert str(claim.verdict) != "verified"
