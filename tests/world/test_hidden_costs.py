"""Costs that depend on more than the output, by a term, an argument or a word of the note."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

FORWARD = r"$$z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}$$ $$a^{(l)} = \sigma(z^{(l)})$$"
WEIGHTS = r"\frac{\partial C}{\partial W^{(l)}} = \frac{\partial C}{\partial z^{(l)}} (a^{(l-1)})^T"
BELOW = r"\frac{\partial C}{\partial a^{(l-1)}} = (W^{(l)})^T \frac{\partial C}{\partial z^{(l)}}"


def _said(note: str, line: str) -> str:
    return str(verify_text(f"{FORWARD}{note}\n\n$${line}$$\n").claims[-1].verdict)


@pytest.mark.parametrize(
    "cost",
    [
        r"C = \frac{1}{N} \sum_i (a_i^{(L)} - y_i)^2 + \Omega",
        r"C = \frac{1}{N} \sum_i (a_i^{(L)} - y_i)^2 + \lambda \mathcal{R}",
        r"C = \mathcal{L}(a^{(L)}, y; W)",
        r"C = L(y, a^{(L)}, W^{(L)})",
        r"C = L(a^{(L)}, y) + R",
        r"C = L(a^{(L)}, y) + \text{reg}",
        r"C = L(a^{(L)}, y) + \text{weight decay}",
        r"C = L(a^{(L)}, a^{(L-1)})",
        r"C = \sum_k L(a_k^{(L)}, y_k) + \lambda \Omega",
    ],
)
def test_a_cost_may_depend_on_the_weights_past_the_output(cost: str) -> None:
    assert _said(f"$${cost}$$", WEIGHTS) != "verified"


@pytest.mark.parametrize(
    "cost",
    [
        r"C = \frac{1}{N} \sum_i (a_i^{(L)} - y_i)^2",
        r"C = L(a^{(L)}, y)",
        r"C = L(y, a^{(L)})",
        r"C = \sum_k L(a_k^{(L)}, y_k)",
        r"C = \frac{1}{N} \sum_i (a_i^{(L)} - y_i)^2 + \text{const}",
    ],
)
def test_a_cost_of_the_output_is_one_of_the_output(cost: str) -> None:
    assert _said(f"$${cost}$$", WEIGHTS) == "verified"
    assert _said(f"$${cost}$$", WEIGHTS.replace("(a^{(l-1)})", "(a^{(l)})")) == "refuted"


def test_words_for_a_penalty_are_heard_where_the_loss_is_open() -> None:
    note = r"$$C = \sum_k L(a_k^{(L)}, y_k)$$" + "\n\nThe loss $C$ includes an L2 penalty."
    assert _said(note, WEIGHTS) != "verified"


def test_labels_that_the_network_computes_are_no_labels() -> None:
    note = r"$$C = \sum_k L(a_k^{(L)}, y_k)$$" + "\n\n" + r"$$y_k = a_k^{(1)}$$"
    assert _said(note, BELOW) != "verified"


def test_a_function_with_a_sum_in_its_formula_is_none_of_one_number() -> None:
    note = r"$$\sigma(z) = \frac{z}{\sum_k z_k}$$ $$C = \sum_k L(a_k^{(L)}, y_k)$$"
    line = r"\frac{\partial C}{\partial z^{(L)}} = \frac{\partial C}{\partial a^{(L)}} \odot \sigma'(z^{(L)})"
    assert _said(note, line) != "verified"


@pytest.mark.parametrize(
    "condition", [r"\quad \text{for } z > 0", r", \quad z > 0", r"\quad \text{if } z \geq 0"]
)
def test_a_condition_in_the_same_formula_limits_it(condition: str) -> None:
    note = rf"$$f(z) = \max(0, z)$$ $$f'(z) = 1 {condition}$$"
    assert verify_text(note).claims[-1].verdict == "unproven"
    assert verify_text(note.replace(condition, "")).claims[-1].verdict == "refuted"


def test_what_does_not_fit_a_guessed_layout_is_not_refuted() -> None:
    """The shapes of ``X w`` are those of rows, and nothing in the note says columns."""
    note = r"$$J(w) = \|X w - y\|^2$$ $$w = (X^T X)^{-1} X^T y$$"
    assert verify_text(note).claims[-1].verdict == "unproven"
