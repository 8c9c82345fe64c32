"""Scalar formulas as rational functions over free atoms, by SymPy's polynomials.

exp, log, roots, steps and unknown functions become atoms, one symbol each, so that what is
left is a quotient of polynomials, for which ``cancel`` is a normal form.  What ties atoms
together is used while they are made (``e^(a+b) = e^a e^b``, ``log(uv) = log u + log v`` where
both sides exist) or kept as a polynomial relation (``r^2 = u``, ``h^2 = h``,
``cos^2 = 1 - sin^2``).  In goes an expression of the vocabulary, never text, and every symbol
is renamed; ``simplify`` is never called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy
from sympy import Integer, Poly, Rational, cancel, expand

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
    Size,
    Sum,
    Symbol,
    Times,
    Transpose,
    children,
    function_body,
    with_children,
)
from derive.scalars import table
from derive.scalars.convert import FUNCTIONS

LARGEST_FACTORED = 10**6
"""Logarithms of integers up to here are split into those of primes."""
HIGHEST_POWER = 64
"""``e^(k u)`` is the k-th power of ``e^u`` up to here, beyond it an atom of its own."""


class OutsideFragment(ValueError):
    """The expression is no scalar formula that has a rational normal form."""


@dataclass(slots=True)
class Atoms:
    """The atoms met so far, in order; one object serves all expressions to be compared.

    A function that is no primitive is arbitrary: write bodies out first (`inline`).
    whole: exp of a sum stays one atom up to its rational content: shorter, but no normal form.
    """

    whole: bool = False
    names: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    meaning: dict[Any, tuple[Any, ...]] = field(default_factory=dict)
    """For each atom what it stands for: ``("exp", argument)``, ``("root", base, q)``, ..."""
    relations: list[tuple[Any, Any]] = field(default_factory=list)
    """(atom, polynomial that is 0), the atom newer than all others in the polynomial."""

    def rational(self, expr: Expr) -> Any:
        """The expression as a rational function of the atoms, not yet cancelled."""
        match expr:
            case Number(value=value):
                return Rational(value.numerator, value.denominator)
            case Symbol(name=name) if expr.shape == (1, 1):
                return self._atom("symbol", name)
            case Size(dim=dim):
                return self._atom("size", dim)
            case Plus(left=left, right=right):
                return self.rational(left) + self.rational(right)
            case Times(left=left, right=right) | MatMul(left=left, right=right):
                return self.rational(left) * self.rational(right)
            case Power(base=base, exponent=exponent):
                return self._power(self.rational(base), exponent)
            case Transpose(arg=arg) | Sum(arg=arg) if arg.shape == (1, 1):
                return self.rational(arg)
            case Apply():
                return self._apply(expr)
        raise OutsideFragment(f"{type(expr).__name__} of shape {expr.shape} is no scalar formula")

    def normal(self, expr: Expr) -> Any:
        """The cancelled quotient; equal quotients are equal expressions."""
        return self.cancelled(self.rational(expr))

    def cancelled(self, value: Any) -> Any:
        """One reduced fraction, numerator reduced by the relations."""
        numerator, denominator = cancel(value).as_numer_denom()
        return (
            cancel(self.reduced(numerator) / denominator)
            if self.relations
            else (numerator / denominator)
        )

    def reduced(self, polynomial: Any) -> Any:
        """The remainder of a polynomial by the relations, newest atom first.

        0 only if the polynomial is 0 wherever the leading coefficients of the relations
        (denominators of radicands) are not.
        """
        for atom, relation in reversed(self.relations):
            if polynomial.has(atom):
                polynomial = expand(sympy.prem(polynomial, relation, atom))
        return polynomial

    def back(self, value: Any) -> Any:
        """A rational function of atoms written out in SymPy's own functions."""
        for atom, (kind, *rest) in reversed(self.meaning.items()):
            if not value.has(atom):
                continue
            if kind == "symbol":
                value = value.xreplace({atom: sympy.Symbol(rest[0], real=True)})
            elif kind == "root":
                value = value.xreplace({atom: rest[0] ** Rational(1, rest[1])})
            elif kind in FUNCTIONS:
                value = value.xreplace({atom: FUNCTIONS[kind](rest[0])})
            else:
                raise OutsideFragment(f"{kind} {rest[0]} has no SymPy form")
        return value

    # -- atoms ---------------------------------------------------------------------------------

    def _atom(self, kind: str, *key: Any) -> Any:
        """The symbol for an atom, made on first use."""
        known = self.names.get((kind, *key))
        if known is None:
            known = sympy.Symbol(f"v{len(self.names):04d}")
            self.names[kind, *key] = known
            self.meaning[known] = (kind, *key)
        return known

    def _tied(self, relation: Any, kind: str, *key: Any) -> Any:
        """An atom with a polynomial relation, a function of its symbol."""
        fresh = (kind, *key) not in self.names
        atom = self._atom(kind, *key)
        if fresh:
            self.relations.append((atom, relation(atom)))
        return atom

    def _apply(self, expr: Apply) -> Any:
        argument = self.normal(expr.arg)
        if expr.function in PRIMITIVES and expr.order == 0:
            return _PRIMITIVE_RULES[expr.function](self, argument)
        return self._atom("unknown", expr.function, expr.order, argument)

    def _power(self, base: Any, exponent: Fraction) -> Any:
        if exponent.denominator == 1:
            if exponent < 0 and self.cancelled(base) == 0:
                raise OutsideFragment("a denominator is 0")
            return base**exponent.numerator
        return self._root(self.cancelled(base), exponent)

    def _root(self, base: Any, exponent: Fraction) -> Any:
        """A rational power: whole part in the open, the rest a power of one root."""
        whole, q = exponent.numerator // exponent.denominator, exponent.denominator
        if base.is_Rational and base < 0:
            raise OutsideFragment(f"root of {base}")
        if base.is_Rational:
            exact = base ** Rational(1, q)
            if exact.is_Rational:
                return exact**exponent.numerator
        numerator, denominator = base.as_numer_denom()
        root = self._tied(lambda r: denominator * r**q - numerator, "root", base, q)
        return base**whole * root ** (exponent.numerator - whole * q)

    def _exp(self, argument: Any) -> Any:
        """A product of one factor for each term of the argument."""
        numerator, denominator = argument.as_numer_denom()
        out = Integer(1)
        for term in self._terms(numerator):
            coefficient, monomial = self._content(cancel(term / denominator))
            power = Fraction(int(coefficient.p), int(coefficient.q))
            kind = self.meaning.get(monomial, ("",))
            if power == 0:
                continue
            if max(abs(power.numerator), power.denominator) > HIGHEST_POWER:
                out *= self._atom("exp", monomial * coefficient)
                continue
            base = kind[1] if kind[0] == "log" else self._atom("exp", monomial)
            out *= base**power.numerator if power.denominator == 1 else self._root(base, power)
        return out

    def _terms(self, numerator: Any) -> tuple[Any, ...]:
        return (numerator,) if self.whole else tuple(sympy.Add.make_args(expand(numerator)))

    def _content(self, value: Any) -> tuple[Any, Any]:
        """A rational coefficient and what is left, the same for all rational multiples."""
        if not value.is_Add:
            coefficient, rest = value.as_coeff_Mul()
            return coefficient, rest
        sign, oriented = self._oriented(value)
        content, primitive = oriented.primitive()
        return sign * content, primitive

    def _log(self, argument: Any) -> Any:
        """A sum over the factors of the argument if its coefficient is positive."""
        if argument.is_Rational and argument <= 0:
            raise OutsideFragment(f"log of {argument}")
        coefficient, factors = Rational(1), []
        for part, sign in zip(argument.as_numer_denom(), (1, -1), strict=True):
            content, inner = sympy.factor_list(part)
            coefficient *= content**sign
            for factor, count in inner:
                turn, oriented = self._oriented(factor, by_constant=True)
                coefficient *= turn**count
                factors.append((oriented, sign * count))
        if coefficient < 0:
            return self._atom("log", argument)
        out = self._log_number(coefficient)
        for factor, count in factors:
            out += count * self._log_factor(factor)
        return out

    def _log_factor(self, factor: Any) -> Any:
        kind, *rest = self.meaning.get(factor, ("", None))
        if kind == "exp":
            return rest[0]
        if kind == "root":
            return self._log(rest[0]) / rest[1]
        return self._atom("log", factor)

    def _log_number(self, value: Any) -> Any:
        if max(value.p, value.q) > LARGEST_FACTORED:
            return self._atom("log", value)
        pairs = sorted(sympy.factorint(value.p).items()) + [
            (prime, -count) for prime, count in sorted(sympy.factorint(value.q).items())
        ]
        return sum((k * self._atom("log", Integer(p)) for p, k in pairs if p != 1), Integer(0))

    def _step(self, argument: Any) -> Any:
        """Positive factors drop out; ``step(-u) = 1 - step(u)`` almost everywhere."""
        numerator, denominator = argument.as_numer_denom()
        sign, odd = Integer(1), Integer(1)
        for part in (numerator, denominator):
            content, factors = sympy.factor_list(part)
            sign *= sympy.sign(content)
            for factor, count in factors:
                if count % 2 and self.meaning.get(factor, ("",))[0] not in ("exp", "root"):
                    odd *= factor
        if sign == 0:
            return Integer(0)
        if odd == 1:
            return Integer(1 if sign > 0 else 0)
        odd = expand(odd)
        turn, oriented = self._oriented(odd)
        sign *= turn
        jump = self._tied(lambda h: h**2 - h, "step", oriented)
        return jump if sign > 0 else 1 - jump

    def _erf(self, argument: Any) -> Any:
        sign, positive = self._oriented(argument)
        return sign * self._atom("erf", positive)

    def _sin(self, argument: Any) -> Any:
        sign, positive = self._oriented(argument)
        return sign * self._atom("sin", positive)

    def _cos(self, argument: Any) -> Any:
        _, positive = self._oriented(argument)
        sine = self._atom("sin", positive)
        return self._tied(lambda c: c**2 + sine**2 - 1, "cos", positive)

    def _oriented(self, value: Any, by_constant: bool = False) -> tuple[int, Any]:
        """(s, s * value) with s = 1 or -1, the second the same for ``value`` and ``-value``.

        by_constant: the constant term of the numerator decides, if there is one: 1 - a, not
        a - 1; else the leading coefficient does.
        """
        numerator = value.as_numer_denom()[0]
        if not numerator.free_symbols:
            lead = numerator
        else:
            polynomial = Poly(numerator, *sorted(numerator.free_symbols, key=lambda s: s.name))
            constant = polynomial.nth(*([0] * len(polynomial.gens)))
            lead = constant if by_constant and constant != 0 else polynomial.LC()
        return (1, value) if lead >= 0 else (-1, cancel(-value))


