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
from derive.meaning.literal.chosen import OTHERS, chosen, units_by, whole
from derive.meaning.literal.labels import Label, naming
from derive.meaning.literal.matrices import has_meaning
from derive.meaning.notation import derivatives_in, is_transpose, names_in, plain_name
from derive.meaning.setting import Outside
from derive.reading import syntax as sx
from derive.reading.tree import plain

_STEP: Final = re.compile(r"([a-zA-Z])[+-]\d+")
"""A script such as ``t-1``: its letter counts steps."""
Key = tuple[str, str, int, tuple[tuple[str, str, str], ...]]
"""Letter, accent, primes, labels as (place, bracket, text): what makes two names one."""
_BOLD: Final = ("mathbf", "boldsymbol", "bm", "pmb", "symbf", "symbfit", "mathbfit")
_INDICES: Final = frozenset("ijklmnpqrstuv")
"""Letters that stand for any entry where a derivative is by one."""
Slot = tuple[str, str, int, str, str, int, bool]
"""Letter, accent, primes, place, bracket, length, figures or letters: of a script."""


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
    indexed: frozenset[Slot] = frozenset()
    """Scripts that are running letters somewhere in the note."""
    folded: frozenset[tuple[str, str]] = frozenset()
    """Small letters with accents whose entries are those of the capital: ``x_{ij}`` of X."""
    naming: frozenset[Label] = frozenset()
    """Letters with a script that names them, though its letter runs elsewhere."""
    paired: frozenset[frozenset[str]] = frozenset()
    """The letters of an entry by an entry, ``\\partial y_i/\\partial x_j``."""
    styled: frozenset[tuple[str, str]] = frozenset()
    """Letters with their accents that stand in another font somewhere in the note."""

    chosen: frozenset[str] = frozenset()
    """Running letters that pick one entry, the same everywhere: the class c of ``p_c``."""

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
            elif self.is_index(name, script):
                if entries:
                    raise Outside(f"two sets of indices on {name.base}")
                entries = script.items
            elif script.place == "sup" and not script.bracket and not script.word:
                if power is not None:
                    raise Outside(f"two scripts above {name.base}")
                power, raised = script.node, (script.place, "", script.text)
            else:
                labels.append(self._label(name, script))
        if (entries or example) and not name.font and (name.base, name.accent) in self.styled:
            raise Outside(f"{name.base} in two fonts, one of them with indices")
        base = name.base if example is None else name.base.upper()
        if len(entries) == 2 and (base, name.accent) in self.folded:
            base = base.upper()
        key: Key = (base, name.accent, name.primes, tuple(sorted(labels)))
        if raised is not None:
            whole: Key = (name.base, name.accent, name.primes, tuple(sorted([*labels, raised])))
            if whole in self.powered:
                return Use(whole, entries, transposed, None, example)
            if power is None:
                raise Outside(f"the script {raised[2]} of {name.base}")
        return Use(key, entries, transposed, power, example)

    def _label(self, name: sx.Name, script: sx.Script) -> tuple[str, str, str]:
        """A script as a part of the name; Outside where it may mean an entry."""
        parts = [i for i in script.items if len(i) == 1]
        named = self._named(name, script)
        if not (script.word or named) and any(i in self.indices for i in parts):
            raise Outside(f"the script {script.text} of {name.base} runs and names at once")
        slot = _slot(name, script, not any(i.isalpha() for i in parts))
        if not (script.word or named) and slot in self.indexed and script.text not in self.steps:
            raise Outside(f"{name.base} has entries, and {script.text} may be one of them")
        return (script.place, script.bracket, script.text + _of_script(script))

    def is_kronecker(self, name: sx.Name) -> bool:
        """``\\delta_{ij}`` beside ``\\partial y_i/\\partial x_j``, whatever i runs over besides."""
        plainly = name.base == "delta" and not (name.mark or name.primes or name.accent)
        return (
            plainly and len(name.scripts) == 1 and frozenset(name.scripts[0].items) in self.paired
        )

    def is_index(self, name: sx.Name, script: sx.Script) -> bool:
        """A script of running letters: it picks entries."""
        if script.place != "sub" or script.bracket or script.word or not script.items:
            return False
        running = all(item in self.indices for item in script.items)
        return running and not self._named(name, script)

    def _named(self, name: sx.Name, script: sx.Script) -> bool:
        """A script whose letter runs elsewhere, and names here: ``d_k``."""
        return (name.base, name.accent, script.text) in self.naming


