"""Losses that the text names line by line: "for classification (cross-entropy):".

In: the reading of a note that states no cost.  Out: the same, with a line that it makes false left
open where the words right above it name a loss and it holds for a usual loss with its output.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from derive.judge import Judge
from derive.meaning.definitions import announces
from derive.meaning.facts import Facts
from derive.meaning.hypotheses import UNSTATED, Choice
from derive.meaning.interpret import Interpreter

NAMED: Final = "the words above name a loss, and of another one than the rest is about it holds"


def for_named_losses(facts: Facts, choice: Choice, judge: Judge) -> Choice:
    """The reading with what else such lines may mean."""
    if choice.best.cost == "stated":
        return choice
    out = list(choice.interpretations)
    for k, held in enumerate(choice.agreements):
        found = out[k]
        if held is not False or not announces(facts.document.source, found.line.piece.span.start):
            continue
        for cost, output in UNSTATED:
            hypothesis = replace(choice.best, cost=cost, output=output)
            other = Interpreter(facts, hypothesis, choice.interpreter.plan).line(found.line)
            if other.statements and judge.all_agree(other) is True:
                out[k] = replace(found, others=(*found.others, (NAMED, other)))
                break
    return replace(choice, interpretations=tuple(out))


__all__ = ["for_named_losses"]
