"""When the literal reading takes the place of the usual one.

The usual reading knows more (layers, batches, conventions) and is kept wherever it
understands a note.  Where it leaves lines open or finds a contradiction between lines that
speak of different names, the literal readings are tried; they are taken if more holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from derive.judge import Judge
from derive.meaning.any_loss import NOT_UNDERSTOOD
from derive.meaning.conditions import compares_sizes, condition_behind
from derive.meaning.facts import Facts, subtree
from derive.meaning.hypotheses import Choice
from derive.meaning.interpretation import Interpretation
from derive.meaning.literal.identity import identities
from derive.meaning.literal.outline import outlined
from derive.meaning.literal.reading import Literal, read_literally
from derive.meaning.notation import derivatives_in, is_transpose, plain_name
from derive.reading.syntax import Applied, Name, Norm, Transposed
from derive.reading.tree import plain
from derive.verdict import Kind, Verdict

GUESSED = "only the letters of the note tell of a network here, and by that the line fails"
SHAPES = "two ways to give the letters of the note shapes fit, and they disagree here"


@dataclass(frozen=True, slots=True)
class Held:
    """How a reading does: lines that hold, that are left open, forward lines that do not fit."""

    holds: int
    open: int
    wrong: int
    misfits: int


def literal_instead(facts: Facts, choice: Choice, judge: Judge) -> Literal | None:
    """The literal reading with what its rivals leave undecided, if it is to be taken."""
    usual = held(choice.interpretations, judge)
    by_letters = not facts.affine and usual.wrong > 0
    picked = bool(identities(facts).chosen)
    if not (usual.open or usual.misfits or by_letters or picked):
        return None
    readings = read_literally(facts)
    if not readings:
        return None
    formal = [
        k for k, found in enumerate(choice.interpretations)
        if (choice.interpreter.readings[found.line.chain] == "formal"
            and found.verdict != Verdict.UNPROVEN) or (found.figures and not found.definition)
        if not (picked and _of_the_network(facts, found))
    ]  # fmt: skip
    merged = tuple(
        replace(one, interpretations=_with_formal(one, choice.interpretations, formal))
        for one in readings
    )
    best = max(merged, key=lambda one: held(one.interpretations, judge).holds)
    mine = held(best.interpretations, judge)
    same = _alike(best.interpretations, choice.interpretations, judge)
    better = _better(mine, usual, same) or (same and _proves_more(best, choice, judge))
    if by_letters and not better:
        better = mine.open <= usual.open and _mended(best, choice, judge)
    if by_letters and choice.best.cost != "stated":
        better = better or _only_gains(best, choice, judge)
    better = better or (picked and mine.holds > usual.holds and mine.open <= usual.open)
    better = better or (mine.misfits < usual.misfits and _computes_more(facts, choice))
    if mine.misfits > usual.misfits or not better:
        return None
    rivals = [one for one in merged if one is not best and not _turned(one, best, judge)]
    return replace(best, interpretations=agreed(best, rivals, judge))


def _of_the_network(facts: Facts, found: Interpretation) -> bool:
    """A line is left open for what a network's cost is, or beside ``k \\ne c``: read it anew."""
    unlike = found.figures == condition_behind(facts, found.line) != ""
    return found.figures == NOT_UNDERSTOOD or (unlike and not compares_sizes(found.line))


def _turned(rival: Literal, best: Literal, judge: Judge) -> bool:
    """Vectors as rows, where some line holds of columns alone and none holds of rows alone."""
    if rival.scope.column or not best.scope.column:
        return False
    if rival.scope.softmax_axis != best.scope.softmax_axis:
        return False
    pairs = zip(best.interpretations, rival.interpretations, strict=True)
    marks = [(mark(a, judge) is True, mark(b, judge) is True) for a, b in pairs]
    return any(a and not b for a, b in marks) and not any(b and not a for a, b in marks)


def _computes_more(facts: Facts, usual: Choice) -> bool:
    """Does a line that does not fit compute what has no place in the usual network?

    ``Y = A + X`` tells that A and X are of one size, which no chain of layers would.
    """
    heads = (
        plain_name(found.line.left)
        for found in usual.interpretations
        if found.definition and found.verdict == Verdict.REFUTED
    )
    return any(name is not None and facts.roles.role_of(name) is None for name in heads)


def by_letters_alone(facts: Facts, choice: Choice, judge: Judge) -> Choice:
    """A network that only letters tell of, with a cost that no line states: it refutes little.

    Shapes that do not fit in it, and identities without a derivative that fail in it, are left
    open, unless the line fails by what it says itself, too.
    """
    if facts.affine or choice.best.cost == "stated":
        return choice
    found = choice.interpretations
    formal, totals = choice.interpreter.readings, _totals(facts)
    wrong = {
        k for k, one in enumerate(found)
        if formal[one.line.chain] != "formal" and (_shapes_or_values(one) or _of(one, totals))
        and mark(one, judge) is False
    }  # fmt: skip
    if not wrong or outlined(facts) is None:
        return choice
    readings = read_literally(facts)
    fails = {
        k for k in wrong
        if readings and all(mark(one.interpretations[k], judge) is False for one in readings)
    }  # fmt: skip
    kept = tuple(_opened(one) if k in wrong - fails else one for k, one in enumerate(found))
    return replace(choice, interpretations=kept)


def _shapes_or_values(found: Interpretation) -> bool:
    """A line that does not fit, or that equates values and no derivatives."""
    nodes = (found.line.head, *found.line.nodes)
    derived = any(True for node in nodes for _ in derivatives_in(node))
    return found.verdict == Verdict.REFUTED or (found.kind == Kind.ALGEBRA and not derived)


