"""Lines that introduce something, and whether they contradict what was said before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

from derive.meaning.affine import Affine
from derive.meaning.building import forward_body, forward_layers
from derive.meaning.elaborate import Elaborator, found_layer
from derive.meaning.example_letters import label_given
from derive.meaning.facts import CostLine, Facts, call_of, known_function
from derive.meaning.lines import Line
from derive.meaning.notation import STANDARD, derivatives_in, is_transpose, names_in, plain_name
from derive.meaning.objective import cost_value, stated_cost
from derive.meaning.reductions import substitute
from derive.meaning.roles import Occurrence, resolve, spelled_function
from derive.meaning.setting import COST, IllShaped, Outside, Setting
from derive.program import Equation, Expr, Statement, show_shape
from derive.program import Number as expression
from derive.reading.syntax import Applied, Derivative, Dots, Name, Node, Number, Picture, Tuple
from derive.reading.tree import plain

_HEADING = re.compile(
    r"^ {0,3}#{1,6} |^ {0,3}(?:=+|-{2,}) *$|^ *\*\*[^*]+\*\*[ .:]*$"
    r"|\\(?:sub)*(?:section|paragraph)\b",
    re.MULTILINE,
)


_LOSS = re.compile(
    r"cross[- ]?entropy|\bB?CE\b|\bMSE\b|\bMAE\b|\bNLL\b|squared? error|log[- ]?loss|likelihood"
    r"|hinge|huber|kullback|entropie|交叉熵|均方",
    re.IGNORECASE,
)
_LONGEST = 400
"""Characters of a line above a cost that are looked at."""
NOT_UNDERSTOOD = "is not understood"
"""In the reason why a definition is left open: what it says could not be compared."""


@dataclass(frozen=True, slots=True)
class Check:
    """A statement that a definition must satisfy, and the line it must agree with."""

    setting: Setting
    statement: Statement
    layers: Mapping[str, int]
    earlier: int


def is_definition(facts: Facts, line: Line) -> bool:
    """The line introduces its head rather than claiming something of it."""
    roles = facts.roles
    if not line.first:
        return _names_again(facts, line)
    if list(derivatives_in(line.left)):
        return False
    head = plain(line.left)
    if isinstance(head, Applied):
        if head.head.primes or head.head.mark:
            return False
        if roles.is_cost(head.head):
            return not list(derivatives_in(line.right))
        if spelled_function(head.head) in facts.outputs:
            return True
        spelled = spelled_function(head.head)
        body = facts.bodies.get(spelled)
        lines = [body[2]] if body is not None else []
        return any(line is one for one in (*lines, *(a[2] for a in facts.anew.get(spelled, []))))
    name = plain_name(line.left)
    if name is None or name.primes or name.accent in ("dot", "ddot"):
        return False
    if _is_power(facts, line, name) or _is_constant(line, name):
        return False
    role = roles.role_of(name)
    if role == "gradient":
        return isinstance(plain(line.right), Derivative) and not line.source.opens
    given = facts.abbreviations.get(_key(name)) if role is None else None
    if given is not None and given.span.end <= line.right.span.end:
        return given is line.right or new_heading(facts, given, line)
    if list(derivatives_in(line.right)):
        return False
    if role in ("cost", "X", "Y", "A", "Z") or isinstance(plain(line.right), Tuple):
        return True
    return role in (None, "size") or isinstance(plain(line.right), Picture)


def _key(name: Name) -> tuple[str, str]:
    """How an abbreviation is spelled."""
    return name.base, "".join(s.text for s in name.scripts)


def new_heading(facts: Facts, above: Node, line: Line) -> bool:
    """A heading stands between a formula and a line: a letter may be given anew there."""
    source = facts.document.source
    return _HEADING.search(source, above.span.end, line.piece.span.start) is not None


def _is_power(facts: Facts, line: Line, name: Name) -> bool:
    """``y^2 = y``, ``e^z = a``: what stands raised is no new name."""
    raised = any(
        s.place == "sup" and not s.bracket and not is_transpose(s) and not s.word
        for s in name.scripts
    )
    if not raised or ("sup", "") in facts.roles.slots:
        return False
    return name.base == "e" or any(n.base == name.base for n in names_in(line.right))


def _is_constant(line: Line, name: Name) -> bool:
    """``\\pi = 3``: a number that has its name everywhere is given no other value."""
    return name.base in ("e", "pi", "infty") and isinstance(plain(line.right), Number)


def defines_slope(facts: Facts, line: Line) -> bool:
    """``f'(z) = ...`` of a function that is defined nowhere: this is what defines it."""
    head = plain(line.left)
    if not isinstance(head, Applied) or head.head.primes != 1 or not line.first:
        return False
    argument = plain_name(head.arguments[0]) if len(head.arguments) == 1 else None
    known = known_function(head.head) or head.head.base in STANDARD
    known = known or spelled_function(head.head) in facts.bodies
    arrays = [n for n in names_in(line.right) if n.scripts or n.mark]
    stated = any(a.known for a in facts.activations.values()
                 if (head.head.base, "") in a.symbols)  # fmt: skip
    bare = argument is not None and not argument.scripts
    return bare and not known and not stated and not arrays


