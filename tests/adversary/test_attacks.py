"""Statements made to fool: neither engine nor checker accepts one of them alone."""

from __future__ import annotations

import pytest

from derive.check import check
from derive.check.domains import tower
from derive.check.fingerprint import of_program, of_statement
from derive.program import Equation
from derive.tensors import prove

from .attacks import EQUATIONS, N, chains, made_for_the_field
from .floats import Truth

BUDGET = 20_000
WITHOUT_TRUTH = (
    "numbers made for the field",
    "many ReLUs that are 0",
    "what has no value",
    "what holds at small sizes",
    "gradients under derivatives",
)
"""The float oracle overflows at the numbers, does not meet the ReLUs, has complex logarithms, is
asked at small sizes, and differentiates once."""


@pytest.mark.parametrize("kind", EQUATIONS)
def test_neither_side_accepts(kind: str) -> None:
    truths: dict[int, Truth] = {}
    for program, statement in EQUATIONS[kind]():
        if kind not in WITHOUT_TRUTH:
            truth = truths.setdefault(id(program), Truth(program))
            assert truth(statement) is not True, statement
        assert not prove(program, statement, budget=BUDGET).proved, statement
        assert not check(program, statement).accepted, statement


def test_no_chain_is_accepted() -> None:
    for program, statement in chains():
        assert not prove(program, statement).proved, statement
        assert not check(program, statement).accepted, statement


def test_the_prime_follows_from_the_claim() -> None:
    program = of_program(N.program)
    statements = [Equation(a.e, b.e) for a, b in made_for_the_field()]
    digests = [of_statement(program, s, (s.left, s.right)) for s in statements]
    assert len({tower(1, what) for what in digests}) == len(statements)
