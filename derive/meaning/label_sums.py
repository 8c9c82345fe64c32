"""What a note says of the sum of the labels over the classes.

In: a note.  Out: whether it gives them another sum than one, so that one is not supposed.
"""

from __future__ import annotations

import re
from typing import Final

from derive.meaning.facts import Facts
from derive.meaning.lines import Line
from derive.meaning.notation import plain_name
from derive.reading.syntax import Big, Node, Number
from derive.reading.tree import plain

_LABELS = ("y", "t", "Y", "T")
_SAID: Final = re.compile(
    r"\bmulti-?hot\b|\bunnormali[sz]ed (?:labels?|targets?|counts?|frequenc\w+)"
    r"|\b(?:labels?|targets?|entries of \$?\w\$?) (?:are|is|hold|holds) (?:\w+ )?counts\b"
    r"|\b(?:labels?|targets?|entries of \$?\w\$?) (?:need not|do not|does not|don't) "
    r"(?:sum|add up) to (?:one|\$?1)",
    re.IGNORECASE,
)
_ONE_HOT: Final = re.compile(r"\bone-? ?hot\b", re.IGNORECASE)


def labels_add_up_otherwise(facts: Facts) -> bool:
    """``\\sum_k y_k = 0.9``, "multi-hot"; ``\\sum_k y_k = 1`` says what is supposed anyway."""
    source = facts.document.source
    if _SAID.search(source) and not _ONE_HOT.search(source):
        return True
    return any(_is_sum_of_labels(facts, line) and not _is_one(line.right) for line in facts.lines)


def _is_sum_of_labels(facts: Facts, line: Line) -> bool:
    whole = plain(line.left)
    if not isinstance(whole, Big) or whole.operator != "sum" or not line.first:
        return False
    name = plain_name(whole.body)
    if name is None or name.mark or name.accent:
        return False
    return name.base in _LABELS or facts.roles.role_of(name) == "Y"


def _is_one(node: Node) -> bool:
    inner = plain(node)
    return isinstance(inner, Number) and inner.value == 1
