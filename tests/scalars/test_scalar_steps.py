"""Derivations: every line follows, ends where it should, and a wrong line is refused."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from derive.program import ONE, Plus, Power, Times, minus
from derive.scalars import steps, table, vector_steps
from derive.scalars.blackboard import Board, WrongStep
from derive.scalars.rules import advance, pending, scalar

ENDS = {
    "sigmoid": r"a (1 - a)",
    "tanh": r"1 - a^{2}",
    "softplus": r"\sigma(z)",
    "relu": r"\text{step}(z)",
    "softmax": r"a_i (\delta_{ij} - a_j)",
    "binary-cross-entropy": r"\frac{a - y}{a (1 - a)}",
    "softmax-cross-entropy": r"a_j - y_j",
    "sigmoid-binary-cross-entropy": r"a - y",
}


@pytest.mark.parametrize("name", ENDS)
def test_ends(name):
    assert steps.derivation(name)[-1].latex.endswith(f"= {ENDS[name]}")


def test_every_row_has_a_derivation():
    names = {name.replace("_", "-") for name in (*table.ACTIVATIONS, *table.LOSSES)}
    assert names <= set(steps.ENTRIES)


def test_names():
    assert steps.derivation("Leaky ReLU") == steps.derivation("leaky_relu")
    assert steps.title("softmax_cross_entropy") == "Softmax output with cross-entropy"
    with pytest.raises(KeyError, match="sigmoid"):
        steps.derivation("sigmoyd")


def test_sigmoid_as_on_a_blackboard():
    assert [step.rule for step in steps.derivation("sigmoid")] == [
        "definition",
        "reciprocal rule",
        "sum rule",
        "exponent rule",
        "separate the square",
        "add and subtract 1",
        "split the fraction",
        "divide out",
        "substitute",
    ]


def test_a_wrong_line_is_refused():
    z = scalar("z")
    board = Board("d", pending(Power(z, 2), "z"))
    with pytest.raises(WrongStep):
        board.write("power rule", z)
    board.write("power rule", Plus(z, z))


def test_a_name_is_checked_by_its_formula():
    z, a = scalar("z"), scalar("a")
    board = Board("d", Plus(z, ONE), {"a": Plus(z, ONE)})
    with pytest.raises(WrongStep):
        board.write("substitute", Times(a, a))
    board.write("substitute", a)


def test_labels_are_needed():
    """Without the constraint the sum over the labels may not be replaced by 1 - y_j."""
    board = vector_steps._SumBoard(vector_steps._sum(Times(vector_steps._YI, vector_steps._AJ)))
    a, y = vector_steps._AJ, vector_steps._YJ
    with pytest.raises(WrongStep):
        board.write("collect", a)
    with pytest.raises(WrongStep):
        board.write("labels sum to 1", Times(a, minus(ONE, y)))
    board.write("labels sum to 1", a)


def test_a_coefficient_that_depends_on_i_stays():
    terms = vector_steps._sum(Times(vector_steps._YI, vector_steps._AI))
    with pytest.raises(WrongStep):
        vector_steps._SumBoard(terms).write("labels sum to 1", vector_steps._AJ)


def test_rules_one_at_a_time():
    z = scalar("z")
    assert advance(Times(z, z)) is None
    assert advance(pending(Times(scalar("c"), Power(z, 3)), "z"))[0] == "constant multiple"
    assert advance(pending(ONE, "z")) == ("derivative of a constant", advance(pending(ONE, "z"))[1])


@pytest.mark.parametrize("seed", ["0", "1"])
def test_same_text_under_every_hash_seed(seed):
    code = (
        "from derive.scalars.steps import derivation; "
        "print([derivation(n) for n in ('tanh', 'softmax-cross-entropy', 'binary-cross-entropy')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    names = ("tanh", "softmax-cross-entropy", "binary-cross-entropy")
    assert done.stdout == f"{[steps.derivation(name) for name in names]}\n"
