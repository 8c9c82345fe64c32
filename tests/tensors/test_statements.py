"""Statements in index form, chains of derivatives, and scalar programs."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive import program as p
from derive.program import ONE, SCALAR, Composition, Equation, Jacobian, number
from derive.tensors import equal, prove
from tensors.build import E, Net, f, grad, num, size, softmax
from tensors.stacks import stack

I1, J, K = p.Index("i", "n1"), p.Index("j", "n0"), p.Index("k", "m")


def entry(e: E, row: p.Index | None, column: p.Index | None) -> E:
    return E(p.Entry(e.e, row, column))


def over(index: p.Index, e: E) -> E:
    return E(p.SumOver(index, e.e))


def proved(net: Net, left: E, right: E, cost: str | None = "J") -> bool:
    return prove(net.program(cost), Equation(left.e, right.e)).proved


# -- entries, sums, arrays built entry by entry -----------------------------------------------


def test_entry_of_a_weight_gradient() -> None:
    net, s = stack(2)
    left = entry(grad(net, "W1"), I1, J)
    right = over(K, entry(grad(net, "Z1"), I1, K) * entry(s["A0"], J, K))
    assert proved(net, left, right)
    assert not proved(net, left, over(K, entry(grad(net, "Z1"), I1, K)))
    partial = E(p.Partial(net.program().symbol("J"), "W1", I1, J))
    assert proved(net, partial, right)


def test_bound_letters_shadow_free_ones() -> None:
    net = Net()
    a = net.leaf("A", "n", "n")
    i, j = p.Index("i", "n"), p.Index("j", "n")
    left = over(j, entry(a, i, j) * over(i, entry(a, i, j)))
    right = entry(a @ a.sum(0).T, i, None)
    assert proved(net, left, right, None)
    assert not proved(net, left, entry(a @ a.sum(1), i, None), None)


def test_array_built_entry_by_entry() -> None:
    net, s = stack(2)
    body = over(J, entry(s["W1"], I1, J) * entry(s["A0"], J, K)) + entry(s["b1"], I1, None)
    assert proved(net, s["Z1"], E(p.Build(I1, K, body.e)))
    wrong = over(J, entry(s["W1"], I1, J) * entry(s["A0"], J, K))
    assert not proved(net, s["Z1"], E(p.Build(I1, K, wrong.e)))
    column = E(p.Build(I1, None, over(K, entry(grad(net, "Z1"), I1, K)).e))
    assert proved(net, grad(net, "b1"), column)


def test_softmax_jacobian_with_delta() -> None:
    net = Net()
    z = net.leaf("z", "n", 1)
    s = net.define("s", softmax(z, 0))
    i, j = p.Index("i", "n"), p.Index("j", "n")
    jacobian = E(p.Partial(entry(s, i, None).e, "z", j, None))
    si, sj = entry(s, i, None), entry(s, j, None)
    assert proved(net, jacobian, si * (E(p.Delta(i, j)) - sj), None)
    assert proved(net, jacobian, si * E(p.Delta(i, j)) - si * sj, None)
    assert not proved(net, jacobian, si * (1 - sj), None)
    assert not proved(net, jacobian, si * E(p.Delta(i, j)), None)
    diagonal = E(p.Partial(si.e, "z", i, None))
    assert proved(net, diagonal, si * (1 - si), None)
    assert not proved(net, diagonal, -(si * si), None)


def test_partial_through_definitions() -> None:
    net, s = stack(2)
    local = E(p.Partial(entry(s["Z2"], p.Index("c", "n2"), K).e, "A1", I1, K))
    assert proved(net, local, entry(s["W2"], p.Index("c", "n2"), I1))
    through = E(p.Partial(entry(s["Z2"], p.Index("c", "n2"), K).e, "Z1", I1, K))
    slope = entry(f("g1", s["Z1"], 1), I1, K)
    assert proved(net, through, entry(s["W2"], p.Index("c", "n2"), I1) * slope)
    assert not proved(net, through, entry(s["W2"], p.Index("c", "n2"), I1))


def test_second_derivative() -> None:
    net = Net()
    z = net.leaf("z")
    a = net.define("a", f("sigmoid", z))
    once = p.Partial(a.e, "z", None, None)
    twice = E(p.Partial(once, "z", None, None))
    assert proved(net, twice, a * (1 - a) * (1 - 2 * a), None)
    assert not proved(net, twice, a * (1 - a), None)


# -- scalars ----------------------------------------------------------------------------------


def scalar_path() -> tuple[Net, dict[str, E]]:
    """One path: z3 = w3 a2 + b3, a3 = sigmoid(z3), L = binary cross-entropy."""
    net = Net()
    s = {n: net.leaf(n) for n in ("w3", "a2", "b3", "y")}
    s["z3"] = net.define("z3", s["w3"] * s["a2"] + s["b3"])
    s["a3"] = net.define("a3", f("sigmoid", s["z3"]))
    a, y = s["a3"], s["y"]
    net.define("L", -(y * f("log", a)) - (1 - y) * f("log", 1 - a))
    return net, s


def test_scalar_steps() -> None:
    net, s = scalar_path()
    a, y, z = s["a3"], s["y"], s["z3"]
    e = f("exp", -z)
    da = E(p.Partial(a.e, "z3", None, None))
    dl = E(p.Partial(net.program("L").symbol("L"), "a3", None, None))

    def holds(left: E, right: E) -> bool:
        return proved(net, left, right, "L")

    assert holds(dl, -y / a + (1 - y) / (1 - a))
    assert holds(dl, (-y + y * a + a - y * a) / (a * (1 - a)))
    assert holds(dl, (a - y) / (a * (1 - a)))
    assert not holds(dl, (a + y) / (a * (1 - a)))
    assert holds(da, num(-1) * (1 + e) ** -2 * -e)
    assert holds(da, e / (1 + e) ** 2)
    assert holds(da, a**2 * (1 - a) / a)
    assert holds(da, a * (1 - a))
    assert holds(da, (1 / (1 + e)) * ((e + 1) / (e + 1) - 1 / (e + 1)))
    assert not holds(da, e / (1 + e))
    assert not holds(da, a * (1 + a))
    assert holds(a, 1 / (1 + e))
    assert not holds(a, 2 / (1 + e))
    assert holds(grad(net, "z3"), a - y)
    assert holds(grad(net, "w3"), (a - y) * s["a2"])
    assert not holds(grad(net, "w3"), a - y)
    assert holds(grad(net, "b3"), (a - y) * 1)


def test_examples_stay_an_unknown_number() -> None:
    net, s = scalar_path()
    m = net.leaf("m")
    assert not proved(net, grad(net, "w3"), (s["a3"] - s["y"]) * s["a2"] / m, "L")


def test_rational_functions_are_decided() -> None:
    net = Net()
    x, y, z = net.leaf("x"), net.leaf("y"), net.leaf("z")
    left = 1 / (x - y) / (x - z) + 1 / (y - x) / (y - z) + 1 / (z - x) / (z - y)
    assert proved(net, left, num(0), None)
    assert not proved(net, left, num(1), None)
    assert proved(net, (x**3 - y**3) / (x - y), x**2 + x * y + y**2, None)
    tower = 1 / (1 + 1 / (1 + 1 / x))
    assert proved(net, tower, (x + 1) / (2 * x + 1), None)
    assert not proved(net, tower, (x + 1) / (2 * x + 2), None)


def test_functions_without_a_body() -> None:
    net = Net()
    z = net.leaf("z")
    net.define("a", f("g", z))
    a = E(net.program(None).symbol("a"))
    slope = E(p.Partial((a * a).e, "z", None, None))
    assert proved(net, slope, 2 * f("g", z) * f("g", z, 1), None)
    assert proved(
        net,
        E(p.Partial(slope.e, "z", None, None)),
        2 * f("g", z, 1) ** 2 + 2 * f("g", z) * f("g", z, 2),
        None,
    )
    assert not proved(net, slope, 2 * a, None)


def test_an_own_formula_is_differentiated() -> None:
    x = p.Symbol("x", SCALAR)
    cube = p.Function("cube", p.Plus(p.Power(x, Fraction(3)), p.Apply("exp", 0, x)))
    z = p.Symbol("z", ("n", "m"))
    program = p.Program({"z": p.Leaf(z.dims)}, {}, {"cube": cube})
    first = p.Apply("cube", 1, z)
    second = p.Apply("cube", 2, z)
    e = p.Apply("exp", 0, z)
    assert equal(program, first, p.Plus(p.Times(number(3), p.Power(z, Fraction(2))), e))
    assert equal(program, second, p.Plus(p.Times(number(6), z), e))
    assert not equal(program, second, p.Plus(p.Times(number(5), z), e))


def test_a_body_that_is_not_the_table_s_is_not_trusted_to_it() -> None:
    """A function called sigmoid with another body has that body's derivative."""
    x = p.Symbol("x", SCALAR)
    fake = p.Function("sigmoid", p.Times(number(2), x))
    z = p.Symbol("z", SCALAR)
    program = p.Program({"z": p.Leaf(SCALAR)}, {}, {"sigmoid": fake})
    assert equal(program, p.Apply("sigmoid", 1, z), number(2))


