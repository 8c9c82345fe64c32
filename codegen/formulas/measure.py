"""How far a form is from the function that it computes, in units in the last place.

In: a tree, its form as NumPy, points.  Out: `Errors`: the largest one and where it is, and
where the function overflows, has no value, or the form fails.  The unit is the distance of two
neighbouring numbers at the true value; within 1/2 of a root, where no rounding of x can be undone,
it is the effect of half an ulp of x where that is larger.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import mpmath
import numpy as np

from codegen.forms import lower_form
from codegen.formulas import exact
from codegen.formulas.points import Array
from codegen.formulas.tree import Node
from codegen.graph import Graph
from codegen.runtime import polynomials

HALF_DIGITS: Final[Mapping[str, float]] = {"float32": 2.0**12, "float64": 2.0**26}
"""Errors above this leave fewer than half of the digits."""
_UNDER_ULP: Final = 3.0
"""Errors up to this are not looked into any further."""

At = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Errors:
    """ulp: the largest error, and the point where it is.

    lost: points at which less than half of the digits are right.  failures: points at which the
    form gives no number or warns, though the function is a number of the dtype; failed: the one
    nearest to 0.  overflow, undefined: the point nearest to 0 where the function is beyond the
    dtype, and where it has no value.
    """

    ulp: float
    at: At
    lost: int = 0
    failures: int = 0
    failed: At = ()
    overflow: At = ()
    undefined: At = ()


class Form:
    """A form of the library as a function of arrays, computed as the emitted module does.

    >>> Form("e = np.exp(-np.abs(z)); e / np.square(1.0 + e)", ("z",))(np.zeros(2)).tolist()
    [0.25, 0.25]
    """

    def __init__(
        self, form: str, arrays: Sequence[str], numbers: Mapping[str, float] | None = None
    ) -> None:
        graph = Graph()
        values = {name: graph.input(name, ("n", "m")) for name in arrays}
        values |= {name: graph.const(repr(v)) for name, v in (numbers or {}).items()}
        self.root = lower_form(graph, form, values)
        self.graph, self.arrays = graph, tuple(arrays)

    def __call__(self, *arrays: Array) -> Array:
        """The values, in the dtype of the first array."""
        values: dict[int, Any] = {}
        dtype = arrays[0].dtype
        given = dict(zip(self.arrays, arrays, strict=True))
        for step, node in enumerate(self.graph.nodes):
            if node.op == "input":
                values[step] = given[node.attr]
            elif node.op == "const":
                values[step] = dtype.type(_constant(ast.parse(node.attr, mode="eval").body))
            else:
                values[step] = _operation(node.op, node.attr, [values[a] for a in node.args])
        return np.broadcast_to(values[self.root], arrays[0].shape)

    @property
    def operations(self) -> int:
        """How many array operations it takes."""
        return sum(node.op not in ("input", "const") for node in self.graph.nodes)


def _constant(node: ast.expr) -> float:
    """The value of a constant's text: numbers and the four operations."""
    match node:
        case ast.Constant(value=float() | int() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_constant(operand)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _constant(left), _constant(right)
            match op:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b
                case ast.Mult():
                    return a * b
                case ast.Div():
                    return a / b
    raise TypeError(f"no constant: {ast.dump(node)}")


def _operation(op: str, attr: str, args: list[Any]) -> Any:
    if op == "step":
        return np.greater(args[0], 0.0).astype(args[0].dtype)
    if op == "polynomial":
        return polynomials.polynomial(args[0], tuple(map(float, attr.strip("()").split(","))))
    if op in ("greater", "greater_equal"):
        return getattr(np, op)(*args).astype(args[0].dtype)
    return getattr(np, op)(*args)


@dataclass(slots=True)
class Truth:
    """A function at points of one dtype, computed once for all forms that are compared.

    variables: names of the node, one array of points each.  numbers: its other names.  other: a
    tree of the same value, asked where the bounds of the node's error are too wide to tell it.
    """

    node: Node
    variables: Sequence[str]
    points: Sequence[Array]
    numbers: Mapping[str, float]
    other: Node | None = None
    values: list[Any] = field(init=False)
    _effects: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = [self._value(self._place(k)) for k in range(len(self.points[0]))]

    def _value(self, place: Mapping[str, Any]) -> Any:
        found = exact.value(self.node, place)
        if found is None and self.other is not None:
            return exact.value(self.other, place)
        return found

    def _place(self, k: int, **moved: Any) -> dict[str, Any]:
        at = {name: float(p[k]) for name, p in zip(self.variables, self.points, strict=True)}
        return {**self.numbers, **at, **moved}

    def effect(self, k: int) -> Any:
        """By how much the function changes with half an ulp of its variables, 0 far from a root."""
        if k not in self._effects:
            self._effects[k] = self._effect(k)
        return self._effects[k]

    def _effect(self, k: int) -> Any:
        total = mpmath.mpf(0)
        for name, points in zip(self.variables, self.points, strict=True):
            x = mpmath.mpf(float(points[k]))
            half = mpmath.mpf(float(_spacing(points[k]))) / 2
            far = max(mpmath.mpf(0.5), half)
            sides = [self._at(k, name, x, side) for side in (-far, far)]
            if len(self.variables) == 1 and (None in sides or sides[0] * sides[1] > 0):
                continue
            near = [self._at(k, name, x, side) for side in (-half, half)]
            if None not in near and not any(map(mpmath.isinf, near)):
                total += abs(near[0] - near[1]) / 2
        return total

    def _at(self, k: int, name: str, x: Any, side: Any) -> Any:
        with mpmath.workprec(exact.PRECISIONS[-1]):
            moved = x + side
        return self._value(self._place(k, **{name: moved}))

    def errors(self, form: Form) -> Errors:
        """The errors of a form at the points."""
        with np.errstate(all="ignore"):
            found = form(*self.points)
        return self.errors_of(found, _loud(form, self.points))

    def errors_of(self, found: Array, loud: Array | None = None) -> Errors:
        """The errors of values that were computed; loud: where that gave a warning."""
        loud = np.zeros(len(found), bool) if loud is None else loud
        top = float(np.finfo(found.dtype).max)
        at = [tuple(float(p[k]) for p in self.points) for k in range(len(found))]
        worst, place, lost = 0.0, at[0], 0
        failed, overflow, undefined = [], [], []
        for k, (got, true) in enumerate(zip(found, self.values, strict=True)):
            if true is None:
                undefined.append(at[k])
            elif abs(true) > top:
                overflow.append(at[k])
            elif loud[k] or not np.isfinite(got):
                failed.append(at[k])
            else:
                error = self._error(k, got, true)
                lost += error > HALF_DIGITS[found.dtype.name]
                if error > worst:
                    worst, place = error, at[k]
        nearest = map(_nearest, (failed, overflow, undefined))
        return Errors(worst, place, lost, len(failed), *nearest)

    def _error(self, k: int, got: Any, true: Any) -> float:
        unit = mpmath.mpf(float(_spacing(got.dtype.type(float(true)))))
        error = abs(mpmath.mpf(float(got)) - true)
        if error > _UNDER_ULP * unit:
            unit = max(unit, self.effect(k))
        return float(error / unit)


def _nearest(points: Sequence[At]) -> At:
    """The one nearest to 0, () if there is none."""
    return min(points, key=lambda p: max(map(abs, p)), default=())


def _spacing(x: Any) -> Any:
    """The distance to the next number, for the largest one to the one before."""
    half = np.abs(x) / 2
    small = np.abs(x) < np.finfo(x.dtype).max / 2
    return np.spacing(np.abs(x)) if small else 2 * np.spacing(half)


def _loud(form: Form, points: Sequence[Array]) -> Array:
    """Where NumPy would warn: one pass if it never does, halves of the points else."""
    loud = np.zeros(len(points[0]), bool)

    def look(low: int, high: int) -> None:
        try:
            with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):
                form(*(array[low:high] for array in points))
        except FloatingPointError:
            if high - low == 1:
                loud[low] = True
            else:
                middle = (low + high) // 2
                look(low, middle)
                look(middle, high)

    look(0, len(loud))
    return loud
