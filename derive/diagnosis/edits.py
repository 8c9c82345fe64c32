"""All single edits of a formula, each with the mistake that it would undo.

In: a loose tree and a `Vocabulary`.  Out: `Edit` records, in no order of likelihood; their
`rank` has it: what people drop or confuse most often comes first.  An edit may be ill-shaped
or false; `search` finds out.  One function a kind of node.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.diagnosis.loose import (
    ELEMENTWISE,
    MATRIX,
    Add,
    Called,
    Factor,
    Leaf,
    Loose,
    Product,
    Raised,
    Summed,
    Turned,
    is_constant,
    parts,
    with_parts,
)
from derive.diagnosis.vocabulary import Vocabulary, is_gradient
from derive.program import ONE, Number, Power, Size, number


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed tree: `name` is the kind of mistake (see `codes.BY_NAME`) that it undoes.

    verb: what is done, with ``{subject}`` and ``{other}`` for the nodes.
    """

    rank: int
    name: str
    verb: str
    tree: Loose
    subject: Loose | None = None
    other: Loose | None = None
    layer: int | None = None


RANK = {
    "activation-derivative": 1,
    "missing-transpose": 2,
    "extra-transpose": 2,
    "derivative-order": 3,
    "derivative-argument": 3,
    "sign": 4,
    "missing-mean": 5,
    "extra-mean": 5,
    "constant-factor": 5,
    "wrong-layer": 6,
    "wrong-operand": 6,
    "product-kind": 7,
    "product-order": 8,
    "missing-sum": 9,
    "wrong-sum": 9,
    "brackets": 10,
    "missing-term": 11,
    "extra-term": 11,
    "missing-factor": 12,
    "extra-factor": 12,
    "algebra": 13,
}

LATE = 15
"""Added to the rank of a replacement that is less likely than a lost factor."""
EARLY = -11
"""Added to the rank of a replacement that is likelier than any other edit."""


def edits(tree: Loose, words: Vocabulary) -> Iterator[Edit]:
    """All single edits of a right-hand side."""
    yield from _whole(tree, words)
    yield from _inside(tree, words)


def _edit(
    name: str,
    verb: str,
    tree: Loose,
    subject: Loose | None = None,
    other: Loose | None = None,
    *,
    later: int = 0,
    layer: int | None = None,
) -> Edit:
    return Edit(RANK[name] * 2 + later, name, verb, tree, subject, other, layer)


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
            yield _edit("missing-transpose", "transpose {subject}", Turned(node), node)
            yield from _operands(node, words)
            yield from _more_terms(node, words)
        case Turned(arg=arg):
            yield _edit("extra-transpose", "drop the transpose of {subject}", arg, arg)
        case Called():
            yield from _calls(node, words)
        case Product():
            yield from _products(node, words)
        case Add():
            yield from _sums(node, words)
        case Summed(arg=arg, axis=axis):
            yield _edit("wrong-sum", "drop the sum over {subject}", arg, arg)
            for other in (0, 1):
                if other != axis:
                    changed = Summed(arg, other)
                    yield _edit("wrong-sum", "sum {subject} along the other axis", changed, arg)
        case Raised(arg=arg, exponent=exponent):
            yield _edit("algebra", "drop the exponent of {subject}", arg, arg)
            for step in (1, -1):
                if exponent + step not in (0, 1):
                    raised = Raised(arg, exponent + step)
                    yield _edit("algebra", "change the exponent of {subject}", raised, arg)


# -- the whole right side ----------------------------------------------------------------------


def _whole(tree: Loose, words: Vocabulary) -> Iterator[Edit]:
    for name, verb, constant in constants(words.scene.examples):
        changed = times_constant(constant, tree)
        yield _edit(name, verb, changed, Leaf(constant))
    yield _edit("sign", "change the sign", negated(tree), tree)
    yield from _wrapped(tree)
    if not isinstance(tree, Product | Leaf | Turned):
        for _, derivative in words.derivatives:
            yield _inserted(tree, derivative, words)
    if not isinstance(tree, Turned | Leaf):
        yield _edit("missing-transpose", "transpose {subject}", Turned(tree), tree, later=1)
    if not isinstance(tree, Product | Add):
        yield from _products(Product((Factor("", tree),)), words)
    if not isinstance(tree, Leaf | Add):
        yield from _more_terms(tree, words)


def constants(examples: str) -> list[tuple[str, str, Number | Size | Power]]:
    """The constant factors that get lost, with what their absence is called."""
    size = Size(examples)
    return [
        ("missing-mean", "multiply by {subject}", Power(size, Fraction(-1))),
        ("extra-mean", "multiply by {subject}", size),
        ("constant-factor", "multiply by {subject}", number(2)),
        ("constant-factor", "multiply by {subject}", number(Fraction(1, 2))),
    ]


