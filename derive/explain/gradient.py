"""The gradient by one name of a program, from the cost down, as on a blackboard.

In: a program, a name, and the gradients that may stay as they are.  Out: a `Section` for each
gradient on the way, the one by the name last; `derive.explain.section` writes the lines of each.
Every line is proved by the engine and accepted by the checker (`derive.explain.board`).

>>> from derive.latex import PlainNotation
>>> from derive.library.layers import dense
>>> [section] = derivation(dense("columns").program, "W", PlainNotation(), ("Z",))
>>> [step.rule for step in section.steps][1:]
['chain rule', 'derivative of an affine map', 'delta contraction', 'back to matrices']
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from derive.explain.board import Chalk, Section
from derive.explain.entries import Letters, NoEntries, mentions_name, picked
from derive.explain.rules import RULES
from derive.explain.section import Task
from derive.latex import Notation, name_latex, to_latex
from derive.program import Index, Program, Symbol, show_shape, walk
from derive.scalars.blackboard import Step, WrongStep
from derive.tensors import Underivable


class NoDerivation(ValueError):
    """No derivation can be written; the message says why."""


def derivation(
    program: Program, name: str, notation: Notation, stops: Collection[str] = ()
) -> list[Section]:
    """The sections that lead to the gradient of the cost by `name`.

    stops: names whose gradients are taken as known.  Raises `NoDerivation`.
    """
    return derivations(program, [name], notation, set(stops) - {name})


def derivations(
    program: Program, names: Sequence[str], notation: Notation, stops: Collection[str] = ()
) -> list[Section]:
    """As `derivation` for several names, each section once, in the order of need."""
    writer = _Writer(program, notation, frozenset(stops))
    try:
        for name in names:
            writer.section(name)
    except (NoEntries, WrongStep, Underivable) as error:
        raise NoDerivation(str(error)) from error
    return list(writer.done.values())


def users_of(program: Program, name: str) -> list[str]:
    """The definitions that use a name directly and reach the cost, in order."""
    reach = {program.cost}
    for definition, body in list(program.definitions.items())[::-1]:
        if definition in reach:
            reach |= {node.name for node in walk(body) if isinstance(node, Symbol)}
    return [n for n, e in program.definitions.items() if n in reach and mentions_name(e, name)]


@dataclass
class _Writer:
    """Writes sections on demand, the gradients that they need first."""

    program: Program
    notation: Notation
    stops: frozenset[str]
    done: dict[str, Section] = field(default_factory=dict)

    def section(self, name: str) -> Section:
        """The section of a name, written if it is not there yet."""
        if name not in self.done:
            users = users_of(self.program, name)
            if not users:
                raise NoDerivation(f"{name} does not reach the cost")
            for user in users:
                if user != self.program.cost and user not in self.stops:
                    self.section(user)
            self.done[name] = self._written(name, users)
        return self.done[name]

    def _written(self, name: str, users: list[str]) -> Section:
        shape = self.program.shape(name)
        row = None if shape[0] == 1 else Index("i", shape[0])
        column = None if shape[1] == 1 else Index("j", shape[1])
        gradient = self.program.gradient(name)
        free = tuple(index for index in (row, column) if index is not None)
        chalk = Chalk(self.program, self.notation, picked(gradient, row, column), free)
        task = Task(name, row, column, chalk, Letters(), self.done, self.stops)
        if users == [self.program.cost]:
            task.through_cost()
        elif len(users) == 1:
            task.through(users[0])
        else:
            task.along_paths(users)
        task.fuse(users)
        return Section(
            "the gradient by",
            name,
            to_latex(gradient, self.notation),
            tuple(self._given(user) for user in users),
            (*task.local, *chalk.lines),
            chalk.last,
            show_shape(shape),
            name_latex(name, self.notation),
        )

    def _given(self, user: str) -> Step:
        symbol, body = self.program.symbol(user), self.program.definitions[user]
        latex = f"{to_latex(symbol, self.notation)} = {to_latex(body, self.notation)}"
        return Step("definition", latex, RULES["definition"])
