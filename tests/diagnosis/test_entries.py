"""Claims about entries: the letters of units and examples."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive import program as p
from derive.diagnosis import Diagnosis, Fault, Scene, diagnose, judging
from derive.diagnosis.entries import entry_target, entrywise
from derive.program import Entry, Equation, Expr, Gradient, Index, SumOver, Symbol, Times
from derive.verdict import Kind

J, K, I0 = Index("j", "n_2"), Index("k", "n_1"), Index("i", "n_0")


@pytest.fixture
def scene() -> Scene:
    """One example as a column: softmax with cross-entropy, two layers."""
    leaves = {
        "X": p.Leaf(("n_0", 1)),
        "W1": p.Leaf(("n_1", "n_0")),
        "b1": p.Leaf(("n_1", 1)),
        "W2": p.Leaf(("n_2", "n_1")),
        "b2": p.Leaf(("n_2", 1)),
        "Y": p.Leaf(("n_2", 1), "real", 0),
    }
    definitions: dict[str, Expr] = {}
    program = p.Program(leaves, definitions, {"g1": p.Function("g1")}, "J")
    s = program.symbol
    definitions["Z1"] = p.Plus(p.MatMul(s("W1"), s("X")), s("b1"))
    definitions["A1"] = p.Apply("g1", 0, s("Z1"))
    definitions["Z2"] = p.Plus(p.MatMul(s("W2"), s("A1")), s("b2"))
    definitions["A2"] = p.softmax(s("Z2"), 0)
    definitions["J"] = p.negate(p.total(Times(s("Y"), p.Apply("log", 0, s("A2")))))
    roles: dict[str, tuple[str, int | None]] = {"X": ("input", None), "Y": ("labels", None)}
    for k in (1, 2):
        for letter, role in zip(
            "WbZA", ("weight", "bias", "preactivation", "activation"), strict=True
        ):
            roles[f"{letter}{k}"] = (role, k)
    spelling = {n: f"{n[0].lower()}^{{({n[1:]})}}" for n in roles if n[1:]} | {"X": "x", "Y": "y"}
    gradients = {"Z1": r"\delta^{(1)}", "Z2": r"\delta^{(2)}"}
    activations = {1: "g1", 2: "softmax"}
    return Scene(program, roles, "columns", activations, {}, spelling, gradients, {"g1": "f"}, "m")


def at(scene: Scene, name: str, row: Index, column: Index | None = None) -> Expr:
    return Entry(scene.program.symbol(name), row, column)


def gradient(scene: Scene, name: str, row: Index, column: Index | None = None) -> Expr:
    return Entry(Gradient(name, scene.program.shape(name)), row, column)


def answer(scene: Scene, left: Expr, right: Expr, *free: Index) -> Diagnosis:
    proved, agrees = judging(scene.program)
    statement = Equation(left, right, free)
    assert agrees(statement) is False
    return diagnose(Fault(scene, Kind.GRADIENT, statement), proved, agrees)


def test_a_gradient_by_something_else(scene: Scene) -> None:
    right = p.minus(at(scene, "A2", J), at(scene, "Y", J))
    found = answer(scene, gradient(scene, "A2", J), right, J)
    assert found.code == "D121"
    assert r"the right side is \delta^{(2)}" in found.message
    assert found.repairs[0].latex == r"-\frac{y_j}{a^{(2)}_j}"


def test_a_missing_sum_over_the_units(scene: Scene) -> None:
    local = p.Partial(at(scene, "A2", J), "Z2", J, None)
    right = Times(gradient(scene, "A2", J), local)
    found = answer(scene, gradient(scene, "Z2", J), right, J)
    assert found.code == "D114"
    assert "summed over the units" in found.message
    assert found.repairs[0].latex.startswith(r"\sum_{k}")


def test_a_wrong_index(scene: Scene) -> None:
    body = Times(at(scene, "W2", J, K), gradient(scene, "Z2", J))
    slope = p.Apply("g1", 1, at(scene, "Z1", K))
    right = Times(SumOver(J, body), slope)
    wrong = Times(SumOver(J, Times(at(scene, "W2", J, K), at(scene, "Y", J))), slope)
    proved, _ = judging(scene.program)
    assert proved(Equation(gradient(scene, "Z1", K), right, (K,)))
    found = answer(scene, gradient(scene, "Z1", K), wrong, K)
    assert found.repairs
    assert r"\delta^{(2)}_j" in found.repairs[0].latex


def test_an_index_that_stands_for_another_unit(scene: Scene) -> None:
    square = replace(scene, program=_tied(scene.program))
    left = Entry(Gradient("W2", ("n_1", "n_1")), Index("j", "n_1"), K)
    upper = Entry(Gradient("Z2", ("n_1", 1)), Index("j", "n_1"), None)
    activation = Symbol("A1", ("n_1", 1))
    wrong = Times(upper, Entry(activation, Index("j", "n_1"), None))
    found = answer(square, left, wrong, Index("j", "n_1"), K)
    assert found.code == "D140"
    assert found.repairs[0].latex == r"\delta^{(2)}_j a^{(1)}_k"


def _tied(program: p.Program) -> p.Program:
    """The same program with as many outputs as hidden units."""

    def dims(shape: p.Shape) -> p.Shape:
        rows, columns = ("n_1" if d == "n_2" else d for d in shape)
        return rows, columns

    def tied(expr: Expr) -> Expr:
        if isinstance(expr, Symbol):
            return replace(expr, dims=dims(expr.dims))
        return p.with_children(expr, tuple(tied(child) for child in p.children(expr)))

    leaves = {n: replace(leaf, dims=dims(leaf.dims)) for n, leaf in program.leaves.items()}
    definitions = {name: tied(body) for name, body in program.definitions.items()}
    return replace(program, leaves=leaves, definitions=definitions)


def test_an_entry_of_a_product_is_a_sum() -> None:
    left, right = Symbol("W", ("n_2", "n_1")), Symbol("A", ("n_1", "m"))
    entry = entrywise(p.MatMul(left, right), J, Index("i", "m"), {}, {"j", "i"})
    assert isinstance(entry, SumOver)
    assert entry.index == K


def test_the_entry_of_a_scaled_gradient_is_recognised() -> None:
    entry = Entry(Gradient("Z2", ("n_2", 1)), J, None)
    found = entry_target(Times(p.Size("m"), entry))
    assert found is not None
    assert (found.name, found.scale, found.row) == ("Z2", p.Size("m"), J)
    assert entry_target(I_SUM) is None


I_SUM = SumOver(I0, Entry(Symbol("X", ("n_0", 1)), I0, None))
