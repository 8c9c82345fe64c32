"""``w_{ji}(n)``: a time behind every name, which no line changes, says nothing.

Where every use of a letter is that of an argument alone, ``e_j(n) = d_j(n) - y_j(n)``, all
quantities are meant at that one time.  ``w(n+1) = w(n) + ...`` gives the new value.  Where any
other line names another time, all brackets are kept, and the lines are left open.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from derive.meaning.spelling.rewriting import each_side, nodes, rewritten, scripts_of
from derive.reading.syntax import (
    Applied,
    Chain,
    Derivative,
    Document,
    Name,
    Node,
    Number,
    Script,
    Sum,
    Unreadable,
)
from derive.reading.tree import plain, walk

_TIMES = ("n", "t", "k")
_ENOUGH = 3
"""So many names have to stand at a time."""


def without_time(document: Document) -> tuple[Document, str]:
    """The document without its time, if it has one; derivatives by calls become unreadable."""
    found = [letter for letter in _TIMES if _is_time(document, letter)]
    said = ""
    if len(found) == 1:
        letter = found[0]
        at_one = _at_one_time(document, letter)
        if not any(_names_next(node, letter) is not None for node in nodes(at_one)):
            document, said = at_one, f"every quantity is meant at the time {letter}"
    return each_side(document, _readable), said


def _at_one_time(document: Document, letter: str) -> Document:
    document = rewritten(document, lambda node: _at(node, letter))
    pieces = (
        replace(p, chains=tuple(_stepped(c, letter) for c in p.chains)) for p in document.pieces
    )
    return replace(document, pieces=tuple(pieces))


def _at(node: Node, letter: str) -> Node:
    """The name that a call at the time is; a derivative by one."""
    if isinstance(node, Applied) and _names_time(node, letter):
        return replace(node.head, span=node.span)
    if isinstance(node, Name) and any(_is_call(s) and s.text == letter for s in node.scripts):
        kept = tuple(s for s in node.scripts if not (_is_call(s) and s.text == letter))
        return replace(node, scripts=kept)
    return node


def _is_call(script: Script) -> bool:
    """The bracket behind the name that a derivative is by."""
    return (script.place, script.bracket) == ("index", "(")


def _names_time(node: Applied, letter: str) -> bool:
    """``x(n)``: the letter is the only argument."""
    if node.bracket != "(" or len(node.arguments) != 1:
        return False
    inner = plain(node.arguments[0])
    return isinstance(inner, Name) and inner.base == letter and _is_bare(inner)


def _names_next(node: Node, letter: str) -> int | None:
    """``w(n+1)``: so many steps from the time; None for anything else."""
    if not isinstance(node, Applied) or node.bracket != "(" or len(node.arguments) != 1:
        return None
    inner = plain(node.arguments[0])
    if not isinstance(inner, Sum) or len(inner.terms) != 2:
        return None
    (one, first), (sign, second) = inner.terms
    name, step = plain(first), plain(second)
    letters = isinstance(name, Name) and name.base == letter and _is_bare(name) and one == 1
    if not letters or not isinstance(step, Number) or step.value.denominator != 1:
        return None
    return sign * int(step.value)


def _stepped(chain: Chain, letter: str) -> Chain:
    """``w(n+1) = w(n) + ...``: the new value, where nothing else stands at another time."""
    if chain.head is None or len(chain.parts) != 1:
        return chain
    head = plain(chain.head)
    if not isinstance(head, Applied) or _names_next(head, letter) != 1:
        return chain
    below = list(walk(chain.parts[0]))
    if any(_names_next(node, letter) is not None for node in below):
        return chain
    known = (head.head.base, head.head.scripts)
    same = any(isinstance(n, Name) and (n.base, n.scripts) == known for n in below)
    return replace(chain, head=replace(head.head, span=head.span)) if same else chain


def _is_bare(name: Name) -> bool:
    return not (name.scripts or name.primes or name.accent or name.mark or name.word or name.font)


def _is_time(document: Document, letter: str) -> bool:
    """The letter is an argument of several names, and stands nowhere else."""
    heads: Counter[str] = Counter()
    alone = -sum(
        isinstance(node, Name) and node.base == letter and _is_bare(node)
        for piece in document.pieces
        for node in piece.loose
    )  # "at the time $n$"
    for node in nodes(document):
        if isinstance(node, Applied) and _names_time(node, letter):
            if node.head.primes or node.head.word:
                return False
            heads[node.head.base] += 1
        elif isinstance(node, Name):
            alone += node.base == letter
            if any(letter in (s.text, *s.items) for s in node.scripts if not _is_call(s)):
                return False
            heads[node.base] += any(_is_call(s) and s.text == letter for s in node.scripts)
        elif getattr(node, "index", "") == letter or getattr(node, "upper", "") == letter:
            return False
    calls = sum(isinstance(node, Applied) and _names_time(node, letter) for node in nodes(document))
    calls += sum(_names_next(node, letter) is not None for node in nodes(document))
    calls += sum(_is_call(s) and s.text == letter for n in nodes(document) for s in scripts_of(n))
    return sum(count > 0 for count in heads.values()) >= _ENOUGH and alone == calls


def _readable(side: Node) -> Node:
    """A side with a derivative by a call that is no time cannot be read."""
    for node in walk(side):
        if isinstance(node, Derivative):
            for script in node.by.scripts:
                if _is_call(script):
                    return Unreadable(
                        side.span, "a derivative by a single name expected, found '('", script.span
                    )
    return side


__all__ = ["without_time"]
