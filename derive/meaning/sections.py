"""Parts of a note under a heading, read by themselves where the whole note leaves lines open.

A README goes through one subject after the other, each with its own names.  A part is read
literally: it supposes nothing but what its own lines say.  What another part gives a formula
is no input here; a claim that rests on it stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

from derive.declare import Declarations
from derive.judge import Judge
from derive.meaning.definitions import new_heading
from derive.meaning.evidence import gather
from derive.meaning.examples import MIXED
from derive.meaning.facts import Facts
from derive.meaning.hypotheses import Given, choose
from derive.meaning.interpretation import Interpretation
from derive.meaning.lines import Line
from derive.meaning.literal.choice import agreed, mark
from derive.meaning.literal.identity import identities
from derive.meaning.literal.reading import Literal, read_literally
from derive.meaning.notation import names_in, plain_name
from derive.meaning.rest import Rest, names_of
from derive.meaning.setting import COST, Hypothesis
from derive.meaning.spelling import respelled
from derive.meaning.subject_parts import subject_parts
from derive.meaning.understand import Understood, understand
from derive.reading.syntax import Document
from derive.verdict import Verdict

PARTS: Final = 40
"""So many parts of one note are read by themselves."""
LINES: Final = 60
"""So many lines a part may have."""
NOTES: Final = 12
"""So many parts are read as notes of their own."""
ENOUGH: Final = 2
"""So many lines that hold in a part alone tell that its definitions are its own."""
OTHERWISE: Final = "by itself the part of the note that begins in line {} makes this line true"
ANEW: Final = "line {} gives a letter a new formula, and by that this line is not shown to hold"

_HEADING: Final = re.compile(
    r"^ {0,3}(?P<marks>#{1,6}) |^ {0,3}\\(?P<sub>(?:sub)*)section\b|^ *<h(?P<level>[1-6])\b"
    r"|^.+\n {0,3}(?P<under>=+|-{3,})[ \t]*$"
    r"|^ *(?:[-*+] |\d+[.)] )?(?P<bold>\*\*[^*\n]+\*\*)[ .:]*$",
    re.MULTILINE,
)
_FENCE: Final = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with all below it, up to the next one of its level."""

    start: int
    end: int


def parts(source: str) -> list[Part]:
    """The parts of a source, the long ones first.

    >>> [(p.start, p.end) for p in parts("# A\\n## B\\ntext\\n## C\\n")]
    [(4, 14), (14, 19)]
    """
    fences = [m.span() for m in _FENCE.finditer(source)]
    heads = [
        (m.start(), _level(m)) for m in _HEADING.finditer(source)
        if not any(a <= m.start() < b for a, b in fences)
    ]  # fmt: skip
    found = []
    for k, (start, level) in enumerate(heads):
        end = next((s for s, other in heads[k + 1 :] if other <= level), len(source))
        found.append(Part(start, end))
    whole = heads[0][0] if heads else 0
    found = [p for p in found if not (p.start <= whole and p.end == len(source))]
    return sorted(found, key=lambda p: (p.start - p.end, p.start))


def _level(found: re.Match[str]) -> int:
    if found["marks"]:
        return len(found["marks"])
    if found["sub"] is not None:
        return 1 + len(found["sub"]) // 3
    if found["level"]:
        return int(found["level"])
    return 7 if found["bold"] else 1 if found["under"].startswith("=") else 2


def by_parts(
    facts: Facts,
    usual: Sequence[Interpretation],
    judge: Judge,
    declared: Declarations,
    best: Hypothesis | None,
) -> tuple[tuple[Interpretation, ...], tuple[int, ...]]:
    """The interpretations of a note with what its parts settle; the lines where those begin.

    best: how the note is read, None where it is read literally.  Where a name like dZ is m times
    the gradient in it, such names are left alone.
    """
    work = _Parts(facts, usual, judge, declared, best)
    if work.left:
        known = declared.cost or declared.symbols
        subjects = [Part(*span) for span in work.subjects]
        for part in () if known else [*parts(facts.document.source), *subjects][:PARTS]:
            work.read(part)
        work.given_anew()
    return tuple(work.out), tuple(sorted(work.begun))


