"""From matrix expressions to index terms: the value of one entry.

An expression of shape (n, m) and two indices give the term of that entry; an axis of size 1
carries no index.  Definitions stay opaque names here; `derive.tensors.adjoint` unfolds them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from derive import program as p
from derive.program import PRIMITIVES, Dim, Expr, Program
from derive.scalars import table
from derive.tensors.derivative import derivative
from derive.tensors.elementwise import evaluate, factored, primitive, scalar
from derive.tensors.functions import call, power
from derive.tensors.label import fresh
from derive.tensors.meter import Outside, used
from derive.tensors.normal import delta, entry, product, size, sum_over, times
from derive.tensors.substitute import substitute
from derive.tensors.terms import POSITIVE, REAL, UNIT, Index, Poly, constant

Slot = Index | None
"""The index on an axis; None on an axis of size 1."""
Letters = Mapping[p.Index, Index]
Total = Callable[[Poly, str, tuple[Index, ...]], Poly]

_DOMAINS = {"real": REAL, "positive": POSITIVE, "unit": UNIT}
_FORMAL = "formal argument"
MOST_ORDER = 8
MOST_NESTED = 40


def slot(name: str, dim: Dim) -> Slot:
    """An index for an axis, None for an axis of size 1."""
    return None if dim == 1 else Index(name, dim)


def present(*slots: Slot) -> tuple[Index, ...]:
    """The indices of the axes that have one."""
    return tuple(s for s in slots if s is not None)


def parameters(program: Program, name: str) -> frozenset[str]:
    """The leaves that a function's body mentions, and those of the functions it applies."""
    found, seen, stack = set[str](), set[str](), [name]
    while stack:
        function = program.functions.get(stack.pop())
        if function is None or function.body is None or function.name in seen:
            continue
        seen.add(function.name)
        for node in p.walk(function.body):
            if isinstance(node, p.Symbol):
                found.add(node.name)
            elif isinstance(node, p.Apply):
                stack.append(node.function)
    return frozenset(found & program.leaves.keys())