def identities(facts: Facts) -> Identities:
    """Reads a note for its index letters and for names that hold powers or primes."""
    indices = _running(facts)
    picked = chosen(facts, indices)
    indices |= picked | (units_by(facts) & _INDICES - _alone(facts) if picked else set())
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
    names = [n for node in all_nodes(facts) for n in names_in(node)]
    found = Identities(
        indices, frozenset(powered), frozenset(primed), _stepped(names), _called(facts)
    )
    found.chosen = picked
    found.folded = _folded(names, indices) - {(n.base, n.accent) for n in _heads(facts)}
    found.naming = frozenset(
        one for one in naming(facts, indices) if one[2] not in picked or one[:2] not in whole(facts)
    )
    found.paired = _paired(facts, indices)
    found.indexed = _indexed(facts, found, names)
    found.styled = frozenset((n.base, n.accent) for n in names if _script_font(n))
    return found


def _folded(names: Sequence[sx.Name], indices: frozenset[str]) -> frozenset[tuple[str, str]]:
    """The small letters that stand with two running letters only, beside their capital without."""
    capitals = {(n.base.lower(), n.accent) for n in names if n.base.isupper() and _bare(n)}
    pairs: set[tuple[str, str]] = set()
    others: set[tuple[str, str]] = set()
    for name in names:
        script = name.scripts[0] if len(name.scripts) == 1 else None
        two = script is not None and script.place == "sub" and len(script.items) == 2
        running = two and script is not None and all(item in indices for item in script.items)
        (pairs if running and not name.font else others).add((name.base, name.accent))
    single = {one for one in pairs if len(one[0]) == 1 and one[0].islower()}
    return frozenset(single & capitals - others)


def _paired(facts: Facts, indices: frozenset[str]) -> frozenset[frozenset[str]]:
    """The letters of the entries in derivatives of one entry by another."""
    found: set[frozenset[str]] = set()
    for node in all_nodes(facts):
        for one in derivatives_in(node):
            of = plain(one.of) if one.of is not None else None
            if isinstance(of, sx.Name):
                above, below = _letters_below(of) & indices, _letters_below(one.by) & indices
                if len(above) == len(below) == 1 and above != below:
                    found.add(frozenset(above | below))
    return frozenset(found)


def _bare(name: sx.Name) -> bool:
    return len(name.base) == 1 and all(is_transpose(script) for script in name.scripts)


def _indexed(facts: Facts, found: Identities, names: Sequence[sx.Name]) -> frozenset[Slot]:
    """``x_i`` beside ``x_1``, ``W^{(l)}`` beside ``W^{(1)}``: what may be one of the entries.

    Where the note says that what is summed is another one (negative samples), letters name.
    """
    apart = OTHERS.search(facts.document.source) is not None
    out: set[Slot] = set()
    for name in names:
        for script in name.scripts:
            running = script.place == "sup" and script.bracket and script.text in found.indices
            slot = _slot(name, script, figures=True)
            if slot is not None and (running or found.is_index(name, script)):
                out |= {slot} if apart else {slot, (*slot[:-1], False)}
    return frozenset(out)


def _slot(name: sx.Name, script: sx.Script, figures: bool) -> Slot | None:
    """Where a script stands: what an index and a label have in common."""
    if not script.items or script.place == "index" or any(len(i) > 1 for i in script.items):
        return None
    length = len(script.items)
    return (name.base, name.accent, name.primes, script.place, script.bracket, length, figures)


def _of_script(script: sx.Script) -> str:
    """The font of a single letter in a script: ``W_{\\mathbf{x}}`` is not ``W_x``."""
    font = script.node.font if isinstance(script.node, sx.Name) else ""
    return f"|{font or 'word'}" if len(script.text) == 1 and (font or script.word) else ""


def _script_font(name: sx.Name) -> list[tuple[str, str, str]]:
    """A letter in another script is another quantity: ``\\mathcal{J}`` is not J."""
    font = "bold" if name.font in _BOLD else name.font
    return [("font", "", font)] if font and (len(name.base) == 1 or font == "bold") else []


def _called(facts: Facts) -> frozenset[str]:
    alone: set[str] = set()
    heads: set[str] = set()
    for node in all_nodes(facts):
        called = [p.head for p in subtree(node) if isinstance(p, sx.Applied)]
        heads |= {head.base for head in called}
        alone |= {head.base for head in called if any(map(is_transpose, head.scripts))}
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
        return None if has_meaning(inner.head) else inner.head
    return plain_name(inner)