_PRIMITIVE_RULES: dict[str, Any] = {
    "exp": Atoms._exp,
    "log": Atoms._log,
    "step": Atoms._step,
    "erf": Atoms._erf,
    "sin": Atoms._sin,
    "cos": Atoms._cos,
}


def inline(expr: Expr, functions: Mapping[str, Function]) -> Expr:
    """Functions with a body written out, derivatives of primitives taken from the table.

    What is left of `Apply` is primitives of order 0 and arbitrary functions.
    """
    expr = with_children(expr, tuple(inline(child, functions) for child in children(expr)))
    if not isinstance(expr, Apply):
        return expr
    body = written_out(expr, functions)
    if body is None and expr.order and expr.function in PRIMITIVES:
        raise OutsideFragment(f"derivative {expr.order} of {expr.function}")
    return expr if body is None else inline(function_body(body, expr.arg), functions)


def written_out(expr: Apply, functions: Mapping[str, Function]) -> Expr | None:
    """What stands for an application, over the formal argument; None if it stays as it is."""
    if expr.function in PRIMITIVES:
        return table.derivative(expr.function, expr.order) if expr.order else None
    body = functions[expr.function].body if expr.function in functions else None
    if body is None or expr.order == 0:
        return body
    if body == table.body(expr.function) and expr.order <= table.HIGHEST_ORDER:
        return table.derivative(expr.function, expr.order)
    from derive.scalars.calculus import differentiate

    for _ in range(expr.order):
        body = differentiate(body, ARGUMENT)
    return body
