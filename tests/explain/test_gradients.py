"""Derivations of gradients: their steps by name and number, and that a wrong line is refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from codegen import spec
from codegen.building import build
from derive.explain.board import Chalk, fault
from derive.explain.entries import Letters, entry_of, partial_of
from derive.explain.gradient import NoDerivation, derivation, derivations, users_of
from derive.explain.network import network_sections
from derive.explain.rules import RULES
from derive.latex import PlainNotation
from derive.library.claims import output_program
from derive.library.layers import dense
from derive.program import (
    Apply,
    Equation,
    Function,
    Index,
    Leaf,
    MatMul,
    Plus,
    Power,
    Program,
    Symbol,
    Times,
    minus,
    number,
    total,
)
from derive.scalars.blackboard import WrongStep

GENERATED = Path(__file__).parents[2] / "generated"
PLAIN = PlainNotation()


def rules(program: Program, name: str, *stops: str) -> list[str]:
    sections = derivation(program, name, PLAIN, stops)
    return [step.rule for section in sections for step in section.steps]


def test_the_dense_layer() -> None:
    through = ["definition", "chain rule", "derivative of an affine map", "delta contraction"]
    for layout in ("columns", "rows"):
        program = dense(layout).program
        for name in ("W", "b", "A"):
            assert rules(program, name, "Z") == [*through, "back to matrices"]
        assert rules(program, "Z", "H") == [
            "definition",
            "chain rule",
            "derivative of an elementwise function",
            "delta contraction",
            "back to arrays",
        ]


def test_softmax_with_cross_entropy_from_the_cost_down() -> None:
    of_cost, of_softmax = derivation(output_program("softmax", "cross_entropy"), "Z", PLAIN)
    assert [step.rule for step in of_cost.steps][1:] == [
        "substitute the definition",
        "constant multiple",
        "one entry of the sum",
        "constant multiple",
        "logarithm rule",
        "back to arrays",
    ]
    assert [step.rule for step in of_softmax.steps][1:] == [
        "chain rule",
        "Jacobian of softmax",
        "delta contraction",
        "substitute the gradient",
        "divide out",
        "split the sum",
        "delta contraction",
        "constants out of the sum",
        "labels sum to 1",
        "collect",
        "back to arrays",
    ]
    assert of_softmax.summary.latex == r"\frac{\partial J}{\partial Z} = \frac{1}{m} (A - Y)"


def test_sigmoid_with_binary_cross_entropy_ends_in_the_difference() -> None:
    program = output_program("sigmoid", "binary_cross_entropy")
    assert rules(program, "Z")[-3:] == [
        "substitute the gradient",
        "substitute the derivative",
        "divide out",
    ]


@pytest.mark.parametrize("name", ["digits_leaky_softmax_sgd", "tanh_sigmoid_classifier_rows"])
def test_a_whole_network(name: str) -> None:
    title, sections = network_sections(GENERATED / name / f"{name}.toml")
    assert title == name
    network = build(spec.read(GENERATED / name / f"{name}.toml"))
    told = [section.name for section in sections if section.name]
    assert set(network.parameters) <= set(told)
    assert told.index("W2") < told.index("W1")
    for section in sections[1:-1]:
        assert all(step.rule in RULES for step in section.steps)
        assert section.shape


def test_a_sum_of_roots_is_derived_for_any_function() -> None:
    """The checker finds no point at which so many roots have values; it needs none."""
    x = Symbol("x", (1, 1))
    rounded = Function("f", Power(Plus(number(1), Power(x, 2)), Fraction(1, 2)))
    z = Symbol("Z", ("n", "m"))
    program = Program({"Z": Leaf(z.dims)}, {"J": total(Apply("f", 0, z))}, {"f": rounded}, "J")
    [section] = derivation(program, "Z", PLAIN)
    assert section.summary.latex.endswith("f}'(Z)")
    wrong = Equation(program.gradient("Z"), Times(number(2), Apply("f", 1, z)))
    assert fault(program, wrong)


def test_paths_are_added() -> None:
    w, x = Symbol("W", ("n", "k")), Symbol("X", ("k", "m"))
    program = Program(
        {"W": Leaf(w.dims), "X": Leaf(x.dims)},
        {
            "Z": MatMul(w, x),
            "J": Plus(total(Power(Symbol("Z", ("n", "m")), 2)), total(Power(w, 2))),
        },
        {"g": Function("g")},
        "J",
    )
    assert users_of(program, "W") == ["Z", "J"]
    assert "the sum over the paths" in rules(program, "W")


def test_a_name_without_influence_has_no_derivation() -> None:
    program = dense("columns").program
    extra = Program({**program.leaves, "Q": Leaf(("n", "m"))}, program.definitions,
                    program.functions, program.cost)  # fmt: skip
    with pytest.raises(NoDerivation, match="Q does not reach the cost"):
        derivations(extra, ["Q"], PLAIN)


def test_a_wrong_line_is_refused() -> None:
    layer = dense("columns")
    chalk = Chalk(layer.program, PLAIN, layer.program.gradient("W"))
    chalk.write("back to matrices", layer.weight.right)
    with pytest.raises(WrongStep, match="collect"):
        chalk.write("collect", Times(number(2), layer.weight.right))
    assert len(chalk.lines) == 1
    with pytest.raises(WrongStep):
        chalk.turn(layer.program.gradient("b"), layer.bias.left, "collect") or chalk.turn(
            layer.program.gradient("A"), Times(number(3), layer.input.right), "collect"
        )


def test_a_wrong_rule_of_differentiation_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from derive.explain import section

    monkeypatch.setattr(section, "partial_of", lambda *args: Times(number(2), partial_of(*args)))
    with pytest.raises(NoDerivation, match="affine"):
        derivation(dense("rows").program, "W", PLAIN, ("Z",))


def test_sums_of_the_note_get_letters_of_their_own() -> None:
    from derive.program import Entry, SumOver

    i = Index("i", "m")
    a = Symbol("A", ("n", "m"))
    body = SumOver(i, minus(Entry(a, None, i), number(1)))
    line = entry_of(body, Index("i", "n"), None, Letters())
    assert isinstance(line, SumOver)
    assert line.index.name == "r"
