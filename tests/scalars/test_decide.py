"""Equality of scalar formulas: true pairs, near-true pairs, what is too large, what is hostile."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.program import (
    ONE,
    SCALAR,
    Apply,
    Expr,
    Function,
    Plus,
    Power,
    Symbol,
    Times,
    divide,
    minus,
    negate,
    number,
)
from derive.scalars import table
from derive.scalars.decide import Decision, decide

X, Y, A, Z = (Symbol(name, SCALAR) for name in ("x", "y", "a", "z"))
LIBRARY = {name: table.function(name) for name in table.NAMES}


def f(name: str, order: int, arg: Expr) -> Apply:
    return Apply(name, order, arg)


def exp(arg: Expr) -> Apply:
    return Apply("exp", 0, arg)


def log(arg: Expr) -> Apply:
    return Apply("log", 0, arg)


def root(arg: Expr) -> Power:
    return Power(arg, Fraction(1, 2))


def square(arg: Expr) -> Power:
    return Power(arg, Fraction(2))


SIGMA, TANH = f("sigmoid", 0, X), f("tanh", 0, X)
UNDER = Plus(ONE, exp(negate(Z)))

TRUE = {
    "sigmoid'": (f("sigmoid", 1, X), Times(SIGMA, minus(ONE, SIGMA))),
    "tanh'": (f("tanh", 1, X), minus(ONE, square(TANH))),
    "tanh by sigmoid": (TANH, minus(Times(number(2), f("sigmoid", 0, Plus(X, X))), ONE)),
    "softplus'": (f("softplus", 1, X), SIGMA),
    "log sigmoid": (log(SIGMA), negate(f("softplus", 0, negate(X)))),
    "sigmoid is odd about 1/2": (f("sigmoid", 0, negate(X)), minus(ONE, SIGMA)),
    "relu' of -x": (f("relu", 1, negate(X)), minus(ONE, f("relu", 1, X))),
    "step squared": (square(f("step", 0, X)), f("step", 0, X)),
    "step of 2x": (f("step", 0, Plus(X, X)), f("step", 0, X)),
    "add and subtract 1": (
        divide(exp(negate(Z)), square(UNDER)),
        Times(divide(ONE, UNDER), minus(ONE, divide(ONE, UNDER))),
    ),
    "two-class loss": (
        Plus(negate(divide(Y, A)), divide(minus(ONE, Y), minus(ONE, A))),
        divide(minus(A, Y), Times(A, minus(ONE, A))),
    ),
    "exp of a sum": (exp(Plus(X, Y)), Times(exp(X), exp(Y))),
    "exp of a half": (square(exp(Times(number(Fraction(1, 2)), X))), exp(X)),
    "log of a product": (log(Times(X, Y)), Plus(log(X), log(Y))),
    "exp of a log": (exp(Times(number(2), log(X))), square(X)),
    "log of numbers": (log(number(12)), Plus(Times(number(2), log(number(2))), log(number(3)))),
    "root squared": (square(root(Plus(X, ONE))), Plus(X, ONE)),
    "root of two": (Times(root(number(2)), root(number(2))), number(2)),
    "circle": (Plus(square(f("sin", 0, X)), square(f("cos", 0, X))), ONE),
    "sine is odd": (f("sin", 0, negate(X)), negate(f("sin", 0, X))),
    "erf is odd": (f("erf", 0, minus(X, Y)), negate(f("erf", 0, minus(Y, X)))),
    "an arbitrary function": (f("g", 1, Plus(X, X)), f("g", 1, Times(number(2), X))),
}

FALSE = {
    "sigmoid' with a plus": (f("sigmoid", 1, X), Times(SIGMA, Plus(ONE, SIGMA))),
    "tanh' without the square": (f("tanh", 1, X), minus(ONE, TANH)),
    "relu' of -x": (f("relu", 1, negate(X)), f("relu", 1, X)),
    "log of a sum": (log(Plus(X, Y)), Plus(log(X), log(Y))),
    "root of a square": (root(square(X)), X),
    "one more prime": (f("g", 1, X), f("g", 0, X)),
    "another function": (f("g", 0, X), f("h", 0, X)),
    "another argument": (f("g", 0, X), f("g", 0, Y)),
    "a tail of digits": (number(Fraction(1, 2**98)), number(Fraction(1, 2**99))),
    "2.001 for 2": (Times(number(2), X), Times(number(Fraction(2001, 1000)), X)),
    "sign of a logit": (log(SIGMA), f("softplus", 0, X)),
}


@pytest.mark.parametrize("pair", TRUE.values(), ids=TRUE)
def test_true(pair):
    assert decide(*pair, LIBRARY).decision is Decision.EQUAL


@pytest.mark.parametrize("pair", FALSE.values(), ids=FALSE)
def test_false(pair):
    answer = decide(*pair, LIBRARY)
    assert answer.decision is Decision.DIFFERENT
    assert answer.witness is not None
    assert answer.witness.left != answer.witness.right


def test_never_equal_where_a_denominator_is_zero():
    zero = minus(X, X)
    assert decide(divide(ONE, zero), X).decision is Decision.UNKNOWN
    h = f("step", 0, X)
    hidden = minus(Times(h, h), h)
    assert decide(divide(ONE, hidden), divide(ONE, hidden)).decision is Decision.UNKNOWN
    two = Times(root(number(2)), root(number(2)))
    assert decide(divide(ONE, minus(two, number(2))), X).decision is Decision.UNKNOWN


def test_never_equal_where_nothing_is_real():
    imaginary = root(number(-1))
    assert decide(Times(imaginary, imaginary), number(-1)).decision is Decision.UNKNOWN
    assert decide(log(number(-1)), log(number(-1))).decision is Decision.UNKNOWN


def tower(height: int) -> Expr:
    expr: Expr = X
    for _ in range(height):
        expr = exp(expr)
    return expr


def doubled(times: int) -> Expr:
    """A small object whose tree has 2^times leaves."""
    expr: Expr = Plus(X, Y)
    for _ in range(times):
        expr = Times(expr, expr)
    return expr


def nested_power(base: Expr) -> Expr:
    """``base^216000``, no exponent above 60."""
    for _ in range(3):
        base = Power(base, Fraction(60))
    return base


NINES = Power(Power(Power(Plus(X, ONE), Fraction(9)), Fraction(9)), Fraction(9))
MANY = {f"x{k}": Symbol(f"x{k}", SCALAR) for k in range(40)}
HOSTILE = {
    "powers of powers": NINES,
    "a huge exponent": Power(X, Fraction(10**30)),
    "a huge number": number(7**9999),
    "exp of exp": tower(40),
    "exp of exp, deep": tower(400),
    "shared products": doubled(60),
    "nested functions": f("mish", 0, f("mish", 0, f("mish", 0, f("mish", 0, X)))),
    "a fine root": Power(X, Fraction(1, 10**6)),
    "a high degree": Plus(nested_power(X), Y),
    "a log to be factored": log(minus(nested_power(X), nested_power(Y))),
    "a high power of e": minus(exp(Times(number(10**9), X)), ONE),
    "a fine power of e": minus(exp(Times(number(Fraction(44715, 10**6)), X)), ONE),
}


@pytest.mark.parametrize("expr", HOSTILE.values(), ids=HOSTILE)
def test_too_large_is_unknown_and_quick(expr):
    started = time.process_time()
    assert decide(expr, X, LIBRARY).decision is not Decision.EQUAL
    assert time.process_time() - started < 5


def test_many_fractions_are_refused():
    """A sum of twenty fractions with different denominators would have 2^20 terms."""
    total: Expr = ONE
    for symbol in MANY.values():
        total = Plus(total, divide(ONE, Plus(symbol, ONE)))
    assert decide(total, X).decision is Decision.UNKNOWN


def test_names_are_only_names():
    """Names that SymPy would evaluate or assume something of are plain symbols here."""
    evil = Symbol("__import__('os')", SCALAR)
    assert decide(evil, evil).decision is Decision.EQUAL
    imaginary, euler = Symbol("I", SCALAR), Symbol("E", SCALAR)
    assert decide(square(imaginary), number(-1)).decision is Decision.DIFFERENT
    assert decide(euler, exp(ONE)).decision is Decision.DIFFERENT


def test_a_body_of_its_own():
    cube = {"cube": Function("cube", Power(X, Fraction(3)))}
    left = Apply("cube", 1, Y)
    assert decide(left, Times(number(3), square(Y)), cube).decision is Decision.EQUAL
    assert decide(left, square(Y), cube).decision is Decision.DIFFERENT


# -- properties --------------------------------------------------------------------------------

ATOMS = st.sampled_from([X, Y, ONE, number(2), number(Fraction(-1, 3)), exp(X), log(A), TANH])


def _larger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda p: Plus(*p)),
        pairs.map(lambda p: Times(*p)),
        inner.map(negate),
        inner.map(square),
    )


FORMULAS = st.recursive(ATOMS, _larger, max_leaves=5)


@settings(max_examples=25, deadline=None)
@given(FORMULAS, FORMULAS, FORMULAS)
def test_distributive_law(a, b, c):
    answer = decide(Times(a, Plus(b, c)), Plus(Times(c, a), Times(b, a)), LIBRARY)
    assert answer.decision is Decision.EQUAL


@settings(max_examples=25, deadline=None)
@given(FORMULAS)
def test_a_small_change_is_never_equal(a):
    changed = Plus(a, number(Fraction(1, 10**9)))
    assert decide(a, changed, LIBRARY).decision is Decision.DIFFERENT
