"""The dense layer, in both layouts, before an arbitrary rest of the network.

The rest is ``J = sum(C * g(Z))`` with an uninterpreted g and free weights C: the gradients of
the layer are stated in terms of the gradient of its output alone, so g never matters.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.program import (
    Apply,
    Equation,
    Function,
    Gradient,
    Leaf,
    MatMul,
    Plus,
    Program,
    Sum,
    Symbol,
    Times,
    Transpose,
    total,
)

LAYOUTS = ("columns", "rows")


@dataclass(frozen=True, slots=True)
class Dense:
    """A dense layer: the program, and the gradient of each of its arrays as an equation."""

    program: Program
    weight: Equation
    bias: Equation
    input: Equation
    preactivation: Equation


def dense(layout: str) -> Dense:
    """The dense layer with examples as ``"columns"`` or ``"rows"``.

    columns: Z = W A + b with W (n, k), A (k, m), b (n, 1).  rows: Z = A W + b with W (k, n),
    A (m, k), b (1, n).

    >>> dense("rows").program.shape("Z")
    ('m', 'n')
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout {layout!r}: expected one of {', '.join(LAYOUTS)}")
    columns = layout == "columns"
    w = Symbol("W", ("n", "k") if columns else ("k", "n"))
    a = Symbol("A", ("k", "m") if columns else ("m", "k"))
    b = Symbol("b", ("n", 1) if columns else (1, "n"))
    z = Symbol("Z", ("n", "m") if columns else ("m", "n"))
    dz, weights = Gradient("Z", z.dims), Symbol("C", z.dims)
    h = Symbol("H", z.dims)
    program = Program(
        leaves={s.name: Leaf(s.dims) for s in (w, a, b, weights)},
        definitions={
            "Z": Plus(MatMul(w, a) if columns else MatMul(a, w), b),
            "H": Apply("g", 0, z),
            "J": total(Times(weights, h)),
        },
        functions={"g": Function("g")},
        cost="J",
    )
    by_weight = MatMul(dz, Transpose(a)) if columns else MatMul(Transpose(a), dz)
    by_input = MatMul(Transpose(w), dz) if columns else MatMul(dz, Transpose(w))
    return Dense(
        program,
        weight=Equation(program.gradient("W"), by_weight),
        bias=Equation(program.gradient("b"), Sum(dz, 1 if columns else 0)),
        input=Equation(program.gradient("A"), by_input),
        preactivation=Equation(dz, Times(program.gradient("H"), Apply("g", 1, z))),
    )
