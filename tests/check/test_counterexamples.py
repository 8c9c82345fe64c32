"""Counterexamples: small, exact, and really counterexamples; and the screen."""

from __future__ import annotations

import ast
import time
from fractions import Fraction

import pytest

from derive.check import Screen, find_counterexample
from derive.program import (
    ONE,
    SCALAR,
    Apply,
    Composition,
    Entry,
    Equation,
    Index,
    Jacobian,
    Leaf,
    MatMul,
    Plus,
    Power,
    Program,
    Size,
    Sum,
    Symbol,
    Times,
    Transpose,
    minus,
    negate,
    number,
    softmax,
)

from .programs import (
    attention,
    elementwise,
    exp,
    log,
    network,
    network_claims,
    normalisation,
    power,
    program,
    small_claims,
)

M = Size("m")
SMALL = small_claims()


@pytest.mark.parametrize("claim", SMALL, ids=[c[0] for c in SMALL])
def test_screen_and_counterexample_follow_the_truth(claim: tuple) -> None:  # type: ignore[type-arg]
    _, p, left, right, truth = claim
    statement = Equation(left, right)
    assert Screen(p).agrees(statement) is truth
    found = find_counterexample(p, statement)
    assert (found is None) is truth
    if found is not None:
        assert found.left != found.right


def test_true_claims_have_no_counterexample() -> None:
    for p, right, wrong in (normalisation("ln"), attention()):
        screen = Screen(p)
        for name, a, b in right:
            assert screen.agrees(Equation(a, b)) is True, name
            assert find_counterexample(p, Equation(a, b), tries=2) is None, name
        for name, a, b in wrong:
            assert screen.agrees(Equation(a, b)) is False, name
            assert find_counterexample(p, Equation(a, b)) is not None, name


def test_smallest_shape_and_numbers_that_can_be_redone() -> None:
    p = Program({"A": Leaf(("n", "n")), "B": Leaf(("n", "n"))}, {})
    a, b = p.symbol("A"), p.symbol("B")
    found = find_counterexample(p, Equation(MatMul(a, b), MatMul(b, a)))
    assert found is not None
    assert found.shapes == {"n": 2}
    assert found.entry is not None
    left, right = (ast.literal_eval(found.values[name]) for name in "AB")

    def entry(x: list[list[int]], y: list[list[int]]) -> int:
        i, j = found.entry
        return sum(x[i - 1][k] * y[k][j - 1] for k in range(2))

    assert Fraction(found.left) == entry(left, right)
    assert Fraction(found.right) == entry(right, left)


def test_a_missing_example_mean_needs_two_examples() -> None:
    p = network(2, output="id", loss="mse")
    statement = Equation(p.gradient("Z2"), Times(number(2), minus(p.symbol("A2"), p.symbol("Y"))))
    found = find_counterexample(p, statement)
    assert found is not None
    assert found.shapes["m"] == 2
    assert {size for dim, size in found.shapes.items() if dim != "m"} == {1}
    assert "/" in found.left or Fraction(found.left) * 2 == Fraction(found.right)


def test_unknown_functions_are_named() -> None:
    p = elementwise("g")
    found = find_counterexample(p, Equation(p.gradient("Z"), p.gradient("A")))
    assert found is not None
    assert found.values["g"] in ("x^2 + x", "x^3 + x")
    third = find_counterexample(
        p, Equation(Apply("g", 3, p.symbol("Z")), Times(number(0), p.symbol("Z")))
    )
    assert third is not None
    assert third.values["g"] == "x^3 + x"


def test_transcendental_values_carry_a_bound() -> None:
    p = elementwise("sigmoid")
    a = p.symbol("A")
    found = find_counterexample(p, Equation(p.gradient("Z"), Times(p.gradient("A"), minus(ONE, a))))
    assert found is not None
    sides = [found.left, found.right]
    for side in sides:
        assert "±" in side or Fraction(side) is not None


