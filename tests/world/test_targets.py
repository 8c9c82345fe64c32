"""Targets of a cross-entropy: smoothed labels, a temperature, and what has to add up to one."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

SMOOTH = r"""
$$q_k = (1-\epsilon) y_k + \frac{\epsilon}{K}$$
$$p_k = \frac{e^{z_k}}{\sum_{j=1}^K e^{z_j}}$$
$$L = -\sum_{k=1}^K q_k \log p_k$$
"""
WARM = SMOOTH.replace("z_k}", "z_k/T}").replace("z_j}", "z_j/T}")
GIVEN = SMOOTH[SMOOTH.index("$$p_k") :]
TRIPLET = r"""
$$L_r = -\log \sigma(s)$$
$$\frac{\partial L_r}{\partial s} = \sigma(s) - 1$$
$$L_g = \log(1 - \sigma(s))$$
"""


def verdict(note: str, line: str) -> str:
    """The verdict of a line behind a note."""
    return verify_text(f"{note}\n$${line}$$").claims[-1].verdict.value


@pytest.mark.parametrize(("note", "right", "true"), [
    (SMOOTH, r"p_k - q_k", True),
    (SMOOTH, r"p_k - (1-\epsilon) y_k - \frac{\epsilon}{K}", True),
    (WARM, r"\frac{1}{T}(p_k - q_k)", True),
    (WARM, r"\frac{p_k - q_k}{T}", True),
    (SMOOTH, r"p_k - y_k", False),
    (SMOOTH, r"q_k - p_k", False),
    (SMOOTH, r"p_k - (1-\epsilon) y_k - \epsilon", False),
    (SMOOTH, r"p_k - \epsilon y_k - \frac{\epsilon}{K}", False),
    (SMOOTH, r"\frac{1}{K}(p_k - q_k)", False),
    (WARM, r"p_k - q_k", False),
    (WARM, r"T(p_k - q_k)", False),
    (WARM, r"\frac{1}{T^2}(p_k - q_k)", False),
    (WARM, r"\frac{1}{T} p_k - q_k", False),
])  # fmt: skip
def test_smoothed_labels_and_a_temperature(note: str, right: str, true: bool) -> None:
    """Labels that are made of one-hot ones and numbers add up to one, too."""
    assert verdict(note, rf"\frac{{\partial L}}{{\partial z_k}} = {right}") == (
        "verified" if true else "refuted"
    )


def test_a_target_that_is_not_told_is_left_open() -> None:
    """Nothing says that q adds up to one: the line is neither proved nor refuted."""
    assert verdict(GIVEN, r"\frac{\partial L}{\partial z_k} = p_k - q_k") == "unproven"
    assert verdict(GIVEN, r"\frac{\partial L}{\partial z_k} = q_k - p_k") == "refuted"
    full = r"\frac{\partial L}{\partial z_k} = p_k \sum_{j=1}^K q_j - q_k"
    assert verdict(GIVEN, full) == "verified"


def test_formulas_of_other_targets_add_up_to_what_they_do() -> None:
    """A target of twice the labels does not add up to one."""
    note = SMOOTH.replace(r"(1-\epsilon) y_k + \frac{\epsilon}{K}", "2 y_k")
    assert verdict(note, r"\frac{\partial L}{\partial z_k} = p_k - q_k") == "refuted"
    assert verdict(note, r"\frac{\partial L}{\partial z_k} = 2 p_k - q_k") == "verified"


@pytest.mark.parametrize(("right", "true"), [
    (r"-\sigma(s)", True), (r"\sigma(s)", False), (r"\sigma(s) - 1", False), (r"1", False),
])  # fmt: skip
def test_several_losses_by_their_scripts(right: str, true: bool) -> None:
    """Each loss is the one whose script the line names."""
    found = verdict(TRIPLET, rf"\frac{{\partial L_g}}{{\partial s}} = {right}")
    assert found == ("verified" if true else "refuted")