class _Parts:
    """The parts of one note, read one after the other."""

    def __init__(
        self,
        facts: Facts,
        usual: Sequence[Interpretation],
        judge: Judge,
        declared: Declarations,
        best: Hypothesis | None,
    ) -> None:
        self.facts, self.usual, self.out = facts, usual, list(usual)
        self.judge, self.declared, self.best = judge, declared, best
        self.carries_m = best is not None and best.carries_m
        self.marks = [mark(found, judge) for found in usual]
        self.held = {k for k, held in enumerate(self.marks) if held is True}
        self.left = {k for k in range(len(usual)) if k not in self.held and not self._decided(k)}
        self.begun: dict[int, None] = {}
        self.notes = 0
        self.alone: dict[int, Interpretation] = {}
        self.true: set[int] = set()
        self.subjects = subject_parts(facts)
        self.steps = identities(facts).steps - {"l", "L"}

    def read(self, part: Part) -> None:
        """Takes over what a part settles that the whole note leaves open."""
        lines = self.facts.lines
        inside = [k for k, line in enumerate(lines) if _within(line, part)]
        if not self.left.intersection(inside) or not 1 < len(inside) <= LINES:
            return
        if self.steps and _at_steps([lines[k] for k in inside], self.steps):
            return
        alone = self._by_itself(part, inside)
        true = {k for k, found in alone.items() if mark(found, self.judge) is True}
        self.alone |= alone
        self.true |= true
        first = self.facts.document.source.count("\n", 0, part.start) + 1
        for k in sorted(self.left & set(alone) - true):
            if self.marks[k] is False and (other := self._open_alone(alone[k])) is not None:
                self.out[k] = self._otherwise(k, other, first)
                self.true.add(k)
        for k in sorted(true & self.left):
            if not (self.carries_m and _carried(lines[k])):
                self._settle(k, alone[k], first)
        closed = bool(true) and Rest(self.facts, inside).closed(inside)
        for k in sorted(self.left & set(alone)) if true else ():
            defines = alone[k].definition and self._defines(alone[k])
            if self.marks[k] is None and (defines or (closed and self._fails_alone(alone[k]))):
                self.out[k] = alone[k]
                self.left.discard(k)
        if self.left.intersection(inside):
            self._as_a_note(inside, first)

    def _fails_alone(self, found: Interpretation) -> bool:
        """A claim with values that no other meaning saves, about what the part gives itself."""
        free = not (found.missing or found.elsewhere or found.doubt or found.definition)
        plain_claim = found.verdict is None and free and not found.figures
        return plain_claim and mark(found, self.judge) is False and self._open_alone(found) is None

    def _open_alone(self, found: Interpretation) -> Interpretation | None:
        """What a part leaves open: the line fails as it stands, and holds as something else."""
        others = (other for _, other in found.others)
        return next((one for one in others if self.judge.all_agree(one) is True), None)

    def _as_a_note(self, inside: Sequence[int], first: int) -> None:
        """Takes over what holds in a part that is a whole note; other lines are not refuted."""
        part = respelled(_of_lines(self.facts, inside))
        own = gather(part.document, self.declared)
        if not (own.affine and own.costs) or self.notes == NOTES:
            return
        self.notes += 1
        found = understand(part, self.declared, self.judge)
        if not _is_whole(found):
            return
        closed = Rest(self.facts, inside).closed(inside)
        places = {_place(line): k for k, line in enumerate(self.facts.lines)}
        held, gained = found.choice.agreements, 0
        kept = list(takewhile(lambda one: not self._given_again(one), found.interpretations))
        for n, one in enumerate(kept):
            k = places.get(_place(one.line))
            torn = any(marks[n] not in (None, held[n]) for _, marks in found.choice.rivals)
            if k is None or k not in self.left or torn or mark(one, self.judge) is not True:
                continue
            gained += 1
            if closed and self.marks[k] is None:
                self._settle(k, replace(one, line=self.facts.lines[k]), first)
            elif self.marks[k] is False:
                self.out[k] = self._otherwise(k, one, first)
        for one in kept if gained >= ENOUGH else ():
            k = places.get(_place(one.line))
            if k is not None and self.marks[k] is False and self._defines(one):
                self.out[k] = replace(one, line=self.facts.lines[k])

    def _otherwise(self, k: int, found: Interpretation, first: int) -> Interpretation:
        """A line that the whole note refutes and a part makes true: it is left open."""
        usual, reason = self.out[k], OTHERWISE.format(first)
        if usual.verdict == Verdict.REFUTED:
            return replace(usual, verdict=Verdict.UNPROVEN, reason=reason, ill=None)
        return replace(usual, others=(*usual.others, (reason, found)))

    def _settle(self, k: int, found: Interpretation, first: int) -> None:
        """A line that the whole note refutes is left open; what it leaves open is settled."""
        usual = self.usual[k]
        if self.marks[k] is False and not (usual.elsewhere or usual.missing):
            self.out[k] = self._otherwise(k, found, first)
        else:
            self.out[k] = found
            self.left.discard(k)
            self.begun[first] = None

    def _decided(self, k: int) -> bool:
        found = self.usual[k]
        return found.verdict in (Verdict.DEFINITION, Verdict.UNREADABLE) or found.reason == MIXED

    def _given_again(self, found: Interpretation) -> bool:
        """A definition under a heading that contradicts one above it, or is not shown not to."""
        if not (found.definition and found.contradicts) or mark(found, self.judge) is True:
            return False
        above = next(n for n in self.facts.lines if n.piece.line >= found.contradicts)
        between = (above.piece.span.end, found.line.piece.span.start + 1)
        return new_heading(self.facts, above.right, found.line) or any(
            between[0] <= start < between[1] for start, _ in self.subjects
        )

    def given_anew(self) -> None:
        """Lines below do not hold by the old formula: the new one may be meant from here on.

        Where some hold by the new one, it is, and the line that gives it is a definition.
        """
        anew = [k for k, found in enumerate(self.usual) if self._given_again(found)]
        if not anew:
            return
        line = self.facts.lines[anew[0]].piece.line
        below = range(anew[0], len(self.usual))
        claims = [k for k in below if k not in anew]
        fresh = self._by_the_new(anew)
        holds = {k for k in claims if k in fresh and mark(fresh[k], self.judge) is True}
        refuted = all(self.marks[k] is False and not self.usual[k].missing for k in anew)
        if refuted and not (self.true | holds) & set(claims) - self.held:
            return  # nothing holds by the new formula alone: it is a slip
        for k in below:
            new = fresh.get(k, self.alone.get(k))
            wrong = k in fresh and mark(fresh[k], self.judge) is False
            if k in holds:
                self.out[k] = fresh[k]
            elif k in anew and new is not None and self._defines(new):
                self.out[k] = new
            elif k in anew or (self.marks[k] is False and not wrong):
                self.out[k] = replace(self.out[k], elsewhere=ANEW.format(line))
            elif self.marks[k] is True and k not in self.true:
                self.out[k] = replace(self.usual[k], doubt=ANEW.format(line))

    def _defines(self, found: Interpretation) -> bool:
        """A definition that contradicts no other."""
        named = found.definition or found.verdict == Verdict.DEFINITION
        return named and mark(found, self.judge) is not False

    def _by_the_new(self, anew: Sequence[int]) -> dict[int, Interpretation]:
        """What the lines say if the formulas that a part gives anew are the only ones."""
        facts, dropped = self.facts, set[int]()
        for k in anew:
            spelled = _spelled(facts.lines[k])
            dropped |= {
                id(line.source) for line in facts.lines[:k]
                if line.first and spelled is not None and _spelled(line) == spelled
            }  # fmt: skip
        if self.best is None or not dropped:
            return {}
        pieces = (
            replace(p, chains=tuple(c for c in p.chains if id(c) not in dropped))
            for p in facts.document.pieces
        )
        kept = tuple(p for p in pieces if p.chains or p.loose)
        own = gather(replace(facts.document, pieces=kept), self.declared)
        given = Given(self.best.layout, self.declared.cost)
        choice = choose(own, given, lambda _: self.judge.all_agree)
        one_cost = (choice.best.cost, choice.best.output) == (self.best.cost, self.best.output)
        same = replace(choice.best, cost=self.best.cost, output=self.best.output) == self.best
        if not same:
            return {}
        found = zip(choice.interpretations, choice.agreements, _numbers(facts, own), strict=True)
        return {
            k: replace(one, line=facts.lines[k])
            for n, (one, held, k) in enumerate(found)
            if all(marks[n] in (None, held) for _, marks in choice.rivals)
            and (one_cost or not any(COST in names_of(s.statement) for s in one.statements))
        }

    def _by_itself(self, part: Part, inside: Sequence[int]) -> dict[int, Interpretation]:
        """What the lines of a part say, alone or with the lines of the rest that they need."""
        out: dict[int, Interpretation] = {}
        settled: set[int] = set()
        for alone in (True, False):
            rest = Rest(self.facts, inside)
            taken = [] if alone else rest.take(inside)
            lines = sorted({*inside, *taken})
            if rest.hides_function(lines) or not (alone or taken):
                continue
            own = gather(_of_lines(self.facts, lines), self.declared)
            own.part = (part.start, part.end)
            own.roles.differentials |= self.facts.roles.differentials
            readings = read_literally(own, rest.labels())
            if not readings:
                continue
            best = max(readings, key=self._holds)
            rivals = [one for one in readings if one is not best]
            places = _numbers(self.facts, own)
            said = zip(best.interpretations, agreed(best, rivals, self.judge), places, strict=True)
            for plainly, found, k in said:
                if self._given_again(plainly):
                    break  # what stands below means the new formula
                if k not in inside or k in settled or rest.rests(best, found):
                    continue
                out[k] = replace(found, line=self.facts.lines[k])
                if mark(found, self.judge) is True:
                    settled.add(k)
        return out

    def _holds(self, reading: Literal) -> int:
        """So many lines hold under a reading."""
        return sum(mark(found, self.judge) is True for found in reading.interpretations)


