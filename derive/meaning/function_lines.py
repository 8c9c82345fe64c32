"""Lines that define functions: ``f(x) = formula``, and ``a^{(L)} = h(x)``, which names the output.

A list of functions may call them all f: each is a definition of its own if a heading, an item of
a list or a bold word stands before it.
"""

from __future__ import annotations

import re

from derive.meaning.facts import Facts, Spelled, all_nodes, call_of, known_function, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import STANDARD, is_cost_word, names_in, plain_name
from derive.meaning.roles import spelled_function
from derive.reading.syntax import Applied, Name, Unreadable

_TITLE = re.compile(r"^[ \t>]*(?:#{1,6} |[-*+] |\d+[.)] |\*\*|__)|\\(?:sub)*section|\\item\b", re.M)
"""What begins a new subject."""


def output_by_input(facts: Facts, line: Line) -> None:
    """``a^{(L)} = h_\\theta(x)``: h names the output as a function of the input."""
    roles, call, output = facts.roles, call_of(line.right), plain_name(line.left)
    if call is None or output is None or not line.first or roles.role_of(output) != "A":
        return
    head, argument = call[0], plain_name(call[1])
    free = roles.role(head.base) is None and known_function(head) is None
    if free and not head.primes and argument is not None and roles.role_of(argument) == "X":
        facts.outputs.setdefault(spelled_function(head), line.left)


def output_by_parameters(facts: Facts) -> None:
    """``h_{W,b}(x)``: what all parameters make of the input is the output of the network.

    Where no line says what the function is, and there is a forward pass that may be meant.
    """
    roles = facts.roles
    if not facts.affine or facts.outputs:
        return
    found: dict[Spelled, Name] = {}
    for part in (p for node in all_nodes(facts) for p in subtree(node)):
        call = call_of(part)
        if call is None or not isinstance(part, Applied) or not _by_parameters(facts, call[0]):
            continue
        source = plain_name(call[1])
        if source is None or roles.role_of(source) != "X":
            return
        found.setdefault(spelled_function(call[0]), call[0])
    if len(found) == 1:
        [(spelled, head)] = found.items()
        facts.outputs[spelled] = Name(head.span, "y", accent="hat")
        roles.assumptions.append(f"{head.base} of the input is the output of the network")


def _by_parameters(facts: Facts, head: Name) -> bool:
    """``h_{W,b}``: below a letter without a role stand a weight and a bias, and nothing else."""
    below = head.scripts[0] if len(head.scripts) == 1 else None
    if below is None or below.place != "sub" or below.bracket or head.primes or head.mark:
        return False
    free = facts.roles.role(head.base) in (None, "function") and known_function(head) is None
    kinds = {facts.roles.role(item) for item in below.items}
    return free and kinds == {"W", "b"} and spelled_function(head) not in facts.bodies


def function_lines(facts: Facts) -> None:
    """``f(x) = formula`` with a bare parameter that has no role of its own in the network."""
    roles = facts.roles
    latest: dict[Spelled, Line] = {}
    for line in facts.lines:
        call = call_of(line.left)
        if call is None or not line.first or isinstance(line.right, Unreadable):
            continue
        head, argument = call
        parameter = plain_name(argument)
        if parameter is None or head.primes or head.mark:
            continue
        spelled = spelled_function(head)
        last, latest[spelled] = latest.get(spelled), line
        if last is not None and spelled in facts.bodies and _given_anew(facts, last, line):
            formula = None if parameter.scripts else line.right
            facts.anew.setdefault(spelled, []).append((parameter, formula, line))
            continue
        if parameter.scripts:
            continue
        if head.base in ("max", "relu", *STANDARD) and head.word:
            continue
        if spelled in facts.outputs:
            continue
        if roles.is_cost(head) and any(n.base != parameter.base for n in names_in(line.right)):
            continue
        if is_cost_word(head) or roles.role(head.base) not in (None, "function"):
            continue
        named = plain_name(line.right)
        if named is not None and roles.role(named.base) == "A":
            facts.outputs.setdefault(spelled, line.right)
            continue
        if not roles.unindexed and roles.role(parameter.base) == "Z" and parameter.base.isupper():
            continue
        facts.bodies.setdefault(spelled, (parameter, line.right, line))
        roles.by_base.setdefault(head.base, "function")
        roles.note(line.piece.line, f"{head.base} is defined as a function of {parameter.base}")


def _given_anew(facts: Facts, last: Line, line: Line) -> bool:
    """A new subject begins between two lines that define one letter."""
    source = facts.document.source
    return _TITLE.search(source, last.piece.span.end, line.piece.span.start) is not None
