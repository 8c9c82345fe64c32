"""Points at which two sides differ, where numbers that are settings may have to be small.

A sparsity, a probability or a rate is often defined between 0 and 1 alone: ``log(1 - rho)``.
Where no counterexample shows among all numbers, those between 0 and 1 are tried; beside logarithms
entries of arrays too, as of probabilities: ``log(1 - p)``.
"""

from __future__ import annotations

from dataclasses import replace

from derive.check import find_counterexample
from derive.program import SCALAR, Apply, Equation, Leaf, Program, walk
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
    if found is None and small != program.leaves:
        narrow = replace(program, leaves=small)
        found = find_counterexample(narrow, equation, onehot=onehot, kinks=False)
    if found is not None or not _has_logarithms(program):
        return found
    inside = {n: _inside(leaf) for n, leaf in program.leaves.items()}
    narrow = replace(program, leaves=inside)
    return find_counterexample(narrow, equation, onehot=onehot, kinks=False)


def _inside(leaf: Leaf) -> Leaf:
    """The same with entries between 0 and 1."""
    return replace(leaf, domain="unit") if leaf == Leaf(leaf.dims) else leaf


def _has_logarithms(program: Program) -> bool:
    return any(
        isinstance(node, Apply) and node.function == "log"
        for expr in program.definitions.values()
        for node in walk(expr)
    )
