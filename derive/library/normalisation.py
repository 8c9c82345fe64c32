"""Layer normalisation as a program: mean and variance over the units of an example.

In: a layout.  Out: the program ``X -> mu, C = X - mu, v, rho = (v + epsilon)^(-1/2), H = C rho,
Y = gamma H + beta``, whose gradients by gamma, beta and X are derived step by step, the gradient
by Y given.  The statistics of an example depend on all of its units, so that dX has three paths.

>>> layer_norm("columns").leaves["gamma"].dims
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


def layer_norm(layout: str) -> Program:
    """The program; layout: ``"columns"``, X is (n, m), or ``"rows"``, X is (m, n)."""
    axis = 0 if layout == "columns" else 1
    batch = ("n", "m") if axis == 0 else ("m", "n")
    one_each = (1, "m") if axis == 0 else ("m", 1)
    unit = ("n", 1) if axis == 0 else (1, "n")

    def mean(expr: Expr) -> Expr:
        return divide(Sum(expr, axis), Size("n"))

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
