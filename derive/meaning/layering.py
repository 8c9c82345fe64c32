"""Layers by name: ``h = tanh(W x + b)``, ``o = V h + c`` number themselves by who feeds whom.

Many notes write no layer index, or only on some letters: the hidden layer is `h`, the scores
are `S`, the output is `o`.  The forward lines are followed from the input upwards, and every
name on the way gets its role and its layer.  Out: nothing where the indices tell it all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from derive.meaning.affine import WEIGHT_LETTERS, Affine, affine_parts, linear_parts
from derive.meaning.facts import Facts, call_of, known_function
from derive.meaning.lines import Line
from derive.meaning.notation import Layer, is_cost_word, parse_layer, plain_name
from derive.meaning.roles import Named, Role, key_of
from derive.reading.syntax import Name, Node

Factor = tuple[Name, bool]


@dataclass(frozen=True, slots=True)
class Step:
    """A forward line: an affine map, a function of a name, or a function of an affine map."""

    line: Line
    head: Name
    function: Name | None
    argument: Name | None
    factors: tuple[Factor, Factor] | None
    bias: Name | None


@dataclass(slots=True)
class Layering:
    """The names of a network with their roles and layers, and the lines that gave them."""

    table: dict[Named, tuple[Role, int]]
    affine: list[Affine]
    functions: list[tuple[Line, Name, int]]
    votes: list[tuple[Literal["columns", "rows"], bool]]
    depth: int = 0
    folded: bool = False
    """Some layer applies its function to the affine map at once: z has no name."""


def find_layering(lines: Sequence[Line]) -> Layering | None:
    """Follows the forward lines; None unless they form one chain that indices do not tell."""
    biased = any(_affine_map(line.right, True) is not None for line in lines)
    steps = [step for line in lines if (step := _step(line, biased)) is not None]
    found = _followed(steps)
    if found is None and (upwards := _upwards(steps)) != steps:
        found = _followed(upwards)  # the output stands first: L = l(o), o = V h, h = f(z), ...
    return found


def _followed(steps: Sequence[Step]) -> Layering | None:
    """The chain that steps make, each from what those before it have computed."""
    found = Layering({}, [], [], [])
    if not all(_take(found, step) for step in steps):
        return None
    return found if found.depth and _needed(found) else None


def _upwards(steps: Sequence[Step]) -> list[Step]:
    """The steps with those first that compute what others start from."""
    heads = {key_of(step.head) for step in steps}
    waiting, out, done = list(steps), list[Step](), set[Named]()
    while waiting:
        ready = [step for step in waiting if _sources(step) & heads <= done]
        if not ready:
            return list(steps)
        out += ready
        done |= {key_of(step.head) for step in ready}
        waiting = [step for step in waiting if step not in ready]
    return out


def _sources(step: Step) -> set[Named]:
    """The names that a step computes its head from."""
    names = [factor for factor, _ in step.factors or ()]
    names += [step.argument] if step.argument is not None else []
    return {key_of(name) for name in names} - {key_of(step.head)}


def _affine_map(node: Node, biased: bool) -> tuple[Factor, Factor, Name | None] | None:
    """The two factors and the bias of ``W a + b``, or of ``W a`` where no line has a bias."""
    call = call_of(node)
    node = node if call is None else call[1]
    if not biased:
        parts = linear_parts(node)
        return None if parts is None or parts[2] else (parts[0], parts[1], None)
    found = affine_parts(node)
    return None if found is None or found[3] else found[:3]


def _step(line: Line, biased: bool) -> Step | None:
    head = plain_name(line.head)
    if head is None or head.primes or is_cost_word(head) or line.relation.text not in ("=", ":="):
        return None
    call = call_of(line.right)
    if call is not None:
        function, inner = call
        if function.primes or function.mark:
            return None
        argument = plain_name(inner)
        if argument is not None:
            return Step(line, head, function, argument, None, None)
        parts = _affine_map(inner, biased)
        known = known_function(function) is not None or function.base in ("sigma", "phi", "f", "g")
        if parts is None or not known:
            return None
        return Step(line, head, function, None, (parts[0], parts[1]), parts[2])
    parts = _affine_map(line.right, biased)
    if parts is None:
        return None
    return Step(line, head, None, None, (parts[0], parts[1]), parts[2])


def _take(found: Layering, step: Step) -> bool:
    """Enters a step; False if the lines are no simple chain."""
    names = [step.head, *(f for f, _ in step.factors or ())]
    if any(_schematic(name) for name in names):
        return False
    head = key_of(step.head)
    if step.argument is not None:
        below = found.table.get(key_of(step.argument))
        if below is not None and below[0] == "Z" and step.function is not None:
            found.table.setdefault(head, ("A", below[1]))
            found.functions.append((step.line, step.function, below[1]))
        return True
    if head in found.table:
        return True
    assert step.factors is not None
    weight, source = _weight(found, step.factors, step.bias)
    if _is_again(found, step, weight, source):
        return True
    below = found.table.get(key_of(source[0]))
    if below is None and found.depth == 0:
        found.table[key_of(source[0])] = ("X", 0)
    elif below is None or below != ("A", found.depth):
        return False
    named = (weight[0], step.head, *([] if step.bias is None else [step.bias]))
    keys = {key_of(name) for name in named}
    if len(keys) != len(named) or keys & found.table.keys():
        return False
    found.depth += 1
    layer = found.depth
    found.table[key_of(weight[0])] = ("W", layer)
    if step.bias is not None:
        found.table[key_of(step.bias)] = ("b", layer)
    found.table[head] = ("A" if step.function is not None else "Z", layer)
    first = weight is step.factors[0]
    found.votes.append(("columns" if first else "rows", weight[1]))
    if step.function is not None:
        found.functions.append((step.line, step.function, layer))
        found.folded = True
    else:
        found.affine.append(
            Affine(
                step.line, step.head, weight[0], source[0], step.bias, None, Layer("", layer),
                first, weight[1], False, False,
            )
        )  # fmt: skip
    return True


def _is_again(found: Layering, step: Step, weight: Factor, source: Factor) -> bool:
    """The affine map of a layer for the second time: it names what has no name there yet.

    ``h = \\sigma(x W_1 + b_1)`` and then ``z_1 = x W_1 + b_1``, or the other way round.
    """
    known = found.table.get(key_of(weight[0]))
    if known is None or known[0] != "W":
        return False
    layer = known[1]
    below = ("X", 0) if layer == 1 else ("A", layer - 1)
    bias = None if step.bias is None else found.table.get(key_of(step.bias))
    if found.table.get(key_of(source[0])) != below or bias not in (None, ("b", layer)):
        return False
    role: Role = "A" if step.function is not None else "Z"
    if (role, layer) in found.table.values():
        return False
    found.table[key_of(step.head)] = (role, layer)
    if step.function is not None:
        found.functions.append((step.line, step.function, layer))
        return True
    first = step.factors is not None and weight is step.factors[0]
    found.affine.append(
        Affine(
            step.line, step.head, weight[0], source[0], step.bias, None, Layer("", layer),
            first, weight[1], False, False,
        )
    )  # fmt: skip
    return True


def _schematic(name: Name) -> bool:
    """The name is at a layer letter next to another: ``a^{l-1}``."""
    layers = [parse_layer(s.text) for s in name.scripts]
    return any(layer is not None and layer.letter and layer.offset for layer in layers)


def _weight(
    found: Layering, factors: tuple[Factor, Factor], bias: Name | None
) -> tuple[Factor, Factor]:
    """(weight, source): the source is what the layers so far have computed, or the input."""
    first, second = factors
    for source, weight in ((second, first), (first, second)):
        known = found.table.get(key_of(source[0]))
        if known is not None and known[0] != "W":
            return weight, source
    for source, weight in ((second, first), (first, second)):
        if source[0].base in ("x", "X"):
            return weight, source
    if bias is None:
        return (first, second) if first[0].base in WEIGHT_LETTERS else (second, first)
    scripts = {s.text for s in bias.scripts}
    for source, weight in ((second, first), (first, second)):
        own = {s.text for s in weight[0].scripts}
        if weight[1] or (
            scripts and scripts <= own and not scripts <= {s.text for s in source[0].scripts}
        ):
            return weight, source
    return first, second


def _needed(found: Layering) -> bool:
    """Some name carries no script with its layer, though there are several layers."""
    if found.folded and found.depth == 1:
        weight = next(key[0] for key, (role, _) in found.table.items() if role == "W")
        biased = any(role == "b" for role, _ in found.table.values())
        turned = any(turned for _, turned in found.votes)
        if weight.islower() and (turned or not biased):
            return False  # \\hat y = \\sigma(w^T x + b): one unit, no layers
    if found.folded:
        return True
    if found.depth < 2:
        return False
    for (_, accent, scripts), (role, layer) in found.table.items():
        if role == "X" or (role == "A" and layer == found.depth) or accent == "hat":
            continue
        numbers = [parse_layer(text) for _, _, text in scripts]
        if Layer("", layer) not in numbers and not (
            role in ("Z", "A") and Layer("", layer + 1) in numbers and _by_sender(found)
        ):
            return True
    return False


def _by_sender(found: Layering) -> bool:
    """Every z carries the number of its layer plus one: W and b are numbered by the sender."""
    return all(
        Layer("", layer + 1) in [parse_layer(text) for _, _, text in scripts]
        for (_, _, scripts), (role, layer) in found.table.items()
        if role == "Z"
    )


def adopt_layering(facts: Facts, found: Layering) -> None:
    """Enters the roles, the layout and the affine lines of a layering."""
    roles = facts.roles
    by_base: dict[str, set[Role]] = {}
    for key, (role, layer) in found.table.items():
        if not key[1]:
            by_base.setdefault(key[0], set()).add(role)
        roles.named[key] = (role, layer, None)
        for place, bracket, text in key[2]:
            if parse_layer(text) == Layer("", layer):
                roles.slots.add((place, bracket))
    for key, (role, layer) in found.table.items():
        if not key[1] and len(by_base[key[0]]) == 1:
            roles.by_base.setdefault(key[0], role)
        what = f"{role} of layer {layer}" if role != "X" else "the input"
        roles.evidence.append(f"by what feeds what, {_shown(key)} is {what}")
    roles.depth = found.depth
    facts.affine = found.affine
    layout = max(sorted(set(found.votes)), key=lambda v: (found.votes.count(v), v[0] == "columns"))
    roles.layout, roles.weight_transposed = layout


def _shown(key: Named) -> str:
    base, accent, scripts = key
    marks = "".join(("^" if place == "sup" else "_") + text for place, _, text in scripts)
    return f"{accent} {base}{marks}".strip()
