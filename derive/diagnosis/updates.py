"""Steps of gradient descent that are none: uphill, another gradient, another left side.

In: a fault of kind `update`.  Its statement, where there is one, says that what is subtracted
(left) is a rate times the gradient (right); otherwise the left side is the parameter and the
right side is read from its tree.  Out: the same fault as a claim whose left side is the step
that would be right, so that the search for edits can answer it.
"""

from __future__ import annotations

from dataclasses import replace

from derive.diagnosis.derived import in_front
from derive.diagnosis.loose import Add, Loose, is_constant, leaves, settled
from derive.diagnosis.scene import Fault
from derive.diagnosis.vocabulary import is_gradient
from derive.program import (
    ONE,
    SCALAR,
    Entry,
    Equation,
    Expr,
    Gradient,
    Number,
    Symbol,
    Times,
    minus,
    walk,
)


def as_claim(fault: Fault) -> Fault:
    """The fault with the right step on the left and the written one on the right.

    Returned as it is where the parameter or the rate cannot be told.
    """
    if isinstance(fault.statement, Equation):
        return _from_statement(fault, fault.statement)
    if fault.ill_shaped is not None and isinstance(fault.left, Symbol):
        return _from_tree(fault, fault.left, fault.ill_shaped.loose)
    return fault


def _from_statement(fault: Fault, statement: Equation) -> Fault:
    scene = fault.scene
    found = next((node for node in walk(statement.right) if isinstance(node, Gradient)), None)
    if found is None or any(isinstance(node, Entry) for node in walk(statement.right)):
        return fault
    scale = {name: factor for name, factor in scene.scale.items() if name != found.name}
    parameter = scene.program.symbol(found.name)
    subtracted = in_front(_positive(statement.right), scale)
    written = minus(parameter, in_front(statement.left, scale))
    claim = Equation(minus(parameter, subtracted), written, statement.free)
    return replace(fault, statement=claim, left=claim.left, target=None)


def _positive(expr: Expr) -> Expr:
    """A product without its factors -1."""
    match expr:
        case Times(left=Number(value=value), right=right) if value == -1:
            return _positive(right)
        case Times(left=left, right=Number(value=value)) if value == -1:
            return _positive(left)
        case Times(left=left, right=right):
            return Times(_positive(left), _positive(right))
    return expr


def _from_tree(fault: Fault, parameter: Symbol, loose: Loose) -> Fault:
    scene = fault.scene
    tree = settled(loose, scene.scale)
    rate = _rate(tree)
    if rate is None:
        return fault
    step = minus(parameter, Times(rate, scene.gradient(parameter.name)))
    return replace(fault, left=step, target=None)


def _rate(tree: Loose) -> Expr | None:
    """The scalar factors of the first term that holds a gradient."""
    terms = tree.terms if isinstance(tree, Add) else ((1, tree),)
    for _, term in terms:
        found = leaves(term)
        if not any(is_gradient(leaf) for leaf in found):
            continue
        rate: Expr | None = None
        for leaf in found:
            if leaf.expr.shape == SCALAR and not is_gradient(leaf) and _is_rate(leaf.expr):
                rate = leaf.expr if rate is None else Times(rate, leaf.expr)
        return rate
    return None


def _is_rate(expr: Expr) -> bool:
    return isinstance(expr, Symbol) or (is_constant(expr) and expr != ONE)
