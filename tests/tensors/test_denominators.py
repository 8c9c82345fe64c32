"""Sums of quotients: denominators within denominators, and which term one is solved for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from derive.program import Equation
from derive.tensors import prove

from .build import E, Net, softmax

NET = Net()
X, Y = NET.leaf("x", "n", "m"), NET.leaf("y", "n", "m")
A, B, C = (NET.leaf(name) for name in "abc")
COLUMN, ROW = NET.leaf("zz", "n", 1), NET.leaf("r", 1, "m")
Q = NET.leaf("q", "n", 1)
S = softmax(NET.leaf("z", "n", "m"), 0)

TRUE: dict[str, Callable[[], tuple[E, E]]] = {
    "a quotient in a sum": lambda: ((1 / (1 + 1 / (1 + X))).sum(0), ((1 + X) / (2 + X)).sum(0)),
    "three deep": lambda: (
        (1 / (1 + 1 / (1 + 1 / (1 + X)))).sum(0),
        ((2 + X) / (3 + 2 * X)).sum(0),
    ),
    "a softmax": lambda: ((1 / (1 + S / (1 + S))).sum(0), ((1 + S) / (1 + 2 * S)).sum(0)),
    "a factor of two terms": lambda: (A / (A + 1 / (1 + B)), A * (1 + B) / (A * (1 + B) + 1)),
    "three terms": lambda: (
        A / (A * B + A + C) + A * B / (A * B + A + C),
        1 - C / (A * B + A + C),
    ),
    "a slope": lambda: (
        (1 / (X * (Y + X * A))).sum(0),
        ((1 / X - A / (Y + X * A)) / Y).sum(0),
    ),
    "two slopes": lambda: (
        (1 / (X * (Y * B + X * A))).sum(0),
        ((1 / X - A / (Y * B + X * A)) / Y / B).sum(0),
    ),
    "a column": lambda: ((COLUMN / (COLUMN + Y)).sum(1), (1 - Y / (COLUMN + Y)).sum(1)),
    "a column, summed": lambda: ((COLUMN / (COLUMN + Y)).sum(0), (1 - Y / (COLUMN + Y)).sum(0)),
    "a weighted sum": lambda: (
        ((X.T @ Q) / (1 + X.T @ Q)).sum(0),
        (1 - 1 / (1 + X.T @ Q)).sum(0),
    ),
    "a row": lambda: ((ROW / (ROW + Y)).sum(0), (1 - Y / (ROW + Y)).sum(0)),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_sums_of_quotients(name: str) -> None:
    left, right = TRUE[name]()
    assert prove(NET.program(None), Equation(left.e, right.e), budget=20_000).proved
    assert not prove(NET.program(None), Equation(left.e, (2 * right).e), budget=20_000).proved


def test_letters_of_one_denominator_are_not_those_of_another() -> None:
    """1 / (y^T x (1 + x^T y)) is no difference of reciprocals: entries ij and ji meet."""
    left = (1 / ((Y.T @ X) * (1 + X.T @ Y))).sum(0)
    right = (1 / (X.T @ Y) - 1 / (1 + X.T @ Y)).sum(0)
    outcome = prove(NET.program(None), Equation(left.e, right.e), budget=20_000)
    assert outcome.reason == "not zero"
