"""Cases of a step: what a term is where a step is 0, and where it is 1.

A step has no other values, so a term is 0 if it is 0 in both cases: what decides on functions of
pieces, as in ``exp(relu(x)) + exp(-relu(-x)) = 1 + exp(x)``.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.tensors.label import CANONICAL, freshened, rename_atom
from derive.tensors.normal import collect, monomial, product, sum_over
from derive.tensors.rebuild import rebuilt
from derive.tensors.terms import ONE, ZERO, Atom, Poly, Rational


def steps_in(poly: Poly) -> Iterator[Atom]:
    """The steps in a term, at any depth; the outer ones before those in their arguments."""
    for m in poly.terms:
        for a, _ in m.factors:
            if a.kind == "step":
                yield a
            if a.arg is not None:
                yield from steps_in(a.arg)


def cases(poly: Poly) -> tuple[Poly, Poly] | None:
    """The term where one of the steps inside of its functions is 0, and where it is 1.

    None if there is none.  The step has to be one and the same throughout: it has no bound index.
    `Outside` if the term has no value in a case.
    """
    inner = (
        s for m in poly.terms for a, _ in m.factors if a.arg is not None for s in steps_in(a.arg)
    )
    found = [s for s in inner if not any(i.name.startswith(CANONICAL) for i in s.free)]
    if not found:
        return None
    case = min(found, key=lambda s: (s.argument.height, s.key))
    return with_step(poly, case, ZERO), with_step(poly, case, ONE)


def with_step(poly: Poly, step: Atom, value: Poly) -> Poly:
    """The term with a number in place of a step."""
    parts: list[tuple[Poly, Rational]] = []
    for m, c in poly.terms.items():
        bound, factors = freshened(m)
        renamed = rename_atom(step, dict(zip(m.bound, bound, strict=True)))
        polys: list[Poly] = []
        for a, e in factors:
            if a == renamed:
                polys.append(value)
            elif a.arg is not None and any(s == renamed for s in steps_in(a.arg)):
                polys.append(rebuilt(a, with_step(a.arg, renamed, value), e))
            else:
                polys.append(monomial((), [(a, e)]))
        out = product(polys)
        for index in bound:
            out = sum_over(out, index)
        parts.append((out, c))
    return collect(parts)