def test_functions_that_call_each_other_end() -> None:
    x = p.Symbol("x", SCALAR)
    functions = {
        "u": p.Function("u", p.Apply("v", 0, x)),
        "v": p.Function("v", p.Apply("u", 0, x)),
    }
    program = p.Program({}, {}, functions)
    outcome = prove(program, Equation(p.Apply("u", 0, ONE), p.Apply("v", 0, number(2))))
    assert not outcome.proved


# -- chains of derivatives --------------------------------------------------------------------


def chain(left: str, *factors: str, scale: p.Expr = ONE) -> Composition:
    def jacobian(text: str) -> Jacobian:
        of, by = text.split("/")
        return Jacobian(of, by)

    return Composition(jacobian(left), tuple(jacobian(t) for t in factors), scale)


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (chain("J/W2", "J/Z2", "Z2/W2"), ""),
        (chain("J/W2", "Z2/W2", "J/Z2"), ""),
        (chain("J/Z1", "J/Z2", "Z2/A1", "A1/Z1"), ""),
        (chain("J/W1", "J/A2", "A2/Z2", "Z2/A1", "A1/Z1", "Z1/W1"), ""),
        (chain("J/Z1", "J/A2", "A2/Z2", "A2/Z2", "Z2/Z1"), "factors do not telescope at Z1"),
        (chain("J/W1", "J/Z2", "A1/Z1", "Z1/W1"), "factors do not telescope at Z2"),
        (chain("J/W1", "J/Z2", "Z2/Z1"), "factors do not telescope at Z1"),
        (chain("J/W1", "J/W2", "W2/W1"), "W2 does not depend on W1"),
        (chain("J/Z2", "J/Z2", scale=p.Size("m")), "the scale is not 1"),
        (chain("J/Q", "J/Z2", "Z2/Q"), "Z2 does not depend on Q"),
    ],
)
def test_composition(claim: Composition, reason: str) -> None:
    net, _ = stack(2)
    outcome = prove(net.program(), claim)
    assert outcome.proved == (not reason)
    assert outcome.reason == reason


