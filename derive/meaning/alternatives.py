"""What a line may also mean: under the conditions above it, of two units of one example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.meaning.building import build
from derive.meaning.conditions import (
    Condition,
    applicable,
    conditions_above,
    restricted,
)
from derive.meaning.facts import Facts
from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.lines import Line
from derive.meaning.notation import derivatives_in
from derive.meaning.readings import paired_units
from derive.meaning.setting import (
    Hypothesis,
    IllShaped,
    Outside,
)
from derive.meaning.statements import instances, statement_of
from derive.program import Equation
from derive.reading.syntax import Node
from derive.verdict import Kind

CONDITION_ABOVE = "it needs the assumption {}, which is said further above: say so with the line"


def under_conditions(
    facts: Facts, line: Line, kind: Kind, reading: str, stated: Sequence[Stated]
) -> tuple[tuple[str, Interpretation], ...]:
    """The line under the conditions that stand above it, if there are any on its indices."""
    above = conditions_above(facts, line)
    if not above:
        return ()
    said: dict[Condition, None] = {}
    under = []
    for one in stated:
        statement = one.statement
        if isinstance(statement, Equation):
            said |= dict.fromkeys(applicable({i.name: i for i in statement.free}, above))
            statement = restricted(statement, above)
        under.append(replace(one, statement=statement))
    if not said:
        return ()
    reason = CONDITION_ABOVE.format(" and ".join(map(str, said)))
    return ((reason, Interpretation(line, kind, reading, tuple(under))),)


def by_units(
    facts: Facts, hypothesis: Hypothesis, line: Line, left: Node, kind: Kind
) -> Interpretation | None:
    """``\\partial p_i/\\partial z_j`` where i runs over examples too: two units."""
    roles = facts.roles
    pairs = [paired_units(roles, d) for d in derivatives_in(left)]
    if len(pairs) != 1 or not set(pairs[0]) & roles.examples:
        return None
    other = replace(roles, examples=roles.examples - set(pairs[0]))
    apart = replace(facts, roles=other, small=None, arrays=None)
    setting = build(apart, hypothesis, "single")
    try:
        layers = next(iter(instances(setting, (left, line.right))), {})
        statement = statement_of(setting, left, line.right, layers)
    except (Outside, IllShaped):
        return None
    return Interpretation(line, kind, "matrix", (Stated(setting, statement, layers),))
