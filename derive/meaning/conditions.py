"""Under which condition on its indices a line is said: ``for i \\ne j``, ``if i = j``.

A derivative of one unit by another is often given in two lines, one for equal indices and one
for different ones.  The condition stands in the piece itself, right behind it, or in the
sentence that leads to it; both sides are then only compared where it holds.  What is said
further above may be meant or not: it restricts nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.meaning.facts import Facts
from derive.meaning.lines import Line
from derive.meaning.notation import names_in, plain_name
from derive.program import ONE, Delta, Equation, Expr, Index, Times, minus
from derive.reading.syntax import Chain, Comparison, Node, Piece
from derive.reading.tree import plain

_LABEL = re.compile(r"([a-zA-Z])\s*(=|\\neq?\b|≠)\s*([a-zA-Z])")
_BEHIND = re.compile(r"[\s,;(]*(where|for|if|when|with|whenever|provided)\s*\Z")
"""In lower case and without a full stop: the sentence of the display goes on."""
_ONLY_IF = re.compile(r"\s*(only )?(if|when|where|for|falls|wenn|für|si|pour|se|als)\s*\Z")
"""The formula behind these words says where the one before them holds."""
_ORDER = frozenset({"<", ">", "<=", ">=", "!="})
_COUNTING = frozenset("ijklmnpqrstLTNKMDBC")
"""Letters of layers, steps, indices and sizes."""
_LEADS = re.compile(
    r"\b(for|if|when|whenever|where|with|case|provided|suppose|assume|assuming|let|falls|wenn|für"
    r"|si|pour|quand|cas|se|para|por|cuando|caso|per|als|voor)\b(?:\W*\w+){0,3}\W*\Z",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"\n[ \t>]*\n")
_SENTENCE = re.compile(r"[.!?;](?:\s|\Z)")


@dataclass(frozen=True, slots=True)
class Condition:
    """Two indices are equal, or different."""

    left: str
    right: str
    equal: bool

    def __str__(self) -> str:
        return f"{self.left} {'=' if self.equal else '≠'} {self.right}"


def conditions_of(facts: Facts, line: Line) -> tuple[Condition, ...]:
    """The conditions under which a line is said, one for each pair of letters."""
    return _one_a_pair(_spoken(facts, line, near=True))


def conditions_above(facts: Facts, line: Line) -> tuple[Condition, ...]:
    """Conditions that stand somewhere above a line and may be meant for it or not."""
    near = {frozenset((c.left, c.right)) for c in conditions_of(facts, line)}
    far = _one_a_pair(_spoken(facts, line, near=False))
    return tuple(c for c in far if frozenset((c.left, c.right)) not in near)


def condition_behind(facts: Facts, line: Line) -> str:
    """Why ``$g'(z) = 1$ if $z > 0$`` is no claim for all values; "" for a line without one.

    The condition may stand in the same piece: ``g'(z) = 1 \\quad \\text{for } z > 0``.
    """
    pieces = facts.document.pieces
    at = next(k for k, p in enumerate(pieces) if p is line.piece)
    for node in map(plain, line.piece.loose):
        behind_it = node.span.start >= line.right.span.end
        if behind_it and line.last and isinstance(node, Comparison) and node.relation in _ORDER:
            return f"it is said under a condition (line {line.piece.line})"
    if (leading := _values_that_lead(pieces, at)) is not None:
        return f"it is said under a condition (line {leading.line})"
    if line.piece.kind != "inline" or not line.last:
        return ""
    behind = pieces[at + 1] if at + 1 < len(pieces) else None
    if behind is None or behind.kind != "inline" or not _ONLY_IF.match(behind.before):
        return ""
    said = [plain(node) for node in behind.loose]
    if not any(isinstance(n, Comparison) and n.relation in _ORDER for n in said):
        return ""
    return f"it is said under a condition (line {behind.line})"


def compares_sizes(line: Line) -> bool:
    """``z > 0`` stands beside a line: more than that two indices are the same or not."""
    return any(
        isinstance(node, Comparison) and node.relation in _ORDER - {"!="}
        for node in map(plain, line.piece.loose)
    )


def _values_that_lead(pieces: Sequence[Piece], at: int) -> Piece | None:
    """``If $y w^T x < 1$:`` before a formula: a condition on values, not on layers or indices."""
    first = at
    while first and pieces[first - 1].kind == "inline":
        first -= 1
    for k in range(first, at):
        if any(map(_compares_values, pieces[k].loose)) and _leads(pieces, k, at):
            return pieces[k]
    return None


def _compares_values(node: Node) -> bool:
    said = plain(node)
    if not isinstance(said, Comparison) or said.relation not in _ORDER:
        return False
    names = [n for side in (said.left, said.right) for n in names_in(side)]
    return any(name.base not in _COUNTING for name in names)


def spoken(facts: Facts, line: Line) -> Iterator[Condition]:
    """The conditions that lead to a line or stand with it, those that exclude each other too."""
    return _spoken(facts, line, near=True)


def _one_a_pair(found: Iterator[Condition]) -> tuple[Condition, ...]:
    """Of two conditions about the same letters the later counts."""
    return tuple({frozenset((c.left, c.right)): c for c in found}.values())


def _spoken(facts: Facts, line: Line, near: bool) -> Iterator[Condition]:
    """All conditions around a line; near: only those that lead to it or stand with it."""
    pieces = facts.document.pieces
    at = next(k for k, p in enumerate(pieces) if p is line.piece)
    if line.piece.kind != "inline":
        first = at
        while first and pieces[first - 1].kind == "inline":
            first -= 1
        for k in range(first, at):
            if not near or _leads(pieces, k, at):
                yield from _stated(pieces[k])
        behind = pieces[at + 1] if at + 1 < len(pieces) else None
        if behind is not None and behind.kind == "inline" and _BEHIND.match(behind.before):
            yield from _stated(behind)
    else:
        yield from _in_sentence(pieces, at, near)
    match = _LABEL.search(line.source.label)
    if match is not None and match[1] != match[3]:
        yield Condition(match[1], match[3], match[2] == "=")
    yield from _of_the_row(line) if near else _stated(line.piece)


def _of_the_row(line: Line) -> Iterator[Condition]:
    """The conditions that lead a line's piece, and those behind its equation or its last step.

    Of two that exclude each other only the one right behind the line is meant.
    """
    said = list(_placed(line.piece))
    claims = [c for c in line.piece.chains if not any(_condition_in(c))]
    heads = [c.span.start for c in claims if c.head is not None]
    at_line = line.relation.span.start
    opened = max((start for start in heads if start <= at_line), default=0)
    closed = min((start for start in heads if start > at_line), default=math.inf)
    end = line.right.span.end
    next_step = min((c.span.start for c in claims if c.span.start >= end), default=math.inf)
    for at, one in said:
        rivals = {c.equal for _, c in said if {c.left, c.right} == {one.left, one.right}}
        leads = all(at < c.span.start for c in claims)
        if (leads or opened <= at < closed) if len(rivals) == 1 else end <= at < next_step:
            yield one


def _in_sentence(pieces: Sequence[Piece], at: int, near: bool) -> Iterator[Condition]:
    """``for $k \\ne i$: $f = g$`` and ``$f = g$ if $k \\ne i$``: what the same sentence says.

    near: False for all that the paragraph says before it.
    """
    first = at
    while first and pieces[first - 1].kind == "inline":
        if _PARAGRAPH.search(pieces[first].before):
            break
        first -= 1
    for k in range(first, at):
        if not near or _leads(pieces, k, at):
            yield from _stated(pieces[k])
    behind = pieces[at + 1] if at + 1 < len(pieces) else None
    if behind is not None and behind.kind == "inline" and _ONLY_IF.match(behind.before):
        yield from _stated(behind)


def _leads(pieces: Sequence[Piece], k: int, at: int) -> bool:
    """The k-th piece begins the sentence that the display at `at` ends: ``For $i \\ne j$ ...``.

    It stands in the paragraph right above, behind a word of condition or before a colon.
    """
    after = [piece.before for piece in pieces[k + 1 : at + 1]]
    between = "$".join(after).rstrip()
    if _PARAGRAPH.search(between) or _SENTENCE.search(between):
        return False
    opened = _PARAGRAPH.split(pieces[k].before)[-1]
    sentence = _SENTENCE.split(opened)[-1]
    return _LEADS.search(sentence) is not None or after[0].lstrip(" *_)").startswith(":")


def _stated(piece: Piece) -> Iterator[Condition]:
    return (condition for _, condition in _placed(piece))


def _placed(piece: Piece) -> Iterator[tuple[int, Condition]]:
    """The conditions of a piece, each with its place."""
    for node in piece.loose:
        inner = plain(node)
        if isinstance(inner, Comparison) and inner.relation in ("=", "!="):
            equal = inner.relation == "="
            for one in _between(inner.left, inner.right, equal):
                yield node.span.start, one
    for chain in piece.chains:
        for one in _condition_in(chain):
            yield chain.span.start, one


def _condition_in(chain: Chain) -> Iterator[Condition]:
    if _equates(chain):
        assert chain.head is not None
        yield from _between(chain.head, chain.parts[0], equal=True)


def _equates(chain: Chain) -> bool:
    return chain.head is not None and [r.text for r in chain.relations] == ["="]


def _between(left: Node, right: Node, equal: bool) -> Iterator[Condition]:
    one, two = plain_name(left), plain_name(right)
    if one is None or two is None or one.base == two.base:
        return
    if all(len(n.base) == 1 and n.base.islower() and not n.scripts for n in (one, two)):
        yield Condition(one.base, two.base, equal)


def restricted(equation: Equation, conditions: tuple[Condition, ...]) -> Equation:
    """The equation where the conditions on its free indices hold; elsewhere it says 0 = 0."""
    free = {index.name: index for index in equation.free}
    left, right = equation.left, equation.right
    for condition in applicable(free, conditions):
        where = _where(condition, free)
        left, right = Times(where, left), Times(where, right)
    return Equation(left, right, equation.free)


def applicable(free: dict[str, Index], conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The conditions on two free indices of one axis."""
    return tuple(
        c
        for c in conditions
        if c.left in free and c.right in free and free[c.left].dim == free[c.right].dim
    )


def _where(condition: Condition, free: dict[str, Index]) -> Expr:
    same = Delta(free[condition.left], free[condition.right])
    return same if condition.equal else minus(ONE, same)
