"""The emitted functions keep the digits that ``benchmarks/accuracy.py`` states, at few points."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "benchmarks" / "accuracy.py"


@pytest.fixture(scope="module")
def accuracy():
    spec = importlib.util.spec_from_file_location("accuracy", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["accuracy"] = module
    spec.loader.exec_module(module)
    for name in ("_scipy", "_torch", "_jax"):  # none of them is needed here
        setattr(module, name, dict)
    yield module
    del sys.modules["accuracy"]


def test_every_function_is_within_its_limit(accuracy):
    rows = [
        accuracy._entry(case.name, case.limits, accuracy.measured(case, 3, 1, 3000))
        for case in accuracy.cases()
    ]
    rows.append(accuracy._entry("log-softmax", (3, 3), accuracy.measured_log_softmax(60, 1)))
    for row in rows:
        double, single = row["limits"]
        assert row["derive"]["float64"]["ulp"] <= double, row["name"]
        assert row["derive"]["float32"]["ulp"] <= single, row["name"]


def test_a_form_that_loses_digits_is_found(accuracy):
    [case] = [case for case in accuracy.cases() if case.name == "sigmoid'"]
    lossy = {"lossy": lambda z: (s := 1 / (1 + accuracy.np.exp(-z))) * (1 - s)}
    found = accuracy.measured(
        accuracy.Case(case.name, case.node, case.form, (4, 4), lossy), 6, 1, 60
    )
    assert found["lossy"]["float64"].ulp > 1e6
