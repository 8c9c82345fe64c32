"""``\\sum_{k \\in K}``, ``\\sum_{i=0}^{D}``: sums over the whole of a range, written in other ways.

In: a document.  Out: the same document with sums that run over all of their axis written as such.
A set is taken for the whole where the note only ever sums over it and speaks of no part of a
set; units counted from 0, as with the bias as unit 0, where every sum to that bound begins so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from derive.meaning.spelling.rewriting import nodes, rewritten
from derive.reading.syntax import Big, Document, Name, Node
from derive.reading.tree import walk

_SET: Final = re.compile(
    r"(?P<letter>[a-zA-Z])(?:\\in|∈)\\?(?P<set>[CDGHIJKLNO]|(?:the|all)?(?:units?|neurons?|outputs?"
    r"|output(?:units|layer|s)|outs?|classes|class|labels|targets|examples|samples|data|batch"
    r"|[dD]ownstream|succ|next(?:layer)?|layer)(?:\(\w\))?)"
)
"""``k \\in C``, ``k \\in \\text{outputs}``; S, M and SV are as often a part of a set."""
_PART: Final = re.compile(
    r"\bsub-?sets?\b|\bset of (?:the )?(?:first|last|some|few|even|odd|positive|negative|correct"
    r"|incorrect|wrong|hard|selected|chosen|visible|observed|labell?ed)"
    r"|misclassif|miss-classif|support vector|mini-?batch|sampled|violat"
    r"|\bactive\b|teilmenge|sous-ensemble|subconjunto|подмножеств|子集|部分集合",
    re.IGNORECASE,
)
_LETTER: Final = re.compile(r"[A-Za-z]|[a-zA-Z]_\{?\w\}?")


def whole_ranges(document: Document) -> tuple[Document, str]:
    """The document with sums over named sets and from unit 0 as sums over all."""
    sums = [n for n in nodes(document) if isinstance(n, Big) and n.operator == "sum" and n.index]
    sets = _sets(document, sums)
    bounds = _from_zero(sums)
    if not (sets or bounds):
        return document, ""

    def change(node: Node) -> Node:
        if not isinstance(node, Big) or node.operator != "sum":
            return node
        found = _SET.fullmatch(node.lower)
        if found is not None and node.lower in sets:
            count = found["set"] if sets[node.lower] else ""
            return replace(node, lower=f"{node.index}=1" if count else node.index, upper=count)
        if node.upper in bounds and node.lower == f"{node.index}=0":
            return replace(node, lower=f"{node.index}=1")
        return node

    said = [f"the sum over {text.replace(chr(92) + 'in', ' in ')} is over all" for text in sets]
    said += [f"unit 0 of the sums to {bound} is one unit as the others" for bound in bounds]
    return rewritten(document, change), "; ".join(said)


def _sets(document: Document, sums: Iterable[Big]) -> dict[str, bool]:
    """The lower limits that name a whole set; True where its letter is also its size."""
    if _PART.search(document.source):
        return {}
    found = dict.fromkeys(sorted({n.lower for n in sums if _SET.fullmatch(n.lower)}), False)
    letters = {text: match["set"] for text in found if (match := _SET.fullmatch(text))}
    for text, letter in letters.items():
        index = text[0]
        same = {(n.lower, n.upper) for n in sums if n.index == index and _SET.fullmatch(n.lower)}
        if len(same) > 1:
            return {}
        names = (n for n in nodes(document) if isinstance(n, Name) and n.base == letter)
        found[text] = any(not n.scripts for n in names)
    return found


def _from_zero(sums: Iterable[Big]) -> tuple[str, ...]:
    """The bounds to which every sum runs from 0, and over units below names."""
    by_bound: dict[str, list[bool]] = {}
    for node in sums:
        if _LETTER.fullmatch(node.upper):
            starts = node.lower == f"{node.index}=0" and _over_units(node)
            by_bound.setdefault(node.upper, []).append(starts)
    return tuple(sorted(bound for bound, starts in by_bound.items() if all(starts)))


def _over_units(node: Big) -> bool:
    """The letter stands below names, and nowhere in brackets: ``w_{ji} x_i``."""
    scripts = [s for n in walk(node.body) if isinstance(n, Name) for s in n.scripts]
    mine = [s for s in scripts if node.index in s.items or s.text == node.index]
    return bool(mine) and all(s.place == "sub" and not s.bracket for s in mine)


__all__ = ["whole_ranges"]
