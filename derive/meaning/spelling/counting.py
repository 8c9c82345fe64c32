"""``a^1 = x``, ``z^2 = w^2 a^1 + b^2``: the input is counted as the first layer.

Where a line says that the activation of layer 1 is the input, and every weight of a layer stands
in front of the activation of the layer below, all layers are counted from the input as 0.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.meaning.spelling.rewriting import nodes, rewritten
from derive.reading.syntax import Document, Name, Node, Number, Script
from derive.reading.tree import plain

_WEIGHTS = ("w", "W", "theta", "Theta", "Omega")
_LAYERED = (*_WEIGHTS, "b", "B", "z", "Z", "a", "A", "h", "H", "s", "u", "v", "o", "delta", "Delta")
"""Names that may have a layer in a script without brackets."""
_ACTIVATIONS = ("a", "A", "h", "H", "z", "Z", "o", "x", "X")

Slot = tuple[str, str]
"""Where the layer stands: place and bracket of the script."""


def input_as_zero(document: Document) -> tuple[Document, str]:
    """The document with its layers counted from 0, if it counts the input as layer 1."""
    slot = _input_line(document) or _lowest_is_two(document)
    if slot is None or not _below_is_one_less(document, slot):
        return document, ""

    def change(node: Node) -> Node:
        if not isinstance(node, Name) or not (slot[1] or node.base in _LAYERED):
            return node
        scripts = tuple(_lowered(s) if (s.place, s.bracket) == slot else s for s in node.scripts)
        return node if scripts == node.scripts else replace(node, scripts=scripts)

    return rewritten(document, change), "layer 1 is the input"


def _input_line(document: Document) -> Slot | None:
    """Where ``a^1 = x`` has its layer."""
    for piece in document.pieces:
        for chain in piece.chains:
            if chain.head is None or len(chain.parts) != 1:
                continue
            sides = plain(chain.head), plain(chain.parts[0])
            for one, other in (sides, sides[::-1]):
                if not (isinstance(one, Name) and isinstance(other, Name)):
                    continue
                if one.base in _ACTIVATIONS and other.base in ("x", "X") and one.base != other.base:
                    found = [s for s in one.scripts if s.text == "1"]
                    if len(found) == 1 and not any(s.text.isdigit() for s in other.scripts):
                        return found[0].place, found[0].bracket
    return None


def _lowest_is_two(document: Document) -> Slot | None:
    """Bare superscripts ``w^2 a^1``, ``z^2``: nothing but an activation is of layer 1."""
    slot = ("sup", "")
    layers: dict[str, set[int]] = {}
    for node in nodes(document):
        if not isinstance(node, Name) or node.base not in _LAYERED:
            continue
        for script in node.scripts:
            if (script.place, script.bracket) == slot and script.text.isdigit():
                layers.setdefault(node.base, set()).add(int(script.text))
    lowest = {base: min(found) for base, found in layers.items()}
    weights = [n for base, n in lowest.items() if base in _WEIGHTS]
    ones = [base for base, n in lowest.items() if n < 2]
    counted = len(weights) == 1 and min(weights) == 2 and lowest.get("z", lowest.get("Z")) == 2
    return slot if counted and ones and set(ones) <= {"a", "A", "h", "H"} else None


def _below_is_one_less(document: Document, slot: Slot) -> bool:
    """No weight is that of layer 1, and what it is multiplied by is one layer below."""
    below = False
    for node in nodes(document):
        if not isinstance(node, Name):
            continue
        for script in node.scripts:
            if (script.place, script.bracket) != slot:
                continue
            if node.base in _WEIGHTS and script.text == "1":
                return False
            below |= node.base in _ACTIVATIONS and script.text.endswith("-1")
            below |= node.base in _WEIGHTS and script.text == "2"
    return below


def _lowered(script: Script) -> Script:
    """A number of a layer, one less."""
    if not script.text.isdigit() or int(script.text) < 1:
        return script
    text = str(int(script.text) - 1)
    node = None if script.node is None else Number(script.node.span, Fraction(text))
    return replace(script, text=text, items=(text,), node=node)


__all__ = ["input_as_zero"]
