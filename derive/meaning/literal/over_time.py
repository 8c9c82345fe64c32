"""Sums over the steps of a recurrence, ``\\partial L/\\partial W = \\sum_t ...``, by one of them.

A weight that acts at every step has, as its gradient, the sum of those at each: the derivatives
along the formulas of one step, where the loss is any function of what that step leaves.  So a claim
about the sum is one about its term.  A loss ``L = \\sum_t L_t`` is, seen from one step, the term of
that step plus any function of the states before and behind it.

In: an outline and a line.  Out: the line of one step that it comes to, or why there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from derive.meaning.facts import subtree
from derive.meaning.lines import Line
from derive.meaning.literal.identity import Identities, Key
from derive.meaning.notation import names_in
from derive.meaning.setting import Outside
from derive.program import SCALAR, Expr, Plus, Symbol, Times, total
from derive.reading import syntax as sx
from derive.reading.tree import plain

if TYPE_CHECKING:
    from derive.meaning.literal.outline import Outlined, Stated
    from derive.meaning.literal.scope import Scope

STEP: Final = re.compile(r"([a-zA-Z])([+-]\d+)?")
_BOUNDS: Final = frozenset({"", "T", "\\tau", "N", "n"})


ONE_STEP: Final = "the gradient by a weight of all steps is written for one of them: what it adds"
_ADDED: Final = re.compile(
    r"\baccumulat\w+|\b(?:add(?:ed)?|sum(?:med)?) (?:up )?(?:over|across) (?:all )?(?:the )?"
    r"(?:time|steps)|\btheir gradients add up",
    re.IGNORECASE,
)
"""Words that say that what the steps give is added up."""


@dataclass(frozen=True, slots=True)
class Summed:
    """A loss that is a sum over the steps: its term, the bounds, the line."""

    key: Key
    terms: tuple[sx.Node, ...]
    bounds: tuple[str, str]
    line: Line


def summed_cost(names: Identities, stated: Sequence[Stated]) -> Summed | None:
    """``L = \\sum_{t=1}^T L_t`` among the definitions."""
    for one in stated:
        if one.entries or offsets(one.key, names):
            continue
        for part in subtree(one.formula):
            if isinstance(part, sx.Big) and part.operator == "sum" and part.index in names.steps:
                term = _term(one.formula, part)
                if term is None:
                    break
                return Summed(one.key, (term,), (part.lower, part.upper), one.line)
    return None


def _term(formula: sx.Node, big: sx.Big) -> sx.Node | None:
    """The term of a sum with the sign and the number before it: ``-\\sum_t a_t``."""
    inner = plain(formula)
    if inner is big:
        return big.body
    if isinstance(inner, sx.Sum) and len(inner.terms) == 1:
        ((sign, one),) = inner.terms
        term = _term(one, big)
        return None if term is None else replace(inner, terms=((sign, term),))
    if isinstance(inner, sx.Product) and inner.factors[-1][1] is big:
        before = [plain(factor) for _, factor in inner.factors[:-1]]
        if all(_is_number(factor) for factor in before):
            last = (inner.factors[-1][0], sx.Group(big.span, "(", big.body))
            return replace(inner, factors=(*inner.factors[:-1], last))
    return None


def _is_number(node: sx.Node) -> bool:
    """``2``, ``\\frac{1}{2}``: figures alone."""
    if isinstance(node, sx.Fraction_):
        return _is_number(plain(node.numerator)) and _is_number(plain(node.denominator))
    return isinstance(node, sx.Number)


def cost_of_step(
    summed: Summed, values: Sequence[Expr], scope: Scope, states: Sequence[Key]
) -> str:
    """Gives the loss its value as one step sees it; why it has none, or "".

    values: those of the terms; states: what is carried from step to step.
    """
    if any(value.shape != SCALAR for value in values):
        return "the loss of a step is no number"
    out = values[0]
    for value in values[1:]:
        out = Plus(out, value)
    for state in states:
        given = scope.values.get(state)
        shape = scope.leaf(state) if given is None else given.shape
        symbol = Symbol(scope.label(state), shape)
        out = Plus(out, total(Times(Symbol(f"free_slope_{symbol.name}", shape), symbol)))
    scope.values[summed.key] = out
    return ""


def of_one_step(found: Outlined, line: Line) -> Line | None:
    """The line without its sums over the steps; None if it has none.  Raises Outside."""
    letters = found.steps.letters
    sides = [plain(side) for side in line.nodes]
    sums = [
        s for s in sides if isinstance(s, sx.Big) and s.operator == "sum" and s.index in letters
    ]
    if not sums or not found.steps.carried:
        return None
    for one in sums:
        _whole_range(found, one)
        _body_of_one_step(found, one.body)
    if len(sums) == 1:
        other = sides[1] if sides[0] is sums[0] else sides[0]
        _shared_weight(found, other)
    elif (sums[0].lower, sums[0].upper) != (sums[1].lower, sums[1].upper):
        raise Outside("two sums over different steps")
    left, right = (s.body if isinstance(s, sx.Big) and s in sums else s for s in sides)
    return replace(line, left=left, right=right)


def adds_up(found: Outlined, line: Line) -> bool:
    """``dW += \\delta_t h_{t-1}^T``: what one step adds to the gradient of all steps.

    So is a gradient by a shared weight in a note that says that those of the steps are added up.
    """
    if not found.steps.carried:
        return False
    said = found.summed is None and _ADDED.search(found.facts.document.source) is not None
    return said or line.relation.text == "+="


def _whole_range(found: Outlined, big: sx.Big) -> None:
    """Every step is summed over, as in the loss."""
    stated = found.summed.bounds if found.summed is not None else None
    plainly = big.lower in ("", big.index) and big.upper == ""
    usual = big.lower == f"{big.index}=1" and big.upper in _BOUNDS
    if not (plainly or (big.lower, big.upper) == stated or (usual and _unsaid(stated, big.index))):
        raise Outside("it sums over some of the steps, or it is not told that those are all")


def _unsaid(bounds: tuple[str, str] | None, letter: str) -> bool:
    return bounds is None or (bounds[0] in ("", letter) and bounds[1] == "")


def _body_of_one_step(found: Outlined, body: sx.Node) -> None:
    """The term speaks of one step and the state before it, and of what the loss depends on."""
    cost = found.costs[0] if found.costs else None
    for part in subtree(body):
        if isinstance(part, sx.Big) and part.index in found.steps.letters:
            raise Outside("a sum over the steps in another one")
        if isinstance(part, sx.Derivative):
            of = plain(part.of) if part.of is not None else None
            if not isinstance(of, sx.Name) or key_of(found, of) != cost:
                raise Outside("a derivative of what one step does not settle")
    for name in names_in(body):
        bare = replace(name, mark="")
        key = key_of(found, bare)
        if key is None:
            raise Outside(f"what {name.base} is at one step is not told")
        if any(offset not in ("", "-1") for offset in offsets(key, found.names)):
            raise Outside(f"{name.base} of another step")
        if key in found.stated and cost is not None and not found.reaches(cost, key):
            raise Outside(f"the loss is not computed from {name.base}")


def _shared_weight(found: Outlined, side: sx.Node) -> None:
    """The other side is the gradient by something that acts at every step alike."""
    by = side.by if isinstance(side, sx.Derivative) else side
    named = isinstance(by, sx.Name) and (by is not side or by.mark in ("d", "partial"))
    key = key_of(found, replace(by, mark="")) if named and isinstance(by, sx.Name) else None
    if isinstance(side, sx.Derivative):
        of = plain(side.of) if side.of is not None else None
        if not isinstance(of, sx.Name) or not found.costs or key_of(found, of) != found.costs[0]:
            raise Outside("a sum over the steps beside what is not the gradient of the loss")
    if key is None or key in found.stated or offsets(key, found.names):
        raise Outside("a sum over the steps that is no gradient by a shared weight")
    for user in found.stated:
        if key in found.uses.get(user, ()) and offsets(user, found.names) != ("",):
            raise Outside(f"{key[0]} acts outside the steps too")


def key_of(found: Outlined, name: sx.Name) -> Key | None:
    """The quantity that a name is; None where it is not told."""
    try:
        return found.names.use(name).key
    except Outside:
        return None


def offsets(key: Key, names: Identities) -> tuple[str, ...]:
    """The steps in the scripts of a name, as offsets: ``("-1",)`` of ``h_{t-1}``."""
    found = (STEP.fullmatch(text) for *_, text in key[3])
    return tuple(m[2] or "" for m in found if m is not None and m[1] in names.steps)
