"""What a note leaves open is chosen once, jointly: the hypothesis under which most holds.

Candidates combine layout, cost, output activation, reduction and normalisation as far as
nothing stated decides them.  Each is scored by the claims that agree at random points of
two prime fields; that choice is a hypothesis, never a proof.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Literal

from derive.meaning.building import of_family
from derive.meaning.facts import Facts
from derive.meaning.interpret import Interpreter
from derive.meaning.interpretation import Interpretation
from derive.meaning.objective import has_count, open_cost, stated_cost
from derive.meaning.outline import outline
from derive.meaning.rivals import settled
from derive.meaning.setting import Hypothesis
from derive.verdict import Kind, Verdict

Agreement = Callable[[Interpretation], bool | None]
COSTS_BY_OUTPUT: dict[str, tuple[str, ...]] = {
    "softmax": ("cross_entropy", "squared_error", "half_squared_error"),
    "sigmoid": ("binary_cross_entropy", "squared_error", "half_squared_error"),
}
PLAIN_COSTS = ("half_squared_error", "squared_error")
UNSTATED: tuple[tuple[str, str | None], ...] = (
    ("cross_entropy", "softmax"),
    ("binary_cross_entropy", "sigmoid"),
    ("half_squared_error", "identity"),
    ("squared_error", "identity"),
    ("half_squared_error", None),
    ("squared_error", None),
)


@dataclass(frozen=True, slots=True)
class Given:
    """What the user has declared: it is not chosen."""

    layout: Literal["columns", "rows"] | None = None
    cost: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The hypothesis that was chosen and those that hold as much.

    score: claims that agree.  margin: how many more than under the best other cost.
    """

    best: Hypothesis
    interpreter: Interpreter
    interpretations: tuple[Interpretation, ...]
    rivals: tuple[tuple[Hypothesis, tuple[bool | None, ...]], ...]
    agreements: tuple[bool | None, ...]
    score: int
    margin: int


def candidates(facts: Facts, given: Given) -> list[Hypothesis]:
    """All hypotheses, the usual ones first: ties prefer what comes first."""
    roles = facts.roles
    fixed = given.layout or roles.layout
    layouts: list[Literal["columns", "rows"]] = [fixed] if fixed else ["columns", "rows"]
    output = facts.activation(roles.depth)
    known = output.known or facts.output_word
    stated = stated_cost(facts)
    reductions: list[Literal["mean", "sum"]] = ["mean", "sum"]
    pairs: list[tuple[str, str | None]]
    if given.cost is not None:
        pairs = [(given.cost, None)]
    elif stated is not None:
        pairs = [("stated", None)]
        if facts.output_open and not _takes_log(facts):
            pairs = [("stated", "identity"), ("stated", "sigmoid"), ("stated", None)]
        elif known is None and not output.symbols and _takes_log(facts):
            pairs = [("stated", "softmax"), ("stated", "sigmoid"), ("stated", None)]
        elif known is None and of_family(facts, output) and _takes_log(facts):
            pairs = [("stated", None), ("stated", "sigmoid"), ("stated", "softmax")]
        if stated.batch:
            reductions = ["mean"] if has_count(facts, stated.formula) else ["sum"]
    elif known is not None or output.symbols:
        pairs = [(cost, None) for cost in COSTS_BY_OUTPUT.get(known or "", PLAIN_COSTS)]
    else:
        pairs = list(UNSTATED)
    if facts.unsettled:  # a function that the note names is no other one, nor left out
        pairs = [(cost, out) for cost, out in pairs if out is None]
    left_open = open_cost(facts)
    if stated is None and left_open is not None and left_open.batch:
        reductions = ["mean"] if has_count(facts, left_open.formula) else ["sum"]
    return [
        Hypothesis(layout, cost, out, reduction, carries)
        for (cost, out), layout, reduction, carries in product(
            pairs, layouts, reductions, (True, False)
        )
        if reduction == "mean" or not carries  # nobody means m times the derivative of a sum
    ]


def _takes_log(facts: Facts) -> bool:
    from derive.meaning.notation import names_in

    stated = stated_cost(facts)
    return stated is not None and any(n.base in ("log", "ln") for n in names_in(stated.formula))


def choose(
    facts: Facts, given: Given, make_agreement: Callable[[Interpreter], Agreement]
) -> Choice:
    """Scores every candidate and takes the first of the best."""
    plan = outline(facts)
    options = candidates(facts, given)
    telling = [k for k, i in enumerate(Interpreter(facts, options[0], plan).all()) if may_count(i)]
    if not telling:
        options = options[:1]
    scored = []
    for hypothesis in options:
        interpreter = Interpreter(facts, hypothesis, plan)
        agrees = make_agreement(interpreter)
        marks: list[bool | None] = [None] * len(facts.lines)
        for k in telling:
            found = settled(interpreter.line(facts.lines[k]), agrees)
            if counts(found):
                marks[k] = agrees(found)
            elif found.verdict == Verdict.REFUTED and found.kind != Kind.SHAPE:
                marks[k] = False  # does not fit in this layout
        score = sum(m is True for m in marks)
        scored.append((score, hypothesis, interpreter, tuple(marks)))
    top = max(score for score, *_ in scored)
    score, best, interpreter, agreements = next(s for s in scored if s[0] == top)
    rivals = tuple((h, m) for s, h, _, m in scored if s == top and h != best)
    others = [
        s for s, h, *_ in scored
        if (h.cost, h.output) != (best.cost, best.output)
    ]  # fmt: skip
    margin = top - max(others) if others else top
    agrees = make_agreement(interpreter)
    found_all = tuple(settled(found, agrees) for found in interpreter.all())
    return Choice(best, interpreter, found_all, rivals, agreements, score, margin)


def may_count(found: Interpretation) -> bool:
    """Could the line count under some hypothesis?  Its kind does not depend on it."""
    return found.verdict != Verdict.UNREADABLE and (
        found.kind in (Kind.GRADIENT, Kind.UPDATE, Kind.CHAIN_RULE) or found.definition
    )


def counts(found: Interpretation) -> bool:
    """Only claims about gradients tell hypotheses apart."""
    if found.kind in (Kind.SHAPE,) or found.verdict is not None:
        return False
    return found.kind in (Kind.GRADIENT, Kind.UPDATE, Kind.CHAIN_RULE) or found.definition


__all__ = ["Choice", "Given", "Verdict", "candidates", "choose", "counts"]
