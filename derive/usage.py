"""How a note uses its symbols: before they are defined, or in two meanings.

In: an understood note (facts, lines) and the findings on its claims.  Out: notices, each with
both places.  None of them fails a run: a note may say "where" behind a formula, and a letter
may serve twice; a reader is better off knowing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeGuard

from derive.diagnosis.codes import BY_NAME
from derive.meaning.facts import Facts, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import is_transpose, names_in, plain_name
from derive.reading.syntax import Applied, Name, Node, Span, Unreadable
from derive.reading.tree import plain
from derive.verdict import Finding, Kind, Notice, Verdict

MOST: Final = 20
"""So many notices are given of one note."""
NEAR: Final = 3
"""A definition so many pieces of maths behind the first use still belongs to it."""
_Key = tuple[str, ...]


def usage_notices(facts: Facts, findings: Sequence[Finding]) -> tuple[Notice, ...]:
    """What is to be said of the symbols of a note, in the order of the text."""
    if len(findings) != len(facts.lines):
        return ()
    found = [*_early(facts, findings), *_two_functions(facts), *_two_scales(facts, findings)]
    return tuple(sorted(found, key=lambda notice: notice.span)[:MOST])


# -- used before it is defined --------------------------------------------------------------------


def _early(facts: Facts, findings: Sequence[Finding]) -> Iterator[Notice]:
    """For each symbol with a definition, its first use if that stands well before it.

    What a note says right behind a formula ("where ...") is not late.
    """
    order = {piece.span.start: k for k, piece in enumerate(facts.document.pieces)}
    defined: dict[_Key, Line] = {}
    for line, finding in zip(facts.lines, findings, strict=True):
        if finding.verdict == Verdict.DEFINITION and line.first and line.inherits is None:
            key = _defines(line.left)
            if key is not None:
                defined.setdefault(key, line)
    waiting = dict(defined)
    for line in facts.lines:
        for key, span in _uses(line):
            definition = waiting.get(key)
            if definition is None:
                continue
            del waiting[key]
            late = order[definition.piece.span.start] - order[line.piece.span.start]
            if late > NEAR:
                yield _said(
                    facts, "used-before", span, "is used before it is defined",
                    definition.left.span, "its definition",
                )  # fmt: skip


def _defines(left: Node) -> _Key | None:
    inner = plain(left)
    if isinstance(inner, Applied):
        return None if inner.head.primes else ("function", *_key(inner.head))
    name = plain_name(left)
    return None if name is None or name.primes else _key(name)


def _key(name: Name) -> _Key:
    scripts = sorted(
        f"{s.place}{s.bracket}{s.text}" for s in name.scripts if not is_transpose(s)
    )  # fmt: skip
    return ("name", name.base, name.accent, *scripts)


def _uses(line: Line) -> Iterator[tuple[_Key, Span]]:
    """Every symbol of a line with the place, the definition's own left side included.

    The argument in ``g(s) = ...`` stands for nothing outside it.
    """
    head = plain(line.head)
    formal = {_key(n) for a in head.arguments for n in names_in(a)} if _is_call(head) else set()
    for side in (line.left, line.right):
        if isinstance(side, Unreadable):
            continue
        for node in subtree(side):
            if isinstance(node, Applied):
                yield ("function", *_key(node.head)), node.head.span
        for name in names_in(side):
            if not name.mark and _key(name) not in formal:
                yield _key(name), name.span


def _is_call(node: Node) -> TypeGuard[Applied]:
    return isinstance(node, Applied)


# -- two meanings ---------------------------------------------------------------------------------


def _two_functions(facts: Facts) -> Iterator[Notice]:
    """One letter for the activations of two layers that are different functions."""
    first: dict[str, tuple[str, int]] = {}
    lines = {line.piece.line: line for line in reversed(facts.lines)}
    for layer in sorted(facts.activations):
        activation = facts.activations[layer]
        if activation.known is None:
            continue
        for base, scripts in sorted(activation.symbols):
            if scripts or len(base) != 1:
                continue
            known, where = first.setdefault(base, (activation.known, activation.line))
            here, there = lines.get(activation.line), lines.get(where)
            if known != activation.known and here is not None and there is not None:
                yield Notice(
                    _claim(here), BY_NAME["drift"],
                    f"{base} is {activation.known} here and {known} in line {where}",
                    related=((*_claim(there), f"{base} is {known}"),),
                )  # fmt: skip


def _two_scales(facts: Facts, findings: Sequence[Finding]) -> Iterator[Notice]:
    """Gradients that are those of the mean cost in one line, of the sum in another."""
    pairs = list(zip(facts.lines, findings, strict=True))
    held = next(
        (line for line, f in pairs if f.verdict == Verdict.VERIFIED and f.kind == Kind.GRADIENT
         and any(name.mark for name in names_in(line.left))),
        None,
    )  # fmt: skip
    for line, finding in pairs:
        off = held is not None and finding.code == BY_NAME["normalisation"]
        if held is not None and off and line.piece is not held.piece:
            yield Notice(
                _claim(line), BY_NAME["drift"],
                "the gradients of this line are normalised otherwise than those of line "
                f"{held.piece.line}",
                related=((*_claim(held), "normalised as in the rest of the note"),),
            )  # fmt: skip
            return


def _claim(line: Line) -> tuple[int, int]:
    start = line.left.span.start
    if not line.piece.span.start <= start <= line.relation.span.start:
        start = line.relation.span.start
    return start, max(line.right.span.end, line.relation.span.end)


def _said(facts: Facts, code: str, place: Span, what: str, other: Span, related: str) -> Notice:
    symbol = " ".join(facts.document.source[place.start : place.end].split())
    return Notice(
        (place.start, place.end), BY_NAME[code], f"{symbol} {what}",
        related=((other.start, other.end, related),),
    )  # fmt: skip
