"""``z_j = \\sum x_i w_{ij} + b_j``: a sum without a letter runs over the one that is free.

Beside a name of one unit, a product of entries leaves exactly one letter that the unit does not
have: that is what the sum is over.
"""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.spelling.rewriting import nodes
from derive.reading.syntax import Big, Chain, Derivative, Document, Name, Node
from derive.reading.tree import mapped, plain, walk


def sums_with_letters(document: Document) -> tuple[Document, str]:
    """The document with the letters of its sums over units, where lines leave them out."""
    if not any(isinstance(node, Big) and _is_bare(node) for node in nodes(document)):
        return document, ""
    pieces = tuple(
        replace(piece, chains=tuple(map(_lettered, piece.chains))) for piece in document.pieces
    )
    said = "a sum without a letter runs over the unit that its line does not name"
    changed = replace(document, pieces=pieces)
    return (changed, said) if changed != document else (document, "")


def _lettered(chain: Chain) -> Chain:
    head = None if chain.head is None else plain(chain.head)
    by = plain(head.by) if isinstance(head, Derivative) else head
    if not isinstance(by, Name) or len(_letters(by)) > 1:
        return chain
    own = _letters(by)

    def change(node: Node) -> Node:
        if not isinstance(node, Big) or not _is_bare(node):
            return node
        names = [n for n in walk(node.body) if isinstance(n, Name)]
        letters = {letter for name in names for letter in _letters(name)}
        if by is not head and letters == own and len(own) == 1:
            return _over_another(node, min(own))
        pairs = [name for name in names if len(_letters(name)) == 2]
        if len(letters - own) != 1 or not own <= letters or len(pairs) != len(own):
            return node
        [letter] = letters - own
        return replace(node, index=letter, lower=letter)

    parts = tuple(mapped(part, change) for part in chain.parts)
    return chain if parts == chain.parts else replace(chain, parts=parts)


def _over_another(node: Big, letter: str) -> Big:
    """``\\frac{\\partial}{\\partial p_j} \\sum (t_j - p_j)^2``: the j of the sum is another one."""
    other = next(c for c in "klmnpq" if c != letter)

    def change(part: Node) -> Node:
        if not isinstance(part, Name) or letter not in _letters(part):
            return part
        scripts = tuple(
            replace(s, text=other, items=(other,), node=None) if s.items == (letter,) else s
            for s in part.scripts
        )
        return replace(part, scripts=scripts)

    return replace(node, index=other, lower=other, body=mapped(node.body, change))


def _is_bare(node: Big) -> bool:
    return node.operator == "sum" and not (node.index or node.lower or node.upper)


def _letters(name: Name) -> set[str]:
    """The letters of units below a name."""
    below = [s for s in name.scripts if s.place == "sub" and not s.bracket and not s.word]
    return {i for s in below for i in s.items if len(i) == 1 and i.isalpha()}


__all__ = ["sums_with_letters"]
