"""Which letter is that of the last layer: ``\\hat y = h^{(l)}``, ``C = \\sum_k L(a^{(M)}_k, t_k)``.

In: the lines of a note with its affine ones.  Out: letters for the last layer among its roles.
"""

from __future__ import annotations

from derive.meaning.example_letters import cost_head
from derive.meaning.facts import Facts
from derive.meaning.notation import Layer, names_in, parse_layer, plain_name, slot
from derive.reading.syntax import Node


def last_layer(facts: Facts) -> None:
    """``\\hat y = h^{(l)}``, where another letter runs over the layers: l is the last."""
    roles = facts.roles
    running = {item.layer.letter for item in facts.affine if item.layer is not None}
    for line in facts.lines:
        sides = [plain_name(line.left), plain_name(line.right)]
        for output, top in (sides, sides[::-1]):
            if output is None or top is None or output.accent != "hat" or output.scripts:
                continue
            layers = [parse_layer(s.text) for s in top.scripts if slot(s) in roles.slots]
            if len(layers) != 1 or layers[0] is None or roles.role(top.base) not in ("A", "X"):
                continue
            letter, offset = layers[0].letter, layers[0].offset
            if letter and not offset and running - {""} and letter not in running:
                roles.top.add(letter)
        if line.first and running - {""} and cost_head(roles, line.left) is not None:
            roles.top |= _layers_in_cost(facts, line.right) - running


def _layers_in_cost(facts: Facts, formula: Node) -> set[str]:
    """The letter of the layer that a cost is a function of: ``\\sum_k L(a^{(M)}_k, t_k)``."""
    roles, found = facts.roles, set[Layer]()
    for name in names_in(formula):
        if roles.role(name.base) in ("A", "Z"):
            layers = [parse_layer(s.text) for s in name.scripts if slot(s) in roles.slots]
            found |= {layer for layer in layers if layer is not None}
    if len(found) != 1 or any(layer.offset or not layer.letter.isupper() for layer in found):
        return set()
    return {layer.letter for layer in found}
