"""What is kept from one question to the next never answers for another program."""

from __future__ import annotations

from derive.check import check
from derive.program import Equation, Expr, Leaf, Program, Sum, Times, number, total
from derive.tensors import prove
from tests.tensors.build import Net, f, grad

SHAPE = ("n", "m")


def _verdicts(program: Program, statement: Equation) -> tuple[bool, bool]:
    return prove(program, statement).proved, check(program, statement).accepted


def test_a_definition_that_changes_changes_the_verdict() -> None:
    definitions: dict[str, Expr] = {}
    program = Program({"Z": Leaf(SHAPE), "C": Leaf(SHAPE)}, definitions, cost="J")
    z, c = program.symbol("Z"), program.symbol("C")
    definitions["J"] = total(Times(z, c))
    statement = Equation(program.gradient("Z"), c)
    assert _verdicts(program, statement) == (True, True)
    definitions["J"] = Times(number(2), total(Times(z, c)))
    assert _verdicts(program, statement) == (False, False)
    definitions["J"] = total(Times(z, c))
    assert _verdicts(program, statement) == (True, True)


def test_a_leaf_that_changes_changes_the_verdict() -> None:
    leaves = {"Z": Leaf(SHAPE), "Y": Leaf(SHAPE, "real", 0)}
    program = Program(leaves, {"J": total(Times(Net().leaf("Z", *SHAPE).e, number(1)))}, cost="J")
    summed = Equation(
        Sum(Times(Sum(program.symbol("Y"), 0), program.symbol("Z")), 0),
        Sum(program.symbol("Z"), 0),
    )
    assert _verdicts(program, summed) == (True, True)
    leaves["Y"] = Leaf(SHAPE)
    assert _verdicts(program, summed) == (False, False)


def test_questions_in_turns() -> None:
    """Two programs with the same names, asked alternately."""
    programs = []
    for factor in (1, 3):
        net = Net()
        z = net.leaf("Z", *SHAPE)
        net.define("A", factor * f("g", z))
        net.define("J", (net.leaf("C", *SHAPE) * f("tanh", factor * z)).total())
        programs.append((net.program(), net))
    for _ in range(3):
        for factor, (program, net) in zip((1, 3), programs, strict=True):
            slope = 1 - f("tanh", factor * net.leaf("Z", *SHAPE)) ** 2
            for claimed in (1, 3):
                right = claimed * net.leaf("C", *SHAPE) * slope
                statement = Equation(grad(net, "Z").e, right.e)
                assert _verdicts(program, statement) == (claimed == factor, claimed == factor)
