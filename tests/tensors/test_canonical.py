"""Properties of the canonical form, on random expressions.

Renaming, reordering and re-nesting do not change it; whatever it does, the value stays.
"""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive import program as p
from derive.program import Equation, Expr
from derive.tensors import prove
from derive.tensors.adjoint import Model
from derive.tensors.label import fresh, labelled, rename
from derive.tensors.lower import slot
from derive.tensors.meter import Exhausted, Outside, metered
from derive.tensors.normal import at_indices, identify, product, sum_over, times
from derive.tensors.relations import normal_form
from derive.tensors.terms import Index, Poly
from tensors.numeric import World

SIZES = {"n": 3}
LEAVES = {
    ("n", "n"): [p.Symbol("A", ("n", "n")), p.Symbol("B", ("n", "n")), p.Eye("n")],
    ("n", 1): [p.Symbol("x", ("n", 1)), p.Symbol("y", ("n", 1))],
    (1, "n"): [p.Transpose(p.Symbol("x", ("n", 1))), p.Transpose(p.Symbol("y", ("n", 1)))],
    (1, 1): [p.number(-1), p.number(2), p.Size("n"), p.Symbol("s", (1, 1))],
}
PROGRAM = p.Program(
    {
        "A": p.Leaf(("n", "n")),
        "B": p.Leaf(("n", "n")),
        "x": p.Leaf(("n", 1)),
        "y": p.Leaf(("n", 1)),
        "s": p.Leaf((1, 1)),
    },
    {},
    {"g": p.Function("g")},
)
RNG = np.random.default_rng(11)
WORLD = World(
    SIZES,
    {
        "A": RNG.uniform(-1, 1, (3, 3)),
        "B": RNG.uniform(-1, 1, (3, 3)),
        "x": RNG.uniform(-1, 1, (3, 1)),
        "y": RNG.uniform(-1, 1, (3, 1)),
        "s": np.array([[0.7]]),
    },
)
QUICK = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@st.composite
def expressions(draw: st.DrawFn, shape: tuple[p.Dim, p.Dim] | None = None, depth: int = 4) -> Expr:
    """Matrix expressions over A, B (n, n), x, y (n, 1) and s, of the given or any shape."""
    if shape is None:
        shape = draw(st.sampled_from(sorted(LEAVES, key=repr)))
    if depth == 0:
        return draw(st.sampled_from(LEAVES[shape]))

    def inner(s: tuple[p.Dim, p.Dim]) -> Expr:
        return draw(expressions(s, depth - 1))

    rows, columns = shape
    kind = draw(st.integers(0, 9))
    match kind:
        case 0 | 1:
            middle: p.Dim = draw(st.sampled_from(["n", 1]))
            return p.MatMul(inner((rows, middle)), inner((middle, columns)))
        case 2:
            return p.Plus(inner(shape), inner(shape))
        case 3:
            return p.Times(inner(shape), inner(draw(st.sampled_from([shape, (1, 1)]))))
        case 4:
            return p.Transpose(inner((columns, rows)))
        case 5:
            return p.Apply(draw(st.sampled_from(["g", "exp", "step", "sin"])), 0, inner(shape))
        case 6:
            one = p.Plus(p.ONE, p.Power(inner(shape), 2))  # type: ignore[arg-type]
            return p.Power(one, p.Fraction(draw(st.sampled_from([-1, -2]))))
        case 7 if rows == "n":
            return p.softmax(inner(shape), 0)
        case 8 if rows == 1:
            return p.Sum(inner(("n", columns)), 0)
        case 9 if columns == 1:
            return p.Sum(inner((rows, "n")), 1)
    return draw(st.sampled_from(LEAVES[shape]))


def lowered(e: Expr) -> tuple[Poly, list[Index]]:
    row, column = slot("!row", e.shape[0]), slot("!column", e.shape[1])
    poly = Model(PROGRAM).lowering.lower(e, row, column, {})
    return poly, [i for i in (row, column) if i is not None]


def same_value(e: Expr, poly: Poly, at: list[Index]) -> bool:
    shape = tuple(1 if d == 1 else 3 for d in e.shape)
    want = np.broadcast_to(WORLD.array(e), shape)
    for place in np.ndindex(shape):
        where = dict(
            zip(at, (i for i, d in zip(place, e.shape, strict=True) if d != 1), strict=True)
        )
        got = WORLD.term(poly, where)
        if abs(got - want[place]) > 1e-6 * (1 + abs(want[place])):
            return False
    return True


def usable(e: Expr) -> tuple[Poly, list[Index]] | None:
    """The term, if it is small and its value finite and away from kinks."""
    try:
        with metered(1_000), np.errstate(all="raise"):
            poly, at = lowered(e)
            value = WORLD.array(e)
    except (Exhausted, Outside, FloatingPointError, OverflowError, ZeroDivisionError):
        return None
    fine = bool(np.all(np.abs(value) < 1e6)) and _work(poly) < 2_000
    return (poly, at) if fine and not _near_kink(e) else None


def _work(poly: Poly) -> int:
    """How many products its evaluation takes, roughly."""
    return sum(
        3 ** len(m.bound) * (1 + sum(_work(a.arg) for a, _ in m.factors if a.arg is not None))
        for m in poly.terms
    )


def _near_kink(e: Expr) -> bool:
    return any(
        isinstance(n, p.Apply)
        and n.function == "step"
        and bool(np.any(np.abs(WORLD.array(n.arg)) < 1e-9))
        for n in p.walk(e)
    )


