"""Points at which two sides differ, where numbers that are settings may have to be small.

A sparsity, a probability or a rate is often defined between 0 and 1 alone: ``log(1 - rho)``.
Where no counterexample shows among all numbers, those between 0 and 1 are tried.
"""

from __future__ import annotations

from dataclasses import replace

from derive.check import find_counterexample
from derive.program import SCALAR, Equation, Leaf, Program
from derive.verdict import Counterexample


def differing(
    program: Program, equation: Equation, *, onehot: bool = False
) -> Counterexample | None:
    """A counterexample, None if none was found; onehot: entries that add up to 1 are 0 or 1."""
    found = find_counterexample(program, equation, onehot=onehot, kinks=False)
    small = {
        n: Leaf(SCALAR, "unit") if leaf == Leaf(SCALAR) else leaf
        for n, leaf in program.leaves.items()
    }
    if found is not None or small == program.leaves:
        return found
    return find_counterexample(replace(program, leaves=small), equation, onehot=onehot, kinks=False)
