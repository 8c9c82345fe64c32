"""Words and lines that change what a letter means: the usual gradient is not proved below them."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

NETWORK = r"""
$$Z_1 = W_1 X + b_1, \quad A_1 = \tanh(Z_1)$$
$$Z_2 = W_2 A_1 + b_2, \quad A_2 = \sigma(Z_2)$$
$$J = -\frac1m \sum_i (y \log A_2 + (1-y)\log(1-A_2))$$
"""
SOFTMAX = r"""
$$p = \mathrm{softmax}(z)$$
$$L = -\sum_k y_k \log p_k$$
"""


def last(note: str) -> str:
    """The verdict on the last line of a note."""
    return verify_text(note).claims[-1].verdict.value


@pytest.mark.parametrize("labels", [
    "$$y = 2Y - 1$$", r"$$y = (1 - \epsilon) Y + \epsilon/2$$", "$$Y = 1 - y$$", "$$y = Y/2$$",
    r"$$y = \frac{Y + 1}{2}$$",
])  # fmt: skip
@pytest.mark.parametrize(
    "line", ["dZ_2 = A_2 - Y", r"\frac{\partial J}{\partial Z_2} = \frac1m (A_2 - Y)"]
)
def test_labels_that_are_computed_from_others(labels: str, line: str) -> None:
    assert last(NETWORK + f"$${line}$$") == "verified"
    assert last(labels + NETWORK + f"$${line}$$") != "verified"
    assert last(NETWORK + labels + f"$${line}$$") != "verified"


def test_those_labels_in_the_gradient_are_not_refuted() -> None:
    for right in ("A_2 - y", "A_2 - 2Y + 1"):
        assert last(NETWORK + f"$$y = 2Y - 1$$ $$dZ_2 = {right}$$") != "refuted"


@pytest.mark.parametrize("said", [
    r"where $\log$ is the logarithm to base 2.", r"where $\log$ is the base-10 logarithm.",
    "Here we use the binary logarithm.", "All logarithms are to the base $2$.",
    "The log is taken to base 2.", "with logarithms in base ten",
])  # fmt: skip
def test_a_logarithm_to_another_base(said: str) -> None:
    line = r"$$\frac{\partial J}{\partial Z_2} = \frac1m (A_2 - Y)$$"
    assert last(NETWORK + said + "\n\n" + line) == "unproven"
    assert last(said + SOFTMAX + r"$$\frac{\partial L}{\partial z} = p - y$$") == "unproven"


@pytest.mark.parametrize("said", [
    r"where $\log$ is the natural logarithm.", "where log is the logarithm to base $e$.",
    "This is our base model, trained in 2 logs.", "The base learning rate is logged every 10 steps.",
])  # fmt: skip
def test_the_natural_logarithm(said: str) -> None:
    line = r"$$\frac{\partial J}{\partial Z_2} = \frac1m (A_2 - Y)$$"
    assert last(NETWORK + said + "\n\n" + line) == "verified"


@pytest.mark.parametrize(("said", "one"), [
    ("", True), ("The labels are one-hot.", True), ("Multi-hot labels need another loss; $y$ is one-hot.", True),
    ("The labels are multi-hot.", False), ("where $y$ are unnormalised counts.", False),
    ("The targets are word counts.", False), ("The entries of $y$ need not sum to 1.", False),
])  # fmt: skip
def test_labels_that_add_up_to_more_than_one(said: str, one: bool) -> None:
    line = r"$$\frac{\partial L}{\partial z} = p - y$$"
    assert (last(said + "\n" + SOFTMAX + line) == "verified") == one


@pytest.mark.parametrize(("right", "expected"), [
    ("h (r-x)^T + W(r-x)x^T", "verified"), ("h (r-x)^T", "refuted"), ("(r-x) x^T", "refuted"),
])  # fmt: skip
def test_a_cost_of_what_is_made_of_a_layer_is_the_cost(right: str, expected: str) -> None:
    note = r"$$h = W x$$ $$r = W^T h$$ $$L = \frac12\|r-x\|^2$$"
    line = rf"$$\frac{{\partial L}}{{\partial W}} = {right}$$"
    assert last(note + line) == expected
