"""What a note states, for its literal reading: definitions, names of gradients, costs, sizes.

Nothing here depends on shapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.figures import value_of_one_example
from derive.meaning.lines import Line
from derive.meaning.literal.backward import backward
from derive.meaning.literal.chosen import of_each
from derive.meaning.literal.costs import costs_of, is_divergence
from derive.meaning.literal.families import families, numbering, stacks
from derive.meaning.literal.fitted import is_fitted
from derive.meaning.literal.identity import (
    Identities,
    Key,
    all_uses,
    head_name,
    identities,
    keys_in,
)
from derive.meaning.literal.in_place import ASSIGNS, DEFINES, changed_in_place, same_quantity
from derive.meaning.literal.joined import joined, parts_of
from derive.meaning.literal.other_steps import with_next
from derive.meaning.literal.over_time import Summed, summed_cost
from derive.meaning.literal.scope import extents_of
from derive.meaning.literal.solutions import solutions
from derive.meaning.literal.steps import Steps, steps_of
from derive.meaning.literal.totals import differentiates_formula, totals
from derive.meaning.notation import STANDARD, names_in
from derive.meaning.setting import Outside
from derive.meaning.sums import size_of
from derive.reading import syntax as sx
from derive.reading.tree import plain

_CONSTANTS: Final = frozenset({"e", "pi", "infty"})
_SIZE_LETTERS: Final = frozenset("nmdkNMDKTB")
"""Letters of sizes: in a list of them a shape is given, and no value."""
_SEVERED: Final = re.compile(
    r"\bdifferentials?\b|detach|stop[- _]?grad|no gradient|"
    r"(does|do) not (flow|propagate)|"
    r"(treat|held|hold|kept|keep|regard)\w* (it |them )?(as )?(a )?(constant|fixed)",
    re.IGNORECASE,
)
"""Words that take a path away which the formulas have, or give a sign another meaning."""
_CONVOLVED: Final = re.compile(r"\bconvol|cross-correlat", re.IGNORECASE)
"""Words that give the sign ``*`` another meaning."""
_SMALL_MATRIX: Final = re.compile(
    r"(?<![A-Za-z\\}])\\?[a-z]\w*[^$=\n]{0,20}?(\\in|∈)[^$=]{0,16}\^\s*\{[^}$]*(\\times|×)"
)
"""``w \\in \\mathbb{R}^{n \\times m}``: a small letter for a matrix."""


Label = tuple[str, str, tuple[str, ...]]
"""A letter, its accent and its labels: how another part of a note names a quantity."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One definition: the quantity, its own entries on the left, and its formula."""

    key: Key
    entries: tuple[str, ...]
    formula: sx.Node
    line: Line
    of_one: bool = False
    """It is given for one example only."""


