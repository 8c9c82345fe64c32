"""Letters whose two cases are two quantities: ``y = 2Y - 1`` computes the one from the other.

In: the lines of a note.  Out: the letters of labels and inputs that do not fold together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from derive.meaning.lines import Line
from derive.meaning.notation import is_transpose, names_in, plain_name
from derive.reading.syntax import Fraction_, Name, Product, Sum
from derive.reading.tree import plain

_GIVEN: Final = frozenset("XxYyTt")


def cases_apart(lines: Sequence[Line]) -> frozenset[str]:
    """Both cases of each letter of which a line computes one from the other."""
    found: set[str] = set()
    for line in lines:
        head = plain_name(line.head)
        if head is None or not line.first or head.base not in _GIVEN or head.mark or head.accent:
            continue
        other = head.base.swapcase()
        formula = isinstance(plain(line.right), Sum | Product | Fraction_)
        if formula and any(_is(name, other) for name in names_in(line.right)):
            found |= {head.base, other}
    return frozenset(found)


def _is(name: Name, base: str) -> bool:
    """That letter, with nothing but scripts of a unit or an example."""
    turned = any(is_transpose(script) for script in name.scripts)
    return name.base == base and not (name.mark or name.accent or turned)


__all__ = ["cases_apart"]
