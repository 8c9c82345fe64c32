"""What has fooled provers, each by name: a true form that both sides accept, a false one neither."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from derive.check import check
from derive.program import Dim, Equation, Program
from derive.tensors import prove
from tests.tensors.build import E, Net, eye, f, grad, size, softmax

from .mirror import mirrored, mirrored_equation

HALF = Fraction(1, 2)
Claim = tuple[E, E, bool]
Trap = tuple[Net, list[Claim]]


def layer(n: Dim, m: Dim) -> tuple[Net, E, E]:
    """``g(W X + b)`` under a squared error; W is square."""
    net = Net()
    x, w, b, y = (
        net.leaf(c, *s) for c, s in zip("XWbY", ((n, m), (n, n), (n, 1), (n, m)), strict=True)
    )
    z = net.define("Z", w @ x + b)
    net.define("J", ((net.define("A", f("g", z)) - y) ** 2).total())
    return net, x, w


def one_by_one_arrays() -> Trap:
    net, _, w = layer(1, "m")
    dz = grad(net, "Z")
    return net, [(grad(net, "X"), w @ dz, True), (grad(net, "X"), w * w * dz, False)]


def square_arrays() -> Trap:
    net, x, w = layer("n", "m")
    dz = grad(net, "Z")
    return net, [
        (grad(net, "X"), w.T @ dz, True),
        (grad(net, "X"), w @ dz, False),
        (grad(net, "W"), dz @ x.T, True),
        (grad(net, "W"), x @ dz.T, False),
    ]


def a_single_example() -> Trap:
    net, _, _ = layer("n", 1)
    dz = grad(net, "Z")
    return net, [(grad(net, "b"), dz, True), (grad(net, "b"), 2 * dz, False)]


def a_bias_without_its_sum() -> Trap:
    net, _, _ = layer("n", "n")
    dz = grad(net, "Z")
    return net, [
        (grad(net, "b"), dz.sum(1), True),
        (grad(net, "b"), dz.sum(0).T, False),
        (grad(net, "b") + 0 * dz, dz, False),
    ]


def classified(labels: int | None, two_classes: bool = False) -> tuple[Net, E, E]:
    """Softmax under its own cross-entropy, or under that of two classes."""
    net = Net()
    y = net.leaf("Y", "n", "m", "unit", labels)
    a = net.define("A", softmax(net.leaf("Z", "n", "m"), 0))
    wrong = (1 - y) * f("log", 1 - a) if two_classes else 0 * y
    net.define("J", -1 * (y * f("log", a) + wrong).total())
    return net, a, y


def labels_that_sum_to_one() -> Trap:
    net, a, y = classified(0)
    return net, [(grad(net, "Z"), a - y, True), (grad(net, "Z"), y - a, False)]


def labels_of_any_sum() -> Trap:
    net, a, y = classified(None)
    return net, [(grad(net, "Z"), a * y.sum(0) - y, True), (grad(net, "Z"), a - y, False)]


def a_softmax_with_the_loss_of_two_classes() -> Trap:
    net, a, y = classified(0, two_classes=True)
    da = (1 - y) / (1 - a) - y / a
    return net, [
        (grad(net, "A"), da, True),
        (grad(net, "Z"), a * (da - (a * da).sum(0)), True),
        (grad(net, "Z"), a - y, False),
    ]


def a_diagonal_matrix_or_a_product_by_entries() -> Trap:
    net = Net()
    z, c = net.leaf("z", "n", 1), net.leaf("c", "n", 1)
    net.define("J", (c * net.define("u", f("g", z))).total())
    du, slope = grad(net, "u"), f("g", z, 1)
    return net, [
        (grad(net, "z"), slope * du, True),
        (grad(net, "z"), (eye("n") * slope) @ du, True),
        (grad(net, "z"), ((eye("n") * slope) * du).sum(0).T * 2, False),
    ]


def steps_that_are_zero_at_every_point() -> Trap:
    """A product of many ReLUs, or of one over a sum of squares, is seldom met above 0."""
    net = Net()
    xs = [net.leaf(f"x{k}", "n", "m") for k in range(7)]
    many = xs[0] ** 0
    for x in xs:
        many = many * f("relu", x)
    return net, [
        (many, many * f("step", xs[3]), True),
        (many, 0 * many, False),
        (many, 2 * many, False),
    ]


def roots_whose_points_prefer_small_shapes() -> Trap:
    """What vanishes at sizes 1, 2 and 3, times roots that few points of large shapes have."""
    net = Net()
    x, eps = net.leaf("X", "n", "m"), net.leaf("eps", 1, 1, "positive")
    n, root = size("n"), ((x**2).sum(0) + eps) ** HALF
    small = (n - 1) * (n - 2) * (n - 3)
    return net, [
        (root * root, (x**2).sum(0) + eps, True),
        (root * small, 0 * root, False),
        (root * (1 + small), root, False),
    ]


def one_derivative_for_another() -> Trap:
    net = Net()
    z = net.leaf("Z", "n", "m")
    first, second = f("tanh", z, 1), f("tanh", z, 2)
    return net, [
        (first, 1 - f("tanh", z) ** 2, True),
        (second, -2 * f("tanh", z) * first, True),
        (second, first, False),
        (f("g", z, 2), f("g", z, 1), False),
    ]


def denominators_under_other_letters() -> Trap:
    """1 / sum_j e^a_ij and 1 / sum_j e^a_ji share all but the place of their letters."""
    net = Net()
    a = net.leaf("A", "n", "n")
    across, down = f("exp", a).sum(1), f("exp", a).sum(0)
    return net, [
        (1 / across, (1 / f("exp", a.T).sum(0)).T, True),
        (1 / across, (1 / down).T, False),
        (f("exp", a) / across, f("exp", a) / down, False),
        ((f("exp", a) / down).sum(0), down**0, True),
    ]


TRAPS: tuple[Callable[[], Trap], ...] = (
    one_by_one_arrays,
    square_arrays,
    a_single_example,
    a_bias_without_its_sum,
    labels_that_sum_to_one,
    labels_of_any_sum,
    a_softmax_with_the_loss_of_two_classes,
    a_diagonal_matrix_or_a_product_by_entries,
    steps_that_are_zero_at_every_point,
    roots_whose_points_prefer_small_shapes,
    one_derivative_for_another,
    denominators_under_other_letters,
)


def in_layout(net: Net, claims: list[Claim], layout: str) -> tuple[Program, list[Equation]]:
    program = net.program("J" if "J" in net.definitions else None)
    equations = [Equation(left.e, right.e) for left, right, _ in claims]
    if layout == "rows":
        return mirrored(program), [mirrored_equation(e) for e in equations]
    return program, equations


@pytest.mark.parametrize("layout", ["columns", "rows"])
@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__)
def test_trap(trap: Callable[[], Trap], layout: str) -> None:
    net, claims = trap()
    assert {truth for *_, truth in claims} == {True, False}
    program, equations = in_layout(net, claims, layout)
    for (*_, truth), equation in zip(claims, equations, strict=True):
        assert prove(program, equation, budget=40_000).proved is truth, equation
        assert check(program, equation).accepted is truth, equation
