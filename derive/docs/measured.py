"""Numbers for the catalogue: values to draw, rounding errors and operation counts.

In: formulas and stable forms of the library.  Out: floats for plots; the largest error of a form
in units in the last place, against the formula in as many digits as no cancellation uses up;
and how many array operations it takes.  Nothing is stored: it is measured when a page is built.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import mpmath
import numpy as np

from derive.library.losses import LOSSES
from derive.program import Apply, Expr, Number, Plus, Power, Symbol, Times
from derive.scalars import table

GRID: Final = (1e-300, 1e-20, 1e-9, 1e-4, 0.03, 0.5, 1.0, 2.0, 5.0, 17.0, 36.0, 90.0, 700.0)
"""Where errors are measured, with both signs, and at 0."""
_DIGITS: Final = 1300
"""More than exp(1400) and the square of 1e-300 take from a difference of nearly equal numbers."""
_OPERATORS: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}
_COSTLY: Final = ("exp", "expm1", "log", "log1p", "tanh", "sinh")


@dataclass(frozen=True, slots=True)
class Form:
    """What is measured of a stable form.

    ulp: its largest error on the grid, in units in the last place.  at: where.
    operations: array operations.  costly: those of them that are exponentials or the like.
    """

    ulp: float
    at: float
    operations: int
    costly: int


def evaluate(expr: Expr, point: Mapping[str, Any], arithmetic: Any = math) -> Any:
    """The value of a scalar formula at a point.

    point: a number for each name that is no constant of the library.
    arithmetic: `math` or `mpmath`, for ``exp``, ``log``, ``erf``, ``sin``, ``cos`` and ``pi``.

    >>> evaluate(table.body("sigmoid"), {"x": 0.0})
    0.5
    """
    real: Callable[[Any], Any] = float if arithmetic is math else mpmath.mpf

    def of(node: Expr) -> Any:
        match node:
            case Number(value=value):
                return real(value.numerator) / value.denominator
            case Symbol(name="pi"):
                return real(arithmetic.pi)
            case Symbol(name=name) if name in point:
                return real(point[name])
            case Symbol(name=name):
                value = table.PARAMETERS[name]
                return real(value.numerator) / value.denominator
            case Plus(left=left, right=right):
                return of(left) + of(right)
            case Times(left=left, right=right):
                return of(left) * of(right)
            case Power(base=base, exponent=exponent):
                whole = exponent.denominator == 1
                power = int(exponent) if whole else real(exponent.numerator) / exponent.denominator
                return of(base) ** power
            case Apply(function="step", order=0, arg=arg):
                return real(of(arg) > 0)
            case Apply(function=function, order=0, arg=arg):
                return getattr(arithmetic, function)(of(arg))
        raise TypeError(f"evaluate: no value of {type(node).__name__}")

    return of(expr)


@cache
def form(name: str, stable: str, order: int) -> Form:
    """The errors and operations of a stable form of an activation.

    order: 0 for the value, 1 for the derivative.
    """
    formula = table.derivative(name, order)
    assert formula is not None
    points = [0.0, *GRID, *(-at for at in GRID)]
    constants = {p: float(table.PARAMETERS[p]) for p in table.parameters(name)}
    run = _Run({"z": np.array(points), **constants})
    got = np.broadcast_to(run.form(stable), (len(points),))
    worst = max(
        (_ulps(float(value), formula, {"x": at}), at) for at, value in zip(points, got, strict=True)
    )
    return Form(worst[0], worst[1], len(run.operations), sum(c in _COSTLY for c in run.operations))


PROBABILITIES: Final = (1e-12, 1e-6, 0.03, 0.3, 0.5, 0.9, 1 - 1e-6)
"""Where losses of probabilities are measured, for the labels of `LABELS`."""
LABELS: Final[Mapping[str, tuple[float, ...]]] = {
    "real": (-3.0, 0.0, 1.0), "unit": (0.0, 0.25, 1.0), "distribution": (0.25, 1.0),
}  # fmt: skip


@cache
def loss_form(name: str, stable: str, order: int) -> Form:
    """The errors and operations of a stable form of a loss of one output a and its label y.

    order: 0 for the value, 1 for the derivative by a.
    """
    [row] = [row for row in LOSSES if row.name == name]
    formula = table.loss_derivative(name) if order else table.loss_entry(name)
    outputs: tuple[float, ...] = PROBABILITIES
    if row.domain == "real":
        outputs = (0.0, *GRID, *(-at for at in GRID))
    pairs = [(a, y) for y in LABELS[row.labels] for a in outputs if a != y]
    constants = {p: float(table.PARAMETERS[p]) for p in table.parameters(name)}
    arrays = {key: np.array([pair[k] for pair in pairs]) for k, key in enumerate("ay")}
    run = _Run({**arrays, **constants})
    got = np.broadcast_to(run.form(stable), (len(pairs),))
    worst = max(
        (_ulps(float(value), formula, {"a": a, "y": y}), a)
        for (a, y), value in zip(pairs, got, strict=True)
    )
    return Form(worst[0], worst[1], len(run.operations), sum(c in _COSTLY for c in run.operations))


class _Run:
    """Computes a stable form step by step; its text is parsed and walked, never run."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)
        self.operations: list[str] = []

    def form(self, text: str) -> Any:
        """The value of the last expression, the bindings before it made."""
        *bindings, last = ast.parse(text).body
        with np.errstate(all="ignore"):
            for binding in bindings:
                assert isinstance(binding, ast.Assign)
                [target] = binding.targets
                assert isinstance(target, ast.Name)
                self.values[target.id] = self.of(binding.value)
            assert isinstance(last, ast.Expr)
            return self.of(last.value)

    def of(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=float() | int() as value):
                return value
            case ast.Name(id=name):
                return self.values[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.apply("negative", self.of(operand))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return self.apply(_OPERATORS[type(op)], self.of(left), self.of(right))
            case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr=name), args=args):
                return self.apply(name, *map(self.of, args))
        raise TypeError(f"no value of {ast.unparse(node)!r} in a stable form")

    def apply(self, name: str, *given: Any) -> Any:
        """One operation; those on constants alone are none of the array's."""
        if any(isinstance(value, np.ndarray) for value in given):
            self.operations.append(name)
        return getattr(np, name)(*given)


def _ulps(got: float, formula: Expr, point: Mapping[str, float]) -> float:
    if not math.isfinite(got):
        return math.inf
    with mpmath.workdps(_DIGITS):
        exact = {name: mpmath.mpf(value) for name, value in point.items()}
        want = evaluate(formula, exact, mpmath)
        if abs(want) < 1e-300:  # below the normal numbers a digit is no unit any more
            return 0.0 if abs(got) < 1e-290 else math.inf
        return float(abs(mpmath.mpf(got) - want) / mpmath.mpf(float(np.spacing(abs(float(want))))))
