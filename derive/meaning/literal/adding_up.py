"""Labels that add up to one over the classes: where that is known, and where a line needs it.

In: the values of a literal reading, or a claim.  Out: the labels and the axis of their classes;
the claim as it would be if another target of a cross-entropy added up to one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from derive.meaning.interpretation import Interpretation
from derive.meaning.literal.identity import Key
from derive.meaning.literal.other_steps import one_by_steps
from derive.meaning.literal.scope import Scope
from derive.program import (
    SCALAR,
    Apply,
    Entry,
    MatMul,
    Number,
    Plus,
    Sum,
    SumOver,
    Symbol,
    Times,
    children,
    walk,
)

ADDS_UP: Final = "it needs the assumption that {} adds up to 1 over the classes: say so"


def if_targets_add_up(
    scope: Scope, found: Interpretation
) -> tuple[tuple[str, Interpretation], ...]:
    """The line where the only array that a logarithm is weighed by adds up to one."""
    axis = None if scope.other_sum else classes_of(scope)
    if axis is None or not found.statements:
        return ()
    setting = found.statements[0].setting
    weights = [
        key for key in scope.leaves
        if scope.leaf(key)[axis] != 1 and _before_log(scope, scope.label(key))
    ]  # fmt: skip
    label = scope.label(weights[0]) if len(weights) == 1 else ""
    leaf = setting.leaves.get(label)
    if leaf is None or leaf.sums_to_one is not None:
        return ()
    leaves = {**setting.leaves, label: replace(leaf, sums_to_one=axis)}
    other = replace(setting, leaves=leaves)
    stated = tuple(replace(one, setting=other) for one in found.statements)
    reason = ADDS_UP.format(scope.shown(weights[0]))
    return ((reason, replace(found, statements=stated, others=())),)


def labels_of(scope: Scope) -> list[Key]:
    """The only quantity of the note's letters for labels that stands before a logarithm."""
    letters = [k for k in scope.leaves if k[0] in ("y", "t", "Y", "T") and not k[1]]
    found = [k for k in letters if _before_log(scope, scope.label(k))]
    return found if len(found) == 1 or one_by_steps(found) else []


def _before_log(scope: Scope, label: str) -> bool:
    """A quantity is a factor of a logarithm, or what is made of it and of numbers alone is."""
    if any(_before_log(scope, scope.label(k)) for k in scope.values if _made_of(scope, k, label)):
        return True
    products = (n for b in scope.values.values() for n in walk(b) if isinstance(n, Times | MatMul))
    for node in products:
        one, two = ([*walk(side)] for side in children(node))
        for mine, other in ((one, two), (two, one)):
            named = any(isinstance(n, Symbol) and n.name == label for n in mine)
            if named and any(isinstance(n, Apply) and n.function == "log" for n in other):
                return True
    return False


def _made_of(scope: Scope, key: Key, label: str) -> bool:
    """``q = (1 - \\epsilon) y + \\epsilon/K``: a formula of one quantity and of numbers."""
    found = {n for n in walk(scope.values[key]) if isinstance(n, Symbol) and n.shape != SCALAR}
    return {n.name for n in found} == {label} and scope.label(key) != label


def classes_of(scope: Scope) -> int | None:
    """The axis of the classes, where the results are a softmax and the cost takes its log."""
    made = [n for body in scope.values.values() for n in walk(body)]
    if not any(isinstance(n, Apply) and n.function == "log" for n in made):
        return None
    sums = [
        n.axis for n in made
        if isinstance(n, Sum) and isinstance(n.arg, Apply) and n.arg.function == "exp"
    ]  # fmt: skip
    for node in made:
        if isinstance(node, SumOver) and isinstance(node.body, Apply):
            if node.body.function != "exp":
                continue
            entries = [n for n in walk(node.body.arg) if isinstance(n, Entry)]
            axes = {
                0 if n.row == node.index else 1 for n in entries if node.index in (n.row, n.column)
            }
            sums += sorted(axes) if len(entries) == 1 else []
    return sums[0] if sums and len(set(sums)) == 1 else None


def has_a_class_more(scope: Scope) -> bool:
    """``1 + \\sum_j e^{z_j}``: the labels of the other classes may add up to less than one."""
    made = (n for body in scope.values.values() for n in walk(body))
    return any(isinstance(n, Plus) and _adds_a_class(n) for n in made)


def _adds_a_class(node: Plus) -> bool:
    for one, other in ((node.left, node.right), (node.right, node.left)):
        summed = other.arg if isinstance(other, Sum) else None
        summed = other.body if isinstance(other, SumOver) else summed
        if isinstance(one, Number) and isinstance(summed, Apply) and summed.function == "exp":
            return True
    return False
