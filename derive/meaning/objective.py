"""The cost of a program: which of the stated costs it is, and its value.

A note may state the cost of one example, that of all, or a total that adds parts by their
names (``J = L + s``).
"""

from __future__ import annotations

from derive.meaning.cost_values import has_count
from derive.meaning.elaborate import Elaborator
from derive.meaning.facts import CostLine, Facts, subtree
from derive.meaning.setting import COST, IllShaped, Outside, Setting
from derive.meaning.which_cost import Ledger, key_of_cost, ledger
from derive.program import SCALAR, Equation, Expr, Gradient, walk
from derive.reading.syntax import Sum


def stated_cost(facts: Facts, of_one: bool = False) -> CostLine | None:
    """The cost that a note states where no name tells: of the batch if there is one, else of one.

    of_one: the other way round.  A total that adds parts by their names goes before its parts;
    a cost that is made of costs without a formula is none.
    """
    book = ledger(facts)
    if of_one not in book.stated:
        book.stated[of_one] = _stated_cost(facts, book, of_one)
    return book.stated[of_one]


def _stated_cost(facts: Facts, book: Ledger, of_one: bool) -> CostLine | None:
    usable = [k for k in range(len(facts.costs)) if book.grounded[k]]
    totals = [k for k in usable if facts.costs[k].parts and k in book.roots]
    if not totals and not of_one:
        totals = [k for k in usable if book.made_of[k] and k in book.roots]
    if totals:
        return facts.costs[totals[-1]]
    batch = [k for k in usable if facts.costs[k].batch]
    single = [k for k in usable if not facts.costs[k].batch]
    chosen = (single if of_one else batch) or usable
    return facts.costs[chosen[0]] if chosen else None


def open_cost(facts: Facts) -> CostLine | None:
    """The cost that is made of one to which the note gives no formula."""
    book = ledger(facts)
    found = [k for k in book.roots if not book.grounded[k]]
    return facts.costs[found[0]] if found else None


def made_of(facts: Facts, line: CostLine) -> list[CostLine]:
    """The costs in the formula of one."""
    found = ledger(facts).made_of[number_of(facts, line)]
    return [facts.costs[k] for k in sorted(found)]


def averaged(facts: Facts, line: CostLine) -> list[CostLine]:
    """The cost that one is a mean, sum or multiple of: nothing is added to it.

    Where the one has no value and none is named, that is the cost that is meant.
    """
    adds = any(isinstance(p, Sum) and len(p.terms) > 1 for p in subtree(line.formula))
    return [] if adds else made_of(facts, line)


def number_of(facts: Facts, line: CostLine) -> int:
    """The number of a stated cost among those of the note."""
    return next(k for k, cost in enumerate(facts.costs) if cost is line)


def name_parts(setting: Setting, chosen: CostLine) -> None:
    """Gives the parts of a total their names in the program: ``J = L + s`` of L and of s."""
    book = ledger(setting.facts)
    for spelled in chosen.parts:
        known = (k for k, key in enumerate(book.keys) if "".join(key) == spelled)
        index = next((k for k in known if setting.facts.costs[k] is not chosen), None)
        if index is not None:
            value = Elaborator(setting).stated(index)
        elif (spelled, "") in setting.facts.abbreviations:
            value = Elaborator(setting).value(setting.facts.abbreviations[spelled, ""])
        else:
            value = Elaborator(setting).library_loss()
        if value.shape != SCALAR:
            raise Outside(f"{spelled} is a part of the cost, but no number")
        name = f"part {spelled}"
        setting.definitions[name] = value
        setting.parts[spelled] = name


def state(setting: Setting, chosen: CostLine) -> None:
    """Gives the program its cost, and what has to hold for the other names of it to be it."""
    name_parts(setting, chosen)
    value = cost_value(setting, chosen)
    if any(isinstance(n, Gradient) for n in walk(value)):
        raise Outside("the formula of the cost holds a gradient of it")
    setting.definitions[COST] = value
    for index in setting.hypothesis.costs[1:]:
        other = setting.facts.costs[index]
        if "".join(key_of_cost(setting.facts.roles, other.name)) in setting.parts:
            continue
        try:
            value = cost_value(setting, other)
        except (Outside, IllShaped) as error:
            raise Outside(f"{other.name.base} could not be used: {error}") from error
        setting.premises.append(Equation(setting.definitions[COST], value))


def cost_value(setting: Setting, chosen: CostLine) -> Expr:
    """The cost of the batch, or of one example in the modes for one example."""
    return Elaborator(setting).stated(number_of(setting.facts, chosen))


__all__ = ["cost_value", "has_count", "number_of", "open_cost", "state", "stated_cost"]
