"""Claims whose truth is known, put to both sides until one of them errs.

``python -m tests.planted.battery`` prints how the first error shows, or nothing: ``other side``
(one side accepts what the other does not, so nothing false is verified), ``test`` (both agree on
what is not so), ``crash``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from derive.check import check
from derive.tensors import prove

from .questions import CHECKER_ALONE, ENGINE_ALONE, GROUPS, Question

PATIENT, SHORT = 100_000, 4_000
"""Steps of the engine for what is true, and for what is false."""


@dataclass(frozen=True)
class Error:
    """A question that was answered wrongly: ``square 3`` is the fourth of its group."""

    question: str
    how: str


def errors(question: str = "", order: Sequence[str] = tuple(GROUPS)) -> Iterator[Error]:
    """The questions that are answered wrongly: of one only, or of all groups in that order."""
    group, _, number = question.partition(" ")
    for name in [group] if group in GROUPS else order:
        first = int(number) if number else 0
        asked = islice(GROUPS[name](), first, first + 1 if number else None)
        for k, one in enumerate(asked, first):
            how = answered(one)
            if how:
                yield Error(f"{name} {k}", how)


def answered(question: Question) -> str:
    """How the answers of both sides differ from the truth; "" if they do not."""
    name, program, statement, truth = question
    try:
        engine = prove(program, statement, budget=PATIENT if truth else SHORT).proved
        checker = check(program, statement).accepted
    except Exception as error:
        return f"crash ({type(error).__name__}) at {name}"
    if name == ENGINE_ALONE:
        checker = truth
    elif name == CHECKER_ALONE:
        engine = truth
    if engine is truth and checker is truth:
        return ""
    how = "test" if engine is checker else "other side"
    return f"{how}: {name}: {truth}, engine {engine}, checker {checker}"


def first_error(question: str = "", first: Sequence[str] = ()) -> Error | None:
    """The first question that is answered wrongly, if there is one; some groups come first."""
    return next(errors(question, [*first, *(g for g in GROUPS if g not in first)]), None)


if __name__ == "__main__":
    found = first_error()
    print(found or "no error")
    sys.exit(found is not None)
