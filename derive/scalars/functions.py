"""Opaque SymPy functions and the one set of symbols in which the library writes its formulas.

`step` is Heaviside's function with ``step(0) = 0`` and derivative 0: what is differentiated
is the function between its kinks, and the value at a kink is the left one by convention.
SymPy's own Heaviside (1/2 at 0, DiracDelta as derivative) would state another convention.

>>> sympy.diff(relu(x), x)
step(x)
>>> sympy.diff(magnitude(x), x)
2*step(x) - 1
"""

from __future__ import annotations

from typing import Any

import sympy

x = sympy.Symbol("x", real=True)
"""The argument of an activation."""
a = sympy.Symbol("a", real=True)
"""The output that a loss compares with its label."""
y = sympy.Symbol("y", real=True)
"""The label."""


class step(sympy.Function):  # type: ignore[misc]  # SymPy is untyped
    """1 for a positive argument, else 0; its derivative is 0 almost everywhere."""

    nargs = 1
    is_real = True

    @classmethod
    def eval(cls, argument: Any) -> Any:
        """Numbers are decided at once; everything else stays as it is."""
        if argument.is_Rational:
            return sympy.Integer(1 if argument > 0 else 0)
        return None

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative between the jumps."""
        return sympy.Integer(0)


def parameter(name: str) -> Any:
    """The positive constant `name` of a formula."""
    return sympy.Symbol(name, positive=True)


def relu(u: Any) -> Any:
    """``u`` where it is positive, else 0."""
    return u * step(u)


def magnitude(u: Any) -> Any:
    """``|u|``, with derivative -1 at 0."""
    return u * (2 * step(u) - 1)


def logistic(u: Any) -> Any:
    """``1 / (1 + e^-u)``."""
    return 1 / (1 + sympy.exp(-u))


def tanh(u: Any) -> Any:
    """The hyperbolic tangent by its definition, a quotient of exponentials."""
    return (sympy.exp(u) - sympy.exp(-u)) / (sympy.exp(u) + sympy.exp(-u))
