"""The program of a literal reading: its definitions in order, under shapes that fit.

`solve` looks for a supposition under which every formula of the note has fitting shapes:
sizes that meet are found to be one, a letter that fits nowhere as a vector is a number.
"""

from __future__ import annotations

from typing import Final

from derive.meaning.label_sums import labels_add_up_otherwise
from derive.meaning.literal.adding_up import classes_of, has_a_class_more, labels_of
from derive.meaning.literal.chosen import called_one_hot
from derive.meaning.literal.conflict import Conflict
from derive.meaning.literal.identity import Key
from derive.meaning.literal.numbers import (
    candidates,
    letters,
    margins,
    numbers_only,
    under_bars,
    under_roots,
)
from derive.meaning.literal.outline import Outlined, Stated
from derive.meaning.literal.scope import Scope
from derive.meaning.literal.values import Values
from derive.meaning.setting import COST, SMALL_NUMBERS, Outside
from derive.meaning.spelling.examples_in_rows import SAID
from derive.program import (
    SCALAR,
    Build,
    Entry,
    Expr,
    Index,
    Leaf,
    ShapeError,
    Symbol,
    children,
    walk,
    with_children,
)

TRIALS: Final = 400
"""So often a note is given values while its shapes are looked for."""
NUMBERS: Final = 4
"""So many letters may turn out to be numbers."""

UNIT: Final = "unit_"
"""The index of the units where a formula for one example is written out for all."""


def solve(found: Outlined, column: bool, axis: int | None) -> list[Scope]:
    """The scopes in which the definitions fit with as few letters as can be for numbers.

    Where several letters may be the number, there is one scope for each.
    """
    level: list[frozenset[Key]] = [
        frozenset(letters(found)) if numbers_only(found) else under_bars(found)
    ]
    trials = 0
    for _ in range(NUMBERS + 1):
        out: list[Scope] = []
        following: dict[frozenset[Key], None] = {}
        for numbers in level:
            scope = _scope(found, column, axis, numbers)
            where: Stated | None = None
            tied: set[str] = set()
            while trials < TRIALS:
                trials += 1
                where, conflict = _fill(found, scope)
                if conflict is None and scope.tied != tied:
                    tied = set(scope.tied)
                    continue
                if conflict is None or conflict.same is None or not _unified(scope, conflict):
                    break
            if trials >= TRIALS:
                return []  # what was not tried may decide otherwise
            if where is None:
                out.append(scope)
            else:
                following |= dict.fromkeys(
                    numbers | {key} for key in candidates(found, scope, where)
                )
        if out:
            return out
        level = list(following)
    return []


def _scope(found: Outlined, column: bool, axis: int | None, numbers: frozenset[Key]) -> Scope:
    scope = Scope(found.names, column, axis, numbers, found.sizes)
    scope.aliases = dict(found.aliases)
    scope.extents = found.extents
    scope.families, scope.totals = found.families, found.totals
    scope.stacks, scope.numbering = found.stacks, found.numbering
    scope.in_rows = SAID in found.facts.roles.assumptions
    scope.one_hot = one_hot(found)
    scope.exampled, scope.rooted = found.exampled, under_roots(found) | margins(found)
    scope.other_sum = labels_add_up_otherwise(found.facts)
    scope.small_states = any(
        key[0].islower() and key not in found.costs and found.steps.labelled(key)
        for key in found.stated
    )
    if found.costs:
        scope.labels[found.costs[0]] = COST
    return scope


def one_hot(found: Outlined) -> dict[Key, str]:
    """The label that the note calls one-hot, where one letter picks the class."""
    if len(found.names.chosen) != 1:
        return {}
    letter, source = min(found.names.chosen), found.facts.document.source
    labels = {
        key for key in found.extents
        if key[0] in ("y", "t") and key[1:] == ("", 0, ()) and called_one_hot(source, key[0])
    }  # fmt: skip
    return {key: letter for key in labels - set(found.stated) if found.extents[key] <= 1}


def _unified(scope: Scope, conflict: Conflict) -> bool:
    """Takes two sizes for one; False where they already are."""
    assert conflict.same is not None
    one, two = (scope.dim(d) if isinstance(d, str) else d for d in conflict.same)
    if one == two:
        return False
    if not isinstance(one, str) or not isinstance(two, str):
        number, letter = (one, two) if isinstance(two, str) else (two, one)
        if not isinstance(letter, str) or scope.is_letter(letter):
            return False
        scope.same[letter] = number
        return True
    keep, drop = sorted((one, two), key=lambda d: (not scope.is_letter(d), d))
    scope.same[drop] = keep
    return True


def _fill(found: Outlined, scope: Scope) -> tuple[Stated | None, Conflict | None]:
    """Gives every definition a value; the first that does not fit, if one does not."""
    scope.values.clear()
    scope.leaves.clear()
    scope.lost.clear()
    scope.functions.clear()
    scope.hidden.clear()
    scope.lost.update(found.changed)
    for stated in _in_order(found):
        if stated.key in scope.lost:
            continue
        try:
            scope.values[stated.key] = _defined(found, scope, stated)
        except Outside as error:
            scope.lost[stated.key] = str(error)
        except Conflict as error:
            return stated, error
        except ShapeError as error:
            return stated, Conflict(str(error))
    return _fill_sum(found, scope)


def _fill_sum(found: Outlined, scope: Scope) -> tuple[Stated | None, Conflict | None]:
    """Looks whether the terms of a loss over the steps fit, too; its value is given later."""
    for term in found.summed.terms if found.summed is not None else ():
        assert found.summed is not None
        try:
            Values(found.facts, scope).value(term)
        except Conflict as error:
            return Stated(found.summed.key, (), term, found.summed.line), error
        except (Outside, ShapeError):
            continue
    return None, None


