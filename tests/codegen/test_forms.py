"""What is emitted for an activation or loss is the definition that was differentiated."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from codegen.forms import lower_form
from codegen.graph import Graph
from codegen.kernels import (
    ACTIVATIONS,
    LOSSES,
    OUTPUT,
    TRAINING,
    WITH_COST,
    constants,
    of_difference,
)
from codegen.numpy_printer import statements
from codegen.runtime import polynomials
from derive import program as p
from derive.library.activations import TAIL_ABOVE, TAIL_BELOW
from derive.scalars import table

POINTS = [0.0, 1e-8, -1e-8, 0.3, -0.3, 1.0, -1.0, 2.5, -2.5, 9.0, -9.0, 30.0, -30.0, 300.0, -300.0]


def exact(expr, values):
    """A scalar expression at 60 digits, from the definitions alone."""
    match expr:
        case p.Number(value=value):
            return mpmath.mpf(value.numerator) / value.denominator
        case p.Symbol(name="pi"):
            return +mpmath.pi
        case p.Symbol(name=name):
            return mpmath.mpf(values[name])
        case p.Plus(left=a, right=b):
            return exact(a, values) + exact(b, values)
        case p.Times(left=a, right=b):
            left = exact(a, values)
            return left * exact(b, values) if left else left
        case p.Power(base=base, exponent=exponent):
            return exact(base, values) ** (mpmath.mpf(exponent.numerator) / exponent.denominator)
        case p.Apply(function="step", arg=arg):
            return mpmath.mpf(exact(arg, values) > 0)
        case p.Apply(function=function, order=0, arg=arg) if function in p.PRIMITIVES:
            return getattr(mpmath, function)(exact(arg, values))
        case p.Apply(function=function, order=order, arg=arg):
            inner = table.derivative(function, order)
            return exact(inner, {**values, p.ARGUMENT: exact(arg, values)})
    raise TypeError(type(expr).__name__)


def emitted(form, arrays, numbers):
    """A form as the module computes it."""
    graph = Graph()
    values = {name: graph.input(name, ("n", "m")) for name in arrays}
    values |= {name: graph.const(repr(value)) for name, value in numbers.items()}
    space = {"np": np, "runtime": polynomials, **arrays}
    exec("\n".join(statements(graph, lower_form(graph, form, values), "result =")), space)
    return np.broadcast_to(space["result"], arrays[next(iter(arrays))].shape)


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"softmax"}))
def test_activations(name, order):
    """To 1e-13 of the value, in the tails too; at a kink the derivative stated there."""
    row = ACTIVATIONS[name]
    numbers = constants(row)
    form = row.stable_derivative if order else row.stable_value
    z = np.array(POINTS)
    a = emitted(row.stable_value, {"z": z}, numbers)
    found = emitted(form, {"z": z, "a": a}, numbers)
    with mpmath.workdps(60):
        for x, value in zip(POINTS, found, strict=True):
            # 300 needs more digits than 60 where 1 + exp(300) has to keep its 1
            with mpmath.workdps(600):
                wanted = exact(table.derivative(name, order), {p.ARGUMENT: x, **numbers})
            assert float(value) == pytest.approx(float(wanted), rel=1e-13, abs=1e-290)


@pytest.mark.parametrize("name", sorted(n for n in LOSSES if OUTPUT[n] != "softmax"))
def test_losses(name):
    row = LOSSES[name]
    rng = np.random.default_rng(0)
    z = rng.normal(0, 8, 40)
    y = rng.random(40)
    if row.from_logits:
        activation, (form, _) = next(iter(row.from_logits.items()))
        found = emitted(form, {"z": z, "y": y}, constants(row))
    else:
        activation = "identity"
        found = emitted(row.stable_value, {"a": z, "y": y}, constants(row))
    with mpmath.workdps(80):
        for x, label, value in zip(z, y, found, strict=True):
            a = exact(table.body(activation), {p.ARGUMENT: x})
            wanted = exact(table.loss_entry(name), {"a": a, "y": label, **constants(row)})
            assert float(value) == pytest.approx(float(wanted), rel=1e-12)


@pytest.mark.parametrize("name", sorted(n for n in LOSSES if of_difference(n) is not None))
def test_derivatives_of_losses_of_a_difference(name):
    """The emitted derivative by a - y is that of the loss by a; at a kink what is stated."""
    row = LOSSES[name]
    numbers = constants(row)
    d = np.array([x for x in POINTS if x])
    found = emitted(row.stable_derivative, {"a": d, "y": np.zeros_like(d)}, numbers)
    with mpmath.workdps(600):
        for x, value in zip(d, found, strict=True):
            wanted = exact(table.loss_derivative(name), {"a": x, "y": 0.0, **numbers})
            assert float(value) == pytest.approx(float(wanted), rel=1e-13)
    zero = np.zeros(1)
    assert emitted(row.stable_derivative, {"a": zero, "y": zero}, numbers) == 0


def test_divergence_of_labels_that_are_certain():
    """0 log 0 = 0: the part of the divergence that the labels alone decide."""
    y = np.array([0.0, 1.0, 0.25])
    found = emitted(LOSSES["kl"].labels_alone, {"y": y}, {})
    assert found == pytest.approx([0.0, 0.0, 0.25 * np.log(0.25)], abs=0)


TRAINED = [(name, order) for name, forms in TRAINING.items() for order in (0, 1) if forms[order]]


@pytest.mark.parametrize(("name", "order"), TRAINED)
def test_forms_of_the_training_step(name, order):
    """To some units in the last place beside 1, or beside the value where that is larger."""
    row = ACTIVATIONS[name]
    numbers = constants(row)
    z = np.array(POINTS)
    a = emitted(row.stable_value, {"z": z}, numbers)
    found = emitted(TRAINING[name][order], {"z": z, "a": a}, numbers)
    with mpmath.workdps(600):
        for x, value in zip(POINTS, found, strict=True):
            wanted = exact(table.derivative(name, order), {p.ARGUMENT: x, **numbers})
            assert float(value) == pytest.approx(float(wanted), rel=2e-15, abs=2e-15)


@pytest.mark.parametrize(("name", "part"), [(n, k) for n in WITH_COST for k in (0, 1)])
def test_output_and_cost_computed_at_once(name, part):
    """With all their digits: both are products of small numbers in the tails."""
    row = LOSSES[name]
    activation, (entry, _) = next(iter(row.from_logits.items()))
    form = (ACTIVATIONS[activation].stable_value, entry)[part]
    arrays = {"z": np.array(POINTS), "y": np.ones(len(POINTS))}
    arrays = arrays if part else {"z": arrays["z"]}
    found = emitted(WITH_COST[name][part], arrays, {})
    assert found == pytest.approx(emitted(form, arrays, {}), rel=1e-13)


def test_polynomials_of_the_runtime_are_those_of_the_library():
    assert (polynomials.TAIL_ABOVE, polynomials.TAIL_BELOW) == (TAIL_ABOVE, TAIL_BELOW)


def test_horner_is_one_step():
    graph = Graph()
    z = graph.input("z", ("n", "m"))
    step = lower_form(graph, "((2.0 * z + 3.0) * z + 4.0) * z + 5.0", {"z": z})
    assert (graph.nodes[step].op, graph.nodes[step].attr) == ("polynomial", "(2.0, 3.0, 4.0, 5.0)")
    assert statements(graph, step, "r =") == ["r = runtime.polynomial(z, (2.0, 3.0, 4.0, 5.0))"]
    assert polynomials.polynomial(np.array([2.0]), (2.0, 3.0, 4.0, 5.0)) == 41.0


def test_constants_of_a_row_are_those_of_its_formula():
    for name, row in {**ACTIVATIONS, **LOSSES}.items():
        assert sorted(constants(row)) == sorted(table.parameters(name))
    assert constants(ACTIVATIONS["leaky_relu"]) == {"slope": float(Fraction(1, 100))}
