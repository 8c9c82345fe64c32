"""Letters that a note gives a meaning of their own in passing.

``y = u^2`` in an example of the chain rule is not the label y; ``z = a + b``, ``z = a b`` under
one heading after the other are not the pre-activation.  A line about such letters that fails
as a line about the network is not refuted by that.
"""

from __future__ import annotations

from derive.meaning.facts import Facts
from derive.meaning.lines import Line
from derive.meaning.notation import derivatives_in, names_in, plain_name
from derive.meaning.roles import resolve
from derive.reading.syntax import Dots, Name, Number, Picture, Tuple, Unreadable
from derive.reading.tree import plain

REASON = "line {} gives {} a formula that the network does not use: by that it may hold"


def differentiates_data(facts: Facts, line: Line) -> bool:
    """A letter of the data is differentiated, ``\\partial y_i/\\partial x_j``: it has a formula."""
    subjects = (
        plain_name(d.of) for side in line.nodes for d in derivatives_in(side) if d.of is not None
    )
    return any(
        n is not None and not n.accent and facts.roles.role_of(n) in ("X", "Y") for n in subjects
    )


def given_elsewhere(facts: Facts, line: Line) -> str:
    """Why a claim about derivatives of such letters is not refuted; "" for any other."""
    sides = (line.left, line.right)
    if not any(True for side in sides for _ in derivatives_in(side)):
        return ""
    for name in (n for side in sides for n in names_in(side)):
        data = facts.roles.role(name.base) in ("X", "Y")
        if name.mark or name.accent or name.word or (name.scripts and not data):
            continue
        formulas = _formulas(facts, name, entries=data)
        texts = {_text(facts, one) for one in formulas}
        if (data and formulas) or len(texts) > 1:
            above = [o for o in formulas if o.piece.span.start < line.piece.span.start]
            nearest = above[-1] if above else formulas[0]
            return REASON.format(nearest.piece.line, name.base)
    return ""


def given_by_power(facts: Facts, base: str) -> int:
    """The line that says what a power of a letter is, ``\\sigma^2 = ...``; 0 if none does."""
    if facts.powers is None:
        facts.powers = {}
        for line in facts.lines:
            head, right = plain_name(line.left), plain(line.right)
            if head is None or not line.first or head.mark or isinstance(right, Name | Number):
                continue
            if line.relation.text not in ("=", ":=", "\\equiv"):
                continue
            itself = any(n.base == head.base for n in names_in(line.right))
            if not itself and resolve(facts.roles, head).power:
                facts.powers.setdefault(head.base, line.piece.line)
    return facts.powers.get(base, 0)


def _formulas(facts: Facts, name: Name, *, entries: bool) -> list[Line]:
    """The lines that give a bare letter a formula, or its entries."""
    found = []
    for line in facts.lines:
        head, right = plain_name(line.left), plain(line.right)
        if head is None or head.base != name.base or head.accent or head.mark:
            continue
        if head.scripts and not entries:
            continue
        if not line.first or line.relation.text not in ("=", ":=", "\\equiv"):
            continue
        passive = isinstance(right, Number | Picture | Tuple | Dots | Unreadable) or (
            isinstance(right, Name) and not right.scripts
        )
        slope = any(True for _ in derivatives_in(line.right))
        if not (passive or slope or facts.roles.role_of(head) == "cost"):
            found.append(line)
    return found


def _text(facts: Facts, line: Line) -> str:
    """The right side as it is written, without white space."""
    span = line.right.span
    return "".join(facts.document.source[span.start : span.end].split())
