"""``Z = W * X + b``: a star that is the product of matrices, where the note itself uses it so.

In: a document.  Out: the document with matrix products for the stars that stand beside a weight,
as the star of the forward pass does, or beside something transposed; other stars multiply entry
by entry as before: ``dZ1 = W2.T * dZ2 * (1 - A1^2)``.  Only in notes whose every forward line is
written with a star, with capitals or a transpose: ``z = w * x + b`` may be about numbers.
"""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.affine import MATRIX_PRODUCTS, factor_of
from derive.meaning.notation import plain_name
from derive.meaning.spelling.rewriting import nodes, rewritten
from derive.reading.syntax import (
    Document,
    Fraction_,
    Name,
    Node,
    Number,
    Product,
    Sum,
    Transposed,
)
from derive.reading.tree import plain

_RATES = frozenset({"m", "n", "N", "M", "lr", "eta", "alpha", "lambda", "rate", "epsilon"})
TOLD = "* is the product of matrices beside weights and transposes, as in the forward pass"


def matrix_stars(document: Document) -> tuple[Document, str]:
    """The document with matrix products where its stars mean them."""
    forward = [found for node in nodes(document) if (found := _affine(node)) is not None]
    if not forward or any(sign != "ast" for sign, _, _ in forward):
        return document, ""
    if not all(_of_arrays(one, two) for _, one, two in forward):
        return document, ""
    first = _weights(forward)
    if not first:
        return document, ""

    def change(node: Node) -> Node:
        return _joined(node, first) if isinstance(node, Product) else node

    return rewritten(document, change), TOLD


def _affine(node: Node) -> tuple[str, tuple[Name, bool], tuple[Name, bool]] | None:
    """``W * X + b``: its sign, and both factors with whether they are transposed."""
    whole = plain(node)
    if not isinstance(whole, Sum) or len(whole.terms) != 2 or any(s != 1 for s, _ in whole.terms):
        return None
    product, bias = (plain(term) for _, term in whole.terms)
    if not isinstance(product, Product):
        product, bias = bias, product
    name = plain_name(bias)
    if not isinstance(product, Product) or len(product.factors) != 2 or name is None:
        return None
    sign = product.factors[1][0]
    one, two = (factor_of(factor) for _, factor in product.factors)
    if one is None or two is None or sign not in ("ast", *MATRIX_PRODUCTS):
        return None
    if name.mark or name.base not in ("b", "B") or one[0].mark or two[0].mark:
        return None
    return sign, one, two


def _of_arrays(one: tuple[Name, bool], two: tuple[Name, bool]) -> bool:
    return one[1] or two[1] or (one[0].base.isupper() and two[0].base.isupper())


def _weights(forward: list[tuple[str, tuple[Name, bool], tuple[Name, bool]]]) -> dict[str, bool]:
    """The letters of the weights, and whether they stand first; empty if nothing tells."""
    out: dict[str, bool] = {}
    for _, one, two in forward:
        if (one[0].base in "wW") == (two[0].base in "wW"):
            return {}
        letter, is_first = (one[0].base, True) if one[0].base in "wW" else (two[0].base, False)
        if out.setdefault(letter, is_first) != is_first:
            return {}
    return out


def _joined(node: Product, first: dict[str, bool]) -> Product:
    """The product with its matrix products written side by side."""
    factors = list(node.factors)
    taken = -1
    for k in range(1, len(factors)):
        if factors[k][0] != "ast":
            continue
        left, right = plain(factors[k - 1][1]), plain(factors[k][1])
        weight = _weight(left, first, is_first=True) or _weight(right, first, is_first=False)
        if _turned(right) or (_turned(left) and k - 1 != taken) or weight:
            factors[k] = ("juxt", factors[k][1])
            if not _is_number(left):
                taken = k
    return replace(node, factors=tuple(factors))


def _weight(node: Node, first: dict[str, bool], *, is_first: bool) -> bool:
    """A weight on the side on which it stands in the forward pass."""
    if not isinstance(node, Name) or node.mark or node.accent or _turned(node):
        return False
    return first.get(node.base) is is_first


def _turned(node: Node) -> bool:
    """A transposed factor, by a mark of its own or by the script of a name."""
    found = factor_of(node)
    return isinstance(node, Transposed) or (found is not None and found[1])


def _is_number(node: Node) -> bool:
    """A rate or a count: what stands in front of a product of arrays."""
    if isinstance(node, Number | Fraction_):
        return True
    return isinstance(node, Name) and not node.mark and node.base in _RATES


__all__ = ["matrix_stars"]
