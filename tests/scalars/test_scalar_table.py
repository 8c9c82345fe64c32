"""The committed table: in step with SymPy, right by numbers, free of SymPy to read."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction

import mpmath
import pytest

from derive.program import PRIMITIVES, Apply, Expr, Number, Plus, Power, Symbol, Times
from derive.scalars import generate, table

GRID = ["-7.5", "-2", "-0.71", "-0.05", "0.3", "1.25", "3", "6.5"]
CONSTANTS = {name: mpmath.mpf(v.numerator) / v.denominator for name, v in table.PARAMETERS.items()}


def number(expr: Expr, values: dict[str, mpmath.mpf]) -> mpmath.mpf:
    """The value of a scalar formula in mpmath, by its own rules."""
    match expr:
        case Number(value=value):
            return mpmath.mpf(value.numerator) / value.denominator
        case Symbol(name="pi"):
            return +mpmath.pi
        case Symbol(name=name):
            return values[name]
        case Plus(left=left, right=right):
            return number(left, values) + number(right, values)
        case Times(left=left, right=right):
            return number(left, values) * number(right, values)
        case Power(base=base, exponent=e):
            return mpmath.power(number(base, values), mpmath.mpf(e.numerator) / e.denominator)
        case Apply(function="step", order=0, arg=arg):
            return mpmath.mpf(1 if number(arg, values) > 0 else 0)
        case Apply(function=function, order=0, arg=arg):
            return getattr(mpmath, function)(number(arg, values))
    raise TypeError(type(expr).__name__)


def derived(formula, at: mpmath.mpf, order: int) -> mpmath.mpf:
    """A derivative by differences, far more digits carried than are compared."""
    with mpmath.workdps(120):
        return mpmath.diff(formula, at, order, h=mpmath.mpf(10) ** -25)


def close(left: mpmath.mpf, right: mpmath.mpf) -> bool:
    return abs(left - right) <= mpmath.mpf(10) ** -15 * (1 + abs(right))


def test_regenerated_byte_for_byte():
    assert generate.PATH.read_text(encoding="utf-8") == generate.table_text()


def test_same_bytes_under_another_hash_seed():
    command = [sys.executable, "-m", "derive.scalars.generate", "--check"]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_reading_imports_no_sympy():
    code = "import sys, derive.scalars.table; print('sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("name", table.NAMES)
def test_derivatives_of_activations(name, order):
    body, claimed = table.body(name), table.derivative(name, order)
    for text in GRID:
        at = mpmath.mpf(text)
        exact = derived(lambda x: number(body, {**CONSTANTS, "x": x}), at, order)
        with mpmath.workdps(60):
            assert close(number(claimed, {**CONSTANTS, "x": at}), exact), (name, order, text)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("name", PRIMITIVES)
def test_derivatives_of_primitives(name, order):
    claimed, x = table.derivative(name, order), Symbol("x", (1, 1))
    for text in GRID:
        at = abs(mpmath.mpf(text))
        exact = derived(lambda u: number(Apply(name, 0, x), {"x": u}), at, order)
        with mpmath.workdps(60):
            assert close(number(claimed, {"x": at}), exact), (name, order, text)


@pytest.mark.parametrize("name", table.LOSSES)
def test_derivatives_of_losses(name):
    entry, claimed = table.loss_entry(name), table.loss_derivative(name)
    inside = ["0.1", "0.37", "0.5", "0.93"]
    outside = inside if table.loss_domain(name) == "unit" else [*inside, "-2.5", "3.75"]
    for a in map(mpmath.mpf, outside):
        for y in map(mpmath.mpf, ["0.2", "0.61"]):
            exact = derived(lambda u, y=y: number(entry, {**CONSTANTS, "a": u, "y": y}), a, 1)
            with mpmath.workdps(60):
                assert close(number(claimed, {**CONSTANTS, "a": a, "y": y}), exact), (name, a, y)


def test_a_wrong_entry_is_found():
    """The grid tells 2.001 from 2."""
    body, at = table.body("tanh"), mpmath.mpf("0.3")
    exact = derived(lambda x: number(body, {"x": x}), at, 1)
    right = table.derivative("tanh", 1)
    wrong = Times(Number(Fraction(2001, 2000)), right)
    assert close(number(right, {"x": at}), exact)
    assert not close(number(wrong, {"x": at}), exact)


def test_conventions_at_the_kink():
    zero = {**CONSTANTS, "x": mpmath.mpf(0)}
    assert number(table.derivative("relu", 1), zero) == 0
    assert number(table.derivative("leaky_relu", 1), zero) == CONSTANTS["slope"]
    assert number(table.derivative("elu", 1), zero) == CONSTANTS["alpha"]
    assert table.kinks("relu") == ("the derivative of ReLU at 0 is taken to be 0",)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("ReLU", "relu"),
        ("Leaky ReLU", "leaky_relu"),
        ("LeakyReLU", "leaky_relu"),
        ("leaky_relu", "leaky_relu"),
        ("Sigmoid", "sigmoid"),
        (r"\sigma", "sigmoid"),
        ("Softmax", "softmax"),
        ("SoftMax", "softmax"),
        ("tanh", "tanh"),
    ],
)
def test_spellings(spelling, name):
    assert table.ALIASES[table.normalised(spelling)] == name


def test_every_alias_names_one_row():
    """An alias of two rows would be decided by their order."""
    for kind in ("functions", "losses"):
        rows = table._DATA[kind].values()
        spellings = [alias for row in rows for alias in row["aliases"]]
        assert len(spellings) == len(set(spellings))


def test_unknown_names():
    assert table.body("softmax") is None
    assert table.derivative("nothing", 1) is None
    assert table.derivative("relu", 4) is None
    with pytest.raises(KeyError, match="sigmoid"):
        table.function("sigmoyd")
    with pytest.raises(KeyError, match="huber"):
        table.loss_entry("hubert")
