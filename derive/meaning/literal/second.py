"""Second derivatives of a number: ``\\nabla^2 f``, ``\\partial^2 f/\\partial x_j \\partial x_k``.

The gradient is derived as a formula first.  That the formula is the gradient is a statement of its
own, proved like any other beside the claim; the second derivatives are those of the formula.

Where the sign may mean the trace of that matrix (the Laplacian), nothing is claimed.

In: claims about one program, a number and what it is differentiated by.  Out: the array of the
second derivatives, or one of them, and the statement that it rests on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from derive.meaning.context import constant
from derive.meaning.literal.claims import Claims
from derive.meaning.literal.identity import Use
from derive.meaning.literal.products import times
from derive.meaning.literal.totals import squared_nabla
from derive.meaning.setting import Outside
from derive.program import (
    SCALAR,
    Build,
    Entry,
    Equation,
    Expr,
    Gradient,
    Index,
    Partial,
    Power,
    Program,
    Symbol,
    number,
    walk,
)
from derive.reading import syntax as sx
from derive.reading.tree import plain

if TYPE_CHECKING:
    from derive.meaning.facts import Facts
    from derive.meaning.literal.outline import Outlined
    from derive.meaning.literal.scope import Scope

NO_GRADIENT: Final = "the gradient that is differentiated again has no formula"
LAPLACIAN: Final = (
    "whether the sign means the matrix of second derivatives or its trace is not told"
)


class Seconds(Claims):
    """Claims with second derivatives; lemmas: what has to hold for them to be what they are."""

    def __init__(
        self, facts: Facts, scope: Scope, outline: Outlined, program: Callable[[], Program]
    ) -> None:
        super().__init__(facts, scope, outline)
        self.program = program
        self.lemmas: list[Equation] = []

    def derivative(self, node: sx.Derivative) -> Expr:
        """``\\partial^2 f/\\partial x^2``, and a derivative of a derivative of a number."""
        inner = plain(node.of) if node.of is not None else None
        if isinstance(inner, sx.Derivative) and (node.order, inner.order) == (1, 1):
            return self._mixed(inner, node.by)
        if node.order == 1 and inner is not None and not node.by.mark:
            use = self.scope.names.use(node.by)
            if use.power is not None and not (use.transposed or use.example):
                return self._by_square(node, use)
        if node.order != 2 or inner is None:
            return super().derivative(node)
        formula, by = self._gradient_of(inner, node.by)
        entries = self.scope.names.use(node.by).entries
        if not entries:
            return second_derivatives(formula, by)
        return self._again(formula, by, node.by, node.by)

    def _by_square(self, node: sx.Derivative, by: Use) -> Expr:
        """``\\partial L/\\partial \\sigma_j^2``: 2 sigma times it is the derivative by sigma."""
        if by.power is None or constant(by.power) != 2 or by.key in self.scope.values:
            raise Outside("a derivative by something other than a name")
        kept = tuple(s for s in node.by.scripts if s.place != "sup" or s.bracket)
        bare = replace(node.by, scripts=kept)
        slope, base = self.derivative(replace(node, by=bare)), self.name(bare)
        if slope.shape != base.shape:
            raise Outside("a derivative by something other than a name")
        return times("odot", slope, Power(times("odot", number(2), base), Fraction(-1)))

    def nabla(self, by: sx.Node, of: sx.Node) -> Expr:
        """``\\nabla^2 f`` is the matrix of the second derivatives."""
        twice = squared_nabla(by)
        if twice is None:
            return super().nabla(by, of)
        return self.derivative(sx.Derivative(of.span, of, self.nabla_by(twice, of), "partial", 2))

    def _mixed(self, inner: sx.Derivative, outer: sx.Name) -> Expr:
        """``\\partial^2 f/\\partial x_j \\partial x_k``, both entries of one array."""
        if inner.of is None:
            raise Outside("a derivative of nothing")
        formula, by = self._gradient_of(inner.of, inner.by)
        one, two = self.scope.names.use(inner.by), self.scope.names.use(outer)
        if one.key != two.key or not (one.entries and two.entries):
            raise Outside("second derivatives by two quantities")
        return self._again(formula, by, inner.by, outer)

    def _again(self, formula: Expr, by: Symbol, one: sx.Name, two: sx.Name) -> Expr:
        """The derivative of one entry of a gradient by an entry of the same array."""
        first, second = self.scope.names.use(one), self.scope.names.use(two)
        if any(use.transposed or use.power is not None or use.example for use in (first, second)):
            raise Outside("a derivative by something other than a name")
        if first.key in self.scope.families:
            raise Outside("second derivatives by one of several vectors")
        entry = Entry(formula, *self.position(by, first.entries, first.key))
        return Partial(entry, by.name, *self.position(by, second.entries, second.key))

    def _gradient_of(self, of: sx.Node, by: sx.Name) -> tuple[Expr, Symbol]:
        """The gradient of a number that has a name, as a formula; the claim rests on that."""
        found, use = self.subject(of), self.scope.names.use(by)
        if found is None or found[1] or by.primes:
            raise Outside("a second derivative of what has no name")
        if use.transposed or use.power is not None or use.example is not None:
            raise Outside("a derivative by something other than a name")
        self.gradient(found[0], use.key)
        if found[0] not in self.scope.values or self.quantity(found[0]).shape != SCALAR:
            raise Outside("a second derivative of what is no number")
        symbol = self.quantity(use.key)
        formula, lemma = formula_of_gradient(self.program(), self.quantity(found[0]), symbol)
        if lemma not in self.lemmas:
            self.lemmas.append(lemma)
        return formula, symbol


def formula_of_gradient(program: Program, of: Symbol, by: Symbol) -> tuple[Expr, Equation]:
    """The gradient of a number as a formula, and the statement that it is that."""
    from derive.tensors import Underivable, derived_gradient

    try:
        formula = derived_gradient(replace(program, cost=of.name), by.name)
    except Underivable:
        raise Outside(NO_GRADIENT) from None
    if any(isinstance(node, Gradient | Partial) for node in walk(formula)):
        raise Outside(NO_GRADIENT)
    whole: Expr
    if of.name == program.cost:
        whole = Gradient(by.name, by.shape)
    elif by.shape == SCALAR:
        whole = Partial(of, by.name, None, None)
    else:
        at = _places(by, "r_", "c_")
        whole = Build(*at, Partial(of, by.name, *at))
    return formula, Equation(whole, formula, ())


def second_derivatives(formula: Expr, by: Symbol) -> Expr:
    """All derivatives of the entries of a gradient by the entries of the same vector."""
    if by.shape == SCALAR:
        return Partial(formula, by.name, None, None)
    if 1 not in by.shape:
        raise Outside("the second derivatives by a matrix are no matrix")
    size = by.shape[0] if by.shape[1] == 1 else by.shape[1]
    inner, outer = Index("i_", size), Index("j_", size)
    column = by.shape[1] == 1
    entry = Entry(formula, inner, None) if column else Entry(formula, None, inner)
    place = (outer, None) if column else (None, outer)
    return Build(inner, outer, Partial(entry, by.name, *place))


def _places(by: Symbol, row: str, column: str) -> tuple[Index | None, Index | None]:
    rows, columns = by.shape
    return (
        None if rows == 1 else Index(row, rows),
        None if columns == 1 else Index(column, columns),
    )


__all__ = ["LAPLACIAN", "Seconds"]
