"""The assumption under which most gradients of an account are right, said with every verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from derive.program import (
    ONE,
    Apply,
    Expr,
    Leaf,
    Sum,
    Symbol,
    Times,
    walk,
)
from derive.pycode.account import Account
from derive.pycode.claims import Case
from derive.pycode.guess import is_labels
from derive.pycode.loosened import with_sizes, without_guards
from derive.pycode.values import Unsupported


def best_case(account: Account) -> Case:
    """The account as a case, under the assumption by which most gradients seem right.

    Assumed may be: labels that add up to 1; that a number is the size of an axis which has that
    size in the source; that what is added to guard a logarithm or a quotient is 0.  Raises
    `Unsupported` where no cost is stated and several usual ones fit equally well, or none does.
    """
    if account.unstated:
        return _most_agreeing(account)
    return _best_of(Case(account))


def _most_agreeing(account: Account) -> Case:
    """The case of the one cost under which more gradients hold than under any other."""
    ranked = [(case.agreeing(), case) for case in _unstated(account)]
    most = max(count for count, _ in ranked)
    best = [case for count, case in ranked if count == most]
    wanted = len(account.pairs)
    if most < wanted and (len(best) > 1 or 2 * most < wanted):
        raise Unsupported(
            f"no cost is stated, and under the usual ones {most} of {wanted} gradients hold at most"
        )
    return best[0]


def _unstated(account: Account) -> Iterator[Case]:
    """The cases of costs that are not stated: summed, or divided by what the file divides by."""
    for cost in account.unstated:
        for scale in cost.scales:
            expr = cost.summed if scale == ONE else Times(scale, cost.summed)
            named = account.run.trace.define("cost", expr, None)
            case = _best_of(Case(replace(account, cost=named)))
            case.assumptions = (*case.assumptions, cost.said(scale))
            yield case


def _best_of(best: Case) -> Case:
    account = best.account
    most = best.agreeing()
    for make in (with_sizes, without_guards):
        if most == len(account.pairs):
            return best
        other = make(best)
        if other is not None and (right := other.agreeing()) >= most + (make is without_guards):
            best, most = other, right
    if most == len(account.pairs):
        return best
    for label, axis in _distributions(best):
        other = best.assume(label, axis)
        if other.agreeing() > most:
            return other
        loose = without_guards(other)
        if loose is not None and loose.agreeing() > most:
            return loose
    return best


def _distributions(case: Case) -> Iterator[tuple[str, int]]:
    """Labels whose entries may add up to 1: along the axis of a softmax of their shape."""
    axes = {
        (node.arg.shape, node.axis)
        for name in case.forward
        for node in walk(case.program.definitions[name])
        if isinstance(node, Sum)
        and node.arg.shape[node.axis] != 1  # of one class nothing depends
        and _is_exponential(node.arg, case.program.definitions)
    }
    for name, leaf in case.program.leaves.items():
        for shape, axis in sorted(axes, key=str):
            called = is_labels(name) or _weighs_logarithms(case, name)
            fits = called and leaf == Leaf(leaf.dims) and leaf.dims == shape
            if fits and not _runs_over_examples(case, leaf, axis):
                yield name, axis


def _weighs_logarithms(case: Case, name: str) -> bool:
    """Whether an array is used as the labels of cross-entropy: as a factor of a log."""
    if any(pair.target == name for pair in case.account.pairs):
        return False
    return any(
        isinstance(node, Times)
        and any(
            one == Symbol(name, one.shape) and _is_logarithm(other, case.program.definitions)
            for one, other in ((node.left, node.right), (node.right, node.left))
        )
        for part in case.forward
        for node in walk(case.program.definitions[part])
    )


def _is_logarithm(expr: Expr, definitions: Mapping[str, Expr]) -> bool:
    while isinstance(expr, Symbol) and expr.name in definitions:
        expr = definitions[expr.name]
    return isinstance(expr, Apply) and expr.function == "log"


def _runs_over_examples(case: Case, labels: Leaf, axis: int) -> bool:
    """Whether an axis of the labels counts examples, so that nothing adds up to 1 along it.

    Parameters have no such axis, but the data beside the labels does.
    """
    targets = {pair.target for pair in case.account.pairs}
    leaves = case.program.leaves
    of_parameters = {dim for name in targets & leaves.keys() for dim in leaves[name].dims}
    of_data = {d for n, leaf in leaves.items() if n not in targets and leaf is not labels
               for d in leaf.dims}  # fmt: skip
    dim, other = labels.dims[axis], labels.dims[1 - axis]
    return dim in of_data - of_parameters and other in of_parameters


def _is_exponential(expr: Expr, definitions: Mapping[str, Expr]) -> bool:
    while isinstance(expr, Symbol) and expr.name in definitions:
        expr = definitions[expr.name]
    return isinstance(expr, Apply) and expr.function == "exp"
