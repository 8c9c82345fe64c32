"""Refutations beside integer labels: only labels that are 0 or 1 refute anything.

Labels are held as one-hot arrays of which a proof uses nothing but that they add up to 1.  What
is false for such numbers may be true of labels.  It is false of labels too if cost and gradient
are of first degree in them, as the one-hot arrays span all that add up to 1; else only a
counterexample counts whose labels are 0 or 1, or in which every example has a class of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from derive.program import (
    Build,
    Delta,
    Dim,
    Entry,
    Equation,
    Expr,
    Eye,
    Gradient,
    Index,
    Leaf,
    MatMul,
    Plus,
    Program,
    Size,
    SumOver,
    Symbol,
    Times,
    children,
    with_children,
)
from derive.pycode.arrays import size
from derive.pycode.points import differing
from derive.verdict import Counterexample

MANY: Final = 99
"""A degree that is not known."""


def counterexample(
    program: Program, equation: Equation, labels: set[str]
) -> tuple[Counterexample | None, bool]:
    """A counterexample for labels that are one-hot, and whether one can be told from others."""
    used = sorted(labels & program.leaves.keys())
    bent = [name for name in used if _bends(program, equation, name)]
    found = differing(program, equation, onehot=True) if bent else None
    if found is not None and all(map(_is_onehot, (found.values.get(n, "") for n in bent))):
        return found, True
    for name in bent:
        rows, classes = program.leaves[name].dims
        if not isinstance(rows, str) or not isinstance(classes, str):
            return None, False
        program, equation = _own_classes(program, equation, name, rows, classes)
    return differing(program, equation), True


def _bends(program: Program, equation: Equation, name: str) -> bool:
    """Whether cost or gradient are of a higher degree than 1 in labels."""
    assert program.cost is not None
    known: dict[str, int] = {}
    sides = (program.symbol(program.cost), equation.right)
    return max(_degree(e, name, program.definitions, known) for e in sides) > 1


def _is_onehot(shown: str) -> bool:
    """Whether labels are 0 or 1: ``[[0, 1], [1, 0]]``, or one number.

    >>> _is_onehot("[[0, 1], [1, 0]]"), _is_onehot("[[1/2, 1/2]]"), _is_onehot("")
    (True, False, False)
    """
    entries = shown.replace("[", "").replace("]", "").split(",")
    return all(entry.strip() in ("0", "1") for entry in entries)


def _degree(expr: Expr, name: str, definitions: Mapping[str, Expr], known: dict[str, int]) -> int:
    """The degree of an expression in a leaf, `MANY` if it is no polynomial of it."""
    match expr:
        case Symbol(name=own) if own == name:
            return 1
        case Symbol(name=own) if own in definitions:
            if own not in known:
                known[own] = _degree(definitions[own], name, definitions, known)
            return known[own]
        case Plus() | Build() | Entry() | SumOver():
            return max(_degree(c, name, definitions, known) for c in children(expr))
    degrees = [_degree(c, name, definitions, known) for c in children(expr)]
    if isinstance(expr, (Times, MatMul)):
        return min(MANY, sum(degrees))
    if type(expr).__name__ in ("Transpose", "Sum"):
        return degrees[0]
    return MANY if any(degrees) else 0


def _own_classes(
    program: Program, equation: Equation, name: str, rows: str, classes: str
) -> tuple[Program, Equation]:
    """As many examples as classes, each example of a class of its own."""

    def change(expr: Expr) -> Expr:
        if isinstance(expr, Symbol) and expr.name == name:
            return Eye(classes)
        return resized(with_children(expr, tuple(map(change, children(expr)))), rows, classes)

    def dims(leaf: Leaf) -> Leaf:
        first, second = (classes if d == rows else d for d in leaf.dims)
        return replace(leaf, dims=(first, second))

    leaves = {n: dims(leaf) for n, leaf in program.leaves.items() if n != name}
    definitions = {n: change(e) for n, e in program.definitions.items()}
    changed = Program(leaves, definitions, program.functions, program.cost)
    return changed, Equation(change(equation.left), change(equation.right))


def resized(expr: Expr, old: str, new: Dim) -> Expr:
    """An expression, its parts apart, in which a size is another one."""

    def dim(each: Dim) -> Dim:
        return new if each == old else each

    def index(each: Index | None) -> Index | None:
        return None if each is None else Index(each.name, dim(each.dim))

    match expr:
        case Symbol(name=name, dims=dims):
            return Symbol(name, (dim(dims[0]), dim(dims[1])))
        case Gradient(name=name, dims=dims):
            return Gradient(name, (dim(dims[0]), dim(dims[1])))
        case Size(dim=each):
            return size(dim(each))
        case Eye(dim=each):
            return Eye(dim(each))
        case Build(row=row, column=column, body=body):
            return Build(index(row), index(column), body)
        case Entry(arg=arg, row=row, column=column):
            return Entry(arg, index(row), index(column))
        case SumOver(index=over, body=body):
            return SumOver(Index(over.name, dim(over.dim)), body)
        case Delta(left=left, right=right):
            return Delta(Index(left.name, dim(left.dim)), Index(right.name, dim(right.dim)))
    return expr
