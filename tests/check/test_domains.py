"""The number systems: the laws that the checker rests on, and that nothing else holds."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.check.domains import (
    HIGHEST,
    LOGARITHM_PRIMES,
    Field,
    Logarithms,
    NoValue,
    Outside,
    Unsupported,
    tower,
)
from derive.check.search import series
from derive.check.search.exact import Interval, Rational, root
from derive.check.tape import Tape, slope_of

SEEDS = st.integers(0, 10**6)


def test_primes() -> None:
    primes = tower(HIGHEST)
    lower = 1
    for q in LOGARITHM_PRIMES:
        lower *= q
    for p in (*primes, *LOGARITHM_PRIMES, 2 * lower + 1):
        assert sympy.isprime(p)
        assert p % 4 == 3
    for p in primes:
        assert all(pow(k, (p - 1) // 2, p) == 1 for k in (2, 3, 5, 7, 11, 13))
    for p, q in pairwise(primes):
        assert (q - 1) % p == 0
        assert pow(3, (q - 1) // p, q) != 1
    assert all(pow(9, lower // q, 2 * lower + 1) != 1 for q in LOGARITHM_PRIMES)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_exponential_is_a_homomorphism(seed: int) -> None:
    field = Field(3, seed)
    a, b = field.random("a"), field.random("b")

    def exp(x: object) -> object:
        return field.primitive("exp", x)

    assert field.equal(exp(field.add(a, b)), field.mul(exp(a), exp(b)))
    twice = exp(exp(field.add(a, b)))
    assert field.equal(twice, exp(field.mul(exp(a), exp(b))))
    assert not field.equal(exp(field.mul(a, b)), field.mul(exp(a), exp(b)))
    assert field.equal(exp(field.number(0)), field.number(1))


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_signs_roots_and_circles(seed: int) -> None:
    field = Field(2, seed)
    x, minus = field.random("x"), field.number(-1)
    step = [field.primitive("step", y) for y in (x, field.mul(minus, x))]
    assert sorted(step) == [0, 1]
    square = field.leaf("positive", "s")
    assert field.primitive("step", square) == 1
    half = field.power(square, Fraction(1, 2))
    assert field.equal(field.mul(half, half), square)
    third = field.power(square, Fraction(-1, 3))
    assert field.equal(field.power(third, Fraction(-3)), square)
    sin, cos = field.primitive("sin", x), field.primitive("cos", x)
    one = field.add(field.mul(sin, sin), field.mul(cos, cos))
    assert field.equal(one, field.number(1))
    for name, sign in (("sin", -1), ("erf", -1), ("cos", 1)):
        other = field.primitive(name, field.mul(minus, x))
        assert field.equal(other, field.mul(field.number(sign), field.primitive(name, x)))


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_logarithm_is_the_inverse_of_exp(seed: int) -> None:
    field = Logarithms(seed)
    a, b = field.random("a"), field.leaf("positive", "b")

    def log(x: object) -> object:
        return field.primitive("log", x)

    assert field.equal(log(field.primitive("exp", a)), a)
    assert field.equal(log(field.mul(b, b)), field.mul(field.number(2), log(b)))
    upper = Logarithms(seed, level=1)
    again = upper.primitive("exp", upper.primitive("log", b))
    assert upper.equal(again, b)
    assert not field.equal(log(field.mul(b, field.number(2))), log(b))
    with pytest.raises(Outside):
        log(field.mul(b, field.number(-1)))


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_logarithms_of_exponentials_that_were_taken(seed: int) -> None:
    field = Field(2, seed)
    one, minus = field.number(1), field.number(-1)
    v, b = field.random("v"), field.random("b")

    def log(x: object) -> object:
        return field.primitive("log", x)

    def inverse(x: object) -> object:
        return field.power(x, Fraction(-1))

    grown = field.primitive("exp", v)
    softplus = log(field.add(one, grown))
    other = log(field.add(one, inverse(grown)))
    assert field.equal(log(grown), v)
    assert field.equal(log(inverse(grown)), field.mul(minus, v))
    assert field.equal(softplus, field.add(v, other))
    assert field.equal(log(inverse(field.add(one, grown))), field.mul(minus, softplus))
    for wrong in (other, field.mul(minus, other), field.add(other, field.add(v, v)), v):
        assert not field.equal(softplus, wrong)
    assert not field.equal(softplus, field.add(field.mul(minus, v), other))
    assert not field.equal(log(field.add(field.number(2), grown)), softplus)
    assert not field.equal(log(field.mul(b, grown)), field.add(log(b), v))
    with pytest.raises(NoValue):
        log(field.number(0))


def test_unknown_functions_depend_on_name_order_and_argument() -> None:
    field = Field(1, 0)
    x, y = field.random("x"), field.random("y")
    values = {
        field.unknown(name, order, z) for name in ("f", "g") for order in (0, 1) for z in (x, y)
    }
    assert len(values) == 8
    assert field.unknown("f", 0, field.add(x, y)) == field.unknown("f", 0, field.add(y, x))


def test_no_value() -> None:
    field = Field(2, 0)
    with pytest.raises(NoValue):
        field.power(field.number(0), Fraction(-1))
    with pytest.raises(NoValue):
        field.power(field.number(-1), Fraction(1, 2))
    with pytest.raises(Unsupported):
        field.primitive("gamma", 1)
    with pytest.raises(Unsupported):
        Rational().primitive("exp", Fraction(1))
    with pytest.raises(Unsupported):
        Rational().power(Fraction(2), Fraction(1, 2))
    with pytest.raises(NoValue):
        Interval().primitive("log", Interval().number(-1))
    with pytest.raises(Unsupported):
        Rational().power(Fraction(3), Fraction(10**9))
    with pytest.raises(Unsupported):
        Interval().primitive("exp", Interval().number(10**9))


# -- intervals against mpmath ------------------------------------------------------------------

mpmath.mp.prec = series.PRECISION + 64


def encloses(bounds: tuple[int, int], value: object) -> bool:
    scaled = mpmath.mpf(value) * series.UNIT
    return bool(bounds[0] <= scaled <= bounds[1])


@settings(max_examples=60, deadline=None)
@given(st.fractions(-30, 30, max_denominator=10**6))
def test_intervals_hold_the_true_value(x: Fraction) -> None:
    domain = Interval()
    exact = mpmath.mpf(x.numerator) / x.denominator
    a = domain.number(x)
    for name, f in (
        ("exp", mpmath.exp),
        ("sin", mpmath.sin),
        ("cos", mpmath.cos),
        ("erf", mpmath.erf),
    ):
        bounds = domain.primitive(name, a)
        assert encloses(bounds, f(exact)), name
        if name != "erf" or abs(x) <= 6:
            assert bounds[1] - bounds[0] < series.UNIT >> 300 or name == "exp"
    if x > 0:
        assert encloses(domain.primitive("log", a), mpmath.log(exact))
        for e in (Fraction(1, 2), Fraction(-3, 2), Fraction(1, 3)):
            power = mpmath.power(exact, mpmath.mpf(e.numerator) / e.denominator)
            assert encloses(domain.power(a, e), power)
    assert encloses(domain.power(a, Fraction(3)), exact**3)


def test_pi() -> None:
    assert encloses(series.pi(), mpmath.pi)
    assert series.pi()[1] - series.pi()[0] <= 2


@given(st.integers(0, 10**40), st.integers(2, 7))
def test_roots_of_naturals(n: int, degree: int) -> None:
    r = root(n, degree)
    assert r**degree <= n < (r + 1) ** degree


def test_intervals_compare_and_show() -> None:
    domain = Interval()
    third = domain.number(Fraction(1, 3))
    assert domain.equal(third, domain.mul(domain.number(2), domain.number(Fraction(1, 6))))
    assert not domain.equal(third, domain.add(third, (1 << 300, 1 << 300)))
    assert domain.show(third) == "0.333333333333 ± 1e-12"
    assert domain.show(domain.number(Fraction(-7, 4))) == "-7/4"
    tiny = domain.primitive("exp", domain.number(-50))
    assert domain.show(tiny) == "1.928749848e-22 ± 1e-32"
    wide = (0, 3 * series.UNIT)
    assert domain.show(wide).endswith("± 1e1")


@pytest.mark.parametrize("name", ["exp", "log", "sin", "cos", "erf"])
def test_slopes_by_difference_quotients(name: str) -> None:
    """Each derivative that the checker is told, against central differences of mpmath."""
    x, h = mpmath.mpf("0.7"), mpmath.mpf(2) ** -100
    f = getattr(mpmath, name)
    quotient = (f(x + h) - f(x - h)) / (2 * h)
    domain = Interval()
    low, high = slope_of(domain, name, domain.number(Fraction(7, 10)))
    assert abs(quotient - mpmath.mpf(low) / series.UNIT) < mpmath.mpf(2) ** -150
    assert high - low < 1 << 40
    tape = Tape(domain)
    at = tape.variable(domain.number(Fraction(7, 10)))
    (recorded,) = tape.slopes(tape.primitive(name, at), [at])
    assert domain.equal(recorded, (low, high))
