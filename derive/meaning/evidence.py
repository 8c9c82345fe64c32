"""Gathers everything that a note says about its network, before any claim is read.

`gather` walks the lines in passes, each of which may use what the earlier ones found:
affine lines, example letters, activations, function definitions, gradient names, costs,
shapes, depth.  Letters decide only where no equation speaks.
"""

from __future__ import annotations

import re

from derive.declare import Declarations
from derive.meaning.activations import activation_by_slopes, activation_lines, state_activation
from derive.meaning.affine import adopt, find_affine, one_network
from derive.meaning.bias_sums import bias_sums
from derive.meaning.costs import (
    cost_lines,
    costs_by_derivatives,
    jacobians_by_calls,
    losses_by_arguments,
    totals,
)
from derive.meaning.definitions import new_heading
from derive.meaning.differentials import in_differentials
from derive.meaning.example_letters import (
    cost_examples,
    example_letters,
    units_below,
)
from derive.meaning.facts import (
    SYMBOLIC_DEPTH,
    Activation,
    Facts,
    all_nodes,
    subtree,
)
from derive.meaning.function_lines import (
    function_lines,
    output_by_input,
    output_by_parameters,
)
from derive.meaning.gradient_names import gradient_names
from derive.meaning.layering import adopt_layering, find_layering
from derive.meaning.letter_cases import cases_apart
from derive.meaning.linear import find_linear
from derive.meaning.lines import lines_of
from derive.meaning.notation import (
    Layer,
    names_in,
    parse_layer,
    plain_name,
    slot,
)
from derive.meaning.product_signs import elementwise_signs
from derive.meaning.roles import Role, Roles, labelled, resolve
from derive.meaning.softmax_lines import softmax_lines
from derive.meaning.top_layer import last_layer
from derive.meaning.widths import one_unit, same_widths
from derive.reading.syntax import (
    Applied,
    Big,
    Document,
    Fraction_,
    Number,
    Picture,
    Product,
    Sum,
    Tuple,
    Unreadable,
)
from derive.reading.tree import plain

_DECLARED: dict[str, Role] = {
    "activation": "function", "weight": "W", "bias": "b", "pre-activation": "Z",
    "output": "A", "input": "X", "labels": "Y", "cost": "cost",
}  # fmt: skip
_WORDS = {"W": "weight", "b": "bias", "Z": "pre-activation", "A": "activation"}
_OUTPUT = re.compile(
    r"output[^.\n]{0,24}?\b(softmax|sigmoid|tanh|linear)\b"
    r"|\b(softmax|sigmoid|tanh|linear)\b[^.\n]{0,16}?output"
    r"|(?:(?:last|final) layer|ausgabe|letzten? schicht|sortie|dernière couche|salida|última capa"
    r"|saída|última camada|输出层|最后一层|出力層|выходно)[^.。\n]{0,24}?"
    r"(?<![a-zï])(softmax|sigm[oó][iï]d|tanh)(?:al|es?|a)?(?![a-z])",
    re.IGNORECASE,
)


_LAYER = re.compile(r"([lL]|\\ell)(?:[-+]1)?")
"""A letter that is a layer without brackets too: ``z^L``, ``w^{l+1}``."""


def gather(
    document: Document, declared: Declarations | None = None, output_open: bool = False
) -> Facts:
    """Reads a whole document for what it says of its network; declarations come first.

    output_open: a function of all layers is meant for the hidden ones; the last is not told.
    """
    facts = Facts(document, lines_of(document), Roles())
    if declared is not None:
        _declared(facts, declared)
    facts.roles.labelled = labelled([n for node in all_nodes(facts) for n in names_in(node)])
    facts.roles.apart = cases_apart(facts.lines)
    example_letters(facts)
    _shape_lines(facts)
    facts.affine = find_affine(facts.lines, facts.roles.examples)
    layering = find_layering(facts.lines)
    if layering is not None:
        adopt_layering(facts, layering)
    elif not one_network(facts.affine, facts.lines):
        facts.affine = []
        facts.roles.assumptions.append(
            "several lines have the form z = W x + b, and no index or name tells their layers"
        )
    if not facts.affine and layering is None:
        facts.affine = find_linear(facts)
    for item in facts.affine:
        if item.z.accent:
            facts.activations.setdefault(item.layer or Layer("", 1), Activation(known="identity"))
    if layering is None:
        adopt(facts.roles, facts.affine, _shape_votes(facts))
    _letters_without_affine(facts)
    bias_sums(facts)
    units_below(facts)
    last_layer(facts)
    _layers_of_weights(facts)
    _summed_layers(facts)
    _depth(facts)
    softmax_lines(facts)
    activation_lines(facts)
    for line, head, layer in layering.functions if layering is not None else ():
        state_activation(facts, line, head, Layer("", layer))
    function_lines(facts)
    activation_by_slopes(facts)
    _primed_heads(facts)
    _input_by_equation(facts)
    _priors(facts)
    for line in facts.lines:
        output_by_input(facts, line)
    output_by_parameters(facts)
    _depth(facts)
    same_widths(facts)
    gradient_names(facts)
    jacobians_by_calls(facts)
    losses_by_arguments(facts)
    costs_by_derivatives(facts)
    cost_examples(facts)
    cost_lines(facts)
    _abbreviations(facts)
    totals(facts)
    _depth(facts)
    one_unit(facts)
    _output_word(facts)
    facts.roles.differentials = in_differentials(facts)
    if output_open and not facts.own_activation(facts.roles.depth):
        facts.output_open = True
        facts.roles.top.add("L")
        facts.activations[Layer("L", 0)] = Activation()
    facts.elementwise = elementwise_signs(document.source)
    return facts


