"""Capitals side by side as one word: ``KL(q \\| p)``, and what they are not."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

DISCRETE = r"""
$$KL(q \| p) = \sum_i q_i \log \frac{q_i}{p_i}$$
$$\frac{\partial KL}{\partial p_i} = -\frac{q_i}{p_i}$$
"""
GAUSSIAN = r"""
$$KL = \log \frac{\sigma_2}{\sigma_1} + \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2 \sigma_2^2} - \frac{1}{2}$$
$$\frac{\partial KL}{\partial \mu_1} = \frac{\mu_1 - \mu_2}{\sigma_2^2}$$
"""
FITTED = r"""
$$\hat\sigma^2 = \frac{1}{n} \sum_{i=1}^n (x_i - \mu)^2$$
$$\ell = -n \log \sigma - \frac{1}{2\sigma^2} \sum_{i=1}^n (x_i - \mu)^2$$
"""


def verdict(note: str, line: str) -> str:
    """The verdict of a line behind a note."""
    return verify_text(f"{note}\n$${line}$$").claims[-1].verdict.value


@pytest.mark.parametrize(("note", "line"), [
    (DISCRETE, r"\frac{\partial KL(q \| p)}{\partial q_i} = \log \frac{q_i}{p_i} + 1"),
    (GAUSSIAN, r"\frac{\partial KL}{\partial \mu_2} = -\frac{\mu_1 - \mu_2}{\sigma_2^2}"),
    (GAUSSIAN, r"\frac{\partial KL}{\partial \sigma_1} = \frac{\sigma_1}{\sigma_2^2} - \frac{1}{\sigma_1}"),
    (FITTED, r"\frac{\partial \ell}{\partial \mu} = \frac{1}{\sigma^2} \sum_{i=1}^n (x_i - \mu)"),
])  # fmt: skip
def test_true_lines(note: str, line: str) -> None:
    """A divergence is one number, and a hat makes another letter."""
    assert verdict(note, line) == "verified"


@pytest.mark.parametrize(("note", "line"), [
    (DISCRETE, r"\frac{\partial KL(q \| p)}{\partial q_i} = \log \frac{q_i}{p_i}"),
    (DISCRETE, r"\frac{\partial KL}{\partial p_i} = \frac{q_i}{p_i}"),
    (DISCRETE, r"\frac{\partial KL}{\partial p_i} = -\frac{p_i}{q_i}"),
    (GAUSSIAN, r"\frac{\partial KL}{\partial \mu_2} = \frac{\mu_1 - \mu_2}{\sigma_2^2}"),
    (GAUSSIAN, r"\frac{\partial KL}{\partial \mu_2} = -\frac{\mu_1 - \mu_2}{\sigma_1^2}"),
    (GAUSSIAN, r"\frac{\partial KL}{\partial \sigma_1} = \frac{\sigma_1}{\sigma_2^2} + \frac{1}{\sigma_1}"),
    (FITTED, r"\frac{\partial \ell}{\partial \mu} = \frac{1}{\sigma} \sum_{i=1}^n (x_i - \mu)"),
    (FITTED, r"\frac{\partial \ell}{\partial \mu} = -\frac{1}{\sigma^2} \sum_{i=1}^n (x_i - \mu)"),
])  # fmt: skip
def test_wrong_lines(note: str, line: str) -> None:
    """A sign, a power, a term is wrong."""
    assert verdict(note, line) == "refuted"


def test_capitals_that_stand_apart_are_a_product() -> None:
    """``AB`` where A and B are matrices by themselves."""
    note = r"$$f = \text{tr}(AB)$$ $$\frac{\partial f}{\partial A} = B^T$$"
    assert verdict(note, r"AB = BA") != "verified"
    assert verdict(note, r"\frac{\partial f}{\partial B} = A^T") == "verified"
    assert verdict(note, r"\frac{\partial f}{\partial B} = A") == "refuted"
