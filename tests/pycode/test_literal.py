"""Arrays that a source writes down: a true gradient is not refuted, a false one not verified."""

from __future__ import annotations

import pytest

from derive.pycode import open_code
from derive.verdict import Verdict
from tests.pycode.attacks import R, function

TRUE = (
    "np.eye(2).sum() / 2",
    "np.eye(6).sum() / 3 / 2",
    "np.sum(np.ones(3)) / 3",
    "np.sum(np.ones((2, 3))) / 6",
    "np.array([1.0, 2.0]).sum() / 3",
    "np.array([0.5, 0.5, 1.0, 1.0]).sum() / 3",
    "np.mean([1.0, 3.0]) / 2",
    "np.dot([1.0, 0.0], [1.0, 5.0])",
    "np.ones((2, 2)).mean()",
)
FALSE = (
    "np.eye(2).sum()",
    "np.eye(3).sum() / 2",
    "np.sum(np.ones(4)) / 3",
    "np.sum(np.ones((2, 3))) / 5",
    "np.array([1.0, 2.0]).sum() / 2",
    "np.array([0.5, 0.5, 1.0, 1.0]).mean()",
    "np.mean([1.0, 3.0])",
    "np.dot([1.0, 0.0], [5.0, 1.0])",
    "np.ones((2, 2)).sum()",
)


def _verdicts(factor: str) -> set[Verdict]:
    source = function(f"dW = {R} * {factor}")
    return {f.verdict for f in open_code("x.py", source, mends=False).findings}


@pytest.mark.parametrize("factor", TRUE)
def test_a_factor_that_is_one_is_not_refuted(factor: str) -> None:
    assert Verdict.REFUTED not in _verdicts(factor)


@pytest.mark.parametrize("factor", FALSE)
def test_a_factor_that_is_not_one_is_not_verified(factor: str) -> None:
    assert Verdict.VERIFIED not in _verdicts(factor)


def test_numbers_alone_are_refuted() -> None:
    assert _verdicts("3") == {Verdict.REFUTED}