def test_composition_with_a_way_around() -> None:
    net, _ = stack(3, residual=True)
    program = net.program()
    assert prove(program, chain("J/A1", "J/A2", "A2/A1")).proved
    around = prove(program, chain("J/A1", "J/Z2", "Z2/A1"))
    assert not around.proved
    assert around.reason == "a path from A1 to J avoids Z2"


def test_shapes_must_agree() -> None:
    net, _ = stack(2)
    outcome = prove(net.program(), Equation(grad(net, "b1").e, grad(net, "Z1").e))
    assert not outcome.proved
    assert outcome.reason.startswith("outside the fragment: the sides have shapes")


def test_unknown_functions_are_refused() -> None:
    z = p.Symbol("z", SCALAR)
    program = p.Program({"z": p.Leaf(SCALAR)}, {})
    outcome = prove(program, Equation(p.Apply("nope", 0, z), p.Apply("nope", 0, z)))
    assert outcome.reason == "outside the fragment: nothing is known of the function nope"


def test_gradients_of_gradients_are_refused() -> None:
    net = Net()
    w = net.leaf("W", "n", "n")
    net.define("J", (w * w).total())
    net.define("N", (grad(net, "W") * grad(net, "W")).total())
    second = p.Partial(net.program().symbol("N"), "W", p.Index("i", "n"), p.Index("j", "n"))
    outcome = prove(net.program(), Equation(second, p.ZERO))
    assert outcome.reason == "outside the fragment: the derivative of a gradient"


def test_a_term_that_holds_a_gradient_is_not_differentiated() -> None:
    net, s = stack(2)
    at = p.Index("i", "n1"), p.Index("j", "n0")
    body = (s["W1"] * grad(net, "W1")).total()
    outcome = prove(net.program(), Equation(p.Partial(body.e, "W1", *at), p.ZERO))
    assert outcome.reason == "outside the fragment: the derivative of a gradient"


def test_division_by_zero_is_refused() -> None:
    net = Net()
    x = net.leaf("x")
    outcome = prove(net.program(None), Equation((1 / (x - x)).e, (1 / (x - x)).e))
    assert not outcome.proved


def test_vacuous_gradient_is_zero() -> None:
    net, _ = stack(2)
    unused = net.leaf("U", "n0", "n1")
    assert proved(net, grad(net, "U"), num(0))
    assert proved(net, grad(net, "U"), 0 * unused)


def test_updates() -> None:
    net, s = stack(2)
    rate = net.leaf("alpha")
    w, new = s["W1"], s["W1"] - rate * grad(net, "W1")
    by_hand = w - rate * (grad(net, "Z1") @ s["A0"].T)
    assert proved(net, new, by_hand)
    assert not proved(net, new, w + rate * (grad(net, "Z1") @ s["A0"].T))
    assert not proved(net, new, w - rate * (grad(net, "Z1") @ s["A0"].T) / size("m"))
