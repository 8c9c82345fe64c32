"""The evaluator: every kind of node by hand, the tape against dual numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.check.domains import Field, NoValue, Scalar, Unsupported
from derive.check.evaluate import World
from derive.check.graph import Graph
from derive.check.search.exact import Rational
from derive.check.search.points import height_of
from derive.program import (
    ONE,
    SCALAR,
    Apply,
    Build,
    Delta,
    Entry,
    Expr,
    Eye,
    Gradient,
    Index,
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
    number,
    total,
)

from .dual import Dual
from .programs import attention, elementwise, network, normalisation, power, program, recurrent

A = [[1, 2, 3], [4, 5, 6]]
B = [[1, -1], [0, 2], [5, 1]]
GIVEN = {"A": A, "B": B, "v": [[1], [2]], "s": [[3]]}
PROGRAM = Program(
    {"A": Leaf(("n", "m")), "B": Leaf(("m", "n")), "v": Leaf(("n", 1)), "s": Leaf(SCALAR)}, {}
)
a, b, v, s = map(PROGRAM.symbol, ("A", "B", "v", "s"))
ROW, COLUMN = Index("i", "n"), Index("j", "m")
SHADOWED = SumOver(ROW, Entry(v, ROW, None))
"""The index is bound here, whatever it is outside."""
SLOPE = Partial(Times(SHADOWED, Entry(v, ROW, None)), "v", ROW, None)


def world(p: Program = PROGRAM, **sizes: int) -> World:
    def draw(kind: str, name: str, row: int, column: int) -> Scalar:
        return Fraction(GIVEN[name][row][column])

    return World(Graph(p), Rational(["g"]), sizes or {"n": 2, "m": 3}, draw)


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        (number(Fraction(2, 3)), [[Fraction(2, 3)]]),
        (Size("m"), [[3]]),
        (Eye("n"), [[1, 0], [0, 1]]),
        (Transpose(a), [[1, 4], [2, 5], [3, 6]]),
        (MatMul(a, b), [[16, 6], [34, 12]]),
        (Times(a, v), [[1, 2, 3], [8, 10, 12]]),
        (Times(s, a), [[3, 6, 9], [12, 15, 18]]),
        (Plus(a, v), [[2, 3, 4], [6, 7, 8]]),
        (power(v, -1), [[1], [Fraction(1, 2)]]),
        (power(power(v, 2), Fraction(3, 2)), [[1], [8]]),
        (Sum(a, 0), [[5, 7, 9]]),
        (Sum(a, 1), [[6], [15]]),
        (Apply("step", 0, Plus(v, number(-1))), [[0], [1]]),
        (Build(ROW, COLUMN, Entry(a, ROW, COLUMN)), A),
        (Build(COLUMN, None, SumOver(ROW, Entry(a, ROW, COLUMN))), [[5], [7], [9]]),
        (SumOver(COLUMN, Entry(a, None, COLUMN)), [[6], [15]]),
        (Build(ROW, Index("k", "n"), Delta(ROW, Index("k", "n"))), [[1, 0], [0, 1]]),
        (SumOver(ROW, SumOver(ROW, Entry(v, ROW, None))), [[6]]),
        (SumOver(ROW, Times(SHADOWED, Entry(v, ROW, None))), [[9]]),
        (SumOver(ROW, Times(Entry(v, ROW, None), SLOPE)), [[1 * (1 + 3) + 2 * (2 + 3)]]),
    ],
)
def test_every_kind_of_node(expr: Expr, value: list[list[int]]) -> None:
    assert world().value(expr) == value


@pytest.mark.parametrize("work", [1, 8, 12])
def test_work_is_counted(work: int) -> None:
    """A product of (2, 3) and (3, 2) takes 16 entries, and its derivative more."""
    for expr in (MatMul(a, b), Partial(total(MatMul(a, b)), "B", COLUMN, ROW)):
        here = world()
        here.work = work
        here.at(ROW, 0)
        here.at(COLUMN, 0)
        with pytest.raises(Unsupported, match="too much"):
            here.value(expr)


def test_a_long_chain_of_definitions() -> None:
    last, definitions = s, {}
    for k in range(1500):
        definitions[f"d{k}"] = Plus(last, ONE)
        last = Symbol(f"d{k}", SCALAR)
    deep = Program(PROGRAM.leaves, definitions)
    assert world(deep).value(last) == [[1503]]


def test_labels_sum_to_one_along_their_axis() -> None:
    for axis in (0, 1):
        p = Program({"A": Leaf(("n", "m"), sums_to_one=axis)}, {})
        value = world(p).value(Sum(p.symbol("A"), axis))
        assert {x for row in value for x in row} == {1}


def test_unknown_functions_are_polynomials_with_their_derivatives() -> None:
    domain = Rational(["f", "g"], degree=3)
    x = Fraction(2)
    assert [domain.unknown("g", k, x) for k in range(5)] == [12, 14, 12, 6, 0]
    assert domain.formula("g") == "x^3 + 2x"


def test_gradient_treats_the_name_as_independent() -> None:
    p = program(
        {"x": SCALAR},
        {
            "y": lambda s: Times(number(3), s("x")),
            "J": lambda s: Plus(Times(s("x"), s("y")), power(s("y"), 2)),
        },
    )
    here = World(Graph(p), Rational(), {}, lambda kind, name, i, j: Fraction(5))
    assert here.gradient("y") == [[5 + 2 * 15]]
    assert here.gradient("x") == [[15 + 3 * 35]]
    assert here.gradient("J") == [[1]]


def test_a_cut_gradient_stands_for_itself() -> None:
    p = program(
        {"x": SCALAR},
        {"y": lambda s: Times(number(3), s("x")), "J": lambda s: power(s("y"), 2)},
    )

    def draw(kind: str, name: str, i: int, j: int) -> Scalar:
        return Fraction({"leaf": 5, "gradient": 7, "value": 11}[kind])

    here = World(Graph(p), Rational(), {}, draw, gradients={"y"}, values={"y"})
    assert here.gradient("y") == [[7]]
    assert here.gradient("x") == [[21]]
    assert here.pulled_back(p.symbol("J"), [[Fraction(1)]], "y") == [[22]]
    assert here.named("y") == [[11]]


def test_gradient_of_what_has_no_influence_is_zero() -> None:
    p = program({"x": ("n", 1), "q": ("n", 1)}, {"J": lambda s: total(power(s("x"), 2))})
    here = World(Graph(p), Rational(), {"n": 2}, lambda kind, name, i, j: Fraction(5))
    assert here.gradient("q") == [[0], [0]]


def forward(p: Program, here: World, name: str) -> list[list[Scalar]]:
    """The slow reference: one pass through the whole program for every entry, by dual numbers."""
    dual = Dual(here.domain)
    base = here.named(name)
    out = []
    for i, row in enumerate(base):
        out.append([])
        for j in range(len(row)):
            array = [[dual.lift(x) for x in r] for r in base]
            array[i][j] = (array[i][j][0], here.domain.number(1))

            def draw(kind: str, leaf: str, r: int, c: int) -> Scalar:
                return dual.lift(here.named(leaf)[r][c])

            moved = World(here.graph, dual, here.sizes, draw, given={name: array})
            assert p.cost is not None
            out[-1].append(moved.named(p.cost)[0][0][1])
    return out


@pytest.mark.parametrize(
    "p",
    [
        network(2),
        network(3, hidden="tanh", output="sigmoid", loss="bce", columns=False),
        network(2, hidden="relu", loss="mse"),
        normalisation("ln")[0],
        normalisation("bn")[0],
        attention()[0],
        recurrent()[0],
        elementwise("gelu"),
        elementwise("silu"),
    ],
)
def test_the_tape_agrees_with_dual_numbers(p: Program) -> None:
    graph = Graph(p)
    for seed in range(400):
        field = Field(height_of(graph, []) + 1, seed)

        def draw(kind: str, name: str, i: int, j: int, field: Field = field) -> Scalar:
            return field.leaf(p.leaves[name].domain, name, i, j)

        sizes = {dim: 2 + k % 2 for k, dim in enumerate(graph.dimensions([]))}
        here = World(graph, field, sizes, draw)
        try:
            for name in [*p.leaves, *p.definitions]:
                want, got = forward(p, here, name), here.gradient(name)
                for r, q in zip(want, got, strict=True):
                    for x, y in zip(r, q, strict=True):
                        assert field.equal(x, y), name
        except NoValue:
            continue
        return
    raise AssertionError("no point with a value")


@pytest.mark.parametrize(("exponent", "slope"), [(0, 0), (1, 1), (2, 4), (3, 12), (-1, "-1/4")])
def test_slopes_of_powers(exponent: int, slope: int | str) -> None:
    x = Symbol("x", SCALAR)
    p = Program({"x": Leaf(SCALAR)}, {"J": power(x, exponent)}, {}, "J")
    here = World(Graph(p), Rational(), {}, lambda *_: Fraction(2))
    assert here.gradient("x") == [[Fraction(slope)]]


def test_odd_functions_vanish_at_zero() -> None:
    field = Field(1, 0)
    for name, value in (("erf", 0), ("sin", 0), ("cos", 1), ("step", 0)):
        assert field.equal(field.primitive(name, field.number(0)), field.number(value))


def test_index_notation_is_differentiated() -> None:
    """Sweeps through Build, SumOver, Entry: d/dA of sum_ij (sum_k A_ik B_kj)^2."""
    k, i = Index("k", "m"), Index("o", "n")
    body = SumOver(k, Times(Entry(a, ROW, k), Entry(b, k, i)))
    written = total(power(Build(ROW, i, body), 2))
    plain = total(power(MatMul(a, b), 2))
    for cost in (written, plain):
        p = Program(PROGRAM.leaves, {"J": cost}, {}, "J")
        here = world(p)
        assert here.gradient("A") == [[20, 24, 172], [44, 48, 364]]
        assert here.gradient("B") == world(Program(PROGRAM.leaves, {"J": plain}, {}, "J")).gradient(
            "B"
        )


def test_second_derivatives_of_the_cost() -> None:
    x = Symbol("x", SCALAR)
    p = Program({"x": Leaf(SCALAR)}, {"J": power(x, 3)}, {}, "J")
    here = World(Graph(p), Rational(), {}, lambda *_: Fraction(2))
    slope = Partial(Times(ONE, Gradient("x", SCALAR)), "x", None, None)
    assert here.value(Gradient("x", SCALAR)) == [[12]]
    assert here.value(slope) == [[12]]


def test_a_derivative_by_one_name_of_that_by_another() -> None:
    """What is a variable of one derivative is a constant of the other."""
    x, z = Symbol("x", SCALAR), Symbol("z", SCALAR)
    p = Program({"x": Leaf(SCALAR), "z": Leaf(SCALAR)}, {"y": power(Times(x, power(z, 2)), 3)}, {})
    values = {"x": Fraction(2), "z": Fraction(5)}
    here = World(Graph(p), Rational(), {}, lambda kind, name, i, j: values[name])
    y = Symbol("y", SCALAR)
    by_z = Partial(Times(x, y), "z", None, None)  # x^4 z^6
    assert here.value(by_z) == [[6 * 2**4 * 5**5]]
    assert here.value(Partial(by_z, "x", None, None)) == [[24 * 2**3 * 5**5]]


def test_weights_leave_calculus_as_it_is() -> None:
    """With weights on the axes, sizes and sums change together and the claims stay true."""
    p = network(2)
    field = Field(2, 7)

    def draw(kind: str, name: str, i: int, j: int) -> Scalar:
        return field.random(name, i, j)

    graph = Graph(p)
    sizes = dict.fromkeys(graph.dimensions([]), 3)
    weights = {dim: [field.random("w", dim, k) for k in range(3)] for dim in sizes}
    here = World(graph, field, sizes, draw, weights=weights.get)
    left = here.value(Times(Size("m"), p.gradient("Z2")))
    right = here.value(Plus(p.symbol("A2"), Times(number(-1), p.symbol("Y"))))
    assert all(
        field.equal(x, y)
        for r, q in zip(left, right, strict=True)
        for x, y in zip(r, q, strict=True)
    )
    assert here.value(Size("m"))[0][0] == sum(weights["m"]) % field.modulus
