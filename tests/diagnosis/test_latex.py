"""Expressions are printed in a note's notation, with as few brackets as reading needs."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.latex import PlainNotation, function_latex, to_latex, transposed_latex
from derive.program import (
    ONE,
    SCALAR,
    Apply,
    Entry,
    Expr,
    Gradient,
    Index,
    MatMul,
    Plus,
    Power,
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
)

NOTE = PlainNotation(
    spelling={
        "A2": "A^{(2)}",
        "A1": "A^{(1)}",
        "W2": "W^{(2)}",
        "Y": "y",
        "Z1": "z_1",
        "A3": "A_3",
    },
    gradient_spelling={"Z2": "dz_2"},
    function_spelling={"g1": "f"},
    scale={"Z2": Size("m")},
    products=(r"\cdot", "*"),
)
A2, Y = Symbol("A2", ("k", "m")), Symbol("Y", ("k", "m"))
A3 = Symbol("A3", ("k", "m"))
A1, Z1 = Symbol("A1", ("n", "m")), Symbol("Z1", ("n", "m"))
W2 = Symbol("W2", ("k", "n"))
PLAIN = Gradient("Z2", ("k", "m"))
DZ = Times(Size("m"), PLAIN)
MEAN = Power(Size("m"), Fraction(-1))
SLOPE = Apply("g1", 1, Z1)
BACK = MatMul(Transpose(W2), DZ)
K = Index("k", "k")

CASES: list[tuple[Expr, str]] = [
    (minus(A2, Y), "A^{(2)} - y"),
    (negate(minus(A2, Y)), "-(A^{(2)} - y)"),
    (minus(A2, minus(A2, Y)), "A^{(2)} - (A^{(2)} - y)"),
    (Times(Times(number(2), minus(A2, Y)), MEAN), r"\frac{2}{m} (A^{(2)} - y)"),
    (Times(BACK, SLOPE), r"W^{(2)T} \cdot dz_2 * f'(z_1)"),
    (MatMul(Transpose(W2), Times(DZ, Y)), r"W^{(2)T} \cdot (dz_2 * y)"),
    (
        Times(MEAN, MatMul(Times(BACK, SLOPE), Transpose(A1))),
        r"\frac{1}{m} (W^{(2)T} \cdot dz_2 * f'(z_1)) \cdot A^{(1)T}",
    ),
    (Times(MEAN, Sum(DZ, 1)), r"\frac{1}{m} \sum_{i=1}^{m} dz_2"),
    (Sum(DZ, 0), r"\text{sum}(dz_2, 0)"),
    (Sum(MatMul(W2, A1), 1), r"\text{sum}(W^{(2)} \cdot A^{(1)}, 1)"),
    (Times(Sum(DZ, 1), A2), r"(\sum_{i=1}^{m} dz_2) * A^{(2)}"),
    (PLAIN, r"\frac{\partial J}{\partial Z_{2}}"),
    (Transpose(minus(A2, Y)), "(A^{(2)} - y)^T"),
    (
        divide(minus(A2, Y), Times(A2, minus(ONE, A2))),
        r"\frac{A^{(2)} - y}{A^{(2)} * (1 - A^{(2)})}",
    ),
    (Power(A2, Fraction(2)), "(A^{(2)})^{2}"),
    (Power(A3, Fraction(2)), "A_3^{2}"),
    (Power(A3, Fraction(1, 2)), r"\sqrt{A_3}"),
    (Plus(negate(A2), Y), "-A^{(2)} + y"),
    (Apply("exp", 0, negate(Z1)), "e^{-z_1}"),
    (Times(Symbol("alpha", SCALAR), DZ), r"alpha \cdot dz_2"),
    (number(Fraction(-1, 2)), r"-\frac{1}{2}"),
    (SumOver(K, Entry(A3, K, Index("i", "m"))), r"\sum_{k} (A_3)_{k,i}"),
]


@pytest.mark.parametrize(("expr", "latex"), CASES)
def test_expressions(expr: Expr, latex: str) -> None:
    assert to_latex(expr, NOTE) == latex


@pytest.mark.parametrize(
    ("plain", "turned"),
    [
        ("A_1", "A_1^T"),
        ("W^{[2]}", "W^{[2]T}"),
        ("W^{(2)}", "W^{(2)T}"),
        ("W[2]", "W[2]^T"),
        ("w^1", "(w^1)^T"),
        (r"\hat{y}", r"\hat{y}^T"),
    ],
)
def test_a_transpose_follows_the_spelling(plain: str, turned: str) -> None:
    assert transposed_latex(plain) == turned


def test_primes_stand_before_a_superscript() -> None:
    note = PlainNotation(function_spelling={"g": "g^{[1]}", "s": r"\sigma"})
    assert function_latex("g", 1, note) == "g'^{[1]}"
    assert function_latex("s", 2, note) == r"\sigma''"


def test_juxtaposed_products() -> None:
    note = PlainNotation(spelling={"W2": "W_2", "A1": "A_1"}, products=("", r"\odot"))
    assert to_latex(MatMul(W2, A1), note) == "W_2 A_1"
