"""Lines that solve for where the gradient of a cost is zero: no formulas of the forward pass.

In: an outline.  Out: the same, with lines such as ``w = (X^T X)^{-1} X^T y`` taken out of its
definitions: w is what the cost is differentiated by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.meaning.facts import subtree
from derive.meaning.literal.identity import head_name, keys_in
from derive.reading import syntax as sx
from derive.reading.tree import plain

if TYPE_CHECKING:
    from derive.meaning.literal.outline import Outlined


def solutions(found: Outlined) -> None:
    """``w = (X^T X)^{-1} X^T y`` of a w that other formulas use: the solution of an equation."""
    used = {key for one in found.stated.values() for key in keys_in(found.names, one.formula)}
    for key, one in list(found.stated.items()):
        name = head_name(one.line)
        best = name is not None and (name.accent or any(s.text == "*" for s in name.scripts))
        inverse = any(isinstance(p, sx.Power) and _inverts(p) for p in subtree(one.formula))
        if inverse and (best or key in used):
            del found.stated[key]
            found.solutions.add(id(one.line))


def _inverts(power: sx.Power) -> bool:
    """``(X^T X)^{-1}``: a bracket to a negative power."""
    exponent, base = plain(power.exponent), plain(power.base)
    if isinstance(exponent, sx.Sum) and len(exponent.terms) == 1 and exponent.terms[0][0] < 0:
        return not isinstance(base, sx.Name | sx.Number)
    return isinstance(exponent, sx.Number) and exponent.value < 0 and isinstance(base, sx.Product)
