"""``|x|``, ``\\|w\\|_1`` and ``\\text{sign}(w)`` by the step function, entry by entry.

At 0 the sign has no value here: a claim that needs one lists it as a side condition.
"""

from __future__ import annotations

from typing import Final

from derive.program import ONE, Apply, Expr, Times, minus, number, total

SIGNS: Final = ("sign", "sgn", "signum")
"""The words for the sign of a number."""


def sign_of(value: Expr) -> Expr:
    """1 where a value is above 0, -1 where it is below."""
    return minus(Times(number(2), Apply("step", 0, value)), ONE)


def absolute(value: Expr) -> Expr:
    """The absolute values of the entries."""
    return Times(value, sign_of(value))


def sum_of_absolutes(value: Expr) -> Expr:
    """``\\|w\\|_1``."""
    return total(absolute(value))


__all__ = ["SIGNS", "absolute", "sign_of", "sum_of_absolutes"]
