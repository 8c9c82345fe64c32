"""What is wrong with a product of derivatives: doubled, broken, or only scaled.

In: a refuted `Composition`.  Out: the nearest compositions that hold, each one change away: a
factor replaced, dropped or put in, or the normalisation taken along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.diagnosis.codes import BY_NAME
from derive.diagnosis.derived import derived, in_front
from derive.diagnosis.scene import Diagnosis, Fault, Scene
from derive.latex import derivative_latex, gradient_latex, to_latex
from derive.program import (
    ONE,
    Composition,
    Equation,
    Expr,
    Jacobian,
    Power,
    Size,
    Statement,
    Times,
)
from derive.verdict import Repair, Verdict

LIMIT = 400
"""At most this many changed chains are tried."""


@dataclass(frozen=True, slots=True)
class _Change:
    kind: str
    claim: Composition
    old: Jacobian | None = None
    new: Jacobian | None = None


def diagnose_chain(
    fault: Fault, claim: Composition, prover: Callable[[Statement], bool]
) -> Diagnosis:
    """The diagnosis of a refuted product of derivatives."""
    scaled = _other_scale(fault.scene, claim, prover)
    if scaled is not None:
        return _normalisation(fault, claim, scaled)
    tried = 0
    for changes in (_replaced, _dropped, _inserted):
        for change in changes(fault.scene, claim):
            tried += 1
            if tried > LIMIT:
                break
            if telescopes(change.claim) and prover(change.claim):
                return _explained(fault, claim, change, prover)
    if telescopes(claim):
        return _other_path(fault, claim, prover)
    return Diagnosis(BY_NAME["broken-chain"], fault.message or "the factors do not telescope")


def _other_path(fault: Fault, claim: Composition, prover: Callable[[Statement], bool]) -> Diagnosis:
    """The factors telescope and the product is still false: it follows one path of several."""
    scene, target = fault.scene, claim.left.by
    through = [name for name in dict.fromkeys(f.by for f in claim.factors) if name != target]
    spelled = " and ".join(to_latex(scene.program.symbol(name), scene) for name in through)
    start = to_latex(scene.program.symbol(target), scene)
    end = to_latex(scene.program.symbol(claim.left.of), scene)
    message = (
        f"{start} reaches {end} along another path too, not only through {spelled}: "
        "the chain rule adds the paths up"
    )
    repairs: tuple[Repair, ...] = ()
    if claim.left.of == scene.cost:
        gradient: Expr = scene.program.gradient(target)
        left = gradient if claim.scale == ONE else Times(claim.scale, gradient)
        named = {f.by for f in claim.factors if f.of == scene.cost}
        found = derived(scene, target, claim.scale, named)
        proved = [expr for expr in found if prover(Equation(left, expr))]
        repairs = tuple(_repair(to_latex(expr, scene), "derived") for expr in proved[:1])
    return Diagnosis(BY_NAME["other-path"], message, repairs)


def _other_scale(
    scene: Scene, claim: Composition, prover: Callable[[Statement], bool]
) -> Expr | None:
    """The factor between the left side and the product, if it is a power of m."""
    size = Size(scene.examples)
    for factor in (size, Power(size, Fraction(-1))):
        scale = in_front(Times(claim.scale, factor), dict(scene.scale))
        if prover(replace(claim, scale=scale)):
            return factor
    return None


def _normalisation(fault: Fault, claim: Composition, factor: Expr) -> Diagnosis:
    """`factor` times the left side is the product."""
    scene = fault.scene
    size = Size(scene.examples)
    inverse = size if factor == Power(size, Fraction(-1)) else Power(size, Fraction(-1))
    product = product_latex(claim.factors, scene)
    fraction = derivative_latex(claim.left.of, claim.left.by, scene)
    own = gradient_latex(claim.left.by, scene)
    times = to_latex(inverse, scene)
    message = (
        f"the product is {fraction}; the {own} of this note is {times} times that: "
        "only the normalisation 1/m is off"
        if own != fraction and claim.scale != ONE
        else f"the left side is {times} times the product: only the normalisation 1/m is off"
    )
    carrying = next((f for f in claim.factors if _carries(f, inverse, scene)), None)
    if carrying is not None:
        name = gradient_latex(carrying.by, scene)
        product = product.replace(derivative_latex(carrying.of, carrying.by, scene), name, 1)
        words = f"{name} in place of {derivative_latex(carrying.of, carrying.by, scene)}"
        return Diagnosis(BY_NAME["normalisation"], message, (_repair(product, words),))
    sign = scene.products[0]
    latex = f"{times} {sign + ' ' if sign else ''}{product}"
    repair = _repair(latex, f"multiply by {times}")
    return Diagnosis(BY_NAME["normalisation"], message, (repair,))


def _carries(factor: Jacobian, wanted: Expr, scene: Scene) -> bool:
    """Whether the note has a name for this derivative of the cost that carries the factor."""
    named = factor.by in scene.gradient_spelling
    return named and factor.of == scene.cost and scene.scale.get(factor.by, ONE) == wanted


def product_latex(factors: tuple[Jacobian, ...], scene: Scene) -> str:
    """A product of derivatives in the note's notation."""
    sign = scene.products[0] or r"\cdot"
    return f" {sign} ".join(derivative_latex(f.of, f.by, scene) for f in factors)


