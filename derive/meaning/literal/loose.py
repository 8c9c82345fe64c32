"""Claims about letters of which no formula of the note speaks: their sizes.

``\\partial (x^T A x)/\\partial x = (A + A^T) x`` says by itself what fits: A is square and as
long as x.  What one line needs is supposed for that line only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from derive.meaning.facts import subtree
from derive.meaning.lines import Line
from derive.meaning.literal.conflict import Conflict
from derive.meaning.literal.identity import Key, Use
from derive.meaning.literal.scope import Scope
from derive.meaning.literal.totals import differentiated
from derive.meaning.notation import names_in
from derive.meaning.setting import Outside
from derive.program import (
    Symbol,
    walk,
)
from derive.reading import syntax as sx

if TYPE_CHECKING:
    from derive.meaning.literal.identity import Identities


def supposing(scope: Scope, conflict: Conflict) -> Scope | None:
    """A scope in which two sizes are one; None where no size of a loose letter is among them."""
    if conflict.same is None:
        return None
    one, two = (scope.dim(d) if isinstance(d, str) else d for d in conflict.same)
    loose = _loose_sizes(scope)
    for drop, keep in ((one, two), (two, one)):
        if drop in loose and drop != keep:
            return replace(
                scope, same={**scope.same, str(drop): keep}, leaves=dict(scope.leaves),
                tied=set(scope.tied),
            )  # fmt: skip
    return None


def _loose_sizes(scope: Scope) -> frozenset[str]:
    """The sizes of letters that no formula uses."""
    used = {n.name for body in scope.values.values() for n in walk(body) if isinstance(n, Symbol)}
    loose = (shape for key, shape in scope.leaves.items() if scope.label(key) not in used)
    return frozenset(d for shape in loose for d in shape if isinstance(d, str))


def crosses(scope: Scope, error: Exception, uses: Iterable[Use]) -> bool:
    """``w_{ji}`` and ``w_{kj}``: an index runs over both axes of one weight that is not square.

    Then its letters tell layers, and one array is not what the letter names.  Where no letter
    stands at both places of the weight, the line alone is at fault.
    """
    if not isinstance(error, Conflict) or error.same is None or "index" not in str(error):
        return False
    axes = {key: {*scope.leaf(key)} for key in scope.leaves if key[0].islower()}
    crossed = {key for key, sizes in axes.items() if set(error.same) == sizes}
    pairs = [(use.key, use.entries) for use in uses if len(use.entries) == 2 and use.key in crossed]
    first, second = ({(key, pair[k]) for key, pair in pairs} for k in (0, 1))
    return bool(first & second)


def says_all(names: Identities, totals: frozenset[Key], line: Line, unused: frozenset[Key]) -> bool:
    """Does a derivative of the line speak of every letter that no formula of the note uses?

    Then the line says by itself what it is about, and is judged as it stands.  totals: numbers
    with a formula, whose derivatives speak of what that uses.
    """
    spoken = {
        key
        for side in line.nodes for of in differentiated(side)
        for part in subtree(of) for name in names_in(part)
        if (key := _key(names, name)) is not None
    }  # fmt: skip
    return bool(spoken) and unused <= spoken and (bool(unused) or bool(spoken & totals))


def _key(names: Identities, name: sx.Name) -> Key | None:
    try:
        return None if name.mark else names.use(name).key
    except Outside:
        return None
