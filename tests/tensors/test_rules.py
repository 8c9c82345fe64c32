"""Every rule of the normal form, one by one, against floating-point values.

Each test builds an expression that the rule rewrites, checks that it did, and that the
value is the same at several points, extreme ones among them.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from derive.program import Program
from derive.tensors.adjoint import Model
from derive.tensors.derivative import derivative
from derive.tensors.lower import slot
from derive.tensors.meter import metered
from derive.tensors.normal import entry
from derive.tensors.relations import cleared, label_constraints, normal_form
from derive.tensors.terms import Index, Poly
from tensors.build import E, Net, eye, f, num
from tensors.numeric import World

HALF = Fraction(1, 2)
SIZES = {"n": 3, "m": 2, "k": 4}
POINTS = (-30.0, -2.5, -1e-3, 0.25, 1.0, 3.0, 30.0)


def lowered(program: Program, e: E) -> tuple[Poly, list[Index]]:
    at = [slot("!row", e.e.shape[0]), slot("!column", e.e.shape[1])]
    poly = Model(program).lowering.lower(e.e, at[0], at[1], {})
    return poly, [i for i in at if i is not None]


def check(net: Net, e: E, rule: str | None, *, normal: bool = False, seed: int = 0) -> Poly:
    """The term of an expression has its value; the rule, if one is named, was used."""
    program = net.program(None)
    with metered(200_000) as meter:
        poly, at = lowered(program, e)
        if normal:
            poly = normal_form(poly, label_constraints(program))
    assert rule is None or rule in meter.rules, sorted(meter.rules)
    rng = np.random.default_rng(seed)
    values = {}
    for name, leaf in program.leaves.items():
        shape = [d if isinstance(d, int) else SIZES[d] for d in leaf.dims]
        values[name] = rng.uniform(0.1, 0.9, shape)
        if leaf.domain == "real" and leaf.sums_to_one is None:
            values[name] = rng.uniform(-2, 2, shape)
        if leaf.sums_to_one is not None:
            values[name] /= values[name].sum(axis=leaf.sums_to_one, keepdims=True)
    world = World(SIZES, {**values, "pi": np.array([[math.pi]])})
    expected = world.array(e.e)
    shape = tuple(d if isinstance(d, int) else SIZES[d] for d in e.e.shape)
    for place in np.ndindex(shape):
        inner = dict(
            zip(at, (i for i, d in zip(place, e.e.shape, strict=True) if d != 1), strict=True)
        )
        got = world.term(poly, inner)
        want = float(np.broadcast_to(expected, shape)[place])
        assert got == pytest.approx(want, rel=1e-9, abs=1e-9)
    return poly


def scalar_values(build: E, name: str = "x") -> tuple[Poly, list[tuple[float, float]]]:
    """The term of a formula in one real number, with its and the formula's values."""
    net = Net()
    net.leaf(name)
    with metered(10_000):
        poly, _ = lowered(net.program(None), build)
    pairs = []
    for x in POINTS:
        world = World({}, {name: np.array([[x]])})
        pairs.append((world.term(poly, {}), float(world.array(build.e)[0, 0])))
    return poly, pairs


X = E(Net().leaf("x").e)


