"""Number systems in which the checker computes: prime fields.

What goes in and comes out are opaque scalars: only the domain that made them looks inside.
`Field` is where claims are accepted.  In a finite field an identity either holds or fails at a
random point, up to a chance of about 2^-70: there is no rounding and no tolerance.

* The exponential is a true homomorphism.  A number is a residue modulo ``p_0 p_1 ... p_h`` with
  ``p_{i+1} = k p_i + 1``: what it is modulo p_i is the exponent of an element of order p_i
  modulo p_{i+1}.  So ``exp(a + b) = exp(a) exp(b)`` holds however deep exponentials are nested,
  up to the height of the tower.  Numbers are compared modulo the last prime.
* What has no algebra (an arbitrary function g and its derivatives, erf) is a hash of its
  argument: equal arguments give equal values, and nothing else is known.  Of log it is known
  that ``log(exp(v)) = v`` and ``log(1 + exp(v)) = v + log(1 + exp(-v))``, where the exponential
  was taken before; in `Logarithms` log is the inverse of exp everywhere.
* "Positive" is "is a square": products of squares are squares, the root of a square that is
  itself a square is unique, -1 is not a square.  So step(x) + step(-x) = 1.

>>> field = Field(height=2, seed=1)
>>> a, b = field.random("a"), field.random("b")
>>> exp = lambda x: field.primitive("exp", x)
>>> field.equal(exp(field.add(a, b)), field.mul(exp(a), exp(b)))
True
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from hashlib import blake2b, shake_128
from itertools import count, pairwise
from math import gcd, prod
from operator import mul
from typing import Any, Final, Protocol

Scalar = Any
"""A number of some domain."""


class NoValue(ArithmeticError):
    """Nothing comes out at this point (division by zero, root of a non-square): try another."""


class Outside(NoValue):
    """The root or logarithm of what counts as negative here."""


class Unsupported(ValueError):
    """This cannot be computed in this domain, at no point; the message says what."""


class Domain(Protocol):
    """What the evaluator asks of a number system."""

    def number(self, value: int | Fraction) -> Scalar: ...
    def add(self, a: Scalar, b: Scalar) -> Scalar: ...
    def mul(self, a: Scalar, b: Scalar) -> Scalar: ...
    def dot(self, left: Sequence[Scalar], right: Sequence[Scalar]) -> Scalar: ...
    def power(self, a: Scalar, exponent: Fraction) -> Scalar: ...
    def primitive(self, name: str, a: Scalar) -> Scalar: ...
    def unknown(self, name: str, order: int, a: Scalar) -> Scalar: ...
    def pi(self) -> Scalar: ...
    def equal(self, a: Scalar, b: Scalar) -> bool: ...


CLASS: Final = 8 * 3 * 5 * 7 * 11 * 13
"""The primes of a tower are -1 modulo this number: so -1 is no square, 2 to 13 are squares, and
roots of order 2 to 16 of squares are unique."""
HIGHEST: Final = 8
"""Primes in the highest tower."""
BASES: Final = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
SMALL: Final = prod(BASES) * 41 * 43 * 47 * 53 * 59 * 61 * 67 * 71 * 73 * 79 * 83 * 89 * 97


LOGARITHM_PRIMES: Final = (1559, 2399, 4679, 5039, 6359)
"""Their product N makes 2 N + 1 a prime; logarithms modulo it are found prime by prime."""


@lru_cache(maxsize=256)
def tower(height: int, what: bytes = b"") -> tuple[int, ...]:
    """`height` primes p_0, then p_{i+1} = k_i p_i + 1, of which p_0 has about 80 bits.

    They follow from `what` is to be decided, so that it cannot hold them as numbers.
    """
    start = int.from_bytes(blake2b(what, digest_size=10).digest(), "big")
    first = (1 << 80) // CLASS + start // CLASS
    primes = [next(p for k in count(first) if is_prime(p := CLASS * k - 1))]
    while len(primes) < height:
        below = primes[-1]
        cofactors = ((k, k * below + 1) for k in count(2 + CLASS, CLASS))
        primes.append(next(p for k, p in cofactors if is_prime(p) and pow(3, k, p) != 1))
    return tuple(primes)


def is_prime(n: int) -> bool:
    """Miller and Rabin's test of an odd number, after the small factors."""
    if gcd(n, SMALL) != 1:
        return n in BASES
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in BASES:
        power = pow(base, odd, n)
        if power not in (1, n - 1):
            for _ in range(twos - 1):
                power = power * power % n
                if power == n - 1:
                    break
            else:
                return False
    return True


