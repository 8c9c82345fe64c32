"""Roles of letters: which are weights, biases, pre-activations, activations, inputs, labels.

Roles come from equations; letters are only priors where no equation speaks.  Every decision
is recorded with the line that made it (`Roles.evidence`), so that a report can say why a
note was understood as it was.  `resolve` then reads one occurrence of a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from derive.meaning.notation import (
    COST_LETTERS,
    Layer,
    Slot,
    function_word,
    is_cost_word,
    is_transpose,
    parse_layer,
    slot,
)
from derive.reading.syntax import Applied, Name, Node, Script
from derive.reading.tree import plain

Role = Literal["W", "b", "Z", "A", "X", "Y", "cost", "gradient", "function", "size"]
Named = tuple[str, str, tuple[tuple[str, str, str], ...]]
"""A name as it is spelled: letter, accent, and its scripts as (place, bracket, text)."""
LAYERED = frozenset({"W", "b", "Z", "A", "gradient"})
BATCHED = frozenset({"Z", "A", "X", "Y"})


@dataclass(slots=True)
class Roles:
    """What the letters of one note stand for, and how its scripts are meant."""

    by_base: dict[str, Role] = field(default_factory=dict)
    gradient_of: dict[str, Role] = field(default_factory=dict)
    """For names introduced as gradients (delta): the role that they are the gradient of."""
    named: dict[Named, tuple[Role, int, Role | None]] = field(default_factory=dict)
    """Names whose role and layer the forward lines tell, whatever their scripts; with what a
    gradient is the gradient of."""
    slots: set[Slot] = field(default_factory=set)
    """Script positions that hold layers."""
    letters: set[str] = field(default_factory=set)
    """Letters that run over layers."""
    top: set[str] = field(default_factory=set)
    """Letters that stand for the last layer (L, n_l)."""
    examples: set[str] = field(default_factory=set)
    """Letters that run over examples."""
    units_below: set[str] = field(default_factory=set)
    """Of those, the letters that name units where they stand below: ``x^{(i)}`` and ``W_{ij}``."""
    layout: Literal["columns", "rows"] | None = None
    """None while no equation decides: then it is a hypothesis."""
    weight_transposed: bool = False
    """The forward pass writes W^T A: W has the inputs as rows (columns layout)."""
    numbered_by_sender: bool = False
    """W and b carry the number of the layer that sends (z^{l+1} = W^l a^l + b^l)."""
    unindexed: bool = False
    """One layer without any layer index (logistic regression)."""
    layers_by_units: bool = False
    """The layers are supposed by the letters of the units: ``a_j = \\sum_i w_{ji} z_i``."""
    one_layer: bool = False
    """No name carries a layer and there are no weights: all arrays are those of one layer."""
    labelled: frozenset[str] = frozenset()
    """Letters that stand with a word below them and without one: two quantities."""
    apart: frozenset[str] = frozenset()
    """Letters of which one case is computed from the other: ``y = 2Y - 1``, two quantities."""
    jacobians: frozenset[str] = frozenset()
    """Letters of costs that name the derivative of an array here: ``J(x)``."""
    differentials: bool = False
    """``dZ`` is what Z changes by, not the gradient by it."""
    depth: int = 0
    symbolic_depth: bool = False
    """Layers occur only as letters: the depth is any, three layers are set up."""
    evidence: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)

    def role(self, base: str) -> Role | None:
        """The role of a letter; the other case of a single letter if that alone has one."""
        if base in self.by_base:
            return self.by_base[base]
        other = base.swapcase()
        if len(base) == 1 and base not in ("m", "e", "M", "L", "l", *self.apart) and other != base:
            folded = self.by_base.get(other)
            return folded if folded not in ("function", "size", "cost") else None
        return None

    def role_of(self, name: Name) -> Role | None:
        """The role of an occurrence: a hat on labels or on nothing is the output."""
        if self.is_kronecker(name):
            return None
        known = self.named_as(name)
        if known is not None:
            return known[0][0]
        role = self.role(name.base)
        if name.accent == "hat":
            return "A" if role in ("Y", None, "A") else None
        if name.accent not in ("", "vec"):
            return None  # a bar or tilde makes another quantity of it
        if role is None and self.is_cost(name):
            return "cost"
        if name.base in self.labelled and role in LAYERED and _label(name):
            return None
        return role

    def named_as(
        self, name: Name
    ) -> tuple[tuple[Role, int, Role | None], tuple[Script, ...]] | None:
        """The entry of `named` that a name is, and its scripts beyond that spelling."""
        if not self.named:
            return None
        scripts = [s for s in name.scripts if not is_transpose(s)]
        spelled = {(s.place, s.bracket, s.text) for s in scripts}
        for base in (name.base, name.base.swapcase()):
            if base != name.base and (len(base) != 1 or name.base in self.by_base):
                return None
            fitting = [
                key for key in self.named
                if key[:2] == (base, name.accent) and spelled.issuperset(key[2])
            ]  # fmt: skip
            if fitting:
                key = max(sorted(fitting), key=lambda k: len(k[2]))
                rest = [s for s in name.scripts if (s.place, s.bracket, s.text) not in key[2]]
                return self.named[key], tuple(rest)
        return None

    def is_kronecker(self, name: Name) -> bool:
        """``\\delta_{jk}``: two unit letters and nothing else."""
        if name.base != "delta" or name.mark or name.primes or len(name.scripts) != 1:
            return False
        (script,) = name.scripts
        items = script.items
        return (
            slot(script) == ("sub", "")
            and len(items) == 2
            and all(len(i) == 1 and i.isalpha() and i not in self.examples for i in items)
        )

    def is_cost(self, name: Name) -> bool:
        """A cost word, or a cost letter that no equation has given another role."""
        if name.mark or name.accent or name.base in self.jacobians:
            return False
        if name.font == "mathbb" and not name.word:  # an expectation
            return False
        if is_cost_word(name):
            return True
        known = self.role(name.base)
        return known == "cost" or (known is None and name.base in COST_LETTERS)

    def note(self, line: int, text: str) -> None:
        """Records what decided a role."""
        self.evidence.append(f"line {line}: {text}")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One name as it is meant: role, layer, entries, example, transposition, power.

    layer is None where the name has no layer.  lost: a layered name that carries none.
    entries: unit letters or numbers of the bare subscript, in written order.
    """

    role: Role | None
    layer: Layer | None
    entries: tuple[str, ...] = ()
    example: str | None = None
    transposed: bool = False
    power: Node | None = None
    lost: bool = False
    of: Role | None = None
    """Of a gradient that is told by its name: by what it differentiates."""
    example_first: bool | None = None
    """Of ``Y_{ik}`` and the like: whether the example stands before the unit."""
    unread: str = ""
    """A script of which nothing is known: the star of ``a^*``."""


