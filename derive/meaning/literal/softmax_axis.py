"""Along which axis the softmax of a matrix runs: what words say, and what attention is.

In: a note.  Out: the axes that may be meant, and what is supposed for it, in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from derive.meaning.facts import Facts, call_of, subtree
from derive.meaning.notation import plain_name
from derive.reading import syntax as sx
from derive.reading.tree import plain

ROWS: Final = "attention weighs the rows of what stands behind it: the softmax runs along each row"
COLUMNS: Final = "attention weighs the columns of what stands before it: the softmax runs down each"
_BY_ROWS: Final = re.compile(
    r"softmax[^.\n]{0,80}(?:\b(?:each|every|per) (row|column)|\b(row|column)(?:-| )?wise)"
    r"|(?:\b(?:each|every|per) (row|column)|\b(row|column)(?:-| )?wise)[^.\n]{0,40}softmax",
    re.IGNORECASE,
)
"""``softmax over each row``."""
_ATTENTION: Final = re.compile(r"\battention\b", re.IGNORECASE)


def softmax_axes(facts: Facts) -> tuple[tuple[int, ...], str]:
    """The axes along which a softmax of a matrix may run, and what is supposed for that."""
    source = facts.document.source
    said = {word.lower() for m in _BY_ROWS.finditer(source) for word in m.groups() if word}
    if said:
        return ((1,) if said == {"row"} else (0,) if said == {"column"} else (1, 0)), ""
    if _ATTENTION.search(source):
        sides = set(_weighed(facts))
        if len(sides) == 1:
            return ((1,), ROWS) if sides == {"behind"} else ((0,), COLUMNS)
    return (1, 0), ""


def _weighed(facts: Facts) -> Iterator[str]:
    """On which side of the weights of attention their values stand, wherever both are multiplied.

    In ``O = P V`` each row of P has the weights of one row of O.
    """
    weights = {_spelled(name) for name in _weights(facts)}
    for line in facts.lines:
        head = plain_name(line.left)
        if head is None or head.mark or not line.first:
            continue
        for product in (p for p in subtree(line.right) if isinstance(p, sx.Product)):
            nodes = [plain(node) for _, node in product.factors]
            signs = {sign for sign, _ in product.factors[1:]}
            if len(nodes) != 2 or not signs <= {"juxt", "cdot"}:
                continue
            for k, node in enumerate(nodes):
                name = node if isinstance(node, sx.Name) else None
                named = name is not None and not name.mark and _spelled(name) in weights
                if named or _is_softmax(node):
                    yield "before" if k else "behind"


def _weights(facts: Facts) -> Iterator[sx.Name]:
    """The P of ``P = \\text{softmax}(S)``."""
    for line in facts.lines:
        head = plain_name(line.left)
        if head is not None and not head.mark and line.first and _is_softmax(plain(line.right)):
            yield head


def _is_softmax(node: sx.Node) -> bool:
    call = call_of(node) if isinstance(node, sx.Applied) else None
    return call is not None and call[0].base == "softmax" and not call[0].primes


def _spelled(name: sx.Name) -> tuple[object, ...]:
    scripts = tuple((s.place, s.bracket, s.text) for s in name.scripts)
    return name.base, name.accent, scripts


__all__ = ["COLUMNS", "ROWS", "softmax_axes"]
