"""Which quantity a name is: its letter, its label, its entries.

In: the lines of a note.  Out: for each occurrence of a name an `Use`.  A script is an index
where a sum of the note runs over its letter; it is a label (``W_f``, ``h_{t-1}``,
``b^{(1)}``) everywhere else, and then part of what the quantity is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import is_transpose, names_in, plain_name
from derive.meaning.setting import Outside
from derive.reading import syntax as sx
from derive.reading.tree import plain

_STEP: Final = re.compile(r"([a-zA-Z])[+-]\d+")
"""A script such as ``t-1``: its letter counts steps."""
Key = tuple[str, str, int, tuple[tuple[str, str, str], ...]]
"""Letter, accent, primes, labels as (place, bracket, text): what makes two names one."""


@dataclass(frozen=True, slots=True)
class Use:
    """One occurrence of a quantity: at which entries, turned, to which power."""

    key: Key
    entries: tuple[str, ...] = ()
    transposed: bool = False
    power: sx.Node | None = None
    example: str | None = None
    """The letter of the example that is meant: ``a_2^{(i)}`` of all in ``A_2``."""


@dataclass(slots=True)
class Identities:
    """How the scripts of one note are meant.

    indices: letters that run over entries.  powered: quantities whose name holds a power
    (``\\sigma^2 = ...``).  primed: quantities whose name holds a prime (``h' = ...``).
    """

    indices: frozenset[str]
    powered: frozenset[Key]
    primed: frozenset[Key]
    steps: frozenset[str] = frozenset()
    """Letters that count steps: ``h_t`` and ``h_{t-1}``."""
    called: frozenset[str] = frozenset()
    """Letters that never stand without a bracket behind them: functions, known or not."""

    def use(self, name: sx.Name) -> Use:
        """What an occurrence of a name is; a gradient mark is left to the caller."""
        labels: list[tuple[str, str, str]] = _script_font(name)
        entries: tuple[str, ...] = ()
        transposed = False
        example: str | None = None
        power: sx.Node | None = None
        raised: tuple[str, str, str] | None = None
        for script in name.scripts:
            if is_transpose(script):
                transposed = True
            elif script.place == "sup" and script.bracket == "(" and script.text in self.indices:
                example = script.text
            elif self._is_index(script):
                if entries:
                    raise Outside(f"two sets of indices on {name.base}")
                entries = script.items
            elif script.place == "sup" and not script.bracket and not script.word:
                if power is not None:
                    raise Outside(f"two scripts above {name.base}")
                power, raised = script.node, (script.place, "", script.text)
            else:
                labels.append((script.place, script.bracket, script.text))
        base = name.base if example is None else name.base.upper()
        key: Key = (base, name.accent, name.primes, tuple(sorted(labels)))
        if raised is not None:
            whole: Key = (name.base, name.accent, name.primes, tuple(sorted([*labels, raised])))
            if whole in self.powered:
                return Use(whole, entries, transposed, None, example)
            if power is None:
                raise Outside(f"the script {raised[2]} of {name.base}")
        return Use(key, entries, transposed, power, example)

    def _is_index(self, script: sx.Script) -> bool:
        if script.place != "sub" or script.bracket or script.word or not script.items:
            return False
        return all(item in self.indices for item in script.items)


def identities(facts: Facts) -> Identities:
    """Reads a note for its index letters and for names that hold powers or primes."""
    indices = _running(facts)
    powered: set[Key] = set()
    primed: set[Key] = set()
    for name in _heads(facts):
        above = [s for s in name.scripts if s.place == "sup" and not is_transpose(s)]
        kept = [s for s in name.scripts if not is_transpose(s)]
        labels = [
            (s.place, s.bracket, s.text) for s in kept
            if not (s.place == "sub" and s.items and all(i in indices for i in s.items))
        ]  # fmt: skip
        labels += _script_font(name)
        key: Key = (name.base, name.accent, name.primes, tuple(sorted(labels)))
        if any(not s.bracket and not s.word for s in above):
            powered.add(key)
        if name.primes:
            primed.add(key)
    steps = _stepped([n for node in all_nodes(facts) for n in names_in(node)])
    return Identities(indices, frozenset(powered), frozenset(primed), steps, _called(facts))


def _script_font(name: sx.Name) -> list[tuple[str, str, str]]:
    """A letter in another script is another quantity: ``\\mathcal{J}`` is not J."""
    return [("font", "", name.font)] if name.font in ("mathcal", "mathscr", "mathfrak") else []


def _called(facts: Facts) -> frozenset[str]:
    alone: set[str] = set()
    heads: set[str] = set()
    for node in all_nodes(facts):
        called = [p.head for p in subtree(node) if isinstance(p, sx.Applied)]
        heads |= {head.base for head in called}
        alone |= {n.base for n in names_in(node) if not any(n is head for head in called)}
    return frozenset(heads - alone)


def _heads(facts: Facts) -> Iterator[sx.Name]:
    for line in facts.lines:
        head = head_name(line)
        if head is not None:
            yield head


def head_name(line: Line) -> sx.Name | None:
    """The name that a line may define: alone on the left, or called with its arguments."""
    if not line.first or line.inherits is not None:
        return None
    inner = plain(line.left)
    if isinstance(inner, sx.Applied) and not inner.head.primes:
        return inner.head
    return plain_name(inner)


def _running(facts: Facts) -> frozenset[str]:
    """Letters that a sum runs over, those beside them, and the entries of a definition."""
    found: set[str] = set()
    for node in all_nodes(facts):
        for part in subtree(node):
            if isinstance(part, sx.Big) and part.index:
                found.add(part.index)
    found |= _entries_on_both_sides(facts)
    names = [n for node in all_nodes(facts) for n in names_in(node)]
    stepped = _stepped(names)
    found -= stepped
    while True:
        beside = {
            item
            for name in names
            for script in name.scripts
            if script.place == "sub" and not script.word and len(script.items) > 1
            and any(i in found for i in script.items)
            for item in script.items
            if len(item) == 1 and item.isalpha() and item not in stepped
        }  # fmt: skip
        if beside <= found:
            return frozenset(found)
        found |= beside


def _stepped(names: Sequence[sx.Name]) -> frozenset[str]:
    """The letters of scripts such as ``t-1``."""
    return frozenset(
        match[1] for name in names for s in name.scripts
        if (match := _STEP.fullmatch(s.text)) is not None
    )  # fmt: skip


def _entries_on_both_sides(facts: Facts) -> set[str]:
    """``z_j = h(a_j)``: i, j or k below the head and below a name on the right."""
    found: set[str] = set()
    for line in facts.lines:
        head = plain_name(line.left)
        if head is None or not line.first:
            continue
        below = {n.base: _letters_below(n) for n in names_in(line.right)}
        for letter in sorted(_letters_below(head) & {"i", "j", "k"}):
            if any(letter in letters for letters in below.values()):
                found.add(letter)
    return found


def _letters_below(name: sx.Name) -> set[str]:
    return {
        i for s in name.scripts if s.place == "sub" and not s.word for i in s.items if len(i) == 1
    }  # fmt: skip
