"""A few mutations of true lines: the mistake is named, and the repair is the line or as good.

`python -m tests.adversary.repairs` asks of 1 000 and 300 what is asked of these.
"""

from __future__ import annotations

from .repairs import scores, shortfalls, words

SEED = 4


def test_repairs_and_codes() -> None:
    found = scores(SEED, 16, 8, jobs=1)
    assert found["first"].count >= 14
    assert found["second"].count >= 7
    assert shortfalls(found) == []


def test_formulas_are_compared_by_their_parts() -> None:
    assert words(r"a \odot (b - c)") == words(r"(b - c) \odot a")
    assert words("a b") != words("a b^T")
    assert words(r"\frac{\partial J}{\partial z_{2}} x") == sorted([r"\partial{J/z_{2}}", "x"])
