"""Claims that have fooled provers, and single formulas of one step."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from derive.program import Dim, Equation
from derive.tensors import prove
from tensors.build import E, Net, eye, f, grad, num, size, softmax

HALF = Fraction(1, 2)
Case = tuple[Net, E, E, bool]
CASES: dict[str, Callable[[], list[Case]]] = {}


def case(build: Callable[[], list[Case]]) -> Callable[[], list[Case]]:
    CASES[build.__name__] = build
    return build


def cost(net: Net, value: E) -> Net:
    net.define("J", value)
    return net


def layer(n: Dim, m: Dim = "m") -> tuple[Net, dict[str, E]]:
    net = Net()
    x, w, b, y = (
        net.leaf("X", n, m),
        net.leaf("W", n, n),
        net.leaf("b", n, 1),
        net.leaf("Y", n, m),
    )
    z = net.define("Z", w @ x + b)
    a = net.define("A", f("g", z))
    scale = size(m) if isinstance(m, str) else num(m)
    return cost(net, ((a - y) ** 2).total() * HALF / scale), {"X": x, "W": w, "Z": z}


@case
def square_weights() -> list[Case]:
    net, s = layer("n")
    dz = grad(net, "Z")
    return [
        (net, grad(net, "X"), s["W"].T @ dz, True),
        (net, grad(net, "X"), s["W"] @ dz, False),
        (net, grad(net, "W"), dz @ s["X"].T, True),
        (net, grad(net, "b"), dz.sum(1), True),
        (net, grad(net, "b"), dz, False),
    ]


@case
def one_by_one() -> list[Case]:
    net, s = layer(1)
    dz = grad(net, "Z")
    return [
        (net, grad(net, "X"), s["W"].T @ dz, True),
        (net, grad(net, "X"), s["W"] @ dz, True),
    ]


@case
def one_example() -> list[Case]:
    net, s = layer("n", 1)
    dz = grad(net, "Z")
    return [
        (net, grad(net, "W"), dz @ s["X"].T, True),
        (net, grad(net, "b"), dz * 1, True),
    ]


@case
def symmetric_matrix() -> list[Case]:
    net = Net()
    w, x = net.leaf("W", "n", "n"), net.leaf("x", "n", 1)
    s = w + w.T
    cost(net, (x.T @ s @ x) * HALF)
    return [
        (net, grad(net, "x"), s @ x, True),
        (net, grad(net, "x"), s.T @ x, True),
        (net, grad(net, "x"), 2 * (w @ x), False),
    ]


@case
def quadratic_form() -> list[Case]:
    net = Net()
    w, x = net.leaf("W", "n", "n"), net.leaf("x", "n", 1)
    cost(net, x.T @ w @ x)
    return [
        (net, grad(net, "x"), (w + w.T) @ x, True),
        (net, grad(net, "x"), 2 * (w @ x), False),
        (net, grad(net, "W"), x @ x.T, True),
    ]


@case
def diagonal_against_elementwise() -> list[Case]:
    net = Net()
    z, c = net.leaf("z", "n", 1), net.leaf("c", "n", 1)
    cost(net, (c * net.define("u", f("g", z))).total())
    du, diagonal = grad(net, "u"), eye("n") * f("g", z, 1)
    return [
        (net, grad(net, "z"), diagonal @ du, True),
        (net, grad(net, "z"), f("g", z, 1) * du, True),
        (net, grad(net, "z"), diagonal * du, False),
        (net, grad(net, "z"), (diagonal * du).sum(1), True),
        (net, grad(net, "z"), f("g", z, 2) * du, False),
    ]


@case
def softmax_jacobian() -> list[Case]:
    net = Net()
    z, c = net.leaf("z", "K", 1), net.leaf("c", "K", 1)
    s = net.define("s", softmax(z, 0))
    cost(net, (c * s).total())
    ds = grad(net, "s")
    return [
        (net, grad(net, "z"), (eye("K") * s - s @ s.T) @ ds, True),
        (net, grad(net, "z"), s * ds - s * (s.T @ ds), True),
        (net, grad(net, "z"), s * (1 - s) * ds, False),
        (net, grad(net, "z"), (eye("K") * s + s @ s.T) @ ds, False),
        (net, s.sum(0), num(1), True),
    ]


@case
def log_sum_exp() -> list[Case]:
    net = Net()
    z = net.leaf("z", "K", 1)
    cost(net, f("log", f("exp", z).sum(0)))
    return [
        (net, grad(net, "z"), softmax(z, 0), True),
        (net, grad(net, "z"), f("exp", z), False),
    ]


@case
def shifted_log_softmax() -> list[Case]:
    net = Net()
    z, c, shift = net.leaf("z", "K", 1), net.leaf("c", "K", 1), net.leaf("shift")
    cost(net, (c * f("log", softmax(z - shift, 0))).total())
    return [
        (net, grad(net, "z"), c - softmax(z, 0) * c.sum(0), True),
        (net, grad(net, "shift"), num(0) * shift, True),
        (net, grad(net, "z"), c - softmax(z, 0), False),
    ]


@case
def losses_from_logits() -> list[Case]:
    net = Net()
    z, y = net.leaf("Z", "n", "m"), net.leaf("Y", "n", "m")
    cost(net, (f("log", 1 + f("exp", z)) - y * z).total())
    other = Net()
    z2, y2, t = other.leaf("Z", "n", "m"), other.leaf("Y", "n", "m", labels=0), other.leaf("T")
    cost(other, -(y2 * f("log", softmax(z2 / t, 0))).total())
    return [
        (net, grad(net, "Z"), f("sigmoid", z) - y, True),
        (net, grad(net, "Z"), f("sigmoid", z) + y, False),
        (other, grad(other, "Z"), (softmax(z2 / t, 0) - y2) / t, True),
        (other, grad(other, "Z"), softmax(z2 / t, 0) - y2, False),
    ]


@case
def label_smoothing() -> list[Case]:
    net = Net()
    z, y, e = net.leaf("Z", "n", "m"), net.leaf("Y", "n", "m", labels=0), net.leaf("e")
    smooth = net.define("S", (1 - e) * y + e / size("n"))
    cost(net, -(smooth * f("log", softmax(z, 0))).total())
    return [
        (net, grad(net, "Z"), softmax(z, 0) - smooth, True),
        (net, grad(net, "Z"), softmax(z, 0) - y, False),
    ]


@case
def activations() -> list[Case]:
    net = Net()
    z, y = net.leaf("Z", "n", "m"), net.leaf("Y", "n", "m")
    out: list[Case] = []
    s = f("sigmoid", z)
    for name, true, false in (
        ("sigmoid", s * (1 - s), s * (1 + s)),
        ("tanh", 1 - f("tanh", z) ** 2, 1 - f("tanh", z)),
        ("softplus", s, 1 - s),
        ("relu", f("step", z), f("relu", z)),
        ("silu", s + z * s * (1 - s), s + s * (1 - s)),
        ("elu", f("step", z) + (1 - f("step", z)) * f("exp", z) * net.leaf("alpha"), f("exp", z)),
    ):
        out += [
            (net, f(name, z, 1) * y, true * y, True),
            (net, f(name, z, 1) * y, false * y, False),
        ]
    out += [
        (net, f("sigmoid", z, 2), s * (1 - s) * (1 - 2 * s), True),
        (net, f("sigmoid", z, 2), s * (1 - s), False),
        (net, f("softplus", z) - f("softplus", -z), z, True),
        (net, f("tanh", z), 2 * f("sigmoid", 2 * z) - 1, True),
        (net, f("tanh", z), 2 * f("sigmoid", z) - 1, False),
        (net, f("relu", z) - f("relu", -z), z, True),
        (net, f("sigmoid", -z), 1 - s, True),
        (net, f("tanh", z) * (1 + f("tanh", z / 2) ** 2), 2 * f("tanh", z / 2), True),
    ]
    return out


@case
def log_cosh_and_huber() -> list[Case]:
    net = Net()
    a, y = net.leaf("A", "n", "m"), net.leaf("Y", "n", "m")
    d = a - y
    cosh = (f("exp", d) + f("exp", -d)) * HALF
    cost(net, f("log", cosh).total())
    huber = Net()
    a2, y2, t = (
        huber.leaf("A", "n", "m"),
        huber.leaf("Y", "n", "m"),
        huber.leaf("t", domain="positive"),
    )
    e = a2 - y2
    near = f("step", t - f("abs", e))
    cost(huber, (near * e**2 * HALF + (1 - near) * t * (f("abs", e) - t * HALF)).total())
    sign = 2 * f("step", e) - 1
    return [
        (net, grad(net, "A"), f("tanh", d), True),
        (net, grad(net, "A"), f("sigmoid", d), False),
        (huber, grad(huber, "A"), near * e + (1 - near) * t * sign, True),
        (huber, grad(huber, "A"), near * e + (1 - near) * sign, False),
    ]


@case
def kullback_leibler() -> list[Case]:
    net = Net()
    z, p = net.leaf("Z", "n", "m"), net.leaf("P", "n", "m", "positive", labels=0)
    cost(net, (p * (f("log", p) - f("log", softmax(z, 0)))).total())
    return [
        (net, grad(net, "Z"), softmax(z, 0) - p, True),
        (net, grad(net, "Z"), p - softmax(z, 0), False),
    ]


@case
def binary_cross_entropy_of_an_output() -> list[Case]:
    net = Net()
    a, y = net.leaf("a", "n", "m", "unit"), net.leaf("y", "n", "m")
    cost(net, -(y * f("log", a) + (1 - y) * f("log", 1 - a)).total())
    return [
        (net, grad(net, "a"), (a - y) / (a * (1 - a)), True),
        (net, grad(net, "a"), -y / a + (1 - y) / (1 - a), True),
        (net, grad(net, "a"), (-y + y * a + a - y * a) / (a * (1 - a)), True),
        (net, grad(net, "a"), -y / a - (1 - y) / (1 - a), False),
        (net, grad(net, "a").sum(1), ((a - y) / (a * (1 - a))).sum(1), True),
    ]


@case
def norms() -> list[Case]:
    net = Net()
    x, c = net.leaf("x", "n", 1), net.leaf("c", "n", 1)
    inverse = (x**2).sum(0) ** -HALF
    u = net.define("u", x * inverse)
    cost(net, (c * u).total())
    du = grad(net, "u")
    length = Net()
    y = length.leaf("x", "n", 1)
    cost(length, (y**2).sum(0) ** HALF)
    return [
        (length, grad(length, "x"), y * (y**2).sum(0) ** -HALF, True),
        (length, grad(length, "x"), 2 * y * (y**2).sum(0) ** -HALF, False),
        (net, grad(net, "x"), inverse * (du - u * (u * du).sum(0)), True),
        (net, grad(net, "x"), inverse * ((eye("n") - u @ u.T) @ du), True),
        (net, grad(net, "x"), inverse * ((eye("n") + u @ u.T) @ du), False),
    ]


@case
def linear_regression() -> list[Case]:
    net = Net()
    x, t, w = net.leaf("X", "m", "n"), net.leaf("t", "m", 1), net.leaf("w", "n", 1)
    cost(net, ((x @ w - t) ** 2).total() / size("m") * HALF)
    return [
        (net, grad(net, "w"), x.T @ (x @ w - t) / size("m"), True),
        (net, grad(net, "w"), 2 * (x.T @ (x @ w - t)) / size("m"), False),
    ]


@case
def regularisation() -> list[Case]:
    net = Net()
    w, lam = net.leaf("W", "n", "k"), net.leaf("lam", domain="positive")
    cost(net, lam * f("abs", w).total() + lam * HALF * (w**2).total())
    return [
        (net, grad(net, "W"), lam * (2 * f("step", w) - 1) + lam * w, True),
        (net, grad(net, "W"), lam * f("step", w) + lam * w, False),
    ]


@case
def dropout() -> list[Case]:
    net = Net()
    z, y, mask = net.leaf("Z", "n", "m"), net.leaf("Y", "n", "m"), net.leaf("D", "n", "m")
    keep = net.leaf("keep", domain="positive")
    net.define("A", f("g", z) * mask / keep)
    cost(net, (y * E(net.program(None).symbol("A"))).total())
    da = grad(net, "A")
    return [
        (net, grad(net, "Z"), da * mask / keep * f("g", z, 1), True),
        (net, grad(net, "Z"), da * f("g", z, 1), False),
        (net, grad(net, "Z"), da * mask * f("g", z, 1), False),
    ]


@case
def roots_and_logs_of_real_numbers() -> list[Case]:
    net = Net()
    x, y = net.leaf("x"), net.leaf("y")
    p, q = net.leaf("p", domain="positive"), net.leaf("q", domain="positive")
    return [
        (net, (x**2) ** HALF, x, False),
        (net, (p**2) ** HALF, p, True),
        (net, (x**HALF) ** 2, x, True),
        (net, (x * y) ** HALF, x**HALF * y**HALF, False),
        (net, (p * q) ** HALF, p**HALF * q**HALF, True),
        (net, f("log", x**2), 2 * f("log", x), False),
        (net, f("log", p**2), 2 * f("log", p), True),
        (net, f("log", x * y), f("log", x) + f("log", y), False),
        (net, f("log", p * q), f("log", p) + f("log", q), True),
        (net, f("exp", x + y), f("exp", x) * f("exp", y), True),
        (net, f("exp", x * y), f("exp", x) * f("exp", y), False),
        (net, f("exp", f("log", p) * 3), p**3, True),
        (net, f("step", x**3), f("step", x), True),
        (net, f("step", y / x**2), f("step", y), True),
        (net, f("step", y / x), f("step", y * x), True),
        (net, f("step", y / x), f("step", y), False),
        (net, f("step", p * x), f("step", x), True),
        (net, f("step", y * x), f("step", x), False),
        (net, f("step", x) ** 2, f("step", x), True),
        (net, f("step", f("relu", x)), f("step", x), True),
        (net, f("step", f("relu", x) + 1 - f("step", x)), f("step", x), False),
        (net, f("step", 1 - net.leaf("u", domain="unit")), num(1), True),
        (net, f("step", 1 - 2 * net.leaf("u", domain="unit")), num(1), False),
        (net, num(2) ** HALF * num(2) ** HALF, num(2), True),
        (net, num(8) ** HALF, 2 * num(2) ** HALF, True),
        (net, num(8) ** HALF, 3 * num(2) ** HALF, False),
    ]


@pytest.mark.parametrize("name", CASES)
def test_cases(name: str) -> None:
    for number, (net, left, right, expected) in enumerate(CASES[name]()):
        program = net.program("J" if "J" in net.definitions else None)
        outcome = prove(program, Equation(left.e, right.e))
        assert outcome.proved == expected, (number, outcome.reason, outcome.residue)
