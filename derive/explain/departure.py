"""The place at which a wrong line leaves the right derivation.

In: the sections of the right derivation, the note's right side, the finding.  Out: the section
and step, and what is wrong there.  A right side that is the gradient of another name stopped
behind the section of that name; else the kind of mistake says which rule was broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from derive.explain.board import Section, fault
from derive.latex import Notation, name_latex
from derive.program import ONE, Equation, Expr, Program, Times
from derive.verdict import Finding

_RULES: Final[dict[str, tuple[str, ...]]] = {
    "activation-derivative": ("derivative of an elementwise function", "chain rule"),
    "output-jacobian": ("Jacobian of softmax", "derivative of an elementwise function"),
    "derivative-argument": ("derivative of an elementwise function",),
    "derivative-order": ("derivative of an elementwise function",),
    "wrong-operand": ("derivative of an affine map", "back to matrices"),
    "wrong-layer": ("derivative of an affine map", "back to matrices"),
    "missing-factor": ("derivative of an affine map", "chain rule"),
    "extra-factor": ("chain rule",),
    "missing-sum": ("delta contraction", "back to matrices"),
    "wrong-sum": ("delta contraction", "back to matrices"),
    "missing-term": ("the sum over the paths", "sum rule", "chain rule"),
    "extra-term": ("the sum over the paths", "sum rule", "chain rule"),
    "sign": ("sum rule", "logarithm rule", "power rule", "chain rule"),
    "constant-factor": ("power rule",),
    "exponent": ("power rule",),
    "missing-mean": ("the note's normalisation", "one entry of the sum"),
    "extra-mean": ("the note's normalisation", "one entry of the sum"),
    "normalisation": ("the note's normalisation", "one entry of the sum"),
    "cost-does-not-fit": ("substitute the definition",),
}
_LAST: Final = ("back to matrices", "back to arrays", "in the note's form")


def departure(
    program: Program,
    notation: Notation,
    sections: Sequence[Section],
    right: Expr | None,
    scale: Expr,
    finding: Finding,
) -> tuple[int, int, str]:
    """Ordinals of the section and of the step in it, and the sentence to say there."""
    stopped = _stopped(program, notation, sections, right, scale)
    if stopped is not None:
        return stopped
    from derive.diagnosis.codes import CODES

    kind = CODES[finding.code].name if finding.code in CODES else ""
    for rule in (*_RULES.get(kind, ()), *_LAST):
        for number in range(len(sections) - 1, -1, -1):
            rules = [step.rule for step in sections[number].steps]
            if rule in rules:
                return number, rules.index(rule), finding.message
    return len(sections) - 1, len(sections[-1].steps) - 1, finding.message


def _stopped(
    program: Program,
    notation: Notation,
    sections: Sequence[Section],
    right: Expr | None,
    scale: Expr,
) -> tuple[int, int, str] | None:
    """The section of another name whose gradient the note's right side is."""
    named = [(k, s) for k, s in enumerate(sections) if s.name]
    for number, section in named[:-1]:
        gradient = program.gradient(section.name)
        scaled = gradient if scale == ONE else Times(scale, gradient)
        if right is None or right.shape != gradient.shape:
            continue
        for value in (gradient, scaled):
            if not fault(program, Equation(value, right)):
                name = name_latex(section.name, notation)
                text = f"the note stops here: its right side is the gradient by {name}"
                return number, len(section.steps) - 1, text
    return None
