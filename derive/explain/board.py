"""A derivation as it is written down: every line proved equal to the one before.

A `Chalk` holds the left side and the last line.  `write` appends a line only if the engine
proves the equation between both and the checker accepts it; anything else raises `WrongStep`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from derive.check import check
from derive.explain.rules import RULES
from derive.latex import Notation, to_latex
from derive.program import Equation, Expr, Function, Index, Power, Program, walk
from derive.scalars.blackboard import Step, WrongStep
from derive.tensors import prove


class OutOfSteps(WrongStep):
    """A line that may follow: the engine's budget of steps is spent before that is known."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line with the expression that it shows."""

    step: Step
    expr: Expr


@dataclass(frozen=True, slots=True)
class Section:
    """One gradient of a derivation: the definitions that it goes through, its lines, its result.

    name: the program's name, "" for a closing section.  left: LaTeX of what is derived.
    shape: of the result, as text.  subject: LaTeX that ends the title, "" for none.
    """

    title: str
    name: str
    left: str
    given: tuple[Step, ...]
    lines: tuple[Line, ...]
    result: Expr
    shape: str = ""
    subject: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is shown, in order."""
        return (*self.given, *(line.step for line in self.lines))

    @property
    def summary(self) -> Step:
        """The result alone."""
        return self.lines[-1].step


@dataclass(slots=True)
class Chalk:
    """Writes the lines of one section."""

    program: Program
    notation: Notation
    left: Expr
    free: tuple[Index, ...] = ()
    lines: list[Line] = field(default_factory=list)

    @property
    def last(self) -> Expr:
        """The last line, or the left side."""
        return self.lines[-1].expr if self.lines else self.left

    def write(self, rule: str, line: Expr, text: str = "") -> None:
        """Appends a line that shows something new; raises `WrongStep` if it does not follow."""
        latex = to_latex(line, self.notation)
        shown = f"{to_latex(self.left, self.notation)} = {latex}"
        self._demand(rule, line, shown)
        if self.lines and self.lines[-1].step.latex == shown:
            self.lines[-1] = Line(self.lines[-1].step, line)
            return
        self.lines.append(Line(Step(rule, shown, text or RULES[rule], line), line))

    def _demand(self, rule: str, line: Expr, shown: str) -> None:
        found = fault(self.program, Equation(self.last, line, self.free))
        if found:
            kind = OutOfSteps if found == _BUDGET else WrongStep
            raise kind(f"{rule}: {shown}: {found}")

    def turn(self, left: Expr, line: Expr, rule: str, text: str = "") -> None:
        """Goes on with another left side and no free indices: back from entries to arrays."""
        shown = f"{to_latex(left, self.notation)} = {to_latex(line, self.notation)}"
        found = fault(self.program, Equation(left, line))
        if found:
            raise WrongStep(f"{rule}: {shown}: {found}")
        same = left == self.left and bool(self.lines) and self.lines[-1].step.latex == shown
        self.left, self.free = left, ()
        if same:
            self.lines[-1] = Line(self.lines[-1].step, line)
            return
        self.lines.append(Line(Step(rule, shown, text or RULES[rule], line), line))


_BUDGET = "budget"
"""What the engine says when it gives up."""


def fault(program: Program, equation: Equation) -> str:
    """Why an equation is not proved and accepted; "" if it is."""
    if equation.left == equation.right:
        return ""
    general = _without_roots(program)
    if general is not None and not _fault(general, equation):
        return ""
    return _fault(program, equation)


def _fault(program: Program, equation: Equation) -> str:
    outcome = prove(program, equation)
    if not outcome.proved:
        return outcome.reason
    acceptance = check(program, equation)
    return "" if acceptance.accepted else f"not accepted: {acceptance.reason}"


def _without_roots(program: Program) -> Program | None:
    """The program with any functions in place of those with roots; None if there are none.

    What holds for all functions holds for these.  The checker finds no point for a sum of many
    roots, for each of which it needs a square.
    """
    rooted = {
        name: Function(name)
        for name, function in program.functions.items()
        if function.body is not None and any(map(_is_root, walk(function.body)))
    }
    return replace(program, functions={**program.functions, **rooted}) if rooted else None


def _is_root(expr: Expr) -> bool:
    return isinstance(expr, Power) and expr.exponent.denominator != 1
