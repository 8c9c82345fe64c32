"""Small readings of scripts and words that every stage of `meaning` shares.

Nothing here looks at a whole note: a script's text is a layer expression or not, a word is
a cost word or not, two names are the same letter or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from derive.reading.syntax import (
    Applied,
    Big,
    Comparison,
    Derivative,
    Indexed,
    Name,
    Node,
    Number,
    Script,
    Transposed,
)
from derive.reading.tree import children, plain

TRANSPOSE = frozenset({"T", "\\top", "top", "\\intercal", "intercal", "⊤", "\\mathsf{T}", "t"})
COST_WORD = re.compile(
    r"cost|loss|error|objective|kosten|verlust|fehler|co[uû]t|perte|erreur|cost[eo]|custo|p[eé]rdida"
    r"|perdita|errore|erro\b|损失|代价|成本|потер|ошибк|стоимост|損失|誤差",
    re.IGNORECASE,
)
STANDARD = frozenset({"log", "ln", "exp", "sqrt", "sin", "cos", "tan"})
"""Functions of which every note means the same: no line gives them another formula."""
COST_ACRONYMS = frozenset({"ce", "bce", "mse", "rss", "sse", "nll", "mae", "rmse"})
"""Short words that name a cost: cross-entropy, residual sum of squares, ..."""
COST_LETTERS = frozenset({"J", "L", "C", "E", "ell"})
"""Letters that name a cost unless an equation gives them another role."""
GREEK_CAPITALS = frozenset(
    {"Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"}
)
_LAYER = re.compile(r"(?P<letter>[a-zA-Z]|\\?ell|n_?\{?[lL]\}?)?(?P<offset>[+-]?\d+)?$")


@dataclass(frozen=True, slots=True, order=True)
class Layer:
    """A layer expression: ``("", 2)`` is layer 2, ``("l", -1)`` the one below l."""

    letter: str
    offset: int

    def __str__(self) -> str:
        if not self.letter:
            return str(self.offset)
        return self.letter + (f"{self.offset:+d}" if self.offset else "")


@lru_cache(maxsize=4096)
def parse_layer(text: str) -> Layer | None:
    """Reads a script as a layer: a number, a letter, or a letter plus or minus a number.

    >>> parse_layer("l-1"), parse_layer("2"), parse_layer("ij") is None
    (Layer(letter='l', offset=-1), Layer(letter='', offset=2), True)
    """
    match = _LAYER.match(text)
    if match is None or not text:
        return None
    letter = (match["letter"] or "").replace("{", "").replace("}", "").replace("\\", "")
    letter = {"n_l": "n_l", "nl": "n_l", "n_L": "n_l"}.get(letter, letter)
    return Layer(letter, int(match["offset"] or 0))


Slot = tuple[str, str]
"""Where a script stands: (place, bracket), as in `Script`."""


def slot(script: Script) -> Slot:
    return (script.place, script.bracket)


def is_transpose(script: Script) -> bool:
    return script.place == "sup" and not script.bracket and script.text in TRANSPOSE


def layers_of(name: Name) -> dict[Slot, Layer]:
    """The scripts of a name that can be layers, by slot."""
    found: dict[Slot, Layer] = {}
    for script in name.scripts:
        layer = None if is_transpose(script) else parse_layer(script.text)
        if layer is not None:
            found.setdefault(slot(script), layer)
    return found


def entry_items(name: Name) -> tuple[str, ...]:
    """The letters of the bare subscript of a name, ``W_{jk}`` -> ``("j", "k")``."""
    for script in name.scripts:
        if slot(script) == ("sub", "") and not script.word:
            return script.items
    return ()


def is_cost_word(name: Name) -> bool:
    """A word such as cost, Loss, error, or an acronym of one."""
    return name.word and (name.base.lower() in COST_ACRONYMS or bool(COST_WORD.search(name.base)))


def plain_name(node: Node | None) -> Name | None:
    """The name that a node is, through groups; None for anything else or a gradient mark."""
    inner = plain(node) if node is not None else None
    return inner if isinstance(inner, Name) and not inner.mark else None


def names_in(node: Node) -> Iterator[Name]:
    """All names below a node in text order, heads of applications included."""
    inner = node
    condition = indicator_of(inner)
    if condition is not None:
        yield from names_in(condition)
        return
    if isinstance(inner, Name):
        yield inner
        if inner.base == "e":  # the exponent of e holds names like any bracket
            for script in inner.scripts:
                if script.place == "sup" and script.node is not None:
                    yield from names_in(script.node)
        return
    if isinstance(inner, Applied):
        yield inner.head
    if isinstance(inner, Derivative):
        if inner.of is not None:
            yield from names_in(inner.of)
        yield inner.by
        return
    for child in children(inner):
        if isinstance(inner, Applied) and child is inner.head:
            continue
        yield from names_in(child)


def derivatives_in(node: Node) -> Iterator[Derivative]:
    """All derivative fractions below a node."""
    if isinstance(node, Derivative):
        yield node
    for child in children(node):
        yield from derivatives_in(child)


def function_word(base: str) -> str:
    """A word as the library's aliases spell it: lower case, letters and digits only.

    A Greek capital is another letter than the small one: ``\\Sigma`` is a covariance or a sum.
    """
    if base in GREEK_CAPITALS:
        return base
    return re.sub(r"[^a-z0-9]", "", base.lower())


def indicator_of(node: Node) -> Comparison | None:
    """The condition of ``\\mathbf{1}_{x > 0}``, ``1_{[x > 0]}`` or ``\\mathbb{I}(x > 0)``."""
    inner = plain(node)
    if isinstance(inner, Applied):
        known = inner.head.base == "1" or (inner.head.base == "I" and inner.head.font)
        if not known or inner.head.scripts or len(inner.arguments) != 1:
            return None
        condition = plain(inner.arguments[0])
        return condition if isinstance(condition, Comparison) else None
    one = isinstance(inner, Name) and (inner.base == "1" or (inner.base == "I" and inner.font))
    if isinstance(inner, Indexed):
        base = plain(inner.base)
        one = isinstance(base, Number) and base.value == 1
    if not one or not isinstance(inner, Name | Indexed) or len(inner.scripts) != 1:
        return None
    (script,) = inner.scripts
    below = None if script.node is None or script.place != "sub" else plain(script.node)
    return below if isinstance(below, Comparison) else None


def vector_of_ones(node: Node) -> bool | None:
    """Whether a bold 1 is turned into a row; None for anything else."""
    inner = plain(node)
    turned = False
    if indicator_of(inner) is not None:
        return None
    if isinstance(inner, Transposed):
        inner, turned = plain(inner.base), True
    if not isinstance(inner, Name) or inner.base != "1" or not inner.font:
        return None
    for script in inner.scripts:
        if script.place == "sup" and script.text in TRANSPOSE:
            turned = True
        elif script.place != "sub":
            return None
    return turned


def is_bare(node: Big) -> bool:
    """A sum that names neither a letter nor a bound: over all that there is."""
    return not (node.index or node.upper or node.lower)
