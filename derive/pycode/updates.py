"""Hand-written optimisers against the textbook: SGD, momentum, Nesterov, AdaGrad, RMSProp, Adam.

In: a module.  Out: a `Ruling` for each parameter that a step moves.  What the step makes of the
state decides its constants: in ``v = mu * v - lr * dw`` mu is what v is multiplied by.  A rule may
keep its state in another scale (v times -lr), may add epsilon inside of the root, and may fold the
corrections of the bias into the rate: the same step, as the literature writes it.  `verified` needs
the engine's proof and the checker's acceptance of every equation, for all shapes.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Final

from derive.check import find_counterexample
from derive.program import Equation, Expr, Symbol
from derive.pycode.held import leaves_of
from derive.pycode.optimizer_names import Optimizer, optimizers
from derive.pycode.optimizers import step_of
from derive.pycode.sampled import Undefined
from derive.pycode.source import Module
from derive.pycode.step_call import at_beginning
from derive.pycode.update_rules import RULES
from derive.pycode.update_scene import UpdateScene, Wrong
from derive.pycode.values import Unsupported
from derive.verdict import Counterexample, Proof, Verdict

POSITIVE: Final = "rate, constants and the number of the step are positive"
OTHER_BEGINNING: Final = "outside the fragment: a first step that is not what later steps are"


@dataclass(frozen=True)
class UpdateRuling:
    """The verdict on what a step makes of one parameter."""

    optimizer: Optimizer
    name: str
    verdict: Verdict
    reason: str = ""
    node: ast.AST | None = None
    counterexample: Counterexample | None = None
    proof: Proof | None = None
    conditions: tuple[str, ...] = ()


def update_rulings(module: Module) -> list[UpdateRuling]:
    """The verdicts on all optimisers of a file; what cannot be followed is unproven."""
    return [ruling for each in optimizers(module) for ruling in _of(module, each)]


def _of(module: Module, optimizer: Optimizer) -> list[UpdateRuling]:
    title = f"{optimizer.owner}.{optimizer.name}" if optimizer.owner else optimizer.name
    if not optimizer.rule:
        reason = "outside the fragment: a rule for which no textbook form is known here"
        return [UpdateRuling(optimizer, title, Verdict.UNPROVEN, reason, optimizer.node)]
    try:
        step = step_of(module, optimizer)
        return [_Judge(optimizer, step, moved).rule() for moved in step.moved]
    except Unsupported as error:
        if optimizer.rule == "sgd" or "sgd" in optimizer.owner.lower():
            return []  # a name that may mean many things
        node = next((n for n in ast.walk(optimizer.node) if _is_at(n, error)), optimizer.node)
        reason = f"outside the fragment: {error.message}"
        return [UpdateRuling(optimizer, title, Verdict.UNPROVEN, reason, node)]


def _is_at(node: ast.AST, error: Unsupported) -> bool:
    place = getattr(node, "lineno", 0), getattr(node, "col_offset", -1) + 1
    return isinstance(node, (ast.stmt, ast.expr)) and place == (error.line, error.column)


class _Judge(UpdateScene):
    """One parameter, ready to be judged."""

    def rule(self) -> UpdateRuling:
        """The verdict on the parameter."""
        conditions = tuple(sorted({*self.trace.conditions, POSITIVE}))
        node = self._node(self.moved.new)
        try:
            self._need_own_gradient()
            self.need_lasting_numbers()
            if not RULES[self.optimizer.rule](self):
                reason = "neither proved nor refuted"
                return self._ruling(Verdict.UNPROVEN, reason, node, conditions)
        except Wrong as found:
            example = find_counterexample(self.program, found.equation)
            verdict = Verdict.UNPROVEN if example is None else Verdict.REFUTED
            at = self._node(found.at) or node
            ruling = self._ruling(verdict, str(found), at, conditions)
            return replace(ruling, counterexample=example)
        except Undefined as error:
            reason = f"outside the fragment: {error} in a step"
            return self._ruling(Verdict.UNPROVEN, reason, node, conditions)
        if not self._begins_right():
            return self._ruling(Verdict.UNPROVEN, OTHER_BEGINNING, node, conditions)
        conditions = tuple(sorted({*self.trace.conditions, *self.assumed(), POSITIVE}))
        proof = Proof(tuple(sorted(self.rules)), self.steps, True)
        ruling = self._ruling(Verdict.VERIFIED, "", node, conditions)
        return replace(ruling, proof=proof)

    def _ruling(
        self, verdict: Verdict, reason: str, node: ast.AST | None, conditions: tuple[str, ...]
    ) -> UpdateRuling:
        name = self.moved.name
        return UpdateRuling(self.optimizer, name, verdict, reason, node, conditions=conditions)

    def _node(self, expr: Expr) -> ast.AST | None:
        made = self.trace.made.get(expr.name, []) if isinstance(expr, Symbol) else []
        return next((m.node for m in reversed(made) if isinstance(m.node, ast.stmt)), None)

    def _need_own_gradient(self) -> None:
        """Raises `Wrong` for a step along the gradient of another parameter."""
        others = {m.gradient.name for m in self.step.moved} - {self.g.name}
        if leaves_of(self.new) & others:
            said = "the step is computed from the gradient by another parameter"
            own = self.put(self.new, **dict.fromkeys(others, self.g))
            raise Wrong(said, Equation(self.new, own), self.moved.new)

    def _begins_right(self) -> bool:
        """Whether the first step is proved to do what later steps do with a state of 0."""
        begun = self.step.beginning
        if begun is None:
            if self.state:
                self.trace.conditions.setdefault("the state begins at 0")
            return True
        pairs = [(new, begun.state.get(name)) for name, new in self.state.items()]
        pairs.append((self.new, begun.moved.get(self.moved.key)))
        for later, first in pairs:
            begins = at_beginning(later, begun)
            if first is None or begins is None:
                return False
            if not self.proved(begins, first, begun.leaves):
                return False
        return True
