"""Mistakes that are known before any edit is tried: a gradient of nothing, one that is not 0.

In: a fault whose left side says what is wrong with it.  Out: a diagnosis, repaired by what was
derived.
"""

from __future__ import annotations

from derive.diagnosis.codes import BY_NAME
from derive.diagnosis.question import Question
from derive.diagnosis.scene import Diagnosis
from derive.diagnosis.wording import left_latex
from derive.latex import to_latex
from derive.program import SCALAR, ZERO, Equation, Expr, Partial, Symbol, Times
from derive.verdict import Repair, Verdict


class Known(Question):
    """The first questions that are asked of a fault; None: ask on."""

    def _of_nothing(self) -> Diagnosis | None:
        """The derivative by something that the quantity is not computed from."""
        name = self.fault.target
        if name is None and isinstance(self.left, Partial):
            whole = self.left.body == Symbol(self.fault.scene.cost, SCALAR)
            if not whole and self.judging[0](Equation(self.left, ZERO, self.free)):
                above = to_latex(self.left.body, self.fault.scene)
                below = self.fault.scene.spelling.get(self.left.name, self.left.name)
                message = f"{above} is not computed from {below}: the derivative is 0"
                repair = Repair("0", Verdict.VERIFIED, "derived")
                return Diagnosis(BY_NAME["vacuous"], message, (repair,))
            name = self.left.name if whole else None
        if name is None or name in self.fault.scene.reached():
            return None
        spelled = self.fault.scene.spelling.get(name, name)
        cost = self.fault.scene.spelling.get(self.fault.scene.cost, self.fault.scene.cost)
        message = f"{cost} is not computed from {spelled}: the gradient is 0"
        zero = ZERO if self.left.shape == SCALAR else Times(ZERO, self.left)
        proved = self.judging[0](Equation(self.left, zero, self.free))
        repairs = (Repair("0", Verdict.VERIFIED, "derived"),) if proved else ()
        return Diagnosis(BY_NAME["vacuous"], message, repairs)

    def _zero(self) -> Diagnosis | None:
        """``dZ = 0``, which is read as 0 times the left side."""
        if self.right not in (ZERO, Times(ZERO, self.left)) or self.fault.target is None:
            return None
        message = f"{left_latex(self.fault)} is not 0: the cost depends on it"
        return Diagnosis(BY_NAME["false"], message, self.derived_repair())

    def _definition(self, left: Expr) -> tuple[Repair, ...]:
        program = self.fault.scene.program
        body = program.definitions.get(getattr(left, "name", ""))
        if body is None or not self.judging[0](Equation(left, body)):
            return ()
        latex = to_latex(body, self.fault.scene)
        return (Repair(latex, Verdict.VERIFIED, "as it was defined before"),)
