"""Losses, one row each: per-entry formula in the output a and the label y.

The loss of an example is the sum of its entries over the outputs (or their mean, `reduction`);
the cost of a batch is the mean over its examples.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import sympy

from derive.library.row import Kink, Loss
from derive.scalars.functions import a, magnitude, parameter, step, y

_DELTA = parameter("delta")
_D = a - y


def _huber() -> sympy.Expr:
    above, below = step(_D - _DELTA), step(-_D - _DELTA)
    tail = _DELTA * (above * (_D - _DELTA / 2) + below * (-_D - _DELTA / 2))
    return (1 - above - below) * _D**2 / 2 + tail


LOSSES: Final = (
    Loss(
        name="squared_error",
        title="squared error",
        aliases=("sum of squared errors", "SSE", "sum of squares", "quadratic"),
        formula=_D**2,
        stable_value="np.square(a - y)",
        stable_derivative="2.0 * (a - y)",
    ),
    Loss(
        name="half_squared_error",
        title="half squared error",
        aliases=("half sum of squares", "quadratic cost"),
        formula=_D**2 / 2,
        stable_value="0.5 * np.square(a - y)",
        stable_derivative="a - y",
    ),
    Loss(
        name="mse",
        title="mean squared error",
        aliases=("mean squared error", "mean square error"),
        formula=_D**2,
        reduction="mean",
        stable_value="np.square(a - y)",
        stable_derivative="2.0 * (a - y)",
    ),
    Loss(
        name="binary_cross_entropy",
        title="binary cross-entropy",
        aliases=("BCE", "log loss", "logistic loss", "binary cross entropy", "logloss"),
        formula=-(y * sympy.log(a) + (1 - y) * sympy.log(1 - a)),
        domain="unit",
        labels="unit",
        stable_value="-(y * np.log(a) + (1.0 - y) * np.log1p(-a))",
        stable_derivative="(a - y) / (a * (1.0 - a))",
        from_logits={
            "sigmoid": (
                "np.maximum(z, 0.0) - z * y + np.log1p(np.exp(-np.abs(z)))",
                "e = 1.0 + np.exp(-np.abs(z)); "
                "((1.0 - y) * np.exp(np.minimum(z, 0.0)) - y * np.exp(-np.maximum(z, 0.0))) / e",
            )
        },
    ),
    Loss(
        name="cross_entropy",
        title="cross-entropy",
        aliases=("CE", "categorical cross entropy", "cross entropy", "negative log likelihood"),
        formula=-y * sympy.log(a),
        domain="unit",
        labels="distribution",
        stable_value="-y * np.log(a)",
        stable_derivative="-y / a",
        from_logits={
            "softmax": (
                "s = z - np.max(z, axis=axis, keepdims=True); "
                "y * (np.log(np.sum(np.exp(s), axis=axis, keepdims=True)) - s)",
                "a - y",
            )
        },
    ),
    Loss(
        name="mae",
        title="mean absolute error",
        aliases=("absolute error", "mean absolute error"),
        formula=magnitude(_D),
        reduction="mean",
        kinks=(Kink("a = y", "0"),),
        knots=("0",),
        stable_value="np.abs(a - y)",
        stable_derivative="np.sign(a - y)",
    ),
    Loss(
        name="huber",
        title="Huber loss",
        aliases=("Huber",),
        parameters={"delta": Fraction(1)},
        formula=_huber(),
        knots=("delta",),
        stable_value=("d = a - y; c = np.minimum(np.maximum(d, -delta), delta); c * (d - 0.5 * c)"),
        stable_derivative="np.minimum(np.maximum(a - y, -delta), delta)",
    ),
    Loss(
        name="log_cosh",
        title="log-cosh",
        aliases=("log cosh", "logcosh"),
        formula=sympy.log((sympy.exp(_D) + sympy.exp(-_D)) / 2),
        # log(1 + 2 sinh^2) up to |d| = 1, its asymptote from there on.
        stable_value=(
            "d = np.abs(a - y); c = np.minimum(d, 1.0); "
            "np.log1p(2.0 * np.square(np.sinh(0.5 * c))) + (d - c) "
            "+ (np.log1p(np.square(np.exp(-d))) - np.log1p(np.square(np.exp(-c))))"
        ),
        stable_derivative="np.tanh(a - y)",
    ),
    Loss(
        name="kl",
        title="Kullback-Leibler divergence",
        aliases=("KL", "KL divergence", "Kullback Leibler", "relative entropy"),
        formula=y * (sympy.log(y) - sympy.log(a)),
        domain="unit",
        labels="distribution",
        # 0 log 0 = 0: a number at the lower end of float32 stands in for a label of 0.
        stable_value="y * (np.log(np.maximum(y, 1.2e-38)) - np.log(a))",
        stable_derivative="-y / a",
        from_logits={
            "softmax": (
                "s = z - np.max(z, axis=axis, keepdims=True); "
                "y * (np.log(np.maximum(y, 1.2e-38)) "
                "+ np.log(np.sum(np.exp(s), axis=axis, keepdims=True)) - s)",
                "a - y",
            )
        },
        labels_alone="y * np.log(np.maximum(y, 1.2e-38))",
    ),
)
"""Every loss of the library, in the order in which they are listed."""


def loss(name: str) -> Loss:
    """The row of a loss by name.

    Raises KeyError with the known names.

    >>> loss("mse").reduction
    'mean'
    """
    for row in LOSSES:
        if row.name == name:
            return row
    raise KeyError(f"no loss {name!r}; known: {', '.join(r.name for r in LOSSES)}")
