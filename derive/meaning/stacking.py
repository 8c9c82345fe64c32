"""A model of one example by vectors, ``z = w^T x + b``, says nothing of how examples are stacked.

In: the reading of a note whose forward lines are dot products of small letters.  Out: the same
with the lines about the array X of all examples read with an example in every row, or in every
column, where only that makes them hold and it makes no other line false.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from derive.declare import Declarations
from derive.judge import NO_COST, Judge
from derive.meaning.affine import Affine
from derive.meaning.evidence import gather
from derive.meaning.facts import Facts, subtree
from derive.meaning.hypotheses import Choice, Given, choose
from derive.meaning.interpretation import Interpretation
from derive.meaning.literal.choice import mark
from derive.meaning.notation import is_transpose, names_in
from derive.reading.syntax import Applied, Name, Node, Product, Sum, Transposed
from derive.reading.tree import plain
from derive.verdict import Verdict

NOT_TOLD = "how the examples are stacked in an array is not told"
SUPPOSED = "the forward lines speak of one example; X has the examples as {}"


def stacked_otherwise(facts: Facts, choice: Choice, judge: Judge, declared: Declarations) -> Choice:
    """The reading with lines taken over that hold under another stacking alone."""
    vectors = facts.affine and all(
        item.place is None and item.w.base.islower() and item.a.base.islower()
        for item in facts.affine
    )
    if not vectors or declared.layout or declared.symbols:
        return choice
    usual = [mark(found, judge) for found in choice.interpretations]
    costless = {k for k, one in enumerate(choice.interpretations) if one.reason == NO_COST}
    if False not in usual and not costless:
        return choice
    for layout in ("rows", "columns"):
        other = _stacked(facts, layout, judge, declared)
        if replace(other.best, layout=choice.best.layout) != choice.best:
            continue
        if any(marks != other.agreements for _, marks in other.rivals):
            continue
        taken = _taken_over(facts, usual, other, judge, costless)
        if taken:
            choice = _with(choice, other, taken, SUPPOSED.format(layout))
            break
    return _left_open(facts, choice)


def _left_open(facts: Facts, choice: Choice) -> Choice:
    """Shapes that fit in neither stacking, in lines of the array and of its examples: open."""
    vectors = {item.a.base for item in facts.affine}
    outputs = _outputs(facts)

    def opened(found: Interpretation) -> Interpretation:
        names = {n.base for side in found.line.nodes for n in names_in(side)}
        mixed = any(v in names and v.upper() in names for v in vectors)
        values = outputs & {n.base for side in found.line.nodes for n in _uncalled(side)}
        mixed = mixed or (bool(values) and any(v.upper() in names for v in vectors))
        if found.verdict != Verdict.REFUTED or not mixed:
            return found
        return replace(found, verdict=Verdict.UNPROVEN, reason=NOT_TOLD, ill=None)

    return replace(choice, interpretations=tuple(map(opened, choice.interpretations)))


def _outputs(facts: Facts) -> set[str]:
    """The h of ``h_\\theta(x) = \\sigma(\\theta^T x)``: alone it is the values of all examples."""
    heads = [plain(line.left) for line in facts.lines if line.first]
    given = {one.base for one in heads if isinstance(one, Name)}
    called = {one.head.base for one in heads if isinstance(one, Applied) and one.head.scripts}
    return called - given


def _uncalled(node: Node) -> list[Name]:
    """The names of a formula that stand without an argument."""
    heads = {id(p.head) for p in subtree(node) if isinstance(p, Applied)}
    return [n for n in names_in(node) if id(n) not in heads]


def _stacked(
    facts: Facts, layout: Literal["rows", "columns"], judge: Judge, declared: Declarations
) -> Choice:
    """The note with the examples as rows or as columns, and with w a column."""
    own = gather(facts.document, replace(declared, layout=layout))
    own.roles.layout, own.roles.weight_transposed = layout, layout == "columns"
    own.affine = [_turned(item, layout) for item in own.affine]
    return choose(own, Given(layout, declared.cost), lambda _: judge.all_agree)


def _taken_over(
    facts: Facts,
    usual: Sequence[bool | None],
    other: Choice,
    judge: Judge,
    costless: set[int],
) -> set[int]:
    """The lines that hold under the other stacking; none if another line is lost by it.

    With them those that hold under neither.  costless: the lines about a cost whose formula has
    no value as it is usually stacked.
    """
    forward = {id(item.line.relation) for item in facts.affine}
    marks = [
        None if id(found.line.relation) in forward else mark(found, judge)
        for found in other.interpretations
    ]
    pairs = list(enumerate(zip(usual, marks, strict=True)))
    if any(one is True and two is False for _, (one, two) in pairs):
        return set()
    vectors = {item.a.base for item in facts.affine}
    pairs = [(k, pair) for k, pair in pairs if not _names(facts, k, vectors)]
    failed = {k for k, (one, _) in pairs if one is False or k in costless}
    holds = {k for k, (_, two) in pairs if k in failed and two is True}
    return holds and holds | {k for k, (one, two) in pairs if one is False and two is False}


def _names(facts: Facts, k: int, vectors: set[str]) -> bool:
    """A line that holds the input as the forward lines write it is about one example."""
    line = facts.lines[k]
    return any(n.base in vectors for side in (line.left, line.right) for n in names_in(side))


def _with(choice: Choice, other: Choice, taken: set[int], supposed: str) -> Choice:
    """A reading with some lines of another one."""
    settings = (s.setting for k in sorted(taken) for s in other.interpretations[k].statements)
    for setting in settings:
        if supposed not in setting.assumptions:
            setting.assumptions.append(supposed)
    found = tuple(
        replace(other.interpretations[k], line=one.line) if k in taken else one
        for k, one in enumerate(choice.interpretations)
    )
    agreements = tuple(None if k in taken else a for k, a in enumerate(choice.agreements))
    return replace(choice, interpretations=found, agreements=agreements)


def _turned(item: Affine, layout: Literal["rows", "columns"]) -> Affine:
    """``w^T x + b`` of an example in a column, ``x w + b`` of one in a row."""
    span = item.line.right.span
    plainly = tuple(script for script in item.w.scripts if not is_transpose(script))
    weight: Node = replace(item.w, scripts=plainly)
    product: Node = Product(span, (("", item.a), ("juxt", weight)))
    if layout == "columns":
        product = Product(span, (("", Transposed(span, weight)), ("juxt", item.a)))
    right = product if item.b is None else Sum(span, ((1, product), (1, item.b)))
    line = replace(item.line, right=right)
    columns = layout == "columns"
    return replace(item, line=line, weight_first=columns, transposed=columns)
