"""The emitted test of differences where a loss has fewer digits than a double, beside planted errors."""

from __future__ import annotations

import importlib
import sys

import numpy as np
import pytest

from tests.codegen.emitted_network import emit

STRETCHED = """
name = "stretched"
input = 1
loss = "kl"
[[layer]]
units = 1
activation = "softplus"
[[layer]]
units = 5
activation = "silu"
norm = "layer"
[[layer]]
units = 5
activation = "identity"
norm = "batch"
skip = 1
[[layer]]
units = 2
activation = "softmax"
"""
"""Of one unit the normalised layer is 1 or -1 but for its epsilon, so equal in all examples: the
batch that is normalised next is that of its errors."""


@pytest.fixture(scope="module")
def tests(tmp_path_factory):
    """The emitted tests of that network."""
    folder = tmp_path_factory.mktemp("stretched")
    net = emit(STRETCHED, folder)
    return importlib.import_module(f"{sys.modules[net.__name__].__package__}.test_stretched")


def _failing(tests, seeds):
    """The points at which the right gradient is not accepted."""
    failing = []
    for seed in seeds:
        try:
            tests._check_differences(tests._computed, seed)
        except AssertionError:
            failing.append(seed)
    return failing


def test_rounding_that_a_normalisation_stretches_is_no_error(tests, monkeypatch):
    """At no point; unless it is measured, it is one at some of them."""
    assert _failing(tests, range(60)) == []
    monkeypatch.setattr(tests, "_rounding", lambda *point: 0.0)
    assert _failing(tests, range(60))


def test_rounding_of_the_loss_is_measured(tests):
    """Where the batch is normalised, more is found than the sums of the loss need."""
    params, X, Y = tests._smooth_point(0)
    of = dict(zip(params._fields, params, strict=True))
    assert tests._rounding(params, of["W1"], X, Y) > 64 * tests.EPS
    assert tests._rounding(params, of["b4"], X, Y) < 8 * tests.EPS


def test_measuring_leaves_the_parameters_as_they_are(tests):
    params, X, Y = tests._smooth_point(1)
    before = [array.copy() for array in params]
    tests._rounding(params, params[0], X, Y)
    assert all(np.array_equal(a, b) for a, b in zip(params, before, strict=True))


@pytest.mark.parametrize("factor", [1.001, 0.999, 1.0001, -1.0])
def test_planted_errors_are_found_at_those_points(tests, factor):
    """In every parameter whose gradient is not made of rounding alone."""
    looked = 0
    for seed in range(6):
        params, X, Y = tests._smooth_point(seed)
        slopes = tests._computed(params, X, Y)[1]
        largest = max(float(np.abs(d).max()) for d in slopes)
        for number, name in enumerate(params._fields):
            if float(np.abs(slopes[number]).max()) <= 1e-4 * largest:
                continue

            def wrong(params, X, Y, number=number):
                J, derivatives = tests._computed(params, X, Y)
                factors = [factor if k == number else 1 for k in range(len(derivatives))]
                return J, type(params)(*(f * d for f, d in zip(factors, derivatives, strict=True)))

            looked += 1
            with pytest.raises(AssertionError, match=f"d{name} "):
                tests._check_differences(wrong, seed)
    assert looked > 40
