"""`check` accepts what is true, and nothing that is not: the soundness tests come first."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from derive.check import Screen, check
from derive.program import (
    ONE,
    SCALAR,
    Apply,
    Build,
    Composition,
    Delta,
    Entry,
    Equation,
    Expr,
    Eye,
    Function,
    Index,
    Jacobian,
    Leaf,
    MatMul,
    Partial,
    Plus,
    Program,
    Size,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
    divide,
    minus,
    negate,
    number,
    softmax,
    total,
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
    product,
    program,
    recurrent,
    small_claims,
)

M = Size("m")


def accepted(p: Program, left: Expr, right: Expr) -> bool:
    return check(p, Equation(left, right)).accepted


SMALL = small_claims()


@pytest.mark.parametrize(
    ("p", "left", "right", "truth"), [c[1:] for c in SMALL], ids=[c[0] for c in SMALL]
)
def test_one_step(p: Program, left: Expr, right: Expr, truth: bool) -> None:
    outcome = check(p, Equation(left, right))
    assert outcome.accepted is truth, outcome.reason


@pytest.mark.parametrize("columns", [True, False])
@pytest.mark.parametrize(
    ("layers", "hidden", "output", "loss"),
    [(2, "g", "softmax", "ce"), (3, "tanh", "sigmoid", "bce"), (2, "relu", "softmax", "mse")],
)
def test_backpropagation(layers: int, hidden: str, output: str, loss: str, columns: bool) -> None:
    p = network(layers, hidden=hidden, output=output, loss=loss, columns=columns)
    for name, left, right in network_claims(p, layers, hidden, columns):
        assert accepted(p, left, right), name
        assert not accepted(p, left, Times(number(2), right)), f"{name}, doubled"
        assert not accepted(p, left, negate(right)), f"{name}, sign"
        assert not accepted(p, left, divide(right, M)), f"{name}, over m"


@pytest.mark.parametrize("kind", ["ln", "bn", "rms"])
def test_normalisation(kind: str) -> None:
    p, right, wrong = normalisation(kind)
    for name, a, b in right:
        outcome = check(p, Equation(a, b))
        assert outcome.accepted, (name, outcome)
        assert min(outcome.sizes.values()) >= 2
    for name, a, b in wrong:
        assert not accepted(p, a, b), name


@pytest.mark.parametrize("build", [attention, recurrent])
def test_composites(build: object) -> None:
    p, right, wrong = build()  # type: ignore[operator]
    for name, a, b in right:
        assert accepted(p, a, b), name
    for name, a, b in wrong:
        assert not accepted(p, a, b), name


# -- traps -------------------------------------------------------------------------------------


def tiny(dim: str | int, m: str | int = "m") -> Program:
    return program(
        {"X": (dim, m), "W": (dim, dim), "b": (dim, 1), "Y": (dim, m)},
        {
            "Z": lambda s: Plus(MatMul(s("W"), s("X")), s("b")),
            "A": lambda s: Apply("g", 0, s("Z")),
            "J": lambda s: total(power(minus(s("A"), s("Y")), 2)),
        },
        ("g",),
    )


@pytest.mark.parametrize("dim", ["n", 1])
def test_transpose_of_a_square_matrix(dim: str | int) -> None:
    p = tiny(dim)
    w, dz = p.symbol("W"), p.gradient("Z")
    assert accepted(p, p.gradient("X"), MatMul(Transpose(w), dz))
    assert accepted(p, p.gradient("X"), MatMul(w, dz)) is (dim == 1)


@pytest.mark.parametrize("m", ["m", 1])
def test_bias_without_a_sum(m: str | int) -> None:
    """db = dZ has the right shape for one example only, and is true only there."""
    p = tiny("n", m)
    dz = p.gradient("Z")
    assert accepted(p, p.gradient("b"), Sum(dz, 1))
    assert (dz.shape == ("n", 1) and accepted(p, p.gradient("b"), dz)) is (m == 1)


def test_example_mean_is_not_the_sum() -> None:
    p = tiny("n")
    dz = p.gradient("Z")
    assert not accepted(p, p.gradient("b"), divide(Sum(dz, 1), M))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_a_size_is_no_number(size: int) -> None:
    """m X = 3 X holds at m = 3 and nowhere else."""
    p = Program({"X": Leaf(("m", "n"))}, {})
    x = p.symbol("X")
    assert not accepted(p, Times(M, x), Times(number(size), x))
    ones = MatMul(Sum(Times(x, number(0)), 1), number(1))
    count = Sum(Plus(ones, ONE), 0)
    assert accepted(p, count, M)
    assert not accepted(p, count, number(size))


def test_sizes_that_are_written_are_numbers() -> None:
    p = Program({"X": Leaf((3, "n"))}, {})
    x = p.symbol("X")
    assert accepted(
        p, Sum(Plus(Times(x, number(0)), ONE), 0), Plus(Sum(Times(x, number(0)), 0), number(3))
    )


def test_labels_that_sum_to_one() -> None:
    p, q = network(2), network(2, labelled=False)
    for one, truth in ((p, True), (q, False)):
        a, y, dz = one.symbol("A2"), one.symbol("Y"), Times(M, one.gradient("Z2"))
        assert accepted(one, dz, minus(a, y)) is truth
        assert accepted(one, dz, minus(Times(a, Sum(y, 0)), y))
        assert not accepted(one, dz, minus(y, a))
        assert not accepted(one, one.gradient("Z2"), minus(a, y))


def test_the_loss_must_fit_the_output() -> None:
    for output, loss in (("softmax", "bce"), ("sigmoid", "ce"), ("softmax", "mse")):
        p = network(2, output=output, loss=loss)
        a, y, dz = p.symbol("A2"), p.symbol("Y"), Times(M, p.gradient("Z2"))
        assert not accepted(p, dz, minus(a, y)), (output, loss)
        assert not accepted(p, dz, Times(number(2), minus(a, y))), (output, loss)
    p = network(2, output="sigmoid", loss="ce")
    right = negate(Times(p.symbol("Y"), minus(ONE, p.symbol("A2"))))
    assert accepted(p, Times(M, p.gradient("Z2")), right)


def test_diagonal_matrix_against_elementwise_product() -> None:
    p = program(
        {"z": ("n", 1), "c": ("n", 1)},
        {"u": lambda s: Apply("g", 0, s("z")), "J": lambda s: total(Times(s("c"), s("u")))},
        ("g",),
    )
    local, du = Apply("g", 1, p.symbol("z")), p.gradient("u")
    diagonal = Times(Eye("n"), local)
    assert accepted(p, p.gradient("z"), MatMul(diagonal, du))
    assert accepted(p, p.gradient("z"), Times(local, du))
    assert accepted(p, p.gradient("z"), Sum(Times(diagonal, Transpose(du)), 1))
    assert not accepted(p, p.gradient("z"), Times(local, Sum(du, 0)))
    assert not check(p, Equation(p.gradient("z"), Times(diagonal, du))).accepted


def test_symmetric_by_construction() -> None:
    p = program(
        {"x": ("n", 1), "W": ("n", "n")},
        {
            "S": lambda s: Plus(s("W"), Transpose(s("W"))),
            "J": lambda s: Times(
                number(Fraction(1, 2)), MatMul(MatMul(Transpose(s("x")), s("S")), s("x"))
            ),
        },
    )
    assert accepted(p, p.gradient("x"), MatMul(p.symbol("S"), p.symbol("x")))
    assert accepted(p, p.gradient("x"), MatMul(Transpose(p.symbol("S")), p.symbol("x")))
    assert not accepted(p, p.gradient("x"), MatMul(p.symbol("W"), p.symbol("x")))


def test_steps_of_both_signs_are_met() -> None:
    p = network(2, hidden="relu")
    back = MatMul(Transpose(p.symbol("W2")), p.gradient("Z2"))
    z, a = p.symbol("Z1"), p.symbol("A1")
    assert accepted(p, p.gradient("Z1"), Times(back, Apply("step", 0, z)))
    assert accepted(p, p.gradient("Z1"), Times(back, Apply("step", 0, a)))
    for wrong in (back, Times(back, number(0)), Times(back, Apply("step", 0, negate(z)))):
        assert not accepted(p, p.gradient("Z1"), wrong)
    both = Times(Apply("step", 0, z), Apply("step", 0, Plus(z, ONE)))
    assert not accepted(p, p.gradient("Z1"), Times(back, both))


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_derivatives_of_every_order(order: int) -> None:
    """An evaluator that answers the first derivative for the second one is caught."""
    p = elementwise("g")
    z = p.symbol("Z")
    for other in range(4):
        assert accepted(p, Apply("g", order, z), Apply("g", other, z)) is (order == other)
    s = Apply("sigmoid", 0, z)
    first = Times(s, minus(ONE, s))
    second = Times(first, minus(ONE, Times(number(2), s)))
    third = Times(first, Plus(minus(ONE, Times(number(6), s)), Times(number(6), power(s, 2))))
    formulas = [s, first, second, third]
    for other in range(4):
        assert accepted(p, Apply("sigmoid", order, z), formulas[other]) is (order == other)


def test_one_sum_is_not_two() -> None:
    p = Program({"x": Leaf(("n", 1)), "y": Leaf(("n", 1))}, {})
    x, y = p.symbol("x"), p.symbol("y")
    assert not accepted(p, Sum(Times(x, y), 0), Times(Sum(x, 0), Sum(y, 0)))
    assert accepted(p, MatMul(Transpose(x), y), Sum(Times(x, y), 0))


def test_graphs_of_many_vertices_need_large_shapes() -> None:
    """Cayley-Hamilton: tr-identities of n x n matrices hold at n = 2 and fail beyond."""
    p = Program({"A": Leaf(("n", "n"))}, {})
    a = p.symbol("A")
    trace = total(Times(Eye("n"), a))
    square = MatMul(a, a)
    determinant = Times(
        number(Fraction(1, 2)), minus(power(trace, 2), total(Times(Eye("n"), square)))
    )
    right = minus(Times(trace, a), Times(determinant, Eye("n")))
    outcome = check(p, Equation(square, right))
    assert not outcome.accepted
    # The same at rank one: 2 x 2 minors of x y^T vanish at all sizes.
    q = Program({"x": Leaf(("n", 1)), "y": Leaf(("n", 1))}, {})
    x, y = q.symbol("x"), q.symbol("y")
    outer = MatMul(x, Transpose(y))
    assert accepted(q, MatMul(outer, outer), Times(MatMul(Transpose(y), x), outer))


# -- scalars, entries, logarithms --------------------------------------------------------------


def test_scalar_steps() -> None:
    p = program(
        {"z": SCALAR, "y": SCALAR},
        {
            "a": lambda s: Apply("sigmoid", 0, s("z")),
            "J": lambda s: negate(
                Plus(Times(s("y"), log(s("a"))), Times(minus(ONE, s("y")), log(minus(ONE, s("a")))))
            ),
        },
    )
    z, y, a = p.symbol("z"), p.symbol("y"), p.symbol("a")
    down = exp(negate(z))
    local = Partial(a, "z", None, None)
    assert accepted(p, local, divide(down, power(Plus(ONE, down), 2)))
    assert accepted(p, local, Times(a, minus(ONE, a)))
    assert accepted(p, local, divide(Times(power(a, 2), minus(ONE, a)), a))
    assert not accepted(p, local, Times(a, Plus(ONE, a)))
    assert accepted(p, p.gradient("z"), minus(a, y))
    assert accepted(p, p.gradient("a"), divide(minus(a, y), Times(a, minus(ONE, a))))
    assert not accepted(p, p.gradient("a"), minus(a, y))
    second = Partial(Partial(a, "z", None, None), "z", None, None)
    assert accepted(p, second, product(a, minus(ONE, a), minus(ONE, Times(number(2), a))))
    assert not accepted(p, second, Times(a, minus(ONE, a)))


def test_logarithms_among_exponentials() -> None:
    """Losses that are weighted by probabilities, as focal ones are."""
    p = program({"z": ("n", "m")}, {})
    z = p.symbol("z")
    up, down = log(Plus(ONE, exp(z))), log(Plus(ONE, exp(negate(z))))
    weight = power(Plus(ONE, exp(negate(z))), -1)
    right = Times(weight, Plus(z, down))
    assert accepted(p, Times(weight, up), right)
    assert accepted(p, Times(up, Times(up, weight)), Times(right, Plus(z, down)))
    assert accepted(p, Times(weight, log(weight)), Times(weight, minus(z, up)))
    for wrong in (minus(down, z), down, minus(z, down), Plus(z, Times(number(2), down))):
        assert not accepted(p, Times(weight, up), Times(weight, wrong))
    assert not accepted(p, Times(exp(z), up), right)


def test_logarithms() -> None:
    p = program(
        {"z": ("K", "m"), "a": Leaf(("K", 1), "positive"), "b": Leaf(("K", 1), "positive")}, {}
    )
    z, a, b = p.symbol("z"), p.symbol("a"), p.symbol("b")
    assert accepted(p, log(softmax(z, 0)), minus(z, log(Sum(exp(z), 0))))
    assert accepted(p, log(Times(a, b)), Plus(log(a), log(b)))
    assert accepted(p, log(exp(z)), z)
    assert accepted(p, exp(log(a)), a)
    assert accepted(p, Apply("softplus", 0, z), Plus(z, Apply("softplus", 0, negate(z))))
    s = Apply("sigmoid", 0, z)
    assert accepted(p, log(minus(ONE, s)), minus(log(s), z))
    assert not accepted(p, log(Plus(a, b)), Plus(log(a), log(b)))
    assert not accepted(p, log(softmax(z, 0)), z)
    assert not accepted(p, Apply("softplus", 0, z), Apply("softplus", 0, negate(z)))


def test_nested_exponentials() -> None:
    p = Program({"x": Leaf(("n", 1)), "y": Leaf(("n", 1))}, {})
    x, y = p.symbol("x"), p.symbol("y")
    assert accepted(p, exp(exp(Plus(x, y))), exp(Times(exp(x), exp(y))))
    thrice = exp(exp(exp(x)))
    assert accepted(p, Times(thrice, thrice), exp(Times(number(2), exp(exp(x)))))
    assert not accepted(p, exp(exp(Plus(x, y))), Times(exp(exp(x)), exp(exp(y))))


def test_roots() -> None:
    p = Program({"x": Leaf(("n", 1), "positive"), "y": Leaf(("n", 1), "positive")}, {})
    x, y = p.symbol("x"), p.symbol("y")
    half, third = Fraction(1, 2), Fraction(1, 3)
    assert accepted(p, power(Times(x, y), half), Times(power(x, half), power(y, half)))
    assert accepted(p, power(power(x, third), 3), x)
    assert accepted(p, Times(power(x, half), power(x, third)), power(x, Fraction(5, 6)))
    assert not accepted(p, power(Plus(x, y), half), Plus(power(x, half), power(y, half)))


def test_index_form() -> None:
    i, j, k = Index("i", "n"), Index("j", "m"), Index("k", "K")
    p = program({"W": ("n", "K"), "X": ("K", "m")}, {"J": lambda s: total(MatMul(s("W"), s("X")))})
    w, x = p.symbol("W"), p.symbol("X")
    entry = SumOver(k, Times(Entry(w, i, k), Entry(x, k, j)))
    left = Entry(MatMul(w, x), i, j)
    assert check(p, Equation(left, entry, (i, j))).accepted
    assert accepted(p, MatMul(w, x), Build(i, j, entry))
    swapped = SumOver(k, Times(Entry(w, i, k), Entry(x, k, j)))
    assert check(
        p, Equation(Entry(p.gradient("W"), i, k), SumOver(j, Entry(x, k, j)), (i, k))
    ).accepted
    assert not check(p, Equation(left, Times(number(2), swapped), (i, j))).accepted
    p2 = Program({"z": Leaf(("n", 1))}, {"s": softmax(Symbol("z", ("n", 1)), 0)})
    s, o = p2.symbol("s"), Index("o", "n")
    left = Partial(Entry(s, i, None), "z", o, None)
    right = Times(Entry(s, i, None), minus(Delta(i, o), Entry(s, o, None)))
    assert check(p2, Equation(left, right, (i, o))).accepted
    wrong = Times(Entry(s, i, None), minus(ONE, Entry(s, o, None)))
    assert not check(p2, Equation(left, wrong, (i, o))).accepted


def test_letters_that_are_not_named_as_free() -> None:
    p = network(2)
    i, j, k = Index("i", "n2"), Index("j", "n1"), Index("k", "m")
    right = SumOver(k, Times(Entry(p.gradient("Z2"), i, k), Entry(p.symbol("A1"), j, k)))
    left = Entry(p.gradient("W2"), i, j)
    assert accepted(p, left, right)
    assert accepted(p, Partial(p.symbol("J"), "W2", i, j), right)
    assert not accepted(p, left, Times(number(2), right))


def test_one_index_twice() -> None:
    p = network(2)
    j, o, k = Index("j", "n2"), Index("o", "n1"), Index("k", "m")
    local = Partial(Entry(p.symbol("Z2"), j, k), "W2", j, o)
    assert accepted(p, local, Entry(p.symbol("A1"), o, k))
    assert not accepted(p, local, Size("m"))
    q = Program({"z": Leaf(("n", 1))}, {"s": softmax(Symbol("z", ("n", 1)), 0)})
    i = Index("i", "n")
    s = Entry(q.symbol("s"), i, None)
    diagonal = Partial(s, "z", i, None)
    assert accepted(q, diagonal, Times(s, minus(ONE, s)))
    assert not accepted(q, diagonal, negate(Times(s, s)))
    eye = Eye("n")
    assert accepted(q, Times(eye, eye), eye)
    assert accepted(q, total(eye), Size("n"))
    assert not accepted(q, total(eye), power(Size("n"), 2))
    assert not accepted(q, total(eye), number(2))


def test_zero_has_any_shape() -> None:
    p = Program(
        {"x": Leaf(("n", 1)), "q": Leaf(("n", "m"))},
        {"J": total(power(Symbol("x", ("n", 1)), 2))},
        {},
        "J",
    )
    assert accepted(p, p.gradient("q"), number(0))
    assert accepted(p, number(0), p.gradient("q"))
    assert not accepted(p, p.gradient("x"), number(0))
    assert not accepted(p, p.gradient("q"), number(1))


def test_roots_and_logarithms_of_real_numbers() -> None:
    """Where the left side has a value, the right one must have one too."""
    p = Program(
        {
            "x": Leaf(SCALAR),
            "y": Leaf(SCALAR),
            "p": Leaf(SCALAR, "positive"),
            "q": Leaf(SCALAR, "positive"),
            "a": Leaf(SCALAR, "unit"),
        },
        {},
    )
    x, y, u, v, a = (p.symbol(name) for name in "xypqa")
    half = Fraction(1, 2)
    for left, right, truth in (
        (power(power(x, 2), half), x, False),
        (power(power(u, 2), half), u, True),
        (power(power(x, half), 2), x, True),
        (power(Times(x, y), half), Times(power(x, half), power(y, half)), False),
        (power(Times(u, v), half), Times(power(u, half), power(v, half)), True),
        (log(power(x, 2)), Times(number(2), log(x)), False),
        (log(power(u, 2)), Times(number(2), log(u)), True),
        (log(Times(x, y)), Plus(log(x), log(y)), False),
        (log(Times(u, v)), Plus(log(u), log(v)), True),
        (exp(Times(number(3), log(u))), power(u, 3), True),
        (Apply("step", 0, divide(y, power(x, 2))), Apply("step", 0, y), True),
        (Apply("step", 0, divide(y, x)), Apply("step", 0, y), False),
        (power(Plus(power(x, 2), u), half), power(Plus(u, power(x, 2)), half), True),
        (Plus(power(x, 2), u), power(power(Plus(power(x, 2), u), half), 2), True),
        (log(minus(ONE, a)), log(Plus(negate(a), ONE)), True),
        (power(number(8), half), Times(number(2), power(number(2), half)), True),
        (power(number(8), half), Times(number(3), power(number(2), half)), False),
    ):
        assert accepted(p, left, right) is truth, (left, right)


# -- the chain rule ----------------------------------------------------------------------------


def chain(*names: str) -> tuple[Jacobian, ...]:
    return tuple(Jacobian(a, b) for a, b in pairwise(names))


def test_compositions() -> None:
    p = network(2)
    left, way = Jacobian("J", "W1"), chain("J", "A2", "Z2", "A1", "Z1", "W1")
    assert check(p, Composition(left, way)).accepted
    assert check(p, Composition(left, way[::-1])).accepted
    assert not check(p, Composition(left, way, M)).accepted
    assert Screen(p).agrees(Composition(left, way)) is True
    assert Screen(p).agrees(Composition(left, way, M)) is False
    assert not check(p, Composition(left, way[:-1])).accepted
    doubled = check(p, Composition(left, (*way, way[1])))
    assert not doubled.accepted
    assert "telescope" in doubled.reason
    whole = Jacobian("J", "Z2")
    late = check(p, Composition(left, (whole, Jacobian("A2", "Z2"), *way[2:])))
    assert not late.accepted
    assert check(p, Composition(left, (whole, *way[2:]))).accepted


def test_a_way_around_a_factor_is_seen() -> None:
    p = program(
        {"x": ("n", 1)},
        {
            "h": lambda s: Apply("g", 0, s("x")),
            "o": lambda s: Plus(s("h"), s("x")),
            "J": lambda s: total(power(s("o"), 2)),
        },
        ("g",),
    )
    assert check(p, Composition(Jacobian("J", "x"), chain("J", "o", "x"))).accepted
    residual = check(p, Composition(Jacobian("J", "x"), chain("J", "o", "h", "x")))
    assert not residual.accepted
    assert "avoids h" in residual.reason


def test_what_does_not_depend_makes_no_chain() -> None:
    p = network(2)
    outcome = check(p, Composition(Jacobian("Z1", "b2"), chain("Z1", "b2")))
    assert not outcome.accepted
    assert "does not depend" in outcome.reason


# -- refusals ----------------------------------------------------------------------------------


def test_what_makes_no_sense_is_refused() -> None:
    x = Symbol("x", ("n", 1))
    p = Program({"x": Leaf(("n", 1))}, {})
    for statement, reason in (
        (Equation(x, Sum(x, 0)), "different shapes"),
        (Equation(Symbol("y", SCALAR), ONE), "before it is defined"),
        (Equation(Symbol("x", (1, "n")), Symbol("x", (1, "n"))), "other dimensions"),
        (Equation(Apply("h", 0, x), x), "not declared"),
        (Equation(x, ONE), "different shapes"),
        (Composition(Jacobian("x", "q"), ()), "not defined"),
        (Equation(p.gradient("x"), x), "cost"),
    ):
        outcome = check(p, statement)
        assert not outcome.accepted
        assert reason in outcome.reason, outcome.reason


def test_depth_and_work_are_bounded() -> None:
    x = Symbol("x", SCALAR)
    p = Program({"x": Leaf(SCALAR)}, {})
    deep: Expr = x
    for _ in range(500):
        deep = Plus(deep, ONE)
    assert "too deep" in check(p, Equation(deep, x)).reason
    indices = [Index(f"i{k}", "n") for k in range(30)]
    nested: Expr = x
    for index in indices:
        nested = SumOver(index, nested)
    q = Program({"x": Leaf(SCALAR), "v": Leaf(("n", 1))}, {})
    assert not check(q, Equation(nested, x)).accepted


def test_bodies_of_functions_are_checked() -> None:
    z, x = Symbol("z", SCALAR), Symbol("x", SCALAR)

    def outcome(**bodies: Expr) -> str:
        functions = {name: Function(name, body) for name, body in bodies.items()}
        p = Program({"z": Leaf(SCALAR), "v": Leaf(("n", 1))}, {}, functions)
        name = next(iter(bodies))
        applied = Apply(name, 0, z) if name not in ("exp",) else z
        return check(p, Equation(applied, applied)).reason

    assert outcome(f=Times(x, z)) == ""
    assert "calls itself" in outcome(f=Apply("f", 0, x))
    assert "calls itself" in outcome(f=Apply("g", 0, x), g=Apply("f", 0, x))
    assert "not declared" in outcome(f=Apply("h", 0, x))
    assert "mentions v" in outcome(f=Symbol("v", ("n", 1)))
    assert "mentions q" in outcome(f=Symbol("q", SCALAR))
    assert "holds a Sum" in outcome(f=Sum(x, 0))
    assert "name of a primitive" in outcome(exp=x)
    tower = {f"f{k}": Times(Apply(f"f{k + 1}", 0, x), Apply(f"f{k + 1}", 0, x)) for k in range(15)}
    assert "too large" in outcome(**tower, f15=x)
    chain = {f"f{k}": Apply(f"f{k + 1}", 0, x) for k in range(60)}
    assert "too many others" in outcome(**chain, f60=x)
    shared: Expr = x
    for _ in range(100):
        shared = Times(shared, shared)
    assert "too large" in outcome(f=shared)


def test_a_gradient_on_both_sides_stands_for_itself() -> None:
    p = network(12, hidden="tanh")
    dz = p.gradient("Z1")
    assert accepted(p, Plus(dz, dz), Times(number(2), dz))
    assert not accepted(p, Plus(dz, dz), Times(number(3), dz))


def test_a_shared_point_says_the_same_twice() -> None:
    p = network(2)
    statement = Equation(Times(M, p.gradient("Z2")), minus(p.symbol("A2"), p.symbol("Y")))
    assert check(p, statement) == check(p, statement)


SAME = """
import sys
sys.path.insert(0, sys.argv[1])
from check.programs import network, attention
from derive.check import Screen, check, find_counterexample
from derive.program import Equation
for p, right, wrong in (attention(),):
    for _, a, b in right + wrong:
        e = Equation(a, b)
        print(check(p, e), Screen(p).agrees(e), find_counterexample(p, e, tries=3))
"""


def test_the_same_bytes_under_every_hash_seed() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SAME, str(Path(__file__).parents[1])],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
    assert "Counterexample" in outputs.pop()
