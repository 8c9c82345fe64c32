"""An account as a program, and what random points say of its gradients.

Nothing here is a proof: what seems right at random points is worth one, what is wrong at one is
wrong.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Self, TypeVar

from derive.check import Screen
from derive.program import (
    ZERO,
    Apply,
    Equation,
    Expr,
    Gradient,
    Leaf,
    Number,
    Plus,
    Power,
    Program,
    Size,
    Symbol,
    Times,
    walk,
)
from derive.pycode.account import Account, Pair
from derive.pycode.arrays import filled
from derive.pycode.names import target_of
from derive.pycode.plain import behind, depends, plain_definitions
from derive.pycode.points import differing
from derive.scalars.table import function

COST = "cost"
MOST_RATES = 12


@dataclass
class Scene:
    """One account: what the cost is computed from, and what random points say of gradients."""

    account: Account
    also: tuple[Expr, ...] = ()
    """Expressions beside cost and gradients that the program keeps."""
    definitions: dict[str, Expr] = field(default_factory=dict)
    program: Program = field(init=False)
    forward: list[str] = field(default_factory=list)
    lemmas: dict[str, Expr] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    rules: set[str] = field(default_factory=set)
    steps: int = 0
    conditions: set[str] = field(default_factory=set)
    _screen: Screen | None = None
    _forward: frozenset[str] = frozenset()
    _looked: set[str] = field(default_factory=set)
    _has_values: bool | None = None

    def __post_init__(self) -> None:
        trace = self.account.run.trace
        self.definitions = plain_definitions(trace)
        cost = self.account.cost
        name = cost.name if isinstance(cost, Symbol) else COST
        if name not in self.definitions:
            self.definitions[name] = cost
        self.forward = behind(Symbol(name, cost.shape), self.definitions)
        self._forward = frozenset(self.forward)
        wanted = dict.fromkeys(self.forward)
        for pair in self.account.pairs:
            wanted |= dict.fromkeys(behind(pair.value.expr, self.definitions))
        own = () if self.account.own is None else (self.account.own,)
        for expr in (*self.also, *own):
            wanted |= dict.fromkeys(behind(expr, self.definitions))
        kept = {n: e for n, e in self.definitions.items() if n in wanted}
        said = [cost, *kept.values(), *(p.value.expr for p in self.account.pairs), *self.also, *own]
        used = {n.name for e in said for n in walk(e) if isinstance(n, (Symbol, Gradient))}
        used |= {pair.target for pair in self.account.pairs}
        leaves = {n: leaf for n, leaf in trace.leaves.items() if n in used}
        self.program = Program(leaves, kept, {"tanh": function("tanh")}, name)

    @property
    def screen(self) -> Screen:
        if self._screen is None:
            self._screen = Screen(self.program)
        return self._screen

    def assume(self, label: str, axis: int) -> Self:
        """The same case where the entries of a leaf add up to 1 along an axis."""
        leaves = dict(self.program.leaves)
        leaves[label] = replace(leaves[label], sums_to_one=axis)
        said = f"the entries of {label} add up to 1 along axis {axis}"
        other = replace_case(self)
        other.program = replace(self.program, leaves=leaves)
        other.assumptions = (*self.assumptions, said)
        return other

    def rewritten(self, change: Callable[[Expr], Expr], said: str) -> Self | None:
        """The same case with other definitions; None if that changes nothing."""
        definitions = {n: change(e) for n, e in self.program.definitions.items()}
        if definitions == self.program.definitions:
            return None
        other = replace_case(self)
        other.program = replace(self.program, definitions=definitions)
        other.assumptions = (*self.assumptions, said)
        return other

    def agreeing(self) -> int:
        """The number of gradients that are right at some random points."""
        return sum(self.seems_right(pair) for pair in self.account.pairs)

    def is_right(self, pair: Pair) -> bool:
        """Whether a gradient is right at some random points, and that could be decided."""
        left = self.program.gradient(pair.target)
        value = pair_value(pair, left)
        if pair.moved or value.shape != left.shape:
            return self.seems_right(pair)
        return self._agrees(Equation(left, value)) is True

    def vanishes(self, target: str) -> bool:
        """Whether the true gradient by a parameter seems to be 0 everywhere."""
        left = self.program.gradient(target)
        return self.screen.agrees(Equation(left, filled(left.shape, ZERO))) is True

    def _agrees(self, equation: Equation) -> bool | None:
        """What random points say; where exp is taken of a log, exact ones."""
        said = self.screen.agrees(equation)
        if said is False and self._exp_of_log:
            return differing(self.program, equation) is None
        return said

    @cached_property
    def _exp_of_log(self) -> bool:
        definitions = self.program.definitions
        logs = {
            n
            for n, e in definitions.items()
            if any(isinstance(x, Apply) and x.function == "log" for x in walk(e))
        }
        return any(
            isinstance(x, Apply) and x.function == "exp" and _reaches(x.arg, logs, definitions)
            for expr in definitions.values()
            for x in walk(expr)
        )

    def seems_right(self, pair: Pair) -> bool:
        """Whether a gradient is right at some random points."""
        left = self.program.gradient(pair.target)
        value = pair_value(pair, left)
        if value.shape != left.shape:
            return False
        if pair.moved:
            return any(self.takes(scale, left, value) for scale in self.rates(pair))
        return self._agrees(Equation(left, value)) is not False

    def takes(self, scale: Expr, left: Gradient, value: Expr) -> bool:
        return self.screen.agrees(Equation(Times(scale, left), value)) is True

    def rates(self, pair: Pair) -> list[Expr]:
        """What a step may be multiplied by: 1, numbers and settings in it, and their products.

        What the cost depends on is no setting: data may be negative.
        """
        cost = Symbol(self.program.cost or COST, (1, 1))
        found: dict[Expr, None] = {Number(Fraction(1)): None}
        stack: list[Expr] = [pair.value.expr]
        seen: set[str] = set()
        while stack and len(found) < MOST_RATES:
            for node in walk(stack.pop()):
                if isinstance(node, Number) and node.value:
                    found.setdefault(Number(abs(node.value)))
                elif isinstance(node, Symbol) and node.name in self.program.leaves:
                    is_data = depends(cost, self.program.definitions, {node.name})
                    if node.shape == (1, 1) and not is_data:
                        found.setdefault(node)
                elif isinstance(node, Symbol) and node.name not in seen | self._forward:
                    seen.add(node.name)
                    stack.append(self.program.definitions[node.name])
        single = list(found)[:MOST_RATES]
        return single + [Times(a, b) for a in single[1:] for b in single[1:] if a != b]

    @property
    def has_values(self) -> bool:
        """Whether the cost is defined anywhere: a claim about no point at all is no claim."""
        if self._has_values is None:
            cost = self.program.symbol(self.program.cost or COST)
            false = Equation(cost, Plus(cost, Number(Fraction(1))))
            self._has_values = differing(self.program, false) is not None
        return self._has_values

    def place(self, pair: Pair) -> ast.AST | None:
        """Where the value of a pair was computed."""
        expr = pair.value.expr
        while not isinstance(expr, Symbol) and isinstance(getattr(expr, "arg", None), Symbol):
            expr = expr.arg  # type: ignore[attr-defined]
        made = self.account.run.trace.made.get(expr.name, []) if isinstance(expr, Symbol) else []
        node = next((m.node for m in made if m.node is not None), None)
        if node is None:
            node = self._last_named(pair.label)
        return self._last_moved(pair) if node is None and pair.moved else node

    def _last_named(self, label: str) -> ast.AST | None:
        """The last statement that gives a value to a name: where a step moves a parameter."""
        every = (m for each in self.account.run.trace.made.values() for m in each)
        nodes = [m.node for m in every if m.name == label and m.node is not None]
        return max(nodes, key=_late, default=None)

    def _last_moved(self, pair: Pair) -> ast.AST | None:
        """The last statement that made what a step leaves, under whatever name."""
        made = self.account.run.trace.made
        names = [n.name for n in walk(pair.value.expr) if isinstance(n, Symbol)]
        nodes = [m.node for n in names for m in made.get(n, []) if m.node is not None]
        return max(nodes, key=_late, default=None)

    def is_some_gradient(self, name: str) -> bool:
        """Whether a value seems to be a value of the forward pass or the gradient by one."""
        value = self.program.symbol(name)
        return any(
            self.screen.agrees(Equation(left, value)) is True for left, _ in self.candidates(name)
        )

    def is_scaled(self, target: str, value: Expr, dim: str) -> bool:
        """Whether a value seems to be the gradient by `target` times or over a size."""
        left = self.program.gradient(target)
        if left.shape != value.shape:
            return False
        return any(
            self.screen.agrees(Equation(Times(Power(Size(dim), Fraction(k)), left), value)) is True
            for k in (1, -1)
        )

    def candidates(self, name: str) -> Iterator[tuple[Expr, Expr]]:
        """What a value may be: one of the forward pass, or the gradient by one of them.

        Gradients may be times a size or a rate; those of fitting names come first.
        """
        shape = self.program.shape(name)
        for other in self.forward:
            if self.program.shape(other) == shape:
                yield self.program.symbol(other), self.program.symbol(other)
        labels = [made.name for made in self.account.run.trace.made.get(name, [])]
        names = [*self.forward, *(p.target for p in self.account.pairs)]
        alike = [n for n in names if self.program.shape(n) == shape and n != self.program.cost]
        alike.sort(key=lambda n: not any(target_of(label, self._called(n)) for label in labels))
        for other in alike:
            gradient = self.program.gradient(other)
            yield gradient, gradient
            opposite = Times(Number(Fraction(-1)), gradient)
            yield opposite, opposite
            for dim in dict.fromkeys(d for d in shape if isinstance(d, str)):
                scaled = Times(Size(dim), gradient)
                yield scaled, scaled
            for rate, leaf in self.program.leaves.items():
                if leaf == Leaf((1, 1), "positive"):
                    scaled = Times(Symbol(rate, (1, 1)), gradient)
                    yield scaled, scaled

    def _called(self, name: str) -> list[str]:
        return [name, *(made.name for made in self.account.run.trace.made.get(name, []))]


def _reaches(expr: Expr, names: set[str], definitions: Mapping[str, Expr]) -> bool:
    """Whether an expression has a log in it, or is computed from one of `names`."""
    return any(isinstance(x, Apply) and x.function == "log" for x in walk(expr)) or any(
        name in names for name in behind(expr, definitions)
    )


S = TypeVar("S", bound=Scene)


def replace_case(case: S) -> S:
    """A copy of which the program and the assumptions may be changed."""
    other = object.__new__(type(case))
    other.account, other.definitions = case.account, case.definitions
    other.program, other.forward = case.program, case.forward
    other._forward = case._forward
    other.lemmas, other.assumptions = {}, case.assumptions
    other.rules, other.steps, other.conditions = set(), 0, set()
    other._screen, other._looked, other._has_values = None, set(), case._has_values
    return other


def pair_value(pair: Pair, left: Gradient) -> Expr:
    """The value of a pair, stretched to the shape of the parameter."""
    value = pair.value.expr
    return value if value.shape == left.shape else stretched(value, Symbol(left.name, left.dims))


def stretched(value: Expr, like: Expr) -> Expr:
    """Broadcast as an update would do it: ``value + 0 * like``."""
    fits = all(a == b or a == 1 for a, b in zip(value.shape, like.shape, strict=True))
    return Plus(value, Times(Number(Fraction(0)), like)) if fits else value


def _late(node: ast.AST) -> tuple[bool, int]:
    """Statements before what is part of one, later lines before earlier ones."""
    return isinstance(node, ast.stmt), getattr(node, "lineno", 0)
