"""Steps of gradient descent in a literal program: ``W \\leftarrow W - \\eta G``.

In: a reader's program and a line that gives a quantity a new value from its old one.  Out: what
the line claims, that a positive rate times the gradient of a cost is subtracted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.lines import Line
from derive.meaning.literal.claimed import Claimed
from derive.meaning.literal.conflict import Conflict
from derive.meaning.literal.identity import Key, head_name
from derive.meaning.literal.products import plus
from derive.meaning.literal.totals import differentiated
from derive.meaning.outline import kind_of
from derive.meaning.setting import Outside
from derive.program import (
    Equation,
    Expr,
    Gradient,
    Partial,
    ShapeError,
    Statement,
    Symbol,
    Times,
    negate,
    number,
    show_shape,
    walk,
)
from derive.reading.syntax import Name, Node, Sum
from derive.reading.tree import plain
from derive.verdict import Kind, Verdict

OTHER_COST = "it is a step for the cost in line {}, and the note states another one too"
_ASSIGNS = (":=", "\\leftarrow", "\\gets", "←")


class Updates(Claimed):
    """Says of a line that is a step what it claims."""

    def _update(self, line: Line) -> Interpretation | None:
        """``W \\leftarrow W - \\eta G``: what is subtracted is a rate times the gradient."""
        name, right = plain(line.left), plain(line.right)
        if not isinstance(name, Name) or name.mark or not isinstance(right, Sum):
            assigned = line.relation.text in _ASSIGNS and line.relation.text != ":="
            reason = "an assignment outside a network"
            return self._open(line, Verdict.UNPROVEN, reason) if assigned else None
        (sign, first), *rest = right.terms
        same = isinstance(plain(first), Name) and sign == 1
        target = self._target(name)
        if not same or target is None or self._target(plain(first)) != target or not rest:
            return None
        try:
            statements = self._step(line, target, rest)
        except Outside as error:
            return self._open(line, Verdict.UNPROVEN, str(error), Kind.UPDATE)
        except (Conflict, ShapeError) as error:
            return self._open(line, Verdict.REFUTED, str(error), Kind.UPDATE)
        stated = tuple(Stated(self.setting, s) for s in statements)
        whole = Interpretation(line, Kind.UPDATE, "matrix", stated, any_of=True)
        return replace(whole, others=tuple(self._of_other_costs(whole, target, rest)))

    def _of_other_costs(
        self,
        found: Interpretation,
        target: tuple[Key, tuple[str, ...]],
        rest: Sequence[tuple[int, Node]],
    ) -> Iterator[tuple[str, Interpretation]]:
        """The line as a step for each of the costs that the note states."""
        named = [*self.found.costs, *(k for k in self.found.stated if self._is_cost(k))]
        costs = [c for c in dict.fromkeys(named) if c in self.found.stated]
        for cost in costs if len(costs) > 1 else ():
            try:
                statements = self._step(found.line, target, rest, cost)
            except (Outside, Conflict, ShapeError):
                continue
            reason = OTHER_COST.format(self.found.stated[cost].line.piece.line)
            stated = tuple(Stated(self.setting, s) for s in statements)
            yield reason, replace(found, statements=stated)

    def _is_cost(self, key: Key) -> bool:
        name = head_name(self.found.stated[key].line)
        return name is not None and self.found.facts.roles.is_cost(name)

    def _step(
        self,
        line: Line,
        target: tuple[Key, tuple[str, ...]],
        rest: Sequence[tuple[int, Node]],
        cost: Key | None = None,
    ) -> list[Statement]:
        """What is subtracted equals the rate times the gradient by the target, or its entries.

        Where the line names no gradient, a factor 2 or 1/2 belongs to the rate.
        """
        claims = self._claims(line, self.scope)
        step: Expr | None = None
        for sign, term in rest:
            value = claims.value(term)
            value = negate(value) if sign > 0 else value
            step = value if step is None else plus(step, value)
        assert step is not None
        named = (of for _, term in rest for of in differentiated(term))
        keys = frozenset(k[0] for of in named if (k := claims.subject(of)) is not None)
        cost = self.found.cost_at(claims.place, keys) if cost is None else cost
        rates = sorted(
            {n.name for n in walk(step) if isinstance(n, Symbol) and n.name in self._unused([step])}
        )
        if len(rates) != 1 or self.setting_shape(rates[0]) != (1, 1):
            raise Outside("a step without a rate")
        by, entries = target
        gradient = claims.gradient(cost, by)
        gradient = claims.entry(gradient, entries, by) if entries else gradient
        if step.shape != gradient.shape:
            reason = f"a step of shape {show_shape(step.shape)} for {show_shape(gradient.shape)}"
            raise Conflict(reason)
        free = tuple(claims.free[k] for k in sorted(claims.free))
        if {index.name for index in free} != set(entries):
            raise Outside("indices on one side only")
        rate = Symbol(rates[0], (1, 1))
        factors = (
            (1,)
            if any(isinstance(n, Gradient | Partial) for n in walk(step))
            else (1, Fraction(1, 2), 2)
        )
        return [Equation(step, Times(Times(number(f), rate), gradient), free) for f in factors]

    def _open(
        self, line: Line, verdict: Verdict, reason: str, kind: Kind | None = None
    ) -> Interpretation:
        kind = kind or kind_of(self.found.facts, line)
        return Interpretation(line, kind, "matrix", verdict=verdict, reason=reason)