@dataclass(slots=True)
class Outlined:
    """What does not depend on shapes: definitions, gradients by name, costs, sizes."""

    facts: Facts
    names: Identities
    stated: dict[Key, Stated] = field(default_factory=dict)
    aliases: dict[Key, tuple[Key, Key]] = field(default_factory=dict)
    solutions: set[int] = field(default_factory=set)
    """Lines (by identity) that say where the minimum of a cost lies: ``w = (X^T X)^{-1} X^T y``."""
    derived: dict[Key, Stated] = field(default_factory=dict)
    """Names for formulas that hold gradients."""
    costs: list[Key] = field(default_factory=list)
    """Quantities that are differentiated and are numbers: the one most often named first."""
    sizes: dict[str, str] = field(default_factory=dict)
    extents: dict[Key, int] = field(default_factory=dict)
    families: frozenset[Key] = frozenset()
    numbering: dict[Key, frozenset[str]] = field(default_factory=dict)
    """The letters that number the vectors of families."""
    stacks: dict[Key, Key] = field(default_factory=dict)
    """Capitals whose rows are the vectors of a family -> that family."""
    exampled: frozenset[Key] = frozenset()
    """Quantities that are named at an example: ``x^{(i)}``."""
    uses: dict[Key, frozenset[Key]] = field(default_factory=dict)
    again: dict[int, Line] = field(default_factory=dict)
    """Lines (by identity) that give a quantity a second formula -> the line of the first."""

    changed: dict[Key, str] = field(default_factory=dict)
    """Quantities that some line changes in place -> why they have no one value."""
    steps: Steps = field(default_factory=Steps)
    totals: frozenset[Key] = frozenset()
    """Numbers that are written as functions of arrays: ``f(x) = x^T A x``."""
    seen: frozenset[Label] = frozenset()
    """What formulas outside of the lines speak of: a loss without one may depend on it."""

    joined: frozenset[Key] = frozenset()
    """What stands in a vector made of several: ``[h_{t-1}, x_t]``."""
    summed: Summed | None = None
    """The loss, if it is a sum over the steps."""

    def cost_at(self, place: int, named: frozenset[Key] = frozenset()) -> Key:
        """The cost that a line at a place means: the one it names, else the last stated above.

        A cost that goes into another quantity is not meant where no name says so.
        """
        if not self.costs:
            raise Outside("there is no cost to differentiate")
        first = self.costs[0]
        if self.costs == [first] and not self._goes_on(first):
            return first
        lines = {c: self.stated[c].line for c in self.costs if c in self.stated}
        if self.summed is not None:
            lines[self.summed.key] = self.summed.line
        free = [c for c in self.costs if c in lines and not self._goes_on(c)]
        if named:
            above = sorted(named & set(free)) if len(named) == 1 else []
        else:
            at = {c: lines[c].piece.span.start for c in free}
            above = [c for c in sorted(free, key=lambda c: at[c]) if at[c] < place]
            parts = {c for c in self.costs if c not in free and self._part_of(c, above)}
            above = above if {*free, *parts} == set(self.costs) else []
        if not above:
            raise Outside("there is more than one cost, and it is not said which one is meant")
        return above[-1]

    def _part_of(self, cost: Key, others: list[Key]) -> bool:
        """Is a cost one of those that a later one adds up?"""
        return bool(others) and self.reaches(others[-1], cost)

    def _goes_on(self, cost: Key) -> bool:
        """Is something computed from a cost?"""
        return any(cost in keys for key, keys in self.uses.items() if key not in self.aliases)

    def carried(self) -> tuple[Key, ...]:
        """What the next step needs, where a loss that is not given may depend on it too."""
        if not self.costs or self.costs[0] in self.stated or self.steps.labelled(self.costs[0]):
            return ()
        return self.steps.carried

    def elsewhere(self, by: Key) -> str:
        """Why the lines do not settle the derivatives by a quantity; "" if they do."""
        users = [key for key in self.stated if by in self.uses.get(key, ())]
        repeated = any(self.reaches(c, user) for c in self.steps.carried for user in users)
        once = bool(users) and not (repeated or any(map(self.steps.labelled, users)))
        known = by in self.stated or by in self.costs or once
        return self.steps.reason(by, self.reaches, known)

    def reaches(self, of: Key, by: Key) -> bool:
        """Is a quantity computed from another one?"""
        seen: set[Key] = set()
        waiting = [of]
        while waiting:
            key = waiting.pop()
            if key == by:
                return True
            if key not in seen:
                seen.add(key)
                waiting += sorted(self.uses.get(key, ()))
        return False


def label_of(name: sx.Name) -> Label:
    """How a name is told from others by its letter: entries and powers are no part of it."""
    labels = [s.text for s in name.scripts if s.bracket or s.word or any(map(str.isdigit, s.text))]
    return name.base, name.accent, tuple(sorted(labels))


