"""Lines whose arrays do not fit: why such a line may still be true, and is left open.

In: a line that no shapes fit, under one setting.  Out: what it is that the note does not tell,
"" where the line is wrong whatever is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from derive.meaning.any_loss import NOT_UNDERSTOOD, tells_of_cost
from derive.meaning.conditions import condition_behind
from derive.meaning.elsewhere import given_elsewhere
from derive.meaning.facts import Facts
from derive.meaning.figures import FIGURES_FOR_NAMES, figures_alone, figures_say
from derive.meaning.interpretation import Stated
from derive.meaning.lines import Line
from derive.meaning.literal.numbers import ARRAYS
from derive.meaning.literal.scope import RATES
from derive.meaning.literal.totals import differentiated
from derive.meaning.notation import derivatives_in, is_transpose, names_in, plain_name
from derive.meaning.outline import unbound
from derive.meaning.roles import resolve, spelled_function
from derive.meaning.setting import Setting
from derive.meaning.stationary import to_be_solved
from derive.program import SCALAR, Equation
from derive.reading.syntax import Applied, Name, Node, Script, Unreadable
from derive.reading.tree import plain

ARRAYS_ALONE = "whether numbers or arrays are meant is not told: arrays have no such derivative"
ONE_CLASS = "it is about one class by its number, which may be the right one"
NUMBERED = "{} has a number, the only layer with a formula has none"
NO_ROLE = "{} has no role in the network: say what it stands for"


def left_open(setting: Setting, line: Line, left: Node, reason: str) -> str:
    """Why a line that does not fit is left open, "" if it is refuted."""
    facts = setting.facts
    if lost := unbound(facts, line):
        return f"{', '.join(lost)} has lost its layer"
    unread = setting.supposed_loss or (facts.costs and not setting.has_cost)
    if unread and not facts.affine:
        return NOT_UNDERSTOOD
    head = plain(left)
    cost = isinstance(head, Name) and facts.roles.is_cost(replace(head, mark=""))
    if facts.roles.differentials and cost:  # the trace is left out
        return reason
    if where := given_elsewhere(facts, line):
        return where
    if figures_alone(facts.document.source, line.right):
        return FIGURES_FOR_NAMES
    if letters := supposed_numbers(setting, line):
        return NO_ROLE.format(", ".join(letters))
    if unknown := unknown_target(facts, line):
        return f"a derivative by {unknown}, which has no role in the network"
    return to_be_solved(facts, line)


def why_not_refuted(facts: Facts, line: Line, left: Node, stated: Sequence[Stated]) -> str:
    """Why a line that says `stated` is left open where it fails, "" if it is refuted then."""
    source = facts.document.source
    spans = left.span, line.right.span
    written = (source[spans[0].start : spans[0].end], source[spans[1].start : spans[1].end])
    reasons = chain(
        (figures_say(one.statement, written) or "" for one in stated),
        (to_be_solved(facts, line), condition_behind(facts, line)),
        (one_of_a_table(facts, line),),
        map(of_one_class, stated),
        (tells_of_cost(one.setting, one.statement) for one in stated),
    )
    return next(filter(None, reasons), "")


def one_of_a_table(facts: Facts, line: Line) -> str:
    """``| Tanh | $g(z) = ...$ |`` below ``| Sigmoid | $g(z) = ...$ |``: what g may be."""
    head = plain(line.head)
    if not isinstance(head, Applied) or head.head.primes or not _in_table(facts, line):
        return ""
    given = facts.bodies.get(spelled_function(head.head))
    if given is None or given[2] is line or not _in_table(facts, given[2]):
        return ""
    return f"the table gives {head.head.base} another formula in line {given[2].piece.line}"


def _in_table(facts: Facts, line: Line) -> bool:
    source, start = facts.document.source, line.piece.span.start
    return source[source.rfind("\n", 0, start) + 1 : start].lstrip().startswith("|")


def numbered_beside_one(facts: Facts, line: Line) -> str:
    """A quantity with a layer in a note whose only forward formulas are of one layer without.

    ``z = Wx + b`` in the first part, ``dW^{[2]} = dz^{[2]} a^{[1]T}`` in the second: the formulas
    say nothing of layer 2, so what seems false by them is not refuted.
    """
    if not facts.roles.unindexed:
        return ""
    for name in (n for side in (line.left, line.right) for n in names_in(side)):
        role = facts.roles.role(name.base)
        for script in name.scripts:
            layer = script.text.isdigit() and (
                script.bracket == "[" or (script.bracket == "(" and role in ("W", "b"))
            )
            if layer and (role in ("W", "b", "Z", "A") or name.mark):
                return NUMBERED.format(f"{name.base}^{{[{script.text}]}}")
    return ""


def half_told(facts: Facts, line: Line) -> tuple[str, ...]:
    """Activations that a line gives a formula without an argument: ``g = 1 / (1 + e^{-z})``.

    Which function is meant is not read from it, so what is false of any is not refuted where
    prediction and labels meet: ``A - Y`` is the gradient of cross-entropy for one function alone.
    """
    names = [n for side in (line.left, line.right) for n in names_in(side)]
    if not any(facts.roles.role_of(n) == "Y" for n in names):
        return ()
    named = {base for entry in facts.activations.values() for base, _ in entry.symbols}
    named -= {base for base, _ in facts.bodies}
    heads = [plain_name(line.head) for line in facts.lines if line.first]
    return tuple(sorted({h.base for h in heads if h is not None and h.base in named}))


def of_one_class(stated: Stated) -> str:
    """Why a line about one class by its number is left open where it fails for any class."""
    free = stated.statement.free if isinstance(stated.statement, Equation) else ()
    classes = "softmax" in stated.setting.activations.values()
    return ONE_CLASS if classes and any(i.name.isdigit() for i in free) else ""


def arrays_alone(facts: Facts, line: Line, *, said: bool = False) -> bool:
    """A formula of arrays is differentiated where no network is: ``\\partial(AB)/\\partial A``.

    One path of scalars says nothing of it.  said: only where the text speaks of arrays.
    """
    words = ARRAYS.search(facts.document.source) is not None
    if facts.affine or facts.costs or (said and not words):
        return False
    for of in (of for side in line.nodes for of in differentiated(side)):
        raised = [s.text for s in of.scripts if _is_power(s)] if isinstance(of, Name) else []
        capitals = any(n.base.isupper() for n in names_in(of)) or any(map(str.isupper, raised))
        written = bool(raised) or not isinstance(of, Name | Applied)
        if said and not capitals:
            continue
        trace = isinstance(of, Applied) and of.head.word and capitals
        if trace or (written and (capitals or (words and not raised))):
            return True
    return False


def _is_power(script: Script) -> bool:
    """``X^2``, ``e^X``: no index and no transpose."""
    return script.place == "sup" and not script.bracket and not is_transpose(script)


def supposed_numbers(setting: Setting, line: Line) -> tuple[str, ...]:
    """Letters of a line that are taken for numbers only because nothing tells what they are."""
    found: dict[str, None] = {}
    costs = {n.base for c in setting.facts.costs for n in names_in(c.formula)}
    for name in (n for node in (line.left, line.right) for n in names_in(node)):
        leaf = setting.leaves.get(name.base)
        number = leaf is not None and leaf.dims == SCALAR and name.base not in setting.network
        known = name.base in RATES or name.base in (*costs, setting.facts.count, "e", "pi")
        if number and not known and not name.mark:
            found[name.base] = None
    return tuple(found)


def unknown_target(facts: Facts, line: Line) -> str:
    """By which letter without a role the head of a chain differentiates, "" if by none."""
    if isinstance(line.head, Unreadable):
        return ""
    for derivative in derivatives_in(line.head):
        occurrence = resolve(facts.roles, derivative.by)
        if occurrence.role is None and derivative.by.scripts:
            return derivative.by.base
    return ""
