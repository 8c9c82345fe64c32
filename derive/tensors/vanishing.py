"""Whether a term is 0 not only here and there but wherever some steps have certain values.

``step(-x) = 1 - step(x)`` fails at x = 0.  For most x that is a kink, met by chance only; but
``relu(z)`` is 0 for half of all z, and the rule fails there.  So every x to which such a rule was
applied is looked at again once a proof is found: with all definitions unfolded, no choice of 0
and 1 for the steps in it may make it 0.
"""

from __future__ import annotations

from collections.abc import Collection

from derive.program import Program
from derive.tensors.adjoint import Model
from derive.tensors.cases import steps_in, with_step
from derive.tensors.derivative import has_gradient
from derive.tensors.functions import content
from derive.tensors.label import freshened
from derive.tensors.meter import Outside
from derive.tensors.normal import collect, monomial, product, sum_over
from derive.tensors.rebuild import rebuilt
from derive.tensors.terms import ONE, ZERO, Atom, Monomial, Poly, Rational, whole

MOST_STEPS = 8
"""Steps of which all values are tried; with more of them a term counts as vanishing."""


def vanishes(model: Model, poly: Poly) -> bool:
    """Whether a term may be 0 on an open set; True in doubt."""
    if has_gradient(poly):
        return True
    opened = _opened(model, model.unfold(poly, model.program.definitions))
    if _of_one_class(model.program, opened):
        return True
    if _free_summand(model.program, opened):
        return False
    return _hidden(opened) or _zero_for_some(opened, MOST_STEPS)


def _zero_for_some(poly: Poly, left: int) -> bool:
    """Whether some values of the steps, innermost first, make the term 0."""
    steps = sorted(steps_in(poly), key=lambda a: (a.argument.height, a.key))
    if not steps:
        return not poly.terms
    return not left or any(_without(poly, steps[0], value, left) for value in (ZERO, ONE))


def _hidden(poly: Poly) -> bool:
    """Whether a term may be 0 though it does not look so, as ``x - (x^2)^(1/2)`` for x > 0.

    Roots of squares and logarithms of powers have no normal form where signs are not known.
    """
    shared = {a for a, _ in content(poly)}
    found = {(a, e) for m in poly.terms for a, e in m.factors if a not in shared}
    logs = {a for a, _ in found if a.kind == "log"}
    return len(logs) > 1 or any(a.kind == "base" and not whole(e) for a, e in found)


def _of_one_class(program: Program, poly: Poly) -> bool:
    """Whether a term is 0 where there is one class only, whose label is 1: ``1 - y``."""
    labels = {name for name, leaf in program.leaves.items() if leaf.sums_to_one is not None}
    left = collect((_without_entries(m, labels), c) for m, c in poly.terms.items())
    return bool(labels) and not left.terms


def _without_entries(m: Monomial, names: Collection[str]) -> Poly:
    kept = [(a, e) for a, e in m.factors if a.kind != "entry" or a.name not in names]
    return monomial(m.bound, kept)


def _free_summand(program: Program, poly: Poly) -> bool:
    """Whether a leaf is added that occurs nowhere else, as a bias is: then nothing vanishes."""
    single = [m.factors[0] for m in poly.terms if not m.bound and len(m.factors) == 1]
    names = [a.name for a, e in single if a.kind == "entry" and e == 1]
    return any(_occurrences(poly, name) == 1 for name in names if name in program.leaves)


def _occurrences(poly: Poly, name: str) -> int:
    """How many atoms of a term, at any depth, are entries of an array."""
    count = 0
    for m in poly.terms:
        for a, _ in m.factors:
            count += a.kind == "entry" and a.name == name
            count += _occurrences(a.arg, name) if a.arg is not None else 0
    return count


def _without(poly: Poly, step: Atom, value: Poly, left: int) -> bool:
    try:
        return _zero_for_some(with_step(poly, step, value), left - 1)
    except Outside:  # no value there
        return False


def _opened(model: Model, poly: Poly) -> Poly:
    """The term with functions that have a formula written out."""
    functions = model.program.functions
    parts: list[tuple[Poly, Rational]] = []
    for m, c in poly.terms.items():
        bound, factors = freshened(m)
        polys: list[Poly] = []
        for a, e in factors:
            if a.arg is None:
                polys.append(monomial((), [(a, e)]))
                continue
            inner = _opened(model, a.arg)
            known = a.kind == "call" and a.name in functions
            if known and functions[a.name].body is not None:
                value = model.lowering.apply(a.name, a.order, inner)
                polys.append(product([value] * int(e)) if e > 0 else monomial((), [(a, e)]))
            else:
                polys.append(rebuilt(a, inner, e))
        out = product(polys)
        for index in bound:
            out = sum_over(out, index)
        parts.append((out, c))
    return collect(parts)
