"""Everything that networks are made of: true forms verified, false ones accepted by neither side,
in both layouts."""

from __future__ import annotations

from itertools import permutations

import pytest

from derive.check import check
from derive.program import Equation, Plus, Program, Times, number
from derive.tensors import prove
from tests.tensors.build import Net

from .floats import Truth
from .layers import ITEMS, Claims
from .mirror import mirrored, mirrored_equation
from .subjects import network

STACKS = {
    "residual connections": (3, "g", "softmax", "cross_entropy", "residual"),
    "tied weights": (4, "tanh", "softmax", "cross_entropy", "tied"),
    "L2 in a network": (2, "relu", "sigmoid", "binary_cross_entropy", "l2"),
    "four layers": (4, "leaky_relu", "softmax", "cross_entropy", "plain"),
}
FALSE_FORMS = 4
"""False forms of each kind that are tried for each stack."""


def _all_verified(program: Program, statements: list[Equation]) -> None:
    truth = Truth(program)
    for statement in statements:
        assert truth(statement) is True, statement
        assert prove(program, statement).proved, statement
        assert check(program, statement).accepted, statement


def _in_layout(net: Net, claims: Claims, layout: str) -> tuple[Program, list[Equation]]:
    program, statements = net.program(), [Equation(left.e, right.e) for left, right in claims]
    if layout == "rows":
        return mirrored(program), [mirrored_equation(s) for s in statements]
    return program, statements


@pytest.mark.parametrize("layout", ["columns", "rows"])
@pytest.mark.parametrize("name", ITEMS)
def test_true_forms(name: str, layout: str) -> None:
    net, good, _ = ITEMS[name]()
    _all_verified(*_in_layout(net, good, layout))


@pytest.mark.parametrize("layout", ["columns", "rows"])
@pytest.mark.parametrize("name", ITEMS)
def test_false_forms(name: str, layout: str) -> None:
    net, _, bad = ITEMS[name]()
    program, statements = _in_layout(net, bad, layout)
    truth = Truth(program)
    assert statements
    for statement in statements:
        assert truth(statement) is False, statement
        assert not prove(program, statement, budget=20_000).proved, statement
        assert not check(program, statement).accepted, statement


@pytest.mark.parametrize("layout", ["columns", "rows"])
@pytest.mark.parametrize("name", STACKS)
def test_stacks(name: str, layout: str) -> None:
    depth, hidden, out, loss, kind = STACKS[name]
    for summed in (False, True):
        net, good = network(depth, hidden, out, loss, kind, summed=summed)
        _all_verified(*_in_layout(net, good, layout))


def _wrong(statements: list[Equation]) -> list[Equation]:
    """Gradients of another name of the same shape; a term dropped; everything twice."""
    confused = [
        Equation(one.left, other.right)
        for one, other in permutations(statements, 2)
        if one.left.shape == other.left.shape
    ]
    plain = [
        Equation(s.left, s.right.left if isinstance(s.right, Plus) else Times(number(2), s.right))
        for s in statements
    ]
    return [
        wrong for kind in (confused, plain) for wrong in kind[:: max(1, len(kind) // FALSE_FORMS)]
    ]


@pytest.mark.parametrize("layout", ["columns", "rows"])
@pytest.mark.parametrize("name", STACKS)
def test_false_stacks(name: str, layout: str) -> None:
    depth, hidden, out, loss, kind = STACKS[name]
    net, good = network(depth, hidden, out, loss, kind)
    program, statements = _in_layout(net, good, layout)
    truth, tried = Truth(program), 0
    for wrong in _wrong(statements):
        if truth(wrong) is False:
            tried += 1
            assert not prove(program, wrong, budget=4_000).proved, wrong
            assert not check(program, wrong).accepted, wrong
    assert tried >= FALSE_FORMS
