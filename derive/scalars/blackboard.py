"""Lines of a derivation: each is checked to equal the one before it, then printed.

A line is an expression that may hold pending derivatives (`Partial`) and names that stand for
a formula (``a`` for the sigmoid of z).  Before two lines are compared, the names are replaced
by their formulas and SymPy works out what is pending; `decide` has the last word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from derive.latex import PlainNotation, to_latex
from derive.program import Expr, Partial, Symbol, children, with_children
from derive.scalars.calculus import differentiate
from derive.scalars.decide import Decision, decide
from derive.scalars.measure import Limits
from derive.scalars.rules import RULES, advance

LIMITS: Final = Limits(
    nodes=10**5, terms=10**12, degree=10**4, argument=10**6, argument_degree=10**3
)
"""The library's own formulas are known to be small."""

SPELLING: Final = {
    "alpha": r"\alpha",
    "delta": r"\delta",
    "pi": r"\pi",
    "slope": r"\text{slope}",
    "selu_alpha": r"\alpha",
    "selu_scale": r"\lambda",
    "gelu_cubic": "k",
    "sigma": r"\sigma(z)",
    "z_i": "z_i",
    "z_j": "z_j",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation: the rule that led to it, the line, what the rule says.

    expr: what the line shows on its right, for those who look at how it came from the line before;
    None for a definition.
    """

    rule: str
    latex: str
    text: str
    expr: Expr | None = field(default=None, compare=False, repr=False)


class WrongStep(AssertionError):
    """A line of a derivation does not follow from the line before it."""


@dataclass(slots=True)
class Board:
    """A derivation as it is written.

    left: LaTeX of what is derived.  definitions: the formula behind each name.  rules: what each
    rule says.  spelling: LaTeX of the names.
    """

    left: str
    start: Expr
    definitions: Mapping[str, Expr] = field(default_factory=dict)
    partial: str = "d"
    rules: Mapping[str, str] = field(default_factory=lambda: RULES)
    spelling: Mapping[str, str] = field(default_factory=lambda: SPELLING)
    steps: list[Step] = field(default_factory=list)

    def announce(self, latex: str) -> None:
        """The definition that the derivation begins with."""
        self.steps.append(Step("definition", latex, RULES["definition"], self.start))

    def write(self, rule: str, line: Expr) -> None:
        """Appends a line; raises WrongStep if it is not equal to the one before."""
        left, right = (settled(side, self.definitions) for side in (self.start, line))
        answer = decide(left, right, limits=LIMITS)
        if answer.decision is not Decision.EQUAL:
            raise WrongStep(f"{self.left}, {rule}: {self._latex(line)}: {answer.reason}")
        self.start = line
        latex = f"{self.left} = {self._latex(line)}"
        self.steps.append(Step(rule, latex, self.rules[rule], line))

    def differentiate(self) -> None:
        """Applies the rules of differentiation until nothing is pending."""
        for rule, line in advanced(self.start):
            self.write(rule, line)

    def _latex(self, line: Expr) -> str:
        return to_latex(line, PlainNotation(spelling=self.spelling, partial=self.partial))


def advanced(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """The lines that the rules of differentiation lead to, with the rule of each."""
    while (done := advance(expr)) is not None:
        yield done
        expr = done[1]


def scalar_latex(expr: Expr, partial: str = "d") -> str:
    """The LaTeX of a line."""
    return to_latex(expr, PlainNotation(spelling=SPELLING, partial=partial))


def settled(expr: Expr, definitions: Mapping[str, Expr]) -> Expr:
    """Names replaced by their formulas, pending derivatives worked out.

    A derivative by a name that has a formula treats the name as independent.
    """
    if isinstance(expr, Partial):
        held = {k: v for k, v in definitions.items() if k != expr.name}
        return settled(differentiate(settled(expr.body, held), expr.name), definitions)
    if isinstance(expr, Symbol):
        inner = {k: v for k, v in definitions.items() if k != expr.name}
        return settled(definitions[expr.name], inner) if expr.name in definitions else expr
    return with_children(expr, tuple(settled(child, definitions) for child in children(expr)))
