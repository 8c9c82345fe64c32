"""Builds the program of a note under a hypothesis, in one of its modes.

The program consists of the note's own right-hand sides wherever it states them; what it
leaves unsaid is the textbook's dense layer, and is reported as an assumption.
"""

from __future__ import annotations

from derive.meaning.affine import Affine
from derive.meaning.any_loss import any_loss
from derive.meaning.changed import changed_value
from derive.meaning.elaborate import Elaborator, library_function
from derive.meaning.facts import Activation, CostLine, Facts
from derive.meaning.label_sums import labels_add_up_otherwise
from derive.meaning.lines import Line
from derive.meaning.loss_words import named_otherwise
from derive.meaning.notation import derivatives_in, names_in, parse_layer, plain_name
from derive.meaning.objective import averaged, open_cost, state, stated_cost
from derive.meaning.penalties import hidden_term, unread_cost
from derive.meaning.readings import is_scalar
from derive.meaning.roles import BATCHED, resolve
from derive.meaning.setting import COST, Hypothesis, IllShaped, Mode, Outside, Setting
from derive.meaning.which_cost import ledger
from derive.meaning.written_out import is_unread, written_out
from derive.program import (
    SCALAR,
    Apply,
    Build,
    Dim,
    Expr,
    Function,
    Index,
    Leaf,
    MatMul,
    Plus,
    Shape,
    Times,
    Transpose,
    walk,
)
from derive.reading.syntax import Node
from derive.scalars import table


def build(facts: Facts, hypothesis: Hypothesis, mode: Mode) -> Setting:
    """The setting of a note: leaves, layers bottom up, then the cost."""
    setting = Setting(facts, hypothesis, mode)
    if mode == "formal":
        setting.has_cost = False
        return setting
    if is_scalar(facts) and mode != "path":
        setting.assumptions.append("every layer is one neuron: nothing is written as an array")
    if mode != "path":
        setting.assumptions.extend(
            f"layer {layer} is one number, as line {line} says"
            for layer, line in sorted(facts.one_unit.items())
        )
    _leaves(setting)
    for layer in range(1, setting.depth + 1):
        _preactivation(setting, layer)
        _activation(setting, layer)
    _cost(setting)
    softmax = _uses_log(setting) and mode != "path" and _output_name(setting) == "softmax"
    if softmax and not labels_add_up_otherwise(facts):
        leaf = setting.leaves["Y"]
        setting.leaves["Y"] = Leaf(leaf.dims, leaf.domain, hypothesis.unit_axis)
        setting.assumptions.append("the labels of each example sum to one")
    return setting


def units(facts: Facts, layer: int) -> Dim:
    """The size of a layer: a symbol; 1 for the output of an unindexed vector of weights."""
    if facts.roles.unindexed and layer == 1:
        weights = [b for b, r in facts.roles.by_base.items() if r == "W"]
        if all(w.islower() for w in weights):
            return 1
    if is_scalar(facts) or layer in facts.one_unit:
        return 1
    return f"n_{facts.same_width.get(layer, layer)}"


def oriented(setting: Setting, rows: Dim, columns: Dim) -> Shape:
    """(units, examples) in the layout of the note."""
    if setting.mode == "path":
        return SCALAR
    return (rows, columns) if setting.hypothesis.layout == "columns" else (columns, rows)


def weight_shape(setting: Setting, layer: int) -> Shape:
    """The shape of W: (out, in) in columns layout, (in, out) in rows; turned for W^T A."""
    if setting.mode == "path":
        return SCALAR
    out, into = units(setting.facts, layer), units(setting.facts, layer - 1)
    outer_first = (setting.hypothesis.layout == "columns") != setting.facts.roles.weight_transposed
    return (out, into) if outer_first else (into, out)


def _leaves(setting: Setting) -> None:
    facts = setting.facts
    examples: Dim = 1 if setting.mode == "single" else facts.count
    setting.leaves["X"] = Leaf(oriented(setting, units(facts, 0), examples))
    output = units(facts, setting.depth)
    setting.leaves["Y"] = Leaf(oriented(setting, output, examples))
    for layer in range(1, setting.depth + 1):
        setting.leaves[f"W{layer}"] = Leaf(weight_shape(setting, layer))
        setting.leaves[f"b{layer}"] = Leaf(oriented(setting, units(facts, layer), 1))


# -- layers -----------------------------------------------------------------------------------


