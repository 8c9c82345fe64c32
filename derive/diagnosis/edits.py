"""All single edits of a formula, each with the mistake that it would undo.

In: a loose tree and a `Vocabulary`.  Out: `Edit` records, in no order of likelihood; their
`rank` has it: what people drop or confuse most often comes first.  An edit may be ill-shaped
or false; `search` finds out.  One function a kind of node.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.diagnosis.edit import (
    Edit,
    constant_node,
    constants,
    negated,
    product,
    times_constant,
    undo,
)
from derive.diagnosis.entries import LETTERS, letters, renamed
from derive.diagnosis.loose import (
    ELEMENTWISE,
    Add,
    Called,
    Factor,
    Indexed,
    Leaf,
    Loose,
    Product,
    Raised,
    Summed,
    Turned,
    is_constant,
    parts,
    to_expr,
    with_parts,
)
from derive.diagnosis.product_edits import product_edits, sum_edits
from derive.diagnosis.vocabulary import Vocabulary, is_gradient, leaf_name, whole
from derive.program import ONE, Index, ShapeError, SumOver

LATE = 15
"""Added to the rank of a replacement that is less likely than a lost factor."""
EARLY = -11
"""Added to the rank of a replacement that is likelier than any other edit."""


def edits(tree: Loose, words: Vocabulary) -> Iterator[Edit]:
    """All single edits of a right-hand side."""
    yield from _whole(tree, words)
    yield from _inside(tree, words)


def _inside(tree: Loose, words: Vocabulary) -> Iterator[Edit]:
    yield from _local(tree, words)
    children = parts(tree)
    for place, child in enumerate(children):
        for edit in _inside(child, words):
            changed = (*children[:place], edit.tree, *children[place + 1 :])
            yield replace(edit, tree=with_parts(tree, changed))


def _local(node: Loose, words: Vocabulary) -> Iterator[Edit]:
    """The edits of one node, whatever stands around it."""
    match node:
        case Leaf(expr=expr) if is_constant(expr):
            return
        case Leaf():
            yield undo("missing-transpose", "transpose {subject}", Turned(node), node)
            yield from _operands(node, words)
            yield from _more_terms(node, words)
        case Turned(arg=arg):
            yield undo("extra-transpose", "drop the transpose of {subject}", arg, arg)
        case Called():
            yield from _calls(node, words)
        case Product():
            yield from product_edits(node, words)
        case Add():
            yield from sum_edits(node, words)
        case Summed(arg=arg, axis=axis):
            yield undo("wrong-sum", "drop the sum over {subject}", arg, arg)
            for other in (0, 1):
                if other != axis:
                    changed = Summed(arg, other)
                    yield undo("wrong-sum", "sum {subject} along the other axis", changed, arg)
        case Raised(arg=arg, exponent=exponent):
            yield undo("exponent", "drop the exponent of {subject}", arg, arg)
            for step in (1, -1):
                if exponent + step not in (0, 1):
                    raised = Raised(arg, exponent + step)
                    yield undo("exponent", "change the exponent of {subject}", raised, arg)


# -- the whole right side ----------------------------------------------------------------------


def _sums_over_letters(tree: Loose, words: Vocabulary) -> Iterator[Edit]:
    """A sum over the units that a product stops short of: ``a_j b_j`` to ``\\sum_k a_k b_k``.

    The letter may be renamed in some of the factors only.
    """
    factors = tree.factors if isinstance(tree, Product) else (Factor("", tree),)
    if len(factors) > 4 or not all(isinstance(f.node, Leaf | Called) for f in factors):
        return
    try:
        plain = [to_expr(f.node, words.scene.examples) for f in factors]
    except ShapeError:  # a call whose argument is a product that only fits entry by entry
        return
    known = letters(*plain)
    for old in known:
        new = Index(next(c for c in LETTERS if c not in {i.name for i in known}), old.dim)
        for subset in range(1, 1 << len(factors)):
            changed = tuple(
                replace(f, node=Leaf(renamed(e, old, new))) if subset >> k & 1 else f
                for k, (f, e) in enumerate(zip(factors, plain, strict=True))
            )
            body = product(changed)
            try:
                term = to_expr(body, words.scene.examples)
            except ShapeError:  # the factors need not fit at other letters
                continue
            summed = Indexed(body, SumOver(new, term))
            yield undo("missing-sum", "sum over {subject}", summed, tree)


def _whole(tree: Loose, words: Vocabulary) -> Iterator[Edit]:
    for name, verb, constant in constants(words.scene.examples):
        changed = times_constant(constant, tree)
        yield undo(name, verb, changed, Leaf(constant))
    yield undo("sign", "change the sign", negated(tree), tree)
    yield from _wrapped(tree)
    yield from _sums_over_letters(tree, words)
    if not isinstance(tree, Turned | Leaf):
        yield undo("missing-transpose", "transpose {subject}", Turned(tree), tree, later=1)
    if not isinstance(tree, Product):
        yield from product_edits(Product((Factor("", tree),)), words)
    if not isinstance(tree, Leaf | Add):
        yield from _more_terms(tree, words)


def _wrapped(node: Loose) -> Iterator[Edit]:
    if isinstance(node, Summed):
        return
    factors = node.factors if isinstance(node, Product) else (Factor("", node),)
    solid = next((k for k, f in enumerate(factors) if not constant_node(f.node)), 0)
    body = product(factors[solid:])
    for axis in (1, 0):
        changed = product((*factors[:solid], Factor(ELEMENTWISE, Summed(body, axis))))
        yield undo("missing-sum", "sum {subject}", changed, body)


def _more_terms(node: Loose, words: Vocabulary) -> Iterator[Edit]:
    """``node + other``: what a term was dropped from."""
    for other in words.operands:
        if other != node:
            for sign, verb in ((-1, "subtract {other}"), (1, "add {other}")):
                changed = Add(((1, node), (sign, other)))
                yield undo("missing-term", verb, changed, node, other)
    unit = Leaf(ONE)
    for terms in (((1, unit), (-1, node)), ((1, node), (-1, unit)), ((1, unit), (1, node))):
        yield undo("missing-term", "add {other}", Add(terms), node, unit, later=1)


# -- leaves and calls --------------------------------------------------------------------------


def _operands(leaf: Leaf, words: Vocabulary) -> Iterator[Edit]:
    role, layer = words.role(leaf)
    for other in words.operands:
        if other == leaf:
            continue
        its_role, its_layer = words.role(other)
        verb = "{other} in place of {subject}"
        if whole(other) == whole(leaf):
            yield undo("wrong-index", verb, other, leaf, other)
            continue
        name = "wrong-layer" if its_role == role and layer is not None else "wrong-operand"
        later = _far(leaf, other, role == its_role, layer == its_layer)
        later += letters(leaf.expr) != letters(other.expr)
        later += is_gradient(other) and leaf_name(other) not in words.scene.gradient_spelling
        yield undo(name, verb, other, leaf, other, later=later, layer=its_layer)


def _far(leaf: Leaf, other: Leaf, same_role: bool, same_layer: bool) -> int:
    """How much later a replacement is tried: a gradient is rarely written for a value.

    ``dA`` for ``dZ`` of the same layer is one slip, of another layer more likely a lost factor.
    """
    if is_gradient(leaf) != is_gradient(other):
        return LATE
    if not is_gradient(leaf) or same_role:
        return 0
    return EARLY if same_layer else LATE


def _calls(node: Called, words: Vocabulary) -> Iterator[Edit]:
    for order in (node.order + 1, node.order - 1):
        if 0 <= order <= 2:
            changed = replace(node, order=order)
            verb = "{other} in place of {subject}"
            yield undo("derivative-order", verb, changed, node, changed)
    functions = [(layer, f.function) for layer, f in words.derivatives]
    for layer, argument in words.preactivations:
        if argument != node.arg:
            changed = replace(node, arg=argument)
            verb = "{other} in place of {subject}"
            yield undo("derivative-argument", verb, changed, node, changed, layer=layer)
    for layer, function in functions:
        if function != node.function:
            changed = replace(node, function=function)
            yield undo(
                "wrong-layer", "{other} in place of {subject}", changed, node, changed, layer=layer
            )
    for layer, derivative in words.derivatives:
        changed = replace(derivative, order=node.order)
        if changed.function != node.function and changed.arg != node.arg:
            yield undo(
                "wrong-layer", "{other} in place of {subject}", changed, node, changed, layer=layer
            )
