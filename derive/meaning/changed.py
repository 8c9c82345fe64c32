"""Values that a line computes anew from themselves: ``h \\leftarrow h + b``, ``Z := 2 Z``.

Above such a line a name means one thing and below it another; the chain of layers knows one only.
"""

from __future__ import annotations

from typing import Final

from derive.meaning.facts import Facts
from derive.meaning.lines import Line
from derive.meaning.notation import names_in, plain_name
from derive.meaning.roles import resolve
from derive.reading.syntax import Name

_ASSIGNS: Final = frozenset({"\\leftarrow", "\\gets", "←", ":=", "=", "\\coloneqq"})


def changed_value(facts: Facts) -> Line | None:
    """The first line that makes what a layer computes from itself."""
    for line in facts.lines:
        name = plain_name(line.left)
        if name is None or not line.first or line.relation.text not in _ASSIGNS:
            continue
        inside = [n for n in names_in(line.right) if not n.mark]
        roles = {facts.roles.role_of(other) for other in inside}
        if facts.roles.role_of(name) not in ("Z", "A") or "rate" in roles:
            continue
        if any(_same(facts, name, other) for other in inside):
            return line
    return None


def _same(facts: Facts, name: Name, other: Name) -> bool:
    if (name.base, name.accent, name.primes) != (other.base, other.accent, other.primes):
        return False
    return resolve(facts.roles, name) == resolve(facts.roles, other)


__all__ = ["changed_value"]