@pytest.mark.parametrize(
    "formula",
    [
        (1 + f("exp", X)) ** -1,
        (1 + f("exp", -X)) ** -1,
        f("exp", X) * (1 + f("exp", X)) ** -1,
        f("exp", -X) * (1 + f("exp", X)) ** -1,
        f("exp", 2 * X) * (1 + f("exp", X)) ** -2,
        f("exp", -2 * X) * (1 + f("exp", X)) ** -1,
        (1 + f("exp", X)) ** 2 * (1 + f("exp", -X)) ** -1,
        1 - (1 + f("exp", -X)) ** -1,
        (1 - (1 + f("exp", X)) ** -1 * (1 + f("exp", X / 3)) ** -1) ** -1,
        (f("exp", X) - f("exp", -X)) / (f("exp", X) + f("exp", -X)),
        (3 + 3 * f("exp", X / 2)) ** -1,
        f("log", f("exp", X / 4)),
        f("exp", 3 * f("log", 1 + X**2)),
        f("log", (1 + X**2) ** 3),
        f("sin", -X) + f("cos", -2 * X) * f("erf", 1 - X) + f("erf", X - 1),
        f("sin", 1 - X) ** 2,
        f("step", 3 * X),
        f("step", -X),
        f("step", X) * f("step", X),
        f("step", X * f("step", X)),
        f("step", (1 + X**2) * X),
        f("step", X**2 + 1),
        f("step", -1 - X**2),
        (X**2) ** HALF,
        (4 * X**2 + 4) ** HALF,
        (X**2 + 1) ** Fraction(-3, 2),
        num(8) ** HALF * num(2) ** HALF + X,
        num(Fraction(8, 27)) ** Fraction(1, 3) + X,
        num(12) ** Fraction(-1, 2) * X,
        (X + 2 * X**2 + X**3) ** 3,
        1 / (1 + X**2) + X**2 / (1 + X**2),
    ],
)
def test_scalar_rules(formula: E) -> None:
    _, pairs = scalar_values(formula)
    for got, want in pairs:
        assert got == pytest.approx(want, rel=1e-8, abs=1e-8)


def test_logistic_derivative() -> None:
    """R' = R^2 - R for R = 1 / (1 + e^x)."""
    net = Net()
    x = net.leaf("x")
    with metered(1000) as meter:
        poly, _ = lowered(net.program(None), (1 + f("exp", x)) ** -1)
        slope = derivative(poly, "x", ())
    assert "logistic derivative" in meter.rules
    for at in (-3.0, -0.5, 0.0, 0.7, 4.0):
        world = World({}, {"x": np.array([[at]])})
        r = 1 / (1 + math.exp(at))
        assert world.term(slope, {}) == pytest.approx(r * r - r, rel=1e-12)


def test_logistic_reciprocal() -> None:
    net = Net()
    x = net.leaf("x")
    s = (1 + f("exp", x)) ** -1
    check(net, s**-1 * s**2, None)
    check(net, 1 / (s * s), None)


def test_contract_delta() -> None:
    net = Net()
    w = net.leaf("W", "n", "n")
    x = net.leaf("x", "n", "m")
    for e in (
        eye("n") @ x,
        eye("n") * w,
        w @ eye("n"),
        (eye("n") * w) @ x,
        (eye("n") * f("exp", w)).sum(0),
        (eye("n") * f("exp", w + w.T)).sum(1),
        (eye("n") * (1 + w * w.T) ** -1).total(),
        eye("n") * f("log", f("exp", w - w.T)),
        eye("n") @ eye("n"),
        (eye("n") @ eye("n")).total(),
    ):
        check(net, e, "contract delta")


def test_constant_sum() -> None:
    net = Net()
    x, c = net.leaf("x", "n", 1), net.leaf("c", 1, 3)
    check(net, (x + 0 * net.leaf("y", "n", "m")).sum(1), "constant sum")
    check(net, (x + 0 * net.leaf("y", "n", "m")).total(), "constant sum")
    check(net, (num(2) + c * 0).sum(1), "constant sum")


def test_softmax_adds_up_to_one_by_change_of_generator() -> None:
    net = Net()
    z = net.leaf("z", "n", "m")
    e = f("exp", z)
    assert check(net, (e / e.sum(0)).sum(0), "change of generator", normal=True).constant == 1
    check(net, (e / e.sum(0)) ** 2 * e.sum(1), None, normal=True)


def test_variance_by_change_of_generator() -> None:
    net = Net()
    x, eps = net.leaf("x", "n", "m"), net.leaf("eps", domain="positive")
    d = (x * x).sum(0) + eps
    check(net, (x * x).sum(0) / d + eps / d, "change of generator", normal=True)
    check(net, ((x * x).sum(0) * x / d).sum(1), "change of generator", normal=True)
    weighted = 1 + 2 * eps * (x * x).sum(0)
    check(net, (x * x).sum(0) / weighted, "change of generator", normal=True)


