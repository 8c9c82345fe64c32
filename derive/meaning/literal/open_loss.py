"""The value of a loss that no line gives: any function of what the note computes.

In: an outline and the scope of its formulas.  Out: a value of the loss in the scope whose
gradients by the results are free arrays, or why there is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.meaning.literal.conflict import Conflict
from derive.meaning.literal.identity import Key, keys_in
from derive.meaning.literal.outline import Outlined
from derive.meaning.literal.over_time import cost_of_step
from derive.meaning.literal.scope import Scope
from derive.meaning.literal.values import Values
from derive.meaning.notation import COST_LETTERS
from derive.meaning.penalties import PENALTY
from derive.meaning.setting import Outside
from derive.program import SCALAR, Expr, Plus, ShapeError, Symbol, Times, total
from derive.reading import syntax as sx
from derive.reading.tree import plain


def open_cost(found: Outlined, scope: Scope, carried: Sequence[Key] = ()) -> str:
    """Gives the cost that no line defines a value: any function of the results.

    carried: what a next step is computed from too, and the cost with it.

    Its gradients by the results are free arrays, its value a free number.  The reason why it
    stays unknown, "" if it has a value.
    """
    key = found.costs[0]
    if found.summed is not None and found.summed.key == key:
        return _of_steps(found, scope, carried)
    mentioned = _mentioned(found, key)
    if mentioned:
        return mentioned
    if scope.lost:
        return "the loss is not given, and what it is computed from is not understood"
    used = {k for keys in found.uses.values() for k in keys}
    sinks = [k for k in scope.values if k not in used and k not in found.costs]
    kin = [k for k in scope.values if k[0].lower() == key[0].lower()]
    if kin or any(scope.values[k].shape == SCALAR for k in sinks if _costly(k)):
        return "another cost is stated, and it is not said how the two belong together"
    if not sinks or not _apart(found, scope, sinks):
        return "the loss is not given, nor what it is a function of"
    value: Expr = Symbol("free_value", SCALAR)
    known = (*scope.values, *scope.leaves)
    results = [*sinks, *(k for k in carried if k in known and k not in sinks)]
    if found.steps.before and carried and sinks[0] not in carried:  # of the step before too
        results += [k for k, _ in found.steps.before if k in scope.leaves]
    for sink in results:
        given = scope.values.get(sink)
        shape = scope.leaf(sink) if given is None else given.shape
        result = Symbol(scope.label(sink), shape)
        suffix = "" if sink == sinks[0] else f"_{scope.label(sink)}"
        value = Plus(total(Times(Symbol(f"free_slope{suffix}", result.shape), result)), value)
    scope.values[key] = value
    found.uses[key] = frozenset(results)
    return ""


def _of_steps(found: Outlined, scope: Scope, carried: Sequence[Key]) -> str:
    """Gives a loss that is summed over the steps its value as one step sees it."""
    summed = found.summed
    assert summed is not None
    if scope.lost:
        return "what the loss is computed from is not understood"
    before = [key for key, _ in found.steps.before if key in scope.leaves]
    later = found.steps.later
    states = [*(key for key in carried if key in scope.values and key not in later), *before]
    try:
        values = [Values(found.facts, scope).value(term) for term in summed.terms]
    except (Outside, Conflict, ShapeError) as error:
        return str(error)
    used = {key for term in summed.terms for key in keys_in(found.names, term)}
    found.uses[summed.key] = frozenset({*used, *states})
    return cost_of_step(summed, values, scope, states)


def _apart(found: Outlined, scope: Scope, sinks: Sequence[Key]) -> bool:
    """No two results are computed from one quantity: the loss may be a function of all."""
    known = scope.leaves.keys() | scope.values.keys()
    seen: set[Key] = set()
    for sink in sinks:
        mine: set[Key] = set()
        waiting = [sink]
        while waiting:
            key = waiting.pop()
            if key not in mine:
                mine.add(key)
                waiting += sorted(found.uses.get(key, ()))
        if mine & seen & known:
            return False
        seen |= mine
    return True


def _mentioned(found: Outlined, key: Key) -> str:
    """Why the note says more of the cost than that it is one; "" if it does not."""
    if PENALTY.search(found.facts.document.source):
        return "the loss is not given, and the note speaks of a penalty"
    for line in found.facts.lines:
        for side in line.nodes:
            inner = plain(side)
            name = inner.head if isinstance(inner, sx.Applied) else inner
            if isinstance(name, sx.Name) and not name.mark and key in keys_in(found.names, name):
                return "what the note says of the loss is not understood"
    return ""


def _costly(key: Key) -> bool:
    """A letter that notes give to costs."""
    return key[0] in (*COST_LETTERS, "l") or len(key[0]) > 1
