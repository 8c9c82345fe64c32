"""A time behind every name: the rules of adaptive filters, and steps to the next time."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

LMS = r"""
$$y(n) = \mathbf{w}^T(n) \mathbf{x}(n)$$
$$e(n) = d(n) - y(n)$$
$$E(n) = \frac{1}{2} e^2(n)$$
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial E(n)}{\partial \mathbf{w}(n)} = -\mathbf{x}(n) e(n)", "verified"),
        (r"\frac{\partial e(n)}{\partial \mathbf{w}(n)} = -\mathbf{x}(n)", "verified"),
        (r"\mathbf{w}(n+1) = \mathbf{w}(n) + \eta\, \mathbf{x}(n) e(n)", "verified"),
        (r"\frac{\partial E(n)}{\partial \mathbf{w}(n)} = \mathbf{x}(n) e(n)", "refuted"),
        (r"\mathbf{w}(n+1) = \mathbf{w}(n) - \eta\, \mathbf{x}(n) e(n)", "refuted"),
    ],
)
def test_least_mean_squares(line: str, expected: str) -> None:
    assert verify_text(f"{LMS}\n$${line}$$\n").claims[-1].verdict == expected


@pytest.mark.parametrize(
    "note",
    [
        LMS.replace(r"\mathbf{x}(n)$$", r"\mathbf{x}(n-1)$$")
        + r"$$\frac{\partial E(n)}{\partial \mathbf{w}(n)} = -\mathbf{x}(n) e(n)$$",
        LMS + r"$$\mathbf{w}(n+1) = \mathbf{w}(n-1) + \eta\, \mathbf{x}(n) e(n)$$",
        r"$$h(n) = \tanh(W h(n-1) + U x(n))$$ $$E(n) = \frac{1}{2} \|h(n) - d(n)\|^2$$"
        r"$$\frac{\partial E(n)}{\partial U(n)} = ((h(n) - d(n)) \odot (1 - h^2(n))) x^T(n)$$",
    ],
)
def test_what_names_another_time_is_left_open(note: str) -> None:
    assert "verified" not in {str(c.verdict) for c in verify_text(note).claims}
