"""Index terms: sums over bound indices of products of tensor entries.

    Poly      {Monomial: coefficient}
    Monomial  the sum over its bound indices of a product of (Atom, exponent)
    Atom      an entry W[i,j], a size, a Kronecker delta, or a function of a Poly

All three are immutable and carry a canonical text, their `key`: two terms are equal exactly
when their keys are.  `mask` is the same text without index names, the part that no renaming
changes.  Terms are built by `derive.tensors.normal` only, which keeps them in normal form.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from derive.program import Dim
from derive.tensors.meter import Outside, charge

Rational = int | Fraction
"""Coefficients and exponents; plain integers where possible, because they are fast."""


class Index(NamedTuple):
    """An index and the dimension that it runs over; axes of size 1 carry none."""

    name: str
    dim: Dim


REAL, POSITIVE, UNIT = 0, 1, 2
"""What is assumed of a tensor's entries (the `order` of an entry atom)."""

_NO_INDICES: Final[frozenset[Index]] = frozenset()


def show_index(index: Index) -> str:
    """``k:'n'``; dimensions in quotes unless they are numbers."""
    return f"{index.name}:{index.dim!r}"


MOST_BITS = 12_000
"""The largest number that is written out; text of numbers beyond it is refused by Python."""


def show_number(value: Rational) -> str:
    """A rational as text; raises `Outside` if it has thousands of digits."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MOST_BITS:
        raise Outside("outside the fragment: a number with thousands of digits")
    return str(value)


class Atom:
    """One factor of a product.

    kind        name      order     indices    arg
    entry       tensor    domain    its axes   -     an entry of a leaf or definition
    gradient    tensor    -         its axes   -     an entry of the cost's gradient
    delta       -         -         two        -     Kronecker's delta of two free indices
    size        dimension -         -          -     the number of values of a dimension
    call        function  k         -          x     k-th derivative of an opaque function
    exp         -         -         -          x     exp of one monomial
    logistic    -         -         -          x     1 / (1 + exp x)
    base        -         -         -          x     x as a whole, to be raised to a power
    step        -         -         -          x     1 where x > 0, else 0
    log         -         -         -          x
    """

    __slots__ = ("_mask", "arg", "free", "indices", "key", "kind", "name", "order")

    def __init__(
        self,
        kind: str,
        name: str = "",
        order: int = 0,
        indices: tuple[Index, ...] = (),
        arg: Poly | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.order = order
        self.indices = indices
        self.arg = arg
        self._mask = ""
        if arg is None:
            self.free = frozenset(indices)
            shown = ",".join(map(show_index, indices))
            self.key = f"{kind[0]}{order}{name!r}[{shown}]"
        else:
            self.free = arg.free
            self.key = f"{kind}{order}{name!r}({arg.key})"

    @property
    def argument(self) -> Poly:
        """`arg` of an atom that has one."""
        if self.arg is None:
            raise TypeError(f"a {self.kind} has no argument")
        return self.arg

    @property
    def mask(self) -> str:
        if not self._mask:
            inner = (
                ",".join(repr(i.dim) for i in self.indices) if self.arg is None else self.arg.mask
            )
            self._mask = f"{self.kind}{self.order}{self.name!r}({inner})"
        return self._mask

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Atom) and self.key == other.key)

    def __repr__(self) -> str:
        return self.key


Factor = tuple[Atom, Rational]


class Monomial:
    """The sum over `bound` of the product of `factors`; factors are sorted by key."""

    __slots__ = ("_free", "_mask", "bound", "factors", "key")

    def __init__(self, bound: tuple[Index, ...], factors: tuple[Factor, ...]) -> None:
        self.bound = bound
        self.factors = factors
        self._free: frozenset[Index] | None = None
        self._mask = ""
        body = "*".join(a.key if e == 1 else f"{a.key}^{show_number(e)}" for a, e in factors)
        self.key = f"S<{','.join(map(show_index, bound))}>{body}" if bound else body
        charge(1 + len(self.key) // 400)

    @property
    def free(self) -> frozenset[Index]:
        if self._free is None:
            every = _NO_INDICES.union(*(a.free for a, _ in self.factors))
            self._free = every.difference(self.bound)
        return self._free

    @property
    def mask(self) -> str:
        if not self._mask:
            body = "*".join(sorted(f"{a.mask}^{e}" for a, e in self.factors))
            self._mask = f"{sorted(repr(i.dim) for i in self.bound)}{body}"
        return self._mask

    @property
    def height(self) -> int:
        """Nesting depth: 1 plus that of the deepest argument."""
        return 1 + max((a.arg.height for a, _ in self.factors if a.arg is not None), default=0)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Monomial) and self.key == other.key)

    def __repr__(self) -> str:
        return self.key or "1"


class Poly:
    """A sum of monomials with rational coefficients, none of them 0."""

    __slots__ = ("_free", "_height", "_key", "_mask", "terms")

    def __init__(self, terms: Mapping[Monomial, Rational]) -> None:
        self.terms = {m: c for m, c in terms.items() if c}
        self._free: frozenset[Index] | None = None
        self._height = -1
        self._key: str | None = None
        self._mask = ""

    @property
    def key(self) -> str:
        if self._key is None:
            self._key = (
                " + ".join(sorted(show_number(c) + " " + m.key for m, c in self.terms.items()))
                or "0"
            )
        return self._key

    @property
    def mask(self) -> str:
        if not self._mask:
            self._mask = " + ".join(sorted(f"{c} {m.mask}" for m, c in self.terms.items())) or "0"
        return self._mask

    @property
    def free(self) -> frozenset[Index]:
        if self._free is None:
            self._free = _NO_INDICES.union(*(m.free for m in self.terms))
        return self._free

    @property
    def height(self) -> int:
        if self._height < 0:
            self._height = max((m.height for m in self.terms), default=0)
        return self._height

    @property
    def constant(self) -> Rational | None:
        """The value if this is a number, else None."""
        if not self.terms:
            return 0
        return self.terms[EMPTY] if len(self.terms) == 1 and EMPTY in self.terms else None

    def sorted(self) -> list[tuple[Monomial, Rational]]:
        """The terms in the order of their keys."""
        return sorted(self.terms.items(), key=lambda term: term[0].key)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Poly) and self.key == other.key)

    def __add__(self, other: Poly) -> Poly:
        if not self.terms:
            return other
        terms = dict(self.terms)
        for monomial, c in other.terms.items():
            terms[monomial] = terms.get(monomial, 0) + c
        return Poly(terms)

    def __neg__(self) -> Poly:
        return Poly({m: -c for m, c in self.terms.items()})

    def __sub__(self, other: Poly) -> Poly:
        return self + (-other)

    def scaled(self, factor: Rational) -> Poly:
        """Every coefficient times a number."""
        return self if factor == 1 else Poly({m: c * factor for m, c in self.terms.items()})

    def __repr__(self) -> str:
        return self.key


EMPTY: Final = Monomial((), ())
ZERO: Final = Poly({})
ONE: Final = Poly({EMPTY: 1})


def constant(value: Rational) -> Poly:
    """A number as a term."""
    return Poly({EMPTY: value})


def inverse(value: Rational) -> Rational:
    """``1 / value``, exactly."""
    return value if value in (1, -1) else 1 / Fraction(value)


def number_power(value: Rational, exponent: int) -> Rational:
    """``value ** exponent``, exactly; raises `Outside` if the result is huge."""
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    if abs(exponent) * (bits - 1) > MOST_BITS:
        raise Outside("outside the fragment: a number with thousands of digits")
    out = Fraction(value) ** exponent
    return out.numerator if out.denominator == 1 else out


def magnitude(value: Rational) -> Rational:
    """The absolute value."""
    return value if value >= 0 else -value


def whole(value: Rational) -> bool:
    """Whether a rational is an integer."""
    return isinstance(value, int) or value.denominator == 1


def mentions(poly: Poly, kind: str, names: frozenset[str]) -> bool:
    """Whether an atom of that kind and one of these names occurs at any depth."""
    return any(
        atom_mentions(atom, kind, names) for monomial in poly.terms for atom, _ in monomial.factors
    )


def atom_mentions(atom: Atom, kind: str, names: frozenset[str]) -> bool:
    """As `mentions`, for one atom."""
    if atom.arg is not None:
        return mentions(atom.arg, kind, names)
    return atom.kind == kind and atom.name in names
