"""Finds the lines of the form ``Z = W A + b``: the strongest evidence of all.

Such a line tells the roles of four letters at once, which script holds the layer, whether
examples stand as columns (W on the left) or rows (W on the right), and whether the forward
pass transposes its weights.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

from derive.meaning.lines import Line
from derive.meaning.notation import (
    Layer,
    Slot,
    entry_items,
    is_transpose,
    layers_of,
    names_in,
    plain_name,
    vector_of_ones,
)
from derive.meaning.roles import Role, Roles
from derive.reading.syntax import Big, Name, Node, Product, Sum, Transposed
from derive.reading.tree import plain

MATRIX_PRODUCTS = frozenset({"juxt", "cdot", "times", "at"})
WEIGHT_LETTERS = frozenset({"W", "w", "V", "U", "Theta", "theta", "Omega", "omega"})
"""Letters that tell a weight where no bias does."""
_SCRIPTS = {"sub": "subscript", "sup": "superscript", "index": "index"}
_SLIDING = re.compile(r"[a-z][+-][a-z]([+-]\d+)?")
DEFINING = frozenset({"=", ":=", "\\equiv", "\\triangleq"})


@dataclass(frozen=True, slots=True)
class Affine:
    """``z = w a + b`` with the parts named, as far as the line tells.

    layer: of z.  weight_first: W is the left factor.  summed: written in index form.
    """

    line: Line
    z: Name
    w: Name
    a: Name
    b: Name | None
    place: Slot | None
    layer: Layer | None
    weight_first: bool
    transposed: bool
    summed: bool
    by_sender: bool
    decides: bool = True
    """The order of the factors tells the layout (a dot product of vectors does not)."""


def find_affine(lines: Sequence[Line], examples: Set[str] = frozenset()) -> list[Affine]:
    """All affine lines of a note, decided on raw scripts, before any role is known.

    examples: letters of examples; ``\\hat y^{(i)} = w x^{(i)} + b`` is said of any example.
    """
    found = []
    for line in lines:
        z = plain_name(line.head)
        if z is None or z.accent not in ("", "hat") or z.primes:
            continue
        parts = affine_parts(line.right)
        if parts is None or any(map(_slides, names_in(line.right))):
            continue
        affine = _read(line, z, *parts)
        if affine is None:
            affine = _of_examples(line, z, parts, examples)
            affine = affine if affine is not None and _tells_shapes(affine, lines) else None
        if affine is not None:
            found.append(affine)
    return found or [
        item
        for line in lines
        if not any(map(_slides, names_in(line.right))) and (item := _without_bias(line)) is not None
    ]


def _slides(name: Name) -> bool:
    """A window that slides over an input, ``x_{i+k}``: no layer has it."""
    items = [item for s in name.scripts if s.place == "sub" for item in s.items]
    return " " in name.base or any(_SLIDING.fullmatch(item) for item in items)


def _of_examples(
    line: Line,
    z: Name,
    parts: tuple[tuple[Name, bool], tuple[Name, bool], Name, str, str],
    examples: Set[str],
) -> Affine | None:
    """An affine line of one layer whose arrays stand at an example."""

    def bare(name: Name) -> Name:
        kept = tuple(
            s for s in name.scripts
            if not (s.bracket == "(" and s.place == "sup" and s.text in examples)
        )  # fmt: skip
        return replace(name, scripts=kept)

    (first, one), (second, two), bias, letter, sign = parts
    names = (bare(z), bare(first), bare(second))
    marked = any(not is_transpose(s) for n in names for s in n.scripts)
    if letter or bias.scripts or marked or names[0] == z or names[0].scripts:
        return None
    return _read(line, names[0], (names[1], one), (names[2], two), bias, letter, sign)


def _tells_shapes(affine: Affine, lines: Sequence[Line]) -> bool:
    """Not ``w x^{(i)}``, maybe a product of numbers, nor beside an X whose rows no line tells."""
    bases = {n.base for line in lines for node in line.nodes for n in names_in(node)}
    whole = affine.a.base.islower() and affine.a.base.upper() in bases
    return (affine.transposed or affine.w.base.isupper()) and not whole


def _without_bias(line: Line) -> Affine | None:
    """``z^l = W^l a^{l-1}``, ``z^{l+1} = W^l a^l`` in a note whose forward lines have no biases."""
    z, parts = plain_name(line.head), linear_parts(line.right)
    if z is None or z.accent or z.primes or parts is None or line.relation.text not in DEFINING:
        return None
    first, second, letter = parts
    w, a = (first, second) if first[0].base in WEIGHT_LETTERS else (second, first)
    if len({z.base, w[0].base, a[0].base}) != 3:
        return None
    for place, layer in layers_of(z).items():
        if letter and place == ("sub", ""):
            continue
        below = Layer(layer.letter, layer.offset - 1)
        by_sender = layers_of(w[0]).get(place) == below
        if layers_of(w[0]).get(place) not in (layer, below):
            continue
        if layers_of(a[0]).get(place) not in ((below,) if by_sender else (None, below)):
            continue
        return _made(line, z, w, a, None, place, layer, letter, first, by_sender)
    return None


def linear_parts(node: Node) -> tuple[tuple[Name, bool], tuple[Name, bool], str] | None:
    """The factors of a product of a weight, told by its letter, and an array; a summed letter."""
    node, letter = plain(node), ""
    if isinstance(node, Big) and node.operator == "sum":
        letter, node = node.index, plain(node.body)
    if not isinstance(node, Product) or len(node.factors) != 2:
        return None
    first, second = (factor_of(f) for _, f in node.factors)
    if first is None or second is None or node.factors[1][0] not in MATRIX_PRODUCTS:
        return None
    weights = [f for f, _ in (first, second) if f.base in WEIGHT_LETTERS and not f.accent]
    return (first, second, letter) if len(weights) == 1 else None


def affine_parts(node: Node) -> tuple[tuple[Name, bool], tuple[Name, bool], Name, str, str] | None:
    """The two factors (with their transposition), the summand, summed letter, product sign."""
    node = plain(node)
    if not isinstance(node, Sum) or len(node.terms) != 2 or any(s != 1 for s, _ in node.terms):
        return None
    product: tuple[tuple[Name, bool], tuple[Name, bool]] | None = None
    bias: Name | None = None
    letter = sign = ""
    for _, term in node.terms:
        inner = plain(term)
        running = ""
        if isinstance(inner, Big) and inner.operator == "sum":
            running, inner = inner.index, plain(inner.body)
        if _without_ones(inner) is inner and isinstance(inner, Product) and len(inner.factors) == 2:
            factors = [factor_of(f) for _, f in inner.factors]
            if inner.factors[1][0] in MATRIX_PRODUCTS and None not in factors:
                first, second = factors
                assert first is not None
                assert second is not None
                product, letter = (first, second), running
                sign = inner.factors[1][0]
                continue
        bias = plain_name(_without_ones(inner))
    if product is None or bias is None:
        return None
    return product[0], product[1], bias, letter, sign


def _without_ones(node: Node) -> Node:
    """``b \\mathbf{1}^T`` is the bias b, repeated for every example."""
    if isinstance(node, Product) and len(node.factors) == 2:
        (_, one), (_, two) = node.factors
        if vector_of_ones(two) is not None:
            return plain(one)
        if vector_of_ones(one) is not None:
            return plain(two)
    return node


def factor_of(node: Node) -> tuple[Name, bool] | None:
    inner = plain(node)
    turned = False
    if isinstance(inner, Transposed):
        inner, turned = plain(inner.base), True
    name = plain_name(inner)
    if name is None:
        return None
    return name, turned or any(is_transpose(s) for s in name.scripts)


def _read(
    line: Line,
    z: Name,
    first: tuple[Name, bool],
    second: tuple[Name, bool],
    b: Name,
    letter: str,
    sign: str,
) -> Affine | None:
    bases = {z.base, first[0].base, second[0].base, b.base}
    if len(bases) != 4 or b.accent:
        return None
    zl, bl = layers_of(z), layers_of(b)
    if not any(n.scripts for n in (z, b)) and not any(
        s for n in (first[0], second[0]) for s in n.scripts if not is_transpose(s)
    ):
        second_is_weight = first[0].base in ("x", "X") or (
            second[0].base in ("w", "W") and first[0].base not in ("w", "W")
        )
        w, a = (second, first) if second_is_weight else (first, second)
        first_is_weight = not second_is_weight
        decides = sign != "cdot" or w[1] or w[0].base.isupper()
        return Affine(
            line, z, w[0], a[0], b, None, None, first_is_weight, w[1], False, False, decides
        )
    if z.accent:
        return None
    for place, layer in zl.items():
        if letter and place == ("sub", ""):
            continue  # in index form the bare subscript counts units
        if bl.get(place) == layer:
            weights = [f for f in (first, second) if layers_of(f[0]).get(place) == layer]
            others = [f for f in (first, second) if f not in weights]
            below = Layer(layer.letter, layer.offset - 1)
            if len(weights) == 1 and layers_of(others[0][0]).get(place) in (None, below):
                return _made(line, z, weights[0], others[0], b, place, layer, letter, first, False)
        below = Layer(layer.letter, layer.offset - 1)
        if bl.get(place) == below and all(
            layers_of(f[0]).get(place) == below for f in (first, second)
        ):
            pair = (second, first) if len(entry_items(second[0])) == 2 else (first, second)
            return _made(line, z, pair[0], pair[1], b, place, layer, letter, first, True)
    return None


def _made(
    line: Line,
    z: Name,
    w: tuple[Name, bool],
    a: tuple[Name, bool],
    b: Name | None,
    place: Slot,
    layer: Layer,
    letter: str,
    first: tuple[Name, bool],
    by_sender: bool,
) -> Affine:
    weight_first = w is first
    transposed = w[1]
    if letter:
        items = entry_items(w[0])
        if len(items) == 2:
            weight_first, transposed = items[1] == letter, False
    return Affine(
        line, z, w[0], a[0], b, place, layer, weight_first, transposed, bool(letter), by_sender
    )


def one_network(affine: Sequence[Affine], lines: Sequence[Line]) -> bool:
    """Lines without a layer speak of one and the same layer, whose input nothing computes."""
    bare = [item for item in affine if item.place is None]
    weights = {item.w.base for item in bare}
    computed = {
        head.base
        for line in lines
        if (head := plain_name(line.head)) is not None
        and any(n.base in weights and not n.mark for n in names_in(line.right))
    }
    if any(item.a.base in computed for item in bare):
        return False
    return len({item.z.base.lower() for item in bare}) < 2


def adopt(roles: Roles, affine: Sequence[Affine], shaped: dict[str, bool]) -> None:
    """Takes roles, slots and layout from the affine lines; the majority decides the layout.

    shaped: for weights with a stated shape, whether the shape is that of an untransposed W.
    """
    votes: dict[tuple[Literal["columns", "rows"], bool], int] = {}
    for item in affine:
        named: list[tuple[Name, Role]] = [(item.w, "W")]
        if item.b is not None:
            named.append((item.b, "b"))
        if not item.z.accent:  # a hat is the output itself: there is no activation
            named.append((item.z, "Z"))
        for name, role in named:
            roles.by_base.setdefault(name.base, role)
        has_layer = item.place is not None and item.place in layers_of(item.a)
        roles.by_base.setdefault(item.a.base, "A" if has_layer else "X")
        number = item.line.piece.line
        if item.place is None:
            roles.unindexed, roles.depth = True, 1
            roles.note(number, f"one layer without indices: {item.z.base} = {item.w.base} ...")
            if item.decides:
                side: Literal["columns", "rows"] = "columns" if item.weight_first else "rows"
                votes[side, item.transposed] = votes.get((side, item.transposed), 0) + 1
            continue
        assert item.layer is not None
        roles.slots.add(item.place)
        if item.layer.letter:
            roles.letters.add(item.layer.letter)
        roles.numbered_by_sender |= item.by_sender
        layout: Literal["columns", "rows"] = "columns" if item.weight_first else "rows"
        votes[layout, item.transposed] = votes.get((layout, item.transposed), 0) + 1
        roles.note(
            number,
            f"{item.z.base} = {item.w.base} {item.a.base} + {item.b.base if item.b else 0}: "
            "weight, input, bias; "
            f"examples as {layout}, the layer in the {_SCRIPTS[item.place[0]]}"
            + (" in brackets" if item.place[1] else ""),
        )
    for untransposed in shaped.values():
        for key in list(votes):
            votes[key] += key[1] != untransposed
    if votes:
        roles.layout, roles.weight_transposed = max(
            sorted(votes), key=lambda k: (votes[k], not k[1], k[0] == "columns")
        )
