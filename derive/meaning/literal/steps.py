"""Recurrent definitions: ``h_t`` from ``h_{t-1}``, and what one step says of all of them.

In: the names of a note with its definitions.  Out: by which quantities a derivative is
settled by the lines of one step.  What carries no step (a shared weight) acts at every step,
a state may go into the next step through other states as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from typing import Final

from derive.meaning.literal.identity import Identities, Key, Use

_STEP: Final = re.compile(r"([a-zA-Z])([+-]\d+)?")
_BEFORE: Final = ("prev", "previous", "old", "last", "next")
SHARED: Final = "it acts at every step, and the lines say what one step does"
BY_OTHERS: Final = "it goes into the step through other states too, which this step does not show"


@dataclass(frozen=True, slots=True)
class Steps:
    """The recurrence of a note.

    letters: those that count steps.  carried: definitions that another step is computed from.
    before: for a state of another step, the definition that gives it.
    """

    letters: frozenset[str] = frozenset()
    carried: tuple[Key, ...] = ()
    before: tuple[tuple[Key, Key], ...] = ()
    later: frozenset[Key] = frozenset()
    """Those of the carried of which only the step behind is named, and in no formula."""

    def labelled(self, key: Key) -> bool:
        """Does a name say at which step it is?"""
        return _split(key, self.letters) is not None

    def reason(self, by: Key, reaches: Callable[[Key, Key], bool], known: bool) -> str:
        """Why one step does not settle the derivatives by a quantity; "" if it does."""
        if not self.carried:
            return ""
        own = dict(self.before).get(by)
        if own is None and not self.labelled(by):
            return "" if known else SHARED
        others = (k for k in self.carried if k != own)
        return BY_OTHERS if own is not None and any(reaches(k, own) for k in others) else ""


def steps_of(
    names: Identities, stated: set[Key], uses: Iterable[Use], inside: Set[Key] = frozenset()
) -> Steps:
    """The states that one step takes from another; inside: what the formulas themselves name."""
    given = {found[0]: (key, found[1]) for key in stated if (found := _split(key, names.steps))}
    before: dict[Key, Key] = {}
    for use in uses:
        found = _split(use.key, names.steps)
        if use.key not in stated and (now := _now(use.key)) is not None and now in stated:
            before[use.key] = now
        if found is None or found[0] not in given or use.key in stated:
            continue
        key, offset = given[found[0]]
        if offset != found[1]:
            before[use.key] = key
    carried = set(before.values())
    taken = {own for key, own in before.items() if key in inside or not _behind(key, names.steps)}
    pairs = tuple(sorted(before.items()))
    return Steps(names.steps, tuple(sorted(carried)), pairs, frozenset(carried - taken))


def _behind(key: Key, letters: frozenset[str]) -> bool:
    """A name at a later step: ``h_{t+1}``."""
    found = _split(key, letters)
    return found is not None and found[1].startswith("+")


def _now(key: Key) -> Key | None:
    """``h_{prev}`` is h one step before; None for a name without such a word."""
    base, accent, primes, labels = key
    rest = tuple(one for one in labels if one[2].lower() not in _BEFORE)
    return (base, accent, primes, rest) if len(rest) < len(labels) else None


def _split(key: Key, letters: frozenset[str]) -> tuple[Key, str] | None:
    """A name without its step, and the step; None for a name without one."""
    base, accent, primes, labels = key
    for k, (place, bracket, text) in enumerate(labels):
        match = _STEP.fullmatch(text)
        if match is not None and match[1] in letters:
            rest = (*labels[:k], (place, bracket, match[1]), *labels[k + 1 :])
            return (base, accent, primes, rest), match[2] or ""
    return None
