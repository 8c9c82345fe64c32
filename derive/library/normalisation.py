"""Normalisation as a program: mean and variance over the units of an example, or over the examples.

In: a layout.  Out: the program ``X -> mu, C = X - mu, v, rho = (v + epsilon)^(-1/2), H = C rho,
Y = gamma H + beta``, whose gradients by gamma, beta and X are derived step by step, the gradient
by Y given.  The statistics depend on all that they are taken over, so that dX has three paths.

>>> normalisation("columns", "units").leaves["gamma"].dims
('n', 1)
"""

from __future__ import annotations

from fractions import Fraction

from derive.program import (
    SCALAR,
    Expr,
    Leaf,
    Plus,
    Power,
    Program,
    Size,
    Sum,
    Symbol,
    Times,
    divide,
    minus,
    total,
)


def normalisation(layout: str, over: str) -> Program:
    """The program; layout: ``"columns"``, X is (n, m), or ``"rows"``, X is (m, n).

    over: ``"units"``, of each example (layer normalisation), or ``"examples"``, of each unit (batch
    normalisation).
    """
    columns, axis = layout == "columns", axis_of(layout, over)
    batch = ("n", "m") if columns else ("m", "n")
    one_each = (1, batch[1]) if axis == 0 else (batch[0], 1)
    unit = ("n", 1) if columns else (1, "n")

    def mean(expr: Expr) -> Expr:
        return divide(Sum(expr, axis), Size(batch[axis]))

    x, centred, scaled = (Symbol(name, batch) for name in ("X", "C", "H"))
    mu, variance, rho = (Symbol(name, one_each) for name in ("mu", "v", "rho"))
    gamma, beta = Symbol("gamma", unit), Symbol("beta", unit)
    spread = Plus(variance, Symbol("epsilon", SCALAR))
    definitions: dict[str, Expr] = {
        "mu": mean(x),
        "C": minus(x, mu),
        "v": mean(Power(centred, Fraction(2))),
        "rho": Power(spread, Fraction(-1, 2)),
        "H": Times(centred, rho),
        "Y": Plus(Times(gamma, scaled), beta),
        "J": total(Times(Symbol("G", batch), Symbol("Y", batch))),
    }
    leaves = {
        "X": Leaf(batch),
        "gamma": Leaf(unit),
        "beta": Leaf(unit),
        "epsilon": Leaf(SCALAR, "positive"),
        "G": Leaf(batch),
    }
    return Program(leaves, definitions, {}, "J")


def axis_of(layout: str, over: str) -> int:
    """The axis along which mean and variance are taken."""
    return int((layout == "columns") != (over == "units"))
