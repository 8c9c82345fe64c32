"""Lines that change a quantity: above them its name means one thing, below them another.

In: an outline.  Out: the quantities that have no one value, with the reason.  A step of an update
changes nothing that is said above it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from derive.meaning.lines import Line
from derive.meaning.literal.identity import Identities, Key, head_name, keys_in
from derive.meaning.literal.scope import RATES
from derive.meaning.notation import names_in
from derive.meaning.setting import Outside
from derive.reading import syntax as sx
from derive.reading.tree import plain

if TYPE_CHECKING:
    from derive.meaning.literal.outline import Outlined

ASSIGNS: Final = frozenset({"\\leftarrow", "\\gets", "←"})
DEFINES: Final = frozenset({"=", ":=", "\\equiv", "≡", "\\triangleq", "\\coloneqq"})


def changed_in_place(found: Outlined) -> dict[Key, str]:
    """``h := h + V h``: a name for one thing before the line and another behind it.

    A step of an update is none: what is subtracted is a rate times something, or an arrow says
    that it is one, as in ``w \\leftarrow w - H^{-1} g``.
    """
    out: dict[Key, str] = {}
    for line in found.facts.lines:
        name = head_name(line)
        if name is None or name.mark or line.relation.text not in (*DEFINES, *ASSIGNS):
            continue
        try:
            use = found.names.use(name)
        except Outside:
            continue
        inside = list(names_in(line.right))
        again = any(same_quantity(found.names, use.key, n) for n in inside)
        step = any(n.base in RATES for n in inside) or _moves(found, use.key, line)
        step = step and use.key not in found.stated
        if again and not step and not (use.transposed or use.power is not None or use.entries):
            out[use.key] = f"{name.base} is changed in place"
    return out


def _moves(found: Outlined, key: Key, line: Line) -> bool:
    """``w \\leftarrow w - ...``: by an arrow, from where it is, behind all that is made of it."""
    right = plain(line.right)
    if line.relation.text not in ASSIGNS or not isinstance(right, sx.Sum):
        return False
    (_, first), *rest = right.terms
    start = plain(first)
    here = line.piece.span.start
    users = [s.line for s in found.stated.values() if key in keys_in(found.names, s.formula)]
    behind = bool(users) and all(one.piece.span.start < here for one in users)
    same = isinstance(start, sx.Name) and same_quantity(found.names, key, start)
    return same and behind and all(sign < 0 for sign, _ in rest)


def same_quantity(names: Identities, key: Key, name: sx.Name) -> bool:
    """Whether an occurrence of a name is a quantity."""
    if name.mark:
        return False
    try:
        return names.use(name).key == key
    except Outside:
        return False
