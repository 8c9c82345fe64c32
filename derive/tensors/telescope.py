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


def _order(claim: Composition) -> list[Jacobian] | str:
    """The factors from the numerator to the denominator, or where the chain breaks."""
    left = list(claim.factors)
    at = claim.left.of
    out: list[Jacobian] = []
    while left:
        following = next((f for f in left if f.of == at), None)
        if following is None:
            return f"factors do not telescope at {at}"
        out.append(following)
        left.remove(following)
        at = following.by
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
