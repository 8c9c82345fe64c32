"""What one row of the library says of an activation, a loss or an optimiser.

A row is data: one SymPy formula and what cannot be derived from it (the names that notes use,
the convention at a kink, a numerically stable NumPy form).  Derivatives are nowhere typed as
mathematics; the stable forms are code, and the tests hold them against the formula.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True)
class Kink:
    """A place where the derivative jumps, and the value that is used there.

    at: where, as text.  derivative: the value used, a number or a product of parameters.
    """

    at: str
    derivative: str

    def sentence(self, subject: str) -> str:
        """``the derivative of ReLU at 0 is taken to be 0``."""
        return f"the derivative of {subject} at {self.at} is taken to be {self.derivative}"


@dataclass(frozen=True, slots=True)
class Row:
    """What activations, losses and optimisers have in common."""

    name: str
    title: str
    aliases: tuple[str, ...] = ()
    """Spellings in notes; compared in lower case by their letters alone."""
    parameters: dict[str, Fraction] = field(default_factory=dict)
    """Constants of the formula with their defaults."""


@dataclass(frozen=True, slots=True)
class Activation(Row):
    """An elementwise function of one variable, or softmax (``formula`` None).

    formula: in `derive.scalars.functions.x`, arrays enter entry by entry.
    symbol: LaTeX of its name.
    stable_value, stable_derivative: NumPy over the array ``z``, the parameters as bare names:
    bindings, then the value, separated by semicolons (``e = np.exp(z); e / (1.0 + e)``).  Only
    ufuncs with an ``out=`` twin, no branch, no overflow for any finite input; literals are
    Python's, so the dtype stays.  Empty where there is none.
    prefers_gain: ``"he"`` or ``"glorot"``, the initialisation that keeps variances.
    """

    formula: Any = None
    symbol: str = ""
    stable_value: str = ""
    stable_derivative: str = ""
    kinks: tuple[Kink, ...] = ()
    bends: bool = False
    """Whether its slope, though not the function, has a kink at 0."""
    range: str = "real"
    """``"real"``, ``"positive"``, ``"unit"`` (between 0 and 1), ``"nonnegative"``."""
    prefers_gain: str = "glorot"


@dataclass(frozen=True, slots=True)
class Loss(Row):
    """A loss of one output a and its label y, summed over outputs, averaged over examples.

    reduction: ``"sum"`` over the outputs of an example, or ``"mean"`` over them.
    domain: of the output a.  labels: ``"real"``, ``"unit"`` or ``"distribution"`` (the labels
    of an example add up to one).
    stable_value, stable_derivative: as in `Activation`, over arrays ``a`` and ``y``.
    knots: the values of ``|a - y|`` where the first or second derivative jumps, numbers or
    names of parameters.
    from_logits: activation -> (value, derivative by the logit ``z``) in NumPy over ``z``,
    ``a`` and ``y``, for the output activations with which the pair loses fewer digits.
    labels_alone: the part of the loss that depends on ``y`` alone, in NumPy, or "".
    """

    formula: Any = None
    reduction: str = "sum"
    domain: str = "real"
    labels: str = "real"
    stable_value: str = ""
    stable_derivative: str = ""
    from_logits: dict[str, tuple[str, str]] = field(default_factory=dict)
    kinks: tuple[Kink, ...] = ()
    knots: tuple[str, ...] = ()
    labels_alone: str = ""


@dataclass(frozen=True, slots=True)
class Optimizer(Row):
    """An update rule of one parameter array.

    state: names of its arrays, all zero at the start.
    equations: assignments in order, LaTeX left and SymPy right, over ``w``, ``g``, ``t`` (the
    number of the step, from 1), ``rate``, the parameters and the state.
    """

    state: tuple[str, ...] = ()
    equations: tuple[tuple[str, Any], ...] = ()


def polynomial(variable: str, coefficients: tuple[float, ...]) -> str:
    """A polynomial in Horner's scheme as the text of a form, the highest power first.

    >>> polynomial("x", (3.0, 2.0, 1.0))
    '(3.0 * x + 2.0) * x + 1.0'
    """
    text = repr(coefficients[0])
    for number, coefficient in enumerate(coefficients[1:]):
        text = f"{f'({text})' if number else text} * {variable} + {coefficient!r}"
    return text
