"""Letters that a note gives a meaning of its own: an error called e, a delta with a minus sign.

``e_j = d_j - y_j`` is a quantity, and no power of Euler's number.  ``\\delta_j = -\\partial
E/\\partial v_j`` names the gradient with the other sign: where the note says so, every delta
stands for minus the usual one.
"""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.notation import COST_LETTERS, is_cost_word, is_transpose
from derive.meaning.spelling.rewriting import apart, nodes, rewritten
from derive.reading.syntax import (
    Applied,
    Chain,
    Derivative,
    Document,
    Group,
    Name,
    Node,
    Number,
    Piece,
    Power,
    Sum,
    Tuple,
    Unreadable,
)
from derive.reading.tree import mapped, plain

_ERROR = "error"
"""What the letter of an error is called instead."""


def error_called_e(document: Document) -> tuple[Document, str]:
    """The document with another letter for e, where a line computes it."""
    if not any(_computes_e(chain) for piece in document.pieces for chain in piece.chains):
        return document, ""
    if not any(isinstance(n, Name) and n.base == "e" for n in nodes(document)):
        return document, ""

    def change(node: Node) -> Node:
        if isinstance(node, Power):
            base = plain(node.base)
            euler = isinstance(base, Name) and base.base == _ERROR and not base.scripts
            if euler and isinstance(base, Name) and not isinstance(plain(node.exponent), Number):
                return replace(node, base=replace(base, base="e"))
        if not isinstance(node, Name) or node.base != "e":
            return node
        above = [s for s in node.scripts if s.place == "sup" and not s.bracket]
        power = any(not (is_transpose(s) or s.text.isdigit()) for s in above)
        return node if power else replace(node, base=_ERROR)

    return rewritten(document, change), "e is what its line says, and not Euler's number"


def _computes_e(chain: Chain) -> bool:
    """``e = t - y``, ``e_j = d_j - y_j``: a difference of names."""
    head = None if chain.head is None else plain(chain.head)
    if not isinstance(head, Name) or head.base != "e" or not chain.parts:
        return False
    if any(s.place == "sup" and not s.bracket for s in head.scripts):
        return False
    part = plain(chain.parts[0])
    return isinstance(part, Sum) and len(part.terms) == 2


def negative_delta(document: Document) -> tuple[Document, str]:
    """The document with deltas of the usual sign, where they name minus the gradient."""
    signs = [
        sign
        for piece in document.pieces
        for chain in piece.chains
        if (sign := _sign_of_delta(chain))
    ]
    if not signs or signs[0] > 0:
        return document, ""
    document = apart(document, _is_delta)
    inherits = False
    pieces: list[Piece] = []
    for piece in document.pieces:
        chains = []
        for chain in piece.chains:
            head = None if chain.head is None else plain(chain.head)
            inherits = inherits if head is None else _is_delta(head)
            chains.append(_turned(chain, inherits))
        loose = tuple(mapped(node, _minus) for node in piece.loose)
        pieces.append(replace(piece, chains=tuple(chains), loose=loose))
    said = "delta names minus the gradient, as the note says"
    return replace(document, pieces=tuple(pieces)), said


def _is_delta(node: Node) -> bool:
    return isinstance(node, Name) and node.base == "delta" and not (node.mark or node.primes)


def _sign_of_delta(chain: Chain) -> int:
    """1 for ``\\delta = \\partial E/\\partial v``, -1 for its negative, 0 for no such line."""
    head = None if chain.head is None else plain(chain.head)
    if head is None or not _is_delta(head) or not chain.parts:
        return 0
    sign, node = 1, plain(chain.parts[0])
    if isinstance(node, Sum) and len(node.terms) == 1:
        sign, node = node.terms[0][0], plain(node.terms[0][1])
    if not isinstance(node, Derivative) or node.of is None:
        return 0
    of = plain(node.of)
    name = of.head if isinstance(of, Applied) else of
    cost = isinstance(name, Name) and (name.base in COST_LETTERS or is_cost_word(name))
    return sign if cost else 0


def _turned(chain: Chain, about_delta: bool) -> Chain:
    """A chain with minus every delta; one that begins with a delta has its sides negated."""
    parts = tuple(mapped(part, _minus) for part in chain.parts)
    if about_delta:
        return replace(chain, parts=tuple(map(_negated, parts)))
    head = None if chain.head is None else mapped(chain.head, _minus)
    return replace(chain, head=head, parts=parts)


def _minus(node: Node) -> Node:
    return _group(node, node) if isinstance(node, Name) and _is_delta(node) else node


def _negated(node: Node) -> Node:
    if isinstance(node, Unreadable | Tuple):
        return node
    inner = plain(node)
    if isinstance(inner, Sum) and len(inner.terms) == 1 and inner.terms[0][0] < 0:
        return replace(inner.terms[0][1], span=node.span)
    if isinstance(inner, Sum):
        return replace(inner, terms=tuple((-sign, term) for sign, term in inner.terms))
    return Sum(node.span, ((-1, node),))


def _group(node: Node, body: Node) -> Group:
    return Group(node.span, "(", Sum(node.span, ((-1, body),)))


__all__ = ["error_called_e", "negative_delta"]
