"""Truncated power series over complex arrays: values and derivatives of scalar formulas.

A jet is a list of arrays, the coefficients of ``f(x + t)`` in t.  Complex numbers, so that a
derivative by an imaginary step runs through every function, the k-th derivative of one included.

>>> import numpy as np
>>> [float(c.real[0]) for c in exp(variable(np.array([0j]), 2))]
[1.0, 1.0, 0.5]
"""

from __future__ import annotations

from fractions import Fraction
from math import pi

import numpy as np

Array = np.ndarray
Jet = list[Array]

_ERF_TERMS = 60
_ERF_TAIL = 5.9


def variable(x: Array, order: int) -> Jet:
    """``x + t`` up to ``t^order``."""
    zeros = [np.zeros_like(x) for _ in range(order + 1)]
    zeros[0] = x
    if order:
        zeros[1] = np.ones_like(x)
    return zeros


def constant(value: complex, like: Jet) -> Jet:
    """A number as a jet of the same length."""
    return [np.full_like(like[0], value), *(np.zeros_like(c) for c in like[1:])]


def add(a: Jet, b: Jet) -> Jet:
    return [x + y for x, y in zip(a, b, strict=True)]


def multiply(a: Jet, b: Jet) -> Jet:
    return [sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(len(a))]


def power(a: Jet, exponent: Fraction) -> Jet:
    """Any rational power; a whole one also where the base is 0."""
    if exponent.denominator == 1 and exponent >= 0:
        out = constant(1, a)
        for _ in range(exponent.numerator):
            out = multiply(out, a)
        return out
    e = float(exponent)
    out = [a[0] ** e]
    for k in range(1, len(a)):
        terms = (a[j] * out[k - j] * (e * j - (k - j)) for j in range(1, k + 1))
        out.append(sum(terms) / (k * a[0]))
    return out


def exp(a: Jet) -> Jet:
    out = [np.exp(a[0])]
    for k in range(1, len(a)):
        out.append(sum(j * a[j] * out[k - j] for j in range(1, k + 1)) / k)
    return out


def log(a: Jet) -> Jet:
    out = [np.log(a[0])]
    for k in range(1, len(a)):
        inner = sum(j * out[j] * a[k - j] for j in range(1, k))
        out.append((a[k] - inner / k) / a[0])
    return out


def step(a: Jet) -> Jet:
    """1 where the real part is positive; without value where the argument is not a real number."""
    value = (a[0].real > 0).astype(complex)
    value[~np.isfinite(a[0]) | (np.abs(a[0].imag) > 1e-12)] = np.nan
    return [value, *(np.zeros_like(c) for c in a[1:])]


def _integrated(first: Array, slope: Jet, a: Jet) -> Jet:
    """The jet with that value whose derivative by t is ``slope(a) a'``."""
    out = [first]
    for k in range(1, len(a)):
        out.append(sum(j * a[j] * slope[k - j] for j in range(1, k + 1)) / k)
    return out


def erf(a: Jet) -> Jet:
    """The error function, to first order in the imaginary part of its argument."""
    real = a[0].real
    value = _erf(real)
    bell = multiply(constant(2 / pi**0.5, a), exp(multiply(constant(-1, a), multiply(a, a))))
    first = value + 1j * a[0].imag * bell[0].real
    return _integrated(first, bell, a)


def _erf(x: Array) -> Array:
    inside = np.clip(x, -_ERF_TAIL, _ERF_TAIL)
    term = inside * 2 / pi**0.5 * np.exp(-inside * inside)
    total = term.copy()
    for n in range(1, 3 * _ERF_TERMS):
        term = term * 2 * inside * inside / (2 * n + 1)
        total = total + term
    return np.where(np.abs(x) > _ERF_TAIL, np.sign(x), total)


def sin(a: Jet) -> Jet:
    return _circle(a)[0]


def cos(a: Jet) -> Jet:
    return _circle(a)[1]


def _circle(a: Jet) -> tuple[Jet, Jet]:
    s, c = [np.sin(a[0])], [np.cos(a[0])]
    for k in range(1, len(a)):
        s.append(sum(j * a[j] * c[k - j] for j in range(1, k + 1)) / k)
        c.append(-sum(j * a[j] * s[k - j] for j in range(1, k + 1)) / k)
    return s, c


PRIMITIVE = {"exp": exp, "log": log, "step": step, "erf": erf, "sin": sin, "cos": cos}
