"""How many digits the emitted functions keep: largest errors in ulp beside SciPy, PyTorch and JAX.

    python benchmarks/accuracy.py [--points 1000] [--seed 0] [--json FILE] [--check]

Each function is measured against its definition in as many digits as are needed (mpmath, with a
bound of the error), in float64 and float32: points spaced linearly and logarithmically with both
signs over the whole range, random bit patterns, and the neighbourhoods of roots and branch points;
float32 besides at 600 000 points against the emitted form in float64.
One ulp is the distance of two neighbouring numbers at the true value; within 1/2 of a root of the
function it is the effect of half an ulp of x where that is larger.  A library that has no such
function, or does not take a dtype, has no entry.  ``--check``: status 1 if an emitted function
is beyond its limit.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np

from codegen.formulas import grammar, points
from codegen.formulas.meaning import derivative
from codegen.formulas.measure import Errors, Form, Truth
from codegen.formulas.tree import Node
from codegen.kernels import ACTIVATIONS, LOSSES, constants
from codegen.module import log_softmax
from codegen.runtime.precision import rounded_once

DTYPES = ("float64", "float32")
Function = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """A function: its formula, the form that is emitted, and the same in other libraries.

    limits: the largest errors that are allowed, float64 and float32.  places: roots and branch
    points.
    """

    name: str
    node: Node
    form: Function
    limits: tuple[float, float]
    others: Mapping[str, Function] = field(default_factory=dict)
    places: Sequence[float] = ()


def _row(name: str, order: int) -> Function:
    row = ACTIVATIONS[name]
    text = row.stable_derivative if order else row.stable_value
    return rounded_once(Form(text, ("z",), constants(row)).__call__)


def _logits(order: int, label: float) -> Function:
    """The cross-entropy of one logit against a label, as it is emitted."""
    form = Form(LOSSES["binary_cross_entropy"].from_logits["sigmoid"][order], ("z", "y"))
    rounded = rounded_once(form.__call__)
    return lambda z: rounded(z, np.full_like(z, label))


def _formula(text: str, order: int = 0) -> Node:
    node = grammar.parse(text, ("x",))
    return derivative(node, "x") if order else node


def cases() -> list[Case]:
    """The functions, in the order of the table."""
    torch, jax, scipy = _torch(), _jax(), _scipy()
    libraries = {"SciPy": scipy, "PyTorch": torch, "JAX": jax}

    def others(key: str) -> dict[str, Function]:
        return {name: found[key] for name, found in libraries.items() if key in found}

    gelu = "x / 2 * (1 + erf(x / sqrt(2)))"
    mish = "x * tanh(softplus(x))"
    rows = [
        ("sigmoid", "sigmoid(x)", 0, _row("sigmoid", 0), (2, 3), ()),
        ("sigmoid'", "sigmoid(x)", 1, _row("sigmoid", 1), (4, 4), ()),
        ("tanh'", "tanh(x)", 1, _row("tanh", 1), (4, 4), ()),
        ("softplus", "softplus(x)", 0, _row("softplus", 0), (2, 2), ()),
        ("log-sigmoid", "-softplus(-x)", 0, lambda z: -_logits(0, 1.0)(z), (2, 2), ()),
        ("cross-entropy, y = 1", "softplus(-x)", 0, _logits(0, 1.0), (2, 2), ()),
        ("cross-entropy, y = 0", "softplus(x)", 0, _logits(0, 0.0), (2, 2), ()),
        ("its gradient, y = 1", "-sigmoid(-x)", 0, _logits(1, 1.0), (2, 3), ()),
        ("its gradient, y = 0", "sigmoid(x)", 0, _logits(1, 0.0), (2, 3), ()),
        ("SiLU", "x * sigmoid(x)", 0, _row("silu", 0), (8, 8), (-1.2784645427610738,)),
        ("SiLU'", "x * sigmoid(x)", 1, _row("silu", 1), (8, 8), (-1.2784645427610738,)),
        ("GELU", gelu, 0, _row("gelu", 0), (16, 16), (-0.7517915246935645,)),
        ("GELU'", gelu, 1, _row("gelu", 1), (16, 16), (-0.7517915246935645,)),
        ("mish", mish, 0, _row("mish", 0), (16, 16), (-1.1924312145154573,)),
        ("mish'", mish, 1, _row("mish", 1), (16, 16), (-1.1924312145154573,)),
    ]
    return [
        Case(name, _formula(text, order), form, limits, others(name), (0.0, *places))
        for name, text, order, form, limits, places in rows
    ]


# -- the other libraries -------------------------------------------------------------------------


def _scipy() -> dict[str, Function]:
    try:
        from scipy import special
    except ImportError:
        return {}
    return {
        "sigmoid": special.expit,
        "sigmoid'": lambda z: special.expit(z) * (1 - special.expit(z)),
        "tanh'": lambda z: 1 - np.tanh(z) ** 2,
        "softplus": lambda z: np.logaddexp(0, z),
        "log-sigmoid": special.log_expit,
        "cross-entropy, y = 1": lambda z: -special.log_expit(z),
        "cross-entropy, y = 0": lambda z: -special.log_expit(-z),
        "its gradient, y = 1": lambda z: special.expit(z) - 1,
        "its gradient, y = 0": special.expit,
        "SiLU": lambda z: z * special.expit(z),
        "GELU": lambda z: z * special.ndtr(z),
        "log-softmax": lambda z: special.log_softmax(z, axis=0),
    }


def _torch() -> dict[str, Function]:
    try:
        import torch
        from torch.nn import functional as f
    except ImportError:
        return {}

    def value(function: Any) -> Function:
        return lambda z: function(torch.tensor(z)).numpy()

    def slope(function: Any) -> Function:
        def of(z: Any) -> Any:
            leaf = torch.tensor(z, requires_grad=True)
            function(leaf).sum().backward()
            return leaf.grad.numpy()

        return of

    def entropy(label: float) -> Any:
        return lambda z: f.binary_cross_entropy_with_logits(
            z, torch.full_like(z, label), reduction="none"
        )

    return {
        "sigmoid": value(torch.sigmoid),
        "sigmoid'": slope(torch.sigmoid),
        "tanh'": slope(torch.tanh),
        "softplus": value(f.softplus),
        "log-sigmoid": value(f.logsigmoid),
        "cross-entropy, y = 1": value(entropy(1.0)),
        "cross-entropy, y = 0": value(entropy(0.0)),
        "its gradient, y = 1": slope(entropy(1.0)),
        "its gradient, y = 0": slope(entropy(0.0)),
        "SiLU": value(f.silu),
        "SiLU'": slope(f.silu),
        "GELU": value(f.gelu),
        "GELU'": slope(f.gelu),
        "mish": value(f.mish),
        "mish'": slope(f.mish),
        "log-softmax": value(lambda z: torch.log_softmax(z, 0)),
    }


def _jax() -> dict[str, Function]:
    try:
        import jax
    except ImportError:
        return {}
    jax.config.update("jax_enable_x64", True)
    nn = jax.nn

    def value(function: Any) -> Function:
        return lambda z: np.asarray(function(z))

    def slope(function: Any) -> Function:
        each = jax.vmap(jax.grad(function))
        return lambda z: np.asarray(each(z))

    def gelu(z: Any) -> Any:
        return nn.gelu(z, approximate=False)

    return {
        "sigmoid": value(nn.sigmoid),
        "sigmoid'": slope(nn.sigmoid),
        "tanh'": slope(jax.numpy.tanh),
        "softplus": value(nn.softplus),
        "log-sigmoid": value(nn.log_sigmoid),
        "cross-entropy, y = 1": value(lambda z: -nn.log_sigmoid(z)),
        "cross-entropy, y = 0": value(lambda z: -nn.log_sigmoid(-z)),
        "its gradient, y = 1": slope(lambda z: -nn.log_sigmoid(z)),
        "its gradient, y = 0": slope(lambda z: -nn.log_sigmoid(-z)),
        "SiLU": value(nn.silu),
        "SiLU'": slope(nn.silu),
        "GELU": value(gelu),
        "GELU'": slope(gelu),
        "mish": value(nn.mish),
        "mish'": slope(nn.mish),
        "log-softmax": value(lambda z: nn.log_softmax(z, axis=0)),
    }


# -- measuring -----------------------------------------------------------------------------------


def measured(
    case: Case, count: int, seed: int, many: int = 600_000
) -> dict[str, dict[str, Errors]]:
    """Name of a library (the emitted form first) to its errors by dtype."""
    found: dict[str, dict[str, Errors]] = {"derive": {}, **{name: {} for name in case.others}}
    for dtype in DTYPES:
        line = points.line(dtype, count=count, places=case.places, seed=seed)
        truth = Truth(case.node, ("x",), (line,), {})
        for name, function in {"derive": case.form, **case.others}.items():
            with np.errstate(all="ignore"):
                got = np.asarray(function(line))
            if got.dtype == line.dtype:
                found[name][dtype] = truth.errors_of(got)
    for name, function in {"derive": case.form, **case.others}.items():
        if "float32" in found[name]:
            dense = _dense(case, function, seed, many)
            found[name]["float32"] = max(found[name]["float32"], dense, key=lambda e: e.ulp)
    return found


def _dense(case: Case, function: Function, seed: int, many: int) -> Errors:
    """The error in float32 at many points, against the emitted form in float64.

    That one's own error is 2^-29 of these units for each of its ulps.  Not near roots.
    """
    rng = np.random.default_rng(seed)
    z = np.concatenate(
        [
            np.linspace(-104, 104, many // 3),
            np.linspace(-12, 12, many // 3),
            points.signed(10.0 ** rng.uniform(-8, 2.1, many // 6)),
        ]
    ).astype(np.float32)
    for place in case.places:
        z = z[np.abs(z - place) > 0.5] if place else z
    with np.errstate(all="ignore"):
        true = case.form(z.astype(np.float64))
        unit = np.spacing(np.abs(true).astype(np.float32)).astype(np.float64)
        errors = np.abs(np.asarray(function(z)).astype(np.float64) - true) / unit
    worst = int(np.nanargmax(errors))
    return Errors(float(errors[worst]), (float(z[worst]),))


def measured_log_softmax(count: int, seed: int) -> dict[str, dict[str, Errors]]:
    """The same for log-softmax: vectors of 2 to 1000 logits, drawn from N(0, 1)."""
    space: dict[str, Any] = {"np": np}
    body = "\n    ".join(log_softmax(0).lines)
    exec(f"def emitted(z):\n    {body}", space)  # the lines that the generator prints
    functions: dict[str, Function] = {"derive": space["emitted"]}
    for name, found in {"SciPy": _scipy(), "PyTorch": _torch(), "JAX": _jax()}.items():
        if found:
            functions[name] = found["log-softmax"]
    results: dict[str, dict[str, Errors]] = {name: {} for name in functions}
    for dtype in DTYPES:
        worst = dict.fromkeys(functions, (0.0, 0.0))
        for z in _vectors(count, seed, dtype):
            true = _log_softmax(z)
            for name, function in functions.items():
                got = np.asarray(function(z[:, None]))[:, 0]
                for a, b, x in zip(got, true, z, strict=True):
                    unit = np.spacing(np.abs(got.dtype.type(float(b))))
                    error = float(abs(mpmath.mpf(float(a)) - b) / mpmath.mpf(float(unit)))
                    worst[name] = max(worst[name], (error, float(x)))
        for name, (error, at) in worst.items():
            results[name][dtype] = Errors(error, (at,))
    return results


def _vectors(count: int, seed: int, dtype: str) -> Iterator[Any]:
    rng = np.random.default_rng(seed)
    for size in (2, 3, 10, 100, 1000):
        for _ in range(max(1, count // size)):
            yield rng.standard_normal(size).astype(dtype)


def _log_softmax(z: Any) -> list[Any]:
    with mpmath.workprec(200):
        exact = [mpmath.mpf(float(x)) for x in z]
        total = mpmath.log(mpmath.fsum(mpmath.exp(x) for x in exact))
        return [x - total for x in exact]


# -- the table -------------------------------------------------------------------------------------


def table(count: int, seed: int) -> list[dict[str, Any]]:
    """One row a function: its limits and the errors of every library."""
    rows = []
    for case in cases():
        rows.append(_entry(case.name, case.limits, measured(case, count, seed)))
        print(_line(rows[-1]), flush=True)
    rows.append(_entry("log-softmax", (3, 3), measured_log_softmax(count, seed)))
    print(_line(rows[-1]), flush=True)
    return rows


def _entry(
    name: str, limits: tuple[float, float], found: Mapping[str, Mapping[str, Errors]]
) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": name, "limits": list(limits)}
    for library, errors in found.items():
        entry[library] = {
            dtype: {"ulp": e.ulp if not e.failures else math.inf, "at": list(e.at or e.failed)}
            for dtype, e in errors.items()
        }
    return entry


LIBRARIES = ("derive", "SciPy", "PyTorch", "JAX")


def _line(row: Mapping[str, Any]) -> str:
    cells = [row["name"], " / ".join(f"{limit:g}" for limit in row["limits"])]
    for library in LIBRARIES:
        errors = row.get(library, {})
        cells.append(" / ".join(_number(errors.get(dtype)) for dtype in DTYPES) if errors else "")
    return "| " + " | ".join(cells) + " |"


def _number(error: Mapping[str, Any] | None) -> str:
    if error is None:
        return "-"
    return f"{error['ulp']:.2f}" if error["ulp"] < 100 else f"{error['ulp']:.1e}"


def _machine() -> str:
    versions = [f"Python {platform.python_version()}", f"NumPy {np.__version__}"]
    for name in ("scipy", "torch", "jax"):
        if name in sys.modules:
            versions.append(f"{name} {sys.modules[name].__version__}")
    return f"{platform.machine()}, {', '.join(versions)}"


def main() -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", help="a file for the numbers")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    print("| function | limit | " + " | ".join(LIBRARIES) + " |")
    print("| --- " * (2 + len(LIBRARIES)) + "|")
    rows = table(options.points, options.seed)
    print(f"\nLargest error in ulp, float64 / float32; {_machine()}.")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"machine": _machine(), "points": options.points, "rows": rows}, file)
    beyond = [
        f"{row['name']}, {dtype}: {row['derive'][dtype]['ulp']:.3g} ulp"
        for row in rows
        for dtype, limit in zip(DTYPES, row["limits"], strict=True)
        if row["derive"][dtype]["ulp"] > limit
    ]
    for text in beyond:
        print(f"beyond its limit: {text}", file=sys.stderr)
    return 1 if options.check and beyond else 0


if __name__ == "__main__":
    sys.exit(main())
