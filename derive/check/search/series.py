"""Bounds of exp, log, sin, cos, erf and pi at a number, as integers in units of 2^-PRECISION.

Every function takes one number and gives a pair (low, high) between which the true value lies.
The series are summed in integers with guard bits; what is cut off is added to the bounds.

>>> low, high = logarithm(2 * UNIT)
>>> low <= high <= low + 4, round(low / UNIT, 12)
(True, 0.69314718056)
"""

from __future__ import annotations

from functools import cache
from typing import Final

from derive.check.domains import Unsupported

PRECISION: Final = 512
UNIT: Final = 1 << PRECISION
GUARD: Final = 128
LARGEST: Final = 4096
"""Largest argument of exp."""

Bounds = tuple[int, int]


def _rounded(low: int, high: int, bits: int) -> Bounds:
    """Outwards, to fewer bits."""
    return low >> bits, -(-high >> bits)


def exponential(x: int) -> Bounds:
    """exp by its series at x / 2^k, squared k times."""
    if abs(x) > LARGEST * UNIT:
        raise Unsupported("exp of a very large number")
    if x < 0:  # 1 / exp(-x)
        low, high = _positive_exponential(-x)
        one = 1 << 2 * (PRECISION + GUARD)
        return _rounded(one // high, -(-one // low), GUARD)
    return _rounded(*_positive_exponential(x), GUARD)


def _positive_exponential(x: int) -> Bounds:
    """With all guard bits."""
    bits = PRECISION + GUARD
    halvings = max(0, x.bit_length() - PRECISION + 4)
    t = (x << GUARD) >> halvings
    total, term, n = 1 << bits, 1 << bits, 0
    while term:
        n += 1
        term = (term * t >> bits) // n
        total += term
    # Each of the n terms is too small by at most 2 n units, and so is t by one; the rest is tiny.
    low, high = total, total + 4 * (n + 2) * (n + 2)
    for _ in range(halvings):
        low, high = low * low >> bits, -(-high * high >> bits)
    return low, high


def _arctanh_ratio(p: int, q: int, bits: int) -> Bounds:
    """2 artanh(p/q) for 0 <= p/q <= 1/3, in units of 2^-bits."""
    y = (p << bits) // q
    square = y * y >> bits
    total, power, k = 0, y, 1
    while power:
        total += power // k
        power = power * square >> bits
        k += 2
    return 2 * total, 2 * total + 8 * (k + 2)


def logarithm(x: int) -> Bounds:
    """log by m 2^k with m in [1, 2), 2 artanh((m - 1) / (m + 1)) and k log 2."""
    bits = PRECISION + GUARD
    k = x.bit_length() - 1 - PRECISION
    one = 1 << (x.bit_length() - 1)
    low, high = _arctanh_ratio(x - one, x + one, bits)
    two = _arctanh_ratio(1, 3, bits)
    shift = (k * two[0], k * two[1]) if k >= 0 else (k * two[1], k * two[0])
    return _rounded(low + shift[0], high + shift[1], GUARD)


@cache
def pi() -> Bounds:
    """16 arctan(1/5) - 4 arctan(1/239)."""
    bits = PRECISION + GUARD

    def arctan(n: int) -> Bounds:
        total, power, k, sign = 0, (1 << bits) // n, 1, 1
        while power:
            total += sign * (power // k)
            power //= n * n
            k, sign = k + 2, -sign
        return total - 2 * k, total + 2 * k

    five, other = arctan(5), arctan(239)
    return _rounded(16 * five[0] - 4 * other[1], 16 * five[1] - 4 * other[0], GUARD)


def _alternating(x: int, first: int, start: int) -> Bounds:
    """The sum of (-1)^k x^(start + 2k) / (start + 2k)!."""
    if abs(x) > 40 * UNIT:
        raise Unsupported("sin or cos of a large number")
    bits = PRECISION + GUARD
    square = (x << GUARD) ** 2 >> bits
    total, term, n = 0, first << GUARD, start
    while term not in (0, -1):
        total += term
        term = -(term * square >> bits) // ((n + 1) * (n + 2))
        n += 2
    # Errors of a term are multiplied by at most x^2 / n^2 a step: e^40 times in all, 58 bits.
    return _rounded(total - (1 << 80), total + (1 << 80), GUARD)


def sine(x: int) -> Bounds:
    """sin by its series, for small numbers."""
    return _alternating(x, x, 1)


def cosine(x: int) -> Bounds:
    """cos by its series, for small numbers."""
    return _alternating(x, UNIT, 0)


def error_function(x: int) -> Bounds:
    """erf by its series; far out, between 1 - exp(-x^2) and 1."""
    if x < 0:
        low, high = error_function(-x)
        return -high, -low
    if x > 6 * UNIT:
        return UNIT - exponential(max(-x * x >> PRECISION, -LARGEST * UNIT))[1], UNIT
    bits = PRECISION + GUARD
    square = (x << GUARD) ** 2 >> bits
    total, power, n = 0, x << GUARD, 0
    while power not in (0, -1):
        total += power // (2 * n + 1)
        n += 1
        power = -(power * square >> bits) // n
    low, high = total - (1 << 80), total + (1 << 80)  # as for sin, with e^36
    root_of_pi = tuple(_isqrt_bounds(p) for p in pi())
    low = (2 * max(low, 0) << PRECISION) // root_of_pi[1][1]
    high = -((-2 * high << PRECISION) // root_of_pi[0][0])
    return _rounded(low, high, GUARD)


def _isqrt_bounds(x: int) -> Bounds:
    from math import isqrt

    low = isqrt(x << PRECISION)
    return low, low + 1
