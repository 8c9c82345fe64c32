"""A product of derivatives drawn as a chain: what cancels, link by link.

In: a `Composition` and a notation.  Out: the factors in the order in which they telescope,
and a line for every two neighbours that become one; each is a statement of its own, proved by
the engine and accepted by the checker.
"""

from __future__ import annotations

from derive.check import check
from derive.explain.rules import RULES
from derive.explain.unicode import in_unicode
from derive.latex import Notation
from derive.notation import derivative_latex
from derive.program import ONE, Composition, Jacobian, Program
from derive.scalars.blackboard import Step, WrongStep
from derive.tensors import prove


def ordered(whole: Jacobian, factors: tuple[Jacobian, ...]) -> list[Jacobian] | None:
    """The factors from the numerator of the whole to its denominator; None if they break off."""
    left, out, at = list(factors), list[Jacobian](), whole.of
    while left:
        following = next((factor for factor in left if factor.of == at), None)
        if following is None:
            return None
        left.remove(following)
        out.append(following)
        at = following.by
    return out if at == whole.by else None


def telescope(program: Program, claim: Composition, notation: Notation) -> list[Step]:
    """The lines of a chain that holds; raises `WrongStep` if one does not."""
    chain = ordered(claim.left, claim.factors)
    if chain is None:
        raise WrongStep("the factors do not telescope")

    def shown(links: list[Jacobian]) -> str:
        return " ".join(derivative_latex(link.of, link.by, notation) for link in links)

    left = shown([claim.left])
    path = " \\to ".join(
        notation.spelling.get(name, name) for name in (claim.left.of, *(c.by for c in chain))
    )
    steps = [
        Step(
            "definition",
            path,
            "the way from what is differentiated to what it is differentiated by",
        ),
        Step("order the factors", f"{left} = {shown(chain)}", RULES["order the factors"]),
    ]
    while len(chain) > 1:
        first, second = chain[0], chain[1]
        joined = Jacobian(first.of, second.by)
        _demand(program, Composition(joined, (first, second), ONE))
        chain = [joined, *chain[2:]]
        text = f"{in_unicode(notation.spelling.get(first.by, first.by))} cancels"
        steps.append(Step("telescope", f"{left} = {shown(chain)}", text))
    return steps


def broken(claim: Composition, notation: Notation) -> str:
    """Where the factors of a chain that does not hold break off."""
    left, at = list(claim.factors), claim.left.of
    while True:
        following = next((factor for factor in left if factor.of == at), None)
        if following is None:
            break
        left.remove(following)
        at = following.by

    def name(of: str) -> str:
        return notation.spelling.get(of, of)

    if at == claim.left.by and left:
        rest = ", ".join(f"d({name(f.of)})/d({name(f.by)})" for f in left)
        return f"the factors telescope to the end, and then {rest} stands there once more"
    if at == claim.left.by:
        return "the factors telescope; it is the normalisation that differs"
    return f"the chain breaks off at {name(at)}: no factor has it as its numerator"


def _demand(program: Program, statement: Composition) -> None:
    outcome = prove(program, statement)
    if not outcome.proved or not check(program, statement).accepted:
        raise WrongStep(f"a link of the chain is not proved: {outcome.reason}")
