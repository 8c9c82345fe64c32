"""The bounded search for edits that make a right-hand side true.

In: a loose tree, its vocabulary, and a `Judge` that knows the left side.  Out: `Hit` records,
the likeliest first.  Every candidate is screened by evaluation, only survivors are proved.
The search stops at the first rank that has a hit; a pair of edits is tried only of the
mistakes that come together most often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, islice

from derive.diagnosis.edit import Edit, tidy
from derive.diagnosis.edits import edits
from derive.diagnosis.loose import Add, Loose, length, parts, to_expr, with_parts
from derive.diagnosis.vocabulary import Vocabulary, gradient_names
from derive.program import Equation, Expr, Index, ShapeError, Statement, Symbol, walk

LISTED = 8000
"""At most this many edits of a line are listed."""
SINGLES = 1500
"""At most this many candidates of one edit are evaluated."""
PAIRS = 400
"""At most this many candidates of two edits are evaluated."""
FIRSTS = 40
"""At most this many first edits of a pair."""
PROOFS = 12
"""At most this many survivors are handed to the prover."""
COMMON = frozenset(
    {
        "activation-derivative",
        "missing-transpose",
        "extra-transpose",
        "sign",
        "missing-mean",
        "extra-mean",
        "constant-factor",
        "product-kind",
        "product-order",
        "missing-sum",
    }
)
"""Mistakes that are made two at a time."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A proved right-hand side and the edits that lead to it."""

    expr: Expr
    edits: tuple[Edit, ...]


@dataclass
class Judge:
    """The left side of a claim with the two ways of judging a right side.

    prover is the full proof (engine and checker); agrees the fast screen, None if unknown.
    A gradient that is its `own` never stands in a repair.
    """

    left: Expr
    free: tuple[Index, ...]
    prover: Callable[[Statement], bool]
    agrees: Callable[[Statement], bool | None]
    examples: str = "m"
    own: frozenset[str] = frozenset()
    proofs: int = PROOFS
    seen: set[Expr] = field(default_factory=set)

    def screened(self, expr: Expr) -> bool:
        """Whether a candidate fits, is new, not circular, and agrees at the points."""
        if expr.shape != self.left.shape or expr in self.seen:
            return False
        self.seen.add(expr)
        if self.own & gradient_names(expr):
            return False
        if isinstance(self.left, Symbol) and self.left in walk(expr):
            return False
        return self.agreed(expr)

    def agreed(self, expr: Expr) -> bool:
        """Whether a candidate agrees at the points, circular or not."""
        return self.agrees(Equation(self.left, expr, self.free)) is True

    def proved(self, expr: Expr) -> bool:
        """Whether a candidate is proved; counts against the limit."""
        if self.proofs <= 0:
            return False
        self.proofs -= 1
        return self.prover(Equation(self.left, expr, self.free))

    def fits(self, tree: Loose) -> Expr | None:
        """The expression of a candidate that agrees, else None."""
        try:
            expr = to_expr(tidy(tree), self.examples)
        except ShapeError:
            return None
        return expr if self.screened(expr) else None


def single(tree: Loose, words: Vocabulary, judge: Judge, limit: int = 3) -> list[Hit]:
    """Single edits that make the right side true, the likeliest first, of these the shortest."""
    ordered = sorted(islice(edits(tree, words), LISTED), key=lambda edit: edit.rank)
    hits: list[Hit] = []
    for edit in ordered[:SINGLES]:
        if hits and edit.rank > hits[0].edits[0].rank:
            break
        expr = judge.fits(edit.tree)
        if expr is not None and judge.proved(expr):
            hits.append(Hit(expr, (edit,)))
            if len(hits) == limit:
                break
    return sorted(hits, key=lambda hit: (hit.edits[0].rank, length(hit.expr, words.scene.scale)))


def double(tree: Loose, words: Vocabulary, judge: Judge) -> list[Hit]:
    """Two edits of the mistakes that come together most often; the first pair that holds."""
    tried = 0
    for first, second in _pairs(tree, words):
        if tried == PAIRS:
            break
        before = len(judge.seen)
        expr = judge.fits(second.tree)
        tried += len(judge.seen) > before
        if expr is not None and judge.proved(expr):
            return [Hit(expr, (first, second))]
    return []


def _pairs(tree: Loose, words: Vocabulary) -> Iterator[tuple[Edit, Edit]]:
    """Pairs by the sum of their ranks; the second edit is made on the result of the first."""
    firsts = _common(tree, words)[:FIRSTS]
    buckets: dict[int, list[tuple[Edit, Edit]]] = {}
    for first in firsts:
        for second in _common(first.tree, words):
            if second.rank >= first.rank and second.tree != tree:
                buckets.setdefault(first.rank + second.rank, []).append((first, second))
    for total in sorted(buckets):
        yield from buckets[total]


def redundant(tree: Loose, judge: Judge) -> bool:
    """Whether a true right side holds without one or two terms of a sum: ``a + b - a``."""
    for shorter in _shorter(tree):
        try:
            expr = to_expr(tidy(shorter), judge.examples)
        except ShapeError:
            continue
        if expr.shape == judge.left.shape and judge.agreed(expr):
            return True
    return False


def _shorter(tree: Loose) -> Iterator[Loose]:
    if isinstance(tree, Add):
        for count in (1, 2):
            for dropped in combinations(range(len(tree.terms)), count):
                rest = tuple(t for k, t in enumerate(tree.terms) if k not in dropped)
                if rest:
                    yield Add(rest)
    children = parts(tree)
    for place, child in enumerate(children):
        for shorter in _shorter(child):
            yield with_parts(tree, (*children[:place], shorter, *children[place + 1 :]))


def _common(tree: Loose, words: Vocabulary) -> list[Edit]:
    narrow = replace(words, symbols=(), gradients=())
    found = [e for e in islice(edits(tree, narrow), LISTED) if e.name in COMMON]
    return sorted(found, key=lambda edit: edit.rank)