def outlined(
    facts: Facts, seen: frozenset[Label] = frozenset(), ahead: bool = False
) -> Outlined | None:
    """The definitions of a note; None where it has none that the literal reading knows.

    seen: what formulas that are not among the lines speak of.  ahead: with the formulas of the
    step behind too.
    """
    names = identities(facts)
    source = facts.document.source
    if _SEVERED.search(source) or letters_said(facts, _SMALL_MATRIX, small=True):
        return None
    if _CONVOLVED.search(source) and _starred(facts):
        return None
    by_letter = facts.roles.symbolic_depth and not facts.roles.letters <= names.steps & {"t"}
    if by_letter or names.steps - {"t"} - _bounding(facts):
        return None  # layers by letters: what holds at one is not what the program says
    found = Outlined(facts, names, seen=seen, joined=joined(facts, names))
    letters = totals(facts)
    for line in facts.lines:
        stated = _stated(facts, names, line, letters)
        if stated is None:
            continue
        first = found.stated.setdefault(stated.key, stated)
        if first is not stated:
            found.again[id(line)] = first.line
    for key, one in list(found.stated.items()):
        gradient = names_gradient(names, one.formula, one.entries)
        if gradient is not None:
            found.aliases[key] = gradient
            del found.stated[key]
            found.again = {k: line for k, line in found.again.items() if line is not one.line}
    backward(found)
    solutions(found)
    found.summed = summed_cost(names, list(found.stated.values()))
    if found.summed is not None:
        del found.stated[found.summed.key]
    if not found.stated and not differentiates_formula(facts):
        return None
    found.totals = frozenset(key for key in found.stated if key[0] in letters)
    for key, one in found.stated.items():
        found.uses[key] = frozenset(keys_in(names, one.formula))
    found.costs = costs_of(found)
    if found.summed is not None:
        whole = found.summed.key
        found.costs.sort(key=lambda key: key != whole)
    found.changed = changed_in_place(found) | _unclear(found) | _of_one(found)
    inside = {key for one in found.stated.values() for key in keys_in(names, one.formula)}
    found.steps = steps_of(names, set(found.stated), all_uses(facts, names), inside)
    found.extents = extents_of(list(all_uses(facts, names)))
    found.exampled = frozenset(u.key for u in all_uses(facts, names) if u.example)
    found.sizes = {k: v for k, v in _sizes(facts).items() if not _is_array(found, k)}
    found.families = families(found, all_uses(facts, names))
    found.numbering = numbering(all_uses(facts, names)) if found.families else {}
    found.stacks = stacks(found, all_uses(facts, names))
    if ahead:
        with_next(found)
    return found


def _bounding(facts: Facts) -> frozenset[str]:
    """Letters that count no steps: capitals in bounds (``w_{K-1}``), those of a product."""
    bigs = [p for node in all_nodes(facts) for p in subtree(node) if isinstance(p, sx.Big)]
    capitals = {c for p in bigs for c in p.upper if c.isupper()}
    return frozenset(capitals | {p.index for p in bigs if p.operator == "prod"})


def _starred(facts: Facts) -> bool:
    """Does a line hold a star, which a convolution may be written with?"""
    products = (p for node in all_nodes(facts) for p in subtree(node) if isinstance(p, sx.Product))
    return any(sign in ("ast", "odot") for p in products for sign, _ in p.factors)


def letters_said(facts: Facts, pattern: re.Pattern[str], small: bool = False) -> bool:
    """Does the text say of a letter (small: a small one) of the lines what a pattern finds?"""
    words = _words_of(facts.document.source, pattern, small)
    return any(n.base in words for line in facts.lines for s in line.nodes for n in names_in(s))


@lru_cache(maxsize=8)
def _words_of(source: str, pattern: re.Pattern[str], small: bool) -> frozenset[str]:
    words = "[a-z]+" if small else "[A-Za-z]+"
    return frozenset(w for m in pattern.finditer(source) for w in re.findall(words, m[0]))


def _unclear(found: Outlined) -> dict[Key, str]:
    """Quantities that a line gives a value which is not understood: they are no inputs."""
    out: dict[Key, str] = {}
    used = {key for keys in found.uses.values() for key in keys}
    for line in found.facts.lines:
        name, right = head_name(line), plain(line.right)
        if name is None or name.mark or isinstance(plain(line.left), sx.Applied):
            continue
        if name.base in found.names.indices and not name.scripts:
            continue
        if line.relation.text not in (*DEFINES, *ASSIGNS, "\\approx", "≈", "\\propto", "∝"):
            continue
        if value_of_one_example(found.facts, line) is not None or id(line) in found.solutions:
            continue  # w_1 = w_2 = 0
        if line.relation.text in ("\\approx", "≈") and is_fitted(found.facts, name, right):
            continue
        try:
            use = found.names.use(name)
        except Outside:
            continue
        known = use.key in {**found.stated, **found.aliases, **found.derived}
        inside = set(keys_in(found.names, line.right))
        opaque = isinstance(right, sx.Unreadable | sx.Picture | sx.Dots)
        letters = {k[0] for k in inside} & {k[0] for k in used} - _SIZE_LETTERS
        listed = isinstance(right, sx.Tuple) and bool(letters)
        computed = opaque or listed or bool(inside & used and use.key not in inside)
        if computed and not known and not (use.entries or use.transposed or use.power is not None):
            out[use.key] = f"what {name.base} is computed from is not understood"
    return out


