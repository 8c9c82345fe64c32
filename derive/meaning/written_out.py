"""Activations whose value a note writes out: ``A_1 = 1/(1 + e^{-Z_1})``, ``A_2 = A_1 + h(Z_2)``.

In: a setting whose lower layers are built, and a layer.  Out: the value of its activation, None
where no line gives one.  A line that says of an activation what is not understood leaves it
without a value (`Outside`): an arbitrary function of Z alone would be another network.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.meaning.affine import affine_parts
from derive.meaning.elaborate import Elaborator
from derive.meaning.facts import Facts, call_of, known_function
from derive.meaning.lines import Line
from derive.meaning.notation import derivatives_in, names_in, plain_name
from derive.meaning.roles import Occurrence, Roles, resolve
from derive.meaning.setting import IllShaped, Outside, Setting
from derive.program import Apply, Expr, Symbol, walk
from derive.reading.syntax import Applied, Dots, Name, Node, Number, Picture, Tuple
from derive.reading.tree import plain


def written_out(setting: Setting, layer: int) -> Expr | None:
    """The value of an activation by the first line that gives it one.

    Raises Outside if lines give it a formula, and none of them is understood.
    """
    reason = ""
    for line, occurrence in _lines_of(setting, layer):
        whole = not (occurrence.entries or occurrence.example)
        try:
            value = Elaborator(setting).value(line.right) if whole else None
        except (Outside, IllShaped) as error:
            reason = reason or _reason(setting, line, layer, str(error))
            continue
        if value is None:
            if not _of_other_arrays(setting, line, layer):
                return None
            why = "an entry that other arrays enter"
            reason = reason or _reason(setting, line, layer, why)
        elif _fits(setting, value, layer):
            return value
        else:
            reason = reason or _reason(setting, line, layer, "the value of another array")
    if reason:
        raise Outside(reason)
    return None


def _fits(setting: Setting, value: Expr, layer: int) -> bool:
    """The value has the shape of the layer, and something is computed in it."""
    used = {n.name for n in walk(value) if isinstance(n, Symbol)} - set(setting.functions)
    arrays = {n for n in used if n[0] in "ZAXYWb" and n in setting.leaves | setting.definitions}
    if value.shape != setting.shape(f"Z{layer}") or f"Z{layer}" not in arrays or "Y" in arrays:
        return False
    if value == setting.symbol(f"Z{layer}") or any(isinstance(n, Apply) for n in walk(value)):
        return True
    return len(arrays) > 1


def _reason(setting: Setting, line: Line, layer: int, error: str) -> str:
    """Why the activation has no value; "" on one path, where it is any function of Z."""
    if setting.mode == "path" and not _of_other_arrays(setting, line, layer):
        return ""
    return f"the activation of layer {layer} (line {line.piece.line}) is not understood: {error}"


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


def _lines_of(setting: Setting, layer: int) -> Iterator[tuple[Line, Occurrence]]:
    for line, occurrence in _output_lines(setting.facts):
        try:
            if setting.layer_number(occurrence, {}) == layer:
                yield line, occurrence
        except Outside:
            continue


def _output_lines(facts: Facts) -> list[tuple[Line, Occurrence]]:
    """The lines that give an activation a formula, looked for once in a note."""
    if facts.output_lines is None:
        affine = {id(item.line) for item in facts.affine}
        facts.output_lines = []
        for line in facts.lines:
            target = plain_name(line.left)
            if target is None or facts.roles.role_of(target) != "A" or not line.first:
                continue
            if id(line) not in affine and not _only_names(facts, line):
                facts.output_lines.append((line, resolve(facts.roles, target)))
    return facts.output_lines


def _names_output(roles: Roles, left: Node, right: Name) -> bool:
    """``A_2 = \\hat{y}``: the right side is one more name of what stands on the left."""
    target, role = plain_name(left), roles.role_of(right)
    if target is None or right.accent or right.mark or role not in ("Z", "A", "X"):
        return True
    layer = resolve(roles, right).layer
    if target.accent == "hat" and layer is not None and layer.letter in roles.top:
        return role == "A" and layer.offset == 0  # \\hat{y} = a^{(L)}
    return role == "A" and resolve(roles, target).layer == layer


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
    call = call_of(right)
    if call is not None and affine_parts(call[1]) is not None:
        return True
    if not isinstance(right, Applied) or known_function(right.head) is not None:
        return False
    inside = {roles.role_of(n) for argument in right.arguments for n in names_in(argument)}
    return inside <= {"X", "W", "b", None}
