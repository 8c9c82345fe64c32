"""A few mutants and random identities: neither side accepts a false one alone.

`.ci/run` asks of a thousand and more what `test_a_campaign` asks of these.
"""

from __future__ import annotations

from derive.program import Equation, Leaf, Plus, Power, Program, Transpose, number
from derive.tensors import prove

from .campaign import Tally, campaign, judged, shortfalls, subjects
from .floats import Truth

SEED = 2


def test_a_campaign() -> None:
    """No false one accepted by either side alone, true ones verified, every kind of edit met.

    One test, as the campaign would run once in every process that got a part of it.
    """
    assert shortfalls(campaign(SEED, 160, 60, jobs=1), false=20, true=8) == []


def test_what_is_mutated_is_true() -> None:
    for subject in subjects(SEED)[::18]:
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
