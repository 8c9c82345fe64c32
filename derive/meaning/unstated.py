"""Hidden layers of which no line says what they apply: what would hold for a usual function.

``dZ_1 = W_2^T dZ_2 * (1 - A_1^2)`` where nothing tells A_1: it is true of tanh, which the note
may have named in words.  Such a line is left open rather than refuted; so is one where the
function has a letter, ``A_1 = g(Z_1)``, and the text names the usual one for which it holds.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from derive.meaning.building import build
from derive.meaning.facts import Activation, Facts
from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.lines import Line
from derive.meaning.notation import Layer
from derive.meaning.setting import IllShaped, Outside, Setting
from derive.meaning.statements import statement_of
from derive.program import Symbol, walk
from derive.reading.syntax import Node
from derive.verdict import Kind

USUAL = ("tanh", "sigmoid", "relu")
IN_WORDS: Final = {
    "tanh": re.compile(r"tanh|hyperbolic tangent", re.IGNORECASE),
    "sigmoid": re.compile(r"sigmoid|logistic function", re.IGNORECASE),
    "relu": re.compile(r"(?<!leaky )(?<!leaky-)relu\b|rectifie[dr]", re.IGNORECASE),
}
"""How a text names them, for a layer whose function has a letter only."""
REASON = "it is true of {} in layer {}, of which no line says what it applies"


def under_activations(
    facts: Facts, line: Line, left: Node, kind: Kind, reading: str, stated: list[Stated]
) -> tuple[tuple[str, Interpretation], ...]:
    """The line, as each of the usual functions in those layers makes it."""
    if kind != Kind.GRADIENT or len(stated) != 1:
        return ()
    setting = stated[0].setting
    names = list(USUAL)
    layers = [k for k in unstated(setting) if _speaks_of(stated[0], k)]
    if not layers:
        names = [n for n in USUAL if IN_WORDS[n].search(facts.document.source)]
        layers = [k for k in _letters_alone(setting) if _speaks_of(stated[0], k)] if names else []
    if not layers:
        return ()
    out = []
    for name in names:
        entries = {Layer("", k): Activation(known=name) for k in layers}
        applied = replace(facts, activations={**facts.activations, **entries})
        other = build(applied, setting.hypothesis, setting.mode)
        try:
            said = statement_of(other, left, line.right, stated[0].layers)
        except (Outside, IllShaped):
            continue
        one = Interpretation(line, kind, reading, (Stated(other, said, stated[0].layers),))
        out.append((REASON.format(name, " and ".join(map(str, layers))), one))
    return tuple(out)


def unstated(setting: Setting) -> list[int]:
    """The hidden layers whose function is arbitrary because nothing is said of it."""
    if setting.mode == "formal":
        return []
    return [
        k for k in range(1, setting.depth)
        if setting.activations.get(k) == f"g{k}" and setting.facts.activation(k) == Activation()
    ]  # fmt: skip


def _letters_alone(setting: Setting) -> list[int]:
    """The hidden layers whose function has a letter and no formula: words may tell it."""
    if setting.mode == "formal":
        return []
    facts = setting.facts
    bodies = {base for base, _ in facts.bodies}
    entries = {k: facts.activation(k) for k in range(1, setting.depth)}
    return [
        k for k, entry in entries.items()
        if entry.symbols and entry.known is None and entry.formula is None
        and not bodies & {base for base, _ in entry.symbols}
    ]  # fmt: skip


def _speaks_of(stated: Stated, layer: int) -> bool:
    """The statement names what the layer gives or takes."""
    names = {f"A{layer}", f"Z{layer}"}
    sides = (getattr(stated.statement, side, None) for side in ("left", "right"))
    return any(
        isinstance(part, Symbol) and part.name in names
        for side in sides
        if side is not None
        for part in walk(side)
    )


__all__ = ["under_activations", "unstated"]