def _is_whole(found: Understood) -> bool:
    """A note with a forward pass and a cost of its own, for which nothing is supposed."""
    facts, best, main = found.facts, found.choice.best, found.choice.interpreter.world.main
    stated = best.cost == "stated" and best.output is None and main.has_cost
    return found.literal is None and bool(facts.affine and facts.costs) and stated


def _spelled(line: Line) -> tuple[str, str, tuple[str, ...]] | None:
    """How the head of a line is spelled, small or as a capital."""
    head = plain_name(line.head)
    if head is None:
        return None
    return head.base.lower(), head.accent, tuple(script.text for script in head.scripts)


def _at_steps(lines: Sequence[Line], letters: frozenset[str]) -> bool:
    """Some name says at which step it is: what one step does is not all that it does."""
    return any(
        script.text in letters or script.text[:1] in letters
        for line in lines for node in line.nodes for name in names_in(node)
        for script in name.scripts
    )  # fmt: skip


def _of_lines(facts: Facts, lines: Sequence[int]) -> Document:
    """The document with the pieces of these lines alone."""
    starts = {facts.lines[k].piece.span.start for k in lines}
    kept = tuple(p for p in facts.document.pieces if p.span.start in starts)
    return replace(facts.document, pieces=kept)


def _numbers(facts: Facts, own: Facts) -> list[int]:
    """For each line of a part its number in the note."""
    places: dict[tuple[int, int], int] = {}
    for k, line in enumerate(facts.lines):
        places[_place(line)] = k
    return [places[_place(line)] for line in own.lines]


def _place(line: Line) -> tuple[int, int]:
    return line.relation.span.start, line.right.span.start


def _within(line: Line, part: Part) -> bool:
    return part.start <= line.piece.span.start < part.end


def _carried(line: Line) -> bool:
    """The line names a gradient without writing it: ``dZ``."""
    return any(n.mark not in ("", "nabla") for node in line.nodes for n in names_in(node))
