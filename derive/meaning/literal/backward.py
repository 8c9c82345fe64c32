"""Names that a note gives to gradients by formulas of other gradients.

``\\delta^r = (\\delta^h W^T) \\odot r(1 - r)`` is no line of the forward pass.  Where the note has
said ``\\delta^h = \\partial L/\\partial a^h``, the name is the gradient by a^r, and the line a
claim; any other such name stands for its formula.

In: the definitions of a note and its names of gradients.  Out: those of its formulas that are
computed from gradients, as names of gradients or to be put in place of the name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from derive.meaning.facts import subtree
from derive.meaning.literal.identity import Key, keys_in
from derive.meaning.literal.totals import is_nabla
from derive.meaning.notation import names_in
from derive.reading import syntax as sx

if TYPE_CHECKING:
    from derive.meaning.literal.outline import Outlined


def backward(found: Outlined) -> None:
    """Takes what is computed from gradients out of the forward formulas of an outline."""
    known = dict(found.aliases)
    while True:
        keys = [key for key, one in found.stated.items() if _of_gradients(found, one.formula)]
        if not keys:
            return
        for key in keys:
            one = found.stated.pop(key)
            gradients = {g for k, v in known.items() if (g := _alike(found, key, k, v)) is not None}
            if len(gradients) == 1 and not one.entries:
                found.aliases[key] = gradients.pop()
            else:
                found.derived[key] = one
            found.again = {k: line for k, line in found.again.items() if line is not one.line}


def _of_gradients(found: Outlined, formula: sx.Node) -> bool:
    """Does a formula hold a gradient, by its sign or by a name?"""
    if any(isinstance(part, sx.Derivative) or is_nabla(part) for part in subtree(formula)):
        return True
    if not found.facts.roles.differentials and any(n.mark == "d" for n in names_in(formula)):
        return True
    named = found.aliases.keys() | found.derived.keys()
    return any(key in named for key in keys_in(found.names, formula))


def _alike(
    found: Outlined, key: Key, known: Key, gradient: tuple[Key, Key]
) -> tuple[Key, Key] | None:
    """``\\delta^r`` beside ``\\delta^h = \\partial L/\\partial a^h``: the gradient by a^r."""
    if key[:3] != known[:3] or len(key[3]) != len(known[3]):
        return None
    changed = [(a, b) for a, b in zip(known[3], key[3], strict=True) if a != b]
    if len(changed) != 1 or changed[0][0][:2] != changed[0][1][:2]:
        return None
    old, new = changed[0][0][2], changed[0][1][2]
    of, by = gradient
    swapped = [by_ for by_ in _swapped(by, old, new) if by_ in found.stated]
    return (of, swapped[0]) if len(swapped) == 1 else None


def _swapped(key: Key, old: str, new: str) -> Iterator[Key]:
    """A name with one letter or number in place of another, as its base or in a script."""
    base, accent, primes, labels = key
    if base == old:
        yield new, accent, primes, labels
    for k, (place, bracket, text) in enumerate(labels):
        if text == old:
            rest = (*labels[:k], (place, bracket, new), *labels[k + 1 :])
            yield base, accent, primes, tuple(sorted(rest))
