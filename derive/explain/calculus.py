"""Derivatives of formulas of scalars: one rule of calculus a line.

In: a pending derivative of a scalar, such as ``da/dz`` on one path or ``sigma'(x)``.  Out: its
lines: the formula for the name, one rule of differentiation after the other, and the steps to
the form in which the derivative of a known activation is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from derive.explain.shapes import replaced
from derive.program import (
    SCALAR,
    Apply,
    Expr,
    MatMul,
    Partial,
    Program,
    Symbol,
    Times,
    Transpose,
    function_body,
    walk,
)
from derive.scalars import table
from derive.scalars.blackboard import advanced
from derive.scalars.steps import activation_closing

Rule = tuple[str, Expr]


def local_lines(program: Program, left: Expr) -> Iterator[Rule]:
    """The lines behind a derivative of scalars; nothing where `left` is none."""
    start = _pending(program, left)
    if start is None:
        return
    body, name = start.body, start.name
    unfolded, functions = _unfolded(program, body, name)
    if unfolded != body:
        yield "substitute the definition", Partial(unfolded, name, None, None)
    yield from advanced(Partial(unfolded, name, None, None))
    if len(functions) == 1 and isinstance(functions[0].arg, Symbol):
        yield from _closing(program, functions[0], body, unfolded)


def _pending(program: Program, left: Expr) -> Partial | None:
    match left:
        case Partial(row=None, column=None) if left.name != program.cost:
            return left
        case Apply(function=function, order=1, arg=Symbol(name=name)):
            return Partial(Apply(function, 0, left.arg), name, None, None)
    return None


def _unfolded(program: Program, body: Expr, name: str) -> tuple[Expr, list[Apply]]:
    """The formula behind the body, one definition and its functions unfolded."""
    if isinstance(body, Symbol) and body.name in program.definitions and body.name != name:
        body = program.definitions[body.name]
    functions: list[Apply] = []

    def formula(node: Expr) -> Expr | None:
        match node:
            case MatMul(left=left, right=right) if left.shape == right.shape == SCALAR:
                return Times(left, right)
            case Transpose(arg=arg) if arg.shape == SCALAR:
                return arg
            case Apply(function=function, order=0, arg=arg):
                known = program.functions.get(function)
                if known is not None and known.body is not None:
                    functions.append(node)
                    return function_body(known.body, arg)
        return None

    return replaced(body, formula), functions


def _closing(program: Program, applied: Apply, body: Expr, unfolded: Expr) -> Iterator[Rule]:
    """The last lines of a known activation, over the claim's own names."""
    formula = program.functions[applied.function].body
    if formula is None or unfolded != function_body(formula, applied.arg):
        return
    value = body if isinstance(body, Symbol) else applied
    for name in table.NAMES:
        if formula != table.body(name):
            continue
        for rule, line in activation_closing(name):
            if any(isinstance(n, Symbol) and n.name == "sigma" for n in _symbols(line)):
                return
            yield rule, _named(line, {"z": applied.arg, "a": value})
        return


def _named(line: Expr, values: Mapping[str, Expr]) -> Expr:
    return replaced(line, lambda e: values.get(e.name) if isinstance(e, Symbol) else None)


def _symbols(expr: Expr) -> Iterator[Symbol]:
    return (node for node in walk(expr) if isinstance(node, Symbol))
