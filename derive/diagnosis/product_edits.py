"""The edits of a product and of a sum: factors and terms lost, added, exchanged, regrouped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derive.diagnosis.edit import Edit, constant_node, constants, product, times_constant, undo
from derive.diagnosis.loose import (
    ELEMENTWISE,
    MATRIX,
    Add,
    Factor,
    Leaf,
    Loose,
    Product,
    Raised,
    Summed,
    Turned,
)
from derive.diagnosis.vocabulary import Vocabulary, is_gradient
from derive.program import ONE, Power, Size

Terms = tuple[tuple[int, Loose], ...]
SHARED = -10
"""``c a - b``: brackets behind the constant come before the constant at the other term."""


def sum_edits(node: Add, words: Vocabulary) -> Iterator[Edit]:
    terms = node.terms
    for place, (sign, term) in enumerate(terms):
        flipped = (*terms[:place], (-sign, term), *terms[place + 1 :])
        ordered = tuple(sorted(flipped, key=lambda t: -t[0])) if place == 0 else flipped
        yield undo("sign", "change the sign of {subject}", Add(ordered), term)
        if len(terms) > 1:
            rest = terms[:place] + terms[place + 1 :]
            changed = rest[0][1] if len(rest) == 1 and rest[0][0] > 0 else Add(rest)
            yield undo("extra-term", "drop the term {subject}", changed, term)
            for name, verb, constant in constants(words.scene.examples):
                scaled = (
                    *terms[:place],
                    (sign, times_constant(constant, term)),
                    *terms[place + 1 :],
                )
                yield undo(name, verb, Add(scaled), Leaf(constant), later=1)
        yield from _take_in(terms, place)
        yield from _scaled_together(terms, place, words)
        squared = (*terms[:place], (sign, Raised(term, Fraction(2))), *terms[place + 1 :])
        yield undo("exponent", "square {subject}", Add(squared), term)
        for axis in (1, 0):
            summed = (*terms[:place], (sign, Summed(term, axis)), *terms[place + 1 :])
            yield undo("missing-sum", "sum {subject}", Add(summed), term, later=1)
    for other in words.operands:
        for sign, verb in ((-1, "subtract {other}"), (1, "add {other}")):
            longer: Terms = (*terms, (sign, other))
            if terms[0][0] < 0:
                longer = tuple(sorted(longer, key=lambda term: -term[0]))
            yield undo("missing-term", verb, Add(longer), node, other)


def _scaled_together(terms: Terms, place: int, words: Vocabulary) -> Iterator[Edit]:
    """``a - b - c`` to ``2 (a - b) - c``: a constant lost that stood before some of the terms."""
    if not 0 < place < len(terms) - 1:
        return
    head, tail = terms[: place + 1], terms[place + 1 :]
    for name, verb, constant in constants(words.scene.examples):
        scaled = Add(((1, times_constant(constant, Add(head))), *tail))
        yield undo(name, verb, scaled, Leaf(constant), later=1)


def _take_in(terms: Terms, place: int) -> Iterator[Edit]:
    """``a + b * c`` to ``(a + b) * c`` and to ``b * (a + c)``, at every sign of the product."""
    sign, term = terms[place]
    if len(terms) < 2 or not isinstance(term, Product):
        return
    for cut in range(1, len(term.factors)):
        head, tail = term.factors[:cut], term.factors[cut:]
        behind = Add((*terms[:place], (sign, product(tail)), *terms[place + 1 :]))
        around = Product((*head, Factor(tail[0].kind, behind)))
        shared = all(constant_node(f.node) for f in head) and not isinstance(tail[0].node, Add)
        early = SHARED if shared else 0
        yield undo("brackets", "put brackets around {subject}", around, behind, later=early)
        before = Add((*terms[:place], (sign, product(head)), *terms[place + 1 :]))
        around = Product((Factor("", before), *tail))
        yield undo("brackets", "put brackets around {subject}", around, before)


def product_edits(node: Product, words: Vocabulary) -> Iterator[Edit]:
    factors = node.factors
    for place, factor in enumerate(factors):
        yield from _one_factor(factors, place, words)
        if place and not constant_node(factor.node) and not constant_node(factors[place - 1].node):
            kind = MATRIX if factor.kind == ELEMENTWISE else ELEMENTWISE
            changed = (*factors[:place], replace(factor, kind=kind), *factors[place + 1 :])
            verb = "multiply elementwise by {subject}"
            verb = verb if kind == ELEMENTWISE else "matrix product with {subject}"
            yield undo("product-kind", verb, Product(changed), factor.node)
            yield from _swapped(factors, place)
        yield from _insertions(factors, place, words)
    yield from _grouped(factors)


def _one_factor(factors: tuple[Factor, ...], place: int, words: Vocabulary) -> Iterator[Edit]:
    """Edits that drop a factor, repeat it, sum it or take it out of a bracket."""
    node = factors[place].node
    if len(factors) > 1:
        rest = product(factors[:place] + factors[place + 1 :])
        yield undo(_dropped_name(node, words), "drop the factor {subject}", rest, node)
    if constant_node(node):
        return

    def with_node(new: Loose) -> Loose:
        changed = replace(factors[place], node=new)
        return product((*factors[:place], changed, *factors[place + 1 :]))

    for axis in (1, 0):
        yield undo("missing-sum", "sum {subject}", with_node(Summed(node, axis)), node, later=1)
    squared = with_node(Raised(node, Fraction(2)))
    yield undo("missing-factor", "square {subject}", squared, node, node, later=1)
    if isinstance(node, Add) and len(node.terms) > 1 and len(factors) > 1:
        head, tail = factors[:place], factors[place + 1 :]
        (first_sign, first), *middle, (last_sign, last) = node.terms
        if tail:
            right = product((*head, Factor("", last), *tail)) if not head else None
            if right is not None:
                changed = Add(((first_sign, first), *middle, (last_sign, right)))
                yield undo("brackets", "drop the brackets of {subject}", changed, node)
        elif head:
            left = product((*head, Factor(factors[place].kind, first)))
            changed = Add(((first_sign, left), *middle, (last_sign, last)))
            yield undo("brackets", "drop the brackets of {subject}", changed, node)


def _dropped_name(node: Loose, words: Vocabulary) -> str:
    if not constant_node(node):
        return "extra-factor"
    if node == Leaf(Power(Size(words.scene.examples), Fraction(-1))):
        return "extra-mean"
    return "missing-mean" if node == Leaf(Size(words.scene.examples)) else "constant-factor"


def _swapped(factors: tuple[Factor, ...], place: int) -> Iterator[Edit]:
    """Two neighbours exchanged, as a group of their own when others stand before them."""
    left, right = factors[place - 1], factors[place]
    pair = (replace(left, node=right.node), replace(right, node=left.node))
    changed = (*factors[: place - 1], *pair, *factors[place + 1 :])
    yield undo("product-order", "{other} before {subject}", Product(changed), left.node, right.node)
    head = factors[:place]
    kept = [f for f in head if constant_node(f.node)]
    moved = tuple(f for f in head if not constant_node(f.node))
    if len(moved) > 1:
        group = Product((replace(moved[0], kind=""), *moved[1:]))
        front = (*kept, Factor(ELEMENTWISE, right.node), Factor(right.kind, group))
        all_ = (*front, *factors[place + 1 :])
        verb = "{other} before {subject}"
        yield undo("product-order", verb, product(all_), group, right.node)


def _grouped(factors: tuple[Factor, ...]) -> Iterator[Edit]:
    """``a b * c`` to ``a (b * c)``."""
    solid = [place for place, factor in enumerate(factors) if not constant_node(factor.node)]
    if len(solid) < 3:
        return
    for place in range(1, len(factors) - 1):
        if place in solid and place != solid[0]:
            tail = factors[place:]
            group = Product((replace(tail[0], kind=""), *tail[1:]))
            changed = Product((*factors[:place], Factor(tail[0].kind, group)))
            yield undo("brackets", "put brackets around {subject}", changed, group)


def _insertions(factors: tuple[Factor, ...], place: int, words: Vocabulary) -> Iterator[Edit]:
    """A missing factor behind `place` (and, at the first solid factor, in front of it)."""
    if constant_node(factors[place].node) and place < len(factors) - 1:
        return
    head, tail = factors[: place + 1], factors[place + 1 :]
    first = all(constant_node(factor.node) for factor in factors[:place])

    def add(kind: str, node: Loose) -> Loose:
        return product((*head, Factor(kind, node), *tail))

    def before(node: Loose) -> Loose:
        here = replace(factors[place], kind=MATRIX)
        return product((*factors[:place], Factor(ELEMENTWISE, node), here, *tail))

    for layer, derivative in words.derivatives:
        later = 0 if factors[place].kind == MATRIX or len(factors) == 1 else 1
        later = later if not tail or tail[0].kind != ELEMENTWISE else 1
        yield undo(
            "activation-derivative",
            "multiply elementwise by {subject}",
            add(ELEMENTWISE, derivative),
            derivative,
            later=later,
            layer=layer,
        )
    if (difference := words.difference) is not None:
        verb = "multiply elementwise by {other}"
        yield undo("missing-factor", verb, add(ELEMENTWISE, difference), None, difference)
        if first:
            head_first = product(
                (*factors[:place], Factor(ELEMENTWISE, difference),
                 replace(factors[place], kind=ELEMENTWISE), *tail)
            )  # fmt: skip
            yield undo("missing-factor", verb, head_first, None, difference)
    for other in words.operands:
        for node in (other, Turned(other)):
            verb = "multiply by {other}"
            yield undo("missing-factor", verb, add(MATRIX, node), factors[place].node, node)
            if first:
                yield undo("missing-factor", verb, before(node), factors[place].node, node)
        verb = "multiply elementwise by {other}"
        yield undo("missing-factor", verb, add(ELEMENTWISE, other), None, other)
        if not is_gradient(other):
            rest = Add(((1, Leaf(ONE)), (-1, other)))
            yield undo("missing-factor", verb, add(ELEMENTWISE, rest), None, rest)
