"""A thousand mutants and more than five hundred random identities: neither side accepts a false one alone."""

from __future__ import annotations

from derive.program import Equation, Leaf, Plus, Power, Program, Transpose, number
from derive.tensors import prove

from .campaign import Tally, campaign, judged, subjects
from .floats import Truth

SEED = 1


def test_a_campaign() -> None:
    """No false one accepted by either side alone, true ones verified, every kind of edit met.

    One test, as the campaign would run once in every process that got a part of it.
    """
    found = campaign(SEED, 1000, 540, jobs=1)
    for tally in found.values():
        assert tally.count("false") >= 200
        assert tally.alone["engine"] == tally.alone["checker"] == 0, tally.wrong
        assert not tally.wrong
    edits = {edit for edit, truth in found["mutants"].edits if truth == "false"}
    assert {"derivative", "transpose", "operand", "argument", "sign", "two edits"} <= edits
    for tally in found.values():
        assert tally.count("true") >= 100
        assert tally.share >= 0.98, [c.name + ": " + c.reason for c in tally.missed]


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
