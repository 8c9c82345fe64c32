"""Counterexamples of the sizes that a source writes down: a layer ``Dense(2, 3)`` has 2 inputs.

Such sizes are symbols, so that what is proved holds for all.  Where one of them also stands as a
number in what is computed, what is false for other sizes may be true for this one.  Then only a
counterexample of just these sizes refutes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from derive.program import Equation, Expr, Program, children, with_children
from derive.pycode.loosened import fixed_sizes
from derive.pycode.onehot import counterexample, resized
from derive.verdict import Counterexample

LARGEST: Final = 6
"""Larger sizes are not tried: the values of a counterexample are searched for."""


def as_written(program: Program, equation: Equation) -> tuple[Program, Equation] | None:
    """Both with the sizes that also stand as numbers as these numbers; None if one is large."""
    written = {f"n{size}": size for size in sorted(fixed_sizes(program))}
    if any(number > LARGEST for number in written.values()):
        return None

    def change(expr: Expr) -> Expr:
        expr = with_children(expr, tuple(map(change, children(expr))))
        for name, number in written.items():
            expr = resized(expr, name, number)
        return expr

    leaves = {
        n: replace(leaf, dims=(_own(leaf.dims[0], written), _own(leaf.dims[1], written)))
        for n, leaf in program.leaves.items()
    }
    definitions = {n: change(e) for n, e in program.definitions.items()}
    changed = Program(leaves, definitions, program.functions, program.cost)
    return changed, Equation(change(equation.left), change(equation.right))


def of_own_sizes(program: Program, equation: Equation, labels: set[str]) -> Counterexample | None:
    """A counterexample in which the sizes that also stand as numbers are what they are there."""
    written = as_written(program, equation)
    return None if written is None else counterexample(*written, labels)[0]


def _own(dim: str | int, written: dict[str, int]) -> str | int:
    return written.get(dim, dim) if isinstance(dim, str) else dim
