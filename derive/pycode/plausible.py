"""Whether a guess about shapes gives an account that people can have meant.

In: an account under one guess.  Out: what speaks against it: gradients without the shape of their
parameter, one bias for all outputs, labels or predictions that are repeated along an axis.
"""

from __future__ import annotations

from derive.program import Dim, Expr, Number, Plus, Symbol, Times, walk
from derive.pycode.account import Account
from derive.pycode.guess import Guess, is_labels
from derive.pycode.names import DATA
from derive.pycode.plain import depends
from derive.pycode.store import is_constant


def fits(account: Account) -> bool:
    """Whether the gradients have the shapes of their parameters."""
    return misfits(account) == 0


def misfits(account: Account) -> int:
    """Gradients that have not the shape of their parameters, sizes and number of axes."""
    wrong = int(_predictions_are_stretched(account))
    for pair in account.pairs:
        leaf = account.run.trace.leaves[pair.target]
        wrong += leaf.dims != pair.value.expr.shape
    return wrong + _labels_are_stretched(account) + _biases_are_numbers(account)


def _biases_are_numbers(account: Account) -> bool:
    """Whether one bias is taken to serve all outputs of a layer, which is not what people mean."""
    guessed = {p.target for p in account.pairs if account.run.guess.is_number_bias(p.target)}
    return any(
        isinstance(node, (Plus, Times))
        and any(_is_one_of(guessed, a) and _is_wide(b) for a, b in _both_ways(node))
        for expr in account.run.trace.definitions.values()
        for node in walk(expr)
    )


def _both_ways(node: Plus | Times) -> tuple[tuple[Expr, Expr], tuple[Expr, Expr]]:
    return (node.left, node.right), (node.right, node.left)


def _is_one_of(names: set[str], expr: Expr) -> bool:
    return isinstance(expr, Symbol) and expr.name in names


def _is_wide(expr: Expr) -> bool:
    return 1 not in expr.shape


def a_matrix_is_a_number(account: Account) -> bool:
    """Whether both axes of an argument are 1 only because a guess leaves no other size.

    Then a sum over examples and one of them are the same, which is not what a file is about that
    has another reading.
    """
    trace = account.run.trace
    return any(
        leaf.dims == (1, 1) and not any(map(is_constant, trace.own_sizes.get(name, (1, 1))))
        for name, leaf in trace.leaves.items()
        if name in DATA or is_labels(name) or name in account.run.guess.arrays
    )


def _labels_are_stretched(account: Account) -> bool:
    """Whether labels of one axis are repeated over another: they had better have two axes."""
    return any(
        isinstance(node, (Plus, Times)) and _stretches(node.left, node.right)
        for expr in account.run.trace.definitions.values()
        for node in walk(expr)
    )


def _predictions_are_stretched(account: Account) -> bool:
    """Whether an axis of 1 is repeated over an axis that nothing but the labels has."""
    trace = account.run.trace
    own = {
        (name, dim)
        for name, leaf in trace.leaves.items()
        for dim in leaf.dims
        if is_labels(name) and dim != 1 and not is_constant(dim)
        and not any(dim in other.dims for n, other in trace.leaves.items() if n != name)
    }  # fmt: skip
    return any(
        isinstance(node, (Plus, Times)) and _is_stretched_by(own, *pair)
        for expr in trace.definitions.values()
        for node in walk(expr)
        if isinstance(node, (Plus, Times))
        for pair in _both_ways(node)
    )


def _is_stretched_by(own: set[tuple[str, Dim]], labels: Expr, other: Expr) -> bool:
    return (
        isinstance(labels, Symbol)
        and other.shape != (1, 1)
        and any(
            (labels.name, dim) in own and size == 1
            for dim, size in zip(labels.shape, other.shape, strict=True)
        )
    )


def beside_one_column(account: Account, guess: Guess) -> list[Dim]:
    """The sizes of outputs beside labels of which the source says that they have one column."""
    trace = account.run.trace
    targets = {pair.target for pair in account.pairs}
    found: dict[Dim, None] = {}
    for expr in trace.definitions.values():
        for node in walk(expr):
            for labels, other in _both_ways(node) if isinstance(node, (Plus, Times)) else ():
                if not (isinstance(labels, Symbol) and is_labels(labels.name)):
                    continue
                said = guess.declared.get(labels.name)
                is_column = isinstance(said, tuple) and said[1:] == (1,)
                dim = other.shape[1]
                if (
                    is_column
                    and not is_constant(dim)
                    and depends(other, trace.definitions, targets)
                ):
                    found[dim] = None
    return list(found)


def _stretches(left: Expr, right: Expr) -> bool:
    for one, other in ((left, right), (right, left)):
        while isinstance(one, Times) and isinstance(one.left, Number):
            one = one.right
        if isinstance(one, Symbol) and is_labels(one.name):
            stretched = [a == 1 != b for a, b in zip(one.shape, other.shape, strict=True)]
            return any(stretched)
    return False
