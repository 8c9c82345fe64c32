"""What is known of the sign of a term, from the kinds of its atoms and declared domains."""

from __future__ import annotations

from derive.tensors.terms import EMPTY, POSITIVE, UNIT, Atom, Monomial, Poly, whole


def positive_atom(a: Atom) -> bool:
    """Known to be greater than 0 everywhere."""
    if a.kind in ("size", "exp", "logistic"):
        return True
    if a.kind == "entry":
        return a.order >= POSITIVE
    return a.kind == "base" and positive(a.argument)


def never_negative(a: Atom) -> bool:
    """Known to be 0 or greater everywhere."""
    if a.kind == "step":
        return True
    if a.kind == "base":
        return all(c > 0 and _even(m) for m, c in a.argument.terms.items())
    return positive_atom(a)


def positive(poly: Poly) -> bool:
    """Known to be greater than 0 everywhere.

    A sum of terms that are never negative, one of them positive; or 1 - a for 0 < a < 1.
    """
    if _one_minus_unit(poly):
        return True
    if any(c < 0 or not _even(m) for m, c in poly.terms.items()):
        return False
    return any(all(positive_atom(a) for a, _ in m.factors) for m in poly.terms)


def _even(m: Monomial) -> bool:
    """Every factor is never negative, or has an even exponent."""
    return all(never_negative(a) or (whole(e) and e % 2 == 0) or not whole(e) for a, e in m.factors)


def _one_minus_unit(poly: Poly) -> bool:
    """``c (1 - a)`` with c > 0 and a strictly between 0 and 1."""
    if len(poly.terms) != 2 or EMPTY not in poly.terms:
        return False
    one = poly.terms[EMPTY]
    for m, c in poly.terms.items():
        if m == EMPTY:
            continue
        single = len(m.factors) == 1 and not m.bound and m.factors[0][1] == 1
        if not single or c >= 0 or -c > one:
            return False
        a = m.factors[0][0]
        return (a.kind == "entry" and a.order == UNIT) or a.kind == "logistic"
    return False
