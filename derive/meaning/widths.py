"""How wide layers are: as wide as another one, or a single unit.

A residual sum ``A_2 = A_1 + f(Z_2)`` makes both sides equally wide.  ``b_2 \\in \\mathbb{R}`` and
``y \\in \\{0, 1\\}`` say that a layer is one number, so that its products are those of numbers.
"""

from __future__ import annotations

import re

from derive.meaning.facts import Facts, all_nodes
from derive.meaning.notation import names_in, plain_name
from derive.meaning.roles import Occurrence, resolve
from derive.reading.syntax import Comparison, Name, Node, Number, Product, Script, Sum, Tuple
from derive.reading.tree import plain

_SHAPE_OF_ONE = re.compile(r"\s*:?\s*\(\s*1\s*,\s*1?\s*\)")
"""``$b_2$: (1,)``: the shape of one number, in the text behind a name."""


def same_widths(facts: Facts) -> None:
    """Enters into `facts.same_width` the layers that are added to each other as they are."""
    for line in facts.lines:
        right = plain(line.right)
        whole = _whole(facts, line.left)
        if not line.first or not isinstance(right, Sum) or whole is None or whole.role != "A":
            continue
        for _, term in right.terms:
            below = _whole(facts, term)
            if below is None or whole.layer is None:
                continue
            number = 0 if below.role == "X" else below.layer.offset if below.layer else -1
            if 0 <= number < whole.layer.offset:
                width = facts.same_width.get(number, number)
                facts.same_width[whole.layer.offset] = width


def _whole(facts: Facts, node: Node) -> Occurrence | None:
    """An input or activation at a numbered layer, without entries, transposition or power."""
    name = plain_name(node)
    if name is None or name.primes:
        return None
    found = resolve(facts.roles, name)
    if found.role not in ("A", "X") or found.entries or found.example or found.transposed:
        return None
    if found.power is not None or (found.layer is not None and found.layer.letter):
        return None
    return found


def one_unit(facts: Facts) -> None:
    """Enters into `facts.one_unit` the layers of which the note says that they are one number."""
    for piece in facts.document.pieces:
        if _SHAPE_OF_ONE.match(facts.document.source, piece.span.end):
            names = [plain_name(node) for node in piece.loose]
            layer = _layer_of_bias(facts, names[-1] if names else None)
            if layer is not None:
                facts.one_unit.setdefault(layer, piece.line)
        for node in map(plain, piece.loose):
            if not isinstance(node, Comparison) or node.relation != "in":
                continue
            name = plain_name(node.left)
            layer = None if name is None else _layer_of_number(facts, name, plain(node.right))
            if layer is not None and layer not in facts.one_unit:
                facts.one_unit[layer] = piece.line


def _layer_of_bias(facts: Facts, name: Name | None) -> int | None:
    """The layer of a bias by its number."""
    found = None if name is None or name.mark else resolve(facts.roles, name)
    if found is None or found.role != "b" or found.layer is None or found.layer.letter:
        return None
    return found.layer.offset if 1 <= found.layer.offset <= facts.roles.depth else None


def _layer_of_number(facts: Facts, name: Name, where: Node) -> int | None:
    """The layer that is one number if `name` lives in `where`; None if nothing says so."""
    found = resolve(facts.roles, name)
    if name.mark or name.primes or found.entries or found.example or found.transposed:
        return None
    depth = facts.roles.depth
    whole = _is_number(where)
    if found.role == "Y" or (found.role == "A" and name.accent):
        several = facts.activation(depth).known == "softmax" or _by_units(facts, name)
        return depth if (whole or _is_range(where)) and not several else None
    if found.layer is None or found.layer.letter or found.role not in ("W", "b", "Z", "A"):
        return None
    by_sender = facts.roles.numbered_by_sender and found.role in ("Z", "A")
    layer = found.layer.offset - by_sender
    if found.role == "W":
        turned = facts.roles.weight_transposed
        rows = facts.roles.layout == "rows"
        whole = facts.roles.layout is not None and _one_of_two(where, 1 if rows != turned else 0)
    return layer if whole and 1 <= layer <= depth else None


def _by_units(facts: Facts, name: Name) -> bool:
    """The note names entries of an array: ``y_k``."""
    names = (n for node in all_nodes(facts) for n in names_in(node) if n.base == name.base)
    return any(resolve(facts.roles, n).entries for n in names)


def _is_number(where: Node) -> bool:
    """``\\mathbb{R}``, ``\\mathbb{R}^1``, ``\\mathbb{R}^{1 \\times 1}``."""
    scripts = _sizes(where)
    return scripts is not None and all(s.text in ("1", "1\\times1") for s in scripts)


def _sizes(where: Node) -> tuple[Script, ...] | None:
    """The scripts of ``\\mathbb{R}``, at most one; None for anything else."""
    if not isinstance(where, Name) or where.base != "R" or where.font != "mathbb":
        return None
    raised = all(s.place == "sup" for s in where.scripts) and len(where.scripts) < 2
    return where.scripts if raised else None


def _one_of_two(where: Node, axis: int) -> bool:
    """``\\mathbb{R}^{1 \\times h}``: one of two sizes is 1."""
    for script in _sizes(where) or ():
        sizes = plain(script.node) if script.node is not None else None
        if isinstance(sizes, Product) and len(sizes.factors) == 2:
            size = plain(sizes.factors[axis][1])
            return isinstance(size, Number) and size.value == 1
    return False


def _is_range(where: Node) -> bool:
    """``\\{0, 1\\}``, ``(0, 1)``, ``\\{-1, 1\\}``: a label or a probability, one number."""
    return isinstance(where, Tuple) and len(where.items) == 2
