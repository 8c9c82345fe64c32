"""Emitted updates: each is the library's rule, and one that is not is not emitted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from codegen import Unproved, updates
from codegen.buffers import Allocator
from codegen.emit import derive_network
from codegen.graph import Graph, PlanError
from codegen.spec import Training, parse
from codegen.updates import RULES, lines, proofs, update
from derive.library.optimizers import optimizer
from derive.program import ONE, Plus, Symbol, Times, minus, number, walk
from tests.codegen.emitted_network import spec_text

FOLDED = updates._FOLDED


@pytest.mark.parametrize("rule", [*RULES.values(), FOLDED], ids=[*RULES, "folded"])
def test_proved(rule):
    """One proof for each variable of the library's rule, by the engine and the checker."""
    found = proofs(rule)
    assert [p.name.split(": ")[1] for p in found] == [
        name for name, _ in optimizer(rule.optimizer).equations
    ]
    assert all(p.accepted for p in found)


def _change(rule, part, name, new):
    values = getattr(rule, part)
    return replace(rule, **{part: {**values, name: new(values[name])}})


WRONG = {
    "momentum of the gradient": (RULES["momentum"], "after", "velocity", lambda e: e.left),
    "uphill": (RULES["momentum"], "after", "theta", lambda e: Plus(e.left, e.right.right)),
    "no rate": (RULES["sgd"], "after", "theta", lambda e: minus(e.left, e.right.right.left)),
    "rate twice": (FOLDED, "after", "theta", lambda e: RULES["sgd"].after["theta"]),
    "first for second": (RULES["adam"], "after", "second", lambda e: RULES["adam"].after["first"]),
    "no correction": (RULES["adam"], "numbers", "factor", lambda e: e.left),
    "one power too many": (
        RULES["adam"],
        "numbers",
        "factor",
        lambda e: Times(e, minus(ONE, Symbol("beta1", (1, 1)))),
    ),
    "epsilon inside": (RULES["adam"], "numbers", "offset", lambda e: Times(number(2), e)),
    "another moment": (RULES["adam"], "meaning", "m", lambda e: e.right),
    "velocity alone": (RULES["nesterov"], "after", "theta", lambda e: minus(e.left.left, e.right)),
    "reach of another": (RULES["nesterov"], "numbers", "reach", lambda e: e.left),
    "root of beta": (RULES["rmsprop"], "numbers", "root", lambda e: e.right),
    "square itself": (RULES["rmsprop"], "after", "second", lambda e: Plus(e.left, e.right.base)),
    "decay without rate": (
        RULES["adamw"],
        "numbers",
        "kept",
        lambda e: minus(ONE, Symbol("decay", (1, 1))),
    ),
    "Adam alone": (RULES["adamw"], "numbers", "kept", lambda e: ONE),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_rule_is_not_accepted(case):
    found = proofs(_change(*WRONG[case]))
    assert not all(p.outcome.proved for p in found)
    assert not all(p.acceptance.accepted for p in found)


def test_a_wrong_rule_is_not_emitted(monkeypatch):
    wrong = _change(*WRONG["no correction"])
    monkeypatch.setitem(updates.RULES, "adam", wrong)
    spec = parse(spec_text(optimizer="adam").encode())
    with pytest.raises(Unproved, match="net: adam: w is not proved"):
        derive_network(spec)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("foldable", [False, True])
def test_the_lines_compute_the_expressions(name, foldable):
    """The printed lines on real arrays, against the rule's expressions evaluated one by one."""
    chosen = FOLDED if foldable and name == "sgd" else RULES[name]
    change = update(Training(name), foldable=foldable)
    rng = np.random.default_rng(0)
    arrays = {n: rng.random((7, 1)) for n in ("theta", "gradient", *change.state)}
    scalars = {
        node.name: np.array(rng.random())
        for expr in chosen.after.values()
        for node in walk(expr)
        if isinstance(node, Symbol) and node.name not in arrays
    }
    expected = dict(arrays)
    for array, expr in chosen.after.items():
        text = updates.expression(expr, {})
        expected[array] = eval(text, {"np": np}, expected | scalars)
    given = {n: a.copy() for n, a in arrays.items()}
    names = {"beta": "rho" if name == "rmsprop" else "momentum"}
    given["t1"] = np.zeros((7, 1))
    space = given | {names.get(n, n): v for n, v in scalars.items()}
    exec("\n".join(lines(chosen)), {f: getattr(np, f) for f in np.__all__}, space)
    for array in ("theta", *chosen.state):
        assert np.abs(given[array] - expected[array]).max() < 1e-15


def test_an_input_that_is_still_needed_is_not_written_over():
    graph = Graph()
    x, y = graph.input("x", ("n", 1)), graph.input("y", ("n", 1))
    new_x = graph.add("multiply", x, y)
    late = graph.add("add", x, new_x)
    with pytest.raises(PlanError, match="x is written while its old value is still needed"):
        Allocator(graph, {new_x: "x", late: "y"})


def test_memory_of_an_input_that_is_spare_is_used():
    graph = Graph()
    x, y = graph.input("x", ("n", 1)), graph.input("y", ("n", 1))
    new_x = graph.add("subtract", x, graph.add("exp", graph.add("multiply", y, y)))
    code = Allocator(graph, {new_x: "x"}, spare=("y",)).run()
    assert [line for _, line in code.lines] == [
        "square(y, out=y)",
        "exp(y, out=y)",
        "x -= y",
    ]
    assert list(Allocator(graph, {new_x: "x"}).run().buffers) == ["t1"]
