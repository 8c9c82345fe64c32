"""What was understood of a note, put in words: layout, layers, cost, conventions, symbols.

In: the facts of a note and the hypothesis chosen for it.  Out: a `ModelReport`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.judge import screen_of
from derive.meaning.building import build
from derive.meaning.facts import Facts
from derive.meaning.hypotheses import Choice
from derive.meaning.objective import stated_cost
from derive.meaning.scenery import complete, spelled
from derive.meaning.setting import COST, Hypothesis, Setting
from derive.program import SCALAR, Equation, show_shape
from derive.scalars import table
from derive.tensors import equal
from derive.verdict import ModelReport

COST_TITLES = {
    "cross_entropy": "cross-entropy",
    "binary_cross_entropy": "binary cross-entropy",
    "squared_error": "squared error",
    "half_squared_error": "half squared error",
}


def show_hypothesis(facts: Facts, hypothesis: Hypothesis) -> str:
    """One line that says what was assumed where the note is silent."""
    cost = COST_TITLES.get(hypothesis.cost, hypothesis.cost)
    convention = _convention(facts, hypothesis)
    parts = [f"{cost} cost", f"{hypothesis.reduction} over the examples", convention]
    if hypothesis.output:
        parts.insert(1, f"{hypothesis.output} output")
    if facts.roles.layout is None:
        parts.append(f"examples as {hypothesis.layout}")
    return ", ".join(parts)


def _convention(facts: Facts, hypothesis: Hypothesis) -> str:
    count = facts.count if hypothesis.reduction == "mean" and hypothesis.carries_m else ""
    return f"dZ = {count} * dJ/dZ" if count else "dZ = dJ/dZ"


def model_report(facts: Facts, choice: Choice) -> ModelReport:
    """What was understood of a note, for the report."""
    hypothesis, roles = choice.best, facts.roles
    world = choice.interpreter.world
    setting = world.main
    layers = tuple(
        {"index": n, "activation": _activation(setting, n)} for n in range(1, setting.depth + 1)
    )
    assumptions = list(roles.assumptions)
    stated = hypothesis.cost == "stated"
    if not stated:
        title = COST_TITLES.get(hypothesis.cost, hypothesis.cost)
        output = f" with {hypothesis.output} output" if hypothesis.output else ""
        margin = f" (by a margin of {choice.margin} claim{'s' * (choice.margin != 1)})"
        assumptions.append(
            f"the cost is not stated: {title}{output}, {hypothesis.reduction} over the examples, "
            f"is the reading under which most lines hold{margin if choice.score else ''}"
        )
    elif not any(c.batch for c in facts.costs):
        assumptions.append(f"the stated cost is taken as {hypothesis.reduction} over the examples")
    if stated and hypothesis.output:
        assumptions.append(f"the output activation is not stated: {hypothesis.output}")
    if facts.output_word and facts.activation(setting.depth).known is None:
        assumptions.append(f"the output activation is {facts.output_word}, as the text says")
    if roles.layout is None:
        assumptions.append(f"the layout is not stated: examples as {hypothesis.layout}")
    if roles.symbolic_depth:
        assumptions.append(
            f"the depth is a letter: the layers are judged in a network of {setting.depth}"
        )
    for one in world.settings:
        assumptions += [a for a in one.assumptions if a not in assumptions]
    return ModelReport(
        hypothesis.layout,
        layers,
        _cost_text(facts, choice),
        _convention(facts, hypothesis),
        tuple(assumptions),
        tuple(roles.evidence),
        tuple(_symbols(setting)),
    )


def _cost_text(facts: Facts, choice: Choice) -> str:
    if choice.best.cost != "stated":
        return COST_TITLES.get(choice.best.cost, choice.best.cost)
    line = stated_cost(facts)
    assert line is not None
    source = facts.document.source
    named = library_cost(choice)
    text = " ".join(source[line.formula.span.start : line.formula.span.end].split())
    return named or text


def library_cost(choice: Choice) -> str:
    """The library's name for a stated cost that equals one of its losses, or ""."""
    setting: Setting = choice.interpreter.world.main
    if COST not in setting.definitions:
        return ""
    stated, screen = setting.definitions[COST], screen_of(setting.program)
    if screen is None:
        return ""
    for name in COST_TITLES:
        other = replace(choice.best, cost=name)
        rival = build(setting.facts, other, setting.mode).definitions.get(COST)
        if rival is None or screen.agrees(Equation(stated, rival), laws=False) is False:
            continue  # a long search for a proof, and seldom one
        if equal(setting.program, stated, rival):
            return COST_TITLES[name]
    return ""


def _activation(setting: Setting, layer: int) -> str:
    """The library's name of an activation; as the note writes it where it has none."""
    name = setting.activations.get(layer, "")
    known = name in ("softmax", "identity") or table.body(name) is not None
    return name if known else spelled(setting)[2].get(name, name)


_ROLES = {"W": "weight", "b": "bias", "Z": "pre-activation", "A": "activation"}


def _symbols(setting: Setting) -> Iterator[dict[str, str]]:
    """Every quantity of the network as the note writes it, with its role and shape."""
    names = dict(spelled(setting)[0])
    complete(setting, names, {})
    for name in (*setting.leaves, *setting.definitions):
        layer = name[1:]
        if name in ("X", "Y"):
            role = "input" if name == "X" else "labels"
        elif name == COST:
            role = "cost"
        elif name[0] in _ROLES and layer.isdigit():
            role = f"{_ROLES[name[0]]} of layer {layer}"
        else:
            role = "number"
        shape = show_shape(setting.shape(name)) if setting.shape(name) != SCALAR else "scalar"
        yield {"name": names.get(name, name), "role": role, "shape": shape}
