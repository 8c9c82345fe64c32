"""A returned gradient against the true one: lemmas on what is computed on the way, then the claim.

Every value of the backward pass that is proved to be the gradient by some value of the forward
pass stands for that gradient from there on, so each step of a proof is local.  `verified` needs
the engine's proof and the checker's acceptance of every lemma and of the claim.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

from derive.check import Screen, check
from derive.program import (
    Equation,
    Expr,
    Gradient,
    Number,
    Power,
    Size,
    Symbol,
    Times,
    children,
    show_shape,
    walk,
)
from derive.pycode.account import Pair
from derive.pycode.common import with_plain_steps
from derive.pycode.literal import literal_part
from derive.pycode.loosened import fixed_sizes
from derive.pycode.names import target_of
from derive.pycode.onehot import counterexample
from derive.pycode.own_sizes import as_written, of_own_sizes
from derive.pycode.plain import behind, depends, replaced
from derive.pycode.scene import COST, Scene, pair_value, stretched
from derive.tensors import prove
from derive.tensors.prove import BUDGET
from derive.verdict import Counterexample, Proof, Verdict

MOST_NODES = 2_000
"""Parts of an expression that is written out down to what is known."""
ONE_HOT = "outside the fragment: it rests on labels being 0 or 1"
_SEVERITY = [Verdict.REFUTED, Verdict.UNPROVEN, Verdict.VERIFIED]
_UNITS = (Number(Fraction(1)), Number(Fraction(-1)))
NOT_ACCEPTED = "the engine proves it, the checker does not accept it"
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
    scale: Expr | None = None
    """What the gradient is multiplied by, where a step takes it away."""


class Case(Scene):
    """One account, ready to be judged."""

    def own_cost(self) -> tuple[str, Counterexample | None] | None:
        """Why the cost beside the gradients is not proved to be the public one; None if it is."""
        own = self.account.own
        assert own is not None
        assert self.program.cost is not None
        equation = Equation(self.program.symbol(self.program.cost), own)
        reason = self.settle(equation)
        return (reason, self._counterexample(equation)[0]) if reason else None

    # -- one claim ------------------------------------------------------------------------

    def rule_whole(self, pairs: Sequence[Pair]) -> Ruling:
        """The verdict on a gradient by its parts: all have to be proved, and moved alike."""
        rulings = [self._rule_off_kinks(pair) for pair in pairs]
        worst = min(rulings, key=lambda ruling: _SEVERITY.index(ruling.verdict))
        if worst.verdict == Verdict.VERIFIED and len({r.scale for r in rulings}) > 1:
            reason = f"the parts of {worst.pair.label} are moved at different rates"
            return replace(worst, verdict=Verdict.UNPROVEN, reason=reason, proof=None)
        return worst

    def _rule_off_kinks(self, pair: Pair) -> Ruling:
        """The verdict; where ``z > 0`` meets ``z < 0`` it is one about arguments that are not 0."""
        ruling = self.rule(pair)
        if not ruling.reason.startswith(NOT_ACCEPTED):
            return ruling
        other = self.rewritten(with_plain_steps, "no number is 0 that is compared with 0")
        if other is None:
            return ruling
        value = with_plain_steps(pair.value.expr)
        found = other.rule(replace(pair, value=replace(pair.value, expr=value)))
        if found.verdict != Verdict.VERIFIED:
            return ruling
        self.rules |= other.rules
        return replace(found, pair=pair)

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
            reason = f"the cost as it was understood is not computed from {pair.shown}"
            return self._ruling(pair, Verdict.UNPROVEN, reason, node)
        if pair.moved:
            return self._moved(pair, node)
        value = pair.value.expr
        if value.shape != leaf.dims:
            value = stretched(value, Symbol(pair.target, leaf.dims))
            free = self._untied(pair) if value.shape != leaf.dims else ""
            if free:
                reason = f"outside the fragment: nothing says what {free} is in the cost"
                return self._ruling(pair, Verdict.UNPROVEN, reason, node)
            if value.shape != leaf.dims:
                reason = (
                    f"the gradient by {pair.shown} has the shape {show_shape(leaf.dims)}, "
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
        """Whether the cost says nothing of a parameter that is given a gradient all the same.

        Of an array with parts it says something if it does of any of them.
        """
        cost = Symbol(self.program.cost or COST, (1, 1))
        zero = isinstance(pair.value.expr, Number) and not pair.value.expr.value
        wholes = self.account.run.trace.divided.values()
        parts = {n for names in wholes if pair.target in names for n in names}
        return not (zero or depends(cost, self.program.definitions, parts | {pair.target}))

    def _moved(self, pair: Pair, node: ast.AST | None) -> Ruling:
        """A step against the gradient: what is taken away is a positive number times it."""
        left, value = self.program.gradient(pair.target), pair.value.expr
        scale = next((s for s in self.rates(pair) if self.takes(s, left, value)), None)
        if scale is None:
            example, _ = self._counterexample(Equation(left, value))
            reason = f"{pair.label} is not moved against the gradient by {pair.shown}"
            reason += self._other_factor(pair, left)
            if example is None or self.has_values is False:
                return self._ruling(pair, Verdict.UNPROVEN, reason, node)
            found = self._refuted(pair, example)
            return replace(found, reason=reason) if found.counterexample else found
        inverse = Power(scale, Fraction(-1))
        shown = replace(pair, moved=False, value=replace(pair.value, expr=Times(inverse, value)))
        ruling = self._proved(shown, left, shown.value.expr, node)
        said = () if isinstance(scale, Number) else ("the rate is positive",)
        return replace(ruling, pair=pair, assumptions=(*ruling.assumptions, *said), scale=scale)

    def _other_factor(self, pair: Pair, left: Gradient) -> str:
        """By what the step differs from a rate times the gradient, "" if by more than a factor."""
        value, dims = pair.value.expr, self.program.leaves.values()
        sizes = dict.fromkeys(d for leaf in dims for d in leaf.dims if isinstance(d, str))
        factors: list[tuple[Expr, str]] = [(Number(Fraction(-1)), "along it")]
        for d in sizes:
            factors.append((Size(d), f"{d} times as far"))
            factors.append((Power(Size(d), Fraction(-1)), f"by a {d}-th of it"))
        for factor, said in factors:
            if any(self.takes(Times(factor, s), left, value) for s in self.rates(pair)):
                return f", but {said}"
        return ""

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
            return f"{NOT_ACCEPTED} ({acceptance.reason})"
        self.rules |= set(outcome.rules)
        self.steps += outcome.steps
        self.conditions |= set(outcome.side_conditions)
        return ""

    def _ruling(self, pair: Pair, verdict: Verdict, reason: str, node: ast.AST | None) -> Ruling:
        conditions = sorted({*self.conditions, *self.account.run.trace.conditions})
        return Ruling(pair, verdict, reason, node, None, None, tuple(conditions), self.assumptions)

    # -- lemmas ---------------------------------------------------------------------------

    def _find_lemmas(self, expr: Expr) -> None:
        """Proves for the values behind `expr` which gradients they are."""
        for name in behind(expr, self.program.definitions):
            if name in self._looked or name in self.forward:
                continue
            self._looked.add(name)
            for left, stands in self.candidates(name):
                if self.screen.agrees(Equation(left, self.program.symbol(name))) is not True:
                    continue
                local = self._local(self.program.definitions[name])
                if not self.settle(Equation(left, local), LEMMA_BUDGET):
                    self.lemmas[name] = stands
                break

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

    # -- refutations ----------------------------------------------------------------------

    def _refuted(self, pair: Pair, example: Counterexample) -> Ruling:
        """With the first line of the backward pass that is no longer right."""
        fixed = self._fixed_size()
        if fixed and not self._false_as_written(pair):
            reason = f"the size {fixed} stands as a number in the source; write it as a shape"
            return self._ruling(pair, Verdict.UNPROVEN, reason, self.place(pair))
        cost = Symbol(self.program.cost or COST, (1, 1))
        if literal := literal_part(self.program, cost, pair.value.expr):
            reason = f"outside the fragment: {literal} counts as any, but the source writes it down"
            return self._ruling(pair, Verdict.UNPROVEN, reason, self.place(pair))
        if free := self._untied(pair):
            reason = f"outside the fragment: nothing says what {free} is in the cost"
            return self._ruling(pair, Verdict.UNPROVEN, reason, self.place(pair))
        penalised = self.account.called and self._adds_itself(pair)
        if penalised or (self.account.called and not (self.agreeing() or self._is_reversed(pair))):
            reason = "the cost that is called beside the step may be another than what it lowers"
            return self._ruling(pair, Verdict.UNPROVEN, reason, self.place(pair))
        node, label = self.first_wrong(pair)
        reason = ""
        if label and label != pair.label:
            reason = f"{label} is wrong, from which {pair.label} is computed"
        ruling = self._ruling(pair, Verdict.REFUTED, reason, node)
        return replace(ruling, counterexample=example)

    def _false_as_written(self, pair: Pair) -> bool:
        """Whether a gradient is false for the very sizes that the source writes down."""
        left = self.program.gradient(pair.target)
        equation = Equation(left, pair_value(pair, left))
        if pair.value.expr.shape != left.shape:
            return False
        if pair.moved and not self._moves_otherwise(equation, self.rates(pair)):
            return False
        return of_own_sizes(self.program, equation, self.account.run.trace.onehot) is not None

    def _moves_otherwise(self, equation: Equation, rates: Sequence[Expr]) -> bool:
        """Whether a step is no multiple of the gradient for the sizes that are written down."""
        for rate in rates:
            written = as_written(self.program, Equation(Times(rate, equation.left), equation.right))
            if written is None or Screen(written[0]).agrees(written[1]) is not False:
                return False
        return True

    def _adds_itself(self, pair: Pair) -> bool:
        """Whether a multiple of the parameter is in its step: a penalty that is not printed."""
        definitions = self.program.definitions
        behind_it = [n for n in behind(pair.value.expr, definitions) if n not in self._forward]
        target = Symbol(pair.target, self.program.shape(pair.target))
        return any(
            isinstance(node, Times)
            and target in (node.left, node.right)
            and any(side.shape == (1, 1) and side not in _UNITS for side in children(node))
            for expr in (pair.value.expr, *(definitions[n] for n in behind_it))
            for node in walk(expr)
        )

    def _is_reversed(self, pair: Pair) -> bool:
        """Whether a step goes along the gradient: then it raises just this cost."""
        left, minus = self.program.gradient(pair.target), Number(Fraction(-1))
        rates = self.rates(pair) if pair.moved else []
        return any(self.takes(Times(minus, rate), left, pair.value.expr) for rate in rates)

    def _untied(self, pair: Pair) -> str:
        """A matrix from which a gradient is computed but not the cost, "" if there is none.

        It may be what the forward pass computes: what is false of any array may be true of that.
        """
        cost = Symbol(self.program.cost or COST, (1, 1))
        for name, leaf in self.program.leaves.items():
            used, known = (
                depends(e, self.program.definitions, {name}) for e in (pair.value.expr, cost)
            )
            if used and not known and 1 not in leaf.dims:
                return name
        return ""

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
