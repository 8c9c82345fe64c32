"""Steps in angle brackets, ``a^{<t>}``, and repairs of what a sum over the steps adds up."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

NOTE = (
    r"$$a^{<t>} = \tanh(W_{aa} a^{<t-1>} + W_{ax} x^{<t>} + b_a)$$"
    r"$$\hat y^{<t>} = \text{softmax}(W_{ya} a^{<t>} + b_y)$$"
    r"$$L = \sum_t L^{<t>}, \quad L^{<t>} = -\sum_k y_k^{<t>} \log \hat y_k^{<t>}$$"
    r"$$\frac{\partial L}{\partial b_y} = \sum_t (\hat y^{<t>} - y^{<t>})$$"
)


def _angles(text: str) -> str:
    return text.replace("<", r"\langle ").replace(">", r" \rangle ")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial L}{\partial W_{ya}} = \sum_t (\hat y^{<t>} - y^{<t>}) (a^{<t>})^T",
         "verified"),
        (r"\frac{\partial L}{\partial W_{ya}} = \sum_t (\hat y^{<t>} - y^{<t>}) a^{<t>T}",
         "verified"),
        (r"\frac{\partial a^{<t>}}{\partial a^{<t-1>}} = \text{diag}(1 - (a^{<t>})^2) W_{aa}",
         "verified"),
        (r"\frac{\partial L}{\partial W_{ya}} = \sum_t (y^{<t>} - \hat y^{<t>}) a^{<t>T}",
         "refuted"),
        (r"\frac{\partial L}{\partial W_{ya}} = \sum_t (\hat y^{<t>} - y^{<t>}) a^{<t-1>T}",
         "refuted"),
        (r"\frac{\partial L}{\partial W_{ya}} = \sum_t a^{<t>} (\hat y^{<t>} - y^{<t>})^T",
         "refuted"),
        (r"\frac{\partial L}{\partial W_{ya}} = (\hat y^{<t>} - y^{<t>}) a^{<t>T}", "unproven"),
        (r"\frac{\partial a^{<t>}}{\partial a^{<t-1>}} = W_{aa} \text{diag}(1 - (a^{<t>})^2)",
         "unproven"),
        (r"\frac{\partial a^{<t>}}{\partial a^{<t-1>}} = \text{diag}(1 - (a^{<t-1>})^2) W_{aa}",
         "unproven"),
    ],
)  # fmt: skip
def test_steps_in_angles(line: str, expected: str) -> None:
    plainly = f"{NOTE}\n\n$${line}$$\n"
    for text in (plainly, _angles(plainly)):
        assert verify_text(text).claims[-1].verdict == expected


@pytest.mark.parametrize("text", ["a^{<t} = b", r"a^{\langle t} = b"])
def test_what_is_no_step_is_not_read(text: str) -> None:
    assert verify_text(f"$${text}$$\n").claims[-1].verdict == "unreadable"


def test_a_repair_keeps_the_sum_over_the_steps() -> None:
    wrong = r"\frac{\partial L}{\partial W_{ya}} = \sum_t (y^{<t>} - \hat y^{<t>}) a^{<t>T}"
    repair = verify_text(f"{NOTE}\n\n$${wrong}$$\n").claims[-1].repairs[0].latex
    assert repair.startswith(r"\sum_t \left(")
    again = f"{NOTE}\n\n$$\\frac{{\\partial L}}{{\\partial W_{{ya}}}} = {repair}$$\n"
    assert verify_text(again).claims[-1].verdict == "verified"