def _declared(facts: Facts, declared: Declarations) -> None:
    for letter, what in sorted(declared.symbols.items()):
        role = _DECLARED.get(what.kind)
        base = letter.lstrip("\\")
        if role is not None:
            facts.roles.by_base[base] = role
            facts.roles.evidence.append(f"declared: {letter} is the {what.kind}")
        if what.kind == "activation" and what.layer is not None:
            entry = facts.activations.setdefault(Layer("", what.layer), Activation())
            entry.symbols.add((base, ""))


def _shape_lines(facts: Facts) -> None:
    for line in facts.lines:
        name, items = plain_name(line.left), plain(line.right)
        if name is not None and isinstance(items, Tuple) and len(items.items) == 2 and line.first:
            facts.shapes.append((line, name, items.items))


def _shape_votes(facts: Facts) -> dict[str, bool]:
    """For each weight whose bias or activation shape is stated too: is W (out, in)?"""
    texts = {}
    source = facts.document.source
    for _, name, items in facts.shapes:
        label = source[name.span.start : name.span.end]
        texts[label] = tuple(source[i.span.start : i.span.end].strip() for i in items)
    votes: dict[str, bool] = {}
    for _, name, _ in facts.shapes:
        label = source[name.span.start : name.span.end]
        for b in ("B", "b"):
            bias = texts.get(label.replace(name.base, b, 1))
            mine = texts[label]
            if bias is not None and name.base in ("W", "w") and mine[0] != mine[1]:
                votes[label] = mine[0] == bias[0]
    return votes


def _letters_without_affine(facts: Facts) -> None:
    roles = facts.roles
    if facts.affine:
        return
    used = {n.base for node in all_nodes(facts) for n in names_in(node)}
    by_letter: tuple[tuple[str, Role], ...] = (
        ("W", "W"), ("w", "W"), ("b", "b"), ("B", "b"),
        ("Z", "Z"), ("z", "Z"), ("A", "A"), ("a", "A"),
    )  # fmt: skip
    taken = []
    for letter, role in by_letter:
        if letter in used and letter not in roles.by_base:
            roles.by_base[letter] = role
            taken.append(f"{letter} is the {_WORDS[role]}")
    if taken:
        roles.assumptions.append(
            "there is no line of the form Z = W A + b; by their letters alone " + ", ".join(taken)
        )
    for node in all_nodes(facts):
        for name in names_in(node):
            if roles.role(name.base) in ("W", "Z", "A"):
                for script in name.scripts:
                    bare = _LAYER.fullmatch(script.text)
                    if script.bracket or bare:
                        roles.slots.add(slot(script))
                    if bare and not script.bracket and bare[1] != "L":
                        roles.letters.add(bare[1])


def _summed_layers(facts: Facts) -> None:
    """``\\sum_l \\|W_l\\|^2``: a summed letter alone in the layer slot of a weight is a layer."""
    roles = facts.roles
    for node in all_nodes(facts):
        for part in subtree(node):
            if not isinstance(part, Big) or not part.index or part.index in roles.examples:
                continue
            for name in names_in(part.body):
                scripts = [s for s in name.scripts if slot(s) in roles.slots]
                if roles.role(name.base) == "W" and [s.text for s in scripts] == [part.index]:
                    roles.letters.add(part.index)


def _layers_of_weights(facts: Facts) -> None:
    """``W_i \\gets W_i - \\eta dW_i`` beside ``W_1`` and ``W_2``: i is any layer.

    Not where the letter is summed, or stands below anything that is no parameter.
    """
    roles = facts.roles
    if ("sub", "") not in roles.slots:
        return
    found: set[str] = set()
    taken = {p.index for n in all_nodes(facts) for p in subtree(n) if isinstance(p, Big)}
    for name in (n for node in all_nodes(facts) for n in names_in(node)):
        parameter = roles.role(name.base) in ("W", "b")
        for script in name.scripts:
            letters = {i for i in script.items if len(i) == 1 and i.isalpha()}
            alone = slot(script) == ("sub", "") and len(script.items) == 1
            (found if parameter and alone else taken).update(letters)
    roles.letters |= found - taken - roles.examples