_MOMENTS = ("new", "old", "next", "prev", "previous", "current", "updated")
"""Words that tell an array before or behind a step: it is the same one."""


def _label(name: Name) -> str:
    """The word below a letter: ``\\delta_{\\text{pre}}`` is not ``\\delta``."""
    words = [s.text for s in name.scripts if s.place == "sub" and s.word and len(s.text) > 1]
    return words[0] if words and words[0].lower() not in _MOMENTS else ""


def labelled(names: Sequence[Name]) -> frozenset[str]:
    """The letters that stand with a word below them and without one."""
    plainly = {n.base for n in names if not any(s.word for s in n.scripts)}
    return frozenset(n.base for n in names if n.base in plainly and _label(n))


def resolve(roles: Roles, name: Name) -> Occurrence:
    """Reads the scripts of one name under the roles of the note."""
    known = roles.named_as(name)
    if known is not None:
        return _resolve_named(roles, known[0], known[1])
    role = roles.role_of(name)
    hatted = name.accent == "hat" and role == "A"
    subject = roles.gradient_of.get(name.base) if role == "gradient" else role
    layered = role in LAYERED and not roles.unindexed and not hatted
    layer: Layer | None = None
    entries: tuple[str, ...] = ()
    example: str | None = None
    transposed, unread = False, ""
    power: Node | None = None
    pending = []
    for script in name.scripts:
        if is_transpose(script):
            transposed = True
            continue
        found = parse_layer(script.text)
        if script.bracket and found is not None:
            letter_example = found.letter in roles.examples and slot(script) not in roles.slots
            if script.bracket == "(" and letter_example:
                example = script.text
            elif layered and layer is None:
                layer = found
            elif found.letter or role in ("X", "Y") or hatted:
                example = script.text
            continue
        pending.append(script)
    for script in pending:
        found = parse_layer(script.text)
        if script.place == "sub" and not script.word:
            if len(script.items) == 1 and script.items[0] in roles.examples - roles.units_below:
                example = script.items[0]
            elif (
                layered
                and layer is None
                and found is not None
                and (not found.letter or found.letter in roles.letters | roles.top)
            ):
                layer = found
            elif layered and layer is None and _layer_first(roles, script):
                layer = parse_layer(script.items[0])
                entries = script.items[1:]
            elif subject is not None or role is not None:
                entries = script.items
    for script in pending:
        if script.place != "sup":
            continue
        found = parse_layer(script.text)
        takes = ("sup", "") in roles.slots or not entries
        numeric = found is not None and (
            not found.letter or found.letter in roles.letters | roles.top
        )
        if layered and layer is None and numeric and takes:
            layer = found
        else:
            power = script.node
            unread = script.text if power is None else ""
    none: tuple[str, ...] = ()
    if role == "cost" and entries[:1] == ("0",):
        entries = none
    if example is None and len(entries) == 1 and entries[0] in roles.examples - roles.units_below:
        entries, example = none, entries[0]
    first = _example_first(roles, entries, example)
    entries, example = _split_example(roles, entries, example)
    lost = layered and layer is None and not roles.unindexed
    sender = roles.numbered_by_sender and role in ("Z", "A")
    if lost and (role == "A" or roles.one_layer):
        layer, lost = Layer("", roles.depth + sender), False
    if hatted or (roles.unindexed and role in ("Z", "A", "W", "b")):
        layer = Layer("", roles.depth + sender)
        lost = False
    return Occurrence(role, layer, entries, example, transposed, power, lost, None, first, unread)


