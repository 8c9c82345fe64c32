"""Products of derivatives as compositions of linear maps.

``dJ/dZ = dJ/dA dA/dZ`` holds when the factors telescope from the numerator of the left side
to its denominator, each really depends on the next, and every way in which the denominator
reaches the numerator leads through all the names in between.
"""

from __future__ import annotations

from derive.program import Composition, Jacobian
from derive.tensors.adjoint import Model


def fault(model: Model, claim: Composition) -> str:
    """What is wrong with a product of derivatives, "" if nothing."""
    names = {claim.left.of, claim.left.by}.union(*({f.of, f.by} for f in claim.factors))
    for name in sorted(names):
        if name not in model.program.leaves and name not in model.program.definitions:
            return f"nothing is known of {name}"
    for n, factor in enumerate(claim.factors):
        if factor in claim.factors[:n]:
            return f"{_show(factor)} stands twice"
    order = _order(claim)
    if isinstance(order, str):
        return order
    for factor in order:
        if factor.of == factor.by or not model.depends(factor.of, factor.by):
            return f"{factor.of} does not depend on {factor.by}"
    for factor in order[:-1]:
        if _avoids(model, claim.left.of, claim.left.by, factor.by):
            return f"a path from {claim.left.by} to {claim.left.of} avoids {factor.by}"
    return ""


def _show(factor: Jacobian) -> str:
    return f"d{factor.of}/d{factor.by}"


def _order(claim: Composition) -> list[Jacobian] | str:
    """The factors from the numerator to the denominator, or where the chain breaks."""
    left = list(claim.factors)
    at = claim.left.of
    out: list[Jacobian] = []
    while left:
        following = [f for f in left if f.of == at]
        if len(following) != 1:
            return f"factors do not telescope at {at}"
        out.append(following[0])
        left.remove(following[0])
        at = following[0].by
    if not out or at != claim.left.by:
        return f"factors do not telescope at {at}"
    return out


def _avoids(model: Model, of: str, by: str, without: str) -> bool:
    """Whether `of` is computed from `by` in a way that does not lead through `without`."""
    seen = {without}
    todo = [of]
    while todo:
        name = todo.pop()
        if name == by:
            return True
        if name not in seen:
            seen.add(name)
            todo.extend(model.uses.get(name, ()))
    return False
