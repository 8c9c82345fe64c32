"""Functions of terms: powers, exp, log and opaque functions, each in normal form.

* exp(a + b) = exp(a) exp(b), so an `exp` atom holds one monomial and its coefficient is the
  exponent; exp(c log x) = x^c.
* 1 + e^x is the reciprocal of a `logistic` atom; logistic(-x) = 1 - logistic(x).
* A power of a sum is taken of the sum as a whole, a `base` atom, after common factors and a
  leading coefficient have been taken out.  A fractional power is taken factor by factor only
  for factors that are known not to be negative.
* log of a product is a sum of logs for factors that are known to be positive.
* A function of what holds a Kronecker delta has two cases: f(x + d y), d being 0 or 1, is
  d f(x + y) + (1 - d) f(x), with equal indices in the first.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isqrt

from derive.tensors.label import freshened, split
from derive.tensors.meter import Outside, needs, used
from derive.tensors.normal import (
    atom,
    collect,
    identify,
    leading,
    monomial,
    negative,
    product,
    times,
)
from derive.tensors.sign import never_negative, positive, positive_atom
from derive.tensors.terms import (
    EMPTY,
    ONE,
    Atom,
    Factor,
    Monomial,
    Poly,
    Rational,
    constant,
    inverse,
    magnitude,
    number_power,
    whole,
)

MOST_EXPANDED = 64
"""The largest exponent to which a sum is multiplied out."""
TRIAL_DIVISION = 100
"""Squares of primes up to this are taken out of roots of numbers."""
_UNITS = ("entry", "gradient", "size", "exp", "base", "logistic", "call", "log")
"""Kinds of atoms that may be divided by, where they are not 0."""


def by_cases(function: Callable[[Poly], Poly], poly: Poly) -> Poly | None:
    """The function of a term that holds a Kronecker delta; None if it holds none."""
    found = [a for m in poly.terms for a, _ in m.factors if a.kind == "delta"]
    if not found:
        return None
    used("cases of a delta")
    case = min(found, key=lambda a: a.key)
    left, right = case.indices
    equal = identify(poly, right, left)
    apart = Poly({m: c for m, c in poly.terms.items() if all(a != case for a, _ in m.factors)})
    same = Poly({Monomial((), ((case, 1),)): 1})
    return times(same, function(equal)) + times(ONE - same, function(apart))


def call(name: str, arg: Poly, order: int = 0) -> Poly:
    """The k-th derivative of a function of which nothing else is known here."""
    cases = by_cases(lambda x: call(name, x, order), arg)
    return atom("call", name, order, arg) if cases is None else cases


# -- powers -----------------------------------------------------------------------------------


def power(poly: Poly, exponent: Rational) -> Poly:
    """``poly ** exponent`` for a rational exponent."""
    if exponent == 1:
        return poly
    if whole(exponent) and exponent >= 0:
        if len(poly.terms) > 1 and exponent > MOST_EXPANDED:
            raise Outside(f"outside the fragment: a sum to the power {exponent}")
        if len(poly.terms) != 1 or next(iter(poly.terms)).bound:
            return product([poly] * int(exponent))
    if not poly.terms:
        raise Outside("outside the fragment: division by an expression that is 0")
    cases = by_cases(lambda x: power(x, exponent), poly)
    if cases is not None:
        return cases
    if not whole(exponent):
        return _root(poly, Fraction(exponent))
    coefficient, factors = units(poly)
    if exponent < 0 and any(not positive_atom(a) for a, _ in factors):
        needs("denominators are not 0")
    out = monomial((), [(a, k * exponent) for a, k in factors])
    return out.scaled(number_power(coefficient, int(exponent)))


def units(poly: Poly) -> tuple[Rational, list[Factor]]:
    """A term as a number times a product of powers of atoms."""
    if len(poly.terms) == 1:
        ((m, c),) = poly.terms.items()
        return c, _components(m)
    special = _one_plus_exponential(poly) or _one_minus_logistic(poly)
    if special is not None:
        return special
    shared = content(poly)
    rest = times(poly, monomial((), [(a, -e) for a, e in shared])) if shared else poly
    if len(rest.terms) == 1:
        ((m, c),) = rest.terms.items()
        return c, [*shared, *_components(m)]
    lead = rest.terms.get(EMPTY) or rest.terms[leading(rest)]
    rest = rest.scaled(inverse(lead))
    if positive(-rest):
        rest, lead = -rest, -lead
    special = _one_plus_exponential(rest)
    if special is not None:
        return special[0] * lead, [*shared, *special[1]]
    return lead, [*shared, (Atom("base", arg=rest), 1)]


def _components(m: Monomial) -> list[Factor]:
    """One monomial as a product; each sum in it becomes a `base` atom."""
    if not m.bound:
        return list(m.factors)
    bound, factors = freshened(m)
    out: list[Factor] = []
    for indices, members in split(bound, factors):
        if indices:
            out.append((Atom("base", arg=monomial(indices, members)), 1))
        else:
            out += members
    return out


def content(poly: Poly) -> list[Factor]:
    """The factors that every term has in common, with their smallest exponents."""
    least: dict[Atom, Rational] | None = None
    for m in poly.terms:
        mine = {
            a: e
            for a, e in m.factors
            if a.kind in _UNITS and (not m.bound or a.free.isdisjoint(m.bound))
        }
        if least is None:
            least = mine
            continue
        every = {**least, **mine}
        least = {a: min(least.get(a, 0), mine.get(a, 0)) for a in every}
    return sorted(((a, e) for a, e in (least or {}).items() if e), key=lambda f: f[0].key)


def _one_plus_exponential(poly: Poly) -> tuple[Rational, list[Factor]] | None:
    """``c y (1 + e^x)`` as ``c y logistic(x)^-1``."""
    if len(poly.terms) != 2:
        return None
    (m, c), (n, d) = poly.sorted()
    if c != d or m.bound or n.bound:
        return None
    first, second = dict(m.factors), dict(n.factors)
    ratio = {a: second.get(a, 0) - first.get(a, 0) for a in {**first, **second}}
    ratio = {a: e for a, e in ratio.items() if e}
    if not ratio or any(a.kind != "exp" for a in ratio):
        return None
    x = collect((a.argument, e) for a, e in ratio.items())
    used("sum of two exponentials")
    if negative(x):
        return c, [*n.factors, (Atom("logistic", arg=-x), -1)]
    return c, [*m.factors, (Atom("logistic", arg=x), -1)]


def _one_minus_logistic(poly: Poly) -> tuple[Rational, list[Factor]] | None:
    """``1 - logistic(x)`` as ``e^x logistic(x)``."""
    if len(poly.terms) != 2 or EMPTY not in poly.terms:
        return None
    ((m, c),) = ((m, c) for m, c in poly.terms.items() if m != EMPTY)
    one = poly.terms[EMPTY]
    if c != -one or m.bound or len(m.factors) != 1:
        return None
    a, e = m.factors[0]
    if a.kind != "logistic" or e != 1:
        return None
    used("one minus logistic")
    x = a.argument
    return one, [*((Atom("exp", arg=Poly({t: 1})), k) for t, k in x.terms.items()), (a, 1)]


def _root(poly: Poly, exponent: Fraction) -> Poly:
    """A fractional power: factor by factor where the factors are known not to be negative."""
    needs("bases of fractional powers are positive")
    if len(poly.terms) > 1 and positive(poly):
        coefficient, factors = units(poly)
    elif len(poly.terms) > 1:
        coefficient, factors = _positive_content(poly)
    else:
        ((m, coefficient),) = poly.terms.items()
        factors = _components(m)
    apart = [(a, e * exponent) for a, e in factors if never_negative(a) or not whole(e)]
    together = [(a, e) for a, e in factors if not (never_negative(a) or not whole(e))]
    even = [(a, e * exponent) for a, e in together if e % 2 == 0 and whole(e * exponent)]
    together = [(a, e) for a, e in together if not (e % 2 == 0 and whole(e * exponent))]
    out = product([monomial((), apart), *(_absolute(a, e) for a, e in even)])
    if together or coefficient < 0:
        sign = 1 if coefficient > 0 else -1
        inside = product(opened(a, e) for a, e in together).scaled(sign)
        if inside.constant is not None:
            raise Outside("outside the fragment: a root of a negative number")
        a, e = together[0]
        if len(together) == 1 and sign == 1 and e % 2 == 1:
            inner = a if a.kind == "base" else Atom("base", arg=monomial((), [(a, 1)]))
            out = times(out, monomial((), [(inner, e * exponent)]))
        else:
            out = times(out, monomial((), [(Atom("base", arg=inside), exponent)]))
    return times(out, _numeric_root(abs(Fraction(coefficient)), exponent))


def _absolute(a: Atom, e: Rational) -> Poly:
    """``|a|^e`` as ``a^e (2 step(a) - 1)^e``: the root of an even power."""
    used("root of an even power")
    value, arg = monomial((), [(a, e)]), opened(a, 1)
    if e % 2 == 0:
        return value
    sign = -1 if negative(arg) else 1
    return times(value, (atom("step", arg=arg.scaled(sign)).scaled(2) - ONE).scaled(sign))


def _positive_content(poly: Poly) -> tuple[Rational, list[Factor]]:
    """A sum of unknown sign: only positive factors may be taken out under a root."""
    shared = [(a, e) for a, e in content(poly) if positive_atom(a)]
    rest = times(poly, monomial((), [(a, -e) for a, e in shared])) if shared else poly
    lead = magnitude(rest.terms[leading(rest)])
    return lead, [*shared, (Atom("base", arg=rest.scaled(inverse(lead))), 1)]


def _numeric_root(value: Fraction, exponent: Fraction) -> Poly:
    """A power of a positive number: prime by prime, whole powers as a coefficient."""
    if value == 1:
        return ONE
    factors: list[Factor] = []
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        factors += [
            (Atom("base", arg=constant(prime)), sign * count * exponent)
            for prime, count in _prime_powers(number)
        ]
    return monomial((), factors)


def _prime_powers(n: int) -> list[tuple[int, int]]:
    """Factors of n and how often each divides it: small primes, and one cofactor."""
    out: list[tuple[int, int]] = []
    for divisor in range(2, TRIAL_DIVISION):
        if divisor * divisor > n:
            break
        count = 0
        while n % divisor == 0:
            n //= divisor
            count += 1
        if count:
            out.append((divisor, count))
    if n > 1:
        root = isqrt(n)
        out.append((root, 2) if root * root == n else (n, 1))
    return out


# -- exp, log, logistic -----------------------------------------------------------------------


def exponential(poly: Poly) -> Poly:
    """``exp(poly)``."""
    cases = by_cases(exponential, poly)
    if cases is not None:
        return cases
    factors: list[Factor] = []
    others: list[Poly] = []
    for m, c in poly.sorted():
        a, e = m.factors[0] if m.factors else (None, 0)
        if a is not None and a.kind == "log" and e == 1 and len(m.factors) == 1 and not m.bound:
            used("exp of log")
            others.append(power(a.argument, c))
        else:
            factors.append((Atom("exp", arg=Poly({m: 1})), c))
    return product([monomial((), factors), *others])


def logarithm(poly: Poly) -> Poly:
    """``log(poly)``: a sum of logs for the factors that are positive."""
    cases = by_cases(logarithm, poly)
    if cases is not None:
        return cases
    if not poly.terms:
        raise Outside("outside the fragment: the logarithm of 0")
    if not positive(poly):
        needs("arguments of log are positive")
    coefficient, factors = units(poly)
    apart = [(a, e) for a, e in factors if positive_atom(a)]
    together = [(a, e) for a, e in factors if not positive_atom(a)]
    parts: list[tuple[Poly, Rational]] = []
    number = magnitude(coefficient) if together else coefficient
    if number < 0:
        raise Outside("outside the fragment: the logarithm of a negative number")
    for natural, sign in ((number.numerator, 1), (number.denominator, -1)):
        primes = _prime_powers(natural)
        parts += [(atom("log", arg=constant(p)), sign * count) for p, count in primes]
    for a, e in apart:
        if a.kind == "exp":
            parts.append((a.argument, e))
        elif a.kind == "base":
            parts.append((atom("log", arg=a.argument), e))
        else:
            parts.append((atom("log", arg=Poly({Monomial((), ((a, 1),)): 1})), e))
    if together:
        rest = product(opened(a, e) for a, e in together)
        parts.append((atom("log", arg=rest if coefficient > 0 else -rest), 1))
    used("log of a product")
    return collect(parts)


def opened(a: Atom, e: Rational) -> Poly:
    """A power of an atom, a `base` with a positive integer exponent multiplied out."""
    if a.kind == "base" and e > 0 and whole(e):
        return power(a.argument, e)
    return monomial((), [(a, e)])


def logistic(poly: Poly) -> Poly:
    """``1 / (1 + exp(poly))``."""
    cases = by_cases(logistic, poly)
    if cases is not None:
        return cases
    if not poly.terms:
        return constant(Fraction(1, 2))
    if negative(poly):
        return ONE - atom("logistic", arg=-poly)
    return atom("logistic", arg=poly)