def _names_again(facts: Facts, line: Line) -> bool:
    """A further step of a definition that only names the same object."""
    call = plain(line.head)
    if isinstance(call, Applied) and spelled_function(call.head) in facts.outputs:
        return True
    head = plain_name(line.head)
    if head is None or facts.roles.role_of(head) not in ("A", "Z", "X", "Y", "cost", None):
        return False
    if head.mark or list(derivatives_in(line.left)) or list(derivatives_in(line.right)):
        return False
    right = plain(line.right)
    return call_of(right) is not None or isinstance(right, Name | Picture | Dots)


def checks(
    facts: Facts, line: Line, batch: Setting, path: Setting
) -> tuple[list[Check], str | None]:
    """What a definition must satisfy; and why it could not be compared, if so.

    Raises IllShaped where the line does not fit the shapes of the network.
    """
    roles = facts.roles
    head = line.head
    inner = plain(head)
    name = inner.head if isinstance(inner, Applied) else plain_name(head)
    if name is None:
        return [], None
    role = roles.role_of(name)
    if role == "cost":
        label = label_given(roles, head)
        return _cost_check(facts, line, batch) if label is None else _at_label(line, path, label)
    if role is None and line.first:
        _fits(facts, line, name, batch)
        return [], None
    if role not in ("A", "Z", "X") or isinstance(plain(line.right), Picture | Dots | Tuple):
        return [], None
    for item in facts.affine:
        if item.line is line:
            return _forward_checks(batch, item), None
    known = {roles.role_of(n) for n in names_in(line.right)} - {None, "function", "size"}
    if role == "X" and not known:
        return [], None  # ``x = g(t)`` in passing: nothing of the network stands in it
    return _value_checks(facts, line, name, batch, path)


def _fits(facts: Facts, line: Line, name: Name, setting: Setting) -> None:
    """An abbreviation must have a value; IllShaped if its parts do not fit."""
    if facts.abbreviations.get(_key(name)) is line.right:
        with suppress(Outside):
            Elaborator(setting).value(line.right)


def _forward_checks(setting: Setting, item: Affine) -> list[Check]:
    out = []
    for layer in range(1, setting.depth + 1):
        if item.layer is not None:
            shift = 1 if setting.facts.roles.numbered_by_sender else 0
            if not item.layer.letter and item.layer.offset - shift != layer:
                continue
        try:
            layers = forward_layers(setting, item, layer)
            body = forward_body(setting, item, layer)
        except Outside:
            continue
        name = f"Z{layer}"
        if body.shape != setting.shape(name):
            raise IllShaped(
                f"the right side has the shape {show_shape(body.shape)}, "
                f"{name} has {show_shape(setting.shape(name))}"
            )
        earlier = setting.stated_forward.get(name, item.line.piece.line)
        statement = Equation(setting.definitions[name], body)
        out.append(Check(setting, statement, layers, earlier))
    return out


def _cost_check(facts: Facts, line: Line, setting: Setting) -> tuple[list[Check], str | None]:
    mine = next((c for c in facts.costs if c.line is line), None)
    if mine is None or not setting.has_cost:
        return [], None
    first = next(c for c in facts.costs if _same_cost(c, mine))
    if first is mine or _new_section(facts, first, mine) or _announced(facts, mine):
        return [], None
    try:
        one, two = cost_value(setting, first), cost_value(setting, mine)
    except Outside as error:
        place = f"the cost in line {first.line.piece.line}"
        return [], f"that it is {place} {NOT_UNDERSTOOD}: {error}"
    return [Check(setting, Equation(one, two), {}, first.line.piece.line)], None


def _at_label(line: Line, path: Setting, label: Fraction) -> tuple[list[Check], str | None]:
    """``L(a, 1) = -\\log a``: the cost of one example, as it is stated, with that label."""
    stated = stated_cost(path.facts, of_one=True)
    if stated is None:
        return [], None
    try:
        one, two = cost_value(path, stated), Elaborator(path).value(line.right)
    except (Outside, IllShaped) as error:
        return [], f"that it is the cost in line {stated.line.piece.line} at one label: {error}"
    given = substitute(one, {"Y": expression(label)})
    return [Check(path, Equation(given, two), {}, stated.line.piece.line)], None


