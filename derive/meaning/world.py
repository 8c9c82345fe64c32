"""The programs that a note is read into under one hypothesis, made when they are needed."""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.building import build
from derive.meaning.facts import Facts
from derive.meaning.objective import made_of, number_of, stated_cost
from derive.meaning.setting import Hypothesis, Mode, Setting


class World:
    """The settings of a note under one hypothesis, made when they are first needed."""

    def __init__(self, facts: Facts, hypothesis: Hypothesis, base: Mode) -> None:
        self.facts = facts
        self.hypothesis = hypothesis
        self._settings: dict[tuple[Mode, tuple[int, ...]], Setting] = {}
        self.base: Mode = base

    def setting(self, mode: Mode, costs: tuple[int, ...] = ()) -> Setting:
        """The program in a mode; about these of the stated costs, where a claim names them."""
        costs = () if mode == "formal" or costs == self._usual(mode) else costs
        if (mode, costs) not in self._settings:
            hypothesis = replace(self.hypothesis, costs=costs)
            self._settings[mode, costs] = build(self.facts, hypothesis, mode)
        return self._settings[mode, costs]

    def _usual(self, mode: Mode) -> tuple[int, ...]:
        """The cost that is meant where none is named; () if it is made of others.

        Of such a one its parts may be meant where it has no value, but not where it is named.
        """
        usual = stated_cost(self.facts, of_one=mode != "batch")
        if usual is None or made_of(self.facts, usual):
            return ()
        return (number_of(self.facts, usual),)

    @property
    def main(self) -> Setting:
        return self.setting(self.base)

    @property
    def settings(self) -> tuple[Setting, ...]:
        return tuple(self._settings[k] for k in sorted(self._settings) if not k[1])
