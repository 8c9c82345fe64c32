"""``y_{t,k}`` beside ``h_{t-1}``: the entry k of y at the step t.

In: a document.  Out: the document with the step and the entry in scripts of their own, where the
note counts steps by the letter t, else as it is.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from derive.meaning.spelling.rewriting import nodes, rewritten
from derive.reading.syntax import Document, Name, Node, Script

_NEIGHBOUR: Final = re.compile(r"t[+-]\d+")
_STEP: Final = re.compile(r"t(?:[+-]\d+)?")


def steps_apart(document: Document) -> tuple[Document, str]:
    """The document with every step in a script of its own."""
    scripts = [s for n in nodes(document) if isinstance(n, Name) for s in n.scripts]
    stepped = any(s.place == "sub" and _NEIGHBOUR.fullmatch(s.text) for s in scripts)
    if not stepped or not any(_pair(s) for s in scripts):
        return document, ""
    return rewritten(document, _apart), ""


def _pair(script: Script) -> bool:
    """A step and the letter of an entry below a name."""
    if script.place != "sub" or script.bracket or script.word or len(script.items) != 2:
        return False
    letters = [item for item in script.items if len(item) == 1 and item.isalpha() and item != "t"]
    return len(letters) == 1 and any(_STEP.fullmatch(item) for item in script.items)


def _apart(node: Node) -> Node:
    if not isinstance(node, Name) or not any(map(_pair, node.scripts)):
        return node
    out: list[Script] = []
    for script in node.scripts:
        if _pair(script):
            step, entry = sorted(script.items, key=lambda item: not _STEP.fullmatch(item))
            out += [replace(script, text=t, items=(t,), node=None) for t in (step, entry)]
        else:
            out.append(script)
    return replace(node, scripts=tuple(out))


__all__ = ["steps_apart"]
