"""One fault made ready for questions: both sides, the vocabulary, the judge.

In: a `Fault` and the ways of judging.  Out: a `Question`: the left side as an expression, the
right side as a loose tree, what repairs may be made of, and the derived gradient.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from derive.diagnosis.derived import derived
from derive.diagnosis.entries import NoEntry, entry_target, entrywise, letters
from derive.diagnosis.loose import Loose, from_expr, leaves, settled, to_expr
from derive.diagnosis.scene import Fault
from derive.diagnosis.search import Judge
from derive.diagnosis.targets import Judges, Judging
from derive.diagnosis.vocabulary import at_entries, gradient_names, vocabulary
from derive.latex import to_latex
from derive.program import (
    ONE,
    SCALAR,
    Equation,
    Expr,
    Gradient,
    ShapeError,
    Size,
    Symbol,
    Times,
    children,
    with_children,
)
from derive.verdict import Repair, Verdict


@dataclass
class Question:
    """One fault with everything that is asked of it.

    entry: the claim is about this entry of a gradient; then `fault.target` is the whole array.
    right: the right side where it is well-shaped; tree: the right side in any case, None
    where nothing of it was understood.
    """

    fault: Fault
    judging: Judging
    judges: Judges
    tree: Loose | None = field(init=False)

    def __post_init__(self) -> None:
        fault, scene = self.fault, self.fault.scene
        equation = fault.statement if isinstance(fault.statement, Equation) else None
        self.left = self._counted(self._left_side(equation))
        self.right = self._counted(equation.right) if equation else None
        self.entry = entry_target(self.left)
        self.free = equation.free if equation else tuple(letters(self.left)) if self.entry else ()
        if self.entry is not None:
            self.fault = replace(
                fault, target=self.entry.name, target_scale=self.entry.scale, left=self.left
            )
        self.tree = self._tree()
        self.words = vocabulary(scene, self.fault.target)
        if self.free:
            sides = [self.left] if self.right is None else [self.left, self.right]
            known = [*self.free, *(i for i in letters(*sides) if i not in self.free)]
            self.words = at_entries(self.words, known)
        prover, agrees = self.judging
        target = self.fault.target
        own = frozenset() if target is None else frozenset({target})
        self.judge = Judge(self.left, self.free, prover, agrees, scene.examples, own)
        used = gradient_names(self.right) if self.right is not None else set()
        self.circular = bool(own & used)

    def _counted(self, expr: Expr) -> Expr:
        """On a path of scalars the number of examples is a name; here it is a size again."""
        examples = self.fault.scene.examples
        if expr == Symbol(examples, SCALAR):
            return Size(examples)
        return with_children(expr, tuple(self._counted(child) for child in children(expr)))

    def _left_side(self, equation: Equation | None) -> Expr:
        if equation is not None:
            return equation.left
        if self.fault.left is not None:
            return self.fault.left
        target = self.fault.target
        if target is None:
            return ONE
        gradient = Gradient(target, self.fault.scene.program.shape(target))
        scale = self.fault.target_scale
        return gradient if scale == ONE else Times(scale, gradient)

    def _tree(self) -> Loose | None:
        if self.fault.ill_shaped is not None:
            return settled(self.fault.ill_shaped.loose, self.fault.scene.scale)
        return None if self.right is None else from_expr(self.right, self.fault.scene.scale)

    @property
    def line(self) -> Loose:
        """The right side, where it was understood; ValueError otherwise."""
        if self.tree is None:
            raise ValueError("the right side of this line was not understood")
        return self.tree

    def fitting(self) -> Expr | None:
        """The right side where it has a shape of its own."""
        if self.tree is None:
            return None
        try:
            return to_expr(self.tree, self.fault.scene.examples)
        except ShapeError:
            return None

    def derived(self) -> list[Expr]:
        """The proved gradient in the note's own gradients, at the entry of the claim."""
        fault = self.fault
        if fault.target is None:
            return []
        shape = fault.scene.program.shape(fault.target)
        if self.entry is None and self.left.shape != shape:
            return []
        named: set[str] = set()
        for leaf in leaves(self.tree) if self.tree is not None else []:
            named |= gradient_names(leaf.expr)
        for whole in derived(fault.scene, fault.target, fault.target_scale, named):
            expr = self._at_entry(whole)
            if expr is not None and self.judging[0](Equation(self.left, expr, self.free)):
                return [expr]
        return []

    def _at_entry(self, whole: Expr) -> Expr | None:
        if self.entry is None:
            return whole
        used = {index.name for index in letters(self.left)}
        scale = self.fault.scene.scale
        try:
            return entrywise(whole, self.entry.row, self.entry.column, scale, used)
        except NoEntry:
            return None

    def repairs(self, found: list[tuple[Expr, str]]) -> tuple[Repair, ...]:
        """Repairs in the note's notation, each once up to the order of its factors."""
        repairs: dict[tuple[str, ...], Repair] = {}
        for expr, words in found:
            latex = to_latex(expr, self.fault.scene)
            parts = tuple(sorted(latex.split()))
            repairs.setdefault(parts, Repair(latex, Verdict.VERIFIED, words))
        return tuple(repairs.values())

    def derived_repair(self) -> tuple[Repair, ...]:
        """The derived gradient as a repair."""
        return self.repairs([(expr, "derived") for expr in self.derived()])
