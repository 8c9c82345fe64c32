"""``y_k (I_{kj} - y_j)``: the entries of the identity matrix are Kronecker's delta."""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.spelling.rewriting import nodes, rewritten
from derive.reading.syntax import Document, Name, Node


def identity_as_delta(document: Document) -> tuple[Document, str]:
    """The document with deltas for ``I_{kj}``, where I stands nowhere without its two indices."""
    mine = [n for n in nodes(document) if isinstance(n, Name) and n.base == "I"]
    if not mine or not all(_is_entry(name) for name in mine):
        return document, ""
    given = (c.head for piece in document.pieces for c in piece.chains)
    if any(isinstance(head, Name) and head.base == "I" for head in given):
        return document, ""

    def change(node: Node) -> Node:
        if isinstance(node, Name) and node.base == "I":
            return replace(node, base="delta", font="")
        return node

    return rewritten(document, change), "I with two indices is the identity matrix"


def _is_entry(name: Name) -> bool:
    """``I_{kj}``: two letters below and nothing else."""
    if len(name.scripts) != 1 or name.mark or name.accent or name.primes:
        return False
    (script,) = name.scripts
    letters = [i for i in script.items if len(i) == 1 and i.isalpha()]
    return script.place == "sub" and not script.bracket and len(letters) == len(script.items) == 2


__all__ = ["identity_as_delta"]
