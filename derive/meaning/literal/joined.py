"""Vectors side by side, ``W [h_{t-1}, x_t]``: one longer vector, whose parts are not followed.

In: a note about steps.  Out: the quantity that such a list is, and the names in all of them: what
goes into a step in this way has no derivative here, for the formulas do not show its part.
"""

from __future__ import annotations

from typing import Final

from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.literal.identity import Identities, Key, keys_in
from derive.meaning.literal.over_time import STEP
from derive.reading import syntax as sx
from derive.reading.tree import plain

NOT_FOLLOWED: Final = "it goes into the step side by side with others"


def parts_of(facts: Facts, names: Identities, node: sx.Node) -> tuple[sx.Name, ...]:
    """The small letters of ``[h_{t-1}, x_t]``, one at least at a step; none for anything else."""
    if isinstance(node, sx.Applied) and node.bracket == "[":
        items = node.arguments
    elif isinstance(node, sx.Tuple) and facts.document.source[node.span.start] == "[":
        items = node.items
    else:
        return ()
    found = tuple(n for n in map(plain, items) if isinstance(n, sx.Name))
    small = all(n.base.islower() and not (n.mark or n.primes) for n in found)
    steps = (STEP.fullmatch(s.text) for n in found for s in n.scripts)
    told = any(m is not None and m[1] in names.steps for m in steps)
    return found if len(found) == len(items) > 1 and small and told else ()


def joined_key(parts: tuple[sx.Name, ...]) -> Key:
    """The name of such a vector."""
    spelled = (n.accent + n.base + "".join(s.text for s in n.scripts) for n in parts)
    return ("[" + ",".join(spelled) + "]", "", 0, ())


def joined(facts: Facts, names: Identities) -> frozenset[Key]:
    """What is named in some such vector of the note."""
    if not names.steps:
        return frozenset()
    return frozenset(
        key
        for node in all_nodes(facts)
        for part in subtree(node)
        for name in parts_of(facts, names, part)
        for key in keys_in(names, name)
    )
