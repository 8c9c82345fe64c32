"""The other layout: every array of a program transposed, and every equation with it.

``Z = W X + b`` over columns becomes ``Z = X W + b`` over rows, where each name stands for the
transpose of what it was.  Whatever is true of one is true of the other.
"""

from __future__ import annotations

from dataclasses import replace

from derive import program as p
from derive.program import Equation, Expr, Program


def mirrored(program: Program) -> Program:
    """The program with every array transposed; functions stay."""
    leaves = {
        name: replace(
            leaf,
            dims=leaf.dims[::-1],
            sums_to_one=None if leaf.sums_to_one is None else 1 - leaf.sums_to_one,
        )
        for name, leaf in program.leaves.items()
    }
    definitions = {name: mirror(body) for name, body in program.definitions.items()}
    return replace(program, leaves=leaves, definitions=definitions)


def mirrored_equation(equation: Equation) -> Equation:
    """The same equation about the transposed arrays."""
    return Equation(mirror(equation.left), mirror(equation.right), equation.free)


def mirror(e: Expr) -> Expr:
    """The transpose of an expression, in terms of the transposes of its names."""
    match e:
        case p.Symbol(name=name, dims=dims):
            return p.Symbol(name, dims[::-1])
        case p.Gradient(name=name, dims=dims):
            return p.Gradient(name, dims[::-1])
        case p.MatMul(left=a, right=b):
            return p.MatMul(mirror(b), mirror(a))
        case p.Sum(arg=a, axis=axis):
            return p.Sum(mirror(a), 1 - axis)
        case p.Entry(arg=a, row=i, column=j):
            return p.Entry(mirror(a), j, i)
        case p.Build(row=i, column=j, body=body):
            return p.Build(j, i, mirror(body))
        case p.Partial(body=body, name=name, row=i, column=j):
            return p.Partial(mirror(body), name, j, i)
    return p.with_children(e, tuple(map(mirror, p.children(e))))