def times_constant(constant: Number | Size | Power, tree: Loose) -> Loose:
    """A constant in front; it cancels against its inverse among the factors."""
    factors = tree.factors if isinstance(tree, Product) else (Factor("", tree),)
    for place, factor in enumerate(factors):
        if isinstance(factor.node, Leaf) and _inverse(constant, factor.node.expr):
            rest = factors[:place] + factors[place + 1 :]
            return product(rest) if rest else Leaf(ONE)
    return Product((Factor("", Leaf(constant)), Factor(ELEMENTWISE, factors[0].node), *factors[1:]))


def _inverse(left: object, right: object) -> bool:
    match left, right:
        case Number(value=a), Number(value=b):
            return a * b == 1
        case Size() as a, Power(base=b, exponent=e):
            return a == b and e == -1
        case Power(base=b, exponent=e), Size() as a:
            return a == b and e == -1
    return False


def product(factors: tuple[Factor, ...]) -> Loose:
    """A product of the factors; one factor is itself."""
    if len(factors) == 1:
        return factors[0].node
    return Product((replace(factors[0], kind=""), *factors[1:]))


def tidy(tree: Loose) -> Loose:
    """The same value with less signs: ``-(y - a) b`` as ``(a - y) b``."""
    tree = with_parts(tree, tuple(tidy(part) for part in parts(tree)))
    match tree:
        case Add(terms=((-1, Add() | Product() as inner),)):
            turned = negated(inner)
            return tree if turned == Add(((-1, inner),)) else turned
        case Add(terms=((1, inner),)):
            return inner
    return tree


def negated(tree: Loose) -> Loose:
    """The negative, with the positive term of a difference in front."""
    match tree:
        case Add(terms=((-1, only),)):
            return only
        case Add(terms=terms):
            turned = [(-sign, term) for sign, term in terms]
            return Add(tuple(sorted(turned, key=lambda term: -term[0])))
        case Product(factors=factors):
            for place, factor in enumerate(factors):
                if isinstance(factor.node, Add) and any(sign < 0 for sign, _ in factor.node.terms):
                    inner = negated(factor.node)
                    changed = replace(factor, node=inner)
                    return Product((*factors[:place], changed, *factors[place + 1 :]))
    return Add(((-1, tree),))


def _wrapped(node: Loose) -> Iterator[Edit]:
    if isinstance(node, Summed):
        return
    factors = node.factors if isinstance(node, Product) else (Factor("", node),)
    solid = next((k for k, f in enumerate(factors) if not _is_constant(f.node)), 0)
    body = product(factors[solid:])
    for axis in (1, 0):
        changed = product((*factors[:solid], Factor(ELEMENTWISE, Summed(body, axis))))
        yield _edit("missing-sum", "sum {subject}", changed, body)


def _more_terms(node: Loose, words: Vocabulary) -> Iterator[Edit]:
    """``node + other``: what a term was dropped from."""
    for other in words.operands:
        if other != node:
            for sign, verb in ((-1, "subtract {other}"), (1, "add {other}")):
                changed = Add(((1, node), (sign, other)))
                yield _edit("missing-term", verb, changed, node, other)
    unit = Leaf(ONE)
    for terms in (((1, unit), (-1, node)), ((1, node), (-1, unit)), ((1, unit), (1, node))):
        yield _edit("missing-term", "add {other}", Add(terms), node, unit, later=1)


# -- leaves and calls --------------------------------------------------------------------------


def _operands(leaf: Leaf, words: Vocabulary) -> Iterator[Edit]:
    role, layer = words.role(leaf)
    for other in words.operands:
        if other == leaf:
            continue
        its_role, its_layer = words.role(other)
        name = "wrong-layer" if its_role == role and layer is not None else "wrong-operand"
        verb = "{other} in place of {subject}"
        later = _far(leaf, other, role == its_role, layer == its_layer)
        yield _edit(name, verb, other, leaf, other, later=later, layer=its_layer)


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
            yield _edit("derivative-order", verb, changed, node, changed)
    functions = [(layer, f.function) for layer, f in words.derivatives]
    for layer, argument in words.preactivations:
        if argument != node.arg:
            changed = replace(node, arg=argument)
            verb = "{other} in place of {subject}"
            yield _edit("derivative-argument", verb, changed, node, changed, layer=layer)
    for layer, function in functions:
        if function != node.function:
            changed = replace(node, function=function)
            yield _edit(
                "wrong-layer", "{other} in place of {subject}", changed, node, changed, layer=layer
            )
    for layer, derivative in words.derivatives:
        changed = replace(derivative, order=node.order)
        if changed.function != node.function and changed.arg != node.arg:
            yield _edit(
                "wrong-layer", "{other} in place of {subject}", changed, node, changed, layer=layer
            )


