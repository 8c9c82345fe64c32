"""The quantities of a literal reading: leaves with the shapes that are supposed of them.

A `Scope` is one supposition about shapes.  Capitals are matrices, other letters vectors,
what carries entries has as many axes as entries; `numbers` lists the letters that are taken
for numbers instead, `same` the sizes that were found to be one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from derive.meaning.literal.identity import Identities, Key, Use
from derive.meaning.notation import GREEK_CAPITALS
from derive.meaning.setting import Outside
from derive.program import SCALAR, Dim, Expr, Function, Shape

RATES = frozenset({"lambda", "alpha", "eta", "epsilon", "varepsilon", "rho", "tau", "kappa"})
"""Letters that name numbers."""


@dataclass(slots=True)
class Scope:
    """What is supposed, and what has been given a value under it."""

    names: Identities
    column: bool
    softmax_axis: int | None
    numbers: frozenset[Key]
    sizes: dict[str, str]
    """Letters that are sizes of an axis: the upper bounds of sums -> a dimension."""
    same: dict[str, Dim] = field(default_factory=dict)
    leaves: dict[Key, Shape] = field(default_factory=dict)
    values: dict[Key, Expr] = field(default_factory=dict)
    """Definitions that have a value."""
    lost: dict[Key, str] = field(default_factory=dict)
    """Definitions without one, and why."""
    aliases: dict[Key, tuple[Key, Key]] = field(default_factory=dict)
    rooted: frozenset[Key] = frozenset()
    """Letters that stand alone under a root: numbers, capitals too."""
    small_states: bool = False
    """Formulas give values at a step to small letters."""
    """Names of gradients: of what by what."""
    functions: dict[str, Function] = field(default_factory=dict)
    labels: dict[Key, str] = field(default_factory=dict)
    """Names in the program."""
    extents: dict[Key, int] = field(default_factory=dict)
    """The most entries that a quantity carries anywhere in the note."""
    families: frozenset[Key] = frozenset()
    numbering: dict[Key, frozenset[str]] = field(default_factory=dict)
    """The letters that number the vectors of families."""
    in_rows: bool = False
    """They are the rows of a matrix, so that the number of the vector stands first."""
    stacks: dict[Key, Key] = field(default_factory=dict)
    """Vectors by an index: ``u_k^T v``; the rows of a matrix."""
    named: dict[str, Key] = field(default_factory=dict)
    """How messages name quantities."""
    exampled: frozenset[Key] = frozenset()
    other_sum: bool = False
    """The note gives the labels another sum than one."""
    """Quantities that are named at an example: ``x^{(i)}``."""
    totals: frozenset[Key] = frozenset()
    """Numbers that are written as functions of arrays: ``f(x) = x^T A x``."""
    one_hot: dict[Key, str] = field(default_factory=dict)
    """Labels that are one at the entry that a letter picks, and zero elsewhere."""
    hidden: dict[Key, str] = field(default_factory=dict)
    """Numbers that are others for each choice of an entry -> the letter that picks it."""
    tied: set[str] = field(default_factory=set)
    """Sizes by a letter that some sum has shown to be those of an axis."""

    def is_letter(self, size: Dim) -> bool:
        """Is a size the one that a letter of the note names?"""
        return size in self.sizes.values()

    def shown(self, key: Key) -> str:
        """A quantity as messages name it: ``W_f``, ``hat y``; no two alike."""
        base, accent, primes, scripts = key
        below = "".join(f"{'^' if place == 'sup' else '_'}{text}" for place, _, text in scripts)
        text = f"{accent} {base}".strip() + "'" * primes + below
        taken = self.named.setdefault(text, key)
        return text if taken == key else f"{text} ({self.label(key)})"

    def dim(self, name: str) -> Dim:
        """The size that a dimension has been found to be."""
        found: Dim = name
        while isinstance(found, str) and found in self.same:
            found = self.same[found]
        return found

    def label(self, key: Key) -> str:
        """The name of a quantity in the program: letters and digits, its own."""
        if key not in self.labels:
            base, accent, primes, scripts = key
            text = base + accent + "p" * primes + "".join(t for *_, t in scripts)
            text = re.sub(r"[^A-Za-z0-9+-]", "", text).replace("+", "plus").replace("-", "minus")
            text = f"q_{text}"
            taken = set(self.labels.values())
            self.labels[key] = text if text not in taken else f"{text}_{len(taken)}"
        return self.labels[key]

    def leaf(self, key: Key) -> Shape:
        """The shape of a quantity that no line defines."""
        if key not in self.leaves:
            self.leaves[key] = self._supposed(key)
        rows, columns = self.leaves[key]
        return (
            self.dim(rows) if isinstance(rows, str) else rows,
            self.dim(columns) if isinstance(columns, str) else columns,
        )

    def _supposed(self, key: Key) -> Shape:
        own = self.shown(key)
        extent = self.extents.get(key, 0)
        if extent > 2:
            raise Outside(f"{key[0]} has more than two indices")
        if key in self.exampled and key in self.numbers:
            return (1, f"columns of {own}") if self.column else (f"rows of {own}", 1)
        if extent == 0 and (key in self.rooted or (key in self.numbers and is_matrix(key))):
            return SCALAR
        if key in self.families:
            return (f"rows of {own}", f"size of {own}")
        if extent == 2 or (extent == 0 and is_matrix(key) and not self._is_state(key)):
            return (f"rows of {own}", f"columns of {own}")
        if extent == 0 and (key in self.numbers or key[0] in RATES):
            return SCALAR
        if extent == 1 and is_matrix(key):
            return (f"rows of {own}", f"columns of {own}")
        return (f"size of {own}", 1) if self.column else (1, f"size of {own}")

    def _is_state(self, key: Key) -> bool:
        """``C_{t-1}`` where the states of a step are vectors by their small letters."""
        texts = (text for *_, text in key[3])
        return self.small_states and any(
            t[:1] in self.names.steps and (t[1:2] in ("", "+", "-")) for t in texts
        )


def is_matrix(key: Key) -> bool:
    """A capital letter: a matrix unless it carries one index only."""
    base = key[0]
    return (len(base) == 1 and base.isupper()) or base in GREEK_CAPITALS


def extents_of(uses: list[Use]) -> dict[Key, int]:
    """The most entries that each quantity carries."""
    found: dict[Key, int] = {}
    for use in uses:
        found[use.key] = max(found.get(use.key, 0), 0 if use.example else len(use.entries))
    return found
