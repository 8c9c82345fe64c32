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
from derive.library.activations import TAIL_ABOVE, TAIL_BELOW
from derive.library.losses import LOSSES as _LOSS_ROWS
from derive.library.row import Activation, Loss, polynomial
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


_TANH_HALVES = "s = 0.5 + 0.5 * np.tanh(0.5 * z); "
_SOFTPLUS = "p = np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z))); w = np.tanh(p); "
# the argument of tanh is v = k (c + gelu_cubic c^3), so 2 c v' = 6 v - 4 k c
_GELU_TANH = (
    "c = np.clip(z, -40.0, 40.0); "
    "v = 0.7978845608028654 * c * (1.0 + gelu_cubic * np.square(c)); s = 0.5 + 0.5 * np.tanh(v); "
)
_GELU = (
    "x = np.minimum(np.abs(z), 40.0); g = np.exp(-0.5 * np.square(x)); "
    f"r = ({polynomial('x', TAIL_ABOVE)}) / ({polynomial('x', TAIL_BELOW)}); "
    "u = np.sign(z); c = 0.5 + u * (0.5 - g * r); "
)

TRAINING: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "elu": ("", "h = np.heaviside(z, 0.0); a * (1.0 - h) + (alpha + (1.0 - alpha) * h)"),
        "selu": (
            "",
            "h = np.heaviside(z, 0.0); "
            "a * (1.0 - h) + selu_scale * (selu_alpha + (1.0 - selu_alpha) * h)",
        ),
        "silu": (_TANH_HALVES + "z * s", _TANH_HALVES + "s + a * (1.0 - s)"),
        "mish": (
            _SOFTPLUS + "z * w",
            _SOFTPLUS + "w + z * ((np.square(w) - 1.0) * np.expm1(-p))",
        ),
        "gelu": (_GELU + "z * c", _GELU + "c + 0.3989422804014327 * (u * (x * g))"),
        "gelu_tanh": (
            _GELU_TANH + "z * s",
            _GELU_TANH + "s + s * (1.0 - s) * (6.0 * v - 3.1915382432114616 * c)",
        ),
    }
)
"""Value and derivative over ``z`` and the value ``a`` as training computes them ("": as else):
accurate beside the largest value, not in the tails, and so shorter.  The text of every module is
proved with them."""


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
