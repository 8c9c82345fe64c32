"""What kind of formula a definition is: affine, elementwise, a softmax; and replacing in it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from derive.program import (
    ONE,
    Apply,
    Expr,
    Gradient,
    Leaf,
    MatMul,
    Number,
    Plus,
    Power,
    Program,
    Size,
    Symbol,
    Times,
    Transpose,
    children,
    minus,
    softmax,
    walk,
    with_children,
)
from derive.scalars import table
from derive.scalars.rules import product

_LINEAR: Final = (MatMul, Plus, Transpose, Symbol, Number, Size, Times)


def replaced(expr: Expr, value: Callable[[Expr], Expr | None]) -> Expr:
    """The expression with every node for which `value` gives one replaced, innermost first."""
    rebuilt = with_children(expr, tuple(replaced(child, value) for child in children(expr)))
    found = value(rebuilt)
    return rebuilt if found is None else found


def tidy(expr: Expr) -> Expr:
    """Products without factors 1."""
    return replaced(expr, lambda e: product(e.left, e.right) if isinstance(e, Times) else None)


def put_in(expr: Expr, name: str, value: Expr) -> Expr:
    """The expression with the gradient by a name replaced by what it was found to be."""
    return replaced(expr, lambda e: value if isinstance(e, Gradient) and e.name == name else None)


def cut(program: Program, user: str, name: str) -> Program:
    """The program of one definition alone, in which all that it is computed from is given."""
    body = program.definitions[user]
    inner = sorted({node.name for node in walk(body) if isinstance(node, Symbol)})
    held = {n: Leaf(program.shape(n)) for n in inner if n in program.definitions or n == name}
    return Program({**program.leaves, **held}, {user: body}, program.functions)


def is_affine(expr: Expr) -> bool:
    """Sums and products of names, no function of them."""
    return all(isinstance(node, _LINEAR) for node in walk(expr))


def elementwise(expr: Expr) -> bool:
    """One function applied to one name."""
    return isinstance(expr, Apply) and isinstance(expr.arg, Symbol)


def softmax_axis(program: Program, user: str, name: str) -> int | None:
    """The axis along which `user` is the softmax of `name`; None if it is none."""
    body = program.definitions.get(user)
    for axis in (0, 1):
        if body == softmax(program.symbol(name), axis):
            return axis
    return None


def slope(program: Program, user: str) -> tuple[Expr, Expr] | None:
    """The derivative of a known activation and its form in the activation's value.

    ``(sigma'(Z), A (1 - A))`` for ``A = sigma(Z)``; None where no such form is known.
    """
    body = program.definitions[user]
    if not isinstance(body, Apply) or body.order:
        return None
    function = program.functions.get(body.function)
    a = program.symbol(user)
    forms: dict[str, Expr] = {
        "identity": ONE,
        "sigmoid": Times(a, minus(ONE, a)),
        "tanh": minus(ONE, Power(a, Fraction(2))),
    }
    for name, form in forms.items():
        if function is not None and function.body == table.body(name):
            return Apply(body.function, 1, body.arg), form
    return None
