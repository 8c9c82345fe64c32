"""The certifying shape: counts by hand, and identities that hold only at shapes too small."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from functools import reduce
from itertools import permutations

import pytest

from derive.check import check
from derive.check.graph import Graph
from derive.check.search.points import height_of
from derive.check.shape import MOST, Census, census, counted, height
from derive.program import (
    Apply,
    Build,
    Delta,
    Entry,
    Equation,
    Expr,
    Eye,
    Index,
    Leaf,
    MatMul,
    Partial,
    Plus,
    Program,
    Size,
    Sum,
    SumOver,
    Times,
    Transpose,
    number,
    total,
)

from .programs import exp, network, power, product, program

P = program(
    {"x": ("n", 1), "y": ("n", 1), "A": ("n", "k"), "B": ("k", "m"), "S": ("n", "n")}, {}, ("g",)
)
x, y, a, b, s = (P.symbol(name) for name in ("x", "y", "A", "B", "S"))
I, K = Index("i", "n"), Index("k", "k")  # noqa: E741


def counts(p: Program = P, values: Collection[str] = (), gradients: Collection[str] = ()) -> Census:
    return census(Graph(p), values, gradients)


def plain(expr: Expr, world: Census | None = None) -> dict[str, int]:
    world = world or counts()
    world.graph.check(expr)
    return counted(world, expr)


@pytest.mark.parametrize(
    ("expr", "count"),
    [
        (x, {}),
        (Size("n"), {}),
        (Eye("n"), {}),
        (Sum(x, 0), {"n": 1}),
        (Sum(Transpose(x), 1), {"n": 1}),
        (MatMul(a, b), {"k": 1}),
        (total(MatMul(a, b)), {"n": 1, "k": 1, "m": 1}),
        (Times(Sum(x, 0), Sum(y, 0)), {"n": 2}),
        (Plus(Sum(x, 0), Times(Sum(x, 0), Sum(y, 0))), {"n": 2}),
        (power(Sum(x, 0), 3), {"n": 3}),
        (power(Sum(x, 0), 0), {}),
        (power(Sum(x, 0), -1), {"n": 1}),
        (power(Sum(x, 0), Fraction(-3, 2)), {"n": 1}),
        (exp(Sum(x, 0)), {"n": 1}),
        (Apply("g", 0, Sum(x, 0)), {"n": 1}),
        (Apply("g", 2, Sum(x, 0)), {"n": 1}),
        (Apply("sigmoid", 0, Sum(x, 0)), {"n": 1}),
        (Apply("sigmoid", 1, Sum(x, 0)), {"n": 2}),
        (Apply("silu", 0, Sum(x, 0)), {"n": 2}),
        (Apply("silu", 2, Sum(x, 0)), {"n": 4}),  # x and exp(-x) twice, in a power
        (SumOver(I, Entry(x, I, None)), {"n": 1}),
        (Build(I, None, SumOver(K, Entry(a, I, K))), {"k": 1}),
        (Times(Delta(I, I), Sum(x, 0)), {"n": 1}),
        (power(Sum(x, 0), 10**9), {"n": MOST}),
    ],
)
def test_counts(expr: Expr, count: dict[str, int]) -> None:
    assert plain(expr) == count


@pytest.mark.parametrize(
    ("expr", "count"),
    [
        (x, {}),  # by x_i of the sum of all entries: 1
        (Sum(x, 0), {}),
        (power(Sum(x, 0), 2), {"n": 1}),
        (power(Sum(x, 0), 3), {"n": 2}),
        (power(Sum(x, 0), -1), {"n": 1}),
        (Times(Sum(x, 0), Sum(y, 0)), {"n": 1}),
        (MatMul(s, x), {"n": 1}),
        (MatMul(Transpose(x), MatMul(s, x)), {"n": 1}),
        (exp(Sum(x, 0)), {"n": 1}),
        (Apply("sigmoid", 0, Sum(x, 0)), {"n": 2}),
        (Plus(Sum(x, 0), exp(Sum(x, 0))), {"n": 1}),
        (SumOver(I, Entry(x, I, None)), {"n": 1}),  # the entry may be one of another index
        (Build(I, None, Entry(x, I, None)), {"n": 1}),
    ],
)
def test_counts_of_derivatives(expr: Expr, count: dict[str, int]) -> None:
    assert plain(Partial(total(expr), "x", Index("o", "n"), None)) == count


def test_gradients_and_cuts() -> None:
    p = network(3)
    everything = frozenset(p.definitions)
    local = counts(p, everything, {"Z2"})
    assert plain(p.gradient("Z2"), local) == {}
    assert plain(p.gradient("Z1"), local) == {"n2": 1}
    assert plain(p.gradient("W1"), local) == {"n2": 1, "m": 1}
    assert plain(p.symbol("Z2"), local) == {}
    whole = counts(p)
    assert plain(p.symbol("Z1"), whole) == {"n0": 1}
    assert plain(p.symbol("Z2"), whole) == {"n0": 1, "n1": 1}
    assert plain(p.gradient("J"), whole) == {}
    assert plain(p.symbol("A3"), whole) == {"n0": 2, "n1": 2, "n2": 2, "n3": 1}
    deep = plain(p.gradient("W1"), whole)
    assert deep["m"] == 1
    assert all(deep[dim] >= 2 for dim in ("n0", "n1", "n2", "n3"))


def test_partial_follows_the_definitions() -> None:
    p = program(
        {"x": ("n", 1), "q": ("n", 1)},
        {
            "u": lambda s: power(s("x"), 2),
            "v": lambda s: Times(s("u"), Sum(s("u"), 0)),
            "w": lambda s: total(Times(s("v"), s("q"))),
        },
    )
    count = plain(Partial(p.symbol("w"), "x", I, None), counts(p))
    # q_i u_i u_j over i and j: one of them is the index of the entry, the other is summed.
    assert count["n"] == 1


def power_sum_polynomial(order: int) -> tuple[Expr, Expr]:
    """Newton's identity for the elementary symmetric polynomial of this order, set to 0: true
    for vectors with fewer entries, false for longer ones."""

    def p(k: int) -> Expr:
        return Sum(power(x, k), 0)

    def e(k: int) -> Expr:
        if k == 0:
            return number(1)
        terms = [
            product(number(Fraction((-1) ** (i - 1), k)), e(k - i), p(i)) for i in range(1, k + 1)
        ]
        out = terms[0]
        for term in terms[1:]:
            out = Plus(out, term)
        return out

    return e(order), Times(number(0), p(1))


@pytest.mark.parametrize("order", [2, 3, 4, 5])
def test_identities_of_small_vectors_are_not_accepted(order: int) -> None:
    left, right = power_sum_polynomial(order)
    p = Program({"x": Leaf(("n", 1))}, {})
    assert plain(left, counts(p))["n"] >= order
    assert not check(p, Equation(left, right)).accepted


@pytest.mark.parametrize("size", [1, 2, 3])
def test_they_are_accepted_where_the_size_is_written(size: int) -> None:
    left, right = power_sum_polynomial(size + 1)
    leaves = {"x": Leaf((size, 1))}

    def sized(expr: Expr) -> Expr:
        from derive.program import Symbol, children, with_children

        if isinstance(expr, Symbol):
            return Symbol("x", (size, 1))
        return with_children(expr, tuple(sized(c) for c in children(expr)))

    assert check(Program(leaves, {}), Equation(sized(left), sized(right))).accepted


def test_places_of_free_indices_are_counted() -> None:
    """Three vectors of two entries have no volume; of three they have."""
    letters = [Index(name, "n") for name in "ijk"]
    p = Program({name: Leaf(("n", 1)) for name in "xyz"}, {})
    terms = [
        product(
            number(sign), *(Entry(p.symbol(v), i, None) for v, i in zip("xyz", at, strict=True))
        )
        for sign, at in zip((1, -1, -1, 1, 1, -1), permutations(letters), strict=True)
    ]
    volume = reduce(Plus, terms)
    assert not check(p, Equation(volume, number(0), tuple(letters))).accepted


def test_entries_of_the_sides_are_counted() -> None:
    """Neither has the volume of three, of which two are the entries of a matrix."""
    p = Program({name: Leaf(("n", 1)) for name in "wxyz"}, {})
    terms = [
        product(number(sign), MatMul(a, Transpose(b)), total(Times(c, p.symbol("w"))))
        for sign, (a, b, c) in zip(
            (1, -1, -1, 1, 1, -1), permutations(map(p.symbol, "xyz")), strict=True
        )
    ]
    volume = reduce(Plus, terms)
    for left, right in ((volume, number(0)), (number(0), volume)):
        assert not check(p, Equation(left, right)).accepted


def test_labels_need_one_more() -> None:
    free, labelled = (Program({"Y": Leaf(("K", "m"), sums_to_one=axis)}, {}) for axis in (None, 0))
    sizes = []
    for p in (free, labelled):
        y = p.symbol("Y")
        sizes.append(check(p, Equation(Times(y, y), power(y, 2))).sizes["K"])
        assert check(p, Equation(Times(y, Sum(y, 0)), y)).accepted is (p is labelled)
    assert sizes == [2, 2]
    y = labelled.symbol("Y")
    assert check(labelled, Equation(Sum(Times(y, y), 0), Sum(power(y, 2), 0))).sizes["K"] == 4 - 1


def test_what_is_too_large_says_so() -> None:
    p = Program({"x": Leaf(("n", 1)), "y": Leaf(("n", 1))}, {})
    big = power(Sum(Plus(p.symbol("x"), p.symbol("y")), 0), 100)
    same = power(Plus(Sum(p.symbol("x"), 0), Sum(p.symbol("y"), 0)), 100)
    outcome = check(p, Equation(big, same))
    assert not outcome.accepted
    assert outcome.reason == "too large to certify: a size of 200 is needed"


def test_depth_of_exponentials() -> None:
    p = program(
        {"x": ("n", 1)},
        {
            "u": lambda s: exp(s("x")),
            "v": lambda s: Apply("sigmoid", 0, s("u")),
            "w": lambda s: Apply("g", 0, s("v")),
            "z": lambda s: exp(s("w")),
        },
        ("g",),
    )
    graph = Graph(p)
    assert height_of(graph, []) == 3
    assert height_of(graph, [exp(exp(p.symbol("v")))]) == 5
    local = census(graph, frozenset(p.definitions))
    counted(local, exp(p.symbol("v")))
    assert height(local) == 2
    counted(local, Apply("erf", 0, p.symbol("x")))
    assert height(local) == 2
    x = p.symbol("x")
    some = Sum(x, 0)
    for both in (Times(some, exp(exp(x))), Times(exp(exp(x)), some)):
        assert height_of(graph, [exp(both)]) == 4
