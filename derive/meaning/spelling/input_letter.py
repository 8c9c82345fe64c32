"""``x^{(0)} = x``: where layers are called as the input is, the letter alone is the input."""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.notation import is_transpose, plain_name
from derive.meaning.spelling.rewriting import rewritten
from derive.reading.syntax import Chain, Document, Name, Node

_INPUT = "input"
"""What the letter alone is called instead."""


def input_by_itself(document: Document) -> tuple[Document, str]:
    """The document with another name for a bare x, where a line says that it is layer 0."""
    chains = (chain for piece in document.pieces for chain in piece.chains)
    letters = {letter for chain in chains if (letter := _bottom(chain))}
    if len(letters) != 1:
        return document, ""
    [letter] = letters

    def change(node: Node) -> Node:
        if not isinstance(node, Name) or node.base != letter or node.accent or node.primes:
            return node
        bare = all(is_transpose(script) for script in node.scripts)
        return replace(node, base=_INPUT, word=True) if bare else node

    return rewritten(document, change), f"{letter} alone is the input"


def _bottom(chain: Chain) -> str:
    """The x of ``x^{(0)} = x``."""
    if chain.head is None or not chain.parts or chain.relations[0].text not in ("=", ":="):
        return ""
    layer, alone = plain_name(chain.head), plain_name(chain.parts[0])
    if layer is None or alone is None or layer.base != alone.base or alone.scripts:
        return ""
    plainly = not (layer.mark or layer.accent or alone.mark or alone.accent)
    below = [s.text for s in layer.scripts]
    return layer.base if plainly and below == ["0"] and layer.base in ("x", "h", "a", "z") else ""


__all__ = ["input_by_itself"]
