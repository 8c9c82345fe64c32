"""The library's rules: proved by the engine, accepted by the checker, and not their variants."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import pytest

from derive.check import check
from derive.library.claims import library_claims
from derive.program import Times, negate, number
from derive.scalars import steps, table
from derive.tensors import prove

CLAIMS = {claim.name: claim for claim in library_claims()}


@pytest.mark.parametrize("name", CLAIMS)
def test_proved_and_accepted(name):
    claim = CLAIMS[name]
    outcome = prove(claim.program, claim.statement)
    assert outcome.proved, outcome.reason
    acceptance = check(claim.program, claim.statement)
    assert acceptance.accepted, acceptance.reason


@pytest.mark.parametrize("name", CLAIMS)
def test_false_variants(name):
    """A sign or a factor more is neither proved nor accepted."""
    claim = CLAIMS[name]
    right = claim.statement.right
    for wrong in (negate(right), Times(number(Fraction(2001, 2000)), right)):
        statement = replace(claim.statement, right=wrong)
        assert not prove(claim.program, statement).proved
        assert not check(claim.program, statement).accepted


def test_labels_that_do_not_sum_to_one():
    """Softmax with cross-entropy is A - Y only for labels that add up to 1."""
    claim = CLAIMS["softmax-cross-entropy"]
    leaves = {**claim.program.leaves}
    leaves["Y"] = replace(leaves["Y"], sums_to_one=None)
    program = replace(claim.program, leaves=leaves)
    assert not prove(program, claim.statement).proved
    assert not check(program, claim.statement).accepted


def test_every_row_is_a_claim():
    rows = (*table.ACTIVATIONS, *table.LOSSES)
    assert {name.replace("_", "-") for name in rows} <= set(CLAIMS)
    assert len(CLAIMS) == len(library_claims())


def test_what_is_proved_can_be_explained():
    for name, claim in CLAIMS.items():
        if claim.kind in ("activation", "loss", "output"):
            assert name in steps.ENTRIES


def test_no_sympy_needed():
    code = (
        "import sys; from derive.library.claims import library_claims; "
        "library_claims(); print('sympy' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"
