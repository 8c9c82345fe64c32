"""What all questions share: a name, a program, a statement and its truth."""

from __future__ import annotations

from fractions import Fraction

from derive import program as p
from derive.program import Program, Statement

Question = tuple[str, Program, Statement, bool]

ENGINE_ALONE = "sign that only the engine knows"
"""The field has no order: these are true, and the checker leaves them open."""
CHECKER_ALONE = "identity that only the checker knows"
SIZE = ("n", "m")

_P, _Q, _Z = (p.Symbol(name, SIZE) for name in "PQZ")
SIGNED = (p.Plus(_P, p.Power(_Z, Fraction(2))), p.minus(p.ONE, _Q), p.minus(_Q, p.ONE))
