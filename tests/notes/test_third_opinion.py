"""What is verified or refuted by a counterexample in the shipped notes, difference quotients say too."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from derive.meaning.interpretation import Stated
from derive.program import Equation, Gradient, Times, number, walk
from derive.verdict import Verdict
from derive.verify import Note, Options, open_note
from tests.notes.expectations import NOTES
from tests.notes.third_opinion import ThirdOpinion

SAME = 1e-25
GRADIENTS = {
    "deep-sigmoid-network": 10,
    "digits-leaky-relu": 5,
    "digits-squared-error": 4,
    "three-layer-binary-classifier": 25,
    "two-layer-cross-entropy": 6,
}
"""At least so many equations about gradients are compared."""


def opened(name: str) -> Note:
    path = NOTES / f"{name}.md"
    return open_note(str(path), path.read_text(encoding="utf-8"), "md", Options())


def differs(equations: list[Stated]) -> bool:
    """The sides of one of them differ at some point (a ReLU may be 0 at the first)."""
    return any(
        isinstance(s.statement, Equation)
        and ThirdOpinion(s.setting.program, seed).gap(s.statement) > 1e-6
        for seed in range(1, 9)
        for s in equations
    )


@pytest.mark.parametrize("name", sorted(GRADIENTS))
def test_difference_quotients_agree(name: str) -> None:
    note = opened(name)
    opinions: dict[int, ThirdOpinion] = {}
    gradients = 0
    for k, found in enumerate(note.choice.interpretations):
        verdict = note.judgement(k).verdict
        if found.any_of or verdict not in (Verdict.VERIFIED, Verdict.REFUTED):
            continue
        equations = [s for s in found.statements if isinstance(s.statement, Equation)]
        gaps = []
        for stated in equations:
            setting, statement = stated.setting, stated.statement
            assert isinstance(statement, Equation)
            key = id(setting) * 1000 + len(setting.leaves) + len(setting.functions)
            if key not in opinions:
                opinions[key] = ThirdOpinion(setting.program)
            gaps.append(opinions[key].gap(statement))
            sides = (*walk(statement.left), *walk(statement.right))
            gradients += any(isinstance(n, Gradient) for n in sides)
        if equations and verdict == Verdict.VERIFIED:
            assert max(gaps) < SAME, (found.line.piece.line, found.line.relation.step)
        elif equations and len(equations) == len(found.statements):
            assert differs(equations), (found.line.piece.line, found.line.relation.step)
    assert gradients >= GRADIENTS[name]


def test_they_notice() -> None:
    """A gradient that is off by one part in a thousand is seen."""
    note = opened("digits-leaky-relu")
    for k, found in enumerate(note.choice.interpretations):
        for stated in found.statements:
            statement = stated.statement
            if note.judgement(k).verdict == Verdict.VERIFIED and isinstance(statement, Equation):
                off = replace(statement, right=Times(number(Fraction(1001, 1000)), statement.right))
                assert ThirdOpinion(stated.setting.program).gap(off) > SAME
                return