def test_scalars_have_no_entry_and_indices_are_shown() -> None:
    p = Program({"x": Leaf(SCALAR), "v": Leaf(("n", 1))}, {})
    x = p.symbol("x")
    found = find_counterexample(p, Equation(x, Times(x, x)))
    assert found is not None
    assert found.entry is None
    i = Index("i", "n")
    entry = Entry(p.symbol("v"), i, None)
    shown = find_counterexample(p, Equation(entry, negate(entry), (i,)))
    assert shown is not None
    assert shown.values["i"] == "1"


def test_domains_are_respected() -> None:
    p = Program({"a": Leaf(("n", "m"), "unit"), "q": Leaf(("n", "m"), "positive", 0)}, {})
    found = find_counterexample(p, Equation(p.symbol("a"), p.symbol("q")))
    assert found is not None
    assert "-" not in "".join(found.values.values())
    labels = Program({"Y": Leaf(("n", "m"), sums_to_one=0)}, {})
    y = labels.symbol("Y")
    assert find_counterexample(labels, Equation(Sum(y, 0), Times(ONE, Sum(y, 0)))) is None
    found = find_counterexample(labels, Equation(y, power(y, 3)))
    assert found is None or found.left != found.right


def test_compositions() -> None:
    p = network(2, output="id", loss="mse")
    way = [("J", "A2"), ("A2", "Z2"), ("Z2", "A1"), ("A1", "Z1"), ("Z1", "W1")]
    factors = tuple(Jacobian(*pair) for pair in way)
    left = Jacobian("J", "W1")
    screen = Screen(p)
    assert screen.agrees(Composition(left, factors)) is True
    assert find_counterexample(p, Composition(left, factors)) is None
    for wrong in (
        Composition(left, factors, M),
        Composition(left, (*factors, factors[3])),
        Composition(left, factors[:-1]),
    ):
        assert screen.agrees(wrong) is False
        found = find_counterexample(p, wrong)
        assert found is not None
        assert found.left != found.right


def test_screen_answers_none_where_nothing_has_a_value() -> None:
    p = Program({"x": Leaf(("n", 1))}, {})
    x = p.symbol("x")
    screen = Screen(p)
    never = Power(Times(x, number(0)), Fraction(-1))
    assert screen.agrees(Equation(never, x)) is None
    assert screen.agrees(Equation(Symbol("y", SCALAR), ONE)) is None
    assert screen.agrees(Equation(p.gradient("x"), x)) is None
    assert screen.agrees(Equation(x, x)) is True


def test_screen_knows_logarithms() -> None:
    p = program({"z": ("K", "m")}, {"S": lambda s: softmax(s("z"), 0)})
    z, s = p.symbol("z"), p.symbol("S")
    screen = Screen(p)
    assert screen.agrees(Equation(log(s), minus(z, log(Sum(exp(z), 0))))) is True
    assert screen.agrees(Equation(log(s), minus(log(Sum(exp(z), 0)), z))) is False


def test_screen_is_fast() -> None:
    p = network(3)
    screen = Screen(p)
    claims = network_claims(p, 3, "g", True)
    for _, a, b in claims:
        screen.agrees(Equation(a, b))
    start = time.process_time()
    for _ in range(10):
        for _, a, b in claims:
            assert screen.agrees(Equation(a, b))
    each = (time.process_time() - start) / (10 * len(claims))
    assert each < 2e-3, f"{each * 1e3:.2f} ms a claim; 0.1 ms is usual"


def test_deep_networks() -> None:
    p = network(64)
    claims = network_claims(p, 64, "g", True)
    screen = Screen(p)
    assert all(screen.agrees(Equation(a, b)) for _, a, b in claims)
    name, a, b = claims[-1]
    assert screen.agrees(Equation(a, Plus(b, b))) is False, name


def test_same_again() -> None:
    p = network(2)
    wrong = Equation(p.gradient("Z2"), minus(p.symbol("A2"), Transpose(Transpose(p.symbol("Y")))))
    assert find_counterexample(p, wrong) == find_counterexample(p, wrong)
