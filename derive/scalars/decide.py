"""Decides whether two scalar formulas are equal: yes, no (with a witness) or unknown.

Equal means that the numerator of the difference, as a polynomial over free atoms, is 0: the
formulas agree wherever both are defined, steps almost everywhere.  Different means that at
some rational point interval arithmetic separates them.  Everything else, what is too large
included, is unknown.  Sizes, depths and exponents are bounded before SymPy sees anything.

>>> from derive.scalars.encoding import decode
>>> left = decode(["+", ["*", "a", "a"], ["*", -1, "b", "b"]])
>>> right = decode(["*", ["+", "a", "b"], ["+", "a", ["*", -1, "b"]]])
>>> decide(left, right).decision
<Decision.EQUAL: 'equal'>
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from math import comb
from typing import Final

from sympy import Integer, cancel

from derive.program import (
    ARGUMENT,
    PRIMITIVES,
    Apply,
    Expr,
    Function,
    MatMul,
    Number,
    Plus,
    Power,
    Symbol,
    Times,
    children,
)
from derive.scalars import table
from derive.scalars.intervals import Witness, separate
from derive.scalars.rational import Atoms, OutsideFragment, inline, written_out

HIGHEST_ORDER: Final = table.HIGHEST_ORDER


class Decision(StrEnum):
    EQUAL = "equal"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision, what it rests on in words, and for `DIFFERENT` the witness."""

    decision: Decision
    reason: str
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused as too large: nodes, nesting, exponents, digits, expanded terms."""

    nodes: int = 2000
    depth: int = 120
    exponent: int = 64
    root: int = 12
    bits: int = 2000
    terms: int = 4000


LIMITS: Final = Limits()


def decide(
    left: Expr,
    right: Expr,
    functions: Mapping[str, Function] | None = None,
    limits: Limits = LIMITS,
) -> Answer:
    """Whether two scalar formulas are equal; symbols are real and independent.

    functions: named functions with bodies; any other name is an arbitrary smooth function.
    """
    known = {} if functions is None else dict(functions)
    try:
        _Measure(known, limits).check(left, right)
        left, right = inline(left, known), inline(right, known)
        atoms = Atoms()
        if _vanishes(atoms, atoms.rational(left) - atoms.rational(right)):
            return Answer(Decision.EQUAL, "the difference is 0 as a rational function of atoms")
        witness = separate(left, right, atoms)
    except OutsideFragment as error:
        return Answer(Decision.UNKNOWN, str(error))
    if witness is None:
        return Answer(Decision.UNKNOWN, "neither proved equal nor separated at a point")
    return Answer(Decision.DIFFERENT, "the two sides differ at a point", witness)


def _vanishes(atoms: Atoms, difference: object) -> bool:
    """Whether a rational function of atoms is 0, its denominator not being 0 everywhere."""

    numerator, denominator = cancel(difference).as_numer_denom()
    if atoms.reduced(numerator) != 0:
        return False
    for atom, (kind, *_) in atoms.meaning.items():
        if kind == "step" and denominator.has(atom):
            # A step has two values; the denominator must not be 0 at either.
            for value in (Integer(0), Integer(1)):
                if atoms.reduced(denominator.subs(atom, value)) == 0:
                    raise OutsideFragment("a denominator may be 0")
    if atoms.reduced(denominator) == 0:
        raise OutsideFragment("a denominator is 0")
    return True


Size = tuple[int, int, int]
"""Nodes, and bounds for the terms of numerator and denominator once expanded."""


@dataclass(slots=True)
class _Measure:
    """Bounds what the normal form may grow to, from the syntax tree alone."""

    functions: Mapping[str, Function]
    limits: Limits
    seen: dict[int, Size] = field(default_factory=dict)

    def check(self, left: Expr, right: Expr) -> None:
        """Raises OutsideFragment if the comparison is too large."""
        nodes, _, _ = self._bounded(self._sum(self.of(left, 0), self.of(right, 0)))
        if nodes > self.limits.nodes:
            raise OutsideFragment(f"more than {self.limits.nodes} nodes")

    def of(self, expr: Expr, depth: int) -> Size:
        """The measure of an expression; shared subexpressions are measured once."""
        if depth > self.limits.depth:
            raise OutsideFragment(f"nested deeper than {self.limits.depth}")
        if id(expr) not in self.seen:
            parts = [self.of(child, depth + 1) for child in children(expr)]
            self.seen[id(expr)] = self._bounded(self._node(expr, parts, depth))
        return self.seen[id(expr)]

    def _node(self, expr: Expr, parts: list[Size], depth: int) -> Size:
        match expr:
            case Number(value=value):
                if max(value.numerator.bit_length(), value.denominator.bit_length()) > (
                    self.limits.bits
                ):
                    raise OutsideFragment(f"a number of more than {self.limits.bits} bits")
                return (1, 1, 1)
            case Plus():
                return self._sum(parts[0], parts[1])
            case Times() | MatMul():
                (n1, a1, b1), (n2, a2, b2) = parts
                return (n1 + n2 + 1, a1 * a2, b1 * b2)
            case Power(exponent=exponent):
                return self._power(parts[0], exponent)
            case Apply():
                return self._apply(expr, parts[0], depth)
        return (1 + sum(p[0] for p in parts), *(parts[0][1:] if parts else (1, 1)))

    def _sum(self, left: Size, right: Size) -> Size:
        return (
            left[0] + right[0] + 1,
            left[1] * right[2] + right[1] * left[2],
            left[2] * right[2],
        )

    def _power(self, base: Size, exponent: Fraction) -> Size:
        count = abs(exponent.numerator)
        if count > self.limits.exponent or exponent.denominator > self.limits.root:
            raise OutsideFragment(f"the exponent {exponent} is too large")
        nodes, top, bottom = base
        if exponent.denominator > 1:
            return (nodes + 1, 1 + top, 1 + bottom)
        top, bottom = comb(top + count - 1, count), comb(bottom + count - 1, count)
        return (nodes + 1, top, bottom) if exponent >= 0 else (nodes + 1, bottom, top)

    def _apply(self, expr: Apply, argument: Size, depth: int) -> Size:
        nodes, top, bottom = argument
        if expr.order > HIGHEST_ORDER:
            raise OutsideFragment(f"derivative {expr.order} of {expr.function}")
        known = self.functions.get(expr.function)
        if expr.function not in PRIMITIVES and (known is None or known.body is None):
            return (nodes + 1, 1, 1)
        body, charge = self._written_out(expr, known)
        if body is None:
            return (nodes + 1, top + bottom, 1)
        inner = _Measure(self.functions, self.limits, {})
        for node in _arguments(body, self.limits.nodes):
            inner.seen[id(node)] = argument
        nodes, top, bottom = inner.of(body, depth + 1)
        return (nodes * charge, top * charge, bottom * charge)

    def _written_out(self, expr: Apply, known: Function | None) -> tuple[Expr | None, int]:
        """What an application becomes and by what to multiply its measure.

        A derivative that is not in the table is charged by its body, eightfold an order.
        """
        if known is None or known.body == table.body(expr.function):
            return written_out(expr, self.functions), 1
        return known.body, 8**expr.order

    def _bounded(self, size: Size) -> Size:
        if max(size[1:]) > self.limits.terms or size[0] > self.limits.nodes:
            raise OutsideFragment("the formula is too large to be expanded")
        return size


def _arguments(body: Expr, limit: int) -> list[Expr]:
    """The occurrences of the formal argument in a body."""
    stack, found, seen = [body], list[Expr](), 0
    while stack:
        node = stack.pop()
        seen += 1
        if seen > limit:
            raise OutsideFragment("the body of a function is too large")
        if isinstance(node, Symbol) and node.name == ARGUMENT:
            found.append(node)
        stack.extend(children(node))
    return found
