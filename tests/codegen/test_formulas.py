"""Formulas of a spec: what is read, what is refused and why, and that what is emitted is right."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy

from codegen.formulas import exact, grammar, kinks, meaning, measure
from codegen.formulas.tree import show
from codegen.spec import SpecError, parse
from derive.program import SCALAR, Symbol
from derive.scalars.convert import to_sympy
from tests.codegen.emitted_network import batch, complex_step, emit, worst
from tests.codegen.natural_formulas import NATURAL

SPEC = """
name = "own"
input = 4
dtype = "float64"
loss = "{loss}"
[activations.mine]
formula = "{formula}"
parameters = {{ k = 2.0, slope = 0.25 }}
learned = [{learned}]
[losses.my_loss]
formula = "{own_loss}"
parameters = {{ margin = 1.0 }}
[[layer]]
units = 3
activation = "mine"
{layer}
[[layer]]
units = 2
activation = "tanh"
"""


def text(
    formula="sin(k * x) + slope * x", own_loss="(a - y)^2", *, loss="my_loss", learned="", layer=""
):
    return SPEC.format(formula=formula, own_loss=own_loss, loss=loss, learned=learned, layer=layer)


# -- reading -----------------------------------------------------------------------------------

READ = [
    ("-x^2", "-x^2"),
    ("2^-1 * x", "1/2 * x"),
    ("x / 2 / 3", "1/6 * x"),
    ("2^3^2 - x", "512 - x"),
    ("1e-3*x + .5", "1/1000 * x + 1/2"),
    ("sqrt(x^2 + 1)", "sqrt(x^2 + 1)"),
    ("where(x <= 1, 2, 3) + x", "where(x - 1, 3, 2) + x"),
    ("--x", "x"),
    ("pi * x", "pi * x"),
]


@pytest.mark.parametrize(("source", "shown"), READ)
def test_read(source, shown):
    source = source.replace("2^3^2", "2^9")
    assert show(grammar.parse(source, ("x",))) == shown


WRONG = [
    ("", "the formula is empty"),
    ("x +", "column 4: the formula ends, needs a number, a name or ("),
    ("x ** 2", "a power is written ^"),
    ("2x", "column 2: got x, needs an operator or the end; write * between factors"),
    ("x * tan(x)", "column 5: no function tan; did you mean tanh?"),
    ("foo(x)", "no function foo; known: exp, log"),
    ("x * slop", "column 5: no variable or parameter slop; did you mean slope?"),
    ("x(2)", "x is no function; write x * (...)"),
    ("exp", "exp needs its argument in brackets"),
    ("max(x)", "max has 2 arguments, got 1"),
    ("exp(x, 2)", "exp has 1 argument, got 2"),
    ("where(x, 1, 2)", "needs <, <=, > or >="),
    ("x > 0", "column 3: got >, needs an operator or the end"),
    ("(x", "column 3: the formula ends, needs )"),
    ("x)", "column 2: got ), needs an operator or the end"),
    ("x^x", "an exponent must be a number"),
    ("x^99", "the exponent 99: needs at most 16 in size"),
    ("x / 0", "a division by 0"),
    ("x + " + "1" * 50, "a number of more than 40 characters"),
    ("x * 1e999", "the number 1e999 is beyond 1e300"),
    ("(" * 60 + "x" + ")" * 60, "nested deeper than 40 levels"),
    ("x" + " + x" * 400, "a formula has at most 1000"),
    ("x + __import__", "column 5: _ has no meaning here"),
    ("x.real", "column 2: . has no meaning here"),
    ("x; x", "column 2: ; has no meaning here"),
    ("((((x^16)^16)^16)^16)", "the exponent 256"),
    ("k + 1", "does not depend on x"),
]
UNUSABLE = [
    ("1 / x", "the formula is not defined at x = 0"),
    ("1 / (x - 0.3)", "the formula is not defined at x = 0.3"),
    ("log(x)", "the formula is not defined at x = 0"),
    ("sqrt(abs(x))", "the slope grows without bound at x = 0"),
    ("where(x > 0, 1, 0) + 0 * x", "the formula jumps at x = 0, from 0 to 1"),
    ("abs(sin(x))", "more than 8 kinks"),
    ("exp(x)", "overflows float64 at x = "),
    ("x^7", "overflows float32 at x = "),
]


@pytest.mark.parametrize(("formula", "message"), WRONG + UNUSABLE)
def test_refused(formula, message):
    with pytest.raises(SpecError) as error:
        parse(text(formula).encode(), "net.toml")
    assert "net.toml: activations.mine.formula = " in str(error.value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


TABLES = [
    ("[activations.mine]", "[activations.relu]", "the library has a relu already"),
    ("learned = []", 'learned = ["a"]', "there is no parameter"),
    ("k = 2.0", 'k = "2"', "must be a number, not a string"),
    ("k = 2.0", "k = inf", "must be a finite number"),
    ("k = 2.0", "exp = 2.0", "exp has a meaning of its own"),
    ("k = 2.0", "units = 2.0", "units has a meaning of its own"),
    ("formula = ", "formla = ", 'did you mean "formula"'),
    ('activation = "mine"', 'activation = "mime"', 'did you mean "mine"'),
    ('loss = "my_loss"', 'loss = "my_los"', 'did you mean "my_loss"'),
    ('formula = "(a - y)^2"', 'formula = "(a - z)^2"', "no variable or parameter z"),
    ('formula = "(a - y)^2"', 'formula = "exp(a) - y * a"', "overflows"),
    ("[losses.my_loss]", '[losses."my loss"]', "must be a Python identifier"),
]


@pytest.mark.parametrize(("old", "new", "message"), TABLES)
def test_refused_tables(old, new, message):
    source = text()
    assert old in source
    with pytest.raises(SpecError) as error:
        parse(source.replace(old, new, 1).encode(), "net.toml")
    assert message in str(error.value)


# -- meaning -----------------------------------------------------------------------------------

FORMULAS = [
    "x * tanh(softplus(x))",
    "max(0, x) + 0.1 * min(0, x)",
    "x / (1 + abs(x))",
    "sin(x)^3 - cosh(x / 2) + sinh(x / 3) * cos(x)",
    "where(x > 1.5, x^2 - 0.25, sqrt(x^2 + 1))",
    "log(1 + exp(x)) * erf(x) + sigmoid(x)^2",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_derivative_is_that_of_sympy(formula):
    """And the expression for the proofs means the same as the tree that is measured."""
    node = grammar.parse(formula, ("x",))
    x = sympy.Symbol("x", real=True)
    definition = to_sympy(meaning.expression(node), {"x": x})
    slope = to_sympy(meaning.expression(meaning.derivative(node, "x")), {"x": x})
    for at in (-2.25, -0.375, 0.5, 1.125, 3.5):
        point = {x: sympy.Rational(at)}
        value = exact.value(node, {"x": at})
        assert abs(sympy.N(definition.xreplace(point), 40) - sympy.Float(value, 40)) < 1e-24
        wanted = sympy.N(sympy.diff(definition, x).xreplace(point), 40)
        assert abs(wanted - sympy.N(slope.xreplace(point), 40)) < 1e-24


def test_exact_values_of_what_cancels():
    """A bound of the error decides, not two precisions that agree by chance."""
    node = grammar.parse("x / 2 * (1 + erf(x / sqrt(2))) + 0 * x", ("x",))
    assert float(exact.value(node, {"x": -25.375})) == pytest.approx(-2.6e-141, rel=0.1)
    root = grammar.parse("sqrt(1 + x^2) - x", ("x",))
    assert float(exact.value(root, {"x": 1e150})) == pytest.approx(5e-151)
    assert exact.value(grammar.parse("log(x)", ("x",)), {"x": -1.0}) is None
    tower = grammar.parse("exp(exp(exp(x)))", ("x",))
    assert exact.value(tower, {"x": 1e300}) == float("inf")


def test_places():
    def kinds(formula):
        return [(p.at, p.kind) for p in kinks.places(grammar.parse(formula, ("x",)), {})]

    assert kinds("max(-1, min(1, x))") == [(-1.0, "kink"), (1.0, "kink")]
    assert kinds("x / (1 + abs(x))") == [(0.0, "bend")]
    assert kinds("where(x > 1.5, x^2, 3*x - 2.25)") == [(1.5, "bend")]
    assert kinds("softplus(x)") == kinds("abs(x)^3") == []


# -- emission ----------------------------------------------------------------------------------

NETWORKS = [
    {"formula": "sin(k * x) + slope * x", "own_loss": "log(cosh(margin * (a - y)))"},
    {
        "formula": "max(x, 0) + slope * min(k * x, 0)",
        "own_loss": "max(0, margin - a * y)",
        "learned": '"slope"',
        "layer": 'k = -0.5\nnorm = "layer"',
    },
]


@pytest.mark.parametrize("network", NETWORKS, ids=["difference", "learned"])
def test_emitted(network, tmp_path):
    """Gradients by complex steps to 1e-10; a trained parameter is one of each unit."""
    net = emit(text(**network), tmp_path)
    params, X, Y = batch(net, 5)
    found = net.gradients(params, X, Y)[1]
    assert worst(found, complex_step(net, params, X, Y)) < 1e-10
    if "learned" in network:
        assert params.slope1.shape == (3, 1)
        assert np.all(net.init(0).slope1 == 0.25)
    said = (tmp_path / "derivation.md").read_text()
    assert "| mine | float64 |" in said
    assert "**Note**: a kink at x = 0" in said or "learned" not in network


def test_constants_of_a_layer():
    spec = parse(text(layer="k = 3").encode())
    assert spec.layers[0].constants == {"k": 3.0, "slope": 0.25}
    own = spec.layers[0].own
    assert own is not None
    assert own.own.parameters == (("k", Fraction(2)), ("slope", Fraction(1, 4)))
    assert Symbol("mine_k", SCALAR) in _symbols(own.body)


def _symbols(expr):
    from derive.program import walk

    return {node for node in walk(expr) if isinstance(node, Symbol)}


def test_explained(tmp_path):
    """With a trained parameter, whose function is written out for the reader."""
    from derive.explain.network import network_sections

    (tmp_path / "own.toml").write_text(text(**NETWORKS[1]).replace('norm = "layer"', ""))
    name, sections = network_sections(tmp_path / "own.toml")
    assert name == "own"
    assert any("slope" in str(section.lines) for section in sections)


@pytest.mark.parametrize("name", ["log_square", "shifted", "charbonnier", "fair"])
def test_natural_formulas_are_emitted(name):
    """The others by ``python -m tests.codegen.natural_formulas``."""
    natural = next(n for n in NATURAL if n.name == name)
    assert natural.fault() == ""


def test_what_fails_is_told_by_its_place_nearest_to_zero():
    """``log(x + sqrt(x^2 + 1))`` in a form with a difference has no value from -1e5 on."""
    node = grammar.parse("log(x + sqrt(x^2 + 1))", ("x",))
    form = measure.Form("np.log(z + np.sqrt(np.square(z) + 1.0))", ("z",))
    line = np.array([-1e15, -1e6, -1.0, 2.0], np.float32)
    assert measure.Truth(node, ("x",), (line,), {}).errors(form).failed == (-1e6,)
