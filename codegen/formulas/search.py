"""The search for a form that loses no digits: rules, and what they are worth, measured.

In: a formula of one or two variables.  Out: `Found`: the tree that computes it best, its form
as NumPy, the rules used, and the largest error in either dtype.  Every choice is taken because
the error became smaller, on numbers over the whole range of float32 and float64.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from codegen.formulas import printing, rules
from codegen.formulas.measure import Errors, Form, Truth
from codegen.formulas.points import Array
from codegen.formulas.tree import Node, TooLarge
from codegen.graph import PlanError

DTYPES: Final = ("float64", "float32")
ENOUGH: Final = 2.5
"""Errors in ulp below which no choice is tried."""


@dataclass(slots=True)
class Problem:
    """What is to be computed: the tree, its arrays, its constants, and where it is measured.

    arrays: variable to its name in the form.  quick, whole: dtype to points, one array a
    variable: few, to compare forms, and many, for what is stated of the one that is taken.
    """

    node: Node
    arrays: Mapping[str, str]
    numbers: Mapping[str, float]
    quick: Mapping[str, Sequence[Array]]
    whole: Mapping[str, Sequence[Array]]
    learned: Sequence[str] = ()
    """Parameters that are arrays when it is emitted; measured at their value in `numbers`."""
    _truths: dict[str, Truth] = field(default_factory=dict)

    def compared(self, form: Form) -> dict[str, Errors]:
        """The errors at the few points."""
        for dtype, points in self.quick.items():
            if dtype not in self._truths:
                self._truths[dtype] = self._truth(points)
        return {dtype: truth.errors(form) for dtype, truth in self._truths.items()}

    def stated(self, form: Form) -> dict[str, Errors]:
        """The errors at the many points."""
        return {dtype: self._truth(points).errors(form) for dtype, points in self.whole.items()}

    def _truth(self, points: Sequence[Array]) -> Truth:
        other = rules.rewritten(self.node, rules.PLAIN)
        return Truth(self.node, tuple(self.arrays), points, self.numbers, other)


@dataclass(frozen=True, slots=True)
class Found:
    """A tree with its form, the rules that led to it, and its errors by dtype."""

    tree: Node
    form: str
    rules: tuple[str, ...]
    errors: Mapping[str, Errors]
    operations: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    """score: points where it fails or loses half of its digits, the largest error, operations."""

    tree: Node
    form: str
    rules: tuple[str, ...]
    score: tuple[int, float, int]

    @property
    def enough(self) -> bool:
        return not self.score[0] and self.score[1] <= ENOUGH


def search(problem: Problem, starts: Sequence[Node]) -> Found:
    """The best form; starts: trees of the same value to begin with."""
    best: _Candidate | None = None
    for start in starts:
        used: list[str] = []
        plain = rules.rewritten(start, rules.PLAIN, used)
        best = _better(best, _candidate(problem, plain, tuple(used)))
        if not best.enough:
            best = _choices(problem, best)
        if best.enough:
            break
        best = _better(best, _candidate(problem, start, ()))
    assert best is not None
    form = _compiled(problem, best.form)
    return Found(best.tree, best.form, best.rules, problem.stated(form), form.operations)


def _choices(problem: Problem, best: _Candidate) -> _Candidate:
    """Inner choices one after the other, then the best of the cuts.

    A cut holds inside of bounds alone, and so the text of a function of several arrays, which has
    no proved form of its own to be compared with, would not be proved: none is made with learned
    parameters, and where digits are lost or a number overflows then is said.
    """
    for title, rule in rules.INNER.items():
        tree = rules.rewritten(best.tree, {title: rule})
        if tree != best.tree:
            best = _better(best, _candidate(problem, tree, (*best.rules, title)), worth=0.95)
        if best.enough:
            return best
    before = best
    if before.score[0] and not problem.learned:
        for title, cut in rules.CUTS.items():
            tree = cut(before.tree)
            best = _better(best, _candidate(problem, tree, (*before.rules, title)))
            if best.enough:
                break
    return best


def _candidate(problem: Problem, tree: Node, names: tuple[str, ...]) -> _Candidate | None:
    try:
        arrays = {**problem.arrays, **{name: name for name in problem.learned}}
        text = printing.form(tree, arrays, problem.numbers)
        form = _compiled(problem, text)
    except (PlanError, TooLarge, OverflowError):
        return None
    errors = problem.compared(form).values()
    failures = sum(e.failures + e.lost for e in errors)
    return _Candidate(tree, text, names, (failures, max(e.ulp for e in errors), form.operations))


def _better(best: _Candidate | None, other: _Candidate | None, worth: float = 0.9) -> _Candidate:
    """The one that fails less often, then the one with the smaller error by a tenth."""
    if best is None or other is None:
        found = other or best
        assert found is not None
        return found
    (failures, error, count), (failures2, error2, count2) = best.score, other.score
    if failures2 != failures:
        return other if failures2 < failures else best
    if error2 < worth * error or (error2 <= 1.1 * error and count2 < count):
        return other
    return best


def _compiled(problem: Problem, text: str) -> Form:
    return Form(text, tuple(problem.arrays.values()), problem.numbers)