def _names(scene: Scene, claim: Composition) -> list[str]:
    """The names a factor may go through: those of the claim first, then the definitions."""
    own = [name for f in (claim.left, *claim.factors) for name in (f.of, f.by)]
    others = list(scene.program.definitions)
    return list(dict.fromkeys(own + others))


def _with(claim: Composition, place: int, new: tuple[Jacobian, ...]) -> Composition:
    factors = (*claim.factors[:place], *new, *claim.factors[place + 1 :])
    return replace(claim, factors=factors)


def _replaced(scene: Scene, claim: Composition) -> Iterator[_Change]:
    """One end of one factor goes elsewhere; derivatives of the cost first."""
    order = sorted(range(len(claim.factors)), key=lambda k: claim.factors[k].of != claim.left.of)
    for place in order:
        old = claim.factors[place]
        for name in _names(scene, claim):
            for new in (Jacobian(old.of, name), Jacobian(name, old.by)):
                if new != old and new.of != new.by and new != claim.left:
                    yield _Change("replaced", _with(claim, place, (new,)), old, new)


def _dropped(scene: Scene, claim: Composition) -> Iterator[_Change]:
    for place, old in enumerate(claim.factors):
        if len(claim.factors) > 1:
            yield _Change("dropped", _with(claim, place, ()), old)


def _inserted(scene: Scene, claim: Composition) -> Iterator[_Change]:
    ends = {f.by for f in claim.factors} | {claim.left.of}
    starts = {f.of for f in claim.factors} | {claim.left.by}
    for place, old in enumerate(claim.factors):
        for of in sorted(ends):
            for by in sorted(starts):
                new = Jacobian(of, by)
                if of != by and new not in claim.factors and new != claim.left:
                    yield _Change("inserted", _with(claim, place, (old, new)), None, new)


def _explained(
    fault: Fault, claim: Composition, change: _Change, prover: Callable[[Statement], bool]
) -> Diagnosis:
    scene = fault.scene
    repaired = product_latex(change.claim.factors, scene)
    twice = _counted_twice(scene, claim, prover)
    old = derivative_latex(change.old.of, change.old.by, scene) if change.old else ""
    new = derivative_latex(change.new.of, change.new.by, scene) if change.new else ""
    if twice is not None:
        doubled = derivative_latex(twice.of, twice.by, scene)
        fix = f"the factor {old} must be {new}" if new else f"drop {old}"
        message = (
            f"{doubled} is counted twice: {fix}"
            if not new
            else (f"{doubled} is counted twice, once more inside {old}: {fix}")
        )
        edit = f"{new} in place of {old}" if new else f"drop {old}"
        return Diagnosis(BY_NAME["doubled-factor"], message, (_repair(repaired, edit),))
    if change.kind == "inserted":
        message = f"the factors do not telescope: {new} is missing"
        edit = f"multiply by {new}"
    elif change.kind == "dropped":
        message = f"the factors do not telescope: {old} does not belong there"
        edit = f"drop {old}"
    else:
        message = f"the factors do not telescope: {old} must be {new}"
        edit = f"{new} in place of {old}"
    return Diagnosis(BY_NAME["broken-chain"], message, (_repair(repaired, edit),))


def _counted_twice(
    scene: Scene, claim: Composition, prover: Callable[[Statement], bool]
) -> Jacobian | None:
    """The factor whose omission makes the product hold: another factor contains it."""
    for change in _dropped(scene, claim):
        if telescopes(change.claim) and prover(change.claim):
            return change.old
    return None


def telescopes(claim: Composition) -> bool:
    """Whether the factors, in some order, lead from the numerator to the denominator.

    >>> telescopes(Composition(Jacobian("J", "Z"), (Jacobian("A", "Z"), Jacobian("J", "A"))))
    True
    """
    waiting = list(claim.factors)
    at = claim.left.of
    while waiting:
        steps = [factor for factor in waiting if factor.of == at]
        if not steps:
            return False
        waiting.remove(steps[0])
        at = steps[0].by
    return at == claim.left.by


def _repair(latex: str, edit: str) -> Repair:
    return Repair(latex, Verdict.VERIFIED, edit)
