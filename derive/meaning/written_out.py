"""Layers whose value a note writes out: ``A_1 = 1/(1 + e^{-Z_1})``, ``A_2 = A_1 + h(Z_2)``.

In: a setting whose lower layers are built, and a layer.  Out: the value of its pre-activation or
activation, None where no line gives one.  A line that says of it what is not understood leaves it
without a value (`Outside`): the textbook's layer would be another network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from derive.meaning.affine import affine_parts
from derive.meaning.at_example import without_example
from derive.meaning.elaborate import Elaborator
from derive.meaning.facts import Facts, call_of, known_function
from derive.meaning.lines import Line
from derive.meaning.notation import (
    STANDARD,
    derivatives_in,
    function_word,
    names_in,
    plain_name,
)
from derive.meaning.roles import Occurrence, Role, Roles, resolve, spelled_function
from derive.meaning.setting import IllShaped, Outside, Setting
from derive.program import Apply, Expr, Shape, Symbol, walk
from derive.reading.syntax import Applied, Dots, Name, Node, Number, Picture, Tuple
from derive.reading.tree import plain

_OF_NUMBERS = re.compile(r"act|nonlin|transfer|func|sigm|squash|linear|fn")
"""In words for an activation that is any function of one number."""


def written_out(setting: Setting, role: Role, layer: int, shape: Shape) -> Expr | None:
    """The value of a pre-activation or activation by the first line that gives it one.

    Raises Outside if lines give it a formula, and none of them is understood.
    """
    reason, found, base = "", None, ""
    for line, layers, whole in _lines_of(setting, role, layer):
        name = plain_name(line.left)
        assert name is not None
        again = found is not None and name.base.lower() != base
        if found is not None and not again:
            continue
        value, why = _value(setting, line, layers, whole)
        if role == "A" and value is not None and value == setting.definitions.get(f"Z{layer}"):
            value = setting.symbol(f"Z{layer}")  # the output of a layer without an activation
        if value is not None and not _fits(setting, value, role, layer, shape):
            value, why = None, "the value of another array"
        if again and (value is None or value != found):
            raise Outside(_reason(role, line, layer, "two lines give two values"))
        if value is not None:
            found, base = value, name.base.lower()
        elif _says_more(setting, line, role, layer, why):
            reason = reason or _reason(role, line, layer, why or "an entry of other arrays")
    if found is None and reason:
        raise Outside(reason)
    return found


def _says_more(setting: Setting, line: Line, role: Role, layer: int, why: str) -> bool:
    """A line without a value may say other things than the textbook's layer does.

    On one path an activation is any function of Z, and so are entries that no line calls f(z).
    """
    loose = role == "A" and (setting.mode == "path" or not why)
    return not loose or _of_other_arrays(setting, line, layer)


def _value(
    setting: Setting, line: Line, layers: Mapping[str, int], whole: bool
) -> tuple[Expr | None, str]:
    """What a line says, and why it says nothing; entries are left to who reads functions."""
    call = call_of(line.right)
    if call is not None and unknown_word(setting.facts, call[0]):
        return None, f"{call[0].base} is not known to work entry by entry"
    right = line.right if whole else _of_any_example(setting.facts, line)
    if right is None:
        return None, ""
    try:
        return Elaborator(setting, layers).value(right), ""
    except (Outside, IllShaped) as error:
        return None, str(error)


def _of_any_example(facts: Facts, line: Line) -> Node | None:
    """``\\hat y_i = W a_i + b``: the affine map of every example, without the example's letter."""
    target, found = plain_name(line.left), affine_parts(line.right)
    if target is None or found is None or found[3]:
        return None
    head, (first, _), (second, _) = resolve(facts.roles, target), found[0], found[1]
    sources = [resolve(facts.roles, name).example for name in (first, second)]
    if (
        head.entries
        or head.example is None
        or sorted(map(str, sources)) != sorted((str(head.example), "None"))
    ):
        return None
    return without_example(facts, line.right, head.example)


def _fits(setting: Setting, value: Expr, role: Role, layer: int, shape: Shape) -> bool:
    """The value has the shape of the layer, and something is computed in it."""
    used = {n.name for n in walk(value) if isinstance(n, Symbol)} - set(setting.functions)
    arrays = {n for n in used if n[0] in "ZAXYWb" and n in setting.leaves | setting.definitions}
    if value.shape != shape or not arrays or "Y" in arrays:
        return False
    if role == "Z":
        return True
    if f"Z{layer}" not in arrays:
        return False
    if value == setting.symbol(f"Z{layer}") or any(isinstance(n, Apply) for n in walk(value)):
        return True
    return len(arrays) > 1


def _reason(role: Role, line: Line, layer: int, error: str) -> str:
    what = "activation" if role == "A" else "pre-activation"
    return f"the {what} of layer {layer} (line {line.piece.line}) is not understood: {error}"