# -- sums --------------------------------------------------------------------------------------


def _sums(node: Add, words: Vocabulary) -> Iterator[Edit]:
    terms = node.terms
    for place, (sign, term) in enumerate(terms):
        flipped = (*terms[:place], (-sign, term), *terms[place + 1 :])
        ordered = tuple(sorted(flipped, key=lambda t: -t[0])) if place == 0 else flipped
        yield _edit("sign", "change the sign of {subject}", Add(ordered), term)
        if len(terms) > 1:
            rest = terms[:place] + terms[place + 1 :]
            changed = rest[0][1] if len(rest) == 1 and rest[0][0] > 0 else Add(rest)
            yield _edit("extra-term", "drop the term {subject}", changed, term)
            for name, verb, constant in constants(words.scene.examples):
                scaled = (
                    *terms[:place],
                    (sign, times_constant(constant, term)),
                    *terms[place + 1 :],
                )
                yield _edit(name, verb, Add(scaled), Leaf(constant), later=1)
        yield from _take_in(terms, place)
        for axis in (1, 0):
            summed = (*terms[:place], (sign, Summed(term, axis)), *terms[place + 1 :])
            yield _edit("missing-sum", "sum {subject}", Add(summed), term, later=1)
    for other in words.operands:
        for sign, verb in ((-1, "subtract {other}"), (1, "add {other}")):
            changed = (*terms, (sign, other))
            if terms[0][0] < 0:
                changed = tuple(sorted(changed, key=lambda term: -term[0]))
            yield _edit("missing-term", verb, Add(changed), node, other)


def _take_in(terms: tuple[tuple[int, Loose], ...], place: int) -> Iterator[Edit]:
    """``a + b * c`` to ``(a + b) * c`` and ``(a + b * c)`` to ``b * (a + c)``."""
    sign, term = terms[place]
    if len(terms) < 2 or not isinstance(term, Product):
        return
    first, last = term.factors[:-1], term.factors[-1]
    inner = (*terms[:place], (sign, product(first)), *terms[place + 1 :])
    around: Loose = Product((Factor("", Add(inner)), last))
    yield _edit("brackets", "put brackets around {subject}", around, Add(inner))
    head, tail = term.factors[0], term.factors[1:]
    inner = (*terms[:place], (sign, product(tail)), *terms[place + 1 :])
    around = Product((head, Factor(tail[0].kind, Add(inner))))
    yield _edit("brackets", "put brackets around {subject}", around, Add(inner))


# -- products ----------------------------------------------------------------------------------


def _products(node: Product, words: Vocabulary) -> Iterator[Edit]:
    factors = node.factors
    for place, factor in enumerate(factors):
        yield from _one_factor(factors, place, words)
        if place and not _is_constant(factor.node) and not _is_constant(factors[place - 1].node):
            kind = MATRIX if factor.kind == ELEMENTWISE else ELEMENTWISE
            changed = (*factors[:place], replace(factor, kind=kind), *factors[place + 1 :])
            verb = "multiply elementwise by {subject}"
            verb = verb if kind == ELEMENTWISE else "matrix product with {subject}"
            yield _edit("product-kind", verb, Product(changed), factor.node)
            yield from _swapped(factors, place)
        yield from _insertions(factors, place, words)
    yield from _grouped(factors)


def _one_factor(factors: tuple[Factor, ...], place: int, words: Vocabulary) -> Iterator[Edit]:
    """Edits that drop a factor, repeat it, sum it or take it out of a bracket."""
    node = factors[place].node
    if len(factors) > 1:
        rest = product(factors[:place] + factors[place + 1 :])
        yield _edit(_dropped_name(node, words), "drop the factor {subject}", rest, node)
    if _is_constant(node):
        return

    def with_node(new: Loose) -> Loose:
        changed = replace(factors[place], node=new)
        return product((*factors[:place], changed, *factors[place + 1 :]))

    for axis in (1, 0):
        yield _edit("missing-sum", "sum {subject}", with_node(Summed(node, axis)), node, later=1)
    squared = with_node(Raised(node, Fraction(2)))
    yield _edit("missing-factor", "square {subject}", squared, node, node, later=1)
    if isinstance(node, Add) and len(node.terms) > 1 and len(factors) > 1:
        head, tail = factors[:place], factors[place + 1 :]
        (first_sign, first), *middle, (last_sign, last) = node.terms
        if tail:
            right = product((*head, Factor("", last), *tail)) if not head else None
            if right is not None:
                changed = Add(((first_sign, first), *middle, (last_sign, right)))
                yield _edit("brackets", "drop the brackets of {subject}", changed, node)
        elif head:
            left = product((*head, Factor(factors[place].kind, first)))
            changed = Add(((first_sign, left), *middle, (last_sign, last)))
            yield _edit("brackets", "drop the brackets of {subject}", changed, node)


