"""The mistakes of real notes, each named with its reason and repaired."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from derive import program as p
from derive.diagnosis import (
    ELEMENTWISE,
    MATRIX,
    Add,
    Called,
    Diagnosis,
    Factor,
    Fault,
    Ill,
    Leaf,
    Loose,
    Product,
    Scene,
    Summed,
    diagnose,
)
from derive.program import ONE, Composition, Equation, Expr, Gradient, Jacobian, Times
from derive.verdict import Kind

from .networks import MEAN, M, dense
from .test_planted import Judges


def answer(fault: Fault) -> Diagnosis:
    judges = Judges()
    proved, agrees = judges(fault.scene.program)
    return diagnose(fault, proved, agrees, judges)


def claim(scene: Scene, target: str, right: Expr, scale: Expr | None = None) -> Fault:
    scale = scene.scale.get(target, ONE) if scale is None else scale
    gradient = Gradient(target, scene.program.shape(target))
    left = gradient if scale == ONE else Times(scale, gradient)
    return Fault(
        scene, Kind.GRADIENT, Equation(left, right), target=target, target_scale=scale, left=left
    )


def ill(scene: Scene, target: str, tree: Loose) -> Fault:
    scale = scene.scale.get(target, ONE)
    shapes = Ill("the shapes do not fit", tree)
    return Fault(scene, Kind.GRADIENT, None, ill_shaped=shapes, target=target, target_scale=scale)


def chain(scene: Scene, left: str, *factors: tuple[str, str], scale: Expr = ONE) -> Fault:
    product = tuple(Jacobian(*factor) for factor in factors)
    return Fault(scene, Kind.CHAIN_RULE, Composition(Jacobian("J", left), product, scale))


def product(*nodes: Loose, kind: str = MATRIX) -> Product:
    return Product(tuple(Factor(kind if k else "", node) for k, node in enumerate(nodes)))


def leaf(scene: Scene, name: str) -> Leaf:
    return Leaf(scene.program.symbol(name))


# -- squared error on a softmax, f = ReLU, columns, dz carries the 1/m ---------------------------


@pytest.fixture
def squared() -> Scene:
    scene = dense(2, hidden="relu", output="softmax", cost="squared", summed=False).scene
    spelling = {"X": "x", "Y": "y", "J": "L_0"}
    gradients = {}
    for k in (1, 2):
        spelling |= {f"W{k}": f"w_{k}", f"b{k}": f"b_{k}", f"Z{k}": f"z_{k}"}
        spelling[f"A{k}"] = f"A^{{({k})}}"
        gradients |= {f"{c}{k}": f"d{c.lower()}_{k}" for c in "WbZ"}
    return replace(
        scene,
        spelling=spelling,
        gradient_spelling=gradients,
        function_spelling={"relu": "f"},
        products=(r"\cdot", "*"),
        partial=r"\delta",
    )


def difference(scene: Scene) -> Add:
    return Add(((1, leaf(scene, "A2")), (-1, leaf(scene, "Y"))))


def test_a_factor_counted_twice(squared: Scene) -> None:
    path = (("Z1", "W1"), ("A1", "Z1"), ("Z2", "A1"), ("A2", "Z2"), ("J", "Z2"))
    found = answer(chain(squared, "W1", *path))
    assert found.code == "D122"
    assert "counted twice" in found.message
    assert r"must be \frac{\delta L_0}{\delta A^{(2)}}" in found.message
    assert found.repairs[0].latex.endswith(r"\cdot \frac{\delta L_0}{\delta A^{(2)}}")


def test_the_softmax_jacobian_is_missing(squared: Scene) -> None:
    program = squared.program
    upper = p.minus(program.symbol("A2"), program.symbol("Y"))
    found = answer(claim(squared, "Z2", Times(Times(p.number(2), upper), MEAN)))
    assert found.code == "D103"
    assert "softmax Jacobian is missing" in found.message
    assert "right for a linear output" in found.message
    assert found.repairs[0].latex == (
        r"\frac{2}{m} A^{(2)} * (A^{(2)} - y - \text{sum}((A^{(2)} - y) * A^{(2)}, 0))"
    )


@pytest.mark.parametrize("target", ["W1", "b1", "W2", "b2"])
def test_the_softmax_jacobian_is_missing_below(squared: Scene, target: str) -> None:
    slope = Called("relu", 1, leaf(squared, "Z1"))
    weight, two = leaf(squared, "W2"), Leaf(p.number(2))
    factors = {
        "W1": (slope, leaf(squared, "X"), weight, two, difference(squared), Leaf(MEAN)),
        "b1": (slope, weight, two, difference(squared), Leaf(MEAN)),
        "W2": (leaf(squared, "A1"), two, difference(squared)),
        "b2": (two, difference(squared)),
    }[target]
    found = answer(ill(squared, target, Summed(product(*factors))))
    assert found.code == "D103"
    assert "softmax Jacobian is missing" in found.message
    assert found.repairs


@pytest.mark.parametrize(
    ("target", "left", "right", "latex"),
    [("W2", "Z2", "A1", r"dz_2 \cdot A^{(1)T}"), ("W1", "Z1", "X", r"dz_1 \cdot x^T")],
)
def test_a_transpose_is_missing(
    squared: Scene, target: str, left: str, right: str, latex: str
) -> None:
    tree = product(Leaf(squared.gradient(left)), leaf(squared, right))
    found = answer(ill(squared, target, tree))
    assert found.code == "D102"
    assert f"{squared.spelling[right]} must be transposed" in found.message
    assert found.repairs[0].latex == latex


def test_a_transpose_and_an_elementwise_product(squared: Scene) -> None:
    slope = Called("relu", 1, leaf(squared, "Z1"))
    tree = product(leaf(squared, "W2"), Leaf(squared.gradient("Z2")), slope)
    found = answer(ill(squared, "Z1", tree))
    assert "w_2 must be transposed and f'(z_1) must be multiplied elementwise" in found.message
    assert found.repairs[0].latex == r"w_2^T \cdot dz_2 * f'(z_1)"


# -- other notes ---------------------------------------------------------------------------------


def test_a_cost_that_does_not_fit() -> None:
    scene = dense(2, output="g", cost="half").scene
    upper = p.minus(scene.program.symbol("A2"), scene.program.symbol("Y"))
    definitions = {**scene.program.definitions, "J": Times(MEAN, p.total(upper))}
    scene = replace(scene, program=replace(scene.program, definitions=definitions))
    found = answer(claim(scene, "Z2", upper))
    assert found.code == "D126"
    assert "cross-entropy with a softmax output" in found.message
    assert "cross-entropy with a sigmoid output" in found.message
    assert [repair.latex for repair in found.repairs] == ["g_2'(Z^{[2]})"]


def test_a_product_of_derivatives_with_another_normalisation() -> None:
    scene = dense(2).scene
    path = (("J", "Z2"), ("Z2", "A1"), ("A1", "Z1"))
    found = answer(chain(scene, "Z1", *path, scale=M))
    assert found.code == "D125"
    assert "only the normalisation 1/m is off" in found.message
    assert found.message.startswith(r"the product is \frac{\partial J}{\partial Z^{[1]}}; the dZ")


def test_a_missing_activation_derivative() -> None:
    scene = dense(2, hidden="leaky_relu").scene
    back = p.MatMul(p.Transpose(scene.program.symbol("W2")), scene.gradient("Z2"))
    found = answer(claim(scene, "Z1", back))
    assert found.code == "D101"
    assert "leaky_relu'(Z^{[1]}) is missing" in found.message
    assert found.repairs[0].latex == r"W^{[2]T} dZ^{[2]} \odot leaky_relu'(Z^{[1]})"


@pytest.mark.parametrize("named", [True, False])
def test_only_the_normalisation_is_off(named: bool) -> None:
    scene = dense(2).scene
    right = (
        scene.gradient("Z2")
        if named
        else p.minus(scene.program.symbol("A2"), scene.program.symbol("Y"))
    )
    found = answer(claim(scene, "Z2", right, ONE))
    assert found.code == "D125"
    assert r"m times \frac{\partial J}{\partial Z^{[2]}}" in found.message
    assert found.repairs[0].latex.startswith(r"\frac{1}{m} ")


def test_a_fraction_of_the_mean_for_the_notes_own_gradient() -> None:
    scene = dense(2).scene
    found = answer(claim(scene, "Z1", Gradient("Z1", scene.program.shape("Z1"))))
    assert found.code == "D125"
    assert found.repairs[0].latex == r"m \frac{\partial J}{\partial Z^{[1]}}"


def with_rate(scene: Scene) -> tuple[Scene, Expr]:
    program = scene.program
    leaves = {**program.leaves, "alpha": p.Leaf(p.SCALAR, "positive")}
    scene = replace(
        scene,
        program=replace(program, leaves=leaves),
        spelling={**scene.spelling, "alpha": r"\alpha"},
    )
    return scene, p.Symbol("alpha", p.SCALAR)


def update(scene: Scene, step: Expr, right: Expr) -> Fault:
    """The step that a line subtracts, and a rate times the gradient."""
    return Fault(scene, Kind.UPDATE, Equation(step, right), aspect="update")


def test_ascent_instead_of_descent() -> None:
    scene, rate = with_rate(dense(2).scene)
    step = p.negate(Times(rate, scene.gradient("W1")))
    found = answer(update(scene, step, Times(rate, p.negate(scene.gradient("W1")))))
    assert found.code == "D132"
    assert found.repairs[0].latex == r"W^{[1]} - \alpha dW^{[1]}"


def test_a_step_along_another_gradient() -> None:
    scene, rate = with_rate(dense(2).scene)
    weight, other = leaf(scene, "W1"), Leaf(scene.gradient("W2"))
    step = product(Leaf(rate), other, kind=ELEMENTWISE)
    shapes = Ill("the shapes do not fit", Add(((1, weight), (-1, step))))
    found = answer(
        Fault(scene, Kind.UPDATE, None, ill_shaped=shapes, left=weight.expr, aspect="update")
    )
    assert found.code == "D133"
    assert found.repairs[0].latex == r"W^{[1]} - \alpha dW^{[1]}"


def test_a_second_definition_is_repaired_by_the_first() -> None:
    scene = dense(2).scene
    z = scene.program.symbol("Z1")
    wrong = Equation(z, p.Times(p.number(2), z))
    found = answer(Fault(scene, Kind.DEFINITION, wrong, aspect="contradicts"))
    assert found.code == "D130"
    assert found.repairs[0].latex == "W^{[1]} X + b^{[1]}"


def test_two_mistakes_in_one_line() -> None:
    scene = dense(2, layout="rows").scene
    weight, upper = scene.program.symbol("W2"), scene.gradient("Z2")
    back = p.negate(p.MatMul(upper, p.Transpose(weight)))
    found = answer(claim(scene, "Z1", back))
    assert found.code == "D137"
    assert "g_1'(Z^{[1]}) is missing" in found.message
    assert "sign" in found.message
    assert found.repairs[0].latex == r"dZ^{[2]} W^{[2]T} \odot g_1'(Z^{[1]})"


def test_nothing_near_leaves_the_derived_gradient() -> None:
    scene = dense(2).scene
    a, y = scene.program.symbol("A2"), scene.program.symbol("Y")
    found = answer(claim(scene, "Z2", p.Plus(a, Times(p.number(2), p.Power(y, Fraction(2))))))
    assert found.repairs[0].latex == "A^{[2]} - Y"
    assert found.repairs[0].edit == "derived"


def test_no_repair_is_circular() -> None:
    scene = dense(2).scene
    found = answer(claim(scene, "Z1", scene.program.symbol("Z1")))
    assert all("dZ^{[1]}" not in repair.latex for repair in found.repairs)
