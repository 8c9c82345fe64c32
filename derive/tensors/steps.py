"""Steps of terms in normal form: 1 where the argument is positive, else 0.

* Factors that are positive are dropped; step(-x) = 1 - step(x) except at the kink.
* A product of steps is its own step.
* If x contains step(y), and its sign is known where y > 0 and where it is not, there are two cases:
  so relu(y) has the step of y, and |y| is positive but at 0.
"""

from __future__ import annotations

from derive.tensors.functions import by_cases, content
from derive.tensors.label import freshened
from derive.tensors.meter import needs, needs_nonzero, used
from derive.tensors.normal import atom, collect, leading, monomial, negative, sum_over, times
from derive.tensors.sign import positive, positive_atom
from derive.tensors.terms import (
    ONE,
    ZERO,
    Atom,
    Factor,
    Monomial,
    Poly,
    constant,
    inverse,
    magnitude,
    whole,
)


def step(poly: Poly) -> Poly:
    """1 where the argument is positive, else 0."""
    cases = by_cases(step, poly)
    if cases is not None:
        return cases
    if not poly.terms:
        return ZERO
    poly = _without_positive_content(poly)
    number = poly.constant
    if number is not None:
        return ONE if number > 0 else ZERO
    if positive(poly):
        return ONE
    if positive(-poly):
        return ZERO
    steps = _product_of_steps(poly)
    if steps:
        return poly if steps > 0 else ZERO
    same = _same_sign(poly)
    if same is not None:
        return same
    if negative(poly):
        used("step of the opposite")
        needs_nonzero(poly)
        return ONE - atom("step", arg=-poly)
    return atom("step", arg=poly)


def _without_positive_content(poly: Poly) -> Poly:
    """Without factors that are positive, and without even powers, positive but at 0."""
    shared: list[Factor] = []
    for a, e in content(poly):
        if positive_atom(a):
            shared.append((a, e))
        elif whole(e) and e // 2:
            needs_nonzero(monomial((), [(a, 1)]))
            shared.append((a, e // 2 * 2))
    if shared:
        used("step drops positive factors")
        poly = times(poly, monomial((), [(a, -e) for a, e in shared]))
    lead = magnitude(poly.terms[leading(poly)])
    return poly.scaled(inverse(lead))


def _product_of_steps(poly: Poly) -> int:
    """The sign of a product of steps, which is 0 or 1 and so its own step; 0 for other terms."""
    if len(poly.terms) != 1:
        return 0
    ((m, c),) = poly.terms.items()
    if m.bound or not all(a.kind == "step" and e == 1 for a, e in m.factors):
        return 0
    used("step of steps")
    return 1 if c > 0 else -1


def _same_sign(poly: Poly) -> Poly | None:
    """If x contains step(y), and its sign is known where y > 0 and where it is not: two cases."""
    steps: dict[Atom, None] = {}
    for m in poly.terms:
        kept = (a for a, _ in m.factors if a.kind == "step" and a.free.isdisjoint(m.bound))
        steps.update((a, None) for a in kept)
    for a in sorted(steps, key=lambda s: s.key):
        on = collect((_without(m, a), c) for m, c in poly.terms.items())
        off = Poly({m: c for m, c in poly.terms.items() if all(b != a for b, _ in m.factors)})
        above, below = _step_where(on, a.argument, 1), _step_where(off, a.argument, 0)
        if above is not None and below is not None:
            used("step of a function with the same sign")
            needs("arguments of step functions are not 0")
            own = Poly({Monomial((), ((a, 1),)): 1})
            return constant(below) + own.scaled(above - below)
    return None


def _step_where(poly: Poly, y: Poly, value: int) -> int | None:
    """The step of a term where step(y) has a value, if that decides it."""
    if not poly.terms:
        return 0
    poly = _without_positive_content(poly)
    number = poly.constant
    if number is not None or positive(poly) or positive(-poly):
        return int(positive(poly) if number is None else number > 0)
    if poly == y:
        return value
    if -poly == y:
        if not value:
            needs_nonzero(y)  # -y is not positive at 0
        return 1 - value
    return None


def _without(m: Monomial, a: Atom) -> Poly:
    """The monomial with 1 in place of a factor that it does not sum over."""
    bound, factors = freshened(m)
    left = monomial((), [f for f in factors if f[0] != a])
    for index in bound:
        left = sum_over(left, index)
    return left
