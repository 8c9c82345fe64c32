"""Which value, put right alone, puts all gradients right.

In: a case some of whose gradients are wrong.  Out: the values of the backward pass each of which
makes all of them right at random points once the gradient that it should be stands in its place,
the first one computed first.  What is computed before such a value is not at fault, and neither
is what is computed from it: the mistake is where it is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Final

from derive.program import SCALAR, ZERO, Equation, Expr, Gradient, Power, Symbol, Times, walk
from derive.pycode.account import Pair
from derive.pycode.claims import MOST_NODES, Case
from derive.pycode.names import target_of
from derive.pycode.plain import behind, depends, replaced
from derive.pycode.scene import COST, pair_value

MOST_TRIES: Final = 240
"""Values and what they might be, tried at random points."""


@dataclass(frozen=True)
class Splice:
    """The value `name` should be `stands`; wished: by what, if one of its names says so."""

    name: str
    stands: Expr
    wished: str = ""


class Splices:
    """Looks for the values of a case that mend its wrong gradients."""

    def __init__(self, case: Case, wrong: Sequence[Pair]) -> None:
        self.case, self.wrong = case, list(wrong)
        self.program = case.program
        self.definitions = case.program.definitions
        self.tries = 0

    def found(self) -> Iterator[Splice]:
        """The values, each with what it should be, in the order of their computation."""
        single = self.wrong[0].value.expr if len(self.wrong) == 1 else None
        for name in self._behind_all():
            if self.program.symbol(name) == single:
                continue  # that a gradient put right is right says nothing
            wished = self._wished(name)
            if wished and all(self._is(name, self.program.gradient(t)) for t in wished):
                continue  # it is what it is called
            for stands in self._candidates(name, wished):
                self.tries += 1
                if self.tries > MOST_TRIES:
                    return
                if self._mends(name, stands) and not self._is(name, stands):
                    by = stands.name if isinstance(stands, Gradient) else ""
                    yield Splice(name, stands, by if by in wished else "")
                    break

    def switched_off(self) -> str:
        """The first value that mentions a setting without which all is right, else "".

        Where a penalty of strength 0 makes no mistake, the mistake is where its strength stands.
        """
        for setting, leaf in self.program.leaves.items():
            if leaf.dims != SCALAR or not self._all_right_without(setting):
                continue
            for name in self._behind_all():
                within = walk(self.definitions[name])
                if any(isinstance(n, Symbol) and n.name == setting for n in within):
                    return name
        return ""

    def _all_right_without(self, setting: str) -> bool:
        """Whether all wrong gradients are right where a number is 0."""
        if not depends(self.program.symbol(self.program.cost or COST), self.definitions, {setting}):
            return False
        other = self.case.rewritten(
            lambda e: replaced(e, lambda n: ZERO if n == setting else None), ""
        )
        return other is not None and all(other.is_right(pair) for pair in self.wrong)

    def _behind_all(self) -> list[str]:
        """What all wrong gradients are computed from and no right one is."""
        pairs = self.case.account.pairs
        sound = {
            n
            for pair in pairs
            if pair not in self.wrong
            for n in behind(pair.value.expr, self.definitions)
        }
        shared = [set(behind(p.value.expr, self.definitions)) for p in self.wrong]
        every = set.intersection(*shared) if shared else set()
        return [
            n
            for n in self.definitions
            if n in every and n not in sound and n not in self.case.forward
        ]

    def _wished(self, name: str) -> list[str]:
        """The values by which this one is the gradient, as its names say."""
        shape = self.program.shape(name)
        known = {n: n for n in [*self.case.forward, *self.program.leaves]}
        labels = [m.name for m in self.case.account.run.trace.made.get(name, [])]
        targets = dict.fromkeys(target_of(label, known) for label in labels)
        return [t for t in targets if t is not None and self.program.shape(t) == shape]

    def _is(self, name: str, stands: Expr) -> bool:
        value = self.program.symbol(name)
        return self.case.screen.agrees(Equation(stands, value)) is True

    def _candidates(self, name: str, wished: Sequence[str]) -> Iterator[Expr]:
        """What a value might have to be, the gradients that its names speak of first."""
        gradients = [self.program.gradient(t) for t in wished]
        yield from gradients
        for known, stands in self.case.candidates(name):
            if isinstance(known, Symbol) or stands in gradients:
                continue
            yield stands
        yield from self._local_derivatives(name)

    def _local_derivatives(self, name: str) -> Iterator[Expr]:
        """The derivative of a value by another one from which it is computed entry by entry."""
        shape = self.program.shape(name)
        alike = [n for n in self.case.forward if self.program.shape(n) == shape]
        for outer in alike:
            within = {n.name for n in walk(self.definitions[outer]) if isinstance(n, Symbol)}
            for inner in (n for n in alike if n in within):
                by_outer, by_inner = self.program.gradient(outer), self.program.gradient(inner)
                yield Times(by_inner, Power(by_outer, Fraction(-1)))

    def _mends(self, name: str, stands: Expr) -> bool:
        """Whether all wrong gradients are right with `stands` in the place of a value."""
        return all(self._is_mended(pair, name, stands) for pair in self.wrong)

    def _is_mended(self, pair: Pair, name: str, stands: Expr) -> bool:
        left: Gradient = self.program.gradient(pair.target)
        work = MOST_NODES

        def inner(other: str) -> Expr | None:
            nonlocal work
            if other == name:
                return stands
            definition = self.definitions.get(other)
            if definition is None or other in self.case.forward or work <= 0:
                return None
            if not depends(definition, self.definitions, {name}):
                return None
            work -= sum(1 for _ in islice(walk(definition), MOST_NODES))
            return replaced(definition, inner)

        value = replaced(pair_value(pair, left), inner)
        if value.shape != left.shape:
            return False
        if pair.moved:
            return any(self.case.takes(scale, left, value) for scale in self.case.rates(pair))
        return self.case.screen.agrees(Equation(left, value)) is True