class Lowering:
    """Lowers the expressions of one program.

    opaque_functions: named functions are kept as unknown ones (their derivatives too), but for
    those with parameters, by which they can be differentiated.
    total: the total derivative of a term by an entry of a name, for `Partial`.
    """

    def __init__(self, program: Program, total: Total, *, opaque_functions: bool) -> None:
        self.program = program
        self.total = total
        self.opaque_functions = opaque_functions
        self._nested = 0
        self._applied: dict[tuple[str, int, str], Poly] = {}

    # -- entries ------------------------------------------------------------------------------

    def symbol(self, name: str, indices: tuple[Index, ...] = ()) -> Poly:
        """An entry of a leaf or definition."""
        leaf = self.program.leaves.get(name)
        if leaf is not None:
            return entry(name, indices, _DOMAINS[leaf.domain])
        if name not in self.program.definitions and not indices:
            return scalar(name)
        return entry(name, indices)

    def _check_shape(self, expr: Expr, name: str) -> None:
        known = name in self.program.leaves or name in self.program.definitions
        if expr.shape != (self.program.shape(name) if known else p.SCALAR):
            raise Outside(f"outside the fragment: {name} of another shape than it has")

    def lower(self, expr: Expr, row: Slot, column: Slot, letters: Letters) -> Poly:
        """The entry of `expr` at (row, column).

        letters: what the free indices of `expr` stand for.
        """
        rows, columns = expr.shape
        row = None if rows == 1 else row
        column = None if columns == 1 else column
        match expr:
            case p.Number(value=v):
                return constant(v.numerator if v.denominator == 1 else v)
            case p.Size(dim=d):
                return size(d)
            case p.Symbol(name=n):
                self._check_shape(expr, n)
                return self.symbol(n, present(row, column))
            case p.Gradient(name=n):
                self._check_shape(expr, n)
                return entry(n, present(row, column), kind="gradient")
            case p.Eye():
                return constant(1) if row is None or column is None else delta(row, column)
            case p.Transpose(arg=a):
                return self.lower(a, column, row, letters)
            case p.MatMul(left=a, right=b):
                return self._matrix_product(a, b, row, column, letters)
            case p.Times(left=a, right=b):
                left = self.lower(a, row, column, letters)
                return times(left, self.lower(b, row, column, letters))
            case p.Plus(left=a, right=b):
                left = self.lower(a, row, column, letters)
                return left + self.lower(b, row, column, letters)
            case p.Power():
                return self._power(expr, row, column, letters)
            case p.Sum(arg=a, axis=axis):
                return self._axis_sum(a, axis, row, column, letters)
            case p.Apply(function=f, order=k, arg=a):
                return self.apply(f, k, self.lower(a, row, column, letters))
        return self._indexed(expr, row, column, letters)

    def _indexed(self, expr: Expr, row: Slot, column: Slot, letters: Letters) -> Poly:
        """The nodes that speak of indices."""
        match expr:
            case p.Entry(arg=a, row=i, column=j):
                at_row = row if i is None else self._letter(i, letters)
                at_column = column if j is None else self._letter(j, letters)
                return self.lower(a, at_row, at_column, letters)
            case p.SumOver(index=i, body=a):
                if i.dim == 1:
                    return self.lower(a, row, column, letters)
                k = fresh(Index(i.name, i.dim))
                return sum_over(self.lower(a, row, column, {**letters, i: k}), k)
            case p.Build(row=i, column=j, body=a):
                bound = {**letters}
                for letter, at in ((i, row), (j, column)):
                    if letter is not None and at is not None:
                        bound[letter] = at
                return self.lower(a, None, None, bound)
            case p.Delta(left=i, right=j):
                left, right = self._letter(i, letters), self._letter(j, letters)
                return constant(1) if left is None or right is None else delta(left, right)
            case p.Partial(body=a, name=n, row=i, column=j):
                at_row = None if i is None else self._letter(i, letters)
                at_column = None if j is None else self._letter(j, letters)
                return self._partial(a, n, at_row, at_column, letters)
        raise TypeError(f"lower: unknown expression {type(expr).__name__}")

    def _letter(self, letter: p.Index, letters: Letters) -> Slot:
        return letters.get(letter) or slot(repr(letter.name), letter.dim)

    def _power(self, expr: p.Power, row: Slot, column: Slot, letters: Letters) -> Poly:
        parts = [(self.lower(a, row, column, letters), e) for a, e in factored(expr)]
        return product(power(a, e) for a, e in parts)

    def _matrix_product(self, a: Expr, b: Expr, row: Slot, column: Slot, letters: Letters) -> Poly:
        k = slot("", a.shape[1])
        if k is None:
            return times(self.lower(a, row, None, letters), self.lower(b, None, column, letters))
        k = fresh(k)
        left = self.lower(a, row, k, letters)
        return sum_over(times(left, self.lower(b, k, column, letters)), k)

    def _axis_sum(self, a: Expr, axis: int, row: Slot, column: Slot, letters: Letters) -> Poly:
        k = slot("", a.shape[axis])
        if k is None:
            return self.lower(a, row, column, letters)
        k = fresh(k)
        at = (k, column) if axis == 0 else (row, k)
        return sum_over(self.lower(a, at[0], at[1], letters), k)

    def _partial(self, body: Expr, name: str, row: Slot, column: Slot, letters: Letters) -> Poly:
        rows, columns = self.program.shape(name)
        if (row is None) != (rows == 1) or (column is None) != (columns == 1):
            raise Outside(f"outside the fragment: a derivative by {name} without its indices")
        at = present(row, column)
        if isinstance(body, p.Symbol) and body.name == self.program.cost:
            return entry(name, at, kind="gradient")
        return self.total(self.lower(body, None, None, letters), name, at)

    # -- functions ----------------------------------------------------------------------------

    def apply(self, name: str, order: int, argument: Poly) -> Poly:
        """The k-th derivative of a function at a term."""
        if name in PRIMITIVES:
            return primitive(name, order, argument)
        function = self.program.functions.get(name)
        if function is None:
            raise Outside(f"outside the fragment: nothing is known of the function {name}")
        opaque = self.opaque_functions and not parameters(self.program, name)
        if function.body is None or opaque:
            return call(name, argument, order)
        if order > MOST_ORDER or self._nested > MOST_NESTED:
            raise Outside(f"outside the fragment: derivative {order} of {name}")
        key = (name, order, argument.key)
        if key not in self._applied:
            self._nested += 1
            self._applied[key] = self._unfolded(name, function.body, order, argument)
            self._nested -= 1
        return self._applied[key]

    def _unfolded(self, name: str, body: Expr, order: int, argument: Poly) -> Poly:
        used(f"definition of {name}" if not order else f"derivative of {name}")
        known = min(order, table.HIGHEST_ORDER) if table.body(name) == body else 0
        formula = table.derivative(name, known) if known else body
        if formula is None:
            raise Outside(f"outside the fragment: nothing is known of the function {name}")
        if known == order:
            return evaluate(formula, argument, self.apply, self.symbol)
        formal = scalar(_FORMAL)
        out = evaluate(formula, formal, self.apply, self.symbol)
        for _ in range(order - known):
            out = derivative(out, _FORMAL, ())
        return substitute(out, "entry", {_FORMAL: lambda _: argument})
