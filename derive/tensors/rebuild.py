"""The function of an atom, taken of another argument: what every substitution ends in."""

from __future__ import annotations

from derive.tensors.functions import call, exponential, logarithm, logistic, power
from derive.tensors.steps import step
from derive.tensors.terms import Atom, Poly, Rational


def rebuilt(a: Atom, arg: Poly, exponent: Rational = 1) -> Poly:
    """The atom's function of another argument, raised to a power."""
    return power(_of(a, arg), exponent)


def _of(a: Atom, arg: Poly) -> Poly:
    match a.kind:
        case "exp":
            return exponential(arg)
        case "logistic":
            return logistic(arg)
        case "base":
            return arg
        case "step":
            return step(arg)
        case "log":
            return logarithm(arg)
        case "call":
            return call(a.name, arg, a.order)
    raise TypeError(f"a {a.kind} is no function")
