"""A setting: one program that a note is read into, under one hypothesis.

The same note gives up to four programs (`mode`): ``batch`` (arrays over all m examples),
``single`` (one example, columns or rows of length 1), ``path`` (one path of scalars, m an
unknown number, a softmax an arbitrary function) and ``formal`` (a function and its
parameter, no network).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from derive.meaning.facts import Facts
from derive.meaning.roles import Occurrence
from derive.program import ONE, SCALAR, Dim, Equation, Expr, Function, Leaf, Program, Symbol, walk

Mode = Literal["batch", "single", "path", "formal"]
COST = "J"
CHANGE = "change of "
"""What names of free changes begin with, in notes that are written in differentials."""
SMALL_NUMBERS = frozenset({"epsilon", "varepsilon", "eps"})


class Outside(Exception):
    """Readable, but outside what can be judged: the claim is unproven for this reason."""


class NoLayer(Outside):
    """A name at a layer that the network does not have."""


class IllShaped(Exception):
    """The operands of an operation do not fit."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a note leaves open and one reading supplies, once for the whole note.

    cost: ``"stated"`` or the name of a library loss.  output: the activation of the last
    layer where none is stated (None: an arbitrary function).  reduction: how a cost of one
    example becomes that of the batch.  carries_m: dZ is m times the gradient of the cost.
    """

    layout: Literal["columns", "rows"]
    cost: str
    output: str | None
    reduction: Literal["mean", "sum"]
    carries_m: bool
    costs: tuple[int, ...] = ()
    """The stated costs that a claim names, by number: the first is the cost of its program."""

    @property
    def unit_axis(self) -> int:
        """The axis of the units; the examples run along the other."""
        return 0 if self.layout == "columns" else 1


@dataclass(slots=True)
class Setting:
    """A program with the dictionaries from names of the note to names of the program."""

    facts: Facts
    hypothesis: Hypothesis
    mode: Mode
    leaves: dict[str, Leaf] = field(default_factory=dict)
    definitions: dict[str, Expr] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    activations: dict[int, str] = field(default_factory=dict)
    """Layer -> name of its activation in `functions`, ``softmax`` or ``identity``."""
    assumptions: list[str] = field(default_factory=list)
    has_cost: bool = True
    spelled: tuple[dict[str, str], dict[str, str], dict[str, str]] | None = None
    """How the note writes names, gradients and functions, once it has been asked for."""
    not_understood: dict[str, str] = field(default_factory=dict)
    """Arrays whose forward line has no value here, with the reason: nothing is said of them."""
    parts: dict[str, str] = field(default_factory=dict)
    """Spellings of the parts of a total cost -> their names in the program."""
    premises: list[Equation] = field(default_factory=list)
    """What must hold for the costs that a claim names to be one and the same."""
    open_loss: str = ""
    """The letter of a loss that the note leaves open: ``L = l(o, y)``."""
    supposed_loss: bool = False
    """The note states the cost, and its formula is not understood (`any_loss`)."""
    upstream: frozenset[str] | None = None
    """What the cost is computed from, once it has been asked for."""
    stated_forward: dict[str, int] = field(default_factory=dict)
    """Definitions taken from the note: program name -> line."""

    @property
    def program(self) -> Program:
        """The program as it stands (leaves may still be added by free scalars)."""
        cost = COST if self.has_cost and COST in self.definitions else None
        return Program(self.leaves, self.definitions, self.functions, cost)

    @property
    def network(self) -> set[str]:
        """The arrays of the network: inputs, labels, parameters, and what is computed."""
        free = {n for n in self.leaves if n[0] in "Wb" and n[1:].isdigit()}
        return free | {"X", "Y"} | set(self.definitions)

    @property
    def depth(self) -> int:
        return self.facts.roles.depth

    def shape(self, name: str) -> tuple[Dim, Dim]:
        if name in self.leaves:
            return self.leaves[name].dims
        if name not in self.definitions:
            raise Outside(f"{name} has no place in the network")
        return self.definitions[name].shape

    def symbol(self, name: str) -> Symbol:
        return Symbol(name, self.shape(name))

    def differentiable(self, name: str) -> None:
        """Raises Outside where the cost, as the note writes it, does not depend on an array.

        A cost written with ``X W`` says nothing of the name that ``X W`` has elsewhere.
        """
        if self.upstream is None and COST in self.definitions:
            self.upstream = frozenset(reached(self.definitions, COST))
        if self.upstream is not None and name not in self.upstream:
            raise Outside("the cost is written without what it is differentiated by")

    def mentions(self, body: Expr, name: str) -> None:
        """Raises Outside where an expression does not depend on a number of the note."""
        whole = {**self.definitions, "": body}
        if name not in reached(whole, ""):
            raise Outside("it is written without what it is differentiated by")

    def scalar_leaf(self, name: str, domain: str = "") -> Symbol:
        """A free scalar of the note (learning rate, lambda, ...), made at first use.

        Its sign is not known, but of counts and of the small numbers that keep a root from 0.
        """
        if name in self.definitions or self.leaves.get(name, Leaf(SCALAR)).dims != SCALAR:
            raise Outside(f"{name} has no role in the note, and is an array of its network")
        if name not in self.leaves:
            positive = name == self.facts.count or name in SMALL_NUMBERS
            self.leaves[name] = Leaf(SCALAR, domain or ("positive" if positive else "real"))
        return Symbol(name, SCALAR)

    def layer_number(self, occurrence: Occurrence, layers: Mapping[str, int]) -> int:
        """The layer of an occurrence under values for the layer letters."""
        layer, roles = occurrence.layer, self.facts.roles
        if layer is None:
            raise Outside("a name has lost its layer")
        if layer.letter in layers:
            number = layers[layer.letter] + layer.offset
        elif layer.letter in roles.top:
            number = self.depth + layer.offset + (1 if roles.numbered_by_sender else 0)
        elif layer.letter:
            raise Outside(f"the layer {layer.letter} is not known")
        else:
            number = layer.offset
        if roles.numbered_by_sender and occurrence.role in ("Z", "A", "gradient"):
            written_output = occurrence.role == "A" and not layer.letter and layer.offset == 0
            number -= 0 if written_output else 1
        return number

    def program_name(self, occurrence: Occurrence, layers: Mapping[str, int]) -> str:
        """The name in the program of an occurrence with a role in the network."""
        role = occurrence.role
        if role == "gradient":
            raise TypeError("program_name: ask for the role that is differentiated")
        if role in ("X", "Y"):
            return role
        number = self.layer_number(occurrence, layers)
        if role == "A" and number == 0:
            return "X"
        name = f"{role}{number}"
        if name in self.not_understood:
            raise Outside(self.not_understood[name])
        if name not in self.leaves and name not in self.definitions:
            raise NoLayer(f"there is no layer {number} for {role}")
        return name

    def scale(self, name: str) -> Expr:
        """What the note's own d<name> is, over the true gradient by `name`.

        Batch: m for pre-activations and activations if the note carries it, else 1.  One
        path: the cost is that of one example, so a mean contributes 1/m.
        """
        batched = name[0] in "ZAX"
        carried = batched and self.hypothesis.carries_m
        if self.mode == "batch":
            return self.count() if carried else ONE
        if self.mode == "path" and self.hypothesis.reduction == "mean" and not carried:
            from derive.program import divide

            return divide(ONE, self.count())
        return ONE

    def count(self) -> Expr:
        """The number of examples: a size in the batch, an unknown number elsewhere."""
        from derive.program import Size

        if self.mode == "batch":
            return Size(self.facts.count)
        return self.scalar_leaf(self.facts.count)


def reached(definitions: Mapping[str, Expr], name: str) -> set[str]:
    """The names that a definition is computed from, at any remove."""
    found: set[str] = set()
    todo = [name]
    while todo:
        body = definitions.get(todo.pop())
        names = {n.name for n in walk(body) if isinstance(n, Symbol)} if body is not None else set()
        todo += sorted(names - found)
        found |= names
    return found
