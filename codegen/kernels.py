"""Which activations and losses of the library the generator can emit, and in which form.

A row of `derive.library` holds a numerically stable array form beside its formula.  Here
stands what only emission needs: which output a loss belongs to, which losses are functions of
the difference alone, and for training the derivative in terms of the output that is at hand.

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
from derive.program import (
    ARGUMENT,
    ONE,
    SCALAR,
    ZERO,
    Apply,
    Expr,
    Number,
    Plus,
    Power,
    Symbol,
    Times,
    children,
    minus,
    walk,
    with_children,
)
from derive.scalars import table

ACTIVATIONS: Final[Mapping[str, Activation]] = MappingProxyType(
    {row.name: row for row in _ACTIVATION_ROWS if row.stable_value}
)
"""Every activation with a stable form, by name."""

LOSSES: Final[Mapping[str, Loss]] = MappingProxyType({row.name: row for row in _LOSS_ROWS})
"""Every loss, by name."""

OUTPUT: Final[Mapping[str, str]] = MappingProxyType(
    {name: next(iter(row.from_logits), "") for name, row in LOSSES.items()}
)
"""Loss to the activation that the last layer must have with it ("": any)."""

_HALF: Final = Number(Fraction(1, 2))

FROM_OUTPUT: Final[Mapping[str, Callable[[Expr], Expr]]] = MappingProxyType(
    {
        "sigmoid": lambda a: Times(a, minus(ONE, a)),
        "tanh": lambda a: minus(ONE, Power(a, Fraction(2))),
    }
)
"""The derivative over the value ``a`` alone: cheaper in training, where the relative accuracy
of the tails does not matter.  A proposal: `codegen.proof` proves it before it is used."""


IN_TRAINING: Final[Mapping[str, Callable[[Expr], Expr]]] = MappingProxyType(
    {"sigmoid": lambda z: Plus(_HALF, Times(_HALF, Apply("tanh", 0, Times(_HALF, z))))}
)
"""The value over the argument ``z`` as training computes it: half the passes over memory, and
accurate beside 1, not in the tails, which play no role there.  A proposal as well."""


_NEGATIVE_PART = "p = np.maximum(z, 0.0); n = z - p; s = np.log1p(np.exp(n - p)); "

WITH_COST: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"binary_cross_entropy": (_NEGATIVE_PART + "np.exp(n - s)", _NEGATIVE_PART + "p - z * y + s")}
)
"""Output and entry of the cost over the last argument ``z``, as training computes both at once:
``n - p`` is ``-|z|``, and ``s + p`` is ``log(1 + e^z)``."""


def of_difference(name: str) -> Expr | None:
    """The loss as a formula in ``x = a - y``, None where its derivative is a polynomial.

    A proposal, as those above: that the loss depends on the difference alone is proved.

    >>> of_difference("half_squared_error") is None
    True
    """
    named = any(isinstance(node, Apply) for node in walk(table.loss_derivative(name)))
    if not named or OUTPUT[name]:
        return None
    return _put_in(table.loss_entry(name), {"a": Symbol(ARGUMENT, SCALAR), "y": ZERO})


def _put_in(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    if isinstance(expr, Symbol):
        return values.get(expr.name, expr)
    return with_children(expr, tuple(_put_in(child, values) for child in children(expr)))


def constants(row: Activation | Loss) -> dict[str, float]:
    """The constants of a row with their defaults as floats."""
    return {name: float(value) for name, value in row.parameters.items()}
