"""Upper bounds of sums over units: whether they fit the axis that the letter runs over.

``\\sum_{k=1}^{n_2}`` where k is a unit of layer 2.  The note itself says which bound belongs to
which axis; a bound that it gives to another axis, where that axis has a bound of its own, is
a slip: the sum has another number of terms.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.notation import Layer, names_in, parse_layer
from derive.meaning.roles import resolve
from derive.reading.syntax import Big

_INDEXED = re.compile(
    r"(?P<base>[A-Za-z]+|\\[a-zA-Z]+)[_^]\{?[(\[]?(?P<layer>[^{}()\[\]]+)[)\]]?\}?$"
)


@dataclass(frozen=True, slots=True)
class _Bound:
    """One sum: its bound as written, the layer in the bound's script, the layer of its axis."""

    node: Big
    base: str
    written: Layer | None
    axis: Layer


def contradicted_bounds(facts: Facts) -> dict[int, bool]:
    """The sums, by their start in the source, whose bound belongs to another axis.

    True where its number says so; a plain letter may be meant for any size.
    """
    found = [b for node in all_nodes(facts) for p in subtree(node) if (b := _bound(facts, p))]
    shifts: Counter[tuple[str, int]] = Counter()
    texts: Counter[tuple[str, Layer]] = Counter()
    for bound in found:
        if (shift := _shift(bound)) is not None:
            shifts[bound.base, shift] += 1
        texts[_text(bound), bound.axis] += 1
    return {
        b.node.span.start: b.written is not None
        for b in found
        if _contradicted(b, shifts) or _elsewhere(b, texts)
    }


def _bound(facts: Facts, node: object) -> _Bound | None:
    """The bound of a sum over the units of one layer; None for any other node."""
    if not isinstance(node, Big) or node.operator != "sum" or not node.index or not node.upper:
        return None
    if node.upper == facts.count or node.upper.isdigit():
        return None
    axes = {
        Layer("", 0) if found.role == "X" else found.layer
        for found in (resolve(facts.roles, n) for n in names_in(node.body))
        if found.role in ("Z", "A", "X", "gradient") and found.entries == (node.index,)
    } - {None}
    if len(axes) != 1:
        return None
    (axis,) = axes
    assert axis is not None
    match = _INDEXED.match(node.upper)
    written = parse_layer(match["layer"]) if match is not None else None
    return _Bound(node, match["base"] if match is not None else node.upper, written, axis)


def _text(bound: _Bound) -> str:
    return bound.base if bound.written is None else f"{bound.base}_{bound.written}"


def _shift(bound: _Bound) -> int | None:
    """How far the number of the bound is from that of its axis."""
    if bound.written is None or bound.written.letter != bound.axis.letter:
        return None
    return bound.axis.offset - bound.written.offset


def _contradicted(bound: _Bound, shifts: Counter[tuple[str, int]]) -> bool:
    """All other bounds with this letter are numbered in another way, and there are several."""
    shift = _shift(bound)
    if shift is None or shifts[bound.base, shift] > 1:
        return False
    others = [n for (base, other), n in shifts.items() if base == bound.base and other != shift]
    return len(others) == 1 and others[0] > 1


def _elsewhere(bound: _Bound, texts: Counter[tuple[str, Layer]]) -> bool:
    """The bound is that of another axis, and this axis has another bound."""
    mine = _text(bound)
    if texts[mine, bound.axis] > 1:
        return False
    another = any(t == mine and axis != bound.axis for t, axis in texts)
    replaced = any(t != mine and axis == bound.axis for t, axis in texts)
    return another and replaced and bound.axis.letter == ""