def _of_other_arrays(setting: Setting, line: Line, layer: int) -> bool:
    """The line computes an activation from more than the pre-activation below it."""
    roles = setting.facts.roles
    for name in names_in(line.right):
        occurrence = resolve(roles, name)
        if occurrence.role not in ("A", "X", "W", "b", "Z"):
            continue
        try:
            number = setting.layer_number(occurrence, {}) if occurrence.role != "X" else 0
        except Outside:
            continue
        if (occurrence.role, number) != ("Z", layer):
            return True
    return False


def is_unread(setting: Setting, layer: int) -> bool:
    """Lines say what the activation of a layer is and none is understood: suppose nothing of it."""
    found = [_value(setting, *one)[0] for one in _lines_of(setting, "A", layer)]
    return bool(found) and all(value is None for value in found)


def _lines_of(
    setting: Setting, role: Role, layer: int
) -> Iterator[tuple[Line, dict[str, int], bool]]:
    """The lines of a layer with the values of their layer letters; those that name it first."""
    schematic = []
    for line, occurrence in _formula_lines(setting.facts):
        layers = _layers_at(setting, occurrence, layer) if occurrence.role == role else None
        if layers is None:
            continue
        whole = not (occurrence.entries or occurrence.example)
        if layers and role == "A" and setting.facts.own_activation(layer):
            continue  # a^l = f(z^l) beside a line about this layer
        if layers:
            schematic.append((line, layers, whole))
        else:
            yield line, layers, whole
    yield from schematic


def _layers_at(setting: Setting, occurrence: Occurrence, layer: int) -> dict[str, int] | None:
    """Values of the layer letter at which an occurrence is of a layer; None if it never is."""
    named = occurrence.layer
    if named is None or occurrence.lost:
        return None
    letters: dict[str, int] = {}
    if named.letter and named.letter not in setting.facts.roles.top:
        sender = 1 if setting.facts.roles.numbered_by_sender else 0
        letters = {named.letter: layer + sender - named.offset}
    try:
        return letters if setting.layer_number(occurrence, letters) == layer else None
    except Outside:
        return None


def _formula_lines(facts: Facts) -> list[tuple[Line, Occurrence]]:
    """The lines that give a pre-activation or activation a formula, looked for once."""
    if facts.output_lines is None:
        affine = {item.line.chain for item in facts.affine}
        facts.output_lines = []
        for line in facts.lines:
            target = plain_name(line.left)
            if target is None or facts.roles.role_of(target) not in ("A", "Z") or not line.first:
                continue
            if target.accent == "hat" and facts.roles.role(target.base) is None:
                continue  # \hat{v} is no output beside \hat{y}
            if line.chain not in affine and not _only_names(facts, line):
                facts.output_lines.append((line, resolve(facts.roles, target)))
    return facts.output_lines


def unknown_word(facts: Facts, head: Name) -> bool:
    """``LayerNorm``, ``Attention``: a word of which nothing says that it works on numbers."""
    if not head.word or len(head.base) < 2 or known_function(head) is not None:
        return False
    if spelled_function(head) in facts.bodies or function_word(head.base) in STANDARD:
        return False
    return _OF_NUMBERS.search(function_word(head.base)) is None


def _names_output(roles: Roles, left: Node, right: Name) -> bool:
    """``A_2 = \\hat{y}``: the right side is one more name of what stands on the left.

    ``A_2 = Z_1`` gives no formula, either: it contradicts the layer.
    """
    target, role = plain_name(left), roles.role_of(right)
    if target is None or right.accent or right.mark or role not in ("Z", "A", "X"):
        return True
    layer = resolve(roles, right).layer
    if target.accent == "hat" and layer is not None and layer.letter in roles.top:
        return role == "A" and layer.offset == 0  # \\hat{y} = a^{(L)}
    same = resolve(roles, target).layer == layer
    return same if role == "A" else role == "Z" and not same


def _only_names(facts: Facts, line: Line) -> bool:
    """The right side is another name, a shape or a picture; a call that tells no formula.

    ``a = f(x; W)`` names the network, ``a = \\sigma(W x + b)`` leaves out the name of z.
    """
    right, roles = plain(line.right), facts.roles
    if isinstance(right, Number | Dots) or list(derivatives_in(right)):
        return True
    if isinstance(right, Tuple | Picture):
        return not any(roles.role_of(n) in ("X", "W", "Z") for n in names_in(right))
    if isinstance(right, Name):
        return _names_output(roles, line.left, right)
    target = plain_name(line.left)
    if target is not None and roles.role_of(target) == "Z":
        return False
    call = call_of(right)
    if call is not None and affine_parts(call[1]) is not None:
        return True
    if not isinstance(right, Applied) or known_function(right.head) is not None:
        return False
    inside = {roles.role(n.base) for argument in right.arguments for n in names_in(argument)}
    return inside <= {"X", "W", "b", None}
