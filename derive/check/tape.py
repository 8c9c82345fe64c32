"""Derivatives: a tape of what was computed, read backwards.

A `Tape` is a number system over another one.  Its numbers remember what they were made of and
with which slope; numbers of the other system are constants.  So a derivative needs rules for a
sum, a product, a power and six functions, and none for matrices.  Tapes stand over tapes: the
derivative of a derivative is nothing new.

>>> from derive.check.domains import Field
>>> tape = Tape(Field(height=1, seed=0))
>>> x = tape.variable(5)
>>> tape.slopes(tape.mul(x, tape.mul(x, x)), [x])
[75]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from derive.check.domains import Domain, Scalar, Unsupported


class Node:
    """A number with a past: each part that it was made of, with its slope by that part.

    Its value is computed when it is asked for: the value of a cost is not needed for its slopes.
    """

    __slots__ = ("compute", "known", "parts", "slope", "tape")

    def __init__(self, tape: Tape, compute: Callable[[], Scalar], parts: Parts) -> None:
        self.tape, self.compute, self.parts = tape, compute, parts
        self.known: Scalar = None
        self.slope: Scalar = None

    @property
    def value(self) -> Scalar:
        if self.known is None:
            self.known = self.compute()
        return self.known


Parts = list[tuple[Node, Scalar]]


class Tape:
    """Numbers over a domain, and how they were computed."""

    def __init__(self, base: Domain) -> None:
        self.base, self.one, self.nodes = base, base.number(1), list[Node]()

    def variable(self, value: Scalar) -> Scalar:
        """A number by which can be differentiated."""
        return Node(self, lambda: value, [])

    def slopes(self, result: Scalar, variables: Sequence[Scalar]) -> list[Scalar]:
        """The derivatives of a number by variables; asked once."""
        if self._own(result):
            result.slope = self.one
        for node in reversed(self.nodes):
            if node.slope is not None:
                for part, slope in node.parts:
                    share = self.base.mul(node.slope, slope)
                    part.slope = share if part.slope is None else self.base.add(part.slope, share)
        self.nodes.clear()  # so that nothing here holds itself, and goes at once
        zero = self.base.number(0)
        return [zero if one.slope is None else one.slope for one in variables]

    def _own(self, a: Scalar) -> bool:
        return type(a) is Node and a.tape is self

    def value(self, a: Scalar) -> Scalar:
        """The number without its past."""
        return a.value if type(a) is Node and a.tape is self else a

    def made(self, compute: Callable[[], Scalar], parts: Parts) -> Scalar:
        """A value with its slopes by what it was made of; a constant if it was made of none."""
        if not parts:
            return compute()
        self.nodes.append(Node(self, compute, parts))
        return self.nodes[-1]

    def moved(self, a: Scalar, value: Scalar) -> Scalar:
        """Another value with the slopes of a number."""
        return self.made(lambda: value, [(a, self.one)] if self._own(a) else [])

    # -- as any domain -------------------------------------------------------------------------

    def number(self, value: int | Fraction) -> Scalar:
        return self.base.number(value)

    def add(self, a: Scalar, b: Scalar) -> Scalar:
        parts = [(x, self.one) for x in (a, b) if self._own(x)]
        return self.made(lambda: self.base.add(self.value(a), self.value(b)), parts)

    def mul(self, a: Scalar, b: Scalar) -> Scalar:
        parts = [(a, self.value(b))] if self._own(a) else []
        parts += [(b, self.value(a))] if self._own(b) else []
        return self.made(lambda: self.base.mul(self.value(a), self.value(b)), parts)

    def dot(self, left: Sequence[Scalar], right: Sequence[Scalar]) -> Scalar:
        pairs = (*zip(left, right, strict=True), *zip(right, left, strict=True))
        parts = [(a, self.value(b)) for a, b in pairs if self._own(a)]
        x, y = map(self.value, left), map(self.value, right)
        return self.made(lambda: self.base.dot(list(x), list(y)), parts)

    def power(self, a: Scalar, exponent: Fraction) -> Scalar:
        if exponent == 0 or not self._own(a):
            return self.base.power(self.value(a), exponent)
        slope = self.base.mul(self.number(exponent), self.base.power(a.value, exponent - 1))
        return self.made(lambda: self.base.power(a.value, exponent), [(a, slope)])

    def primitive(self, name: str, a: Scalar) -> Scalar:
        if not self._own(a):
            return self.base.primitive(name, a)
        slope = slope_of(self.base, name, a.value)
        return self.made(lambda: self.base.primitive(name, a.value), [(a, slope)])

    def unknown(self, name: str, order: int, a: Scalar) -> Scalar:
        if not self._own(a):
            return self.base.unknown(name, order, a)
        slope = self.base.unknown(name, order + 1, a.value)
        return self.made(lambda: self.base.unknown(name, order, a.value), [(a, slope)])

    def pi(self) -> Scalar:
        return self.base.pi()

    def equal(self, a: Scalar, b: Scalar) -> bool:
        return self.base.equal(self.value(a), self.value(b))


def slope_of(base: Domain, name: str, x: Scalar) -> Scalar:
    """The derivative of a primitive; the only derivatives that the checker is told."""
    minus = base.number(-1)
    match name:
        case "exp":
            return base.primitive("exp", x)
        case "log":
            return base.power(x, Fraction(-1))
        case "step":
            return base.number(0)
        case "sin":
            return base.primitive("cos", x)
        case "cos":
            return base.mul(minus, base.primitive("sin", x))
        case "erf":
            square = base.mul(minus, base.mul(x, x))
            scale = base.mul(base.number(2), base.power(base.pi(), Fraction(-1, 2)))
            return base.mul(scale, base.primitive("exp", square))
    raise Unsupported(f"the derivative of {name}")
