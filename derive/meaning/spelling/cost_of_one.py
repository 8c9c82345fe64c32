"""``\\partial E_n/\\partial w_{ji} = \\delta_j z_i``: the cost of one example, whichever it is.

Where a note gives no cost a formula and its letter below tells nothing else, that letter is left
out of the lines that speak of one example.  Lines about all of them, ``E = \\sum_n E_n``, stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.meaning.notation import COST_LETTERS, derivatives_in, names_in, plain_name
from derive.meaning.spelling.rewriting import each_side, roots
from derive.reading.syntax import Applied, Big, Chain, Document, Name, Node
from derive.reading.tree import mapped, plain, walk

ENOUGH = 2
"""So many derivatives of it are taken in the note."""


def cost_of_one(document: Document) -> tuple[Document, str]:
    """The document with ``E`` for ``E_n``, where no line says what either is."""
    subjects = [name for chain in _chains(document) for name in _subjects(chain)]
    marked = {(n.base, _example(n)) for n in subjects if _example(n)}
    if len(marked) != 1 or {n.base for n in subjects} != {base for base, _ in marked}:
        return document, ""
    [(base, letter)] = marked
    if sum(_example(n) == letter for n in subjects) < ENOUGH or _elsewhere(document, base, letter):
        return document, ""
    of_all = [chain for chain in _chains(document) if _speaks_of_all(chain, base, letter)]
    if any(_states(chain) for chain in _chains(document) if chain not in of_all):
        return document, ""
    kept = {id(side) for chain in of_all for side in _sides(chain)}

    def bare(node: Node) -> Node:
        is_cost = isinstance(node, Name) and node.base == base and _example(node) == letter
        return replace(node, scripts=()) if isinstance(node, Name) and is_cost else node

    changed = each_side(document, lambda s: s if id(s) in kept else mapped(s, bare))
    return changed, f"{base}_{letter} is the cost of one example, whichever it is"


def _chains(document: Document) -> Iterator[Chain]:
    return (chain for piece in document.pieces for chain in piece.chains)


def _sides(chain: Chain) -> tuple[Node, ...]:
    return chain.parts if chain.head is None else (chain.head, *chain.parts)


def _subjects(chain: Chain) -> Iterator[Name]:
    """The costs that are differentiated in a chain."""
    for side in _sides(chain):
        for derivative in derivatives_in(side):
            name = None if derivative.of is None else plain_name(derivative.of)
            if name is not None and name.base in COST_LETTERS:
                yield name


def _example(name: Name) -> str:
    """The n of ``E_n``: one small letter, nothing else is on the name."""
    if len(name.scripts) != 1 or name.mark or name.accent or name.primes:
        return ""
    script = name.scripts[0]
    small = len(script.text) == 1 and script.text.isalpha() and script.text.islower()
    return script.text if small and script.place == "sub" and not script.bracket else ""


def _elsewhere(document: Document, base: str, letter: str) -> bool:
    """The letter stands below something else too, or alone."""
    for node in (part for side in roots(document) for part in walk(side)):
        if not isinstance(node, Name):
            continue
        own = node.base == base and _example(node) == letter
        named = any(letter in (s.text, *s.items) for s in node.scripts)
        if (named or node.base == letter) and not own:
            return True
    return False


def _speaks_of_all(chain: Chain, base: str, letter: str) -> bool:
    """A sum over the examples, or the cost without its letter."""
    for side in _sides(chain):
        named = [*names_in(side), *_subjects(chain)]
        if any(name.base == base and not _example(name) for name in named):
            return True
        if any(isinstance(p, Big) and p.index == letter for p in walk(side)):
            return True
    return False


def _states(chain: Chain) -> bool:
    """The chain gives a cost its formula."""
    head = None if chain.head is None else plain(chain.head)
    name = head.head if isinstance(head, Applied) else None if head is None else plain_name(head)
    return name is not None and name.base in COST_LETTERS


__all__ = ["cost_of_one"]
