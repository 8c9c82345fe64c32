"""A returned gradient against the true one: lemmas on what is computed on the way, then the claim.

Every value of the backward pass that is proved to be the gradient by some value of the forward
pass stands for that gradient from there on, so each step of a proof is local.  `verified` needs
the engine's proof and the checker's acceptance of every lemma and of the claim.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import islice

from derive.check import Screen, check, find_counterexample
from derive.program import (
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
    Sum,
    Symbol,
    Times,
    show_shape,
    walk,
)
from derive.pycode.account import Account, Pair
from derive.pycode.guess import is_labels
from derive.pycode.loosened import fixed_sizes, with_sizes, without_guards
from derive.pycode.names import target_of
from derive.pycode.onehot import counterexample
from derive.pycode.plain import behind, depends, plain_definitions, replaced
from derive.scalars.table import function
from derive.tensors import prove
from derive.tensors.prove import BUDGET
from derive.verdict import Counterexample, Proof, Verdict

COST = "cost"
MOST_NODES = 2_000
"""Parts of an expression that is written out down to what is known."""
ONE_HOT = "outside the fragment: it rests on labels being 0 or 1"
MOST_RATES = 12
LEMMA_BUDGET = 20_000
"""Steps of proof that a lemma may take; one that takes more would help nobody."""


@dataclass(frozen=True)
class Ruling:
    """The verdict on one returned gradient; node: the place in the source that decides it."""

    pair: Pair
    verdict: Verdict
    reason: str = ""
    node: ast.AST | None = None
    counterexample: Counterexample | None = None
    proof: Proof | None = None
    conditions: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass
class Case:
    """One account, ready to be judged."""

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
        self.program = Program(trace.leaves, kept, {"tanh": function("tanh")}, name)

    @property
    def screen(self) -> Screen:
        if self._screen is None:
            self._screen = Screen(self.program)
        return self._screen

    def assume(self, label: str, axis: int) -> Case:
        """The same case where the entries of a leaf add up to 1 along an axis."""
        leaves = dict(self.program.leaves)
        leaves[label] = replace(leaves[label], sums_to_one=axis)
        said = f"the entries of {label} add up to 1 along axis {axis}"
        other = replace_case(self)
        other.program = replace(self.program, leaves=leaves)
        other.assumptions = (*self.assumptions, said)
        return other

    def rewritten(self, change: Callable[[Expr], Expr], said: str) -> Case | None:
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

    def _agrees(self, equation: Equation) -> bool | None:
        """What random points say; where exp is taken of a log, exact ones."""
        said = self.screen.agrees(equation)
        if said is False and self._exp_of_log:
            return find_counterexample(self.program, equation) is None
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
            return any(self._takes(scale, left, value) for scale in self.rates(pair))
        return self._agrees(Equation(left, value)) is not False

    def own_cost(self) -> tuple[str, Counterexample | None] | None:
        """Why the cost beside the gradients is not proved to be the public one; None if it is."""
        own = self.account.own
        assert own is not None
        assert self.program.cost is not None
        equation = Equation(self.program.symbol(self.program.cost), own)
        reason = self.settle(equation)
        return (reason, self._counterexample(equation)[0]) if reason else None

    # -- one claim ------------------------------------------------------------------------

    def rule(self, pair: Pair) -> Ruling:
        """The verdict on one pair."""
        trace = self.account.run.trace
        leaf = trace.leaves[pair.target]
        node = self.place(pair)
        for expr in (Symbol(self.program.cost or COST, (1, 1)), pair.value.expr):
            if depends(expr, self.program.definitions, trace.shifts):
                reason = "a maximum that is not proved to cancel is in it"
                return self._ruling(pair, Verdict.UNPROVEN, reason, node)
            if depends(expr, trace.definitions, trace.unwritten):
                reason = "memory into which nothing was written is in it"
                return self._ruling(pair, Verdict.UNPROVEN, reason, node)
        if self._has_no_part(pair):
            reason = f"the cost as it was understood is not computed from {pair.target}"
            return self._ruling(pair, Verdict.UNPROVEN, reason, node)
        if pair.moved:
            return self._moved(pair, node)
        value = pair.value.expr
        if value.shape != leaf.dims:
            value = _stretched(value, Symbol(pair.target, leaf.dims))
            if value.shape != leaf.dims:
                reason = (
                    f"the gradient by {pair.target} has the shape {show_shape(leaf.dims)}, "
                    f"this one {show_shape(value.shape)}"
                )
                return self._ruling(pair, Verdict.REFUTED, reason, node)
        left = self.program.gradient(pair.target)
        plain = Equation(left, value)
        if self.screen.agrees(plain) is False:
            example, known = self._counterexample(plain)
            if example is not None:
                return self._refuted(pair, example)
            if not known:
                return self._ruling(pair, Verdict.UNPROVEN, ONE_HOT, node)
        return self._proved(pair, left, value, node)

    def _has_no_part(self, pair: Pair) -> bool:
        """Whether the cost says nothing of a parameter that is given a gradient all the same."""
        cost = Symbol(self.program.cost or COST, (1, 1))
        zero = isinstance(pair.value.expr, Number) and not pair.value.expr.value
        return not (zero or depends(cost, self.program.definitions, {pair.target}))

    def _moved(self, pair: Pair, node: ast.AST | None) -> Ruling:
        """A step against the gradient: what is taken away is a positive number times it."""
        left, value = self.program.gradient(pair.target), pair.value.expr
        scale = next((s for s in self.rates(pair) if self._takes(s, left, value)), None)
        if scale is None:
            example, _ = self._counterexample(Equation(left, value))
            reason = f"{pair.label} is not moved against the gradient by {pair.target}"
            if example is None or self.has_values is False:
                return self._ruling(pair, Verdict.UNPROVEN, reason, node)
            return replace(self._refuted(pair, example), reason=reason)
        inverse = Power(scale, Fraction(-1))
        shown = replace(pair, moved=False, value=replace(pair.value, expr=Times(inverse, value)))
        ruling = self._proved(shown, left, shown.value.expr, node)
        said = () if isinstance(scale, Number) else ("the rate is positive",)
        return replace(ruling, pair=pair, assumptions=(*ruling.assumptions, *said))

    def _takes(self, scale: Expr, left: Gradient, value: Expr) -> bool:
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

    def _proved(self, pair: Pair, left: Gradient, value: Expr, node: ast.AST | None) -> Ruling:
        self._find_lemmas(pair.value.expr)
        own = value.name if isinstance(value, Symbol) else ""
        if own in self.program.definitions:
            value = self.program.definitions[own]
        local = self._local(value)
        for equation in (Equation(left, local), Equation(left, pair_value(pair, left))):
            reason = self.settle(equation)
            if not reason and not self.has_values:
                reason = "no point was found at which the cost is defined"
                return self._ruling(pair, Verdict.UNPROVEN, reason, node)
            if not reason:
                proof = Proof(tuple(sorted(self.rules)), self.steps, True)
                return replace(self._ruling(pair, Verdict.VERIFIED, "", node), proof=proof)
        example, _ = self._counterexample(Equation(left, pair_value(pair, left)))
        if example is not None:
            return self._refuted(pair, example)
        return self._ruling(pair, Verdict.UNPROVEN, reason, node)

    def _counterexample(self, equation: Equation) -> tuple[Counterexample | None, bool]:
        """A counterexample, and whether it could be told that it is one."""
        return counterexample(self.program, equation, self.account.run.trace.onehot)

    def settle(self, equation: Equation, budget: int = BUDGET) -> str:
        """Empty if proved and accepted, else why not."""
        outcome = prove(self.program, equation, budget=budget)
        if not outcome.proved:
            return "neither proved nor refuted" if outcome.reason == "not zero" else outcome.reason
        acceptance = check(self.program, equation)
        if not acceptance.accepted:
            return f"the engine proves it, the checker does not accept it ({acceptance.reason})"
        self.rules |= set(outcome.rules)
        self.steps += outcome.steps
        self.conditions |= set(outcome.side_conditions)
        return ""

    @property
    def has_values(self) -> bool:
        """Whether the cost is defined anywhere: a claim about no point at all is no claim."""
        if self._has_values is None:
            cost = self.program.symbol(self.program.cost or COST)
            false = Equation(cost, Plus(cost, Number(Fraction(1))))
            self._has_values = find_counterexample(self.program, false) is not None
        return self._has_values

    def _ruling(self, pair: Pair, verdict: Verdict, reason: str, node: ast.AST | None) -> Ruling:
        conditions = sorted({*self.conditions, *self.account.run.trace.conditions})
        return Ruling(pair, verdict, reason, node, None, None, tuple(conditions), self.assumptions)

    def place(self, pair: Pair) -> ast.AST | None:
        """Where the value of a pair was computed."""
        expr = pair.value.expr
        while not isinstance(expr, Symbol) and isinstance(getattr(expr, "arg", None), Symbol):
            expr = expr.arg  # type: ignore[attr-defined]
        made = self.account.run.trace.made.get(expr.name, []) if isinstance(expr, Symbol) else []
        return next((m.node for m in made if m.node is not None), None)

    # -- lemmas ---------------------------------------------------------------------------

    def _find_lemmas(self, expr: Expr) -> None:
        """Proves for the values behind `expr` which gradients they are."""
        for name in behind(expr, self.program.definitions):
            if name in self._looked or name in self.forward:
                continue
            self._looked.add(name)
            for left, stands in self._candidates(name):
                if self.screen.agrees(Equation(left, self.program.symbol(name))) is not True:
                    continue
                local = self._local(self.program.definitions[name])
                if not self.settle(Equation(left, local), LEMMA_BUDGET):
                    self.lemmas[name] = stands
                break

    def is_some_gradient(self, name: str) -> bool:
        """Whether a value seems to be a value of the forward pass or the gradient by one."""
        value = self.program.symbol(name)
        return any(
            self.screen.agrees(Equation(left, value)) is True for left, _ in self._candidates(name)
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

    def _local(self, expr: Expr) -> Expr:
        """An expression in values of the forward pass and gradients that are known."""
        left = MOST_NODES

        def inner(name: str) -> Expr | None:
            nonlocal left
            if name in self.lemmas:
                return self.lemmas[name]
            definition = self.program.definitions.get(name)
            if definition is None or name in self._forward or left <= 0:
                return None
            left -= sum(1 for _ in islice(walk(definition), MOST_NODES))
            return replaced(definition, inner)

        return replaced(expr, inner)

    def _candidates(self, name: str) -> Iterator[tuple[Expr, Expr]]:
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

    # -- refutations ----------------------------------------------------------------------

    def _refuted(self, pair: Pair, example: Counterexample) -> Ruling:
        """With the first line of the backward pass that is no longer right."""
        fixed = self._fixed_size()
        if fixed:
            reason = f"the size {fixed} stands as a number in the source; write it as a shape"
            return self._ruling(pair, Verdict.UNPROVEN, reason, self.place(pair))
        node, label = self.first_wrong(pair)
        reason = ""
        if label and label != pair.label:
            reason = f"{label} is wrong, from which {pair.label} is computed"
        ruling = self._ruling(pair, Verdict.REFUTED, reason, node)
        return replace(ruling, counterexample=example)

    def _fixed_size(self) -> int:
        """A constant size that also stands as a number in what is computed, 0 if none does.

        Sizes are symbols here, so the two would seem to be different.
        """
        return min(fixed_sizes(self.program), default=0)

    def first_wrong(self, pair: Pair) -> tuple[ast.AST | None, str]:
        """The first value named as a gradient that is none, else that of the pair itself."""
        trace = self.account.run.trace
        called = {c: n for n in self.forward for c in self._called(n)}
        for name in behind(pair.value.expr, self.program.definitions):
            if name in self.forward:
                continue
            for made in trace.made.get(name, []):
                target = target_of(made.name, called)
                if target is None or made.node is None or made.name == pair.label:
                    continue
                if not self._right(called[target], name):
                    return made.node, made.name
        return self.place(pair), pair.label

    def _right(self, target: str, name: str) -> bool:
        if self.program.shape(target) != self.program.shape(name):
            return False
        value, gradient = self.program.symbol(name), self.program.gradient(target)
        dims = [d for d in self.program.shape(name) if isinstance(d, str)]
        scales: list[Expr] = [Number(Fraction(1)), *map(Size, dict.fromkeys(dims))]
        return any(
            self.screen.agrees(Equation(Times(scale, gradient), value)) is not False
            for scale in scales
        )


def _reaches(expr: Expr, names: set[str], definitions: Mapping[str, Expr]) -> bool:
    """Whether an expression has a log in it, or is computed from one of `names`."""
    return any(isinstance(x, Apply) and x.function == "log" for x in walk(expr)) or any(
        name in names for name in behind(expr, definitions)
    )


def replace_case(case: Case) -> Case:
    """A copy of which the program and the assumptions may be changed."""
    other = object.__new__(Case)
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
    return value if value.shape == left.shape else _stretched(value, Symbol(left.name, left.dims))


def _stretched(value: Expr, like: Expr) -> Expr:
    """Broadcast as an update would do it: ``value + 0 * like``."""
    fits = all(a == b or a == 1 for a, b in zip(value.shape, like.shape, strict=True))
    return Plus(value, Times(Number(Fraction(0)), like)) if fits else value


def best_case(account: Account) -> Case:
    """The account as a case, under the assumption by which most gradients seem right.

    Assumed may be: labels that add up to 1; that a number is the size of an axis which has that
    size in the source; that what is added to guard a logarithm or a quotient is 0.
    """
    best = Case(account)
    most = best.agreeing()
    for make in (with_sizes, without_guards):
        if most == len(account.pairs):
            return best
        other = make(best)
        if other is not None and (right := other.agreeing()) >= most + (make is without_guards):
            best, most = other, right
    if most == len(account.pairs):
        return best
    for label, axis in _distributions(best):
        other = best.assume(label, axis)
        if other.agreeing() > most:
            return other
        loose = without_guards(other)
        if loose is not None and loose.agreeing() > most:
            return loose
    return best


def _distributions(case: Case) -> Iterator[tuple[str, int]]:
    """Labels whose entries may add up to 1: along the axis of a softmax of their shape."""
    axes = {
        (node.arg.shape, node.axis)
        for name in case.forward
        for node in walk(case.program.definitions[name])
        if isinstance(node, Sum) and _is_exponential(node.arg, case.program.definitions)
    }
    for name, leaf in case.program.leaves.items():
        for shape, axis in sorted(axes, key=str):
            if is_labels(name) and leaf == Leaf(leaf.dims) and leaf.dims == shape:
                yield name, axis


def _is_exponential(expr: Expr, definitions: Mapping[str, Expr]) -> bool:
    while isinstance(expr, Symbol) and expr.name in definitions:
        expr = definitions[expr.name]
    return isinstance(expr, Apply) and expr.function == "exp"
