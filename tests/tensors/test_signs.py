"""What is known of signs: a step or a root is simplified only where the sign is certain."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.program import Equation
from derive.tensors import prove

from .build import E, Net, f

NET = Net()
SHAPE = ("n", "m")
Z, V = NET.leaf("Z", *SHAPE), NET.leaf("V", *SHAPE)
P, Q = NET.leaf("P", *SHAPE, "positive"), NET.leaf("Q", *SHAPE, "unit")
ONE, ZERO = Z**0, 0 * Z
HALF = Fraction(1, 2)


def step(x: E) -> E:
    return f("step", x)


def log(x: E) -> E:
    return f("log", x)


def proved(left: E, right: E) -> bool:
    return prove(NET.program(None), Equation(left.e, right.e)).proved


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (step(P), ONE),
        (step(1 + P), ONE),
        (step(P + Z**2), ONE),
        (step(P + V**2 * Z**4), ONE),
        (step(1 - Q), ONE),
        (step(3 - 2 * Q), ONE),
        (step(1 - f("sigmoid", Z)), ONE),
        (step(-P - Z**2), ZERO),
        (step(P * Z), step(Z)),
        (step(Z - V), 1 - step(V - Z)),
        (f("sigmoid", Z - V), 1 - f("sigmoid", V - Z)),
        (step(f("relu", Z)), step(Z)),
        (step(step(Z)), step(Z)),
        (step(step(Z) * step(V)), step(Z) * step(V)),
        (step(-step(Z)), ZERO),
        (step(f("leaky_relu", Z)), step(Z)),
        ((P**2 * (1 + Z**2)) ** HALF, P * (1 + Z**2) ** HALF),
        ((P * Z) ** HALF, P**HALF * Z**HALF),
        (log(P * (1 + Z**2)), log(P) + log(1 + Z**2)),
        (log(6 * P) - log(3 * P), log(2 * ONE)),
        (log(12 * P), 2 * log(2 * ONE) + log(3 * P)),
        (((Z**2 + V**2) ** -2) ** HALF, (Z**2 + V**2) ** -1),
        (step(2 * step(Z)), step(Z)),
        (step(2 * step(Z) - 1), step(Z)),
        (step(1 - 2 * step(Z)), 1 - step(Z)),
        (step(3 - step(Z)), ONE),
        (step(P - 2 * P * step(Z)), 1 - step(Z)),
        (f("abs", f("abs", Z)), f("abs", Z)),
        (step(f("abs", Z)), ONE),
        (step(-f("abs", Z)), ZERO),
        (step(Z - 2 * Z * step(Z)), ZERO),
    ],
)
def test_certain_signs(left: E, right: E) -> None:
    assert proved(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (step(Z), ONE),
        (step(1 + Z), ONE),
        (step(P + Z), ONE),
        (step(P + Z**3), ONE),
        (step(P - Z**2), ONE),
        (step(1 - P), ONE),
        (step(1 - Z), ONE),
        (step(1 - 2 * Q), ONE),
        (step(1 - Q**-1), ONE),
        (step(2 * f("sigmoid", Z) - 1), ONE),
        (step(1 - 2 * f("sigmoid", Z)), ONE),
        (step(Z * V), step(V)),
        (step(-step(Z)), ONE),
        (step(2 * step(Z) - 1), ONE),
        (step(2 * step(Z) - 1), 1 - step(Z)),
        (step(1 - 2 * step(Z)), step(Z)),
        (step(3 - step(Z)), step(Z)),
        (step(V + step(Z)), step(V)),
        (step(f("abs", Z)), step(Z)),
        (step(f("abs", f("relu", Z))), ONE),
        (step(-step(Z) * step(V)), step(Z) * step(V)),
        (step(Z * step(Z) + V * (1 - step(Z))), step(Z)),
        (step(Z * step(V)), step(V)),
        (((Z**2 - V**2) ** 2) ** HALF, Z**2 - V**2),
        (((Z**2 + V) ** 2) ** HALF, Z**2 + V),
        ((Z**2 * V) ** HALF, Z * V**HALF),
        ((Z**2 * V + Z**2) ** HALF, Z * (V + 1) ** HALF),
        ((Z * V) ** HALF * (Z * P) ** HALF, Z * (V * P) ** HALF * 2),
        (log(Z * V), log(Z) + log(V)),
        (log((Z - V) ** 2), 2 * log(Z - V)),
        (log(2 * P), log(3 * P)),
        (log(4 * P), log(2 * P)),
        (((Z**2 - V**2) ** -2) ** HALF, (Z**2 - V**2) ** -1),
        (((Z**2 + V) ** -2) ** HALF, (Z**2 + V) ** -1),
    ],
)
def test_doubtful_signs(left: E, right: E) -> None:
    assert not proved(left, right)


def test_what_is_added_once_does_not_vanish() -> None:
    """step(-x) = 1 - step(x), unless x is 0 on an open set: only a leaf of its own says no."""
    net = Net()
    x, b = net.leaf("x", *SHAPE), net.leaf("b", *SHAPE)
    ramps = b
    for k in range(9):  # more steps than are tried
        ramps = ramps + f("relu", net.leaf(f"x{k}", *SHAPE))
    biased = net.define("z", ramps)
    part = net.define("p", f("relu", x))
    rest = net.define("q", x - part)
    doubtful = (
        b + (b**2) ** HALF,
        b + 1 - (1 + 2 * b + b**2) ** HALF,
        (x**2) ** HALF - x,
        x * (1 + 2 * x**2 + x**4) ** HALF - x - x**3,
        log(1 + 2 * x**2 + x**4) - 2 * log(1 + x**2),
    )
    certain = biased, x * (b**2 + 1) ** HALF, x * log(b**2 + 1)
    never = x - part, rest, *doubtful
    for term, known in [*((t, True) for t in certain), *((t, False) for t in never)]:
        claim = Equation(step(-term).e, (1 - step(term)).e)
        assert prove(net.program(None), claim).proved is known, term


def test_the_size_of_what_is_zero_in_places_is_not_positive() -> None:
    """|p| > 0 but at 0, which a ReLU is for half of all values, and a sum with a bias is not."""
    net = Net()
    x, b = net.leaf("x", *SHAPE), net.leaf("b", *SHAPE)
    for p, known in ((net.define("p", f("relu", x)), False), (net.define("q", x + b), True)):
        claim = Equation(step(f("abs", p)).e, (p**0).e)
        assert prove(net.program(None), claim).proved is known


def test_the_label_of_a_single_class_is_one() -> None:
    """1 - y is 0 for all values where there is one class; beside another array it is not."""
    net = Net()
    y, z = net.leaf("y", *SHAPE, labels=0), net.leaf("z", *SHAPE)
    for term, known in ((1 - y, False), (y - y**2, False), (z - y, True), (z * (2 - y), True)):
        claim = Equation(step(-term).e, (1 - step(term)).e)
        assert prove(net.program(None), claim).proved is known, term
