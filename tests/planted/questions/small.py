"""Claims that are true at small sizes only, and square arrays in which one axis passes for the other."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive import program as p
from derive.program import Equation, Program
from tests.tensors.build import KNOWN

from .question import Question


def small_models() -> Iterator[Question]:
    """True at small sizes only."""
    a, x = p.Symbol("A", ("n", "n")), p.Symbol("x", ("n", 1))
    program = Program({"A": p.Leaf(a.dims), "x": p.Leaf(x.dims), "M": p.Leaf(("m", "m"))}, {})
    trace = p.total(p.Times(p.Eye("n"), a))
    square = p.MatMul(a, a)
    of_square = p.total(p.Times(p.Eye("n"), square))
    half = p.number(Fraction(1, 2))
    determinant = p.Times(half, p.minus(p.Power(trace, Fraction(2)), of_square))
    cayley = p.minus(p.Times(trace, a), p.Times(determinant, p.Eye("n")))
    yield "Cayley and Hamilton, two rows", program, Equation(square, cayley), False
    inverse = p.divide(p.minus(p.Times(trace, p.Eye("n")), a), determinant)
    yield "inverse of two rows", program, Equation(p.MatMul(a, inverse), p.Eye("n")), False
    size = p.Size("n")
    third = p.Times(p.minus(size, p.number(2)), p.minus(size, p.number(3)))
    yield "a size that is 2 or 3", program, Equation(p.Times(third, x), p.Times(p.ZERO, x)), False
    many = third
    for k in range(4, 9):
        many = p.Times(many, p.minus(size, p.number(k)))
    yield "a size up to 8", program, Equation(p.Times(many, x), p.Times(p.ZERO, x)), False
    yield "size", program, Equation(p.Sum(p.Plus(x, p.minus(p.ONE, x)), 0), size), True
    cube = p.MatMul(square, a)
    symmetric = p.Sum(p.Sum(p.Times(cube, p.Transpose(cube)), 0), 1)
    other = p.total(p.Times(p.Eye("n"), p.MatMul(cube, cube)))
    yield "trace of a square", program, Equation(symmetric, other), True
    gram = p.total(p.Power(cube, Fraction(2)))
    yield "norm for a trace", program, Equation(gram, other), False


def square() -> Iterator[Question]:
    """One axis for the other where both have one size, and numbers that need several rules."""
    y, a = p.Symbol("Y", ("n", "n")), p.Symbol("A", ("n", "n"))
    s, t = p.Symbol("s", p.SCALAR), p.Symbol("t", p.SCALAR)
    program = Program(
        {
            "Y": p.Leaf(y.dims, "real", 0),
            "A": p.Leaf(a.dims),
            "B": p.Leaf(("n", 1), "positive"),
            "s": p.Leaf(p.SCALAR),
            "t": p.Leaf(p.SCALAR, "positive"),
        },
        {},
        {name: KNOWN[name] for name in ("sigmoid", "tanh")},
    )

    def tanh(x: p.Expr) -> p.Expr:
        return p.Apply("tanh", 0, x)

    def sum_of(x: p.Expr, z: p.Expr, sign: int) -> p.Expr:
        below = p.Plus(p.ONE, p.Times(p.number(sign), p.Times(tanh(x), tanh(z))))
        return p.divide(p.Plus(tanh(x), tanh(z)), below)

    def to(x: p.Expr) -> p.Expr:
        return p.Power(x, Fraction(-1))

    bell = p.Plus(p.ONE, p.Power(s, Fraction(2)))
    b = p.Symbol("B", ("n", 1))
    apart = p.Sum(to(p.Times(b, p.Plus(t, b))), 0)
    root, one = p.Plus(p.ONE, t), p.Power(a, Fraction(0))
    half, more = p.Power(root, Fraction(1, 2)), p.Power(root, Fraction(3, 2))
    value = p.Apply("sigmoid", 0, s)
    rest = p.minus(p.ONE, value)
    squares = p.Plus(p.Power(value, Fraction(2)), p.Power(rest, Fraction(2)))
    double = p.Apply("sigmoid", 0, p.Times(p.number(2), s))
    sides = [
        (p.Times(p.Sum(y, 0), p.Sum(a, 0)), p.Sum(a, 0), True),
        (p.Times(p.Sum(y, 1), p.Sum(a, 1)), p.Sum(a, 1), False),
        (p.Times(p.Sum(p.softmax(a, 0), 0), one), one, True),
        (p.Times(p.Sum(p.softmax(a, 0), 1), one), one, False),
        (p.Sum(p.softmax(p.Transpose(a), 0), 0), p.Sum(p.softmax(a, 0), 0), True),
        (p.Transpose(p.softmax(p.Transpose(a), 0)), p.softmax(a, 0), False),
        (p.Transpose(p.softmax(p.Transpose(a), 0)), p.softmax(a, 1), True),
        (more, p.Times(root, half), True),
        (more, p.Times(half, half), False),
        (p.Power(bell, Fraction(3, 2)), p.Times(bell, p.Power(bell, Fraction(1, 2))), True),
        (p.Sum(p.divide(p.minus(to(b), to(p.Plus(t, b))), t), 0), apart, True),
        (p.Sum(p.minus(to(b), to(p.Plus(t, b))), 0), apart, False),
        (tanh(p.Plus(s, t)), sum_of(s, t, 1), True),
        (tanh(p.Plus(s, t)), sum_of(s, t, -1), False),
        (double, p.divide(p.Power(value, Fraction(2)), squares), True),
        (double, p.divide(p.Power(rest, Fraction(2)), squares), False),
    ]
    for left, right, truth in sides:
        yield "square", program, Equation(left, right), truth
