"""What a note states, by kind: the record that every later stage reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from derive.meaning.affine import Affine
from derive.meaning.lines import Line
from derive.meaning.notation import (
    Layer,
    function_word,
    names_in,
    plain_name,
)
from derive.meaning.roles import Occurrence, Roles, resolve, spelled_function
from derive.reading.syntax import (
    Applied,
    Big,
    Document,
    Dots,
    Name,
    Node,
    Number,
)
from derive.reading.tree import children, plain
from derive.scalars import table

if TYPE_CHECKING:
    from derive.meaning.which_cost import Ledger

SYMBOLIC_DEPTH = 3
"""Layers that are set up when a note speaks of layers by letters only."""
Spelled = tuple[str, str]


@dataclass(slots=True)
class Activation:
    """What is said of the activation of a layer: its letter, its library name, its lines."""

    symbols: set[Spelled] = field(default_factory=set)
    known: str | None = None
    formula: tuple[Name, Node] | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class CostLine:
    """A cost that is stated: its name, formula, and whether it sums over the examples."""

    name: Name
    formula: Node
    line: Line
    batch: bool
    of_one: bool = False
    """Its arguments hold the example: ``J(W, b; x, y)`` beside ``J(W, b)``."""
    parts: tuple[str, ...] = ()
    """Spellings of the costs and terms that a total adds by their names: ``J = L + s``."""
    penalty: bool = False
    """Of the parameters alone: it is meant where it is named, and only there."""


@dataclass(slots=True)
class Facts:
    """What a note states, by kind."""

    document: Document
    lines: list[Line]
    roles: Roles
    affine: list[Affine] = field(default_factory=list)
    activations: dict[Layer, Activation] = field(default_factory=dict)
    bodies: dict[Spelled, tuple[Name, Node, Line]] = field(default_factory=dict)
    anew: dict[Spelled, list[tuple[Name, Node | None, Line]]] = field(default_factory=dict)
    """Later definitions under the same letter, in text order; None where it is no formula."""
    costs: list[CostLine] = field(default_factory=list)
    costs_used: set[str] = field(default_factory=set)
    shapes: list[tuple[Line, Name, tuple[Node, ...]]] = field(default_factory=list)
    outputs: dict[Spelled, Node] = field(default_factory=dict)
    """Heads of calls that only name an array: ``h(x) = a^{(L)}``."""
    abbreviations: dict[Spelled, Node] = field(default_factory=dict)
    """Names that a note introduces for an expression: base and scripts to what they stand for."""
    renamed: dict[Spelled, list[Node]] = field(default_factory=dict)
    """What such a name stands for from a later line on, in text order."""
    count: str = "m"
    """The letter for the number of examples."""
    part: tuple[int, int] | None = None
    """Where the part of the source lies whose lines alone are read; None for all of it."""
    powers: dict[tuple[str, str], int] | None = None
    """Letters that a line gives by a power, ``\\sigma^2 = ...``, with the line, once asked for."""
    solved: dict[int, str] | None = None
    """Equations to be solved by the places of their signs, once asked for (`stationary`)."""
    headed: dict[str, list[tuple[Name, Line]]] | None = None
    """Lines by the letter alone on their left, once asked for (`heads.headed`)."""
    formulas: dict[tuple[str, bool], tuple[tuple[Line, ...], bool]] = field(default_factory=dict)
    """Lines that give a letter a formula, as far as asked for (`elsewhere`)."""
    elementwise: frozenset[str] = frozenset()
    """Product signs that the text says to work entry by entry."""
    unsettled: frozenset[Spelled] = frozenset()
    """Functions that may each be the activation: nothing tells which."""
    output_word: str | None = None
    """An activation that the prose names beside the word output."""
    output_open: bool = False
    """What is said of the activations is said of the hidden layers."""
    output_lines: list[tuple[Line, Occurrence]] | None = None
    """The lines with an activation alone on the left, once they have been asked for."""

    same_width: dict[int, int] = field(default_factory=dict)
    """Layers that are as wide as an earlier one: ``A_2 = A_1 + f(Z_2)``."""
    one_unit: dict[int, int] = field(default_factory=dict)
    """Layers that the note says to be one number, with the line that says so."""
    scalar: bool | None = None
    """Every array of the note is a single number, once asked for."""
    products: tuple[str, str] | None = None
    """How the note writes the matrix and the elementwise product, once asked for."""
    arrays: frozenset[str] | None = None
    """Letters that lines compute and no sum runs over, once asked for."""
    about_one: frozenset[int] | None = None
    """Pieces that the text says are about one example, once asked for (`said`)."""
    contradicted: dict[int, bool] | None = None
    """Sums over units whose bound belongs to another axis, once asked for."""
    writes_units: bool | None = None
    """Letters below the names of a note on one layer are units, once asked for."""
    ledger: Ledger | None = None
    """The stated costs with what they are made of, once asked for (`which_cost.ledger`)."""
    put_together: frozenset[str] | None = None
    """Gradients that several lines put together, once asked for (`accumulation`)."""
    index_orders: dict[str, bool] | None = None
    """Whether the entries of a letter name the example first, once asked for (`orders`)."""
    letters_alone: frozenset[Spelled] | None = None
    """Names that stand somewhere without a bracket behind them (`free_letters`)."""
    small: set[str] | None = None
    """Lower-case letters of arrays whose capitals are arrays too, once asked for."""

    def activation(self, layer: int) -> Activation:
        """The activation of a layer: stated for it, or for every layer by a letter."""
        exact = self.activations.get(Layer("", layer))
        if exact is not None:
            return exact
        shift = 1 if self.roles.numbered_by_sender else 0
        for key in sorted(self.activations):
            if key.letter in self.roles.top:
                if layer == self.roles.depth + key.offset:
                    return self.activations[key]
            elif key.letter and layer + shift >= 1:
                return self.activations[key]
        return Activation()

    def own_activation(self, layer: int) -> bool:
        """A line tells the activation of this layer alone: by its number, or as the last."""
        return any(
            key.letter in self.roles.top and layer == self.roles.depth + key.offset
            if key.letter
            else key.offset == layer
            for key in self.activations
        )


def array_letters(facts: Facts) -> frozenset[str]:
    """The letters that lines compute, no sum runs over: in a subscript they are names.

    ``W_{hy}`` leads from h to y; it is not the entry at h and y.
    """
    if facts.arrays is None:
        heads = [plain_name(line.head) for line in facts.lines if line.first]
        scripted = [
            n.base
            for line, n in zip([k for k in facts.lines if k.first], heads, strict=True)
            if n is not None
            and not isinstance(plain(line.right), Number | Dots)
            and not (_aside(line) and plain_name(line.right) is not None)  # i = j
        ]
        running = {
            p.index for node in all_nodes(facts) for p in subtree(node) if isinstance(p, Big)
        }
        facts.arrays = frozenset(scripted) - running
    return facts.arrays


def _aside(line: Line) -> bool:
    """Within a sentence, or behind another equation of its piece."""
    return line.piece.kind == "inline" or line.source is not line.piece.chains[0]


def free_letters(facts: Facts) -> frozenset[Spelled]:
    """The names that stand somewhere in the note without being applied to a bracket."""
    if facts.letters_alone is None:
        applied = {
            id(part.head)
            for node in all_nodes(facts)
            for part in subtree(node)
            if isinstance(part, Applied)
        }
        facts.letters_alone = frozenset(
            spelled_function(name)
            for node in all_nodes(facts)
            for name in names_in(node)
            if id(name) not in applied
        )
    return facts.letters_alone


def orders(facts: Facts) -> dict[str, bool]:
    """By letter, whether its first entry with a unit and an example names the example first."""
    if facts.index_orders is None:
        facts.index_orders = {}
        for node in all_nodes(facts):
            for name in names_in(node):
                first = resolve(facts.roles, name).example_first
                if first is not None:
                    facts.index_orders.setdefault(name.base, first)
    return facts.index_orders


def _is_place(line: Line) -> bool:
    """``i = j``, ``k = 1, \\dots, K``: a line about indices."""
    right = plain(line.right)
    return isinstance(right, Number | Dots) or (isinstance(right, Name) and not right.scripts)


def all_nodes(facts: Facts) -> Iterator[Node]:
    """Every side of every line once, and the loose expressions."""
    for line in facts.lines:
        if line.first and line.inherits is None:
            yield line.left
        yield line.right
    for piece in facts.document.pieces:
        yield from piece.loose


def subtree(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from subtree(child)


def known_function(name: Name) -> str | None:
    """The library's name for a function as notes write it (``Leaky ReLU``, ``\\sigma``)."""
    below = [s for s in name.scripts if not s.bracket and s.place == "sub"]
    if len(below) == 1 and len(name.base) == 1:  # g_{\text{ReLU}}
        return table.ALIASES.get(function_word(below[0].text)) if len(below[0].text) > 3 else None
    if below:
        return None
    if not name.word and name.base != "sigma" and len(name.base) == 1:
        return None
    return table.ALIASES.get(function_word(name.base))


def call_of(node: Node) -> tuple[Name, Node] | None:
    """``f(z)`` as (f, z); ``max(0, z)`` as (relu, z); None for anything else."""
    inner = plain(node)
    if not isinstance(inner, Applied):
        return None
    if inner.head.base in ("max", "maximum") and len(inner.arguments) == 2:
        first, second = (plain(a) for a in inner.arguments)
        zero = [isinstance(a, Number) and a.value == 0 for a in (first, second)]
        if any(zero):
            relu = Name(inner.head.span, "relu", (), inner.head.primes, word=True)
            return relu, (second if zero[0] else first)
        return None
    if len(inner.arguments) != 1:
        return None
    return inner.head, inner.arguments[0]


def names_example(roles: Roles, call: Applied) -> bool:
    """The arguments of a cost hold the labels of an example."""
    return any(roles.role_of(n) == "Y" for a in call.arguments for n in names_in(a))


def names_output(facts: Facts, node: Node) -> bool:
    """A call ``h(x)`` that only names the output."""
    return any(
        isinstance(p, Applied) and spelled_function(p.head) in facts.outputs for p in subtree(node)
    )
