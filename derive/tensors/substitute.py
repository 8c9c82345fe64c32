"""Replacing tensors by terms, at every depth."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from derive.tensors.functions import power
from derive.tensors.label import freshened
from derive.tensors.normal import collect, monomial, product, sum_over
from derive.tensors.rebuild import rebuilt
from derive.tensors.terms import Atom, Factor, Index, Poly, Rational, atom_mentions, mentions

Value = Callable[[tuple[Index, ...]], Poly]
"""The term that stands for an entry at given indices."""


def substitute(poly: Poly, kind: str, values: Mapping[str, Value]) -> Poly:
    """Every atom of that kind whose name is in `values` replaced by its value."""
    names = frozenset(values)
    if not mentions(poly, kind, names):
        return poly
    parts: list[tuple[Poly, Rational]] = []
    for m, c in poly.terms.items():
        bound, factors = freshened(m)
        kept: list[Factor] = []
        replaced: list[Poly] = []
        for a, e in factors:
            if atom_mentions(a, kind, names):
                replaced.append(_replaced(a, e, kind, values))
            else:
                kept.append((a, e))
        if not replaced:
            parts.append((Poly({m: 1}), c))
            continue
        out = product([*replaced, monomial((), kept)])
        for index in bound:
            out = sum_over(out, index)
        parts.append((out, c))
    return collect(parts)


def _replaced(a: Atom, e: Rational, kind: str, values: Mapping[str, Value]) -> Poly:
    if a.arg is None:
        return power(values[a.name](a.indices), e)
    return rebuilt(a, substitute(a.arg, kind, values), e)
