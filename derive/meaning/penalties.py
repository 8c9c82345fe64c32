"""Parts of a cost that nobody writes out: a penalty in words, or by a letter of its own.

``C = \\sum_k L(a_k, y_k) + \\Omega`` and "with weight decay" say that a cost depends on more than
the output, though not how.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from derive.meaning.example_letters import cost_head
from derive.meaning.facts import CostLine, Facts
from derive.meaning.lines import Line
from derive.meaning.loss_words import losses_named
from derive.meaning.notation import derivatives_in, names_in, plain_name
from derive.reading.syntax import Name, Node, Sum, Unreadable
from derive.reading.tree import plain

PENALTY: Final = re.compile(r"weight decay|regulari[sz]|penalt|\bprior\b", re.IGNORECASE)
"""Words for a part of a cost that depends on more than the results."""
_SAID: Final = re.compile(
    r"(?<!without )(?<!no )(?<!not )(?:weight decay|\bL[12][- ](?:penalt|regulari[sz])"
    r"|\b(?:add|with|plus|includ\w+|us\w+|has|have) (?:an? |the )?(?:\w+ )?"
    r"(?:regulari[sz]|penalty\b))",
    re.IGNORECASE,
)
"""Words that say that a cost has a penalty."""
PENALISED: Final = "the words speak of a penalty of the weights, and no formula gives the cost"
_STATES: Final = frozenset({"=", ":=", "\\equiv", "≡", "\\triangleq"})
_CONSTANT: Final = frozenset({"const", "constant", "C", "K"})


def hidden_term(facts: Facts, cost: CostLine) -> str:
    """The name of a term of its own of which the note says nothing, "" if there is none."""
    whole = plain(cost.formula)
    for _, term in whole.terms if isinstance(whole, Sum) else ():
        names = list(names_in(term))
        if names and all(_is_unknown(facts, cost, name) for name in names):
            found = next((n.base for n in names if _is_capital(n)), "")
            if found:
                return found
    return ""


def penalised(facts: Facts, supposed: bool, line: Line) -> str:
    """Why a gradient by weights is left open below a cost that is supposed, "" if it is not."""
    if not supposed or not _SAID.search(facts.document.source):
        return ""
    by = [d.by for d in derivatives_in(line.left)]
    head = plain(line.left)
    by += [head] if isinstance(head, Name) and head.mark else []
    weights = any(facts.roles.role_of(replace(name, mark="")) == "W" for name in by)
    return PENALISED if weights else ""


def unread_cost(facts: Facts) -> Line | None:
    """A line that states a cost and could not be read, or whose formula no reading took up.

    ``L = \\mathbb{E}[f]``, ``L = \\text{MAE}``: for all we know that is no usual loss.
    """
    for line in facts.lines:
        if not line.first or cost_head(facts.roles, line.left) is None:
            continue
        if isinstance(line.right, Unreadable) or (not facts.costs and _is_formula(line)):
            return line
    return None


def _is_formula(line: Line) -> bool:
    """What stands behind the sign is neither a number nor a derivative nor a usual loss by name."""
    names = list(names_in(line.right))
    if not names or line.relation.text not in _STATES or list(derivatives_in(line.right)):
        return False
    return not any(True for _ in losses_named(line))


def _is_unknown(facts: Facts, cost: CostLine, name: Name) -> bool:
    if facts.roles.role_of(name) not in (None, "rate"):
        return False
    if "".join((name.base, *(s.text for s in name.scripts))) in cost.parts:
        return False
    heads: list[Node] = [line.left for line in facts.lines]
    bases = {n.base for head in heads if (n := plain_name(head)) is not None}
    return name.base not in bases


def _is_capital(name: Name) -> bool:
    word = len(name.base) > 1 and name.base.isalpha()
    capital = len(name.base) == 1 and name.base.isupper()
    return name.base not in _CONSTANT and (capital or (word and name.base.lower() in _WORDS))


_WORDS: Final = frozenset({"omega", "reg", "penalty", "regularization", "regularizer", "decay"})
