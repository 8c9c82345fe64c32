"""Lines that give a softmax by its entries: ``y_c = e^{z_c} / \\sum_d e^{z_d}``.

Such a line tells two roles that no letter tells: what is exponentiated are the scores, what
stands on the left is the output of the network.
"""

from __future__ import annotations

from derive.meaning.facts import Activation, Facts
from derive.meaning.lines import Line
from derive.meaning.notation import Layer, entry_items, function_word, plain_name
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
        if roles.role(scores.base) is None and "Z" not in roles.by_base.values():
            roles.by_base[scores.base] = "Z"
        if roles.role(scores.base) != "Z" or roles.role(output.base) not in (None, "A"):
            continue
        roles.by_base[output.base] = "A"
        roles.note(line.piece.line, f"{output.base} is the softmax of {scores.base}")
        if not facts.affine:
            entry = facts.activations.setdefault(Layer("", 1), Activation(line=line.piece.line))
            entry.known = entry.known or "softmax"


def _softmax(line: Line) -> tuple[Name, Name] | None:
    """The output and the scores of a softmax that is written out for one unit."""
    output, fraction = plain_name(line.head), plain(line.right)
    if output is None or not isinstance(fraction, Fraction_) or output.primes or output.accent:
        return None
    above, below = _exponent(fraction.numerator), plain(fraction.denominator)
    if above is None or not isinstance(below, Big) or below.operator != "sum":
        return None
    other = _exponent(below.body)
    unit = entry_items(output)
    same = other is not None and other.base == above.base and other.accent == above.accent
    if len(unit) != 1 or not same or entry_items(above) != unit or output.base == above.base:
        return None
    return (output, above) if other is not None and entry_items(other) == (below.index,) else None


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