def _totals(facts: Facts) -> frozenset[str]:
    """The f of ``f(A) = \\text{tr}(A^T A)``: it is no function of each entry."""
    heads = ((plain(line.left), line.right) for line in facts.lines if line.first)
    return frozenset(
        head.head.base
        for head, formula in heads
        if isinstance(head, Applied) and any(
            isinstance(p, Transposed | Norm)
            or (isinstance(p, Name) and any(is_transpose(s) for s in p.scripts))
            for p in subtree(formula)
        )
    )  # fmt: skip


def _of(found: Interpretation, heads: frozenset[str]) -> bool:
    """The line differentiates one of some functions."""
    nodes = (found.line.head, *found.line.nodes)
    of = [plain(d.of) for node in nodes for d in derivatives_in(node) if d.of is not None]
    return any(isinstance(one, Applied) and one.head.base in heads for one in of)


def _opened(found: Interpretation) -> Interpretation:
    """A line that is not refuted by what letters alone tell."""
    if found.verdict == Verdict.REFUTED:
        return replace(found, verdict=Verdict.UNPROVEN, reason=GUESSED, ill=None)
    return replace(found, elsewhere=found.elsewhere or GUESSED)


def _better(mine: Held, usual: Held, same: bool) -> bool:
    """More holds; or as much, nothing is decided otherwise, and less is left open."""
    if usual.misfits > mine.misfits and mine.open <= usual.open:
        return True
    fewer = mine.open < usual.open
    return fewer and (mine.holds > usual.holds or (same and mine.holds == usual.holds))


def _proves_more(mine: Literal, usual: Choice, judge: Judge) -> bool:
    """More claims hold, none fails, as much is left open; what failed is a claim still."""
    pairs = list(zip(mine.interpretations, usual.interpretations, strict=True))
    marks = [(mark(a, judge), mark(b, judge)) for a, b in pairs]
    taken_back = any(
        seen is False and a.verdict == Verdict.DEFINITION
        for (a, _), (_, seen) in zip(pairs, marks, strict=True)
    )
    opened = [sum(one[k].verdict == Verdict.UNPROVEN for one in pairs) for k in (0, 1)]
    holding = [sum(one[k] is True for one in marks) for k in (0, 1)]
    fails = any(one is False for one, _ in marks)
    return not (taken_back or fails) and opened[0] <= opened[1] and holding[0] > holding[1]


def _only_gains(mine: Literal, usual: Choice, judge: Judge) -> bool:
    """More claims hold, each that holds in a supposed network among them; no other one fails."""
    pairs = zip(mine.interpretations, usual.interpretations, strict=True)
    marks = [(mark(a, judge), mark(b, judge)) for a, b in pairs]
    kept = all(a is True for a, b in marks if b is True)
    return kept and all(b is False for a, b in marks if a is False) and any(
        a is True and b is not True for a, b in marks
    )  # fmt: skip


def _mended(mine: Literal, usual: Choice, judge: Judge) -> bool:
    """All claims hold that a network supposed by letters alone makes wrong; none fails."""
    pairs = zip(mine.interpretations, usual.interpretations, strict=True)
    marks = [(mark(a, judge), mark(b, judge)) for a, b in pairs]
    wrong = [a for a, b in marks if b is False]
    return all(a is True for a in wrong) and not any(a is False for a, _ in marks)


def _alike(mine: Sequence[Interpretation], usual: Sequence[Interpretation], judge: Judge) -> bool:
    """Where both readings decide a line, they decide it alike."""
    marks = [(mark(a, judge), mark(b, judge)) for a, b in zip(mine, usual, strict=True)]
    return all(a == b for a, b in marks if a is not None and b is not None)


def held(found: Sequence[Interpretation], judge: Judge) -> Held:
    """Counts the lines of a reading, by what the screen says of them."""
    holds = left_open = wrong = misfits = 0
    for one in found:
        if one.verdict in (Verdict.UNPROVEN, Verdict.UNREADABLE):
            left_open += 1
        elif one.verdict == Verdict.DEFINITION:
            holds += 1
        else:
            agrees = False if one.verdict == Verdict.REFUTED else judge.all_agree(one)
            holds += agrees is True
            left_open += agrees is None
            wrong += agrees is False
            misfits += agrees is False and one.kind == Kind.DEFINITION and not one.missing
    return Held(holds, left_open, wrong, misfits)


def _with_formal(
    one: Literal, usual: Sequence[Interpretation], formal: Sequence[int]
) -> tuple[Interpretation, ...]:
    """Identities of functions are read as they always are."""
    out = list(one.interpretations)
    for k in formal:
        out[k] = usual[k]
    return tuple(out)


def agreed(best: Literal, rivals: Sequence[Literal], judge: Judge) -> tuple[Interpretation, ...]:
    """What the readings decide alike; the rest is left open."""
    out = []
    for k, found in enumerate(best.interpretations):
        verdict = mark(found, judge)
        if verdict is not None and any(
            mark(rival.interpretations[k], judge) != verdict for rival in rivals
        ):
            found = Interpretation(
                found.line, found.kind, found.reading, verdict=Verdict.UNPROVEN, reason=SHAPES
            )
        out.append(found)
    return tuple(out)


def mark(found: Interpretation, judge: Judge) -> bool | None:
    """True, false or open, by the screen; definitions are not looked at."""
    if found.verdict == Verdict.REFUTED:
        return False
    return None if found.verdict is not None else judge.all_agree(found)
