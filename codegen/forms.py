"""Stable forms of the library, lowered into a graph.

In: a form such as ``e = np.exp(-np.abs(z)); e / np.square(1.0 + e)``, assignments and a last
expression in Python's syntax.  Out: the step that computes it.  The text is parsed and
walked, never run, and comes from the library, never from a spec.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Final

from codegen.graph import BINARY, UNARY, Graph, PlanError

_CALLS: Final[Mapping[str, str]] = {
    "abs": "absolute",
    **{op: op for op in (*UNARY, *BINARY) if op != "step"},
}
SHORTEST: Final = 4
"""Coefficients from which on Horner's scheme is one step."""
_OPERATORS: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}


def lower_form(graph: Graph, form: str, values: Mapping[str, int]) -> int:
    """A stable form of the library, with its free names bound to steps.

    form: assignments and a last expression in Python's syntax, ``np.`` in front of calls
    or not; it is parsed and walked, never run.  Raises PlanError for anything else.

    >>> graph = Graph()
    >>> z = graph.input("z", ("n", "m"))
    >>> step = lower_form(graph, "e = np.exp(-np.abs(z)); e / np.square(1.0 + e)", {"z": z})
    >>> [node.op for node in graph.nodes]
    ['input', 'absolute', 'negative', 'exp', 'const', 'add', 'square', 'divide']
    """
    bound = dict(values)
    *assignments, last = ast.parse(form).body
    for statement in assignments:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                bound[name] = _form(graph, value, bound)
            case _:
                raise PlanError(f"not an assignment in the form {form!r}")
    if not isinstance(last, ast.Expr):
        raise PlanError(f"the form {form!r} does not end in an expression")
    return _form(graph, last.value, bound)


def _form(graph: Graph, node: ast.expr, bound: Mapping[str, int]) -> int:
    name, coefficients = horner(node)
    if len(coefficients) >= SHORTEST:
        return graph.add("polynomial", bound[name], attr=repr(coefficients))
    match node:
        case ast.Constant(value=int() | float() as value):
            return graph.const(repr(float(value)))
        case ast.Name(id=name) if name in bound:
            return bound[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return graph.add("negative", _form(graph, operand, bound))
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=2)):
            return graph.add("square", _form(graph, left, bound))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            a, b = _form(graph, left, bound), _form(graph, right, bound)
            return graph.add(_OPERATORS[type(op)], a, b)
        case ast.Call(func=func, args=args):
            called = func.attr if isinstance(func, ast.Attribute) else ast.unparse(func)
            return _call(graph, called, [_form(graph, arg, bound) for arg in args])
    raise PlanError(f"no array operation for {ast.unparse(node)!r}")


def horner(node: ast.expr) -> tuple[str, tuple[float, ...]]:
    """Variable and coefficients of ``(c2 * x + c1) * x + c0``; none if it is something else."""
    match node:
        case ast.Constant(value=float() as value):
            return "", (value,)
        case ast.BinOp(
            left=ast.BinOp(left=rest, op=ast.Mult(), right=ast.Name(id=name)),
            op=ast.Add(),
            right=ast.Constant(value=float() as value),
        ):
            variable, coefficients = horner(rest)
            if coefficients and variable in ("", name):
                return name, (*coefficients, value)
    return "", ()


def _call(graph: Graph, name: str, args: Sequence[int]) -> int:
    if name == "heaviside" and graph.is_const(args[1], "0.0"):
        return graph.add("step", args[0])
    if name == "clip":
        return graph.add("minimum", graph.add("maximum", args[0], args[1]), args[2])
    if name == "ones_like":
        return graph.const("1.0")
    if name in _CALLS:
        return graph.add(_CALLS[name], *args)
    raise PlanError(f"no array operation {name!r}")
