"""Mistakes planted in true lines are named, and the first repair gives the line back."""

from __future__ import annotations

import re

import pytest

from derive.diagnosis import diagnose
from derive.latex import to_latex
from derive.program import Equation, Program, Statement
from derive.tensors import prove

from .floats import Floats
from .mistakes import fault, mistakes
from .networks import Net, library

EVERY = 4
"""One planted mistake in so many is tried here; the rates below are those over all."""


class Judges:
    """Engine proofs and a float screen, shared by the mistakes of a network."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Program, Floats]] = {}

    def __call__(self, program: Program):  # type: ignore[no-untyped-def]
        _, floats = self.known.setdefault(id(program), (program, Floats(program)))

        def proved(statement: Statement) -> bool:
            return prove(program, statement).proved

        def agrees(statement: Statement) -> bool | None:
            return floats.agrees(statement) if isinstance(statement, Equation) else None

        return proved, agrees


def _words(latex: str) -> list[str]:
    """The parts of a formula up to the order of its factors."""
    return sorted(re.findall(r"[^\s()]+", latex.replace(r"\odot", "")))


def _planted(net: Net, start: int) -> list[tuple[bool, bool, str]]:
    judges = Judges()
    proved, agrees = judges(net.scene.program)
    oracle = Floats(net.scene.program, shapes=3, seed=7)
    rows = []
    for truth in net.truths:
        want = to_latex(truth.right, net.scene)
        for place, mistake in enumerate(mistakes(net, truth)):
            planted = fault(net, truth, mistake.tree)
            if (place + start) % EVERY or planted is None:
                continue
            if planted.statement is not None and oracle.agrees(planted.statement):
                continue
            found = diagnose(planted, proved, agrees, judges)
            first = found.repairs[0].latex if found.repairs else ""
            what = f"{net.label}: d{truth.target}, {mistake.label}: {found.code} {first}"
            rows.append((_words(first) == _words(want), found.code in mistake.codes, what))
    return rows


@pytest.fixture(scope="module")
def rows() -> list[tuple[bool, bool, str]]:
    return [row for place, net in enumerate(library()) for row in _planted(net, place)]


def test_enough_mistakes_are_planted(rows: list[tuple[bool, bool, str]]) -> None:
    assert len(rows) >= 300


def test_the_first_repair_gives_the_line_back(rows: list[tuple[bool, bool, str]]) -> None:
    wrong = [what for repaired, _, what in rows if not repaired]
    assert len(wrong) <= 0.05 * len(rows), "\n".join(wrong)


def test_the_mistake_is_named(rows: list[tuple[bool, bool, str]]) -> None:
    wrong = [what for _, named, what in rows if not named]
    assert len(wrong) <= 0.05 * len(rows), "\n".join(wrong)
