"""Emitted modules are proved by their text; an edit of what they compute is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen import building, proof, spec
from codegen.validation import reference
from derive.pycode import open_code, validate
from derive.pycode.reference import Reference
from derive.pycode.source import parse
from derive.pycode.text import only_becomes_array
from derive.pycode.validate import Validation

from .specs import campaign, emitted

GENERATED = Path(__file__).parents[2] / "generated"
CLIPPED = """
name = "clipped"
input = 3
loss = "squared_error"
[[layer]]
units = 2
activation = "gelu"
[training]
clip_norm = 0.5
"""
WEIGHTED = """
name = "weighted"
input = 3
loss = "cross_entropy"
sample_weights = true
[[layer]]
units = 3
activation = "softmax"
"""
MODULES = ("digits_leaky_softmax_adam", "digits_relu_squared_error_rows")


def source(name: str) -> str:
    return (GENERATED / name / f"{name}.py").read_text()


def of(name: str) -> Reference:
    built = building.build(spec.read(GENERATED / name / f"{name}.toml"))
    return reference(built, proof.gradients(built))


def proved(name: str, text: str) -> Validation:
    return validate(text, of(name))


@pytest.mark.parametrize("name", MODULES)
def test_functions_step_and_update_are_proved(name: str) -> None:
    found = proved(name, source(name))
    assert found.proved, found.reason
    names = {row.name for row in found.rows}
    assert {"predict", "loss", "gradient of W1", "step: returned loss"} <= names
    assert {"step: gradient of b2", "constants"} <= names
    assert found.measured == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("dZ2.dot(A1.T, dW2)", "dZ2.dot(Z2.T, dW2)"),
        ("square(A1, Z1)", "square(A1, A1)\n        Z1[...] = dZ1"),
        ("self.steps += 1\n        self._update()", "self._update()\n        self.steps += 1"),
        (
            "self._update()\n        return J",
            "self._update()\n        self._update()\n        return J",
        ),
        ("if not math.isfinite(J)", "if math.isfinite(J)"),
        ("theta -= gradient", "theta += gradient"),
        ("return J, Params(dW1, db1, dW2, db2)", "return 2 * J, Params(dW1, db1, dW2, db2)"),
        ("A2 -= Y", "Y -= A2"),
        ("W1, b1, W2, b2 = self.params", "W1, b1, W2, b2 = self.params\n        W1 += 1"),
        ("return float(_loss(", "return -float(_loss("),
        ("return _forward(params, _inputs(params, X))[-1]", "return _inputs(params, X)"),
        ("MOMENTUM = 0.9", "MOMENTUM = 0.8"),
        ("rate = LEARNING_RATE", "rate = 2 * LEARNING_RATE"),
        ('task="binary"', 'task="regression"'),
        ("X.shape[1], X.dtype)", "X.shape[0], X.dtype)"),
        ("NETWORK.inputs(X, NETWORK.params(params))", "NETWORK.inputs(X, NETWORK.params(X))"),
        (  # a name that is asked about before it has a value
            "        J: float = float(vdot(t3, ones)) / m\n        if not math.isfinite(J):\n",
            "        if not math.isfinite(J):\n",
        ),
        ("        t1[...] = b1\n", ""),
        ("Z1 += t1", "Z1 += b2"),
        ("if not math.isfinite(J)", "if not math.isfinite(W2)"),
        ("X, Y = self._accept(X, Y)", "pass"),
        ("class Trainer(runtime.BaseTrainer)", "class Trainer(runtime.Other)"),
        ("    params: Params\n", "    params: Params\n\n    def fit(self):\n        pass\n"),
    ],
)
def test_edits_are_not_proved(old: str, new: str) -> None:
    name = "tanh_sigmoid_classifier"
    text = source(name)
    if old not in text:
        pytest.fail(f"the emitted text has no {old!r} any more: choose another edit")
    assert not proved(name, text.replace(old, new, 1)).proved


def test_memory_is_not_read_before_it_is_laid_out() -> None:
    name = "tanh_sigmoid_classifier"
    text = source(name)
    reads = [line for line in text.splitlines(True) if line.endswith(" = self._numbers\n")]
    asks = text[text.index("        if not (\n            type(X)") :]
    asks = asks[: asks.index("self._accept(X, Y)\n") + len("self._accept(X, Y)\n")]
    moved = text.replace(reads[0], "", 1).replace(asks, reads[0] + asks, 1)
    assert moved != text
    assert not proved(name, moved).proved


def test_a_gradient_has_the_axes_of_its_parameter() -> None:
    name = "deep_sigmoid_regression"
    text, old = source(name), "db4 = np.sum(dZ4, axis=1, keepdims=True)"
    assert old in text
    assert not proved(name, text.replace(old, "db4 = np.sum(dZ4, axis=1)", 1)).proved


def test_class_weights_are_a_list_until_they_are_made_an_array() -> None:
    text = "W = [[1.0, 2.0]]\ndef f(Y):\n    return np.array(W, Y.dtype)\n"
    assert only_becomes_array(parse(text), "W")
    for edited in ("np.array(W, W.dtype)", "W * Y", "np.sum(np.array(W)) + W"):
        wrong = text.replace("np.array(W, Y.dtype)", edited)
        assert not only_becomes_array(parse(wrong), "W")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("_labels(X, Y), _weights(X, weights))", "_weights(X, Y), _weights(X, weights))"),
        ("_labels(X, Y), _weights(X, weights))", "_labels(X, Y), _labels(X, weights))"),
        ("_forward(params, _inputs(params, X))", "_forward(params, _labels(X, X))"),
    ],
)
def test_each_argument_has_its_own_check(old: str, new: str) -> None:
    text, known = emitted(WEIGHTED)
    assert validate(text, known).proved
    assert old in text
    assert not validate(text.replace(old, new, 1), known).proved


def test_a_gradient_is_clipped_as_the_spec_says() -> None:
    text, known = emitted(CLIPPED)
    found = validate(text, known)
    assert found.proved, found.reason
    assert found.measured == ("gelu", "gelu'")
    for old, new in (
        ("        self._clip(CLIP_NORM)\n", ""),
        ("self._clip(CLIP_NORM)", "self._clip(2 * CLIP_NORM)"),
    ):
        assert old in text
        assert not validate(text.replace(old, new, 1), known).proved


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("exp(t4, t4)", "exp(t4, t3)"),
        ("subtract(Z2, t3, A2)", "subtract(Z2, A2, t3)"),
        ("W2.dot(A1, Z2)", "W2.dot(Z2, A1)"),
        ("dZ2.dot(A1.T, dW2)", "dZ2.dot(A1.T, dW1)"),
        ("W1.dot(X, Z1)", "W1.dot(X, X)"),
    ],
)
def test_results_by_place_are_followed(old: str, new: str) -> None:
    name = "tanh_sigmoid_classifier"
    text = source(name)
    assert text.count(old) == 1
    assert not proved(name, text.replace(old, new)).proved


LEARNED = 'parameters = { scale = 0.5 }\nlearned = ["scale"]'
OWN = """
name = "own"
input = 3
loss = "squared_error"
[activations.my_act]
formula = "FORMULA"
[[layer]]
units = 2
activation = "my_act"
"""


@pytest.mark.parametrize("formula", ["x * tanh(softplus(x))", "x * exp(-x^2)"])
def test_a_formula_of_the_spec_is_proved_by_its_form(formula: str) -> None:
    text, known = emitted(OWN.replace("FORMULA", formula))
    found = validate(text, known)
    assert found.proved, found.reason
    assert "my_act'" in found.measured
    if formula.endswith("(-x^2)"):
        assert "-2.0 * np.square(t)" in text
        assert not validate(text.replace("-2.0 * np.sq", "-2.001 * np.sq"), known).proved


def test_a_learned_parameter_makes_no_cut() -> None:
    text, known = emitted(OWN.replace('"FORMULA"', '"scale * tanh(x)"\n' + LEARNED))
    found = validate(text, known)
    assert found.proved, found.reason
    assert found.measured == ()


def test_what_is_no_emitted_module_is_not_proved() -> None:
    for text in ("", "def f(:", "NETWORK = 1\n", "import numpy as np\n\nx = np.zeros(3)\n"):
        found = proved("tanh_sigmoid_classifier", text)
        assert not found.proved
        assert found.reason


def test_random_specs_are_proved() -> None:
    found = campaign(2, 11)
    assert not found.faults, found.faults


def test_the_gradients_of_statistics_have_their_shapes() -> None:
    text = "\n".join(
        ['name = "net"', "input = 3", 'loss = "half_squared_error"', "[[layer]]", "units = 4",
         'activation = "relu"', 'norm = "batch"', "[[layer]]", "units = 2",
         'activation = "identity"']
    )  # fmt: skip
    source, known = emitted(text)
    assert validate(source, known).proved
    turned = source.replace("np.zeros_like(var1))", "np.zeros_like(var1.T))")
    assert turned != source
    assert not validate(turned, known).proved


def test_a_rounding_that_was_not_measured_is_not_proved() -> None:
    """Real numbers do not tell ``rint(16 t)`` from ``rint(16 / t)``, small floats do."""
    text, known = emitted(
        'name = "net"\ninput = 3\nloss = "half_squared_error"\n[[layer]]\nunits = 2\n'
        'activation = "gelu"\n'
    )
    assert validate(text, known).proved
    edited = text.replace("np.rint(16.0 * t)", "np.rint(16.0 / t)", 1)
    assert edited != text
    assert not validate(edited, known, first=True).proved


def test_the_runtime_has_no_gradients_of_its_own() -> None:
    text = (GENERATED / "tanh_sigmoid_classifier" / "runtime.py").read_text()
    assert open_code("runtime.py", text).claims == ()
