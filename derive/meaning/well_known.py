"""Formulas for functions that everybody knows: ``\\tanh(z) = ...`` must be the tanh.

A letter such as sigma may stand for any function; a word such as ReLU may not.
"""

from __future__ import annotations

from derive.meaning.definitions import Check
from derive.meaning.elaborate import Elaborator, library_function
from derive.meaning.facts import Facts, call_of, known_function
from derive.meaning.lines import Line
from derive.meaning.roles import spelled_function
from derive.meaning.setting import IllShaped, Outside, Setting
from derive.program import ARGUMENT, SCALAR, Apply, Equation, Symbol, walk
from derive.scalars import table


def well_known_checks(facts: Facts, line: Line, formal: Setting) -> list[Check]:
    """What the formula of a well-known function must satisfy; nothing for any other line.

    Functions with parameters (leaky ReLU, ELU) are left to the note.
    """
    call = call_of(line.left)
    if call is None or call[0].base == "sigma" or call[0].scripts or call[0].primes:
        return []
    known = known_function(call[0])
    body = facts.bodies.get(spelled_function(call[0]))
    if known not in table.NAMES or known is None or body is None or body[2] is not line:
        return []
    function = library_function(known)
    free = {n.name for n in walk(function.body) if isinstance(n, Symbol)} if function.body else ()
    if free != {ARGUMENT}:
        return []
    argument = formal.scalar_leaf(body[0].base, "real")
    try:
        value = Elaborator(formal, {}, {body[0].base: argument}).value(line.right)
    except (Outside, IllShaped):
        return []
    if value.shape != SCALAR:
        return []
    formal.functions[known] = function
    return [Check(formal, Equation(Apply(known, 0, argument), value), {}, 0)]