def _depth(facts: Facts) -> None:
    """The number of layers: the largest number that a layered letter carries."""
    roles = facts.roles
    roles.one_layer = False
    if roles.unindexed:
        roles.depth = 1
        return
    letters = set(roles.letters)
    layered = False
    places: dict[int, set[int]] = {}  # layer -> the pieces that name it
    nodes = [(line.piece.span.start, node) for line in facts.lines for node in line.nodes]
    nodes += [(p.span.start, node) for p in facts.document.pieces for node in p.loose]
    for piece, node in nodes:
        for name in names_in(node):
            if roles.role(name.base) not in ("W", "b", "Z", "A"):
                continue
            for script in name.scripts:
                if script.text in ("n_l", "n_{l}", "n_L"):
                    roles.top.add("n_l")
                elif script.text.startswith("L") and (
                    slot(script) in roles.slots or script.bracket == "["
                ):
                    roles.top.add("L")
            layer = resolve(roles, name).layer
            layered |= roles.role(name.base) in ("W", "b")
            if layer is None:
                continue
            layered |= any(parse_layer(s.text) == layer for s in name.scripts)
            if layer.letter:
                letters.add(layer.letter)
            elif roles.role(name.base) != "A" or name.scripts:
                sender = roles.numbered_by_sender and roles.role(name.base) in ("Z", "A")
                places.setdefault(layer.offset - sender, set()).add(piece)
    depth = _top_layer(facts, places)
    roles.letters = (roles.letters | letters) - roles.top
    roles.symbolic_depth = depth < 2 and bool(letters)
    roles.depth = SYMBOLIC_DEPTH if roles.symbolic_depth else max(depth, 1)
    numbered = facts.affine or layered or roles.letters or roles.top or roles.named
    roles.one_layer = not numbered


def _top_layer(facts: Facts, places: dict[int, set[int]]) -> int:
    """The highest layer that is named; above the forward pass one mention is a slip."""
    shift = 1 if facts.roles.numbered_by_sender else 0
    layers = [item.layer.offset - shift for item in facts.affine
              if item.layer is not None and not item.layer.letter]  # fmt: skip
    layers += [layer.offset for layer in facts.activations if not layer.letter]
    forward = max(layers, default=0)
    named = [layer for layer, at in places.items() if not forward or len(at) > 1]
    return max([forward, *named])


def _primed_heads(facts: Facts) -> None:
    for node in all_nodes(facts):
        for part in subtree(node):
            if (
                isinstance(part, Applied)
                and part.head.primes
                and facts.roles.role(part.head.base) is None
            ):
                facts.roles.by_base[part.head.base] = "function"


def _input_by_equation(facts: Facts) -> None:
    """``A_0 = x``: x is the input."""
    roles = facts.roles
    for line in facts.lines:
        left, right = plain_name(line.left), plain_name(line.right)
        if left is None or right is None:
            continue
        for known, other in ((left, right), (right, left)):
            if roles.role(known.base) == "A" and roles.role(other.base) is None:
                bottom = 1 if roles.numbered_by_sender else 0
                if resolve(roles, known).layer == Layer("", bottom) and known.scripts:
                    roles.by_base[other.base] = "X"
                    roles.note(line.piece.line, f"{known.base}_0 = {other.base}: input")


def _priors(facts: Facts) -> None:
    """Conventional letters, for the roles that no equation has given.

    What a line computes is neither input nor labels.
    """
    roles = facts.roles
    used = {n.base for node in all_nodes(facts) for n in names_in(node)}
    computed = _computed(facts)
    for letters, role in ((("X", "x"), "X"), (("Y", "y", "t", "T"), "Y"), (("A", "a"), "A")):
        if role in roles.by_base.values():
            continue
        for letter in letters:
            if role != "A" and letter in computed:
                continue
            if letter in used and roles.role(letter) is None:
                roles.by_base[letter] = role  # type: ignore[assignment]
                break


def _computed(facts: Facts) -> set[str]:
    """The letters that a line gives a formula."""
    heads = [
        plain_name(line.head)
        for line in facts.lines
        if line.first and isinstance(plain(line.right), Sum | Product | Fraction_)
    ]
    return {n.base for n in heads if n is not None and not n.accent}


def _abbreviations(facts: Facts) -> None:
    """``G = 2(A - Y)/m``: a letter without a role that the note introduces for arrays."""
    for line in facts.lines:
        name = plain_name(line.left)
        if name is None or not line.first or name.primes or name.accent or name.word:
            continue
        if facts.roles.role_of(name) is not None or line.relation.text not in (
            "=",
            ":=",
            "\\equiv",
        ):
            continue
        if isinstance(plain(line.right), Unreadable | Tuple | Picture | Number):
            continue
        mentioned = [facts.roles.role_of(n) for n in names_in(line.right)]
        if any(r in ("W", "b", "Z", "A", "X", "Y", "gradient") for r in mentioned):
            key = (name.base, "".join(s.text for s in name.scripts))
            given = facts.abbreviations.setdefault(key, line.right)
            if given is not line.right and new_heading(facts, given, line):
                facts.renamed.setdefault(key, []).append(line.right)


def _output_word(facts: Facts) -> None:
    prose = " ".join([p.before for p in facts.document.pieces] + [facts.document.after])
    match = _OUTPUT.search(prose)
    if match is not None:
        word = (match[1] or match[2] or match[3]).lower()
        facts.output_word = {"linear": "identity"}.get(
            word, "sigmoid" if word.startswith("sigm") else word
        )
