"""What the rest of a note gives a formula: a part that is read by itself may not rest on it.

In: the lines of a note and those of one part.  Out: the formulas of the rest by the letter
on their left, those that the part needs and that are given once only, and for each claim of
the part whether it rests on one that it does not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from derive.meaning.affine import DEFINING
from derive.meaning.facts import Facts, subtree
from derive.meaning.interpretation import Interpretation
from derive.meaning.lines import Line
from derive.meaning.literal.identity import head_name
from derive.meaning.literal.outline import Label, label_of
from derive.meaning.literal.reading import Literal
from derive.meaning.literal.scope import RATES
from derive.meaning.notation import derivatives_in, names_in
from derive.meaning.setting import COST
from derive.program import (
    Composition,
    Equation,
    Expr,
    Gradient,
    Partial,
    Statement,
    Symbol,
    walk,
)
from derive.reading.syntax import Applied, Derivative, Name, Number
from derive.reading.tree import plain

Letter = tuple[str, str]
"""A letter, small, and its accent: ``A`` and ``a`` name one array as often as not."""
FEW: Final = 12
"""So many lines of the rest are taken into a part."""
_GIVES: Final = DEFINING | {"≡", "\\coloneqq", "\\leftarrow", "\\gets", "←", "\\approx", "≈"}


class Rest:
    """The formulas of a note outside of one of its parts."""

    def __init__(self, facts: Facts, inside: Sequence[int]) -> None:
        self.source = facts.document.source
        self.lines = facts.lines
        own = set(inside)
        self.inside = {facts.lines[k].piece.span.start for k in inside}
        self.given: dict[Letter, list[int]] = {}
        for k, line in enumerate(facts.lines):
            head = None if k in own else _given(line)
            if head is not None and line.piece.span.start not in self.inside:
                self.given.setdefault(head, []).append(k)
        self.here = {head for k in inside if (head := _given(facts.lines[k])) is not None}
        self.seen: set[Letter] = set()
        """What `take` has taken into the part."""

    def take(self, inside: Sequence[int]) -> list[int]:
        """The lines of the rest that give what the part uses, where each is given once.

        The formula of a cost is taken only if it speaks of what the part speaks of.
        """
        spoken = set(_spoken(self.lines[k] for k in inside))
        costs = {_letter(n) for k in inside for n in _differentiated(self.lines[k])}
        exact = {n for k in inside for n in _bases(self.lines[k])}
        wanted, done = [*sorted(spoken)], set(self.here)
        taken: set[int] = set()
        while wanted:
            letter = wanted.pop(0)
            lines = [] if letter in done else self.given.get(letter, [])
            done.add(letter)
            same = all(_exact(self.lines[k]) in exact for k in lines)
            once = len({self._text(k) for k in lines}) == 1
            if not (same and once) or len(taken) >= FEW:
                continue
            if letter in costs and not self._reach(letter, set()) & (spoken - {letter}):
                continue
            taken.add(lines[0])
            self.seen.add(letter)
            exact |= set(_bases(self.lines[lines[0]]))
            wanted += sorted(set(_spoken([self.lines[lines[0]]])) - done)
        return sorted(taken)

    def hides_function(self, inside: Sequence[int]) -> bool:
        """The part applies a function that only the rest gives a formula."""
        called = {
            _letter(p.head)
            for k in inside for node in self.lines[k].nodes
            for p in subtree(node) if isinstance(p, Applied)
        }  # fmt: skip
        return bool(called & self._hidden())

    def closed(self, inside: Sequence[int]) -> bool:
        """Does the rest give no formula to anything that the part speaks of?"""
        return not set(_spoken(self.lines[k] for k in inside)) & self._hidden()

    def labels(self) -> frozenset[Label]:
        """What the formulas of the rest are computed from."""
        return frozenset(
            label_of(name)
            for lines in self.given.values()
            for k in lines
            for name in names_in(self.lines[k].right)
        )

    def _hidden(self) -> set[Letter]:
        return set(self.given) - self.here - self.seen

    def rests(self, literal: Literal, found: Interpretation) -> bool:
        """Would a formula that the part does not see change what a claim of the part says?

        What holds for all values of an input holds for those that the formula gives it, unless
        the claim differentiates by something that the input is computed from.
        """
        scope, bodies = literal.scope, literal.setting.definitions
        names = {n for stated in found.statements for n in names_of(stated.statement)}
        targets = {n for stated in found.statements for n in _targets(stated.statement)}
        waiting = sorted(names)
        while waiting:
            new = {n.name for n in _symbols(bodies.get(waiting.pop())) if n.name not in names}
            names |= new
            waiting += sorted(new)
        keys = {scope.label(key): key for key in (*scope.leaves, *scope.values)}
        letters = {n: (keys[n][0].lower(), keys[n][1]) for n in names if n in keys}
        by = {letters[n] for n in targets if n in letters}
        cost = literal.outline.costs[0] if literal.outline.costs else None
        if cost is not None and COST in names and cost not in literal.outline.stated:
            letter, ends = (cost[0].lower(), cost[1]), self._ends(literal)
            own = set(_spoken(literal.outline.facts.lines)) - ends - {letter}
            if self._reach(letter, ends) & own:
                return True
            letters.pop(COST, None)
        used = set(letters.values()) & self._hidden()
        return any(self._reach(letter, set()) & (by - {letter}) for letter in used)

    def _ends(self, literal: Literal) -> set[Letter]:
        """The results that a loss without a formula is a function of."""
        body = literal.setting.definitions.get(COST)
        names = {n.name for n in _symbols(body)}
        keys = {literal.scope.label(key): key for key in literal.scope.values}
        return {(keys[n][0].lower(), keys[n][1]) for n in names if n in keys}

    def _reach(self, letter: Letter, stop: set[Letter]) -> set[Letter]:
        """What the formulas of the rest for a letter speak of, and those of that, and so on."""
        seen: set[Letter] = set()
        waiting = [letter]
        while waiting:
            for k in self.given.get(waiting.pop(), []):
                new = set(_spoken([self.lines[k]])) - seen
                seen |= new
                waiting += sorted(new - stop)
        return seen

    def _text(self, k: int) -> str:
        """A line without its spaces: what is said again is said once."""
        line = self.lines[k]
        sides = self.source[line.left.span.start : line.right.span.end]
        return "".join(sides.split())


def _given(line: Line) -> Letter | None:
    """The letter that a line gives a formula; a step of an update gives none."""
    head, right = head_name(line), plain(line.right)
    if head is None or head.mark or line.relation.text not in _GIVES or isinstance(right, Number):
        return None
    again = any(n.base == head.base for n in names_in(line.right))
    rated = any(n.base in RATES or n.mark for n in names_in(line.right))
    if again and (rated or any(True for _ in derivatives_in(line.right))):
        return None
    return _letter(head)


def _letter(name: Name) -> Letter:
    return name.base.lower(), name.accent


def _spoken(lines: Iterable[Line]) -> Iterator[Letter]:
    for line in lines:
        for node in line.nodes:
            for name in names_in(node):
                yield _letter(name)


def _exact(line: Line) -> str:
    head = head_name(line)
    return "" if head is None else head.base


def _bases(line: Line) -> Iterator[str]:
    return (name.base for node in line.nodes for name in names_in(node))


def _differentiated(line: Line) -> Iterator[Name]:
    for node in line.nodes:
        for part in subtree(node):
            of = plain(part.of) if isinstance(part, Derivative) and part.of is not None else None
            of = of.head if isinstance(of, Applied) else of
            if isinstance(of, Name):
                yield of


def _symbols(body: Expr | None) -> Iterator[Symbol]:
    return (n for n in walk(body) if isinstance(n, Symbol)) if body is not None else iter(())


def names_of(statement: Statement) -> Iterator[str]:
    """The names of a program that a statement speaks of; a gradient speaks of the cost."""
    if isinstance(statement, Composition):
        for one in (statement.left, *statement.factors):
            yield from (one.of, one.by)
        yield from (n.name for n in _symbols(statement.scale))
        return
    assert isinstance(statement, Equation)
    for side in (statement.left, statement.right):
        for node in walk(side):
            if isinstance(node, Gradient):
                yield from (COST, node.name)
            elif isinstance(node, Partial | Symbol):
                yield node.name


def _targets(statement: Statement) -> Iterator[str]:
    """The names by which a statement differentiates."""
    if isinstance(statement, Composition):
        yield from (one.by for one in (statement.left, *statement.factors))
        return
    for side in (statement.left, statement.right):
        yield from (n.name for n in walk(side) if isinstance(n, Gradient | Partial))