def _preactivation(setting: Setting, layer: int) -> None:
    name = f"Z{layer}"
    below = "X" if layer == 1 else f"A{layer - 1}"
    examples: Dim = 1 if setting.mode == "single" else setting.facts.count
    shape = oriented(setting, units(setting.facts, layer), examples)
    for item in lines_of_layer(setting, layer):
        try:
            body = forward_body(setting, item, layer)
        except IllShaped:
            continue
        except Outside as error:
            if setting.mode != "path" and _foreign(setting.facts, item):
                setting.not_understood[name] = (
                    f"the forward line of layer {layer} (line {item.line.piece.line}) "
                    f"is not understood: {error}"
                )
            continue
        if body.shape == shape:
            setting.definitions[name] = body
            setting.stated_forward[name] = item.line.piece.line
            setting.not_understood.pop(name, None)
            return
    try:
        written = written_out(setting, "Z", layer, shape)
    except Outside as error:
        written = None
        setting.not_understood[name] = str(error)
    setting.definitions[name] = written or textbook_layer(setting, layer, below)


def _foreign(facts: Facts, item: Affine) -> bool:
    """A forward line uses a name without a role: the textbook's layer is not what it says."""
    return any(facts.roles.role_of(n) is None for n in (item.w, item.a, item.b) if n)


def textbook_layer(setting: Setting, layer: int, below: str) -> Expr:
    """``W A + b`` in the layout of the setting."""
    weight: Expr = setting.symbol(f"W{layer}")
    source, bias = setting.symbol(below), setting.symbol(f"b{layer}")
    if setting.mode == "path":
        return Plus(Times(weight, source), bias)
    if setting.facts.roles.weight_transposed:
        weight = Transpose(weight)
    if setting.hypothesis.layout == "columns":
        return Plus(MatMul(weight, source), bias)
    return Plus(MatMul(source, weight), bias)


def lines_of_layer(setting: Setting, layer: int) -> list[Affine]:
    """The affine lines that speak of a layer: those that name it, then the schematic."""
    facts = setting.facts
    shift = 1 if facts.roles.numbered_by_sender else 0
    named, schematic = [], []
    for item in facts.affine:
        if item.layer is None or (not item.layer.letter and item.layer.offset - shift == layer):
            named.append(item)
        elif item.layer.letter:
            schematic.append(item)
    return named + schematic


def forward_layers(setting: Setting, item: Affine, layer: int) -> dict[str, int]:
    """Values of the layer letters under which an affine line speaks of `layer`."""
    if item.layer is None or not item.layer.letter:
        return {}
    shift = 1 if setting.facts.roles.numbered_by_sender else 0
    if item.layer.letter in setting.facts.roles.top:
        if layer != setting.depth + item.layer.offset:
            raise Outside("another layer")
        return {}
    return {item.layer.letter: layer + shift - item.layer.offset}


def forward_body(setting: Setting, item: Affine, layer: int) -> Expr:
    """The right side of an affine line at a layer, as an array."""
    elaborator = Elaborator(setting, forward_layers(setting, item, layer))
    entries = resolve(setting.facts.roles, item.z).entries
    if setting.mode == "path" or not entries:
        elaborator.whole_batch = _names_one_example(setting.facts, item)
        return elaborator.value(item.line.right)
    return indexed_body(setting, elaborator, item.line.right, entries)


def _names_one_example(facts: Facts, item: Affine) -> bool:
    """``z = W x^{(i)} + b``: said of any one example, and so of all of them.

    ``z^{(i)} = W x^{(i)} + b`` too, where both sides name the same one and every array does.
    """
    found = [resolve(facts.roles, n) for n in names_in(item.line.right)]
    named = {one.example for one in found} - {None}
    at = resolve(facts.roles, item.z).example
    if at is not None:
        arrays = [one.example for one in found if one.role in BATCHED]
        return bool(arrays) and set(arrays) == {at} == named
    return len(named) == 1


def indexed_body(
    setting: Setting, elaborator: Elaborator, node: Node, entries: tuple[str, ...]
) -> Expr:
    """An array given by its entry: ``z_j = sum_k W_jk a_k + b_j``."""
    if setting.mode == "batch":
        elaborator.column = Index("e", setting.facts.count)
    body = elaborator.value(node)
    unit = elaborator.free.get(entries[0]) if entries else None
    if set(elaborator.free) - set(entries):
        raise Outside("an index on the right that is not on the left")
    if body.shape != SCALAR:
        raise IllShaped("an entry on the left, an array on the right")
    if setting.hypothesis.layout == "columns":
        return Build(unit, elaborator.column, body)
    return Build(elaborator.column, unit, body)


def _output_name(setting: Setting) -> str:
    """What the last activation is called in the batch program (softmax on paths too)."""
    return activation_name(setting, setting.depth)


def activation_name(setting: Setting, layer: int) -> str:
    """The function that a layer applies: stated, from prose, by hypothesis, or arbitrary."""
    facts = setting.facts
    stated: Activation = facts.activation(layer)
    for spelled in sorted(stated.symbols):
        if spelled in facts.bodies and spelled not in facts.anew:
            try:
                return Elaborator(setting).defined_function(spelled)
            except Outside as error:
                setting.not_understood[f"A{layer}"] = str(error)
                return f"g{layer}"
    if stated.known is not None:
        return stated.known
    if layer == setting.depth:
        supposed = None if is_unread(setting, layer) else setting.hypothesis.output
        chosen = supposed or facts.output_word
        if chosen is not None:
            return chosen
    if stated.symbols and not of_family(facts, stated):
        spelled = min(stated.symbols)
        return "g_" + "".join(c for c in spelled[0] + spelled[1] if c.isalnum())
    return f"g{layer}"