def _of_one(found: Outlined) -> dict[Key, str]:
    """Quantities of which a formula gives only the entry that is picked: ``s_y = w_y^T x - m``."""
    picked = found.names.chosen
    return {
        key: f"the formula of {key[0]} may be that of one entry alone"
        for key, one in found.stated.items()
        if picked & {*one.entries} and not of_each(found.facts, one.formula, one.entries[0])
    }


def _is_array(found: Outlined, letter: str) -> bool:
    """A letter that is a quantity with entries or a formula: it bounds no sum."""
    key: Key = (letter, "", 0, ())
    return key in found.stated or found.extents.get(key, 0) > 0 or letter in found.names.indices


def _stated(facts: Facts, names: Identities, line: Line, letters: frozenset[str]) -> Stated | None:
    name = head_name(line)
    if name is None or line.relation.text not in DEFINES or name.mark:
        return None
    if name.base in STANDARD or (name.base in _CONSTANTS and _fixed(name, line.right)):
        return None
    if facts.roles.is_kronecker(name) and isinstance(plain(line.right), sx.Number):
        return None  # ``\\delta_{ij} = 1`` where i = j
    if value_of_one_example(facts, line) is not None:
        return None
    if name.base in names.indices and not name.scripts:
        return None  # ``i = 1, \\ldots, n``
    right = plain(line.right)
    if isinstance(right, sx.Tuple) and not parts_of(facts, names, right):
        return None
    if isinstance(right, sx.Picture | sx.Unreadable | sx.Dots):
        return None
    called = isinstance(plain(line.left), sx.Applied)
    total = called and name.base in letters
    if line.source.opens or (called and not total and not _is_call(facts, line)):
        return None
    try:
        use = names.use(name)
    except Outside:
        return None
    if use.example is not None:
        return Stated(use.key, (use.example,), line.right, line, of_one=True)
    again = any(same_quantity(names, use.key, n) for n in names_in(line.right))
    if use.transposed or use.power is not None or again:
        return None  # an update, or an equation that defines nothing
    return Stated(use.key, use.entries, line.right, line)


def _fixed(name: sx.Name, formula: sx.Node) -> bool:
    """``\\pi = 3``, ``e^z = a``: what has its meaning in every note gets no other."""
    raised = any(script.place == "sup" for script in name.scripts)
    return raised or isinstance(plain(formula), sx.Number)


def _is_call(facts: Facts, line: Line) -> bool:
    """``RSS(\\beta) = ...``: a number with what it depends on, no function of one letter."""
    head = plain(line.left)
    assert isinstance(head, sx.Applied)
    cost = facts.roles.is_cost(head.head) or head.head.word or is_divergence(head.head)
    from derive.meaning.roles import spelled_function

    return cost and spelled_function(head.head) not in facts.bodies


def names_gradient(
    names: Identities, formula: sx.Node, entries: tuple[str, ...] = ()
) -> tuple[Key, Key] | None:
    """``g = \\partial L/\\partial y``: a name for a gradient; entries: those of g, and so of y."""
    inner = plain(formula)
    if not isinstance(inner, sx.Derivative) or inner.of is None or inner.order != 1:
        return None
    of = plain(inner.of)
    of = of.head if isinstance(of, sx.Applied) else of
    if not isinstance(of, sx.Name) or of.mark or inner.by.mark:
        return None
    try:
        above, below = names.use(of), names.use(inner.by)
    except Outside:
        return None
    plainly = not (above.entries or below.transposed or below.power)
    plainly = plainly and below.entries == entries
    plainly = plainly and above.example is None and below.example is None
    return (above.key, below.key) if plainly else None


def _sizes(facts: Facts) -> dict[str, str]:
    """Letters that bound a sum: sizes of an axis."""
    found: dict[str, str] = {}
    for node in all_nodes(facts):
        for part in subtree(node):
            if isinstance(part, sx.Big) and part.index and (size := size_of(part)):
                found.setdefault(size, size)
    return found
