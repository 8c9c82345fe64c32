"""Real numbers, where the order matters: the field has none.

"Positive" is "is a square" there, a character that is right for products but may say of 19 that
it is negative; ``step(-19 x) = step(x)`` would pass.  So what holds in the field and meets a
step or a root is also evaluated in decimals.  They can only refuse: a claim that they pass has
been accepted by the field.

In: the graph of a program, an equation and sizes.  Out: whether its sides differ at a point of
small random fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import (
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from fractions import Fraction
from hashlib import blake2b
from math import prod
from operator import mul
from typing import Final

from derive.check.domains import NoValue, Outside, Scalar, Unsupported
from derive.check.evaluate import World
from derive.check.graph import Graph, sides
from derive.check.statements import agree
from derive.program import Equation

POINTS: Final = 5
"""So many points have to have values, of at most `TRIES`."""
TRIES: Final = 15
NEGATIVE, POSITIVE = 3, 4
"""Points at which all values have one sign, so that sums of many ReLUs are 0, or none is."""
UNITS: Final = 32
"""Values are whole multiples of 1/32."""
DIGITS: Final = 60
TINY: Final = Decimal("1e-30")
"""What is smaller may be 0; what differs by less may be equal."""
PI: Final = Decimal(
    "3.1415926535897932384626433832795028841971693993751058209749445923078164062862090"
)
LARGEST: Final = {"exp": 1000, "sin": 40, "cos": 40, "erf": 14}


def differ(graph: Graph, statement: Equation, sizes: dict[str, int]) -> bool | None:
    """Whether the sides differ at a real point; None if no point says anything."""
    said = 0
    traps = [Overflow, InvalidOperation, DivisionByZero]
    with localcontext(Context(prec=DIGITS, Emax=10**6, Emin=-(10**6), traps=traps)):
        for number in range(TRIES):
            try:
                if not agree(real_world(graph, statement, sizes, number), statement):
                    return True
                said += 1
            except (NoValue, Unsupported, DecimalException):
                continue
            if said == POINTS:
                break
    return False if said else None


def real_world(graph: Graph, statement: Equation, sizes: dict[str, int], number: int) -> World:
    """A point with real values; arbitrary functions are cubic polynomials."""
    program = graph.program
    names = graph.functions(sides(statement)) & program.functions.keys()
    domain = Reals(sorted(n for n in names if program.functions[n].body is None))

    def draw(kind: str, name: str, row: int, column: int) -> Scalar:
        leaf = program.leaves[name]
        digest = blake2b(repr((number, kind, name, row, column)).encode(), digest_size=4).digest()
        chance = int.from_bytes(digest, "big")
        share = Fraction(1 + chance % (UNITS - 1), UNITS)  # between 0 and 1
        if leaf.sums_to_one is not None:
            dim = leaf.dims[leaf.sums_to_one]
            share /= dim if isinstance(dim, int) else sizes[dim]
        elif leaf.domain != "unit":
            up = number == POSITIVE if number in (NEGATIVE, POSITIVE) else bool(chance >> 31)
            share *= 2 if leaf.domain == "positive" or up else -2
        return domain.number(share)

    return World(graph, domain, sizes, draw)


class Reals:
    """Decimals of the present context.  The k-th arbitrary function is ``x^3 + k x``.

    >>> reals = Reals()
    >>> with localcontext(Context(prec=DIGITS)):
    ...     reals.equal(reals.primitive("sin", PI / 6), Decimal("0.5"))
    True
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.slopes = {name: k for k, name in enumerate(names, start=1)}
        self._known: dict[tuple[str, Decimal], Decimal] = {}

    def number(self, value: int | Fraction) -> Scalar:
        return Decimal(value.numerator) / value.denominator

    def add(self, a: Scalar, b: Scalar) -> Scalar:
        return a + b

    def mul(self, a: Scalar, b: Scalar) -> Scalar:
        return a * b

    def dot(self, left: Sequence[Scalar], right: Sequence[Scalar]) -> Scalar:
        return sum(map(mul, left, right), Decimal(0))

    def power(self, a: Scalar, exponent: Fraction) -> Scalar:
        if exponent < 0 and abs(a) < TINY:
            raise NoValue("division by zero")
        if exponent.denominator == 2:
            a, exponent = _positive(a).sqrt(), 2 * exponent
        n, d = exponent.numerator, exponent.denominator
        if d > 1:
            return _positive(a) ** self.number(exponent)
        power = prod([a] * abs(n), start=Decimal(1)) if abs(n) < 8 else a ** abs(n)
        return power if n >= 0 else 1 / power

    def primitive(self, name: str, a: Scalar) -> Scalar:
        if (name, a) not in self._known:
            self._known[name, a] = self._primitive(name, a)
        return self._known[name, a]

    def _primitive(self, name: str, a: Decimal) -> Decimal:
        if abs(a) > LARGEST.get(name, abs(a)):
            if name == "erf":
                return Decimal(1).copy_sign(a)
            raise Unsupported(f"{name} of a large number")
        square = a * a
        match name:
            case "step":
                if a and abs(a) < TINY:
                    raise NoValue("step at a number that may be 0")
                return Decimal(int(a > 0))
            case "exp":
                return a.exp()
            case "log":
                return _positive(a).ln()
            case "sin":
                return _series(a, lambda n: -square / (2 * n * (2 * n + 1)))
            case "cos":
                return _series(Decimal(1), lambda n: -square / (2 * n * (2 * n - 1)))
            case "erf":
                scale = 2 * (-square).exp() / PI.sqrt()
                return scale * _series(a, lambda n: 2 * square / (2 * n + 1))
        raise Unsupported(f"the function {name}")

    def unknown(self, name: str, order: int, a: Scalar) -> Scalar:
        slope = self.slopes[name]
        values = (a * a * a + slope * a, 3 * a * a + slope, 6 * a, Decimal(6))
        return values[order] if order < len(values) else Decimal(0)

    def pi(self) -> Scalar:
        return PI

    def equal(self, a: Scalar, b: Scalar) -> bool:
        return bool(abs(a - b) <= TINY * max(1, abs(a), abs(b)))


def _positive(a: Decimal) -> Decimal:
    if a < TINY:
        negative = Outside if a < -TINY else NoValue
        raise negative("root or logarithm of a number that may not be positive")
    return a


def _series(first: Decimal, ratio: Callable[[int], Decimal]) -> Decimal:
    """The sum of terms, each a multiple of the one before."""
    total, term, n = first, first, 0
    while abs(term) > TINY * TINY:
        n += 1
        term *= ratio(n)
        total += term
    return total
