"""A sum over a part of its range is not the sum over all of it."""

import pytest

from derive.verify import verify_text

BY_NEURON = r"""
$$z_j^{(l)} = \sum_k w_{jk}^{(l)} a_k^{(l-1)} + b_j^{(l)}$$
$$a_j^{(l)} = \sigma(z_j^{(l)})$$
$$C = \frac12 \sum_j (a_j^{(L)} - y_j)^2$$
$$\delta_j^{(l)} = \frac{\partial C}{\partial z_j^{(l)}}$$
$$\delta_j^{(l)} = \sum_LIMITS w_{kj}^{(l+1)} \delta_k^{(l+1)} \sigma'(z_j^{(l)})$$
"""
BATCH = r"""
$$Z = W X + b$$
$$A = \sigma(Z)$$
$$J = -\frac1m \sum_COST [y^{(i)} \log a^{(i)} + (1 - y^{(i)}) \log(1 - a^{(i)})]$$
$$db = \frac1m \sum_LIMITS (a^{(i)} - y^{(i)})$$
"""
FALSE = ("refuted", "unproven")
"""A false line is refuted where its sum has a value, else left open."""
PARTS = ["{k \\ne j}", "{k=2}^{n}", "{k=1}^{n-1}", "{k \\in S}", "{k < j}"]
WHOLE = ["k", "{k}", "{k=1}^n", "{k=1}^{n_{l+1}}", "{k=1}^{n^{(l+1)}}", "{k=1}^{s_{l+1}}"]


def verdict(text: str) -> str:
    return str(verify_text(text).claims[-1].verdict)


@pytest.mark.parametrize("limits", PARTS)
def test_part_is_not_the_whole(limits: str) -> None:
    assert verdict(BY_NEURON.replace("LIMITS", limits)) in FALSE
    over_examples = limits.replace("k", "i").replace("n", "m")
    if "\\" not in limits:
        text = BATCH.replace("COST", "{i=1}^m").replace("LIMITS", over_examples)
        assert verdict(text) in FALSE


@pytest.mark.parametrize("limits", WHOLE)
def test_whole_is_verified(limits: str) -> None:
    assert verdict(BY_NEURON.replace("LIMITS", limits)) == "verified"


@pytest.mark.parametrize("cost", ["{i=2}^m", "{i=1}^{m-1}", "{i \\ne 3}"])
def test_cost_of_some_examples_is_not_that_of_all(cost: str) -> None:
    text = BATCH.replace("LIMITS", "{i=1}^m").replace("COST", cost)
    assert verdict(text) != "verified"
