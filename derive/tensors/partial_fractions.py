"""Partial fractions: products of reciprocals of linearly dependent factors.

For a denominator D = a + b x with a single factor x, ``1 = (D - b x) / a``, so

    x^-k D^-l  =  (x^-k D^-(l-1)  -  b x^-(k-1) D^-l) / a

until one of the two is gone.  This makes rational functions of x canonical under sums too,
where denominators cannot be cleared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.tensors.label import freshened, rename_atom
from derive.tensors.meter import used
from derive.tensors.normal import collect, monomial, sum_over
from derive.tensors.terms import Atom, Factor, Index, Monomial, Poly, Rational, inverse, whole


@dataclass(frozen=True, slots=True)
class Linear:
    """``denominator = offset + slope * factor`` for all values of the denominator's indices."""

    denominator: Atom
    factor: Atom
    offset: tuple[Rational, tuple[Factor, ...]]
    slope: tuple[Rational, tuple[Factor, ...]]


def linear(denominator: Atom, value: Poly) -> Linear | None:
    """The denominator as a linear function of one factor, if it is one."""
    if len(value.terms) != 2 or any(m.bound for m in value.terms):
        return None
    for (m, c), (n, d) in (value.sorted(), value.sorted()[::-1]):
        candidates = [
            a
            for a, e in m.factors
            if e == 1 and a.free == denominator.free and all(b != a for b, _ in n.factors)
        ]
        if len(candidates) != 1:
            continue
        slope = tuple(f for f in m.factors if f[0] != candidates[0])
        return Linear(denominator, candidates[0], (d, n.factors), (c, slope))
    return None


def decomposed(m: Monomial, known: Sequence[Linear]) -> Poly | None:
    """One step of the decomposition, None where there is nothing to do."""
    under = [a for a, e in m.factors if e < 0 and whole(e)]
    for pattern in known:
        for a in under:
            if a.kind != "base" or a.mask != pattern.denominator.mask:
                continue
            for names in _renamings(pattern.denominator, a):
                if rename_atom(pattern.factor, names) in under:
                    return _step(m, pattern, names)
    return None


def _renamings(pattern: Atom, a: Atom) -> list[dict[Index, Index]]:
    mine, theirs = sorted(pattern.free), sorted(a.free)
    if [i.dim for i in mine] != [i.dim for i in theirs]:
        mine, theirs = (sorted(x, key=lambda i: (repr(i.dim), i)) for x in (mine, theirs))
        if [i.dim for i in mine] != [i.dim for i in theirs]:
            return []
    names = dict(zip(mine, theirs, strict=True))
    return [names] if rename_atom(pattern, names) == a else []


def _step(m: Monomial, pattern: Linear, names: dict[Index, Index]) -> Poly:
    used("partial fractions")
    bound, factors = freshened(m)
    fresh = dict(zip(m.bound, bound, strict=True))
    at = {i: fresh.get(j, j) for i, j in names.items()}

    def named(parts: Sequence[Factor], sign: int) -> list[Factor]:
        return [(rename_atom(a, at), sign * e) for a, e in parts]

    d, x = rename_atom(pattern.denominator, at), rename_atom(pattern.factor, at)
    c, offset = pattern.offset
    b, slope = pattern.slope
    base = [*factors, *named(offset, -1)]
    first = monomial((), [*base, (d, 1)])
    second = monomial((), [*base, (x, 1), *named(slope, 1)])
    out = collect([(first, inverse(c)), (second, -b * inverse(c))])
    for index in bound:
        out = sum_over(out, index)
    return out