@QUICK
@given(expressions())
def test_lowering_keeps_the_value(e: Expr) -> None:
    found = usable(e)
    if found is not None:
        assert same_value(e, *found)


@QUICK
@given(expressions())
def test_normal_form_keeps_the_value(e: Expr) -> None:
    found = usable(e)
    if found is None:
        return
    poly, at = found
    try:
        with metered(20_000):
            normal = normal_form(poly, [])
    except (Exhausted, Outside):
        return
    assert _work(normal) > 20_000 or same_value(e, normal, at)


@QUICK
@given(expressions(("n", "n")))
def test_renaming_and_back_is_the_identity(e: Expr) -> None:
    found = usable(e)
    if found is None:
        return
    poly, at = found
    with metered(100_000):
        away = {i: Index(f"?{n}", i.dim) for n, i in enumerate(at[::-1])}
        back = {j: i for i, j in away.items()}
        assert rename(rename(poly, away), back) == poly
        swapped = at_indices(poly, at, at[::-1])
        assert at_indices(swapped, at, at[::-1]) == poly


@QUICK
@given(expressions(("n", "n")), expressions(("n", "n")))
def test_products_commute_and_sums_over_bound_names_agree(a: Expr, b: Expr) -> None:
    found, other = usable(a), usable(b)
    if found is None or other is None or len(found[0].terms) * len(other[0].terms) > 30:
        return
    with metered(200_000):
        left, right = times(found[0], other[0]), times(other[0], found[0])
        assert left == right
        row, column = found[1]
        k, j = fresh(row), fresh(column)
        once = sum_over(rename(left, {row: k}), k)
        again = sum_over(rename(right, {row: j}), j)
        assert once == again
        assert product([found[0], other[0]]) == left


@QUICK
@given(expressions(("n", "n")))
def test_the_diagonal_has_the_diagonal_s_value(e: Expr) -> None:
    found = usable(e)
    if found is None:
        return
    poly, (row, column) = found
    try:
        with metered(50_000):
            diagonal = identify(poly, column, row)
    except Outside:
        return
    value = np.broadcast_to(WORLD.array(e), (3, 3))
    for i in range(3):
        want = value[i, i]
        assert abs(WORLD.term(diagonal, {row: i}) - want) <= 1e-6 * (1 + abs(want))


@QUICK
@given(expressions(depth=3), expressions(depth=3))
def test_what_is_proved_equal_is_equal(a: Expr, b: Expr) -> None:
    if a.shape != b.shape or usable(a) is None or usable(b) is None:
        return
    if prove(PROGRAM, Equation(a, b), budget=20_000).proved:
        shape = tuple(1 if d == 1 else 3 for d in a.shape)
        left, right = (np.broadcast_to(WORLD.array(e), shape) for e in (a, b))
        assert np.allclose(left, right, rtol=1e-6, atol=1e-6)


def rewritten(e: Expr) -> Expr:
    """The same value, written differently everywhere."""
    e = p.with_children(e, tuple(rewritten(c) for c in p.children(e)))
    match e:
        case p.MatMul(left=a, right=p.MatMul(left=b, right=c)):
            return p.MatMul(p.MatMul(a, b), c)
        case p.MatMul(left=a, right=b):
            return p.Transpose(p.MatMul(p.Transpose(b), p.Transpose(a)))
        case p.Plus(left=a, right=b):
            return p.Plus(b, a)
        case p.Times(left=a, right=p.Plus(left=b, right=c)) if a.shape == b.shape == c.shape:
            return p.Plus(p.Times(a, b), p.Times(a, c))
        case p.Times(left=a, right=b):
            return p.Times(b, a)
        case p.Sum(arg=a, axis=axis):
            return p.Transpose(p.Sum(p.Transpose(a), 1 - axis))
    return e


@QUICK
@given(expressions())
def test_equal_expressions_are_proved_equal(e: Expr) -> None:
    if usable(e) is None:
        return
    outcome = prove(PROGRAM, Equation(e, rewritten(e)), budget=50_000)
    assert outcome.proved or outcome.reason != "not zero", outcome.residue


def test_interchangeable_indices_have_one_name() -> None:
    """A square, a path and a triangle of a matrix with itself, bound in every order."""
    with metered(10_000):
        for build in (_square, _path, _triangle):
            keys = {build(order).key for order in ((0, 1, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))}
            assert len(keys) == 1


def _atoms(pairs: list[tuple[Index, Index]]) -> list[tuple[object, int]]:
    from derive.tensors.terms import Atom

    return [(Atom("entry", "A", 0, pair), 1) for pair in pairs]


def _names(order: tuple[int, ...]) -> list[Index]:
    return [Index(f"~{n}", "n") for n in order]


def _square(order: tuple[int, ...]):  # type: ignore[no-untyped-def]
    i, j, k = _names(order)
    return labelled([k, j, i], _atoms([(i, j), (j, k), (i, k), (k, i)]))  # type: ignore[arg-type]


def _path(order: tuple[int, ...]):  # type: ignore[no-untyped-def]
    i, j, k = _names(order)
    return labelled([j, i, k], _atoms([(i, j), (j, k)]))  # type: ignore[arg-type]


def _triangle(order: tuple[int, ...]):  # type: ignore[no-untyped-def]
    i, j, k = _names(order)
    return labelled([i, j, k], _atoms([(i, j), (j, k), (k, i)]))  # type: ignore[arg-type]
