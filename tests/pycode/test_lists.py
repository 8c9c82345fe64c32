"""Lists of labels as indices; steps written as sums; a maximum of numbers in a product."""

from __future__ import annotations

import pytest

from derive.pycode import open_code
from derive.verdict import Verdict
from tests.pycode.attacks import function
from tests.pycode.corpus import is_verified
from tests.pycode.list_attacks import programs, right

STEP = """
import numpy as np

def train(W, X, Y, rate, epochs):
    for epoch in range(epochs):
        E = {error}
        loss = np.sum(E ** 2)
        W = W + rate * 2 * E @ X.T
    return W
"""


@pytest.mark.parametrize("source", right())
def test_a_list_of_labels_picks_what_the_labels_do(source: str) -> None:
    assert is_verified(open_code("x.py", source).findings)


@pytest.mark.parametrize("source", programs())
def test_other_lists_are_not_taken_for_the_labels(source: str) -> None:
    found = open_code("x.py", source, mends=False).findings
    assert Verdict.VERIFIED not in {f.verdict for f in found}


@pytest.mark.parametrize(
    ("error", "verdict"), [("Y - W @ X", Verdict.VERIFIED), ("W @ X - Y", Verdict.REFUTED)]
)
def test_a_step_may_add_to_what_it_moves(error: str, verdict: Verdict) -> None:
    found = open_code("x.py", STEP.format(error=error)).findings
    assert {f.verdict for f in found} == {verdict}


def test_a_maximum_of_numbers_that_scales_a_product_is_left_open() -> None:
    source = function("E = W @ X - Y\ndW = np.max([1, 2]) * E @ X.T")
    found = open_code("x.py", source, mends=False).findings
    assert {f.verdict for f in found} == {Verdict.UNPROVEN}