def of_family(facts: Facts, stated: Activation) -> bool:
    """``f^l``: a letter for the layers stands in the script, each layer has its own function."""
    letters = facts.roles.letters | facts.roles.top
    layers = [parse_layer(scripts.strip("()[]")) for _, scripts in stated.symbols]
    return any(layer is not None and layer.letter in letters for layer in layers)


def _activation(setting: Setting, layer: int) -> None:
    name = activation_name(setting, layer)
    one = setting.mode == "path" or setting.shape(f"Z{layer}")[setting.hypothesis.unit_axis] == 1
    if name == "softmax" and one:
        name = "g_softmax"  # of one number it would be the constant 1
    setting.activations[layer] = name
    if name not in ("softmax", "identity", "exp", "log"):
        setting.functions.setdefault(name, library_function(name))
        if setting.functions[name] == Function(name) and name in table.NAMES:
            setting.functions[name] = library_function(name)
    argument = setting.symbol(f"Z{layer}")
    elaborator = Elaborator(setting)
    if name in table.NAMES:
        elaborator._parameters(name) if name in setting.functions else None
    try:
        body = written_out(setting, "A", layer, setting.shape(f"Z{layer}"))
    except Outside as error:
        body = None
        setting.not_understood[f"A{layer}"] = str(error)
    if body is None:
        body = elaborator.apply(name, 0, argument)
    setting.definitions[f"A{layer}"] = body


# -- cost -------------------------------------------------------------------------------------


def _cost(setting: Setting) -> None:
    hypothesis, facts = setting.hypothesis, setting.facts
    if setting.not_understood:
        setting.has_cost = False
        setting.assumptions.extend(sorted(setting.not_understood.values()))
        return
    if (line := _unread_forward(facts)) is not None:
        setting.has_cost = False
        setting.assumptions.append(f"the forward pass in line {line.piece.line} is not understood")
        return
    if (line := changed_value(facts)) is not None:
        setting.has_cost = False
        setting.assumptions.append(f"line {line.piece.line} changes a value in place")
        return
    declared = hypothesis.cost != "stated"
    if hypothesis.costs:
        chosen: CostLine | None = facts.costs[hypothesis.costs[0]]
        chosen = None if declared and ledger(facts).grounded[hypothesis.costs[0]] else chosen
    else:
        chosen = open_cost(facts) if declared else stated_cost(facts, setting.mode != "batch")
    if (line := unread_cost(facts)) is not None:
        setting.has_cost = False
        setting.assumptions.append(f"the cost in line {line.piece.line} is not understood")
        return
    supposed_one = declared and stated_cost(facts) is None
    if supposed_one and (named := named_otherwise(facts, hypothesis.cost)):
        setting.has_cost = False
        setting.assumptions.append(f"the cost is called {named}, which is another one")
        return
    if chosen is None:
        setting.definitions[COST] = Elaborator(setting).library_loss()
        return
    if hidden := hidden_term(facts, chosen):
        setting.has_cost = False
        setting.assumptions.append(f"nothing says what the term {hidden} of the cost is")
        return
    usable = [chosen] if hypothesis.costs else [chosen, *averaged(facts, chosen)]
    for cost in usable:
        try:
            state(setting, cost)
        except (Outside, IllShaped) as error:
            setting.assumptions.append(f"the stated cost could not be used: {error}")
        else:
            return
    supposed = any_loss(setting, usable[-1]) if len(usable) == 1 else None
    if supposed is None:
        setting.has_cost = False
        return
    setting.definitions[COST] = supposed
    setting.assumptions.append("the cost is taken as any function of the output")


def _unread_forward(facts: Facts) -> Line | None:
    """A line that computes an array from weights, in a note of which no forward line is read."""
    if facts.affine or facts.roles.named or facts.activations:
        return None
    for line in facts.lines:
        head = plain_name(line.head)
        if head is None or not line.first or facts.roles.role_of(head) not in ("Z", "A", None):
            continue
        names = [n for n in names_in(line.right) if not n.mark]
        if any(facts.roles.role_of(n) == "W" for n in names) and not list(
            derivatives_in(line.right)
        ):
            return line
    return None


def _uses_log(setting: Setting) -> bool:
    bodies = (setting.definitions.get(name) for name in (COST, *setting.parts.values()))
    return any(
        isinstance(n, Apply) and n.function == "log"
        for body in bodies
        if body is not None
        for n in walk(body)
    )
