"""Which quantities of a literal reading are costs: those that are differentiated as numbers.

In: an outline.  Out: their names, the most often named first; where no line names one, the only
formula of a cost, or a loss that is not given and whose gradients are written by a mark.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from derive.meaning.facts import all_nodes
from derive.meaning.literal.identity import Key, all_uses, head_name, keys_in
from derive.meaning.literal.totals import behind_nabla, differentiated
from derive.meaning.notation import COST_LETTERS, is_cost_word, names_in
from derive.meaning.setting import Outside
from derive.reading import syntax as sx

if TYPE_CHECKING:
    from derive.meaning.literal.outline import Outlined

MARKED: Final = 2
"""So many computed quantities have gradients by a mark where no loss is named."""


def is_divergence(name: sx.Name) -> bool:
    """``D_{KL}``: a number, whatever stands in its bracket."""
    scripts = [s.text for s in name.scripts if s.place == "sub"]
    return name.base == "D" and not name.mark and scripts in (["KL"], ["JS"])


def costs_of(found: Outlined) -> list[Key]:
    """What is differentiated as a number, the most often named first."""
    counted: dict[Key, int] = {}
    for node in all_nodes(found.facts):
        numbers = {id(of) for of in behind_nabla(node)}
        for of in differentiated(node):
            name = of.head if isinstance(of, sx.Applied) else of
            if not isinstance(name, sx.Name) or name.mark:
                continue
            try:
                use = found.names.use(name)
            except Outside:
                continue
            like = is_cost_word(name) or name.base in (*COST_LETTERS, "l") or is_divergence(name)
            like = like or use.key in found.totals or found.facts.roles.is_cost(name)
            like = like or (id(of) in numbers and use.key in found.stated)
            if not use.entries and like:
                counted[use.key] = counted.get(use.key, 0) + 1
    if counted:
        return sorted(counted, key=lambda k: -counted[k])
    return _only_cost(found) or _unnamed_cost(found)


def _only_cost(found: Outlined) -> list[Key]:
    """``J(w) = ...``, where no line writes a derivative: the one formula of a cost."""
    costs = [
        key for key, one in found.stated.items()
        if (name := head_name(one.line)) is not None and found.facts.roles.is_cost(name)
        and not one.entries and not any(key in keys for keys in found.uses.values())
    ]  # fmt: skip
    return costs if len(costs) == 1 else []


def _unnamed_cost(found: Outlined) -> list[Key]:
    """``dh``, ``dW`` of a note that names no loss: the gradients of one that is not given."""
    if found.facts.roles.differentials:
        return []
    marked = (n for node in all_nodes(found.facts) for n in names_in(node) if n.mark == "d")
    keys = {key for n in marked for key in keys_in(found.names, replace(n, mark=""))}
    if len(keys & set(found.stated)) < MARKED:
        return []
    letters = {use.key[0] for use in all_uses(found.facts, found.names)}
    return [(next(name for name in ("L", "J", "loss") if name not in letters), "", 0, ())]
