"""Sums over some of the layers, units or examples are not taken for sums over all of them."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

LAYERS = r"""
$$Z_1 = W_1 X + b_1, \quad A_1 = \tanh(Z_1)$$
$$Z_2 = W_2 A_1 + b_2, \quad A_2 = \tanh(Z_2)$$
$$Z_3 = W_3 A_2 + b_3, \quad A_3 = \sigma(Z_3)$$
$$J = -\frac1m \sum_i (y \log A_3 + (1-y)\log(1-A_3)) + \frac\lambda2 \sum{range} \|W_l\|^2$$
$$\frac{\partial J}{\partial W_3} = \frac1m (A_3 - Y) A_2^T{term}$$
"""
UNITS = r"""
$$z_j^{(1)} = \sum_{i=1}^{n_0} w_{ji}^{(1)} x_i + b_j^{(1)}$$
$$a_j^{(1)} = \sigma(z_j^{(1)})$$
$$z_k^{(2)} = \sum_{j=1}^{n_1} w_{kj}^{(2)} a_j^{(1)} + b_k^{(2)}$$
$$a_k^{(2)} = \sigma(z_k^{(2)})$$
$$E = \frac12 \sum{range} (a_k^{(2)} - y_k)^2$$
$$\frac{\partial E}{\partial z_k^{(2)}} = (a_k^{(2)} - y_k) a_k^{(2)} (1-a_k^{(2)})$$
"""
EXAMPLES = r"""
$$Z_1 = W_1 X + b_1, \quad A_1 = \tanh(Z_1)$$
$$Z_2 = W_2 A_1 + b_2, \quad A_2 = \sigma(Z_2)$$
$$J = -\frac1m \sum_{i=1}^m (y^{(i)} \log a_2^{(i)} + (1-y^{(i)})\log(1-a_2^{(i)}))$$
$$\frac{\partial J}{\partial b_2} = \frac1m \sum{range} (a_2^{(i)} - y^{(i)})$$
"""
CLASSES = r"""
$$z = W x + b$$
$$a_k = \frac{e^{z_k}}{\sum{range} e^{z_j}}$$
$$L = -\sum_k y_k \log a_k$$
$$\frac{\partial L}{\partial z} = a - y$$
"""


def last(note: str, **parts: str) -> str:
    """The verdict on the last line of a note with some parts put in."""
    for name, text in parts.items():
        note = note.replace("{" + name + "}", text)
    return verify_text(note).claims[-1].verdict.value


@pytest.mark.parametrize(("range", "third"), [
    ("_{l=1}^{3}", True), ("_{l=2}^{3}", True), ("_{l=3}^{3}", True), ("_{l=1}^{L}", True),
    ("_{l=1}^{2}", False), ("_{l=1}^1", False), ("_{l=2}^2", False),
])  # fmt: skip
def test_a_penalty_of_some_layers_is_one_of_these(range: str, third: bool) -> None:
    with_term, without = (last(LAYERS, range=range, term=t) for t in (r" + \lambda W_3", ""))
    assert [with_term, without] == (["verified", "refuted"] if third else ["refuted", "verified"])


@pytest.mark.parametrize("range", ["_{l=1}^{4}", "_{l=0}^{3}", "_{l=3}^{1}"])
def test_layers_that_the_note_does_not_have_leave_the_cost_open(range: str) -> None:
    assert last(LAYERS, range=range, term=r" + \lambda W_3") == "unproven"
    assert last(LAYERS, range=range, term="") == "unproven"


@pytest.mark.parametrize(("range", "whole"), [
    ("_{k=1}^{n_2}", True), ("_k", True), ("_{k=1}^{10}", True),
    ("_{k=1}^{1}", False), ("_{k=1}^{2 n_2}", False), ("_{k=1}^{k}", False),
    ("_{k=2}^{n_2}", False), ("_{k=1}^{n_2-1}", False),
])  # fmt: skip
def test_a_sum_over_units(range: str, whole: bool) -> None:
    assert (last(UNITS, range=range) == "verified") == whole


@pytest.mark.parametrize(("range", "whole"), [
    ("_{i=1}^m", True), ("_i", True),
    ("_{i=1}^{2}", False), ("_{i=1}^{10}", False), ("_{i=1}^{N}", False), ("_{i=2}^m", False),
])  # fmt: skip
def test_a_sum_over_examples(range: str, whole: bool) -> None:
    assert (last(EXAMPLES, range=range) == "verified") == whole


@pytest.mark.parametrize(("range", "whole"), [
    ("_{j=1}^K", True), ("_j", True), ("_{j=0}^{K-1}", True), ("_{j=1}^{10}", True),
    ("_{j=1}^{K-1}", False), ("_{j=2}^K", False), (r"_{j \le k}", False), ("_{j=1}^k", False),
    (r"_{j \ne k}", False), ("_{j=1}^{1}", False),
])  # fmt: skip
def test_a_softmax_adds_up_every_class(range: str, whole: bool) -> None:
    assert (last(CLASSES, range=range) == "verified") == whole
