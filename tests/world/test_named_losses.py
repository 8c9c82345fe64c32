"""A cost without a formula that the note calls by name is that loss, and no other is supposed."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

OUTPUTS = {
    "sigmoid": r"$$z = W x + b, \quad a = \sigma(z)$$",
    "softmax": r"$$z = W x + b, \quad a = \text{softmax}(z)$$",
    "identity": r"$$z = W x + b, \quad a = z$$",
}
LINES = (r"\frac{\partial J}{\partial z} = a - y", "dz = a - y")


def verified(note: str) -> set[str]:
    """The outputs with which the usual lines are verified below a cost or a sentence."""
    found = {
        (output, str(verify_text(f"{forward}\n\n{note}\n\n$${line}$$").claims[-1].verdict))
        for output, forward in OUTPUTS.items()
        for line in LINES
    }
    return {o for o in OUTPUTS if {verdict for one, verdict in found if one == o} == {"verified"}}


@pytest.mark.parametrize(("formula", "outputs"), [
    (r"\text{MSE}(y, a)", {"identity"}), (r"\text{MSE}", {"identity"}),
    (r"\text{CE}(y, a)", {"sigmoid", "softmax"}), (r"\text{BCE}(a, y)", {"sigmoid", "softmax"}),
    (r"\mathcal{L}(a, y)", {"sigmoid", "softmax", "identity"}),
    (r"\text{RMSE}(a, y)", set()), (r"\text{MAE}(a, y)", set()), (r"\text{MAE}", set()),
    (r"\text{Huber}(a, y)", set()), (r"\text{hinge loss}(a, y)", set()),
    (r"\text{FocalLoss}(a, y)", set()), (r"\mathrm{KL}(y \| a)", set()),
    (r"\frac1m \sum_i \text{MAE}(a_i, y_i)", set()), (r"\mathbb{E}[(a-y)^4]", set()),
    (r"\mathbb{E}[\log a]", set()), (r"\text{something}", set()),
    (r"-x_y + \log \sum_{j=1}^K e^{x_j}", set()),
])  # fmt: skip
def test_a_cost_by_its_name(formula: str, outputs: set[str]) -> None:
    assert verified(f"$$J = {formula}$$") == outputs


@pytest.mark.parametrize(("said", "outputs"), [
    ("We train the network by gradient descent.", {"sigmoid", "softmax", "identity"}),
    ("We minimise the mean squared error.", {"identity"}),
    ("The network is trained with the cross-entropy loss.", {"sigmoid", "softmax"}),
    ("We maximise the likelihood.", {"sigmoid", "softmax", "identity"}),
    ("The cost is not MSE but cross-entropy.", {"sigmoid", "softmax", "identity"}),
    ("We use the mean absolute error.", set()), ("The loss is the Huber loss.", set()),
    ("We use RMSE as the cost.", set()), ("The loss is the hinge loss.", set()),
    ("We minimise the root mean squared error.", set()),
    ("The loss function is the focal loss.", set()),
])  # fmt: skip
def test_a_cost_that_words_name(said: str, outputs: set[str]) -> None:
    assert verified(said) == outputs


def test_a_cost_with_a_formula_is_what_the_formula_says() -> None:
    cost = r"$$J = \frac12 \sum_k (a_k - y_k)^2$$"
    assert verified("We do not use the Huber loss." + cost) == {"identity"}
