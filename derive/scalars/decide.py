"""Decides whether two scalar formulas are equal: yes, no (with a witness) or unknown.

Equal means that the numerator of the difference, as a polynomial over free atoms, is 0: the
formulas agree wherever both are defined, steps almost everywhere.  Different means that at
some rational point interval arithmetic separates them.  Everything else, what is too large
included, is unknown.  Sizes, depths and exponents are bounded before SymPy sees anything.

>>> from derive.scalars.encoding import decode
>>> left = decode(["+", ["*", "a", "a"], ["*", -1, "b", "b"]])
>>> right = decode(["*", ["+", "a", "b"], ["+", "a", ["*", -1, "b"]]])
>>> decide(left, right).decision
<Decision.EQUAL: 'equal'>
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sympy import Integer, cancel

from derive.program import Expr, Function
from derive.scalars.intervals import Witness, separate
from derive.scalars.measure import LIMITS, Limits, bounded_inline, check_size
from derive.scalars.rational import Atoms, OutsideFragment


class Decision(StrEnum):
    EQUAL = "equal"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision, what it rests on in words, and for `DIFFERENT` the witness."""

    decision: Decision
    reason: str
    witness: Witness | None = None


def decide(
    left: Expr,
    right: Expr,
    functions: Mapping[str, Function] | None = None,
    limits: Limits = LIMITS,
) -> Answer:
    """Whether two scalar formulas are equal; symbols are real and independent.

    functions: named functions with bodies; any other name is an arbitrary smooth function.
    """
    known = {} if functions is None else dict(functions)
    try:
        left, right = (bounded_inline(side, known, limits) for side in (left, right))
        check_size(left, right, limits)
        atoms = Atoms()
        if _vanishes(atoms, atoms.rational(left) - atoms.rational(right)):
            return Answer(Decision.EQUAL, "the difference is 0 as a rational function of atoms")
        witness = separate(left, right, atoms)
    except OutsideFragment as error:
        return Answer(Decision.UNKNOWN, str(error))
    if witness is None:
        return Answer(Decision.UNKNOWN, "neither proved equal nor separated at a point")
    return Answer(Decision.DIFFERENT, "the two sides differ at a point", witness)


def _vanishes(atoms: Atoms, difference: object) -> bool:
    """Whether a rational function of atoms is 0, its denominator not being 0 everywhere."""

    numerator, denominator = cancel(difference).as_numer_denom()
    if atoms.reduced(numerator) != 0:
        return False
    for atom, (kind, *_) in atoms.meaning.items():
        if kind == "step" and denominator.has(atom):
            # A step has two values; the denominator must not be 0 at either.
            for value in (Integer(0), Integer(1)):
                if atoms.reduced(denominator.subs(atom, value)) == 0:
                    raise OutsideFragment("a denominator may be 0")
    if atoms.reduced(denominator) == 0:
        raise OutsideFragment("a denominator is 0")
    return True
