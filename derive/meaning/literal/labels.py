"""Scripts of one letter that name, though a sum of the note runs over that letter elsewhere.

``S = Q K^T / \\sqrt{d_k}`` beside ``\\sum_k P_{ik}``: nothing in the line binds this k and nothing
on its other side carries it, so d_k is a number by that name and no entry of a vector d.

In: the lines of a note and its running letters.  Out: the letters with such a script.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.meaning.facts import Facts
from derive.reading import syntax as sx
from derive.reading.tree import children

Label = tuple[str, str, str]
"""A letter, its accent, its script."""


def naming(facts: Facts, indices: frozenset[str]) -> frozenset[Label]:
    """The letters whose script of one running letter is a label wherever a line holds it."""
    free: set[Label] = set()
    arrays: set[tuple[str, str]] = set()
    for line in facts.lines:
        left, right = (list(_scripted(side, indices, ())) for side in line.nodes)
        for mine, other in ((left, right), (right, left)):
            beside = {letter for _, letters, bound in other for letter in {*letters} - {*bound}}
            for name, letters, bound in mine:
                held = [x for x in letters if x in bound or x in beside]
                if held or len(letters) > 1:
                    arrays.add((name.base, name.accent))
                else:
                    free.add((name.base, name.accent, letters[0]))
    return frozenset(one for one in free if one[:2] not in arrays)


def _scripted(
    node: sx.Node, indices: frozenset[str], bound: tuple[str, ...]
) -> Iterator[tuple[sx.Name, tuple[str, ...], tuple[str, ...]]]:
    """The names with running letters below them, and the letters of the sums around each."""
    if isinstance(node, sx.Name):
        for script in node.scripts:
            if script.place == "sub" and not (script.bracket or script.word):
                letters = tuple(item for item in script.items if item in indices)
                if letters:
                    yield node, letters, bound
            if node.base == "e" and script.place == "sup" and script.node is not None:
                yield from _scripted(script.node, indices, bound)
    if isinstance(node, sx.Big) and node.index:
        bound = (*bound, node.index)
    for child in children(node):
        yield from _scripted(child, indices, bound)
