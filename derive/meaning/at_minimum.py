"""``X^T X w = X^T y``: an equation that holds where the gradient of the cost is zero.

In: a line without a derivative that fails.  Out: what it would say if it is such an equation:
that the difference of its sides is a multiple of a gradient.  A line of which that holds is left
open, whether or not words tell that something is set to zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.setting import COST, reached
from derive.program import (
    SCALAR,
    Equation,
    Expr,
    Gradient,
    Partial,
    Times,
    minus,
    number,
    total,
    walk,
)
from derive.verdict import Kind

FACTORS: Final = tuple(Fraction(n) * s for n in (1, 2, Fraction(1, 2)) for s in (1, -1))
"""By so much the difference of two numbers may differ from a gradient."""
LETTERS: Final = 6
"""A cost is differentiated by at most so many quantities here."""


def as_minimum(found: Interpretation) -> Iterator[Stated]:
    """The line as the condition of a minimum, by each quantity that the cost depends on."""
    if found.kind != Kind.ALGEBRA or len(found.statements) != 1:
        return
    setting, said = found.statements[0].setting, found.statements[0].statement
    if not isinstance(said, Equation) or said.free or said.left.shape != said.right.shape:
        return
    if COST not in setting.definitions:
        return
    if any(isinstance(n, Gradient | Partial) for s in (said.left, said.right) for n in walk(s)):
        return
    gap = minus(said.left, said.right)
    names = sorted(reached(setting.definitions, COST) & set(setting.leaves))
    fitting = [name for name in names if setting.leaves[name].dims == gap.shape]
    for name in fitting[:LETTERS]:
        for claim in _multiples(gap, Gradient(name, gap.shape)):
            yield Stated(setting, claim)


def _multiples(gap: Expr, slopes: Expr) -> Iterator[Equation]:
    """That an array is a multiple of a gradient: as much of its sum lies in each entry."""
    if slopes.shape == SCALAR:
        yield from (Equation(gap, Times(number(f), slopes)) for f in FACTORS)
    else:
        yield Equation(Times(total(slopes), gap), Times(total(gap), slopes))