def _dropped_name(node: Loose, words: Vocabulary) -> str:
    if not _is_constant(node):
        return "extra-factor"
    if node == Leaf(Power(Size(words.scene.examples), Fraction(-1))):
        return "extra-mean"
    return "missing-mean" if node == Leaf(Size(words.scene.examples)) else "constant-factor"


def _swapped(factors: tuple[Factor, ...], place: int) -> Iterator[Edit]:
    """Two neighbours exchanged, as a group of their own when others stand before them."""
    left, right = factors[place - 1], factors[place]
    pair = (replace(left, node=right.node), replace(right, node=left.node))
    changed = (*factors[: place - 1], *pair, *factors[place + 1 :])
    yield _edit(
        "product-order", "{other} before {subject}", Product(changed), left.node, right.node
    )
    head = factors[:place]
    kept = [f for f in head if _is_constant(f.node)]
    moved = tuple(f for f in head if not _is_constant(f.node))
    if len(moved) > 1:
        group = Product((replace(moved[0], kind=""), *moved[1:]))
        front = (*kept, Factor(ELEMENTWISE, right.node), Factor(right.kind, group))
        all_ = (*front, *factors[place + 1 :])
        verb = "{other} before {subject}"
        yield _edit("product-order", verb, product(all_), group, right.node)


def _grouped(factors: tuple[Factor, ...]) -> Iterator[Edit]:
    """``a b * c`` to ``a (b * c)``."""
    solid = [place for place, factor in enumerate(factors) if not _is_constant(factor.node)]
    if len(solid) < 3:
        return
    for place in range(1, len(factors) - 1):
        if place in solid and place != solid[0]:
            tail = factors[place:]
            group = Product((replace(tail[0], kind=""), *tail[1:]))
            changed = Product((*factors[:place], Factor(tail[0].kind, group)))
            yield _edit("brackets", "put brackets around {subject}", changed, group)


def _insertions(factors: tuple[Factor, ...], place: int, words: Vocabulary) -> Iterator[Edit]:
    """A missing factor behind `place` (and, at the first solid factor, in front of it)."""
    if _is_constant(factors[place].node) and place < len(factors) - 1:
        return
    head, tail = factors[: place + 1], factors[place + 1 :]
    first = all(_is_constant(factor.node) for factor in factors[:place])

    def add(kind: str, node: Loose) -> Loose:
        return product((*head, Factor(kind, node), *tail))

    def before(node: Loose) -> Loose:
        here = replace(factors[place], kind=MATRIX)
        return product((*factors[:place], Factor(ELEMENTWISE, node), here, *tail))

    for layer, derivative in words.derivatives:
        later = 0 if factors[place].kind == MATRIX or len(factors) == 1 else 1
        later = later if not tail or tail[0].kind != ELEMENTWISE else 1
        yield _edit(
            "activation-derivative",
            "multiply elementwise by {subject}",
            add(ELEMENTWISE, derivative),
            derivative,
            later=later,
            layer=layer,
        )
    for other in words.operands:
        for node in (other, Turned(other)):
            verb = "multiply by {other}"
            yield _edit("missing-factor", verb, add(MATRIX, node), factors[place].node, node)
            if first:
                yield _edit("missing-factor", verb, before(node), factors[place].node, node)
        verb = "multiply elementwise by {other}"
        yield _edit("missing-factor", verb, add(ELEMENTWISE, other), None, other)
        if not is_gradient(other):
            rest = Add(((1, Leaf(ONE)), (-1, other)))
            yield _edit("missing-factor", verb, add(ELEMENTWISE, rest), None, rest)


def _inserted(tree: Loose, derivative: Called, words: Vocabulary) -> Edit:
    layer = words.role(derivative.arg)[1] if isinstance(derivative.arg, Leaf) else None
    changed = Product((Factor("", tree), Factor(ELEMENTWISE, derivative)))
    verb = "multiply elementwise by {subject}"
    return _edit("activation-derivative", verb, changed, derivative, layer=layer)


def _is_constant(node: Loose) -> bool:
    return isinstance(node, Leaf) and is_constant(node.expr)
