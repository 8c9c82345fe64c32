"""Derivatives by a square, ``\\partial/\\partial \\sigma^2``, as those by a variance."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

DIVERGENCE = r"""
$$D_{KL} = -\frac{1}{2} \sum_{j=1}^d (1 + \log \sigma_j^2 - \mu_j^2 - \sigma_j^2)$$
$$\frac{\partial D_{KL}}{\partial \mu_j} = \mu_j$$
"""
LIKELIHOOD = r"""
$$\ell = -\frac{n}{2} \log(2\pi\sigma^2) - \frac{1}{2\sigma^2} \sum_{i=1}^n (x_i - \mu)^2$$
$$\frac{\partial \ell}{\partial \mu} = \frac{1}{\sigma^2} \sum_{i=1}^n (x_i - \mu)$$
"""
_D = r"\frac{\partial D_{KL}}{\partial \sigma_j^2} = "
_L = r"\frac{\partial \ell}{\partial \sigma^2} = "
_REST = r"\sum_{i=1}^n (x_i - \mu)^2"


def verdict(note: str, line: str) -> str:
    """The verdict of a line behind a note."""
    return verify_text(f"{note}\n$${line}$$").claims[-1].verdict.value


@pytest.mark.parametrize(("note", "line"), [
    (DIVERGENCE, _D + r"\frac{1}{2} (1 - \frac{1}{\sigma_j^2})"),
    (LIKELIHOOD, _L + r"-\frac{n}{2\sigma^2} + \frac{1}{2\sigma^4} " + _REST),
])  # fmt: skip
def test_true_lines(note: str, line: str) -> None:
    """The square is what is varied, not its root."""
    assert verdict(note, line) == "verified"


@pytest.mark.parametrize(("note", "line"), [
    (DIVERGENCE, _D + r"\sigma_j - \frac{1}{\sigma_j}"),
    (DIVERGENCE, _D + r"1 - \frac{1}{\sigma_j^2}"),
    (DIVERGENCE, _D + r"\frac{1}{2} (1 + \frac{1}{\sigma_j^2})"),
    (DIVERGENCE, r"\frac{\partial D_{KL}}{\partial \sigma_j} = \frac{1}{2} (1 - \frac{1}{\sigma_j^2})"),
    (LIKELIHOOD, _L + r"-\frac{n}{\sigma^2} + \frac{1}{2\sigma^4} " + _REST),
    (LIKELIHOOD, _L + r"-\frac{n}{2\sigma^2} + \frac{1}{\sigma^3} " + _REST),
    (LIKELIHOOD, _L + r"\frac{n}{2\sigma^2} + \frac{1}{2\sigma^4} " + _REST),
    (LIKELIHOOD, _L + r"-\frac{n}{\sigma} + \frac{1}{\sigma^3} " + _REST),
])  # fmt: skip
def test_wrong_lines(note: str, line: str) -> None:
    """The derivative by the root, a factor, a sign."""
    assert verdict(note, line) == "refuted"
