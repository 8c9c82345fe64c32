"""Notes in differentials: ``dL = \\operatorname{tr}((Z - Y)^T dZ)``, ``dZ = dW X``.

Where the differential of the cost itself stands in a line, ``dZ`` is no gradient but what Z
changes by.  The parameters of a line that are changed in it are those whose differentials it
writes; where it writes none, or beside those of what is computed, all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from derive.meaning.chains import Chains
from derive.meaning.facts import Facts, all_nodes
from derive.meaning.lines import Line
from derive.meaning.notation import names_in
from derive.meaning.roles import Roles, resolve
from derive.meaning.setting import CHANGE, COST, Outside, Setting, reached
from derive.program import Build, Expr, Leaf, Partial, Plus, SumOver, Symbol, Times
from derive.reading import syntax as sx
from derive.reading.tree import plain

_SAID = re.compile(
    r"fixed|constant|with respect to|w\.?\s?r\.?\s?t|\bonly\b|\bvary|\balone\b", re.IGNORECASE
)
_VERB = ("is", "are")


def in_differentials(facts: Facts) -> bool:
    """Some line gives the differential of a cost by those of arrays: ``dL = ... dZ ...``."""
    for line in facts.lines:
        head = plain(line.head)
        if not isinstance(head, sx.Name) or head.mark != "d":
            continue
        arrays = (n for n in names_in(line.right) if n.mark == "d")
        if facts.roles.is_cost(replace(head, mark="")) and any(
            resolve(facts.roles, n).role in ("W", "b", "X", "Z", "A") for n in arrays
        ):
            return True
    return False


def varying(roles: Roles, sides: Sequence[sx.Node]) -> tuple[sx.Name, ...]:
    """The parameters that a line changes: all of the note (none named) if a side mixes them
    with what is computed from others, ``dW_2 A_1 + W_2 dA_1``."""
    if not roles.differentials:
        return ()
    for side in sides:
        computed = any(
            n.mark == "d" and resolve(roles, n).role in ("Z", "A", "cost") for n in names_in(side)
        )
        if computed and any(marked(roles, [side])):
            return ()
    return tuple(marked(roles, sides))


def held_fixed(setting: Setting, line: Line) -> str:
    """Why a line that changes some parameters alone is open: what it speaks of has others too."""
    from derive.meaning.elaborate import Elaborator

    roles = setting.facts.roles
    if not roles.differentials or _SAID.search(line.piece.before):
        return ""
    mine = varying(roles, line.nodes)
    if not mine:
        return ""
    elaborator = Elaborator(setting)
    changed = set(elaborator.leaves_named(mine))
    others = {n for n in elaborator.changeable() if n[0] != "b"} | set(elaborator.written())
    others -= changed
    spoken = {n for name in _computed(roles, line) for n in elaborator.made_of(name)}
    still = sorted(others & spoken)
    return (
        f"it holds where {', '.join(still)} {_VERB[len(still) > 1]} fixed: say so" if still else ""
    )


def _computed(roles: Roles, line: Line) -> Iterator[sx.Name]:
    """The computed quantities whose differentials a line names."""
    for node in line.nodes:
        for name in names_in(node):
            if name.mark == "d" and resolve(roles, replace(name, mark="")).role in (
                "Z",
                "A",
                "cost",
            ):
                yield replace(name, mark="")


def marked(roles: Roles, nodes: Iterable[sx.Node]) -> Iterator[sx.Name]:
    """The arrays whose differentials stand in some expressions."""
    for node in nodes:
        for name in names_in(node):
            if name.mark == "d" and resolve(roles, name).role in ("W", "b", "X"):
                yield replace(name, mark="")


class Differentials(Chains):
    """Values with differentials."""

    varying: tuple[sx.Name, ...] = ()
    """The arrays that the line at hand changes, if it names any."""

    def differential(self, program_name: str) -> Expr:
        """What a quantity changes by, to first order."""
        setting = self.setting
        if setting.mode in ("path", "formal"):
            raise Outside("a differential on one path of scalars")
        if program_name in setting.leaves:
            return self._change(program_name)
        if program_name == COST and (not setting.has_cost or COST not in setting.definitions):
            raise Outside("the cost has no value here")
        value = setting.symbol(program_name)
        row, column = self._pair(value.shape, "u", "v")
        at = self._at(value, row, column)
        whole: Expr | None = None
        for leaf in self._changed():
            down, across = self._pair(setting.shape(leaf), "r", "s")
            change = self._at(self._change(leaf), down, across)
            term: Expr = Times(Partial(at, leaf, down, across), change)
            for index in (across, down):
                if index is not None:
                    term = SumOver(index, term)
            whole = term if whole is None else Plus(whole, term)
        if whole is None:
            raise Outside("no line says what is changed")
        return whole if row is None and column is None else Build(row, column, whole)

    def _change(self, leaf: str) -> Symbol:
        """The free array that a leaf changes by."""
        name = CHANGE + leaf
        dims = self.setting.shape(leaf)
        self.setting.leaves.setdefault(name, Leaf(dims))
        return Symbol(name, dims)

    def _changed(self) -> list[str]:
        """The leaves that are changed: those of the line, or else those of the note."""
        if self.varying:
            return self.leaves_named(self.varying)
        return sorted({*self.changeable(), *self.written()})

    def written(self) -> list[str]:
        """The leaves whose differentials the note writes."""
        return self.leaves_named(tuple(marked(self.roles, all_nodes(self.setting.facts))))

    def changeable(self) -> list[str]:
        """All parameters of the network."""
        leaves = self.setting.leaves
        return sorted(n for n in leaves if n[0] in "Wb" and n[1:].isdigit())

    def made_of(self, name: sx.Name) -> set[str]:
        """The names that a quantity is computed from, in the program."""
        occurrence = resolve(self.roles, name)
        try:
            label = COST if occurrence.role == "cost" else self.program_name(name, occurrence)
        except Outside:
            return set()
        return reached(self.setting.definitions, label)

    def leaves_named(self, names: Sequence[sx.Name]) -> list[str]:
        """The leaves of the program that some names stand for."""
        found = set()
        for name in names:
            try:
                leaf = self.program_name(name, resolve(self.roles, name))
            except Outside:
                continue
            if leaf in self.setting.leaves:
                found.add(leaf)
        return sorted(found)
