"""Number systems for counterexamples that a reader can redo: fractions, and proved intervals.

`Rational` is exact and knows no exp or log (except where the value is rational); an arbitrary
function is a fixed simple polynomial with its exact derivatives.  `Interval` holds numbers
between two bounds, rounded outwards, and knows all primitives; two of its numbers differ only
if their intervals are disjoint.

>>> x = Interval().primitive("exp", Interval().number(1))
>>> Interval().show(x)
'2.718281828459 ± 1e-12'
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from operator import mul
from typing import Any, Final

from derive.check.domains import NoValue, Outside, Scalar, Unsupported
from derive.check.search.series import (
    PRECISION,
    UNIT,
    cosine,
    error_function,
    exponential,
    logarithm,
    pi,
)
from derive.check.search.series import sine as _sine

LONGEST: Final = 20_000
"""Bits of the largest number."""
AT_ZERO: Final = {"exp": 1, "erf": 0, "sin": 0, "cos": 1}


class Rational:
    """Exact fractions.  The k-th unknown function is ``x^degree + k x``, in order of `names`."""

    def __init__(self, names: Sequence[str] = (), degree: int = 2) -> None:
        self.slopes = {name: k for k, name in enumerate(names, start=1)}
        self.degree = degree
        self.kinks = True
        """A step has a value at 0 too."""

    def number(self, value: int | Fraction) -> Scalar:
        return Fraction(value)

    def add(self, a: Scalar, b: Scalar) -> Scalar:
        return a + b

    def mul(self, a: Scalar, b: Scalar) -> Scalar:
        return _short(a * b)

    def dot(self, left: Sequence[Scalar], right: Sequence[Scalar]) -> Scalar:
        return _short(sum(map(mul, left, right), Fraction(0)))

    def power(self, a: Scalar, exponent: Fraction) -> Scalar:
        if exponent.denominator != 1:
            a = Fraction(
                exact_root(a.numerator, exponent.denominator),
                exact_root(a.denominator, exponent.denominator),
            )
        n = exponent.numerator
        if a == 0 and n < 0:
            raise NoValue("division by zero")
        if abs(n) * max(a.numerator.bit_length(), a.denominator.bit_length()) > LONGEST:
            raise Unsupported("a number that is too long")
        return a**n

    def primitive(self, name: str, a: Scalar) -> Scalar:
        if name == "step":
            if a == 0 and not self.kinks:
                raise NoValue("step at 0")
            return Fraction(a > 0)
        if name == "log" and a == 1:
            return Fraction(0)
        if name in AT_ZERO and a == 0:
            return Fraction(AT_ZERO[name])
        if name == "log" and a <= 0:
            raise Outside("logarithm of a number that is not positive")
        raise Unsupported(f"{name} of a fraction")

    def unknown(self, name: str, order: int, a: Scalar) -> Scalar:
        factor = 1
        for k in range(order):
            factor *= self.degree - k
        value = factor * a ** (self.degree - order) if factor else Fraction(0)
        linear = self.slopes[name]
        return value + (linear * a if order == 0 else linear if order == 1 else 0)

    def formula(self, name: str) -> str:
        """What an unknown function is taken to be."""
        slope = self.slopes[name]
        return f"x^{self.degree} + {'' if slope == 1 else slope}x"

    def pi(self) -> Scalar:
        raise Unsupported("pi as a fraction")

    def equal(self, a: Scalar, b: Scalar) -> bool:
        return bool(a == b)

    def show(self, a: Scalar) -> str:
        """The number as text."""
        return str(a)

    def middle(self, a: Scalar) -> Fraction:
        """A fraction as near to the number as is known."""
        return Fraction(a)


class Interval(Rational):
    """Numbers between two bounds, integers in units of 2^-PRECISION."""

    def number(self, value: int | Fraction) -> Scalar:
        value = Fraction(value)
        scaled = value.numerator << PRECISION
        return (scaled // value.denominator, -(-scaled // value.denominator))

    def add(self, a: Scalar, b: Scalar) -> Scalar:
        return (a[0] + b[0], a[1] + b[1])

    def mul(self, a: Scalar, b: Scalar) -> Scalar:
        products = [x * y for x in a for y in b]
        return _bounded((min(products) >> PRECISION, -(-max(products) >> PRECISION)))

    def dot(self, left: Sequence[Scalar], right: Sequence[Scalar]) -> Scalar:
        total = (0, 0)
        for a, b in zip(left, right, strict=True):
            total = self.add(total, self.mul(a, b))
        return total

    def power(self, a: Scalar, exponent: Fraction) -> Scalar:
        n, d = exponent.numerator, exponent.denominator
        if abs(n) > 1000 or d > 64:
            raise Unsupported(f"the exponent {exponent}")
        if d != 1:
            if a[0] <= 0:
                negative = Outside if a[1] < 0 else NoValue
                raise negative("root of a number that may not be positive")
            low, high = (x << PRECISION * (d - 1) for x in a)
            a = (root(low, d), root(high, d) + 1)
        if n < 0:
            if a[0] <= 0 <= a[1]:
                raise NoValue("division by zero")
            a = (UNIT * UNIT // a[1], -(-UNIT * UNIT // a[0]))
        result = self.number(1)
        for _ in range(abs(n)):
            result = self.mul(result, a)
        if n % 2 == 0 and a[0] < 0 < a[1]:
            return (0, result[1])
        return result

    def primitive(self, name: str, a: Scalar) -> Scalar:
        low, high = a
        match name:
            case "step":
                if low <= 0 < high or (low == high == 0 and not self.kinks):
                    raise NoValue("step at a number that may be 0")
                return self.number(int(low > 0))
            case "exp":
                return (exponential(low)[0], exponential(high)[1])
            case "log":
                if low <= 0:
                    negative = Outside if high < 0 else NoValue
                    raise negative("logarithm of a number that may not be positive")
                return (logarithm(low)[0], logarithm(high)[1])
            case "erf":
                return (error_function(low)[0], error_function(high)[1])
            case "sin" | "cos":  # neither changes faster than its argument
                middle, radius = (low + high) // 2, (high - low) // 2 + 1
                bounds = (_sine if name == "sin" else cosine)(middle)
                return (bounds[0] - radius, bounds[1] + radius)
        raise Unsupported(f"the function {name}")

    def unknown(self, name: str, order: int, a: Scalar) -> Scalar:
        factor = 1
        for k in range(order):
            factor *= self.degree - k
        value = self.number(0)
        if factor:
            value = self.mul(self.number(factor), self.power(a, Fraction(self.degree - order)))
        linear = self.number(self.slopes[name])
        if order == 0:
            return self.add(value, self.mul(linear, a))
        return self.add(value, linear) if order == 1 else value

    def pi(self) -> Scalar:
        return pi()

    def equal(self, a: Scalar, b: Scalar) -> bool:
        """Not known to differ."""
        return bool(a[0] <= b[1] and b[0] <= a[1])

    def middle(self, a: Scalar) -> Fraction:
        return Fraction(a[0] + a[1], 2 * UNIT)

    def show(self, a: Scalar) -> str:
        """Twelve decimals with a bound that holds; more for small numbers; exact ones as such.

        >>> half = Interval().number(Fraction(1, 2))
        >>> Interval().show(half), Interval().show((-1, 1))
        ('1/2', '0 ± 1e-60')
        """
        if a[0] == a[1] and self.middle(a).denominator < 1000:
            return str(self.middle(a))
        for digits in (12, 16, 24, 32, 40, 60):
            middle = self.middle(a) * 10**digits
            rounded = round(middle)
            if abs(rounded) >= 10**6 or a == (0, 0):
                break
        error = max(abs(Fraction(x * 10**digits, UNIT) - rounded) for x in a)
        exponent = 0
        while 10**exponent < error:
            exponent += 1
        return f"{_decimal(rounded, digits)} ± 1e{exponent - digits}"


def _decimal(value: int, digits: int) -> str:
    """The number ``value / 10^digits`` without needless zeros.

    >>> _decimal(-25000, 4), _decimal(0, 60), _decimal(1928749848, 31)
    ('-2.5', '0', '1.928749848e-22')
    """
    sign, text = "-" * (value < 0), str(abs(value))
    power = len(text) - 1 - digits
    if value and power < -6:
        mantissa = f"{text[0]}.{text[1:]}".rstrip("0").rstrip(".")
        return f"{sign}{mantissa}e{power}"
    text = text.rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}".rstrip("0").rstrip(".")


def _short(a: Fraction) -> Fraction:
    if max(a.numerator.bit_length(), a.denominator.bit_length()) > LONGEST:
        raise Unsupported("a number that is too long")
    return a


def _bounded(a: Any) -> Any:
    if max(abs(a[0]), abs(a[1])).bit_length() > LONGEST:
        raise Unsupported("a number that is too long")
    return a


def root(value: int, degree: int) -> int:
    """The root of a natural number, rounded down.

    >>> root(26, 3), root(27, 3), root(10**40, 2)
    (2, 3, 100000000000000000000)
    """
    if degree == 2 or value < 2:
        return isqrt(value) if degree == 2 else value
    guess = 1 << -(-value.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + value // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better


def exact_root(value: int, degree: int) -> int:
    """The root of a natural number that has one; otherwise `NoValue` or `Unsupported`."""
    if value < 0:
        raise Outside("root of a negative number")
    if degree > 64:
        raise Unsupported(f"a root of order {degree}")
    found = root(value, degree)
    if found**degree != value:
        raise Unsupported("an irrational root")
    return found
