"""Maxima that are subtracted for stability: proved to cancel, whatever their value.

Softmax is computed as exp(z - c) / sum exp(z - c) with c = max z.  Here c is an arbitrary array.
A definition that the engine proves, and the checker accepts, to be the same for every c as for
c = 0 is replaced by the latter: that is plain mathematics again, and nothing is said of max.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from derive.check import Screen, check
from derive.program import (
    ZERO,
    Equation,
    Expr,
    Leaf,
    Plus,
    Program,
    Symbol,
    Times,
    children,
    walk,
    with_children,
)
from derive.pycode.store import Trace
from derive.tensors import prove


def without_shifts(trace: Trace) -> dict[str, Expr]:
    """The definitions with maxima taken out wherever they are proved to cancel."""
    out: dict[str, Expr] = {}
    tainted: dict[str, Expr] = {}
    for name, expr in trace.definitions.items():
        inlined = replaced(expr, tainted.get)
        out[name] = inlined
        if not any(isinstance(n, Symbol) and n.name in trace.shifts for n in walk(inlined)):
            continue
        plain = _at_zero(inlined, trace)
        if plain.shape == inlined.shape and _same(inlined, plain, trace, out):
            out[name] = plain
        else:
            tainted[name] = inlined
    return out


def replaced(expr: Expr, value: Callable[[str], Expr | None]) -> Expr:
    """The expression with symbols replaced where `value` has something for their names."""
    if isinstance(expr, Symbol):
        found = value(expr.name)
        return expr if found is None else found
    return with_children(expr, tuple(replaced(c, value) for c in children(expr)))


def _at_zero(expr: Expr, trace: Trace) -> Expr:
    """With every maximum 0; sums and products with 0 are carried out."""
    if isinstance(expr, Symbol) and expr.name in trace.shifts:
        return ZERO
    new = tuple(_at_zero(c, trace) for c in children(expr))
    match expr:
        case Times() if ZERO in new:
            return ZERO
        case Plus() if ZERO in new:
            return new[0] if new[1] == ZERO else new[1]
    return with_children(expr, new)


def _same(left: Expr, right: Expr, trace: Trace, definitions: Mapping[str, Expr]) -> bool:
    """Both are equal for all values of everything in them, definitions included."""
    leaves = {
        n.name: trace.leaves[n.name] if n.name in trace.leaves else Leaf(definitions[n.name].shape)
        for n in walk(left)
        if isinstance(n, Symbol)
    }
    from derive.scalars.table import function

    program = Program(leaves, {}, {"tanh": function("tanh")})
    equation = Equation(left, right)
    if Screen(program).agrees(equation) is False:
        return False
    return prove(program, equation).proved and check(program, equation).accepted


def depends(expr: Expr, definitions: Mapping[str, Expr], names: set[str]) -> bool:
    """Whether an expression, definitions unfolded, mentions one of `names`."""
    seen: set[str] = set()
    stack = [expr]
    while stack:
        for node in walk(stack.pop()):
            if isinstance(node, Symbol) and node.name not in seen:
                seen.add(node.name)
                if node.name in definitions:
                    stack.append(definitions[node.name])
    return bool(seen & names)


