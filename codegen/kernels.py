"""Which activations and losses of the library the generator can emit, and in which form.

A row of `derive.library` holds a numerically stable array form beside its formula.  Here
stands what only emission needs: which output a loss belongs to, and for training the
derivative in terms of the output that is at hand already.

A form is not what is differentiated: gradients are derived from the definitions in
`derive.scalars.table`, and the tests hold every form against those definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from derive.library.activations import ACTIVATIONS as _ACTIVATION_ROWS
from derive.library.losses import LOSSES as _LOSS_ROWS
from derive.library.row import Activation, Loss
from derive.program import ONE, Expr, Power, Times, minus

ACTIVATIONS: Final[Mapping[str, Activation]] = MappingProxyType(
    {row.name: row for row in _ACTIVATION_ROWS if row.stable_value}
)
"""Every activation with a stable form, by name."""

OUTPUT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "squared_error": "",
        "half_squared_error": "",
        "mse": "",
        "binary_cross_entropy": "sigmoid",
        "cross_entropy": "softmax",
    }
)
"""Loss to the activation that the last layer must have with it ("": any)."""

LOSSES: Final[Mapping[str, Loss]] = MappingProxyType(
    {row.name: row for row in _LOSS_ROWS if row.name in OUTPUT}
)
"""Every loss that can be emitted, by name."""

FROM_OUTPUT: Final[Mapping[str, Callable[[Expr], Expr]]] = MappingProxyType(
    {
        "sigmoid": lambda a: Times(a, minus(ONE, a)),
        "tanh": lambda a: minus(ONE, Power(a, Fraction(2))),
    }
)
"""The derivative over the value ``a`` alone: cheaper in training, where the relative accuracy
of the tails does not matter.  A proposal: `codegen.proof` proves it before it is used."""


def constants(row: Activation | Loss) -> dict[str, float]:
    """The constants of a row with their defaults as floats."""
    return {name: float(value) for name, value in row.parameters.items()}
