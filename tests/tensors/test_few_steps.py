"""What keeps proofs short: local cuts, and definitions unfolded only as far as is needed.

A rung of a ladder that is left out, or taken in another order, proves the same in more steps.
"""

from __future__ import annotations

import pytest

from derive.program import SCALAR, Equation, Function, Gradient, Leaf, Program, Symbol, Times, total
from derive.tensors import prove
from tests.adversary.subjects import network

from .build import E, Net, f, grad

DEEP = 12


def test_a_step_back_takes_as_long_in_any_depth() -> None:
    net, good = network(DEEP, "tanh", "softmax", "cross_entropy")
    program = net.program()
    for left, right in good[1:]:  # the first is about the output
        outcome = prove(program, Equation(left.e, right.e))
        assert outcome.proved
        assert outcome.steps <= 120, (left, outcome.steps)


def two_layers() -> tuple[Net, E, E, E, E]:
    net = Net()
    x, w = net.leaf("x", "n", "m"), net.leaf("w", "n", "n")
    z = net.define("z", w @ x)
    a = net.define("a", f("tanh", z))
    b = net.define("b", w @ a)
    c = net.define("c", f("tanh", b))
    net.define("J", (c**2).total())
    return net, w, a, b, c


@pytest.mark.parametrize("which", [0, 1])
def test_what_lies_between_is_unfolded_first(which: int) -> None:
    """Two layers at once, with the derivative as it is written; a sum of two gradients."""
    net, w, a, b, c = two_layers()
    del b
    dz, da, db, dc = (grad(net, name) for name in "zabc")
    left, right, most = (
        (dz, (w.T @ ((1 - c**2) * dc)) * (1 - a**2), 3_000),
        (dz + w.T @ db, (1 - a**2) * da + da, 5_000),
    )[which]
    outcome = prove(net.program(), Equation(left.e, right.e))
    assert outcome.proved
    assert outcome.steps <= most


def test_programs_that_differ_in_a_definition_are_kept_apart() -> None:
    leaves = {"X": Leaf(("n", "m")), "W": Leaf(("n", "m"))}
    x, w, z = (Symbol(name, ("n", "m")) for name in "XWZ")
    cost = total(Times(z, z))
    gradient = Gradient("X", ("n", "m"))
    for body, known in ((w, False), (x, True), (w, False)):
        program = Program(leaves, {"Z": body, "J": cost}, {}, "J")
        for right, truth in ((Times(z, Gradient("J", SCALAR)), known), (Times(z, z), False)):
            doubled = E(right) * 2
            assert prove(program, Equation(gradient, doubled.e)).proved is truth


def test_functions_of_one_name_with_other_parameters_are_kept_apart() -> None:
    leaves = {"x": Leaf(SCALAR), "p": Leaf(SCALAR), "q": Leaf(SCALAR)}
    x, p, q = (Symbol(name, SCALAR) for name in "xpq")
    definitions = {"J": f("h", E(x)).e}
    for parameter in (p, q, p):
        program = Program(leaves, definitions, {"h": Function("h", Times(parameter, x))}, "J")
        for name in ("p", "q"):
            claim = Equation(Gradient(name, SCALAR), x)
            assert prove(program, claim).proved is (name == parameter.name)


def test_a_column_times_a_row() -> None:
    net = Net()
    x, y = net.leaf("x", "n", 1), net.leaf("y", "n", 1)
    assert prove(net.program(None), Equation((x @ y.T).e, (x * y.T).e)).proved
    assert not prove(net.program(None), Equation((x @ y.T).e, (x * y * y.T**0).e)).proved