@lru_cache(maxsize=256)
def _units(primes: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Each prime with the number that is 1 modulo it and 0 modulo the others."""
    modulus = prod(primes)
    return tuple((p, modulus // p * pow(modulus // p, -1, p)) for p in primes)


@lru_cache(maxsize=256)
def _exponentials(levels: tuple[int, ...]) -> tuple[int, ...]:
    """Below each level but the lowest: an element whose order is the level below."""
    return tuple(pow(3, (q - 1) // p, q) for p, q in pairwise(levels))


@lru_cache(maxsize=2**14)
def _inverse_modulo(a: int, modulus: int) -> int:
    """Kept, as a few numbers are inverted again and again; ValueError if there is no inverse."""
    return pow(a, -1, modulus)


class Field:
    """Residues modulo a tower of `height` primes; `seed` picks all that is random.

    what: a digest of what is to be decided, by which the primes are chosen.
    """

    def __init__(self, height: int, seed: int, what: bytes = b"") -> None:
        levels = tower(min(max(height, 1), HIGHEST), what)
        self._start(seed, levels, levels)

    def _start(self, seed: int, levels: tuple[int, ...], primes: tuple[int, ...]) -> None:
        """levels: moduli of the tower, exponents below; primes: their prime factors."""
        self.seed, self.levels = seed, levels
        self.top = levels[-1]
        self.modulus = prod(levels)
        self._primes, self._levels = _units(primes), _units(levels)
        self._e = _exponentials(levels)
        self._known: dict[tuple[object, ...], int] = {}
        self._exponents: dict[int, int] = {}
        """Exponentials that were taken, as compared, to their exponents."""
        self.signs: set[int] = set()
        """What steps were taken of, up to its sign."""
        self.met_logarithm = self.met_root = False

    # -- ring ----------------------------------------------------------------------------------

    def number(self, value: int | Fraction) -> Scalar:
        if value.denominator == 1:
            return value.numerator % self.modulus
        return value.numerator * self._inverse(value.denominator) % self.modulus

    def add(self, a: Scalar, b: Scalar) -> Scalar:
        return (a + b) % self.modulus

    def mul(self, a: Scalar, b: Scalar) -> Scalar:
        return a * b % self.modulus

    def dot(self, left: Sequence[Scalar], right: Sequence[Scalar]) -> Scalar:
        return sum(map(mul, left, right)) % self.modulus

    def equal(self, a: Scalar, b: Scalar) -> bool:
        return bool((a - b) % self.top == 0)

    def _inverse(self, a: int) -> int:
        try:
            return _inverse_modulo(a, self.modulus)
        except ValueError:
            raise NoValue("division by zero") from None

    def power(self, a: Scalar, exponent: Fraction) -> Scalar:
        if exponent.denominator == 1:
            n = exponent.numerator
            base: int = a if n >= 0 else self._inverse(a)
            return pow(base, abs(n), self.modulus)
        return self._remember(("power", a, exponent), lambda: self._root(a, exponent))

    def _root(self, a: int, exponent: Fraction) -> int:
        """The power of a square in the group of squares, whose order is odd, prime by prime."""
        self.met_root = True
        result = 0
        for p, unit in self._primes:
            if pow(a, (p - 1) // 2, p) != 1:
                raise Outside("root of a number that is no square")
            order = (p - 1) // 2
            try:
                n = exponent.numerator * pow(exponent.denominator, -1, order) % order
            except ValueError:
                raise Unsupported(f"a root of order {exponent.denominator}") from None
            result += unit * pow(a, n, p)
        return result % self.modulus

    # -- functions -----------------------------------------------------------------------------

    def primitive(self, name: str, a: Scalar) -> Scalar:
        return self._remember((name, a), lambda: self._primitive(name, a))

    def _primitive(self, name: str, a: int) -> int:
        match name:
            case "exp":
                return self._exp(a)
            case "step":
                r = a % self.top
                self.signs.add(min(r, self.top - r))
                return int(pow(a, (self.top - 1) // 2, self.top) == 1)
            case "log":
                return self._log(a)
            case "erf":
                return self._odd("erf", a)
            case "sin" | "cos":  # the circle by its rational points: sin odd, cos even
                t = self._odd("half-angle tangent", a)
                scale = self._inverse(1 + t * t)
                return (2 * t if name == "sin" else 1 - t * t) * scale % self.modulus
        raise Unsupported(f"the function {name}")

    def _exp(self, a: int) -> int:
        # Nothing lies below the lowest level: there, exp is a function without algebra.
        result = self._levels[0][1] * self._hash("exp", a % self.top) ** 2
        for below, e, (q, unit) in zip(self.levels, self._e, self._levels[1:], strict=False):
            result += unit * pow(e, a % below, q)
        self._exponents.setdefault(result % self.top, a)
        return result % self.modulus

    def _log(self, a: int) -> int:
        self.met_logarithm = True
        r = a % self.top
        if r == 0:
            raise NoValue("logarithm of zero")
        return self._remember(("logarithm", r), lambda: self._logarithm(r))

    def _logarithm(self, r: int) -> int:
        """By what is known of log, for u = r and, as log u = -log(1/u), for u = 1/r."""
        for sign, u in ((1, r), (-1, pow(r, -1, self.top))):
            if u in self._exponents:
                return sign * self._exponents[u] % self.modulus
            if u - 1 in self._exponents:
                return sign * self._softplus(self._exponents[u - 1]) % self.modulus
            below = pow(u - 1, -1, self.top) if u != 1 else 0
            if below in self._exponents:
                return sign * self._softplus(-self._exponents[below]) % self.modulus
        return self._hash("log", r)

    def _softplus(self, v: int) -> int:
        """``log(1 + exp(v))``, a function of which ``f(v) - f(-v) = v`` is all that is known."""
        r = v % self.top
        negative = r > self.top // 2
        even = self._hash("softplus", self.top - r if negative else r)
        return even if negative else even + v

    def _odd(self, name: str, a: int) -> int:
        r = a % self.top
        negative = r > self.top // 2
        value = self._hash(name, self.top - r if negative else r) if r else 0
        return -value % self.modulus if negative else value

    def unknown(self, name: str, order: int, a: Scalar) -> Scalar:
        r = a % self.top
        return self._remember(("unknown", name, order, r), lambda: self._hash(name, order, r))

    def pi(self) -> Scalar:
        return pow(self.random("pi"), 2, self.modulus)

    # -- chance --------------------------------------------------------------------------------

    def random(self, *what: object) -> Scalar:
        """The element that belongs to these words; always the same one."""
        return self._hash("random", *what)

    def leaf(self, domain: str, *what: object) -> Scalar:
        """A value for an entry of a leaf; what is positive in the reals is a square here."""
        value = self.random(*what)
        return value if domain == "real" else value * value % self.modulus

    def _hash(self, *what: object) -> int:
        size = (self.modulus.bit_length() + 71) // 8
        digest = shake_128(repr((self.seed, *what)).encode()).digest(size)
        return int.from_bytes(digest, "big") % self.modulus

    def _remember(self, key: tuple[object, ...], compute: Callable[[], int]) -> int:
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]


class Logarithms(Field):
    """A field of two levels in which log is a homomorphism too.

    Numbers are compared at one level: logarithms have their true value at the lower, 0, and
    exponentials at the upper, 1.

    Modulo the prime 2 N + 1 the squares are a cyclic group of order N, and log is the isomorphism
    to the residues modulo N, the inverse of exp: N has small prime factors.

    positive: all arguments are positive in the reals by their form.  Then log stands for log|a|,
    a homomorphism of all that is not 0, and no point is lost where some argument is no square.

    >>> field = Logarithms(seed=1)
    >>> a, b = field.leaf("positive", "a"), field.leaf("positive", "b")
    >>> log = lambda x: field.primitive("log", x)
    >>> field.equal(log(field.mul(a, b)), field.add(log(a), log(b)))
    True
    """

    def __init__(self, seed: int, level: int = 0, positive: bool = False) -> None:
        lower = prod(LOGARITHM_PRIMES)
        upper = 2 * lower + 1
        self._start(seed, (lower, upper), (*LOGARITHM_PRIMES, upper))
        self.level, self.positive = level, positive

    def equal(self, a: Scalar, b: Scalar) -> bool:
        return bool((a - b) % self.levels[self.level] == 0)

    def _log(self, a: int) -> int:
        if a % self.top == 0:
            raise NoValue("logarithm of zero")
        self.met_root = True
        if not self.positive and pow(a, (self.top - 1) // 2, self.top) != 1:
            raise Outside("logarithm of a number that is no square")
        lower, upper = self._levels
        square = pow(a, 2, self.top)
        total = 0
        for q in LOGARITHM_PRIMES:
            rest = lower[0] // q
            unit = rest * pow(rest, -1, q)
            total += unit * _powers(q)[pow(square, rest, self.top)]
        half = total * pow(2, -1, lower[0]) % lower[0]
        return (lower[1] * half + upper[1] * self._hash("log", a % self.top)) % self.modulus


@cache
def _powers(q: int) -> dict[int, int]:
    """The exponents of the powers of an element of order q modulo 2 N + 1."""
    lower = prod(LOGARITHM_PRIMES)
    upper = 2 * lower + 1
    generator = pow(9, lower // q, upper)
    table, power = {}, 1
    for exponent in range(q):
        table[power] = exponent
        power = power * generator % upper
    return table
