"""The NumPy forms of the rows against mpmath on an extreme grid: value, dtype, no warning."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy

from derive.library.activations import ACTIVATIONS, activation
from derive.library.losses import LOSSES
from derive.scalars.functions import step

WITH_FORMS = [row for row in ACTIVATIONS if row.formula is not None and row.stable_value]
EXTREME = [0.0, 1e-300, 1e-20, 1e-9, 1e-4, 0.03, 0.5, 1.0, 2.0, 5.0, 17.0, 36.0, 90.0, 700.0]
BEYOND = [746.0, 1e4, 1e150, 1e308]
# Worst relative error over the grid in units in the last place; the whole range, either dtype
# and the neighbourhoods of roots are measured by ``benchmarks/accuracy.py``.
ULP = {"gelu_tanh": 4000, "gelu": 16, "mish": 16, "silu": 8, "elu": 8, "selu": 8}
USUAL_ULP = 6


def numpy_value(form: str, **names):
    """Bindings, then the value, as the generator reads a form."""
    *bindings, value = form.split(";")
    scope = {"np": np, **names}
    for binding in bindings:
        exec(binding.strip(), scope)
    return eval(value.strip(), scope)


def numbers(row):
    return {name: float(value) for name, value in row.parameters.items()}


def exact(formula, point: dict[str, float], row):
    """The formula in mpmath with enough digits for any cancellation."""
    with mpmath.workdps(420):
        values = {
            s: mpmath.mpf(point[s.name] if s.name in point else numbers(row)[s.name])
            for s in formula.free_symbols
        }
        ordered = sorted(values, key=str)
        function = sympy.lambdify(
            ordered, formula, modules=[{"step": lambda u: int(u > 0)}, "mpmath"]
        )
        return mpmath.mpf(function(*(values[s] for s in ordered)))


def ulps(got: float, want) -> float:
    size = np.spacing(abs(float(want))) if want else np.finfo(float).tiny
    return abs(float((mpmath.mpf(float(got)) - want) / mpmath.mpf(float(size))))


def grid():
    positive = np.array(EXTREME)
    return np.concatenate([-positive[::-1], positive])


@pytest.mark.parametrize("row", WITH_FORMS, ids=lambda row: row.name)
@pytest.mark.parametrize("order", [0, 1])
def test_accuracy(row, order):
    form = row.stable_derivative if order else row.stable_value
    formula = row.formula
    for _ in range(order):
        formula = sympy.diff(formula, next(s for s in formula.free_symbols if s.name == "x"))
    z = grid()
    got = numpy_value(form, z=z, **numbers(row))
    for at, value in zip(z, got, strict=True):
        want = exact(sympy.sympify(formula), {"x": at}, row)
        if abs(want) < 1e-300:
            assert abs(value) < 1e-290
            continue
        assert ulps(value, want) <= ULP.get(row.name, USUAL_ULP), (at, value, float(want))


@pytest.mark.parametrize("row", WITH_FORMS, ids=lambda row: row.name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_and_no_warning(row, dtype):
    largest = 0.9 * float(np.finfo(dtype).max)  # SELU of the largest number is no number
    finite = np.array([v for v in (*EXTREME, *BEYOND, largest) if v <= largest], dtype=dtype)
    z = np.concatenate([-finite, finite])
    for form in (row.stable_value, row.stable_derivative):
        with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):
            out = numpy_value(form, z=z, **numbers(row))
        assert out.dtype == dtype
        assert out.shape == z.shape
        assert np.isfinite(out).all()


def test_conventions_at_the_kink():
    zero = np.zeros(1)
    for name in ("relu", "leaky_relu", "elu"):
        row = activation(name)
        [kink] = row.kinks
        expected = numbers(row).get(kink.derivative, 0.0)
        assert numpy_value(row.stable_derivative, z=zero, **numbers(row)) == expected
    assert step(0) == 0


@pytest.mark.parametrize("row", LOSSES, ids=lambda row: row.name)
def test_losses(row):
    a = np.array([0.04, 0.3, 0.5, 0.77, 0.98])
    y = np.array([0.1, 0.9, 0.5, 0.2, 0.6])
    if row.domain != "unit":
        a, y = np.concatenate([a, [-4.0, 3.0, 60.0]]), np.concatenate([y, [1.0, 3.5, -2.0]])
    derivative = sympy.diff(row.formula, next(s for s in row.formula.free_symbols if s.name == "a"))
    for form, formula in ((row.stable_value, row.formula), (row.stable_derivative, derivative)):
        got = np.broadcast_to(numpy_value(form, a=a, y=y, **numbers(row)), a.shape)
        for left, right, value in zip(a, y, got, strict=True):
            if left == right:
                continue
            want = exact(formula, {"a": left, "y": right}, row)
            assert abs(value - float(want)) <= 1e-14 * max(1.0, abs(float(want)))


def test_small_differences_of_log_cosh():
    [row] = [row for row in LOSSES if row.name == "log_cosh"]
    got = numpy_value(row.stable_value, a=np.array([1e-8, 1e-4, 0.9]), y=np.zeros(3))
    for at, value in zip([1e-8, 1e-4, 0.9], got, strict=True):
        assert ulps(value, exact(row.formula, {"a": at, "y": 0.0}, row)) <= 6


def test_two_class_loss_from_logits():
    [row] = [row for row in LOSSES if row.name == "binary_cross_entropy"]
    value, derivative = row.from_logits["sigmoid"]
    z = np.concatenate([grid(), grid()])
    y = np.repeat([0.0, 1.0], len(z) // 2)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        losses, slopes = numpy_value(value, z=z, y=y), numpy_value(derivative, z=z, y=y)
    with mpmath.workdps(420):
        for at, label, loss, slope in zip(z, y, losses, slopes, strict=True):
            toward = mpmath.mpf(at) * (1 if label else -1)
            assert ulps(loss, mpmath.log1p(mpmath.exp(-toward))) <= 4
            sign = -1 if label else 1
            assert ulps(slope, sign / (1 + mpmath.exp(toward))) <= 4


def test_softmax_rows_sum_to_one_in_any_order():
    row = activation("softmax")
    z = np.array([[1000.0, -5.0, 3.0], [3.0, 1000.0, -5.0]])
    a = numpy_value(row.stable_value, z=z, axis=1)
    assert np.allclose(a.sum(axis=1), 1.0)
    assert np.array_equal(np.sort(a[0]), np.sort(a[1]))
