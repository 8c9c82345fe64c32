"""Letters that a note gives a meaning of their own in passing.

``y = u^2`` in an example of the chain rule is not the label y; ``z = a + b``, ``z = a b`` under
one heading after the other are not the pre-activation.  A line about such letters that fails
as a line about the network is not refuted by that.
"""

from __future__ import annotations

from bisect import bisect_left

from derive.meaning.affine import DEFINING
from derive.meaning.facts import Facts
from derive.meaning.heads import headed
from derive.meaning.lines import Line
from derive.meaning.notation import derivatives_in, names_in, plain_name
from derive.meaning.roles import resolve
from derive.reading.syntax import Dots, Name, Number, Picture, Tuple, Unreadable
from derive.reading.tree import plain

REASON = "line {} gives {} a formula that the network does not use: by that it may hold"

LABEL = "{} is differentiated, so it may be no label: say what it stands for"


def differentiates_data(facts: Facts, line: Line) -> bool:
    """A letter of the data is differentiated, ``\\partial y_i/\\partial x_j``: it has a formula."""
    subjects = (
        plain_name(d.of) for side in line.nodes for d in derivatives_in(side) if d.of is not None
    )
    return any(
        n is not None and not n.accent and facts.roles.role_of(n) in ("X", "Y") for n in subjects
    )


def differentiates_labels(facts: Facts, line: Line) -> str:
    """Why ``\\partial y/\\partial x`` is left open where y is a label by its letter alone."""
    pairs = (
        (plain_name(d.of), d.by) for side in line.nodes for d in derivatives_in(side)
        if d.of is not None
    )  # fmt: skip
    labels = [
        of.base for of, by in pairs
        if of is not None and not of.scripts and of.base != by.base
        and facts.roles.role_of(of) == "Y"
    ]  # fmt: skip
    return LABEL.format(labels[0]) if labels else ""


def given_elsewhere(facts: Facts, line: Line) -> str:
    """Why a claim about derivatives of such letters is not refuted; "" for any other."""
    sides = (line.left, line.right)
    if not any(True for side in sides for _ in derivatives_in(side)):
        return ""
    for name in (n for side in sides for n in names_in(side)):
        data = facts.roles.role(name.base) in ("X", "Y")
        if name.mark or name.accent or name.word or (name.scripts and not data):
            continue
        formulas, several = _formulas(facts, name.base, entries=data)
        if several or (data and formulas):
            above = bisect_left(formulas, line.piece.span.start, key=lambda o: o.piece.span.start)
            nearest = formulas[max(above - 1, 0)]
            return REASON.format(nearest.piece.line, name.base)
    return ""


def given_by_power(facts: Facts, base: str, accent: str = "") -> int:
    """The line that says what a power of a letter is, ``\\sigma^2 = ...``; 0 if none does."""
    if facts.powers is None:
        facts.powers = {}
        for line in facts.lines:
            head = plain_name(line.left)
            if head is None or not head.scripts or head.mark:
                continue
            if (head.base, head.accent) in facts.powers:
                continue
            if not line.first or line.relation.text not in DEFINING:
                continue
            itself = any(
                (n.base, n.accent) == (head.base, head.accent) for n in names_in(line.right)
            )
            passive = isinstance(plain(line.right), Name | Number)
            if not itself and not passive and resolve(facts.roles, head).power:
                facts.powers[head.base, head.accent] = line.piece.line
    return facts.powers.get((base, accent), 0)


def _formulas(facts: Facts, base: str, *, entries: bool) -> tuple[tuple[Line, ...], bool]:
    """The lines that give a bare letter a formula, or its entries; whether they differ."""
    key = (base, entries)
    if key not in facts.formulas:
        lines = tuple(
            line for name, line in headed(facts, base) if _gives(facts, name, line, entries)
        )
        facts.formulas[key] = lines, len({_text(facts, one) for one in lines}) > 1
    return facts.formulas[key]


def _gives(facts: Facts, head: Name, line: Line, entries: bool) -> bool:
    right = plain(line.right)
    if head.accent or (head.scripts and not entries) or line.relation.text not in DEFINING:
        return False
    passive = isinstance(right, Number | Picture | Tuple | Dots | Unreadable) or (
        isinstance(right, Name) and not right.scripts
    )
    slope = any(True for _ in derivatives_in(line.right))
    return not (passive or slope or facts.roles.role_of(head) == "cost")


def _text(facts: Facts, line: Line) -> str:
    """The right side as it is written, without white space."""
    span = line.right.span
    return "".join(facts.document.source[span.start : span.end].split())
