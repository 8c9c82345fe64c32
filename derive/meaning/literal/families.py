"""Which letters with one index are vectors or numbers, one for each value of it.

``w^T x_i`` makes x_i a vector, and the X of the same note the matrix of them;
in ``w x_i + b`` without any word of arrays all are numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from derive.meaning.facts import all_nodes, subtree
from derive.meaning.literal.identity import Key, Use
from derive.meaning.literal.scope import is_matrix
from derive.meaning.setting import Outside
from derive.meaning.spelling.rewriting import all_below
from derive.reading import syntax as sx
from derive.reading.tree import plain

if TYPE_CHECKING:
    from derive.meaning.literal.outline import Outlined


def families(found: Outlined, uses: Iterable[Use]) -> frozenset[Key]:
    """Small letters with one index that are vectors, one for each value of it.

    They are turned, or a turned vector stands before them.
    """
    uses = list(uses)
    turned = {use.key for use in uses if len(use.entries) == 1 and use.transposed}
    small = {
        use.key for use in uses
        if len(use.entries) == 1 and not is_matrix(use.key) and use.key not in found.stated
    }  # fmt: skip
    return frozenset((turned | _behind_turned(found)) & small)


def numbering(uses: Iterable[Use]) -> dict[Key, frozenset[str]]:
    """The letters that stand alone below each quantity: those that number its vectors."""
    out: dict[Key, frozenset[str]] = {}
    for use in uses:
        if len(use.entries) == 1:
            out[use.key] = out.get(use.key, frozenset()) | {*use.entries}
    return out


_DECLARED: Final = re.compile(r"\\in\s*\\(?:mathbb|mathbf|R)\b[^$]{0,6}\^\s*\{?\s*\(?\s*(\w+)")
"""``X \\in \\mathbb{R}^{n \\times d}``: how many rows are declared."""
OTHER_STACK: Final = (
    "whether the rows or the columns of {} are what stands with an index is not told"
)


def stacks(found: Outlined, uses: Iterable[Use]) -> dict[Key, Key]:
    """Capitals without a formula whose rows are the vectors of a family: X of the x_i.

    Not where the note speaks of columns, or declares as many rows as no sum has terms, nor where
    a formula computes something from the capital: that tells by itself how its vectors lie.
    """
    source = found.facts.document.source
    if re.search(r"column", source, re.IGNORECASE):
        return {}
    out: dict[Key, Key] = {}
    inside = {key for keys in found.uses.values() for key in keys}
    for use in uses:
        letter, accent, primes, labels = use.key
        small = (letter.lower(), accent, primes, labels)
        plainly = len(letter) == 1 and letter.isupper() and not (primes or labels)
        if not plainly or small not in found.families:
            continue
        if use.key in inside or use.key in found.stated:
            continue
        if found.extents.get(use.key, 0) or use.entries or use.example:
            continue
        declared = [_DECLARED.match(source, m.end()) for m in _spelled(letter).finditer(source)]
        if all(m is None or m[1] in found.sizes for m in declared):
            out[use.key] = small
    return out


def _spelled(letter: str) -> re.Pattern[str]:
    """A letter with the braces of a font behind it."""
    return re.compile(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])\}}?\s*")


def _behind_turned(found: Outlined) -> set[Key]:
    """What stands behind a turned small letter: ``x_i`` in ``w^T x_i``."""
    out: set[Key] = set()
    for node in all_nodes(found.facts):
        for part in all_below(node):
            if not isinstance(part, sx.Product):
                continue
            for (_, a), (sign, b) in zip(part.factors, part.factors[1:], strict=False):
                one, two = _use(found, a), _use(found, b)
                if one is None or two is None or sign != "juxt":
                    continue
                if one.transposed and not is_matrix(one.key) and len(two.entries) == 1:
                    out.add(two.key)
    return out


def _use(found: Outlined, node: sx.Node) -> Use | None:
    name = plain(node)
    if isinstance(name, sx.Transposed):
        inner = _use(found, name.base)
        return None if inner is None else Use(inner.key, inner.entries, True)
    if not isinstance(name, sx.Name) or name.mark:
        return None
    try:
        return found.names.use(name)
    except Outside:
        return None


def one_letter_runs(found: Outlined, uses: Iterable[Use]) -> bool:
    """Does every sum and every entry run over one and the same letter, that of the examples?

    And no quantity has an entry in one place and none in another.
    """
    letters: set[str] = set()
    for node in all_nodes(found.facts):
        letters |= {p.index for p in subtree(node) if isinstance(p, sx.Big)}
    with_one: set[Key] = set()
    without: set[Key] = set()
    for use in uses:
        letters |= {*use.entries} | ({use.example} if use.example else set())
        (with_one if use.entries or use.example else without).add(use.key)
        if len(use.entries) > 1 or (use.entries and use.example):
            return False
    return len(letters) == 1 and not with_one & without
