"""Lines that say which function a layer applies."""

from __future__ import annotations

import re
from dataclasses import replace

from derive.meaning.affine import affine_parts
from derive.meaning.facts import Activation, Facts, Spelled, call_of, known_function, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import Layer, plain_name
from derive.meaning.roles import resolve, spelled_function
from derive.reading.syntax import Applied, Name

_IDENTITY = re.compile(
    r"\bidentity\b|(?<!non-)(?<!non )\blinear (?:activation|unit|neuron|output|function)"
    r"|σ\(z\) ?= ?z",
    re.IGNORECASE,
)
"""What a note says that speaks of other activations too."""


def activation_lines(facts: Facts) -> None:
    """Takes ``A = f(Z)`` and ``A = Z`` for what they say of a layer."""
    roles = facts.roles
    for line in facts.lines:
        call = call_of(line.right)
        if call is None:
            _identity_line(facts, line)
            continue
        head, argument = call
        z = plain_name(argument)
        target = plain_name(line.head) or _output_of(facts, line, z)
        if head.primes or head.mark or target is None or roles.is_cost(target):
            continue
        if z is None or roles.role_of(z) != "Z":
            if roles.role_of(target) == "A" and affine_parts(argument) is not None:
                _folded_line(facts, line, head, target)
            continue
        if roles.role(target.base) is None and not target.accent:
            roles.by_base[target.base] = "A"
            roles.note(line.piece.line, f"{target.base} = {head.base}({z.base}): activation")
        if roles.role_of(target) != "A":
            continue
        layer = resolve(roles, z).layer
        if layer is None:
            continue
        if roles.numbered_by_sender and not layer.letter:
            layer = Layer("", layer.offset - 1)
        state_activation(facts, line, head, layer)


def activation_by_slopes(facts: Facts) -> None:
    """``\\delta^l = ... \\odot \\sigma'(z^l)``, and no forward pass: \\sigma is the activation.

    Where several functions are differentiated so, nothing tells which of them is meant.
    """
    roles = facts.roles
    if facts.affine or facts.activations:
        return
    found: dict[Spelled, tuple[Line, Name]] = {}
    for line in facts.lines:
        for part in (p for side in (line.head, *line.nodes) for p in subtree(side)):
            if not isinstance(part, Applied) or part.head.primes != 1 or len(part.arguments) != 1:
                continue
            z = plain_name(part.arguments[0])
            if z is not None and roles.role_of(z) == "Z" and resolve(roles, z).layer is not None:
                head = replace(part.head, primes=0)
                found.setdefault(spelled_function(head), (line, head))
    if len(found) == 1 and roles.letters and not _IDENTITY.search(facts.document.source):
        [(line, head)] = found.values()
        state_activation(facts, line, head, Layer(min(roles.letters), 0))
    elif found:
        facts.unsettled = frozenset(found)


def _output_of(facts: Facts, line: Line, z: Name | None) -> Name | None:
    """``h_\\theta(x) = g(z)``: h names the output as a function of the input."""
    call = call_of(line.head)
    if call is None or not line.first or z is None or facts.roles.role_of(z) != "Z":
        return None
    head, source = call[0], plain_name(call[1])
    if head.primes or head.mark or known_function(head) or facts.roles.is_cost(head):
        return None
    if source is None or source.scripts or facts.roles.role_of(source) != "X":
        return None
    output = Name(line.head.span, "y", accent="hat")
    facts.outputs.setdefault(spelled_function(head), output)
    return output


def _folded_line(facts: Facts, line: Line, head: Name, target: Name) -> None:
    """``a^l = \\sigma(w^l a^{l-1} + b^l)``: z is not named, the output tells the layer."""
    output = resolve(facts.roles, target)
    if output.layer is not None and not output.lost and not facts.roles.numbered_by_sender:
        state_activation(facts, line, head, output.layer)


def state_activation(facts: Facts, line: Line, head: Name, layer: Layer) -> None:
    """A line says that this function is the activation of a layer."""
    roles = facts.roles
    entry = facts.activations.setdefault(layer, Activation(line=line.piece.line))
    known = known_function(head)
    if known is not None:
        entry.known = entry.known or known
    if known is None or (entry.known == "sigmoid" and head.base == "sigma"):
        entry.symbols.add(spelled_function(head))
        roles.by_base.setdefault(head.base, "function")
    if not layer.letter:
        roles.depth = max(roles.depth, layer.offset)


def _identity_line(facts: Facts, line: Line) -> None:
    """``A_2 = Z_2``: the layer has no activation."""
    roles = facts.roles
    target, z = plain_name(line.head), plain_name(line.right)
    if target is None or z is None or target.mark or z.mark or z.accent or z.primes:
        return
    if roles.role_of(target) != "A" or roles.role_of(z) != "Z":
        return
    output, below = resolve(roles, target), resolve(roles, z)
    special = output.entries != below.entries or output.transposed or below.transposed
    same = output.layer == below.layer or target.accent
    if below.layer is None or below.lost or special or not same or roles.numbered_by_sender:
        return
    entry = facts.activations.setdefault(below.layer, Activation(line=line.piece.line))
    entry.known = entry.known or "identity"
