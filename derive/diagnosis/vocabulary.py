"""What a repair may be made of: the names, gradients and activation derivatives of a note.

In: a `Scene` and the target of the claim.  Out: loose leaves.  A gradient may stand in a
repair only if it lies between the target and the cost, so that no repair is circular.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from derive.diagnosis.entries import entries_of
from derive.diagnosis.loose import Add, Called, Leaf
from derive.diagnosis.scene import Scene
from derive.program import Entry, Expr, Gradient, Index, Program, Symbol, Times, walk

OPERAND_ROLES = ("activation", "input", "weight", "preactivation", "labels", "bias")
LIMIT = 60
"""More operands than this are not tried; the nearest layers come first."""


@dataclass(frozen=True)
class Vocabulary:
    """The material of repairs, nearest to the target's layer first.

    symbols, gradients: leaves; derivatives: ``f'(Z)`` of each layer; preactivations: leaves.
    """

    scene: Scene
    symbols: tuple[Leaf, ...]
    gradients: tuple[Leaf, ...]
    derivatives: tuple[tuple[int, Called], ...]
    preactivations: tuple[tuple[int, Leaf], ...]

    @property
    def difference(self) -> Add | None:
        """The output minus the labels, which most gradients begin with."""
        output = self.scene.named("activation", self.scene.depth)
        labels = [leaf for leaf in self.symbols if self.role(leaf)[0] == "labels"]
        outputs = [leaf for leaf in self.symbols if leaf_name(leaf) == output]
        if output is None or len(labels) != 1 or len(outputs) != 1:
            return None
        return Add(((1, outputs[0]), (-1, labels[0])))

    @property
    def operands(self) -> tuple[Leaf, ...]:
        return self.gradients + self.symbols

    def role(self, leaf: Leaf) -> tuple[str, int | None]:
        """Role and layer of a leaf; gradients have the role ``"gradient of ..."``."""
        name = leaf_name(leaf)
        role, layer = self.scene.roles.get(name or "", ("", None))
        if role == "input":
            role, layer = "activation", 0
        return (f"gradient of {role}" if is_gradient(leaf) else role), layer


def at_entries(words: Vocabulary, available: list[Index]) -> Vocabulary:
    """The vocabulary of a claim about entries: every name at the letters that fit it."""

    def entries(found: Iterable[Leaf]) -> tuple[Leaf, ...]:
        return tuple(Leaf(e) for leaf in found for e in entries_of(leaf.expr, available))

    pre = [
        (layer, Leaf(expr))
        for layer, leaf in words.preactivations
        for expr in entries_of(leaf.expr, available)
    ]
    functions = {layer: called.function for layer, called in words.derivatives}
    derivatives = [
        (layer, Called(functions[layer], 1, leaf)) for layer, leaf in pre if layer in functions
    ]
    return replace(
        words,
        symbols=entries(words.symbols),
        gradients=entries(words.gradients),
        derivatives=tuple(derivatives),
        preactivations=tuple(pre),
    )


def vocabulary(scene: Scene, target: str | None) -> Vocabulary:
    """The vocabulary for a claim about the gradient of `target`, or about none."""
    here = scene.roles.get(target or "", ("", None))[1] or 0

    def distance(name: str) -> tuple[int, int, str]:
        role, layer = scene.roles[name]
        return (abs((layer or 0) - here), OPERAND_ROLES.index(role), name)

    program = scene.program
    named = [n for n in sorted(scene.roles) if scene.roles[n][0] in OPERAND_ROLES]
    named = [n for n in named if n in program.leaves or n in program.definitions]
    named.sort(key=distance)
    above = set(named) if target is None else dependents(program, target)
    gradients = [n for n in named if n in above and (not target or _differentiable(scene, n))]
    gradients.sort(key=lambda name: (distance(name)[0], scene.roles[name][0] == "activation"))
    inner = [(layer, scene.named("preactivation", layer)) for layer in _layers(scene, here)]
    pre = tuple((layer, Leaf(program.symbol(name))) for layer, name in inner if name)
    functions = [(layer, scene.activations.get(layer, "")) for layer, _ in pre]
    return Vocabulary(
        scene,
        tuple(Leaf(program.symbol(name)) for name in named[:LIMIT]),
        tuple(Leaf(scene.gradient(name)) for name in gradients[:LIMIT]),
        tuple(
            (layer, Called(function, 1, leaf))
            for (layer, function), (_, leaf) in zip(functions, pre, strict=True)
            if function in program.functions
        ),
        pre,
    )


def _layers(scene: Scene, here: int) -> list[int]:
    layers = {layer for role, layer in scene.roles.values() if role == "preactivation"}
    known = [layer for layer in layers if layer is not None]
    return sorted(known, key=lambda layer: (abs(layer - here), layer))


def _differentiable(scene: Scene, name: str) -> bool:
    """A gradient stands in a repair if the note names it, or if it is one of Z and A."""
    role, _ = scene.roles[name]
    return name in scene.program.definitions and role in ("preactivation", "activation")


def dependents(program: Program, name: str) -> set[str]:
    """The definitions that are computed from a name, directly or not."""
    found = {name}
    for defined, body in program.definitions.items():
        if any(isinstance(node, Symbol) and node.name in found for node in walk(body)):
            found.add(defined)
    return found - {name}


def leaf_name(leaf: Leaf) -> str | None:
    """The name that a leaf or its gradient carries; None for a constant."""
    match whole(leaf):
        case Symbol(name=name) | Gradient(name=name) | Times(right=Gradient(name=name)):
            return name
    return None


def whole(leaf: Leaf) -> Expr:
    """The array of which a leaf is an entry, or the leaf itself."""
    return leaf.expr.arg if isinstance(leaf.expr, Entry) else leaf.expr


def is_gradient(leaf: Leaf) -> bool:
    """Whether a leaf is a gradient."""
    return isinstance(whole(leaf), Gradient | Times)


def gradient_names(expr: Expr) -> set[str]:
    """The names whose gradients stand in an expression."""
    return {node.name for node in walk(expr) if isinstance(node, Gradient)}
