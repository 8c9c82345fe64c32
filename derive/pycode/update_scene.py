"""What a step makes of one parameter, written out in leaves: what is proved of it.

Random points say which equation is worth a proof, and what is false; nothing is true by them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from derive.check import check
from derive.check.graph import Graph
from derive.check.signs import Sign, sign
from derive.program import (
    ONE,
    SCALAR,
    ZERO,
    Apply,
    Equation,
    Expr,
    Leaf,
    Number,
    Plus,
    Power,
    Program,
    Symbol,
    Times,
    minus,
    walk,
)
from derive.pycode.held import leaves_of, written
from derive.pycode.optimizer_names import Optimizer
from derive.pycode.optimizers import Moved, Step
from derive.pycode.pieces import simplified
from derive.pycode.polynomials import expanded, gathered
from derive.pycode.sampled import Undefined, value_of
from derive.pycode.state import OLD
from derive.scalars.table import function
from derive.tensors import prove

POINTS: Final = 6
TWO: Final = Fraction(2)


class Wrong(Exception):
    """A step that is not the rule: what differs, as an equation, and the value at fault."""

    def __init__(self, message: str, equation: Equation, at: Expr) -> None:
        super().__init__(message)
        self.equation, self.at = equation, at


class UpdateScene:
    """One parameter; all values are written out in leaves, entry by entry."""

    def __init__(self, optimizer: Optimizer, step: Step, moved: Moved) -> None:
        self.optimizer, self.step, self.moved = optimizer, step, moved
        trace = step.run.trace
        self.trace = trace
        self.w, self.g = moved.old, moved.gradient
        self.new = self.written(moved.new)
        written = {n: self.written(e) for n, e in step.state.items() if e != self.leaf(n)}
        self.state = {n: e for n, e in written.items() if self.g.name in leaves_of(e)}
        self.at = {n: step.state[n] for n in self.state}
        self.rules: set[str] = set()
        self.steps = 0
        self.points = [self._point(k) for k in range(POINTS)]
        self.program = Program(dict(self.trace.leaves), {}, {"tanh": function("tanh")}, None)

    # -- values ---------------------------------------------------------------------------

    def leaf(self, name: str) -> Symbol:
        return Symbol(name, self.trace.leaves[name].dims)

    def written(self, expr: Expr) -> Expr:
        return written(self.trace, expr)

    def _point(self, seed: int) -> dict[str, float]:
        """Numbers for all leaves."""
        rng = random.Random(seed)
        out = {}
        for name, leaf in self.trace.leaves.items():
            low, high = {"unit": (0.2, 0.9), "positive": (0.1, 2.0)}.get(leaf.domain, (-2.0, 2.0))
            out[name] = rng.uniform(low, high)
        return out

    def make_positive(self, name: str) -> None:
        """A leaf that averages squares is positive."""
        leaves = dict(self.program.leaves)
        leaves[name] = replace(leaves[name], domain="positive")
        self.program = Program(leaves, {}, self.program.functions, None)
        for point in self.points:
            point[name] = abs(point[name]) + 0.1

    def put(self, expr: Expr, **values: Expr) -> Expr:
        """An expression with numbers for leaves."""
        return simplified(expr, lambda e: values.get(e.name) if isinstance(e, Symbol) else None)

    def looks_equal(self, left: Expr, right: Expr) -> bool:
        """Whether both sides agree at random points."""
        for point in self.points:
            a, b = value_of(left, point), value_of(right, point)
            if abs(a - b) > 1e-9 * (abs(a) + abs(b)) + 1e-14:
                return False
        return True

    def proved(self, left: Expr, right: Expr, leaves: Mapping[str, Leaf] | None = None) -> bool:
        """Whether engine and checker accept an equation; leaves: if they are not the step's."""
        equation = Equation(left, right)
        if left == right:
            return True
        program = replace(self.program, leaves=self.program.leaves if leaves is None else leaves)
        outcome = prove(program, equation)
        if not outcome.proved or not check(program, equation).accepted:
            return False
        self.rules |= set(outcome.rules)
        self.steps += outcome.steps
        return True

    def need(self, left: Expr, right: Expr, said: str, at: Expr) -> bool:
        """Whether an equation is proved; raises `Wrong` if it is false."""
        if not self.looks_equal(left, right):
            raise Wrong(said, Equation(left, right), at)
        return self.proved(left, right)

    def need_numbers(self, *exprs: Expr) -> None:
        """Raises `Undefined` for a constant that is none: it differs from entry to entry."""
        names = {n for e in exprs for n in leaves_of(e)}
        if any(self.program.leaves[n].dims != SCALAR for n in names):
            raise Undefined("a rate that differs from entry to entry")

    # -- signs ----------------------------------------------------------------------------

    def looks_negative(self, expr: Expr) -> bool:
        """Whether a number is below 0 at random points."""
        return all(value_of(expr, point) < 0 for point in self.points)

    def is_positive(self, expr: Expr) -> bool:
        """Whether engine and checker know a number to be above 0, as it stands or multiplied out.

        For the engine that is an equation, ``step(x) = 1``; for the checker a sign by its form.
        """
        for form in (gathered(expr), expanded(expr)):
            if not self.proved(expr, form):
                continue
            outcome = prove(self.program, Equation(Apply("step", 0, form), ONE))
            if outcome.proved and sign(Graph(self.program), form) >= Sign.POSITIVE:
                return True
        return False

    def need_share(self, expr: Expr, said: str) -> None:
        """Raises `Undefined` for a constant that is not known to lie between 0 and 1."""
        if not (self.is_positive(expr) and self.is_positive(minus(ONE, expr))):
            raise Undefined(said)

    def need_lasting_numbers(self) -> None:
        """Raises `Undefined` for a number that later steps may not take for positive."""
        used = self._used()
        for (base, exponent), leaf in self.step.run.powers.items():
            if leaf.name in used and not self.is_positive(self.written(exponent)):
                raise Undefined(f"a power of {base} whose exponent may be negative,")
        for name, new in self.step.changed.items():
            if name in used and (new is None or not self.is_positive(new)):
                raise Undefined(f"{name.removeprefix(OLD)}, which may become negative,")

    def assumed(self) -> list[str]:
        """What is taken for granted of the constants that lie between 0 and 1 by their names."""
        used = self._used()
        powers = {leaf.name for leaf in self.step.run.powers.values()}
        return [
            f"{name} lies between 0 and 1"
            for name in sorted(used - powers)
            if self.program.leaves[name].domain == "unit"
        ]

    def _used(self) -> set[str]:
        """The leaves that the step needs."""
        return leaves_of(self.new).union(*map(leaves_of, self.state.values()))

    # -- constants ------------------------------------------------------------------------

    def scalars(self, *exprs: Expr) -> list[Expr]:
        """The numbers that occur: leaves that are numbers, and numbers of the source."""
        found: dict[Expr, None] = {}
        for expr in exprs:
            for node in walk(expr):
                if isinstance(node, Symbol) and node.dims == SCALAR:
                    if self.program.leaves[node.name].domain != "unit":
                        found[node] = None
                elif isinstance(node, Number) and node.value:
                    found[Number(abs(node.value))] = None
        return list(found)

    def powers(self, *bases: Expr) -> list[Expr]:
        """beta^t of each of the constants, for the number of the step.

        Where the step has none its place is taken by any number: then it is not the rule.
        """
        used, found, exponents = leaves_of(self.new), [], set()
        for base in bases:
            known = [
                (exponent, leaf)
                for (own, exponent), leaf in self.step.run.powers.items()
                if leaf.name in used
                and (own == base or (isinstance(base, Number) and own == base.value))
            ]
            exponents |= {self.written(exponent) for exponent, _ in known}
            found.append(known[0][1] if known else self._any_power())
        if len(exponents) > 1 or not all(map(self._counts, exponents)):
            raise Undefined("a number of the step that is not counted from 1")
        return found

    def _any_power(self) -> Expr:
        leaf = self.trace.leaf("power", SCALAR, "unit")
        leaves = dict(self.program.leaves)
        leaves[leaf.name] = self.trace.leaves[leaf.name]
        self.program = Program(leaves, {}, self.program.functions, None)
        for k, point in enumerate(self.points):
            point[leaf.name] = (k + 1) / (POINTS + 2)
        return leaf

    def _counts(self, exponent: Expr) -> bool:
        """Whether an exponent is 2 in the second step, and grows by one, if that is known."""
        names = leaves_of(exponent)
        known = self.step.counters
        if not names & known.keys():
            self.trace.conditions.setdefault(f"{' and '.join(sorted(names))} counts the steps")
            plain = exponent.left if isinstance(exponent, Plus) and exponent.right == ONE else None
            return isinstance(exponent, Symbol) or isinstance(plain, Symbol)
        second = {n: Number(Fraction(v)) for n, v in known.items() if v is not None}
        return self.put(exponent, **second) == Number(TWO)

    def averages(self, name: str, new: Expr, squared: bool, said: str) -> Expr:
        """The beta of ``beta * old + (1 - beta) * g``, or of the squares of g."""
        beta = self.put(new, **{name: ONE, self.g.name: ZERO})
        if self.w.name in leaves_of(new):
            raise Undefined("a gradient to which the parameter was added")
        self.need_numbers(beta)
        self.need_share(beta, "an average whose share is not known to lie between 0 and 1")
        term: Expr = Power(self.g, TWO) if squared else self.g
        wanted = Plus(Times(beta, self.leaf(name)), Times(minus(ONE, beta), term))
        if not self.need(new, wanted, said, self.at[name]):
            raise Undefined("a state that is not proved to be an average")
        return beta

    def even(self) -> list[str]:
        """The state in which the sign of the gradient does not matter."""
        opposite = Times(Number(Fraction(-1)), self.g)
        return [
            n
            for n, e in self.state.items()
            if self.looks_equal(self.put(e, **{self.g.name: opposite}), e)
        ]

    def under_roots(self) -> list[str]:
        """The state of which the step takes a root."""
        roots = [n for n in walk(self.new) if isinstance(n, Power) and n.exponent.denominator == 2]
        names = {name for root in roots for name in leaves_of(root)}
        return [n for n in self.state if n in names]

    def tries(self, forms: Iterator[Expr], steps: list[Expr], said: str) -> bool:
        """Whether the new parameter is one of the forms; raises `Wrong` if it is none.

        steps: what a rate is multiplied by; a rate that is no number of the source is not found.
        """
        first: Expr | None = None
        for form in forms:
            first = form if first is None else first
            if self.looks_equal(self.new, form):
                return self.proved(self.new, form)
        if any(self._is_multiple(step) for step in steps):
            raise Undefined("a rate that is not found among the numbers of the source")
        if first is not None:
            raise Wrong(said, Equation(self.new, first), self.moved.new)
        return False

    def other_multiple(self, expr: Expr, wanted: Expr) -> Symbol | None:
        """A value of the step that is some number times an expression, yet not what is wanted."""
        for name, shape in ((n, e.shape) for n, e in self.trace.definitions.items()):
            if shape != self.g.dims:
                continue
            value = self.written(Symbol(name, shape))
            try:
                known = self.looks_equal(value, expr) or self.looks_equal(value, wanted)
                if not known and all(self._keeps_share(value, expr)):
                    return Symbol(name, shape)
            except Undefined:
                continue
        return None

    def _keeps_share(self, value: Expr, expr: Expr) -> Iterator[bool]:
        arrays = [n for n, leaf in self.program.leaves.items() if leaf.dims != SCALAR]
        for point, other in zip(self.points, self.points[1:], strict=False):
            both = point | {n: other[n] for n in arrays}
            first, second = (value_of(value, p) / (value_of(expr, p) or 1.0) for p in (point, both))
            yield abs(first - second) <= 1e-9 * (abs(first) + abs(second))

    def _is_multiple(self, step: Expr) -> bool:
        """Whether the parameter moves by some number times a step, the same for all entries."""
        arrays = [
            n
            for n, leaf in self.program.leaves.items()
            if leaf.dims != SCALAR or n.startswith("power")
        ]
        shares = []
        for point, other in zip(self.points, self.points[1:], strict=False):
            both = point | {n: other[n] for n in arrays}
            share = [
                (at[self.w.name] - value_of(self.new, at)) / (value_of(step, at) or 1.0)
                for at in (point, both)
            ]
            shares.append(abs(share[0] - share[1]) <= 1e-9 * (abs(share[0]) + abs(share[1])))
            shares.append(share[0] > 0)
        return all(shares)
