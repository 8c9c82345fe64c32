"""The array program of a network: matrix expressions lowered into a graph.

In: matrix expressions of the proved program.  Out: steps of a `codegen.graph.Graph`.
`codegen.buffers` gives the steps memory and `codegen.numpy_printer` prints them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from codegen.graph import Graph, PlanError, group
from derive.program import (
    Apply,
    Expr,
    Gradient,
    MatMul,
    Number,
    Plus,
    Power,
    Size,
    Sum,
    Symbol,
    Times,
    Transpose,
)


def fraction_text(value: Fraction) -> str:
    """A rational constant as a Python expression of floats."""
    if value.denominator == 1 or Fraction(float(value)) == value:
        return repr(float(value))
    return f"{float(value.numerator)!r} / {float(value.denominator)!r}"


@dataclass(slots=True)
class Lowering:
    """Lowers matrix expressions of one program into a graph.

    steps: name of a leaf, definition or ``dNAME`` to its step.  constants: scalar leaf to
    its Python text.  forms: for a function of the program and an order 0 or 1, the step
    of its value at a step.
    """

    graph: Graph
    steps: dict[str, int]
    constants: Mapping[str, str]
    forms: Forms

    def expr(self, expr: Expr) -> int:
        """The step that computes a matrix expression."""
        match expr:
            case Number(value=value):
                return self.graph.const(fraction_text(value))
            case Size(dim=dim):
                return self.graph.const(self.constants.get(dim, dim))
            case Symbol(name=name) if name in self.constants:
                return self.graph.const(self.constants[name])
            case Symbol(name=name):
                return self.steps[name]
            case MatMul(left=left, right=right):
                return self._dot(left, right)
            case Times():
                return self._product(expr)
            case Plus():
                return self._sum(expr)
            case Power(base=base, exponent=exponent):
                return self._power(base, exponent)
            case Sum(arg=Sum(arg=arg, axis=inner), axis=outer) if inner != outer:
                return self.graph.total(self.expr(arg))
            case Sum(arg=arg, axis=axis):
                return self.graph.add("sum", self.expr(arg), attr=str(axis))
            case Apply(function=function, order=order, arg=arg):
                return self.forms.apply(self, function, order, arg)
            case Gradient(name=name):
                return self.steps[f"d{name}"]
        raise PlanError(f"no array program for {type(expr).__name__}")

    def _dot(self, left: Expr, right: Expr) -> int:
        flags = ""
        steps = []
        for side in (left, right):
            transposed = isinstance(side, Transpose)
            flags += "t" if transposed else "n"
            steps.append(self.expr(side.arg if isinstance(side, Transpose) else side))
        return self.graph.add("dot", *steps, attr=flags)

    def _product(self, expr: Expr) -> int:
        """Array factors from left to right, then quotients, then the scalar factor."""
        scalars: list[tuple[Expr, bool]] = []
        above: list[Expr] = []
        below: list[Expr] = []
        for factor in factors(expr):
            inverse = isinstance(factor, Power) and factor.exponent == -1
            base = factor.base if isinstance(factor, Power) and inverse else factor
            if is_scalar(base, self.constants):
                scalars.append((base, inverse))
            else:
                (below if inverse else above).append(base)
        scalar = self.graph.const(self._scalar(scalars))
        step = self.expr(above[0]) if above else scalar
        for factor in above[1:]:
            step = self.graph.add("multiply", step, self.expr(factor))
        for factor in below:
            step = self.graph.add("divide", step, self.expr(factor))
        return self.graph.add("multiply", step, scalar) if above else step

    def _scalar(self, parts: Sequence[tuple[Expr, bool]]) -> str:
        """The text of a product of numbers, sizes and scalar leaves."""
        value = Fraction(1)
        above: list[str] = []
        below: list[str] = []
        for base, inverse in parts:
            if isinstance(base, Number):
                value = value / base.value if inverse else value * base.value
                continue
            step = self.expr(base)
            (below if inverse else above).append(group(self.graph.nodes[step].attr))
        if value != 1 or not above:
            above.insert(0, fraction_text(value))
        text = " * ".join(above)
        if below:
            bottom = " * ".join(below)
            text = f"{text} / {bottom if len(below) == 1 else f'({bottom})'}"
        return text

    def _sum(self, expr: Expr) -> int:
        """Terms from left to right, a negative one subtracted; begins with a positive one."""
        parts = [split_sign(term) for term in terms(expr)]
        parts.sort(key=lambda part: part[0] < 0)
        step: int | None = None
        for sign, term in parts:
            value = self.expr(term)
            if step is None:
                step = self.graph.add("negative", value) if sign < 0 else value
            else:
                step = self.graph.add("subtract" if sign < 0 else "add", step, value)
        assert step is not None
        return step

    def _power(self, base: Expr, exponent: Fraction) -> int:
        step = self.expr(base)
        if exponent == -1:
            return self.graph.add("divide", self.graph.const("1.0"), step)
        if exponent == 2:
            return self.graph.add("square", step)
        if exponent == Fraction(1, 2):
            return self.graph.add("sqrt", step)
        if exponent < 0:
            below = self._power(base, -exponent)
            return self.graph.add("divide", self.graph.const("1.0"), below)
        if exponent.denominator == 2 and exponent <= 8:
            root = self.graph.add("sqrt", step)
            return self.graph.add("multiply", self._power(base, exponent - Fraction(1, 2)), root)
        if exponent.denominator == 1 and exponent <= 8:
            rest = self._power(base, exponent - 1) if exponent != 1 else None
            return step if rest is None else self.graph.add("multiply", step, rest)
        raise PlanError(f"no array operation for the power {exponent}")


class Forms:
    """How functions of the program are computed; replaced per rendering."""

    def apply(self, lowering: Lowering, function: str, order: int, arg: Expr) -> int:
        """The step of the order-th derivative of a function at an argument."""
        if order == 0 and function in ("exp", "log", "step", "tanh"):
            return lowering.graph.add(function, lowering.expr(arg))
        if function == "absolute":
            return lowering.graph.add("sign" if order else function, lowering.expr(arg))
        raise PlanError(f"no stable form for {function}, order {order}")


def factors(expr: Expr) -> list[Expr]:
    """The factors of nested elementwise products, in order."""
    if isinstance(expr, Times):
        return factors(expr.left) + factors(expr.right)
    return [expr]


def terms(expr: Expr) -> list[Expr]:
    """The terms of nested sums, in order."""
    if isinstance(expr, Plus):
        return terms(expr.left) + terms(expr.right)
    return [expr]


def split_sign(expr: Expr) -> tuple[int, Expr]:
    """A term as sign times the rest, without a factor -1 in front."""
    if isinstance(expr, Times) and isinstance(expr.left, Number) and expr.left.value < 0:
        value = -expr.left.value
        return -1, expr.right if value == 1 else Times(Number(value), expr.right)
    if isinstance(expr, Times) and isinstance(expr.left, Times):
        sign, rest = split_sign(expr.left)
        return sign, Times(rest, expr.right)
    if isinstance(expr, Number) and expr.value < 0:
        return -1, Number(-expr.value)
    return 1, expr


def is_scalar(expr: Expr, constants: Mapping[str, str]) -> bool:
    """Whether an expression is a number, a size or a scalar leaf, or a product of such."""
    match expr:
        case Number() | Size():
            return True
        case Symbol(name=name):
            return name in constants
        case Times(left=left, right=right):
            return is_scalar(left, constants) and is_scalar(right, constants)
        case Power(base=base, exponent=exponent):
            return exponent == -1 and is_scalar(base, constants)
    return False
