"""A document as one whole: its facts, the hypothesis chosen for it, its literal reading.

Derivatives may stand in numerator layout, where the gradient of a number by a column is a row.
That is taken where more lines hold so, and the note says it or no line speaks against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from derive.declare import Declarations
from derive.judge import Judge
from derive.meaning.evidence import gather
from derive.meaning.facts import Facts
from derive.meaning.hypotheses import Choice, Given, choose
from derive.meaning.interpretation import Interpretation
from derive.meaning.literal import Literal
from derive.meaning.literal.choice import Held, by_letters_alone, held, literal_instead
from derive.meaning.named_loss import for_named_losses
from derive.meaning.notation import derivatives_in
from derive.meaning.one_example import speaks_of_all
from derive.meaning.spelling import Respelled
from derive.meaning.spelling.numerator import SUPPOSED, in_numerator_layout, says_numerator
from derive.meaning.spelling.units import BY_UNITS
from derive.meaning.which_cost import names_one
from derive.reading.syntax import Document
from derive.verdict import Kind, Verdict

ENOUGH = 2
"""So many more lines have to hold where only they tell that derivatives are rows."""

OTHER_LAYOUT = "it does not hold in numerator layout, of which the note speaks: say which is meant"
LINES = 400
"""In longer notes only words tell that derivatives are rows."""


@dataclass(frozen=True, slots=True)
class Understood:
    """One reading of a whole document."""

    document: Document
    facts: Facts
    choice: Choice
    literal: Literal | None

    @property
    def interpretations(self) -> tuple[Interpretation, ...]:
        """What each line says."""
        return self.choice.interpretations


def understand(usual: Respelled, declared: Declarations, judge: Judge) -> Understood:
    """The reading of a document under which most of its lines hold."""
    plainly = _of_one_example(_read(usual, usual.document, declared, judge), declared, judge)
    said = says_numerator(usual.document)
    long = len(plainly.interpretations) > LINES
    if not said and (long or not _misfits(plainly.interpretations)):
        return plainly
    best, most = plainly, held(plainly.interpretations, judge)
    others: list[Understood] = []
    for weights in (False, True):
        document = in_numerator_layout(usual.document, weights)
        other = _read(usual, document, declared, judge)
        others.append(other)
        found = held(other.interpretations, judge)
        as_good = found.holds >= most.holds and found.wrong <= most.wrong
        told = said and as_good and best is plainly and document != usual.document
        if told or (_better(found, most) and (said or _unopposed(plainly, other, judge))):
            best, most = other, found
    if best is not plainly:
        best.facts.roles.assumptions.append(SUPPOSED)
        return best
    return _doubted(plainly, others, judge) if said else plainly


def _doubted(plainly: Understood, others: Sequence[Understood], judge: Judge) -> Understood:
    """Lines that hold in the usual layout alone, where the note speaks of numerator layout."""
    out = []
    for k, found in enumerate(plainly.interpretations):
        against = _holds(found, judge) and not any(
            _holds(one.interpretations[k], judge) for one in others
        )
        out.append(replace(found, doubt=found.doubt or OTHER_LAYOUT) if against else found)
    choice = replace(plainly.choice, interpretations=tuple(out))
    return replace(plainly, choice=choice)


def _read(usual: Respelled, document: Document, declared: Declarations, judge: Judge) -> Understood:
    facts = gather(document, declared, usual.output_open)
    facts.roles.assumptions.extend(usual.supposed)
    facts.roles.layers_by_units = any(said.startswith(BY_UNITS) for said in usual.supposed)
    given = Given(declared.layout, declared.cost)  # type: ignore[arg-type]
    choice = choose(facts, given, lambda _: judge.all_agree)
    if declared.cost is None:
        choice = for_named_losses(facts, choice, judge)
    literal = literal_instead(facts, choice, judge)
    if literal is not None:
        nothing = (None,) * len(facts.lines)
        choice = replace(
            choice, interpretations=literal.interpretations, rivals=(), agreements=nothing
        )
    else:
        choice = by_letters_alone(facts, choice, judge)
    return Understood(document, facts, choice, literal)


def _of_one_example(plainly: Understood, declared: Declarations, judge: Judge) -> Understood:
    """The note about the cost of one example, ``C_x``, whose letter alone means it later.

    Taken where more gradients hold so and none is lost; the lines about all stay as they are.
    """
    facts, choice = plainly.facts, plainly.choice
    names = {cost.name.base for cost in facts.costs if cost.batch}
    ones = [cost for cost in facts.costs if not cost.batch and names_one(facts.roles, cost.name)]
    if plainly.literal is not None or not ones or {cost.name.base for cost in ones} != names:
        return plainly
    alone = replace(facts, costs=ones, ledger=None, small=None, output_lines=None)
    other = choose(alone, Given(declared.layout, declared.cost), lambda _: judge.all_agree)  # type: ignore[arg-type]
    if other.interpreter.world.base != "single":
        return plainly
    merged, gained = [], 0
    for one, two in zip(choice.interpretations, other.interpretations, strict=True):
        first, second = _holds(one, judge), _holds(two, judge)
        if one.definition or speaks_of_all(facts, one.line) or one.kind == Kind.DEFINITION:
            merged.append(one)
        elif first and not second:
            return plainly
        else:
            gained += second and not first
            merged.append(two)
    if not gained:
        return plainly
    facts.roles.assumptions.append("the cost is that of one example, whose index is left out")
    nothing = (None,) * len(facts.lines)
    taken = replace(choice, interpretations=tuple(merged), rivals=(), agreements=nothing)
    return replace(plainly, choice=taken)


def _misfits(found: Sequence[Interpretation]) -> bool:
    """Several claims about gradients do not fit by their shapes."""
    wrong = [one for one in found if one.verdict == Verdict.REFUTED and one.kind == Kind.GRADIENT]
    return len(wrong) >= ENOUGH


def _better(one: Held, two: Held) -> bool:
    return one.holds > two.holds and one.wrong < two.wrong


def _unopposed(plainly: Understood, other: Understood, judge: Judge) -> bool:
    """Enough lines hold in the other layout alone, and none in the usual one alone.

    Gradients by weights alone tell no layout: each of them may be turned by mistake.
    """
    pairs = zip(plainly.interpretations, other.interpretations, strict=True)
    gained = lost = 0
    for one, two in pairs:
        first, second = (_holds(found, judge) for found in (one, two))
        gained += second and not first and not _by_weight(plainly.facts, one)
        lost += first and not second
    return gained >= ENOUGH and not lost


def _by_weight(facts: Facts, found: Interpretation) -> bool:
    return any(
        facts.roles.role_of(one.by) == "W"
        for node in (found.line.head, *found.line.nodes)
        for one in derivatives_in(node)
    )


def _holds(found: Interpretation, judge: Judge) -> bool:
    return found.verdict is None and judge.all_agree(found) is True


__all__ = ["Understood", "understand"]