def test_labels_sum_to_one() -> None:
    net = Net()
    y, z = net.leaf("Y", "n", "m", labels=0), net.leaf("z", "n", "m")
    assert check(net, y.sum(0), "labels sum to one", normal=True).constant == 1
    check(net, (y * z.sum(0)).sum(0), "labels sum to one", normal=True)
    rows = Net()
    y = rows.leaf("Y", "n", "m", labels=1)
    assert check(rows, y.sum(1), "labels sum to one", normal=True).constant == 1
    kept = check(rows, y.sum(0), None, normal=True)
    assert kept.constant is None


def test_partial_fractions() -> None:
    net = Net()
    a, y = net.leaf("a", "n", "m", "unit"), net.leaf("y", "n", "m")
    check(net, y / (a * (1 - a)), "partial fractions", normal=True)
    check(net, (y / (a * (1 - a))).sum(0), "partial fractions", normal=True)
    check(net, (y / (a * (2 + 3 * a) ** 2)).sum(1), "partial fractions", normal=True)
    check(net, (y / ((1 + a) * (2 + a))).sum(1), "partial fractions", normal=True)


def test_clear_denominators_keeps_zeros() -> None:
    net = Net()
    x, y = net.leaf("x"), net.leaf("y")
    with metered(100_000):
        zero, _ = lowered(net.program(None), 1 / (x + y) + 1 / (x - y) - 2 * x / (x * x - y * y))
        other, _ = lowered(net.program(None), 1 / (x + y) + 1 / (x - y) - x / (x * x - y * y))
        assert not cleared(zero).terms
        assert cleared(other).terms


def test_log_of_a_product_needs_signs() -> None:
    net = Net()
    a, b = net.leaf("a", "n", 1, "positive"), net.leaf("b", "n", 1, "unit")
    c = net.leaf("c", "n", 1)
    check(net, f("log", a * b * (1 - b) ** 2 * f("exp", c)), "log of a product")
    check(net, f("log", a * c * c), "log of a product")


def test_sums_of_products_with_the_same_names() -> None:
    """Bound indices of two factors are kept apart."""
    net = Net()
    a, x = net.leaf("A", "n", "m"), net.leaf("x", "n", 1)
    check(net, (a.sum(0) * a.sum(0)).sum(1), None)
    check(net, a.total() * a.total() * x, None)
    check(net, f("g", a.sum(1)) * a.sum(1), None)
    check(net, f("g", f("g", a.sum(0)).sum(1) * a).sum(0), None)
    check(net, (f("exp", a) / f("exp", a).sum(0)) @ (f("exp", a) / f("exp", a).sum(0)).T, None)


def test_derivative_of_nested_sums() -> None:
    """Central differences of order 2: a tenth of the step leaves a hundredth of the error."""
    net = Net()
    a = net.leaf("A", "n", "m")
    e = f("g", (f("exp", a) / f("exp", a).sum(0)) * a.sum(1)).total()
    at = (Index("!row", "n"), Index("!column", "m"))
    with metered(100_000):
        poly, _ = lowered(net.program(None), e)
        slope = derivative(poly, "A", at)
    value = np.random.default_rng(3).uniform(-1, 1, (3, 2))
    got = World(SIZES, {"A": value}).term(slope, {at[0]: 1, at[1]: 0})
    errors = []
    for h in (1e-2, 1e-3):
        ends = []
        for sign in (1, -1):
            moved = value.copy()
            moved[1, 0] += sign * h
            ends.append(float(World(SIZES, {"A": moved}).array(e.e)[0, 0]))
        errors.append(abs((ends[0] - ends[1]) / (2 * h) - got))
    assert errors[1] < errors[0] / 50


def test_entries_of_two_domains_differ() -> None:
    with metered(10):
        assert entry("a", (), 0) != entry("a", (), 1)
