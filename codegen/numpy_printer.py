"""NumPy source text with as few brackets as Python needs.

In: matrix expressions of the program (`expression`, for the readable gradients) or steps of a
graph (`statements`, for the stable forms).  Out: text; the formatter sees to line breaks.

>>> from derive.program import MatMul, Symbol, Transpose
>>> W, D = Symbol("W2", ("n_2", "n_1")), Symbol("dZ2", ("n_2", "m"))
>>> expression(MatMul(Transpose(W), D), {})
'W2.T @ dZ2'
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from codegen.graph import INFIX, Graph, PlanError, Text, infix, level_of
from codegen.plan import factors, is_scalar, split_sign, terms
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

# -- matrix expressions ------------------------------------------------------------------------


def expression(
    expr: Expr, constants: Mapping[str, str], extra: Mapping[str, Sequence[str]] | None = None
) -> str:
    """A matrix expression; constants: scalar leaf or size to its text.

    extra: function to the arrays that it takes besides its argument.
    """
    return _Expressions(constants, extra or {}).text(expr)[0]


def prime(function: str, order: int) -> str:
    """The name of the emitted helper for a derivative: ``_tanh_prime``."""
    return f"_{function}" + ("_prime" * order)


class _Expressions:
    def __init__(self, constants: Mapping[str, str], extra: Mapping[str, Sequence[str]]) -> None:
        self.constants = constants
        self.extra = extra

    def text(self, expr: Expr) -> Text:
        """The text of an expression and its precedence."""
        match expr:
            case Number(value=value):
                return _number(value)
            case Size(dim=dim):
                return self.constants.get(dim, dim), 9
            case Symbol(name=name):
                return self.constants.get(name, name), 9
            case Gradient(name=name):
                return f"d{name}", 9
            case Transpose(arg=arg):
                inner, level = self.text(arg)
                return (f"{inner}.T" if level == 9 else f"({inner}).T"), 9
            case MatMul(left=left, right=right):
                return self._matmul(left, right)
            case Plus():
                return self._plus(expr)
            case Times():
                return self._times(expr)
            case Power(base=base, exponent=exponent):
                return self._power(base, exponent)
            case Sum(arg=Sum(arg=arg, axis=inner_axis), axis=axis) if axis != inner_axis:
                return f"np.sum({self.text(arg)[0]})", 9
            case Sum(arg=arg, axis=axis):
                return f"np.sum({self.text(arg)[0]}, axis={axis}, keepdims=True)", 9
            case Apply(function=function, order=order, arg=arg):
                return self._apply(function, order, self.text(arg)[0])
        raise PlanError(f"expression: cannot print {type(expr).__name__}")

    def _matmul(self, left: Expr, right: Expr) -> Text:
        a, level = self.text(left)
        first = a if level == 9 or isinstance(left, MatMul) else f"({a})"
        b, level = self.text(right)
        return f"{first} @ {b if level == 9 else f'({b})'}", 2

    def _plus(self, expr: Expr) -> Text:
        parts = sorted((split_sign(t) for t in terms(expr)), key=lambda part: part[0] < 0)
        text = ""
        for sign, term in parts:
            inner, level = self.text(term)
            inner = inner if level > 1 else f"({inner})"
            if not text:
                text = inner if sign > 0 else f"-{inner}"
            else:
                text += f" {'+' if sign > 0 else '-'} {inner}"
        return text, 1

    def _times(self, expr: Expr) -> Text:
        """``2.0 * L2 * arrays / quotients / m``."""
        value = Fraction(1)
        above: list[str] = []
        arrays: list[str] = []
        below: list[str] = []
        sizes: list[str] = []
        for factor in factors(expr):
            inverse = isinstance(factor, Power) and factor.exponent == -1
            base = factor.base if isinstance(factor, Power) and inverse else factor
            if isinstance(base, Number):
                value = value / base.value if inverse else value * base.value
                continue
            text, level = self.text(base)
            # a product of matrices inside an elementwise one is easier to read in brackets
            bare = level > 2 or (level == 2 and not isinstance(base, MatMul) and not inverse)
            text = text if bare else f"({text})"
            scalar = is_scalar(base, self.constants)
            (
                sizes if scalar and inverse else above if scalar else below if inverse else arrays
            ).append(text)
        numerator = [*above, *arrays]
        if value != 1 or not numerator:
            coefficient, level = _number(value)
            numerator.insert(0, coefficient if level > 1 else f"({coefficient})")
        return " / ".join([" * ".join(numerator), *below, *sizes]), 2

    def _power(self, base: Expr, exponent: Fraction) -> Text:
        text, level = self.text(base)
        if exponent == -1:
            return f"1.0 / {text if level > 2 else f'({text})'}", 2
        if exponent == 2:
            return f"np.square({text})", 9
        if exponent == Fraction(1, 2):
            return f"np.sqrt({text})", 9
        if exponent == Fraction(-1, 2):
            return f"1.0 / np.sqrt({text})", 2
        if exponent.denominator == 2:
            return f"{text if level == 9 else f'({text})'} ** {float(exponent)}", 4
        if exponent.denominator == 1 and exponent > 0:
            return f"{text if level == 9 else f'({text})'} ** {exponent}", 4
        raise PlanError(f"expression: cannot print the power {exponent}")

    def _apply(self, function: str, order: int, arg: str) -> Text:
        if function in ("exp", "log") and order == 0:
            return f"np.{function}({arg})", 9
        if function == "absolute":
            return f"np.{'sign' if order else 'abs'}({arg})", 9
        arguments = ", ".join([arg, *self.extra.get(function, ())])
        return f"{prime(function, order)}({arguments})", 9


def _number(value: Fraction) -> Text:
    exact = Fraction(float(value)) == value
    text = repr(float(value)) if exact else f"{float(value.numerator)!r} / {value.denominator}.0"
    return text, (9 if exact and value >= 0 else 3 if exact else 2)


# -- steps of a graph --------------------------------------------------------------------------


LONG: Final = 64
"""Expressions of more characters than this get a name."""
_COEFFICIENTS: Final = re.compile(r", \([0-9][^()]*\)")


def statements(graph: Graph, root: int, result: str) -> list[str]:
    """Assignments for what is used twice or is long, then one of `result` (or ``return ...``)."""
    return _Steps(graph, root).lines(result)


class _Steps:
    """Prints the steps below a root, each shared one as a name of its own."""

    def __init__(self, graph: Graph, root: int) -> None:
        self.graph = graph
        self.root = root
        self.uses: dict[int, int] = {}
        self.known: dict[int, str] = {}
        self.out: list[str] = []
        seen: set[int] = set()
        stack = [root]
        while stack:
            step = stack.pop()
            if step in seen:
                continue
            seen.add(step)
            for arg in graph.nodes[step].args:
                self.uses[arg] = self.uses.get(arg, 0) + 1
                stack.append(arg)

    def lines(self, result: str) -> list[str]:
        for step in sorted(self.uses):
            node = self.graph.nodes[step]
            if node.op in ("input", "const"):
                continue
            text = self._text(step)[0]
            if self.uses[step] > 1 or len(_COEFFICIENTS.sub("", text)) > LONG:
                name = self.graph.names.get(step) or self._fresh(node.op)
                self.out.append(f"{name} = {text}")
                self.known[step] = name
        return [*self.out, f"{result} {self._text(self.root)[0]}"]

    def _fresh(self, op: str) -> str:
        letter = {"exp": "e", "add": "s", "subtract": "d", "step": "h"}.get(op, "t")
        taken = set(self.known.values())
        number = 1
        while (name := letter if number == 1 else f"{letter}{number}") in taken:
            number += 1
        return name

    def _text(self, step: int) -> Text:
        if step in self.known:
            return self.known[step], 9
        node = self.graph.nodes[step]
        if node.op == "input":
            return node.attr, 9
        if node.op == "const":
            return node.attr, level_of(node.attr)
        args = [self._text(a) for a in node.args]
        if node.op in INFIX:
            return infix(node.op, *args)
        if node.op == "negative":
            text, level = args[0]
            return f"-{text if level >= 2 else f'({text})'}", 3
        if node.op == "step":
            text, level = args[0]
            array = text if level == 9 else f"({text})"
            return f"np.greater({text}, 0.0).astype({array}.dtype)", 9
        if node.op == "total":
            return f"np.sum({args[0][0]})", 9
        if node.op == "inner":
            return self._inner(node.args, args), 9
        if node.op in ("sum", "max"):
            return f"np.{node.op}({args[0][0]}, axis={node.attr}, keepdims=True)", 9
        if node.op == "polynomial":
            return f"runtime.polynomial({args[0][0]}, {node.attr})", 9
        name = {"absolute": "abs"}.get(node.op, node.op)
        return f"np.{name}({', '.join(a[0] for a in args)})", 9

    def _inner(self, steps: tuple[int, ...], args: list[Text]) -> str:
        if steps[0] == steps[1]:
            return f"np.sum(np.square({args[0][0]}))"
        return f"np.sum({infix('multiply', *args)[0]})"
