"""Gradients that several lines add up, and what a note says of the sum of its labels."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

NETWORK = r"""
$$Z_1 = W_1 X + b_1, \quad A_1 = \tanh(Z_1)$$
$$Z_2 = W_2 A_1 + b_2, \quad A_2 = \sigma(Z_2)$$
$$J = -\frac1m \sum_i (y \log A_2 + (1-y)\log(1-A_2)) {penalty}$$
$$dZ_2 = A_2 - Y$$
"""
WHOLE = r"\frac1m dZ_2 A_1^T"
PENALTY = r"+ \frac{\lambda}{2m} \|W_2\|^2"
SOFTMAX = r"""
$$z = W x + b$$
$$a = \text{softmax}(z)$$
"""
LOSS = r"""
$$L = -\sum_k y_k \log a_k$$
"""
RESIDUAL = r"""
$$u = A x$$
$$v = u \odot u + x$$
$$L = \frac12 \|v - y\|^2$$
$$dv = v - y$$
"""
SUM = r"dv + A^T (2 u \odot dv)"


def verdicts(note: str, *lines: str) -> list[str]:
    """The verdicts of lines behind a note."""
    found = verify_text(note + "\n".join(f"$${line}$$" for line in lines)).claims
    return [claim.verdict.value for claim in found[-len(lines) :]]


def network(penalty: str = "") -> str:
    return NETWORK.replace("{penalty}", penalty)


@pytest.mark.parametrize("lines", [
    (f"dW_2 += {WHOLE}",),
    ("dW_2 = 0", f"dW_2 += {WHOLE}"),
])  # fmt: skip
def test_what_is_added_to_nothing_is_the_gradient(lines: tuple[str, ...]) -> None:
    assert verdicts(network(), *lines)[-1] == "verified"


@pytest.mark.parametrize(("penalty", "lines"), [
    ("", (f"dW_2 = {WHOLE}", f"dW_2 += {WHOLE}")),
    ("", (f"dW_2 += {WHOLE}", f"dW_2 += {WHOLE}")),
    ("", (f"dW_2 = {WHOLE}", f"dW_2 = dW_2 + {WHOLE}")),
    ("", (f"dW_2 -= {WHOLE}",)),
    (PENALTY, (f"dW_2 = {WHOLE}", r"dW_2 += \frac{\lambda}{m} W_2")),
    (PENALTY, (f"dW_2 = {WHOLE}", r"dW_2 = dW_2 + \frac{\lambda}{m} W_2")),
    (PENALTY, (f"dW_2 = {WHOLE}", r"dW_2 += \lambda W_2")),
])  # fmt: skip
def test_lines_that_add_up_are_left_open(penalty: str, lines: tuple[str, ...]) -> None:
    assert set(verdicts(network(penalty), *lines)) == {"unproven"}


@pytest.mark.parametrize("lines", [
    (f"dx = {SUM}", f"dx += {SUM}"),
    (f"dx += {SUM}", f"dx += {SUM}"),
    (f"dx -= {SUM}",),
    ("dx = dv", r"dx = dx + A^T (2 u \odot dv)"),
])  # fmt: skip
def test_so_are_lines_where_no_layers_are_supposed(lines: tuple[str, ...]) -> None:
    assert set(verdicts(RESIDUAL, *lines)) == {"unproven"}


def test_a_gradient_of_two_paths_in_one_line_is_proved() -> None:
    assert verdicts(RESIDUAL, f"dx = {SUM}") == verdicts(RESIDUAL, f"dx += {SUM}") == ["verified"]


@pytest.mark.parametrize(("sums", "expected"), [
    ("", "verified"),
    (r"$$\sum_k y_k = 1$$", "verified"),
    (r"$$\sum_k y_k = 0.9$$", "refuted"),
    (r"$$\sum_k y_k = 1 - \epsilon$$", "refuted"),
])  # fmt: skip
def test_labels_add_up_to_what_the_note_says(sums: str, expected: str) -> None:
    note = SOFTMAX + sums + LOSS
    assert verdicts(note, r"\frac{\partial L}{\partial z} = a - y") == [expected]


def test_a_class_more_in_the_denominator_is_not_passed_over() -> None:
    note = "$$z = W x + b$$\n" + r"$$a_k = \frac{e^{z_k}}{1 + \sum_j e^{z_j}}$$" + LOSS
    line = r"\frac{\partial L}{\partial z_k} = a_k - y_k"
    assert verdicts(note, line) == ["unproven"]


@pytest.mark.parametrize(("layout", "right", "expected"), [
    ("In denominator layout:", "W", "unproven"),
    ("In denominator layout:", "W^T", "verified"),
    ("By the chain rule:", "W", "verified"),
])  # fmt: skip
def test_a_matrix_on_a_path_depends_on_the_layout(layout: str, right: str, expected: str) -> None:
    note = f"{layout}\n\n$$z = W x + b$$\n"
    assert verdicts(note, rf"\frac{{\partial z}}{{\partial x}} = {right}") == [expected]
