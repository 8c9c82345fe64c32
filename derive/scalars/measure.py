"""Bounds how large a formula becomes when it is written out and expanded.

Counted from the syntax tree alone, before any SymPy object exists: nodes, nesting, exponents,
digits, and the terms of the numerator over the common denominator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import comb, prod
from typing import Final

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
from derive.scalars.rational import OutsideFragment, inline, written_out


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused as too large: nodes, nesting, exponents, digits, expanded terms.

    degree: of numerator and denominator, once expanded.
    argument, argument_degree: the same inside exp, log and the other functions, where
    polynomials are factored.
    """

    nodes: int = 2000
    depth: int = 120
    exponent: int = 64
    root: int = 12
    bits: int = 2000
    terms: int = 2000
    degree: int = 200
    argument: int = 250
    argument_degree: int = 16


LIMITS: Final = Limits()


def check_size(left: Expr, right: Expr, limits: Limits = LIMITS) -> None:
    """Raises OutsideFragment if the difference of two written-out formulas is too large."""
    measure = _Expansion(limits)
    measure.bounded(_added(measure.of(left), measure.of(right)))


def bounded_inline(expr: Expr, functions: Mapping[str, Function], limits: Limits = LIMITS) -> Expr:
    """`inline`, for a result within the limits; raises OutsideFragment for a larger one."""
    _Nodes(functions, limits).of(expr, 0)
    return inline(expr, functions)


# -- nodes once functions are written out ------------------------------------------------------


@dataclass(slots=True)
class _Nodes:
    """Counts nodes; a subexpression that is shared is visited once and counted every time."""

    functions: Mapping[str, Function]
    limits: Limits
    seen: dict[int, int] = field(default_factory=dict)

    def of(self, expr: Expr, depth: int) -> int:
        """The number of nodes; raises OutsideFragment above the limit."""
        if depth > self.limits.depth:
            raise OutsideFragment(f"nested deeper than {self.limits.depth}")
        if id(expr) not in self.seen:
            parts = [self.of(child, depth + 1) for child in children(expr)]
            nodes = 1 + sum(parts)
            if isinstance(expr, Apply):
                nodes = max(nodes, self._application(expr, parts[0], depth))
            if nodes > self.limits.nodes:
                raise OutsideFragment(f"more than {self.limits.nodes} nodes")
            self.seen[id(expr)] = nodes
        return self.seen[id(expr)]

    def _application(self, expr: Apply, argument: int, depth: int) -> int:
        """The nodes of the body with its argument in every place."""
        if expr.order > table.HIGHEST_ORDER:
            raise OutsideFragment(f"derivative {expr.order} of {expr.function}")
        known = self.functions.get(expr.function)
        if expr.function not in PRIMITIVES and (known is None or known.body is None):
            return 1 + argument
        if known is not None and known.body is not None and expr.order:
            self._check_derivable(known.body, expr)
        body = written_out(expr, self.functions)
        if body is None:
            return 1 + argument
        inner = _Nodes(self.functions, self.limits)
        for node in _arguments(body, self.limits.nodes):
            inner.seen[id(node)] = argument
        return inner.of(body, depth + 1)

    def _check_derivable(self, body: Expr, expr: Apply) -> None:
        """A body whose derivatives are not in the table must be small enough to derive."""
        if body != table.body(expr.function):
            share = 8**expr.order
            smaller = Limits(
                nodes=self.limits.nodes // share,
                depth=self.limits.depth // 2,
                terms=self.limits.terms // share,
                argument=self.limits.argument // share,
            )
            check_size(bounded_inline(body, self.functions, smaller), Number(Fraction(0)), smaller)


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


# -- terms once expanded -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Size:
    """Terms of the numerator; denominators by base: (terms of the base, exponent); degree."""

    top: int
    degree: int = 1
    under: dict[Expr, tuple[int, int]] = field(default_factory=dict)


def _expanded(under: Mapping[Expr, tuple[int, int]]) -> int:
    """The terms of a product of denominators."""
    return prod(comb(terms + power - 1, power) for terms, power in under.values())


def _raised(under: Mapping[Expr, tuple[int, int]], count: int) -> dict[Expr, tuple[int, int]]:
    return {base: (terms, power * count) for base, (terms, power) in under.items()}


def _added(left: _Size, right: _Size) -> _Size:
    """A sum over the least common denominator."""
    under = dict(left.under)
    for base, (terms, power) in right.under.items():
        under[base] = (terms, max(power, under.get(base, (terms, 0))[1]))
    top = 0
    for side in (left, right):
        missing = {
            base: (terms, power - side.under.get(base, (terms, 0))[1])
            for base, (terms, power) in under.items()
        }
        top += side.top * _expanded(missing)
    fractions = left.under or right.under
    degree = left.degree + right.degree if fractions else max(left.degree, right.degree)
    return _Size(top, degree, under)


def _multiplied(left: _Size, right: _Size) -> _Size:
    under = dict(left.under)
    for base, (terms, power) in right.under.items():
        under[base] = (terms, power + under.get(base, (terms, 0))[1])
    return _Size(left.top * right.top, left.degree + right.degree, under)


@dataclass(slots=True)
class _Expansion:
    """Measures formulas that are written out."""

    limits: Limits

    def of(self, expr: Expr) -> _Size:
        """The measure of an expression and, on the way, of every argument in it."""
        parts = [self.of(child) for child in children(expr)]
        if isinstance(expr, Apply):
            inside = replace(
                self.limits, terms=self.limits.argument, degree=self.limits.argument_degree
            )
            _Expansion(inside).bounded(parts[0])
        return self.bounded(self._node(expr, parts))

    def bounded(self, size: _Size) -> _Size:
        """The size itself; raises OutsideFragment above the limit."""
        if max(size.top, _expanded(size.under)) > self.limits.terms:
            raise OutsideFragment("the formula is too large to be expanded")
        if size.degree > self.limits.degree:
            raise OutsideFragment(f"a degree above {self.limits.degree}")
        return size

    def _node(self, expr: Expr, parts: list[_Size]) -> _Size:
        match expr:
            case Number(value=value):
                digits = max(value.numerator.bit_length(), value.denominator.bit_length())
                if digits > self.limits.bits:
                    raise OutsideFragment(f"a number of more than {self.limits.bits} bits")
                return _Size(1, 0)
            case Plus():
                return _added(parts[0], parts[1])
            case Times() | MatMul():
                return _multiplied(parts[0], parts[1])
            case Power(base=base, exponent=exponent):
                return self._power(base, parts[0], exponent)
            case Apply(function="log"):
                return _Size(parts[0].top + len(parts[0].under) + 1)
            case Apply(function="step"):
                return _Size(2)
            case _ if parts and not isinstance(expr, Apply):
                return parts[0]
        return _Size(1)

    def _power(self, base: Expr, size: _Size, exponent: Fraction) -> _Size:
        if abs(exponent) > self.limits.exponent or exponent.denominator > self.limits.root:
            raise OutsideFragment(f"the exponent {exponent} is too large")
        # The rest of a fractional exponent is one atom.
        count = exponent.numerator // exponent.denominator
        degree = size.degree * abs(count) + (exponent.denominator > 1)
        if count >= 0:
            top = comb(size.top + count - 1, count)
            return _Size(top, degree, _raised(size.under, count))
        return _Size(_expanded(_raised(size.under, -count)), degree, {base: (size.top, -count)})
