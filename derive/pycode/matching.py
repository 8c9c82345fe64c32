"""What a module computes, line by line, against the values of a `Reference`.

Every value that the source computes on the way is compared with those of the reference at a
random point; where two agree, engine and checker prove that they are the same, with everything
before them opaque.  From there on the one stands for the other, so each proof is about one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from derive.check import check
from derive.program import (
    ONE,
    SCALAR,
    ZERO,
    Apply,
    Build,
    Equation,
    Expr,
    Function,
    Leaf,
    Number,
    Plus,
    Power,
    Program,
    Size,
    Symbol,
    Times,
    children,
    walk,
    with_children,
)
from derive.pycode.common import cases
from derive.pycode.fillings import number, stretched, unfilled
from derive.pycode.lemmas import Lemmas
from derive.pycode.pieces import has_steps, step_of
from derive.pycode.plain import replaced
from derive.pycode.reference import Reference, small_steps
from derive.pycode.sampling import Rows, Sample, close
from derive.pycode.store import Trace
from derive.scalars.table import function
from derive.tensors import prove

MOST_NODES = 400
"""Parts of an expression for which a proof is tried."""
MOST_STEPS = 3
MOST_IN_CASES = 3000
"""The same case by case, for every choice of at most `MOST_STEPS` steps."""
MOST_IN_FORMS = 40_000
"""The same for one function of one variable."""
BUDGET = 60_000
POINTS = 3
"""So many random points: where a unit is dead at one, it is alive at another."""
TINY = Fraction(1, 10**30)
"""Bounds that keep the logarithm of a label finite are smaller."""
_ANY = Leaf(SCALAR)
_POINTWISE = (Plus, Times, Power, Apply, Number, Size, Symbol)
ROUGHLY = 1e-4
FAR_APART = (-23.0, -4.6, -1.4, 1.7, 5.2, 19.0)
"""Numbers at which a form is looked at before anything is proved of it."""
EFFORT = 300_000
"""Steps of proof in all: with these a module that is right is proved many times over."""
DEEPEST = 3
"""How far back definitions are written out for a proof."""


@dataclass(frozen=True)
class Node:
    """A value of the reference: what it is called, what it is, and its entries at the point."""

    name: str
    stands: Expr
    definition: Expr
    values: tuple[Rows, ...]


class Matcher:
    """Expressions of one run of a module in terms of a reference.

    polynomials: the coefficients of the functions that stand for polynomials.  rate: what every
    gradient is multiplied by besides, None if nothing.
    """

    def __init__(
        self,
        trace: Trace,
        reference: Reference,
        polynomials: dict[str, tuple[Fraction, ...]],
        rate: Symbol | None = None,
    ) -> None:
        self.trace, self.reference, self.rate = trace, reference, rate
        self.functions: dict[str, Function] = {"tanh": function("tanh"), **reference.functions}
        self.opaque = {name: Function(name) for name in (*reference.functions, "rint")}
        self.opaque |= {name: Function(name) for name in polynomials}
        self.lemmas = Lemmas(reference, trace, self.functions, self.opaque)
        known = {**self.opaque, **self.functions}
        self.samples = [Sample(known, polynomials, seed) for seed in range(POINTS)]
        self.line = Sample(known, polynomials)
        self._different: dict[tuple[Expr, str, int], bool] = {}
        self.values = small_steps(reference)
        self.leaves = dict(reference.leaves)
        for name, leaf in sorted({**trace.leaves, **reference.leaves}.items()):
            for sample in self.samples:
                sample.draw(name, leaf)
        self.nodes = list(self._nodes())
        self.effort = EFFORT
        self._reduced: dict[str, Expr] = {}
        self._memory: dict[int, tuple[Expr, Expr]] = {}
        self._verdicts: dict[tuple[Expr, Expr], bool] = {}

    def _nodes(self) -> Iterator[Node]:
        scaled = {self.values.name(name) for name in self.reference.gradients.values()}
        scaled |= {n for n in self.values.definitions if n[0] == "d" and n[1:2].isupper()}
        scaled |= {n for n in self.values.definitions if n.startswith(("dgamma", "dbeta"))}
        scaled |= {
            n
            for n, e in self.values.definitions.items()
            if n.startswith("value")
            and any(isinstance(part, Symbol) and part.name in scaled for part in walk(e))
        }
        for name, expr in self.values.definitions.items():
            for sample in self.samples:
                sample.define(name, expr)
            values = self._values(Symbol(name, expr.shape))
            self.leaves[name] = self.reference.domains.get(name) or Leaf(expr.shape)
            if values is None:
                continue
            symbol = Symbol(name, expr.shape)
            yield Node(name, symbol, expr, values)
            if self.rate is not None and name in scaled:
                product = Times(self.rate, symbol)
                found = self._values(product)
                if found is not None:
                    yield Node(name, product, Times(self.rate, expr), found)

    def _values(self, expr: Expr) -> tuple[Rows, ...] | None:
        """The values of an expression at all points, None if it lacks one."""
        found = []
        for sample in self.samples:
            value = sample.value(expr)
            if value is None:
                return None
            found.append(value)
        return tuple(found)

    # -- results --------------------------------------------------------------------------

    def is_value(self, expr: Expr, name: str, *, scaled: bool = False) -> bool:
        """Whether an expression of the run is proved to be a value of the reference."""
        name = self.values.name(name)
        wanted: Expr = Symbol(name, self.leaves[name].dims)
        definition = self.values.definitions[name]
        if scaled and self.rate is not None:
            wanted, definition = Times(self.rate, wanted), Times(self.rate, definition)
        found = self.reduced(expr)
        # what is 0 but for rounding is no candidate at any point
        return found == wanted or (
            found.shape == wanted.shape and self._claim(found, definition, wanted)
        )

    def is_zero(self, expr: Expr) -> bool:
        """Whether an expression of the run is proved to be 0 everywhere."""
        found = self.reduced(expr)
        return self._holds(found, Times(ZERO, found), (), self.opaque)

    def is_moved(self, expr: Expr, wanted: Expr) -> bool:
        """Whether an expression is proved to be one over leaves and values of the reference."""

        def named(name: str) -> Expr | None:
            known = self.values.name(name)
            return Symbol(known, self.leaves[known].dims) if known != name else None

        return self._holds(self.reduced(expr), replaced(wanted, named), (), self.opaque)

    def reduced(self, expr: Expr) -> Expr:
        """The expression with values of the reference wherever it is proved to compute them."""
        if isinstance(expr, Symbol):
            if expr.name not in self._reduced:
                definition = self.trace.definitions.get(expr.name)
                same = Symbol(self.values.name(expr.name), expr.dims)
                found = same if definition is None else self.reduced(definition)
                self._reduced[expr.name] = self._matched(found)
            return self._reduced[expr.name]
        known = self._memory.get(id(expr))
        if known is None:
            known = self._memory[id(expr)] = (expr, self._matched(self._rebuilt(expr)))
        return known[1]

    def _rebuilt(self, expr: Expr) -> Expr:
        if isinstance(expr, Size):
            fixed = expr.dim[0] == "n" and expr.dim[1:].isdigit()
            return Number(Fraction(int(expr.dim[1:]))) if fixed else expr
        parts = tuple(self.reduced(child) for child in children(expr))
        if isinstance(expr, (Plus, Times)):
            parts = stretched(expr, parts)
        match expr, parts:
            case Plus(), (Number(value=offset), Plus(left=left, right=right)) if (
                number(right) == -offset
            ):
                return left
        if isinstance(expr, Apply) and expr.function == "step":
            return self._step(parts[0])
        return expr if parts == children(expr) else with_children(expr, parts)

    def _step(self, arg: Expr) -> Expr:
        """A step in terms of the opposite sign's; 1 for labels against the smallest number."""
        plain = step_of(arg)
        if plain != Apply("step", 0, arg):
            self.trace.conditions.setdefault("arguments of step functions are not 0")
            return plain
        match arg:
            case Plus(left=Symbol(name=name), right=right):
                offset = number(right)
                unit = self.leaves.get(name, _ANY).domain == "unit"
                if unit and offset is not None and -TINY < offset < 0:
                    self.trace.conditions.setdefault(f"{name} is 0 or above the smallest number")
                    return ONE
        return plain

    def _matched(self, expr: Expr) -> Expr:
        if isinstance(expr, (Number, Size)):
            return expr
        if isinstance(expr, Symbol) and expr.name in self.values.definitions:
            return expr
        values = self._values(expr)
        if values is None:
            return expr
        within = {node.name for node in walk(expr) if isinstance(node, Symbol)}
        for node in self.nodes:
            if node.stands.shape == expr.shape and all(map(close, values, node.values)):
                if expr == node.stands:
                    return expr
                if node.name in within:
                    if self._is_of_itself(expr, node):
                        return node.stands
                elif self._claim(expr, node.definition, node.stands):
                    return node.stands
        return expr

    def _is_of_itself(self, expr: Expr, node: Node) -> bool:
        """Whether an expression is proved to be a value that a part of it was taken for.

        ``log1p(min(x, c)^2) + 2 log(max(x, c) / c)`` is log(1 + x^2), and so is its first term as
        long as x is below c.
        """
        if not has_steps(expr):
            return self._claim(expr, node.stands, node.stands)
        right = node.definition
        if not isinstance(right, Apply) or right.function not in self.reference.functions:
            return False
        form = self._of_one_number(expr, right)
        return form is not None and self.lemmas.holds(form, right.function, right.order)

    # -- proofs ---------------------------------------------------------------------------

    def _claim(self, left: Expr, right: Expr, stands: Expr) -> bool:
        """Whether both are proved equal; kept, whatever the answer."""
        if left == right:
            return True
        key = left, stands
        if key not in self._verdicts:
            self._verdicts[key] = self._proved(left, right)
        return self._verdicts[key]

    def _proved(self, left: Expr, right: Expr) -> bool:
        size = sum(1 for _ in islice(walk(left), MOST_IN_FORMS))
        if size >= MOST_IN_FORMS:
            return False
        if isinstance(right, Apply) and right.function in self.reference.functions:
            form = self._of_one_number(left, right)
            if form is not None and self._differs(form, right):
                return False
            if form is not None and self.lemmas.holds(form, right.function, right.order):
                return True
        if size > MOST_NODES:
            return size <= MOST_IN_CASES and self._for_any_step(left, right)
        if self._holds(left, right, (), self.opaque):
            return True
        known: dict[str, Expr] = {}
        for _ in range(DEEPEST):
            wider = self._computed(left, right, known)
            if wider == known and known:
                break
            known = wider
            if self._holds(left, right, known, self.functions):
                return True
            if self._by_cases(left, right, known):
                return True
        return self._for_any_step(left, right)

    def _for_any_step(self, left: Expr, right: Expr) -> bool:
        """Whether two elementwise expressions are equal whatever their steps are, 0 or 1."""
        kinds = (*_POINTWISE, Build)
        if left.shape != right.shape or not all(
            isinstance(n, kinds) for side in (left, right) for n in walk(side)
        ):
            return False
        chosen = cases(unfilled(left), unfilled(right), most=2**MOST_STEPS)
        return chosen is not None and all(self._hold_entrywise(*pair) for pair in chosen)

    def _hold_entrywise(self, left: Expr, right: Expr) -> bool:
        """Whether two elementwise expressions are equal for numbers, and so for all entries."""
        known = {n.name: n for side in (left, right) for n in walk(side) if isinstance(n, Symbol)}
        if any(isinstance(n, Build) for side in (left, right) for n in walk(side)):
            return False
        leaves = {
            name: Leaf(SCALAR, (self.leaves.get(name) or self.trace.leaves[name]).domain)
            for name in sorted(known)
        }

        def entry(name: str) -> Expr:
            return Symbol(name, SCALAR)

        program = Program(leaves, {}, {"tanh": function("tanh"), **self.functions})
        return self._accepted(program, Equation(replaced(left, entry), replaced(right, entry)))

    def _by_cases(self, left: Expr, right: Expr, known: dict[str, Expr] | tuple[()]) -> bool:
        plain = self.lemmas.plain(left, self.leaves)
        return plain != left and self._holds(plain, right, known, self.functions)

    def _of_one_number(self, left: Expr, right: Apply) -> Expr | None:
        """`left` in terms of a number z where `right` is a function of it; None if it has more."""
        z = Symbol("z", SCALAR)

        def scalar(name: str) -> Expr | None:
            if isinstance(right.arg, Symbol) and name == right.arg.name:
                return z
            found = self.values.definitions.get(name)
            if isinstance(found, Apply) and found.arg == right.arg:
                return Apply(found.function, found.order, z)
            return None

        try:
            expr = replaced(unfilled(left), scalar)
        except ValueError:
            return None
        names = {node.name for node in walk(expr) if isinstance(node, Symbol)}
        if any(not isinstance(node, _POINTWISE) or isinstance(node, Size) for node in walk(expr)):
            return None
        return expr if names <= {"z"} else None

    def _differs(self, form: Expr, right: Apply) -> bool:
        """Whether a form in z is another function than `right`, seen at numbers of any size.

        One branch of a function is the function where nothing but small numbers is looked at.
        """
        key = form, right.function, right.order
        if key not in self._different:
            wanted = Apply(right.function, right.order, Symbol("z", SCALAR))
            self._different[key] = any(self._differ_at(form, wanted, z) for z in FAR_APART)
        return self._different[key]

    def _differ_at(self, left: Expr, right: Expr, z: float) -> bool:
        self.line.give("z", z)
        one, other = self.line.value(left), self.line.value(right)
        # a cut at 1e9 is computed by what it takes away, which leaves few digits
        return one is not None and other is not None and not close(one, other, ROUGHLY)

    def _computed(self, left: Expr, right: Expr, known: dict[str, Expr]) -> dict[str, Expr]:
        """The definitions of the values of the forward pass that expressions mention.

        One level more than what is `known`; values that only have a name here are written out.
        """
        found = dict(known)
        pending = [(expr, False) for expr in (left, right, *known.values())]
        while pending:
            expr, deeper = pending.pop()
            for node in walk(expr):
                if not isinstance(node, Symbol) or node.name in found:
                    continue
                written_out = node.name.startswith("value")
                if self._opens(node.name) and (written_out or not deeper):
                    found[node.name] = self.values.definitions[node.name]
                    pending.append((found[node.name], deeper or not written_out))
        return found

    def _opens(self, name: str) -> bool:
        return name in self.values.definitions and not (
            name in self.reference.domains or name.startswith("d")
        )

    def _holds(
        self,
        left: Expr,
        right: Expr,
        definitions: dict[str, Expr] | tuple[()],
        functions: dict[str, Function],
    ) -> bool:
        ordered = {
            n: self.values.definitions[n] for n in self.values.definitions if n in definitions
        }
        mentioned = (left, right, *ordered.values())
        names = {n.name for e in mentioned for n in walk(e) if isinstance(n, Symbol)}
        leaves = {
            name: self.leaves.get(name) or self.trace.leaves[name]
            for name in sorted(names)
            if name not in ordered
        }
        program = Program(leaves, ordered, {"tanh": function("tanh"), **functions})
        equation = Equation(left, right)
        return left.shape == right.shape and self._accepted(program, equation)

    def _accepted(self, program: Program, equation: Equation) -> bool:
        if self.effort < 0:
            return False
        outcome = prove(program, equation, budget=BUDGET)
        self.effort -= outcome.steps
        if not (outcome.proved and check(program, equation).accepted):
            return False
        for text in outcome.side_conditions:
            self.trace.conditions.setdefault(text)
        return True
