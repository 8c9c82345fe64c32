"""The derivative of a term by one entry of a tensor: product rule, chain rule, deltas."""

from __future__ import annotations

from collections.abc import Sequence

from derive.program import PRIMITIVES
from derive.tensors.elementwise import primitive
from derive.tensors.functions import call
from derive.tensors.label import freshened
from derive.tensors.meter import Outside, used
from derive.tensors.normal import collect, delta, monomial, product, sum_over, times
from derive.tensors.terms import (
    ONE,
    ZERO,
    Atom,
    Index,
    Monomial,
    Poly,
    Rational,
    atom_mentions,
)


def derivative(poly: Poly, name: str, indices: Sequence[Index]) -> Poly:
    """``d poly / d name[indices]``; every other tensor is held.

    Raises `Outside` if the term holds a gradient: those are not differentiated.
    """
    if has_gradient(poly):
        raise Outside("outside the fragment: the derivative of a gradient")
    return _derivative(poly, name, frozenset((name,)), indices)


def has_gradient(poly: Poly) -> bool:
    """Whether a gradient occurs at any depth."""
    return any(
        a.kind == "gradient" or (a.arg is not None and has_gradient(a.arg))
        for m in poly.terms
        for a, _ in m.factors
    )


def _derivative(poly: Poly, name: str, names: frozenset[str], indices: Sequence[Index]) -> Poly:
    parts: list[tuple[Poly, Rational]] = []
    for m, c in poly.terms.items():
        if not any(atom_mentions(a, "entry", names) for a, _ in m.factors):
            continue
        bound, factors = freshened(m)
        for position, (a, e) in enumerate(factors):
            inner = _of_atom(a, name, names, indices)
            if not inner.terms:
                continue
            rest = [*factors[:position], (a, e - 1), *factors[position + 1 :]]
            out = times(monomial((), rest), inner)
            for index in bound:
                out = sum_over(out, index)
            parts.append((out, c * e))
    if len(parts) > 1:
        used("product rule")
    return collect(parts)


def _of_atom(a: Atom, name: str, names: frozenset[str], indices: Sequence[Index]) -> Poly:
    if not atom_mentions(a, "entry", names):
        return ZERO
    if a.arg is None:
        return product(delta(i, j) for i, j in zip(a.indices, indices, strict=True))
    inner = _derivative(a.argument, name, names, indices)
    if not inner.terms:
        return ZERO
    outer = _outer(a)
    if outer is ONE:
        return inner
    used("chain rule")
    return times(outer, inner)


def _outer(a: Atom) -> Poly:
    """The derivative of the atom by its argument."""
    match a.kind:
        case "base":
            return ONE
        case "logistic":
            used("logistic derivative")
            r = Poly({Monomial((), ((a, 1),)): 1})
            return times(r, r) - r
        case "call" if a.name not in PRIMITIVES:
            used("derivative of an arbitrary function")
            return call(a.name, a.argument, a.order + 1)
        case "call":
            return primitive(a.name, a.order + 1, a.argument)
    return primitive(a.kind, 1, a.argument)
