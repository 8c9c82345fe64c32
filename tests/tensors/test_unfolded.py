"""Rules that act when an argument is replaced: what a definition stands for meets a function."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from derive.program import Equation
from derive.tensors import prove

from .build import E, Net, f, num

HALF = Fraction(1, 2)
SHAPE = ("n", "m")


def names() -> tuple[Net, E, E, E]:
    net = Net()
    return net, net.leaf("V", *SHAPE), net.leaf("P", *SHAPE, "positive"), net.leaf("B", *SHAPE)


def unfolded(meaning: str) -> tuple[Net, E, E, E]:
    """A program in which U is defined as a term."""
    net, v, positive, b = names()
    meanings = {
        "-V": -v,
        "0": v - v,
        "2": num(2) * v**0,
        "2 P": 2 * positive,
        "-P": -positive,
        "P V": positive * v,
        "log P": f("log", positive),
        "V + B": v + b,
    }
    return net, net.define("U", meanings[meaning]), v, positive


def proved(net: Net, left: E, right: E) -> bool:
    return prove(net.program(None), Equation(left.e, right.e)).proved


Sides = Callable[[E, E], E]
CASES: list[tuple[str, str, Sides, Sides]] = [
    ("-V", "sigmoid", lambda v, p: 1 - f("sigmoid", v), lambda v, p: f("sigmoid", v) - 1),
    ("-V", "tanh", lambda v, p: -f("tanh", v), lambda v, p: f("tanh", v)),
    ("-V", "exp", lambda v, p: f("exp", v) ** -1, lambda v, p: f("exp", v)),
    ("-V", "step", lambda v, p: 1 - f("step", v), lambda v, p: f("step", v)),
    ("-V", "softplus", lambda v, p: f("softplus", v) - v, lambda v, p: f("softplus", v)),
    ("-V", "g", lambda v, p: f("g", -v), lambda v, p: -f("g", v)),
    ("0", "sigmoid", lambda v, p: HALF * v**0, lambda v, p: v**0),
    ("0", "step", lambda v, p: 0 * v, lambda v, p: v**0),
    ("0", "relu", lambda v, p: 0 * v, lambda v, p: v**0),
    ("0", "exp", lambda v, p: v**0, lambda v, p: 0 * v),
    ("2", "log", lambda v, p: f("log", num(2)) * v**0, lambda v, p: 0 * v),
    ("2", "step", lambda v, p: v**0, lambda v, p: 0 * v),
    ("2 P", "log", lambda v, p: f("log", num(2)) + f("log", p), lambda v, p: f("log", p)),
    ("2 P", "step", lambda v, p: v**0, lambda v, p: 0 * v),
    ("2 P", "relu", lambda v, p: 2 * p, lambda v, p: p),
    ("-P", "step", lambda v, p: 0 * v, lambda v, p: v**0),
    ("-P", "relu", lambda v, p: 0 * v, lambda v, p: -p),
    ("P V", "step", lambda v, p: f("step", v), lambda v, p: v**0),
    ("P V", "relu", lambda v, p: p * f("relu", v), lambda v, p: f("relu", v)),
    ("log P", "exp", lambda v, p: p, lambda v, p: p**2),
]  # fmt: skip


@pytest.mark.parametrize(("meaning", "function", "right", "wrong"), CASES)
def test_a_function_of_what_a_name_stands_for(
    meaning: str, function: str, right: Sides, wrong: Sides
) -> None:
    net, u, v, positive = unfolded(meaning)
    left = f(function, u)
    assert proved(net, left, right(v, positive))
    assert not proved(net, left, wrong(v, positive))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("function", ["g", "sigmoid", "tanh", "exp"])
def test_a_derivative_of_what_a_name_stands_for(function: str, order: int) -> None:
    net, u, v, _ = unfolded("V + B")
    meant = E(net.definitions["U"])
    left = f(function, u, order)
    assert proved(net, left, f(function, meant, order))
    assert proved(net, left, f(function, meant, order - 1)) is (function == "exp")
    assert not proved(net, left, f(function, v, order))


@pytest.mark.parametrize("power", [4, 6, -4, 3])
def test_a_power_of_a_root_of_a_product(power: int) -> None:
    net, v, _, b = names()
    root = (v * b) ** HALF
    whole = v ** Fraction(power, 2) * b ** Fraction(power, 2)
    if power % 2 == 0:
        assert proved(net, root**power, whole)
    assert not proved(net, root**power, v * b)
    assert not proved(net, root**power, root)
