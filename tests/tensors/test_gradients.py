"""Gradients derived by the engine: what they look like, and that they are proved."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from derive import program as p
from derive.program import Equation, Gradient
from derive.tensors import Underivable, derived_gradient, prove
from tensors.build import Net, f, num, size
from tensors.layers import attention, normalisation, recurrent
from tensors.show import show
from tensors.stacks import stack


def derived(net: Net, name: str, *opaque: str) -> str:
    program = net.program()
    expr = derived_gradient(program, name, opaque)
    assert expr.shape == program.shape(name)
    named = {n.name for n in p.walk(expr) if isinstance(n, Gradient)}
    assert named <= set(opaque)
    assert prove(program, Equation(program.gradient(name), expr)).proved
    return show(expr)


SIGMOID = {"out": "sigmoid", "loss": "bce", "hidden": "tanh"}


@pytest.mark.parametrize(
    ("kind", "name", "opaque", "expected"),
    [
        ({}, "Z2", (), "(1/m) * (A2 - Y)"),
        ({"columns": False}, "Z2", (), "(1/m) * (A2 - Y)"),
        (SIGMOID, "Z2", (), "(1/m) * (A2 - Y)"),
        ({}, "Z2", ("A2",), "A2 * (dA2 - sum(dA2 * A2, 0))"),
        ({"columns": False}, "Z2", ("A2",), "A2 * (dA2 - sum(A2 * dA2, 1))"),
        ({"loss": "mse"}, "A2", (), "2 * (1/m) * (A2 - Y)"),
        ({"loss": "mse"}, "Z2", (), "2 * (1/m) * A2 * ((A2 - Y) - sum((A2 - Y) * A2, 0))"),
        ({"labels": False}, "Z2", (), "(1/m) * (A2 * sum(Y, 0) - Y)"),
        (SIGMOID, "A2", (), "(1/m) * ((1 - Y) * (1/(1 - A2)) - Y * (1/A2))"),
        ({"out": "id", "loss": "half"}, "Z2", (), "(1/m) * (A2 - Y)"),
        ({}, "W2", ("Z2",), "(dZ2 @ A1.T)"),
        ({"columns": False}, "W2", ("Z2",), "(A1.T @ dZ2)"),
        ({}, "b2", ("Z2",), "sum(dZ2, 1)"),
        ({"columns": False}, "b2", ("Z2",), "sum(dZ2, 0)"),
        ({}, "A1", ("Z2",), "(W2.T @ dZ2)"),
        ({}, "Z1", ("Z2",), "(W2.T @ dZ2) * g1'(Z1)"),
        ({"columns": False}, "Z1", ("Z2",), "(dZ2 @ W2.T) * g1'(Z1)"),
        ({}, "W2", (), "(1/m) * ((A2 - Y) @ A1.T)"),
        ({}, "W1", (), "(1/m) * ((W2.T @ (A2 - Y)) * g1'(Z1) @ X.T)"),
        ({"depth": 3, "residual": True}, "A1", ("Z2", "A2"), "(dA2 + (W2.T @ dZ2))"),
        ({"l2": True}, "W2", ("Z2",), "((1/m) * lam * W2 + (dZ2 @ A1.T))"),
    ],
    ids=str,
)
def test_dense(kind: dict[str, object], name: str, opaque: tuple[str, ...], expected: str) -> None:
    net, _ = stack(**{"depth": 2, **kind})  # type: ignore[arg-type]
    assert derived(net, name, *opaque) == expected


@pytest.mark.parametrize("columns", [True, False])
def test_normalisation(columns: bool) -> None:
    net, _, _ = normalisation("layer", columns=columns)
    for name, opaque in (
        ("gamma", ("out",)),
        ("beta", ("out",)),
        ("xh", ("out",)),
        ("r", ("xh",)),
        ("var", ("r",)),
        ("mu", ("xh", "var")),
        ("x", ("xh", "mu", "var")),
        ("x", ("xh",)),
        ("x", ()),
    ):
        derived(net, name, *opaque)


def test_attention() -> None:
    net, _, _ = attention(masked=True)
    assert derived(net, "V", "O") == "(P.T @ dO)"
    assert derived(net, "P", "O") == "(dO @ V.T)"
    assert derived(net, "S", "P") == "P * (dP - sum(P * dP, 1))"
    for name in ("Q", "K"):
        derived(net, name, "S")
        derived(net, name)


def test_recurrence() -> None:
    net, _, _ = recurrent()
    assert derived(net, "z1", "z2") == "(Wh.T @ dz2) * g'(z1)"
    derived(net, "Wh", "z0", "z1", "z2")
    derived(net, "Wh")


def test_gradient_that_is_zero_or_constant_keeps_its_shape() -> None:
    net, _ = stack(2)
    net.leaf("U", "n0", "n1")
    derived(net, "U")
    flat = Net()
    x, w = flat.leaf("X", "n", "m"), flat.leaf("w", "n", 1)
    flat.define("J", (w.T @ x).sum(1) / size("m"))
    derived(flat, "X")
    derived(flat, "w")


def test_three_partners_are_written_in_indices() -> None:
    net = Net()
    a, b, c = (net.leaf(n, "n", "n") for n in "ABC")
    net.define("J", (((a * c) @ b) * (a @ (b * c))).total() + (f("g", a) * num(2)).total())
    for name in "ABC":
        derived(net, name)


def test_without_a_cost_there_is_none() -> None:
    net = Net()
    net.leaf("x")
    with pytest.raises(Underivable, match="gradient without a scalar cost"):
        derived_gradient(net.program(None), "x")


def test_the_answer_does_not_depend_on_the_hash_seed() -> None:
    """The same bytes under every seed of Python's string hashes."""
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from tensors.stacks import claims\n"
        "from tensors.layers import normalisation\n"
        "from derive.program import Equation\n"
        "from derive.tensors import prove, derived_gradient\n"
        "net, made = claims(2, hidden='gelu')\n"
        "for label, a, b in made:\n"
        "    print(label, prove(net.program(), Equation(a.e, b.e)))\n"
        "    print(label, prove(net.program(), Equation(a.e, (2 * b).e), budget=2_000))\n"
        "print(derived_gradient(net.program(), 'W1'))\n"
        "print(derived_gradient(normalisation('layer')[0].program(), 'x'))\n"
    )
    root = Path(__file__).parents[2]
    outputs = set()
    for seed in ("0", "1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1


def test_the_engine_imports_no_sympy_and_no_numpy() -> None:
    code = (
        "import sys, derive.tensors\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'sympy', 'numpy', 'jinja2'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
