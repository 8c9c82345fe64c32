"""``\\partial p/\\partial z = \\text{diag}(p) - p p^T``: a Jacobian of vectors, entry by entry.

In: a document.  Out: the same document with such a chain as ``\\partial p_r/\\partial z_s =
p_r \\delta_{rs} - p_r p_s``.  Only sums of diagonal matrices and products of a column by a row
are taken; whether rows are those of what is differentiated plays no part where both are of one
vector, and other chains stay as they are.
"""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.notation import COST_LETTERS, is_cost_word, is_transpose
from derive.meaning.spelling.rewriting import nodes, scripts_of
from derive.reading.syntax import (
    Applied,
    Big,
    Chain,
    Derivative,
    Document,
    Name,
    Node,
    Product,
    Script,
    Sum,
    Transposed,
)
from derive.reading.tree import plain

_LETTERS = "rsuvpq"
Pair = tuple[str, str]


def jacobians_by_entries(document: Document) -> tuple[Document, str]:
    """The document with the Jacobians of a softmax and the like by their entries."""
    chains = [chain for piece in document.pieces for chain in piece.chains]
    if not any(_jacobian(chain, ("r", "s")) for chain in chains):
        return document, ""
    used = {i for n in nodes(document) for s in scripts_of(n) for i in (*s.items, s.text)}
    used |= {n.base for n in nodes(document) if isinstance(n, Name)}
    used |= {n.index for n in nodes(document) if isinstance(n, Big)}
    free = [letter for letter in _LETTERS if letter not in used]
    if len(free) < 2:
        return document, ""
    pair = (free[0], free[1])
    pieces = tuple(
        replace(piece, chains=tuple(_jacobian(c, pair) or c for c in piece.chains))
        for piece in document.pieces
    )
    return replace(document, pieces=pieces), ""


def _jacobian(chain: Chain, pair: Pair) -> Chain | None:
    """The chain by entries, if its head is a Jacobian and its sides are such matrices."""
    head = None if chain.head is None else plain(chain.head)
    if not isinstance(head, Derivative) or head.order != 1 or head.of is None or not chain.parts:
        return None
    of = plain(head.of)
    if not _is_vector(of) or not _is_vector(head.by):
        return None
    assert isinstance(of, Name)
    parts = [_matrix(part, pair) for part in chain.parts]
    if any(part is None for part in parts):
        return None
    changed = replace(head, of=_at(of, pair[0]), by=_at(head.by, pair[1]))
    return replace(chain, head=changed, parts=tuple(p for p in parts if p is not None))


def _is_vector(node: Node) -> bool:
    """A name that carries no entry, and is no cost."""
    if not isinstance(node, Name) or node.mark or node.primes:
        return False
    letters = [i for s in node.scripts if not s.bracket for i in s.items if i.isalpha()]
    return not letters and not (node.base in COST_LETTERS or is_cost_word(node))


def _matrix(node: Node, pair: Pair) -> Node | None:
    """The entry of a difference of a diagonal matrix and a product of a column by a row."""
    inner = plain(node)
    if not isinstance(inner, Sum) or len(inner.terms) != 2:
        return None
    found: list[tuple[int, Node]] = []
    for sign, term in inner.terms:
        entry = _diagonal(plain(term), pair) or _outer(plain(term), pair)
        if entry is None:
            return None
        found.append((sign, entry))
    diagonals = [_diagonal(plain(term), pair) is not None for _, term in inner.terms]
    return replace(inner, terms=tuple(found)) if sum(diagonals) == 1 else None


def _diagonal(node: Node, pair: Pair) -> Node | None:
    """``diag(p)`` as ``p_r \\delta_{rs}``."""
    if not isinstance(node, Applied) or node.head.base.lower() != "diag":
        return None
    vector = plain(node.arguments[0]) if len(node.arguments) == 1 else None
    if vector is None or not _is_vector(vector):
        return None
    assert isinstance(vector, Name)
    script = Script("sub", "", "".join(pair), pair, None, False, node.span)
    delta = Name(node.span, "delta", (script,))
    return Product(node.span, (("", _at(vector, pair[0])), ("juxt", delta)))


def _outer(node: Node, pair: Pair) -> Node | None:
    """``p p^T`` as ``p_r p_s``."""
    if not isinstance(node, Product) or len(node.factors) != 2:
        return None
    (_, column), (sign, row) = ((s, plain(factor)) for s, factor in node.factors)
    turned = isinstance(row, Transposed)
    row = plain(row.base) if isinstance(row, Transposed) else row
    if not isinstance(column, Name) or not isinstance(row, Name) or sign not in ("juxt", "cdot"):
        return None
    bare = replace(row, scripts=tuple(s for s in row.scripts if not is_transpose(s)))
    if not (turned or bare != row) or not _is_vector(column) or not _is_vector(bare):
        return None
    return replace(node, factors=(("", _at(column, pair[0])), ("juxt", _at(bare, pair[1]))))


def _at(name: Name, letter: str) -> Name:
    script = Script("sub", "", letter, (letter,), None, False, name.span)
    return replace(name, scripts=(*name.scripts, script))


__all__ = ["jacobians_by_entries"]