def _running(facts: Facts) -> frozenset[str]:
    """Letters that a sum runs over, those beside them, and the entries of a definition."""
    found: set[str] = set()
    for node in all_nodes(facts):
        for part in subtree(node):
            if isinstance(part, sx.Big) and part.index:
                found.add(part.index)
    found -= _numbered(facts)
    found |= _entries_on_both_sides(facts)
    names = [n for node in all_nodes(facts) for n in names_in(node)]
    stepped = _stepped(names)
    found -= stepped
    found |= _differentiated_by(facts, frozenset(found)) - stepped
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


def _differentiated_by(facts: Facts, running: frozenset[str]) -> set[str]:
    """The j of ``\\partial f/\\partial x_j`` beside ``\\sum_i x_i``: any entry of the same array.

    A letter that is a quantity by itself (``w_b`` beside a b) names.
    """
    names = [n for node in all_nodes(facts) for n in names_in(node)]
    alone = {n.base for n in names} & _alone(facts)
    by = [d.by for node in all_nodes(facts) for d in derivatives_in(node)]

    def below(name: sx.Name) -> tuple[str, ...]:
        scripts = [s for s in name.scripts if s.place == "sub" and not (s.word or s.bracket)]
        return scripts[0].items if len(scripts) == 1 else ()

    summed = {
        (n.base, n.accent, len(below(n))) for n in names
        if below(n) and all(item in running for item in below(n))
    }  # fmt: skip
    return {
        item for name in by if (name.base, name.accent, len(below(name))) in summed
        for item in below(name) if item in _INDICES and item not in alone
    }  # fmt: skip


def _numbered(facts: Facts) -> set[str]:
    """The o of ``net_{o1} = ...`` and ``net_{o2} = ...``: units by name, which no sum defines.

    A sum over them in passing, ``\\sum_o \\delta_o w_{ho}``, gives the letter no other meaning.
    """
    numbers: dict[str, set[str]] = {}
    summed: set[str] = set()
    for line in facts.lines:
        head = head_name(line)
        if head is None or head.mark:
            continue
        summed |= {p.index for p in subtree(line.right) if isinstance(p, sx.Big)}
        for script in head.scripts:
            if len(script.items) == 2 and script.place == "sub" and script.items[1].isdigit():
                numbers.setdefault(script.items[0], set()).add(script.items[1])
    return {letter for letter, seen in numbers.items() if len(seen) > 1 and letter not in summed}


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
        found |= _beside_sums(line, head) - _alone(facts)
    return found


def _alone(facts: Facts) -> set[str]:
    """Letters that stand without scripts, but for the conditions of cases: ``[a = b]``."""
    parts = [part for node in all_nodes(facts) for part in subtree(node)]
    compared = {
        id(plain(side)) for p in parts if isinstance(p, sx.Comparison) for side in (p.left, p.right)
    }
    bare = (p for p in parts if isinstance(p, sx.Name) and not p.scripts)
    return {p.base for p in bare if id(p) not in compared}


def _beside_sums(line: Line, head: sx.Name) -> set[str]:
    """The a of ``p_a = e^{z_a}/\\sum_b e^{z_b}``: below the head, and where a sum's letter runs."""
    summed = {p.index for p in subtree(line.right) if isinstance(p, sx.Big) and p.index}
    names = [(n.base, n.accent, _letters_below(n)) for n in names_in(line.right)]
    return {
        letter
        for letter in _letters_below(head)
        for base, accent, below in names
        if below == {letter}
        and any(b == base and a == accent and other <= summed and other for b, a, other in names)
    }


def _letters_below(name: sx.Name) -> set[str]:
    return {
        i for s in name.scripts if s.place == "sub" and not s.word for i in s.items if len(i) == 1
    }  # fmt: skip


def keys_in(names: Identities, node: sx.Node) -> Iterator[Key]:
    for name in names_in(node):
        bare = sx.Name(name.span, name.base, name.scripts, 0, name.accent, "", name.word, name.font)
        try:
            use = names.use(name)
            if name.primes and use.key not in names.primed:
                use = names.use(bare)  # a derivative of the function of this name
            yield use.key
        except Outside:
            continue


def all_uses(facts: Facts, names: Identities) -> Iterator[Use]:
    for node in all_nodes(facts):
        for name in names_in(node):
            bare = sx.Name(
                name.span, name.base, name.scripts, 0, name.accent, "", name.word, name.font
            )
            try:
                yield names.use(bare)
            except Outside:
                continue