def _in_order(found: Outlined) -> list[Stated]:
    """Definitions, what they are computed from first; those in a circle have no value."""
    out: list[Stated] = []
    done: set[Key] = set()
    waiting = list(found.stated.values())
    while waiting:
        ready = [
            s for s in waiting
            if all(k in done or k not in found.stated for k in found.uses[s.key] - {s.key})
        ]  # fmt: skip
        if not ready:
            ready = waiting  # a circle: each refers to what has no value yet
        out += ready
        done |= {s.key for s in ready}
        waiting = [s for s in waiting if s.key not in done]
    return out


def _defined(found: Outlined, scope: Scope, stated: Stated) -> Expr:
    ahead = [
        k for k in found.uses[stated.key]
        if k in found.stated and k not in scope.values and k not in scope.lost
    ]  # fmt: skip
    if ahead:
        raise Outside("definitions in a circle")
    values = Values(found.facts, scope)
    body = values.value(stated.formula)
    if stated.of_one:
        return _of_all(scope, stated, values, body)
    if not stated.entries:
        if values.free and set(values.free) <= found.names.chosen:
            return _of_each(scope, stated, values, body)
        if values.free:
            raise Outside("indices on one side only")
        if stated.key in found.costs and body.shape != SCALAR:
            long = next(d for d in body.shape if d != 1)
            raise Conflict("a cost must be a number", (long, 1))
        return body
    if set(values.free) - set(stated.entries) or len(set(stated.entries)) != len(stated.entries):
        raise Outside("indices on one side only")
    if body.shape != SCALAR:
        raise Conflict("an entry must be a number")
    if set(stated.entries) - set(values.free):
        raise Outside("an index that the formula does not have")
    indices = [values.free[e] for e in stated.entries]
    if len(indices) == 1 and found.extents.get(stated.key, 0) == 1:
        one = indices[0]
        return Build(one, None, body) if scope.column else Build(None, one, body)
    if len(indices) == 2:
        return Build(indices[0], indices[1], body)
    raise Outside("a definition of some of the entries")


def _of_each(scope: Scope, stated: Stated, values: Values, body: Expr) -> Expr:
    """``L = -\\log p_c``: a number for each choice of c."""
    (letter, index), *more = values.free.items()
    if more or body.shape != SCALAR:
        raise Outside("an array for each choice of an entry")
    scope.hidden[stated.key] = letter
    scope.labels.pop(stated.key, None)
    return Build(index, None, body) if scope.column else Build(None, index, body)


def _of_all(scope: Scope, stated: Stated, values: Values, body: Expr) -> Expr:
    """``h^{(i)} = W x^{(i)} + b``: what is given for each example, side by side."""
    example = values.free.get(stated.entries[0])
    across = body.shape[1] if scope.column else body.shape[0]
    if example is None or len(values.free) != 1 or across != 1:
        raise Outside(f"{stated.key[0]} is given for one example, and meant for all")
    if body.shape == SCALAR:
        return Build(None, example, body) if scope.column else Build(example, None, body)
    if scope.column:
        unit = Index(UNIT, body.shape[0])
        return Build(unit, example, Entry(body, unit, None))
    unit = Index(UNIT, body.shape[1])
    return Build(example, unit, Entry(body, None, unit))


# -- the whole program ----------------------------------------------------------------------------


def name_parts(found: Outlined, scope: Scope) -> None:
    """Writes a quantity's name where another formula holds its whole formula.

    ``z = W h + b`` said behind ``y = softmax(W h + b)`` gives the argument its name.
    """
    for key in list(scope.values):
        whole = scope.values[key]
        if isinstance(whole, Symbol) or whole.shape == SCALAR:
            continue
        name = Symbol(scope.label(key), whole.shape)
        for other in list(scope.values):
            if other == key or found.reaches(key, other):
                continue
            named = _replaced(scope.values[other], whole, name)
            if named != scope.values[other]:
                scope.values[other] = named
                found.uses[other] = found.uses.get(other, frozenset()) | {key}
    order = {s.key: k for k, s in enumerate(_in_order(found))}
    scope.values = {k: scope.values[k] for k in sorted(scope.values, key=lambda k: order[k])}


def _replaced(expr: Expr, part: Expr, name: Symbol) -> Expr:
    if expr == part:
        return name
    return with_children(expr, tuple(_replaced(c, part, name) for c in children(expr)))


def leaves_of(scope: Scope) -> dict[str, Leaf]:
    """The inputs of the program under their names in it."""
    found = {
        scope.label(key): Leaf(scope.leaf(key), "positive" if _positive(key) else "real")
        for key in scope.leaves
        if key not in scope.values
    }
    axis = None if scope.other_sum or has_a_class_more(scope) else classes_of(scope)
    labels = labels_of(scope)
    for key in sorted(scope.leaves):
        if axis is not None and key[0] in ("y", "t", "Y", "T") and not key[1] and key in labels:
            leaf = found[scope.label(key)]
            if leaf.dims[axis] != 1:
                found[scope.label(key)] = Leaf(leaf.dims, leaf.domain, axis)
    for body in scope.values.values():
        for node in walk(body):
            if isinstance(node, Symbol) and node.name.startswith("free_"):
                found[node.name] = Leaf(node.dims)
    return found


def _positive(key: Key) -> bool:
    """Small numbers that keep a root from 0; the sign of other numbers is not known."""
    return key[0] in SMALL_NUMBERS