def _new_section(facts: Facts, one: CostLine, two: CostLine) -> bool:
    """A heading stands between two costs: the letter is given anew there, not wrongly."""
    return new_heading(facts, one.formula, two.line)


def _announced(facts: Facts, cost: CostLine) -> bool:
    """The line above says which loss follows: "Or, for two classes, the cross-entropy:"."""
    return announces(facts.document.source, cost.line.piece.span.start)


def announces(source: str, start: int) -> bool:
    """The line above a place ends with a colon and names a loss."""
    above = source[max(0, start - _LONGEST) : start].rstrip()
    text = above[above.rfind("\n") + 1 :].rstrip("*_ ")
    return text.endswith((":", "：")) and _LOSS.search(text) is not None


def _same_cost(one: CostLine, two: CostLine) -> bool:
    def key(c: CostLine) -> tuple[str, tuple[str, ...], bool]:
        return (c.name.base.lower(), tuple(s.text for s in c.name.scripts), c.batch)

    return key(one) == key(two)


def _value_checks(
    facts: Facts, line: Line, name: Name, batch: Setting, path: Setting
) -> tuple[list[Check], str | None]:
    """``A = f(Z)`` and the like: the value must be what the program computes.

    A note without a forward line has no program of its own for it to contradict.
    """
    if not facts.affine and not facts.roles.named and not facts.activations:
        return [], None
    from derive.meaning.statements import instances

    reason: str | None = None
    ill: IllShaped | None = None
    for setting in (batch, path):
        found: list[Check] = []
        try:
            for layers in instances(setting, (line.head, line.right)):
                if _has_its_own(setting, name, layers):
                    continue
                try:
                    check = _value_check(setting, line, layers)
                except Outside as error:
                    if not layers or "no layer" not in str(error):
                        raise
                    continue
                found.append(check)
            return found, None
        except IllShaped as error:
            ill = ill or error
        except Outside as error:
            reason = reason or str(error)
    if ill is not None:
        raise ill
    return [], reason


def _has_its_own(setting: Setting, name: Name, layers: Mapping[str, int]) -> bool:
    """``a^l = \\sigma(z^l)`` says nothing of a layer whose activation has a line of its own."""
    occurrence, facts = resolve(setting.facts.roles, name), setting.facts
    if occurrence.role != "A" or occurrence.layer is None or not layers:
        return False
    generic = occurrence.layer.letter in layers
    try:
        number = setting.layer_number(occurrence, layers)
    except Outside:
        return False
    return generic and facts.own_activation(number)


def _value_check(setting: Setting, line: Line, layers: Mapping[str, int]) -> Check:
    elaborator = Elaborator(setting, layers)
    name = plain_name(line.head) or _head_name(line.head)
    occurrence = resolve(setting.facts.roles, name)
    right = elaborator.value(line.right)
    if not (occurrence.entries or occurrence.example or occurrence.transposed):
        _same_shape(setting, found_layer(occurrence, name.base, layers), layers, right)
    program_name = elaborator.program_name(name, occurrence)
    left = elaborator.value(line.head)
    if left.shape != right.shape:
        shapes = show_shape(left.shape), show_shape(right.shape)
        raise IllShaped(f"the left side has shape {shapes[0]}, the right side {shapes[1]}")
    free = tuple(elaborator.free[k] for k in sorted(elaborator.free))
    earlier = (
        setting.facts.activation(int(program_name[1:] or 0)).line if program_name[0] == "A" else 0
    )
    return Check(setting, Equation(left, right, free), layers, earlier)


def _same_shape(
    setting: Setting, occurrence: Occurrence, layers: Mapping[str, int], right: Expr
) -> None:
    """The shape of an array is known where its value is not understood."""
    if occurrence.role in ("X", "Y"):
        return
    name = f"{occurrence.role}{setting.layer_number(occurrence, layers)}"
    if name in setting.definitions and setting.shape(name) != right.shape:
        shape = setting.shape(name)
        raise IllShaped(
            f"the left side has shape {show_shape(shape)}, the right side {show_shape(right.shape)}"
        )


def _head_name(node: Node) -> Name:
    inner = plain(node)
    if isinstance(inner, Name):
        return inner
    raise Outside("the left side is no name")


__all__ = ["COST", "Check", "announces", "checks", "is_definition"]
