"""Back to matrices: an index term with at most two free indices as a matrix expression.

Bound indices are eliminated one by one, the one with the fewest partners first: no other
index makes a sum of all entries, one an axis sum or a product with a vector, two a matrix
product.  What does not fit (three partners, a diagonal) is written in index notation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

from derive import program as p
from derive.program import Expr, Program
from derive.tensors.arrange import transposed
from derive.tensors.label import freshened
from derive.tensors.lower import Slot
from derive.tensors.normal import monomial, times
from derive.tensors.terms import (
    Atom,
    Factor,
    Index,
    Monomial,
    Poly,
    Rational,
    magnitude,
    number_power,
    whole,
)


class NoMatrixForm(Exception):
    """The term needs index notation; private to this module."""


@dataclass(frozen=True, slots=True)
class Block:
    """A matrix expression whose axes run over two indices (None: an axis of size 1)."""

    expr: Expr
    row: Slot
    column: Slot

    @property
    def turned(self) -> Block:
        """The transpose."""
        return Block(transposed(self.expr), self.column, self.row)

    @property
    def indices(self) -> frozenset[Index]:
        return frozenset(i for i in (self.row, self.column) if i is not None)

    def along(self, column: Index) -> Block:
        """Turned, if need be, so that `column` runs along the second axis."""
        return self if self.column == column else self.turned


def raised(program: Program, poly: Poly, row: Slot, column: Slot) -> Expr:
    """The matrix expression whose entry at (row, column) is the term.

    An axis on which the term does not depend has size 1 in the result.
    """
    return _Raising(program).sum(poly, row, column)


class _Raising:
    def __init__(self, program: Program) -> None:
        self.program = program

    # -- sums ---------------------------------------------------------------------------------

    def sum(self, poly: Poly, row: Slot, column: Slot) -> Expr:
        """A sum of terms, with its common factors in front."""
        if not poly.terms:
            return p.ZERO
        if len(poly.terms) == 1:
            ((m, c),) = poly.terms.items()
            return self.term(m, c, row, column)
        content, shared = _common(poly)
        if not shared and content == 1:
            return self._grouped_sum(poly, row, column)
        rest = times(poly, monomial((), [(a, -e) for a, e in shared]))
        rest = rest.scaled(1 / Fraction(content))
        if len(rest.terms) < 2 or _common(rest) != (1, []):
            return self._plain_sum(poly, row, column)
        inner = Block(self._grouped_sum(rest, row, column), row, column)
        try:
            return self._product(content, shared, [inner], row, column)
        except NoMatrixForm:  # a diagonal in front: it stays in each term
            return self._plain_sum(poly, row, column)

    def _grouped_sum(self, poly: Poly, row: Slot, column: Slot) -> Expr:
        """Terms with the same denominators put together."""
        groups: dict[str, dict[Monomial, Rational]] = {}
        for m, c in poly.sorted():
            under = [f"{a.key}^{e}" for a, e in m.factors if e < 0 and a.kind != "size"]
            groups.setdefault("*".join(under), {})[m] = c
        if len(groups) in (1, len(poly.terms)):
            return self._plain_sum(poly, row, column)
        polys = sorted(groups.values(), key=lambda g: all(c < 0 for c in g.values()))
        out = self.sum(Poly(polys[0]), row, column)
        for group in polys[1:]:
            if all(c < 0 for c in group.values()):
                out = p.minus(out, self.sum(-Poly(group), row, column))
            else:
                out = p.Plus(out, self.sum(Poly(group), row, column))
        return out

    def _plain_sum(self, poly: Poly, row: Slot, column: Slot) -> Expr:
        out: Expr | None = None
        ordered = sorted(poly.terms.items(), key=lambda t: (t[1] < 0, len(t[0].bound), t[0].key))
        for m, c in ordered:
            if out is None:
                out = self.term(m, c, row, column)
            elif c < 0:
                out = p.minus(out, self.term(m, -c, row, column))
            else:
                out = p.Plus(out, self.term(m, c, row, column))
        return p.ZERO if out is None else out

    # -- products -----------------------------------------------------------------------------

    def term(self, m: Monomial, c: Rational, row: Slot, column: Slot) -> Expr:
        """One monomial: bound indices eliminated, the rest multiplied entry by entry."""
        bound, factors = freshened(m)
        c, factors = _cleaned(c, factors)
        try:
            scalars = [f for f in factors if not f[0].free]
            blocks = [self.block(a, e, row, column) for a, e in factors if a.free]
            left = list(bound)
            while left:
                index = min(left, key=lambda i: (len(_partners(blocks, i)), i))
                left.remove(index)
                blocks = _eliminate(blocks, index, row, column)
            return self._product(c, scalars, blocks, row, column)
        except NoMatrixForm:
            return self._index_form(bound, factors, c, row, column)

    def _product(
        self,
        c: Rational,
        factors: Sequence[Factor],
        blocks: Sequence[Block],
        row: Slot,
        column: Slot,
    ) -> Expr:
        c, factors = _cleaned(c, factors)
        scalars = [self.block(a, e, row, column).expr for a, e in factors if not a.free]
        blocks = [*blocks, *(self.block(a, e, row, column) for a, e in factors if a.free)]
        turned = [_oriented(b, row, column).expr for b in blocks]
        body = _multiplied(sorted(turned, key=_order))
        front = _multiplied(sorted(scalars, key=_order))
        if c not in (1, -1) or (front is None and body is None):
            number = p.number(magnitude(c))
            front = number if front is None else p.Times(number, front)
        parts = [e for e in (front, body) if e is not None]
        out = parts[0] if len(parts) == 1 else p.Times(parts[0], parts[1])
        return p.negate(out) if c < 0 else out

    # -- atoms --------------------------------------------------------------------------------

    def block(self, a: Atom, e: Rational, row: Slot, column: Slot) -> Block:
        """A power of an atom as a matrix expression with its two axes."""
        if len(a.free) > 2:
            raise NoMatrixForm
        if a.kind in ("entry", "gradient"):
            base = self._named(a)
        elif a.kind == "size":
            base = Block(p.Size(a.name), None, None)
        elif a.kind == "delta":
            base = Block(p.Eye(a.indices[0].dim), *a.indices)
        else:
            return self._function(a, e, row, column)
        return Block(_power(base.expr, e), base.row, base.column)

    def _named(self, a: Atom) -> Block:
        known = a.name in self.program.leaves or a.name in self.program.definitions
        dims = self.program.shape(a.name) if known else p.SCALAR
        indices = iter(a.indices)
        axes = [None if d == 1 else next(indices) for d in dims]
        if axes[0] is not None and axes[0] == axes[1]:
            raise NoMatrixForm
        expr = p.Symbol(a.name, dims) if a.kind == "entry" else p.Gradient(a.name, dims)
        return Block(expr, axes[0], axes[1])

    def _function(self, a: Atom, e: Rational, row: Slot, column: Slot) -> Block:
        at = _axes(a.free, row, column)
        make = _functions(a, e)
        return Block(make(self.sum(a.argument, *at)), *at)

    # -- index notation -----------------------------------------------------------------------

    def _index_form(
        self,
        bound: Sequence[Index],
        factors: Sequence[Factor],
        c: Rational,
        row: Slot,
        column: Slot,
    ) -> Expr:
        free = [i for i in (row, column) if i is not None]
        letters = {i: p.Index(n, i.dim) for i, n in zip([*free, *bound], _letters(), strict=False)}
        body = self._entries(factors, c, letters)
        for index in bound:
            body = p.SumOver(letters[index], body)
        at = [None if i is None else letters[i] for i in (row, column)]
        return p.Build(at[0], at[1], body)

    def _entries(self, factors: Iterable[Factor], c: Rational, letters: _Letters) -> Expr:
        parts = [self._entry(a, e, letters) for a, e in factors]
        out = _multiplied(parts)
        if out is None:
            return p.number(Fraction(c))
        return out if c == 1 else p.Times(p.number(Fraction(c)), out)

    def _entry(self, a: Atom, e: Rational, letters: _Letters) -> Expr:
        if a.kind in ("entry", "gradient"):
            known = a.name in self.program.leaves or a.name in self.program.definitions
            dims = self.program.shape(a.name) if known else p.SCALAR
            indices = iter(a.indices)
            axes = [None if d == 1 else letters[next(indices)] for d in dims]
            expr = p.Symbol(a.name, dims) if a.kind == "entry" else p.Gradient(a.name, dims)
            return _power(p.Entry(expr, axes[0], axes[1]) if a.indices else expr, e)
        if a.kind == "size":
            return _power(p.Size(a.name), e)
        if a.kind == "delta":
            left, right = a.indices
            return p.Delta(letters[left], letters[right])
        terms: list[Expr] = []
        for m, c in a.argument.sorted():
            bound, factors = freshened(m)
            names = (n for n in _letters() if n not in {i.name for i in letters.values()})
            inner = {**letters}
            inner.update({i: p.Index(n, i.dim) for i, n in zip(bound, names, strict=False)})
            body = self._entries(factors, c, inner)
            for index in bound:
                body = p.SumOver(inner[index], body)
            terms.append(body)
        return _functions(a, e)(reduce(p.Plus, terms))


_Letters = dict[Index, p.Index]


def _letters() -> Iterable[str]:
    """i, j, k, ... and then numbered ones."""
    yield from "ijklpqrstuv"
    n = 1
    while True:
        yield f"i{n}"
        n += 1


def _functions(a: Atom, e: Rational) -> Callable[[Expr], Expr]:
    """What the atom does to its argument, raised to a power."""

    def make(x: Expr) -> Expr:
        match a.kind:
            case "exp":
                return p.Apply("exp", 0, x if e == 1 else p.Times(p.number(Fraction(e)), x))
            case "logistic":
                return _power(p.Plus(p.ONE, p.Apply("exp", 0, x)), -e)
            case "base":
                return _power(x, e)
            case "log" if _softplus(a) and isinstance(x, p.Power):
                return _power(p.negate(p.Apply("log", 0, x.base)), e)
            case "call":
                return _power(p.Apply(a.name, a.order, x), e)
        return _power(p.Apply(a.kind, 0, x), e)

    return make


def _softplus(a: Atom) -> bool:
    """Whether the atom is ``log(1 / (1 + exp x))``, better written ``-log(1 + exp x)``."""
    terms = list(a.argument.terms.items())
    return (
        len(terms) == 1
        and terms[0][1] == 1
        and ([(b.kind, e) for b, e in terms[0][0].factors] == [("logistic", 1)])
    )


def _power(expr: Expr, e: Rational) -> Expr:
    return expr if e == 1 else p.Power(expr, Fraction(e))


def _axes(free: Iterable[Index], row: Slot, column: Slot) -> tuple[Slot, Slot]:
    """An orientation for indices: the wanted row and column where they are among them."""
    left = sorted(free)
    at_row = row if row in left else None
    at_column = column if column in left else None
    rest = [i for i in left if i not in (at_row, at_column)]
    if at_row is None and rest:
        at_row = rest.pop(0)
    if at_column is None and rest:
        at_column = rest.pop(0)
    return at_row, at_column


def _cleaned(c: Rational, factors: Sequence[Factor]) -> tuple[Rational, tuple[Factor, ...]]:
    """Numbers that all terms of a denominator share, moved into the coefficient."""
    out: list[Factor] = []
    for a, e in factors:
        if a.kind == "base" and whole(e) and len(a.argument.terms) > 1:
            shared = _content(a.argument)
            c = c * number_power(shared, int(e))
            a = Atom("base", arg=a.argument.scaled(1 / Fraction(shared)))
        out.append((a, e))
    return c, tuple(out)


def _common(poly: Poly) -> tuple[Rational, list[Factor]]:
    """The number and the factors that all terms share; the first term counts as positive."""
    content = _content(poly)
    least: dict[Atom, Rational] | None = None
    for m in poly.terms:
        mine = {a: e for a, e in m.factors if a.free.isdisjoint(m.bound) and len(a.free) <= 2}
        if least is None:
            least = mine
        else:
            every = {**least, **mine}
            least = {a: min(least.get(a, 0), mine.get(a, 0)) for a in every}
            least = {a: e for a, e in least.items() if all(_has(n, a) for n in poly.terms)}
    shared = sorted(((a, e) for a, e in (least or {}).items() if e), key=lambda f: f[0].key)
    return content, shared


def _content(poly: Poly) -> Rational:
    """The greatest number that divides all coefficients; negative if all of them are."""
    coefficients = list(poly.terms.values())
    top = reduce(gcd, (c.numerator for c in coefficients))
    content = Fraction(abs(top), reduce(lcm, (c.denominator for c in coefficients)))
    if all(c < 0 for c in coefficients):
        content = -content
    return content.numerator if content.denominator == 1 else content


def _has(m: Monomial, a: Atom) -> bool:
    return any(b == a for b, _ in m.factors)


def _partners(blocks: Iterable[Block], index: Index) -> frozenset[Index]:
    touching = (b.indices for b in blocks if index in b.indices)
    return frozenset[Index]().union(*touching) - {index}


def _eliminate(blocks: Sequence[Block], index: Index, row: Slot, column: Slot) -> list[Block]:
    """The blocks with one bound index summed away."""
    kept = [b for b in blocks if index not in b.indices]
    groups: dict[Slot, list[Expr]] = {}
    for b in blocks:
        if index in b.indices:
            turned = b.along(index)
            groups.setdefault(turned.row, []).append(turned.expr)
    vectors = groups.pop(None, None)
    vector = _multiplied(sorted(vectors, key=_order)) if vectors else None
    others = sorted((i for i in groups if i is not None), key=lambda i: (i == column, i != row, i))
    matrices = [(_multiplied(sorted(groups[i], key=_order)), i) for i in others]
    if len(matrices) > 2:
        raise NoMatrixForm
    if not matrices:
        if vector is None:
            raise NoMatrixForm
        return [*kept, Block(p.Sum(vector, 1), None, None)]
    first, at = matrices[0]
    if first is None:
        raise NoMatrixForm
    if len(matrices) == 1:
        if vector is None:
            return [*kept, Block(p.Sum(first, 1), at, None)]
        return [*kept, Block(p.MatMul(first, transposed(vector)), at, None)]
    second, beyond = matrices[1]
    if second is None:
        raise NoMatrixForm
    left = first if vector is None else p.Times(first, vector)
    return [*kept, Block(p.MatMul(left, transposed(second)), at, beyond)]


def _oriented(b: Block, row: Slot, column: Slot) -> Block:
    if (b.row in (row, None)) and (b.column in (column, None)):
        return b
    turned = b.turned
    if turned.row in (row, None) and turned.column in (column, None):
        return turned
    raise NoMatrixForm


def _multiplied(exprs: Sequence[Expr]) -> Expr | None:
    return reduce(p.Times, exprs) if exprs else None


def _order(expr: Expr) -> tuple[int, str]:
    """Numbers, then matrix products, then names, then functions."""
    kinds = (p.Power, p.Size, p.MatMul, p.Symbol, p.Gradient, p.Transpose, p.Plus, p.Apply)
    rank = next((n for n, kind in enumerate(kinds) if isinstance(expr, kind)), len(kinds))
    if isinstance(expr, p.Power) and expr.shape != p.SCALAR:
        rank = len(kinds)
    return rank, repr(expr)
