"""Rules of the checker that a claim seldom hangs on, each by itself."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.check import check
from derive.check.acceptance import _Trial
from derive.check.domains import Field, is_prime
from derive.check.graph import Graph, graph_of
from derive.check.signs import Sign, has_roots_of_positive, sign
from derive.check.statements import telescoped
from derive.program import (
    ARGUMENT,
    ONE,
    SCALAR,
    ZERO,
    Apply,
    Composition,
    Delta,
    Equation,
    Expr,
    Eye,
    Function,
    Gradient,
    Index,
    Jacobian,
    Leaf,
    MatMul,
    Partial,
    Plus,
    Power,
    Program,
    Size,
    Sum,
    SumOver,
    Symbol,
    Times,
    minus,
    number,
    total,
)
from tests.adversary.subjects import network

HALF = Fraction(1, 2)
X, P, U = (Symbol(name, SCALAR) for name in "xpu")
LEAVES = {"x": Leaf(SCALAR), "p": Leaf(SCALAR, "positive"), "u": Leaf(SCALAR, "unit")}
ARG = Symbol(ARGUMENT, SCALAR)


def a_program(**definitions: Expr) -> Program:
    functions = {"f": Function("f"), "root": Function("root", Power(ARG, HALF))}
    leaves = {**LEAVES, "y": Leaf(SCALAR)}
    return Program(leaves, definitions, functions, "J" if "J" in definitions else None)


def known_to(program: Program, expr: Expr) -> Graph:
    """The graph of a program that has looked at an expression."""
    graph = graph_of(program)
    graph.check(expr)
    return graph


# -- signs --------------------------------------------------------------------------------------

Y = Symbol("y", SCALAR)
SIGNS: list[tuple[Expr, Sign]] = [
    (number(2), Sign.POSITIVE),
    (ZERO, Sign.NATURAL),
    (number(-2), Sign.ANY),
    (Y, Sign.ANY),
    (P, Sign.POSITIVE),
    (U, Sign.UNIT),
    (Plus(P, P), Sign.POSITIVE),
    (Plus(P, Y), Sign.ANY),
    (Plus(P, Power(Y, Fraction(2))), Sign.POSITIVE),
    (Power(Y, Fraction(2)), Sign.NATURAL),
    (Power(Y, Fraction(3)), Sign.ANY),
    (Power(Y, Fraction(-1)), Sign.ANY),
    (Power(P, Fraction(-1)), Sign.POSITIVE),
    (Apply("exp", 0, Y), Sign.POSITIVE),
    (Apply("step", 0, Y), Sign.NATURAL),
    (Apply("f", 0, P), Sign.ANY),
    (Apply("root", 1, P), Sign.ANY),
    (minus(ONE, U), Sign.UNIT),
    (minus(ONE, P), Sign.ANY),
    (Sum(U, 0), Sign.POSITIVE),
    (MatMul(Y, P), Sign.ANY),
    (MatMul(U, U), Sign.POSITIVE),
    (Times(P, Y), Sign.ANY),
    (Times(P, U), Sign.POSITIVE),
    (Times(Y, Y), Sign.NATURAL),
    (Eye("n"), Sign.NATURAL),
    (Power(Plus(ONE, P), Fraction(-1)), Sign.UNIT),
    (Power(Plus(ONE, Power(Y, Fraction(2))), Fraction(-1)), Sign.POSITIVE),
    (Apply("root", 0, P), Sign.ANY),
]


@pytest.mark.parametrize(("expr", "known"), SIGNS)
def test_signs(expr: Expr, known: Sign) -> None:
    assert sign(known_to(a_program(), expr), expr) is known


def test_roots_of_what_may_be_negative_are_found_wherever_they_stand() -> None:
    s, j = Symbol("S", SCALAR), Symbol("J", SCALAR)
    root_of_y = a_program(S=Power(Y, HALF))
    rooted_cost = a_program(J=Times(P, Power(Y, HALF)))
    for program, expr in (
        (a_program(), Power(Y, HALF)),
        (a_program(), Apply("log", 0, Y)),
        (a_program(), Apply("root", 0, Y)),
        (root_of_y, s),
        (rooted_cost, Gradient("p", SCALAR)),
    ):
        assert not has_roots_of_positive(known_to(program, expr), expr), expr
    for program, expr in (
        (a_program(), Power(P, HALF)),
        (a_program(), Apply("log", 0, Plus(P, Power(Y, Fraction(2))))),
        (root_of_y, P),
        (a_program(J=Power(P, HALF)), j),
    ):
        assert has_roots_of_positive(known_to(program, expr), expr), expr


# -- numbers ------------------------------------------------------------------------------------


def test_pi_is_no_number_that_a_claim_can_hold() -> None:
    values = {Field(2, seed).pi() for seed in range(3)}
    assert len(values) == 3
    field = Field(2, 5)
    field.power(field.pi(), HALF)  # it is positive


def test_numbers_that_pass_for_primes_with_every_base() -> None:
    assert is_prime(2**61 - 1)
    for k in (35, 46 + 10):  # (6k+1)(12k+1)(18k+1), where all three are prime
        factors = (6 * k + 1, 12 * k + 1, 18 * k + 1)
        if all(is_prime(n) for n in factors):
            assert not is_prime(factors[0] * factors[1] * factors[2])


# -- facts and graphs ---------------------------------------------------------------------------


def test_what_an_expression_mentions() -> None:
    graph = known_to(a_program(), Apply("f", 0, X))
    assert graph.facts(Apply("f", 0, X)).functions == {"f"}
    assert "m" in graph.facts(Size("m")).dims
    assert graph.dimensions([Times(Size("m"), X)]) == ["m"]
    assert graph.functions([Apply("f", 0, X)]) == {"f"}


def test_an_entry_has_the_dimensions_of_its_array() -> None:
    program = Program({"v": Leaf(("n", 1))}, {"s": Sum(Symbol("v", ("n", 1)), 0)})
    s = Symbol("s", SCALAR)
    for row in (Index("i", "m"), None):
        found = check(program, Equation(Partial(s, "v", row, None), ONE, ()))
        assert "other dimensions" in found.reason
    assert check(program, Equation(Partial(s, "v", Index("i", "n"), None), ONE)).accepted


def test_the_scale_of_a_composition_is_a_number() -> None:
    program = Program({"v": Leaf(("n", 1))}, {"s": Sum(Symbol("v", ("n", 1)), 0)})
    i = Index("i", "n")
    for scale in (Symbol("v", ("n", 1)), Delta(i, i)):
        claim = Composition(Jacobian("s", "v"), (Jacobian("s", "v"),), scale)
        assert check(program, claim).reason == "the scale of a composition is not a number"


def test_factors_meet_where_every_way_passes() -> None:
    x = Symbol("x", SCALAR)
    a, b = Symbol("a", SCALAR), Symbol("b", SCALAR)
    program = Program(
        {"x": Leaf(SCALAR)}, {"a": Times(x, x), "b": Times(a, a), "c": Plus(b, number(1))}
    )
    factors = (Jacobian("c", "b"), Jacobian("b", "a"), Jacobian("a", "x"))
    order, reason = telescoped(graph_of(program), Composition(Jacobian("c", "x"), factors))
    assert order == factors
    assert reason == ""
    past = Program(
        {"x": Leaf(SCALAR)}, {"a": Times(x, x), "b": Plus(a, x), "c": Plus(b, number(1))}
    )
    order, reason = telescoped(graph_of(past), Composition(Jacobian("c", "x"), factors))
    assert order is None
    assert reason == "a way from x to c avoids a"
    ends = Composition(Jacobian("b", "x"), (Jacobian("b", "a"), Jacobian("a", "x")))
    assert telescoped(graph_of(past), ends)[0] is None


# -- acceptance ---------------------------------------------------------------------------------


def test_a_derivative_of_what_holds_a_gradient_is_refused() -> None:
    """G = dJ/dw stands in a definition: where G is cut, it would pass for a constant."""
    w = Symbol("w", SCALAR)
    program = Program(
        {"w": Leaf(SCALAR)},
        {"J": Power(w, Fraction(3)), "G": Gradient("w", SCALAR)},
        {},
        "J",
    )
    slope = Partial(Symbol("G", SCALAR), "w", None, None)
    for right in (ZERO, Times(number(6), w), slope):
        assert check(program, Equation(slope, right)).reason == (
            "the derivative of a derivative of the cost"
        )


def test_sizes_that_are_roots_are_no_proof_where_axes_have_no_weights() -> None:
    """(m - a)(m - b) delta_ii is 0 at the first sizes that are tried, and nowhere else."""
    program = Program({"v": Leaf(("m", 1))}, {})
    i, j, m = Index("i", "m"), Index("j", "m"), Size("m")
    for size in (m, SumOver(j, ONE)):  # by its name, and by a sum
        for a in range(1, 8):
            for b in range(a + 1, 9):
                left = Times(Times(minus(m, number(a)), minus(size, number(b))), Delta(i, i))
                assert not check(program, Equation(left, ZERO)).accepted, (a, b)


def test_all_points_of_a_trial_share_its_effort() -> None:
    v = Symbol("v", ("n", 1))
    program = Program({"v": Leaf(("n", 1))}, {})
    trial = _Trial(graph_of(program), Equation(total(v), total(v)))
    before = trial.effort
    assert trial.outcome().accepted
    assert trial.effort < before


def test_logarithms_of_what_may_be_negative_are_not_those_of_its_size() -> None:
    square = Apply("log", 0, Power(Y, Fraction(2)))
    claim = Equation(square, Times(number(2), Apply("log", 0, Y)))
    assert check(a_program(), claim).reason == "the sides differ"
    log_p, log_y = Apply("log", 0, P), Apply("log", 0, Y)
    apart = Equation(log_p, minus(Apply("log", 0, Times(P, Y)), log_y))
    assert check(a_program(), apart).reason == "the sides differ"
    softplus = Apply("log", 0, Plus(ONE, Apply("exp", 0, Y)))
    other = Apply("log", 0, Plus(ONE, Apply("exp", 0, Times(number(-1), Y))))
    assert check(a_program(), Equation(softplus, Plus(Y, other))).accepted
    assert not check(a_program(), Equation(softplus, Plus(P, other))).accepted


# -- cuts ---------------------------------------------------------------------------------------


def test_what_is_cut_is_cut_on_every_way_to_the_cost() -> None:
    """So many layers of one width are not certified as a whole; each claim is about two of them."""
    net, claims = network(24, "tanh", "softmax", "cross_entropy", "square")
    program = net.program()
    for left, right in claims[-6:]:
        assert check(program, Equation(left.e, right.e)).reason == ""