def at_an_example(roles: Roles, node: Applied) -> Name | None:
    """``y(x)``, an array at the example x, as ``y^{(x)}``; None if it is something else."""
    head, argument = node.head, plain(node.arguments[0])
    if not isinstance(argument, Name) or argument.scripts or argument.base not in roles.examples:
        return None
    if roles.role_of(head) not in BATCHED:
        return None
    letter = Script("sup", "(", argument.base, (argument.base,), None, False, argument.span)
    return replace(head, span=node.span, scripts=(*head.scripts, letter))


def _layer_first(roles: Roles, script: Script) -> bool:
    """``a_{2,i}``: where subscripts hold layers, the layer and then the unit or example."""
    return (
        slot(script) in roles.slots
        and len(script.items) in (2, 3)
        and script.items[0].isdigit()
        and all(len(i) == 1 and i.isalpha() for i in script.items[1:])
    )


def _resolve_named(
    roles: Roles, known: tuple[Role, int, Role | None], scripts: tuple[Script, ...]
) -> Occurrence:
    """An occurrence whose role and layer its name tells: the other scripts are entries."""
    role, number, of = known
    entries: tuple[str, ...] = ()
    example: str | None = None
    transposed, power = False, None
    for script in scripts:
        if is_transpose(script):
            transposed = True
        elif script.bracket or script.text in roles.examples:
            example = script.text
        elif script.place == "sub":
            entries = script.items
        else:
            power = script.node
    first = _example_first(roles, entries, example)
    entries, example = _split_example(roles, entries, example)
    layer = None if role in ("X", "Y") else Layer("", number)
    return Occurrence(role, layer, entries, example, transposed, power, False, of, first)


def key_of(name: Name) -> Named:
    """How a name is spelled, transposition aside."""
    scripts = tuple((s.place, s.bracket, s.text) for s in name.scripts if not is_transpose(s))
    return (name.base, name.accent, scripts)


def _split_example(
    roles: Roles, entries: tuple[str, ...], example: str | None
) -> tuple[tuple[str, ...], str | None]:
    """Moves an example letter out of a pair of subscripts: ``Y_{i,k}`` -> (k), example i."""
    if example is None and len(entries) == 2:
        running = [e for e in entries if e in roles.examples - roles.units_below]
        if len(running) == 1:
            return tuple(e for e in entries if e != running[0]), running[0]
    return entries, example


def _example_first(roles: Roles, entries: tuple[str, ...], example: str | None) -> bool | None:
    """Whether the example is the first of two subscripts; None if none of them is one."""
    running = [e in roles.examples - roles.units_below for e in entries]
    return running[0] if example is None and len(entries) == 2 and sum(running) == 1 else None


def spelled_function(name: Name) -> tuple[str, str]:
    """A function is known by its letter and its scripts: ``f`` is not ``f_1``."""
    return (
        function_word(name.base) if name.word else name.base,
        "".join(s.text for s in name.scripts if not is_transpose(s)),
    )
