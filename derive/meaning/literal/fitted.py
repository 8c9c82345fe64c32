"""``R \\approx U V^T`` beside ``\\|R - U V^T\\|^2``: what is approximated is given.

In: the lines of a note, a name and what it is about equal to.  Out: whether a formula measures how
far both are apart; then the name is data, and nothing computes it.
"""

from __future__ import annotations

from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.spelling.named_inside import key_of
from derive.reading import syntax as sx
from derive.reading.tree import plain


def is_fitted(facts: Facts, name: sx.Name, formula: sx.Node) -> bool:
    """Does some formula subtract one of both from the other?"""
    pair = {key_of(name), key_of(plain(formula))}
    for node in all_nodes(facts):
        for part in subtree(node):
            if isinstance(part, sx.Sum) and len(part.terms) == 2:
                (one, a), (two, b) = part.terms
                if one != two and {key_of(plain(a)), key_of(plain(b))} == pair:
                    return True
    return False


__all__ = ["is_fitted"]
