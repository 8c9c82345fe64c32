"""Dual numbers: forward differentiation, the slow reference for the tape."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.check.domains import Domain, Scalar
from derive.check.tape import slope_of


class Dual:
    """Pairs ``(value, slope)`` over a domain, nestable."""

    def __init__(self, base: Domain) -> None:
        self.base = base
        self.zero = base.number(0)

    def lift(self, a: Scalar) -> Scalar:
        """A constant."""
        return (a, self.zero)

    def number(self, value: int | Fraction) -> Scalar:
        return (self.base.number(value), self.zero)

    def add(self, a: Scalar, b: Scalar) -> Scalar:
        return (self.base.add(a[0], b[0]), self.base.add(a[1], b[1]))

    def mul(self, a: Scalar, b: Scalar) -> Scalar:
        base = self.base
        return (base.mul(a[0], b[0]), base.add(base.mul(a[0], b[1]), base.mul(a[1], b[0])))

    def dot(self, left: Sequence[Scalar], right: Sequence[Scalar]) -> Scalar:
        total = self.number(0)
        for a, b in zip(left, right, strict=True):
            total = self.add(total, self.mul(a, b))
        return total

    def power(self, a: Scalar, exponent: Fraction) -> Scalar:
        base = self.base
        if exponent == 0:
            return self.number(1)
        factor = base.mul(base.number(exponent), base.power(a[0], exponent - 1))
        return (base.power(a[0], exponent), base.mul(factor, a[1]))

    def primitive(self, name: str, a: Scalar) -> Scalar:
        return (
            self.base.primitive(name, a[0]),
            self.base.mul(slope_of(self.base, name, a[0]), a[1]),
        )

    def unknown(self, name: str, order: int, a: Scalar) -> Scalar:
        base = self.base
        return (
            base.unknown(name, order, a[0]),
            base.mul(base.unknown(name, order + 1, a[0]), a[1]),
        )

    def pi(self) -> Scalar:
        return self.lift(self.base.pi())

    def equal(self, a: Scalar, b: Scalar) -> bool:
        return self.base.equal(a[0], b[0]) and self.base.equal(a[1], b[1])
