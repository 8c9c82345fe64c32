"""The gradient behind a softmax: its Jacobian, and the labels that add up to 1.

In: the definition of a softmax in a program, and lines in index form.  Out: the Jacobian's
entry, and the changes that lead from it to the gradient, one rule each.  Nothing here is trusted:
every line is proved by what writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.explain.entries import (
    MaybeIndex,
    constants_out,
    contracted,
    divided,
    picked,
    split,
)
from derive.explain.shapes import replaced, tidy
from derive.program import ONE, Delta, Entry, Expr, Program, SumOver, Symbol, minus
from derive.scalars.rules import product

Place = tuple[MaybeIndex, MaybeIndex]
"""Where an entry stands; an axis of size 1 has no index."""


def jacobian(a: Symbol, at: Place, own: Place, axis: int) -> Expr | None:
    """a_r (delta_ri - a_i), at the same example: the entry of a by that of its argument.

    at: where the entry of a stands.  own: where that of the argument stands.
    """
    unit, mine = at[axis], own[axis]
    other, example = at[1 - axis], own[1 - axis]
    if unit is None or mine is None:
        return None
    same = picked(a, mine, other) if axis == 0 else picked(a, other, mine)
    factor = minus(Delta(unit, mine), same)
    apart = [Delta(other, example)] if other is not None and example is not None else []
    return product(picked(a, *at), factor, *apart)


def changes(program: Program) -> Iterator[tuple[str, Callable[[Expr], Expr]]]:
    """What is done to a line with the Jacobian and the gradient by the output in it, in order."""
    yield "divide out", divided
    yield "split the sum", split
    yield "delta contraction", contracted
    yield "constants out of the sum", constants_out
    yield "labels sum to 1", lambda line: _labels(program, line)


def _labels(program: Program, line: Expr) -> Expr:
    """The sum of the labels of one example is 1."""

    def value(node: Expr) -> Expr | None:
        match node:
            case SumOver(index=index, body=Entry(arg=Symbol(name=name), row=r, column=c)):
                leaf = program.leaves.get(name)
                axis = None if leaf is None else leaf.sums_to_one
                return ONE if axis is not None and (r, c)[axis] == index else None
        return None

    return tidy(replaced(line, value))
