"""The cost of a program: which of the stated costs it is, and its value.

A note may state the cost of one example, that of all, or a total that adds parts by their
names (``J = L + s``).
"""

from __future__ import annotations

from derive.meaning.elaborate import Elaborator
from derive.meaning.facts import CostLine, Facts, names_example, subtree
from derive.meaning.notation import names_in
from derive.meaning.roles import resolve
from derive.meaning.setting import Outside, Setting
from derive.program import (
    ONE,
    SCALAR,
    Entry,
    Expr,
    Index,
    Plus,
    Size,
    SumOver,
    Times,
    divide,
    total,
    walk,
)
from derive.reading.syntax import Applied, Node


def stated_cost(facts: Facts, of_one: bool = False) -> CostLine | None:
    """The cost that a note states: of the batch if there is one, else of one example.

    of_one: the other way round.  A total that adds parts by their names goes before its parts.
    """
    totals = [c for c in facts.costs if c.parts]
    if totals:
        return totals[-1]
    usable = [c for c in facts.costs if not _mentions_cost(facts, c.formula)]
    batch = [c for c in usable if c.batch]
    single = [c for c in usable if not c.batch]
    chosen = (single if of_one else batch) or usable
    return chosen[0] if chosen else None


def _mentions_cost(facts: Facts, formula: Node) -> bool:
    heads = set()
    for part in subtree(formula):
        if isinstance(part, Applied) and facts.roles.is_cost(part.head):
            if not (names_example(facts.roles, part) and any(c.of_one for c in facts.costs)):
                return True
            heads.add(id(part.head))
    return any(facts.roles.role_of(n) == "cost" and id(n) not in heads for n in names_in(formula))


def name_parts(setting: Setting, chosen: CostLine) -> None:
    """Gives the parts of a total their names in the program: ``J = L + s`` of L and of s."""
    for base in chosen.parts:
        line = next((c for c in setting.facts.costs if c.name.base == base and not c.parts), None)
        if line is not None:
            value = cost_value(setting, line)
        else:
            value = Elaborator(setting).value(setting.facts.abbreviations[base, ""])
        if value.shape != SCALAR:
            raise Outside(f"{base} is a part of the cost, but no number")
        name = f"part {base}"
        setting.definitions[name] = value
        setting.parts[base] = name


def has_count(facts: Facts, formula: Node) -> bool:
    """The formula divides by (mentions) the number of examples outside the bounds of sums."""
    return any(facts.roles.role(n.base) == "size" for n in names_in(formula))


def cost_value(setting: Setting, chosen: CostLine) -> Expr:
    """The cost of the batch, or of one example in the modes for one example."""
    elaborator = Elaborator(setting)
    elaborator.entrywise = True
    value = _cost_value(setting, chosen, elaborator)
    if elaborator.free:
        letters = ", ".join(sorted(elaborator.free))
        raise Outside(f"nothing says that the cost is summed over {letters}")
    return value


def _cost_value(setting: Setting, chosen: CostLine, elaborator: Elaborator) -> Expr:
    if chosen.parts:
        return elaborator.value(chosen.formula)
    if chosen.batch:
        elaborator.strip_examples = setting.mode != "batch"
        value = over_units(setting, elaborator.value(chosen.formula))
        if setting.mode != "batch" and has_count(setting.facts, chosen.formula):
            value = Times(setting.count(), value)
        return value
    if setting.mode == "batch":
        letter = _example_letter(setting.facts, chosen.formula)
        elaborator.column = Index(letter, setting.facts.count)
    value = over_units(setting, elaborator.value(chosen.formula))
    if elaborator.column is None:
        return value
    return _over_examples(setting, elaborator.column, value)


def _over_examples(setting: Setting, column: Index, value: Expr) -> Expr:
    """The sum or mean of a cost of one example; terms that speak of none stand once."""
    if isinstance(value, Plus):
        parts = (_over_examples(setting, column, v) for v in (value.left, value.right))
        return Plus(*parts)
    of_example = any(isinstance(n, Entry) and column in (n.row, n.column) for n in walk(value))
    return reduced(setting, SumOver(column, value)) if of_example else value


def over_units(setting: Setting, value: Expr) -> Expr:
    """A cost that is left with one value an output unit, summed; its scalar terms stand once."""
    if value.shape == SCALAR:
        return value
    _assume(setting, "the cost is summed over the output units too")
    return _summed_terms(value)


def _summed_terms(value: Expr) -> Expr:
    if value.shape == SCALAR:
        return value
    if isinstance(value, Plus):
        return Plus(_summed_terms(value.left), _summed_terms(value.right))
    if isinstance(value, Times) and value.left.shape == SCALAR:
        return Times(value.left, _summed_terms(value.right))
    return total(value)


def _example_letter(facts: Facts, formula: Node) -> str:
    """The letter that a cost of one example gives its example, or one of our own."""
    found = {resolve(facts.roles, n).example for n in names_in(formula)} - {None}
    return min(str(f) for f in found) if found else "e"


def _assume(setting: Setting, text: str) -> None:
    if text not in setting.assumptions:
        setting.assumptions.append(text)


def reduced(setting: Setting, value: Expr) -> Expr:
    if setting.mode == "batch" and setting.hypothesis.reduction == "mean":
        return Times(divide(ONE, Size(setting.facts.count)), value)
    return value
