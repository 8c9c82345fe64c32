"""Divergences with their bars, and lines that add to a gradient."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

FORMULA = r"-\frac{1}{2}\sum_{j=1}^{J} (1 + \log \sigma_j^2 - \mu_j^2 - \sigma_j^2)"
HEADS = [r"D_{KL}(q \| p)", r"D_{KL}(q || p)", r"D_{KL}(q \mid p)", r"D_{KL}"]
CELL = r"""
$$c_t = f_t \odot c_{t-1} + i_t \odot g_t$$
$$h_t = o_t \odot \tanh(c_t)$$
$$do_t = dh_t \odot \tanh(c_t)$$
$$di_t = dc_t \odot g_t$$
"""


def verdict(note: str, line: str) -> str:
    """The verdict of a line behind a note."""
    return verify_text(f"{note}\n\n$${line}$$").claims[-1].verdict.value


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize(("line", "found"), [
    (r"\frac{\partial D_{KL}}{\partial \mu_j} = \mu_j", "verified"),
    (r"\frac{\partial D_{KL}}{\partial \sigma_j} = \sigma_j - \frac{1}{\sigma_j}", "verified"),
    (r"\frac{\partial D_{KL}}{\partial \mu_j} = -\mu_j", "refuted"),
    (r"\frac{\partial D_{KL}}{\partial \mu_j} = 2 \mu_j", "refuted"),
    (r"\frac{\partial D_{KL}}{\partial \sigma_j} = \sigma_j + \frac{1}{\sigma_j}", "refuted"),
    (r"\frac{\partial D_{KL}}{\partial \sigma_j} = \sigma_j - \frac{1}{\sigma_j^2}", "refuted"),
    (r"\frac{\partial D_{KL}}{\partial \sigma_j} = \sum_{j=1}^J (\sigma_j - \frac{1}{\sigma_j})",
     "refuted"),
])  # fmt: skip
def test_the_divergence_of_two_normal_distributions(head: str, line: str, found: str) -> None:
    """What stands in the bracket of a divergence says of what it is one."""
    verdict_of_line = verdict(f"$${head} = {FORMULA}$$", line)
    assert verdict_of_line == found or (found == "refuted" and verdict_of_line == "unproven")


@pytest.mark.parametrize("line", [
    r"dc_t = dc_t + dh_t \odot o_t \odot (1 - \tanh^2(c_t))",
    r"dc_t = dh_t \odot o_t \odot (1 - \tanh^2(c_t)) + dc_t",
    r"dc_t = dc_t + dh_t \odot o_t",
])  # fmt: skip
def test_what_adds_to_a_gradient_is_left_open(line: str) -> None:
    """What was there before is not told: such a line is neither true nor false."""
    assert verdict(CELL, line) == "unproven"
