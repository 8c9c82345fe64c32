"""A thousand mutants and five hundred random identities: neither side accepts a false one alone."""

from __future__ import annotations

import pytest

from derive.program import Equation, Leaf, Plus, Power, Program, Transpose, number
from derive.tensors import prove

from .campaign import Tally, campaign, judged, subjects
from .floats import Truth

SEED = 1


@pytest.fixture(scope="module")
def found() -> dict[str, Tally]:
    return campaign(SEED, 1000, 500, jobs=1)


@pytest.mark.parametrize("kind", ["mutants", "identities"])
def test_neither_side_accepts_a_false_one(found: dict[str, Tally], kind: str) -> None:
    assert found[kind].count("false") >= 200
    assert found[kind].alone["engine"] == found[kind].alone["checker"] == 0, found[kind].wrong
    assert not found[kind].wrong


@pytest.mark.parametrize("kind", ["mutants", "identities"])
def test_true_ones_are_verified(found: dict[str, Tally], kind: str) -> None:
    assert found[kind].count("true") >= 100
    assert found[kind].share >= 0.98, [c.name + ": " + c.reason for c in found[kind].missed]


def test_every_kind_of_edit_makes_false_claims(found: dict[str, Tally]) -> None:
    edits = {edit for edit, truth in found["mutants"].edits if truth == "false"}
    assert {"derivative", "transpose", "operand", "argument", "sign", "two edits"} <= edits


def test_what_is_mutated_is_true() -> None:
    for subject in subjects(SEED)[::9]:
        truth = Truth(subject.program)
        for claim in subject.claims:
            assert truth(claim) is True, (subject.name, claim)
            assert prove(subject.program, claim).proved, (subject.name, claim)


def test_a_wrong_verdict_is_counted() -> None:
    program = Program({"A": Leaf(("n", "n"))}, {})
    a = program.symbol("A")
    truth = Truth(program)
    tally = Tally()
    for right in (a, Transpose(a), Plus(a, number(0)), Power(a, number(2).value)):
        tally.add(judged("", "", program, Equation(a, right), truth))
    assert tally.count("true") == tally.verdicts["true", "verified"] == 2
    assert tally.count("false") == 2
    assert not tally.wrong
