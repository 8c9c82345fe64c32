"""Loops over examples, features and classes: one turn of them is proved for all."""

from __future__ import annotations

import random

import pytest

from derive.check import check
from derive.program import (
    Apply,
    Entry,
    Equation,
    Expr,
    Index,
    Leaf,
    MatMul,
    Plus,
    Program,
    SumOver,
    Symbol,
    Times,
    Transpose,
)
from derive.pycode import open_code
from derive.pycode.letters import over_all
from derive.pycode.stacked import total
from tests.pycode.corpus import is_verified
from tests.pycode.example_attacks import RIGHT, programs

I = Index("i1", "m")  # noqa: E741
LEAVES = {
    "X": Leaf(("m", "n")),
    "V": Leaf(("n", "m")),
    "W": Leaf(("n", "n")),
    "b": Leaf((1, "n")),
    "s": Leaf(("m", 1)),
}


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_a_loop_over_examples_is_proved_for_any_number_of_them(name: str) -> None:
    assert is_verified(open_code("x.py", RIGHT[name], mends=False).findings)


@pytest.mark.parametrize("source", programs())
def test_no_loop_is_verified_that_is_wrong(source: str) -> None:
    assert not is_verified(open_code("x.py", source, mends=False).findings)


def _row(draw: random.Random, depth: int) -> Expr:
    """What a turn may make of the row of an example, of shape (1, n)."""
    x = Entry(Symbol("X", ("m", "n")), I, None)
    v = Transpose(Entry(Symbol("V", ("n", "m")), None, I))
    w, b = Symbol("W", ("n", "n")), Symbol("b", (1, "n"))
    s = Entry(Symbol("s", ("m", 1)), I, None)
    if not depth:
        return draw.choice([x, v, b, Times(s, b), Transpose(MatMul(w, Transpose(x)))])
    one, other = _row(draw, depth - 1), _row(draw, depth - 1)
    return draw.choice(
        [
            Plus(one, other),
            Times(one, other),
            MatMul(one, w),
            Apply("exp", 0, one),
            Times(MatMul(one, Transpose(other)), b),
        ]
    )


@pytest.mark.parametrize("seed", range(25))
def test_what_is_stacked_is_the_sum_over_the_places(seed: int) -> None:
    draw = random.Random(seed)
    one, other = _row(draw, 2), _row(draw, 1)
    program = Program(LEAVES, {})
    for each in (one, MatMul(Transpose(one), other), Times(Transpose(one), other)):
        found = total(each, I)
        if found is not None:
            assert check(program, Equation(found, SumOver(I, each))).accepted
    if (whole := over_all(one, [I])) is not None:
        array, row, column = whole
        assert check(program, Equation(Entry(array, row, column), one, (I,))).accepted
