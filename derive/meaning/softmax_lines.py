"""Lines that give a softmax by its entries: ``y_c = e^{z_c} / \\sum_d e^{z_d}``.

Such a line tells two roles that no letter tells: what is exponentiated are the scores, what
stands on the left is the output of the network.
"""

from __future__ import annotations

from derive.meaning.facts import Activation, Facts, call_of, known_function
from derive.meaning.lines import Line
from derive.meaning.notation import Layer, entry_items, function_word, plain_name, slot
from derive.meaning.roles import Roles, resolve
from derive.meaning.sums import is_whole
from derive.reading.syntax import Applied, Big, Fraction_, Name, Node, Power
from derive.reading.tree import plain


def softmax_lines(facts: Facts) -> None:
    """Takes roles from the softmax that a note spells out, where its letters have none yet."""
    roles = facts.roles
    for line in facts.lines:
        found = _softmax(line)
        if found is None:
            continue
        output, scores = found
        if _of_another_network(facts, output, scores):
            continue
        layer = _layer_of(roles, scores)
        if layer is not None and roles.role_of(output) is None:
            roles.named[output.base, output.accent, ()] = ("A", layer, None)
            entry = facts.activations.setdefault(Layer("", layer), Activation(line=line.piece.line))
            entry.known = entry.known or "softmax"
            roles.note(line.piece.line, f"{output.base} is the softmax of {scores.base}")
            continue
        if len(entry_items(output)) > 1:
            _of_one_layer(facts, line, output, scores)
            continue
        if roles.role(scores.base) is None and "Z" not in roles.by_base.values():
            roles.by_base[scores.base] = "Z"
        known = roles.role_of(output) if output.accent else roles.role(output.base)
        if roles.role(scores.base) != "Z" or known not in (
            ("A",) if output.accent else (None, "A")
        ):
            continue
        if not output.accent:
            roles.by_base[output.base] = "A"
        roles.note(line.piece.line, f"{output.base} is the softmax of {scores.base}")
        if not facts.affine:
            entry = facts.activations.setdefault(Layer("", 1), Activation(line=line.piece.line))
            entry.known = entry.known or "softmax"
            continue
        if _is_only_layer(roles, facts, scores):
            facts.activations[Layer("", 1)] = Activation(known="softmax", line=line.piece.line)
            continue
        top = resolve(roles, output).layer
        written = any(slot(script) in roles.slots for script in output.scripts)
        if top is not None and written and not roles.numbered_by_sender and _is_top(roles, top):
            facts.activations[top] = Activation(known="softmax", line=line.piece.line)


def _of_another_network(facts: Facts, output: Name, scores: Name) -> bool:
    """``p_k = e^{z_k} / \\sum_j e^{z_j}`` of another network: here it is \\sigma(z_2).

    Scores and output of a note with layers name theirs; those that do not are told apart by
    the line that gives the last layer another function.
    """
    roles = facts.roles
    if not roles.slots or not facts.affine or any(len(n.scripts) != 1 for n in (output, scores)):
        return False  # besides its unit one of them names a layer
    for line in facts.lines:
        head, call = plain_name(line.left), call_of(line.right)
        if not line.first or head is None or call is None or call[0].primes:
            continue
        given = plain_name(call[1])
        at = None if given is None else resolve(roles, given)
        if at is None or at.role != "Z" or at.layer is None or not _is_top(roles, at.layer):
            continue
        known = known_function(call[0])
        other = (head.base, head.accent) != (output.base, output.accent)
        if other and known not in (None, "softmax"):
            return True
    return False


def _of_one_layer(facts: Facts, line: Line, output: Name, scores: Name) -> None:
    """``p_{ik} = e^{f_{ik}} / \\sum_j e^{f_{ij}}`` where ``f = X W``: of every example i."""
    roles = facts.roles
    one = roles.unindexed and roles.role_of(scores) == "Z" and len(facts.affine) == 1
    if not one or roles.role_of(output) is not None or entry_items(output)[0] not in roles.examples:
        return
    roles.by_base[output.base] = "A"
    facts.activations[Layer("", 1)] = Activation(known="softmax", line=line.piece.line)
    roles.note(line.piece.line, f"{output.base} is the softmax of {scores.base}")


def _is_only_layer(roles: Roles, facts: Facts, scores: Name) -> bool:
    """``z = W x + b``, no other layer, and the letter of one unit of it: no layer is named."""
    one = roles.unindexed and len(facts.affine) == 1 and roles.depth == 1
    head = facts.affine[0].z if one else None
    same = head is not None and (head.base, head.accent) == (scores.base, scores.accent)
    return same and not any(unit in roles.examples for unit in entry_items(scores))


def _is_top(roles: Roles, layer: Layer) -> bool:
    """The last layer, by its letter or by its number."""
    return (layer.letter in roles.top and layer.offset == 0) or (
        not layer.letter and layer.offset == roles.depth
    )


def _layer_of(roles: Roles, scores: Name) -> int | None:
    """The layer of scores that the forward lines tell by their name."""
    known = roles.named.get((scores.base, scores.accent, ()))
    return known[1] if known is not None and known[0] == "Z" else None


def _softmax(line: Line) -> tuple[Name, Name] | None:
    """The output and the scores of a softmax that is written out for one unit."""
    output, fraction = plain_name(line.head), plain(line.right)
    if output is None or not isinstance(fraction, Fraction_) or output.primes:
        return None
    if output.accent not in ("", "hat"):
        return None
    above, below = _exponent(fraction.numerator), plain(fraction.denominator)
    if above is None or not isinstance(below, Big) or below.operator != "sum":
        return None
    other = _exponent(below.body)
    unit = entry_items(output)
    same = other is not None and other.base == above.base and other.accent == above.accent
    if (
        len(unit) not in (1, 2)
        or not same
        or entry_items(above) != unit
        or output.base == above.base
    ):
        return None
    if other is None or not below.index or not is_whole(below) or below.upper in unit:
        return None
    return (output, above) if entry_items(other) == (*unit[:-1], below.index) else None


def _exponent(node: Node) -> Name | None:
    """The name u of ``e^u`` and ``exp(u)``."""
    inner = plain(node)
    if isinstance(inner, Name) and inner.base == "e" and len(inner.scripts) == 1:
        return plain_name(inner.scripts[0].node)
    if isinstance(inner, Power) and (base := plain_name(inner.base)) is not None:
        return plain_name(inner.exponent) if base.base == "e" and not base.scripts else None
    if isinstance(inner, Applied) and function_word(inner.head.base) == "exp":
        return plain_name(inner.arguments[0]) if len(inner.arguments) == 1 else None
    return None
