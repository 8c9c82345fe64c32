"""Backward passes of dense stacks, both layouts, and what must not be proved of them."""

from __future__ import annotations

import pytest

from derive.program import Equation
from derive.tensors import prove
from tensors.build import E, Net, f, grad, num, size
from tensors.stacks import claims, stack

KINDS: list[dict[str, object]] = [
    {"depth": 3},
    {"out": "sigmoid", "loss": "bce", "hidden": "tanh"},
    {"out": "sigmoid", "loss": "bce", "hidden": "relu"},
    {"out": "softmax", "loss": "mse", "hidden": "relu"},
    {"out": "sigmoid", "loss": "mse", "hidden": "sigmoid"},
    {"out": "id", "loss": "half", "hidden": "leaky_relu"},
    {"out": "id", "loss": "mse", "hidden": "softplus"},
    {"out": "g", "loss": "half"},
    {"depth": 3, "residual": True},
    {"depth": 3, "l2": True},
    {"depth": 3, "tied": True},
    {"hidden": "elu"},
    {"hidden": "silu"},
    {"hidden": "gelu"},
    {"hidden": "gelu_tanh"},
    {"hidden": "mish"},
]


def proved(net: Net, left: E, right: E) -> bool:
    return prove(net.program(), Equation(left.e, right.e)).proved


@pytest.mark.parametrize("columns", [True, False], ids=["columns", "rows"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda k: "-".join(str(v) for v in k.values()))
def test_backward_pass_is_proved(kind: dict[str, object], columns: bool) -> None:
    net, made = claims(columns=columns, **kind)  # type: ignore[arg-type]
    program = net.program()
    for label, left, right in made:
        outcome = prove(program, Equation(left.e, right.e))
        assert outcome.proved, (label, outcome.reason, outcome.residue)


@pytest.mark.parametrize("columns", [True, False], ids=["columns", "rows"])
@pytest.mark.parametrize("kind", KINDS[1:5], ids=lambda k: "-".join(str(v) for v in k.values()))
def test_scaled_and_negated_backward_pass_is_not_proved(
    kind: dict[str, object], columns: bool
) -> None:
    net, made = claims(columns=columns, **kind)  # type: ignore[arg-type]
    program = net.program()
    for label, left, right in made:
        wrong = {"Z": -right, "W": 2 * right, "b": right / size("m")}[label[1]]
        assert not prove(program, Equation(left.e, wrong.e)).proved, label


def test_rules_and_side_conditions_are_reported() -> None:
    net, made = claims(out="sigmoid", loss="bce", hidden="relu")
    outcome = prove(net.program(), Equation(made[0][1].e, made[0][2].e))
    assert outcome.proved
    assert outcome.reason == ""
    assert "chain rule" in outcome.rules
    assert outcome.rules == tuple(sorted(outcome.rules))


def test_the_same_question_has_the_same_steps() -> None:
    net, made = claims(3)
    program = net.program()
    first = [prove(program, Equation(a.e, b.e)) for _, a, b in made]
    assert [prove(program, Equation(a.e, b.e)) for _, a, b in reversed(made)] == first[::-1]


def test_budget_is_a_reason() -> None:
    net, made = claims(2)
    outcome = prove(net.program(), Equation(made[0][1].e, made[0][2].e), budget=50)
    assert not outcome.proved
    assert outcome.reason == "budget"
    assert outcome.steps == 50


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ({"labels": False}, "A - Y"),
        ({"out": "softmax", "loss": "bce"}, "A - Y"),
        ({"out": "sigmoid", "loss": "ce"}, "A - Y"),
        ({"out": "softmax", "loss": "mse"}, "2(A - Y)"),
        ({"out": "softmax", "loss": "mse"}, "A - Y"),
        ({"out": "sigmoid", "loss": "mse"}, "2(A - Y)"),
        ({"out": "softmax", "loss": "ce"}, "Y - A"),
        ({"out": "softmax", "loss": "ce"}, "2(A - Y)"),
    ],
    ids=str,
)
@pytest.mark.parametrize("columns", [True, False], ids=["columns", "rows"])
def test_wrong_output_gradient(kind: dict[str, object], wrong: str, columns: bool) -> None:
    net, s = stack(2, columns=columns, **kind)  # type: ignore[arg-type]
    value = {
        "A - Y": s["A2"] - s["Y"],
        "Y - A": s["Y"] - s["A2"],
        "2(A - Y)": 2 * (s["A2"] - s["Y"]),
    }
    assert not proved(net, size("m") * grad(net, "Z2"), value[wrong])


def test_cross_entropy_without_label_constraint() -> None:
    net, s = stack(2, labels=False)
    assert proved(net, size("m") * grad(net, "Z2"), s["A2"] * s["Y"].sum(0) - s["Y"])
    assert not proved(net, size("m") * grad(net, "Z2"), s["A2"] * s["Y"].sum(1) - s["Y"])


def test_cross_entropy_with_label_constraint_both_forms() -> None:
    net, s = stack(2)
    assert proved(net, size("m") * grad(net, "Z2"), s["A2"] * s["Y"].sum(0) - s["Y"])
    assert proved(net, size("m") * grad(net, "Z2"), s["A2"] - s["Y"])
    assert not proved(net, grad(net, "Z2"), s["A2"] - s["Y"])


def test_sigmoid_with_multiclass_cross_entropy() -> None:
    net, s = stack(2, out="sigmoid", loss="ce")
    assert proved(net, size("m") * grad(net, "Z2"), -(s["Y"] * (1 - s["A2"])))


def test_relu_derivative_from_either_side() -> None:
    net, s = stack(2, hidden="relu")
    back = s["W2"].T @ grad(net, "Z2")
    assert proved(net, grad(net, "Z1"), back * f("step", s["Z1"]))
    assert proved(net, grad(net, "Z1"), back * f("step", s["A1"]))
    assert not proved(net, grad(net, "Z1"), back * f("step", -s["Z1"]))
    assert not proved(net, grad(net, "Z1"), back * s["A1"])
    assert not proved(net, grad(net, "Z1"), back)


def test_named_gradients_do_not_hide_a_missing_factor() -> None:
    net, s = stack(2, hidden="leaky_relu")
    assert not proved(net, grad(net, "Z1"), s["W2"].T @ grad(net, "Z2"))
    assert not proved(net, grad(net, "b1"), grad(net, "Z1").sum(1) / size("m"))


def test_gradient_of_an_unrelated_cost() -> None:
    net, s = stack(2, out="g", loss="half")
    net.definitions["J"] = ((s["A2"] - s["Y"]).total() / size("m")).e
    assert not proved(net, size("m") * grad(net, "Z2"), s["A2"] - s["Y"])
    assert proved(net, grad(net, "A2"), num(1) / size("m") + 0 * s["A2"])


def test_deep_stack_stays_linear() -> None:
    net, made = claims(24)
    program = net.program()
    steps = [prove(program, Equation(a.e, b.e)) for label, a, b in made if label[:2] == "dW"]
    assert all(o.proved for o in steps)
    assert max(o.steps for o in steps) < 4 * min(o.steps for o in steps)
