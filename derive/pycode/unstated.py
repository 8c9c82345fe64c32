"""The cost of a file that states none: the one whose gradient its top error ``A - Y`` is.

Many programs never compute the cost that they minimise.  What they start from says what it is:
the difference of a prediction and the labels is the gradient of cross-entropy where a softmax or
a sigmoid made the prediction, else of half the squared error.  Whether it is summed over the
examples or averaged is what most gradients hold under.  All of it is said with every verdict.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from derive.program import (
    ONE,
    Apply,
    Expr,
    Number,
    Plus,
    Power,
    Size,
    Sum,
    Symbol,
    Times,
    Transpose,
    minus,
    negate,
    number,
    total,
    walk,
)
from derive.pycode.guess import is_labels
from derive.pycode.names import COST, COST_NAMES, is_called
from derive.pycode.source import Module
from derive.pycode.values import Ref, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

MOST_SCALES = 6
_REDUCTIONS = frozenset({"mean", "sum", "average", "nanmean", "nansum"})
_BENT = frozenset({"square", "log", "log2", "log1p", "power", "norm", "xlogy"})
_WORDS = ("loss", "cost", "error", "entropy", "mse", "objective", "likelihood")
"""Words in the names of functions that compute one."""
_OTHERWISE = frozenset({"L", "E", "error"})
"""Letters of a cost that as often as not count layers or name a difference."""
Definitions = Mapping[str, Expr]


@dataclass(frozen=True)
class Unstated:
    """A cost that a file does not state: its sum over all examples, and what may divide it."""

    name: str
    summed: Expr
    scales: tuple[Expr, ...]

    def said(self, scale: Expr) -> str:
        """The assumption that it is, multiplied by one of its scales."""
        of = "summed over all" if scale == ONE else "divided by the number of examples"
        return f"no cost is stated: {self.name}, {of}, is the one under which most gradients hold"


class NoCost(Unsupported):
    """No cost was found where one was looked for, and none that could not be followed."""


def computed_at(module: Module) -> int:
    """The line of the first cost that a file computes anywhere, by its name or its form; else 0.

    A file that states a cost, even for its plots, is not given another one.
    """
    return _computed_at(tuple(module.body))


@lru_cache(maxsize=16)
def _computed_at(body: tuple[ast.stmt, ...]) -> int:
    lines = [
        node.lineno
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, (ast.stmt, ast.expr)) and _is_cost(node)
    ]
    return min(lines, default=0)


def _is_cost(node: ast.stmt | ast.expr) -> bool:
    match node:
        case ast.FunctionDef(name=name):
            calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
            reduces = any(_last(called) in _REDUCTIONS for called in calls)
            told = any(word in name.lower() for word in _WORDS)
            return is_called(COST, name) or (told and reduces)
        case ast.Assign(targets=[target], value=value):
            name = _last(target)
            named = name not in _OTHERWISE and (name in COST_NAMES or COST.fullmatch(name))
            return bool(named) and any(isinstance(n, ast.Call) for n in ast.walk(value))
        case ast.Call(func=called):
            inner = list(ast.walk(node))
            words = {_last(n) for n in inner}
            reduces = _last(called) in _REDUCTIONS
            bent = any(isinstance(n, ast.Pow) for n in inner) or words & _BENT
            about = any(is_labels(w) or "err" in w.lower() or "diff" in w.lower() for w in words)
            compared = any(isinstance(n, ast.Compare) for n in inner)
            return bool(reduces and bent and about and not compared)
    return False


def _last(node: ast.AST) -> str:
    """The last part of a name, empty for what is none."""
    return str(getattr(node, "id", getattr(node, "attr", "")))


def costs_of(run: Interpreter, scope: Mapping[str, Value]) -> tuple[Unstated, ...]:
    """The costs that go with the first difference of a prediction and labels, if there is one.

    scope: the names of the source; an array without a name of its own may be called labels there.
    Raises `Unsupported` where the file computes a cost.
    """
    if line := computed_at(run.module):
        raise Unsupported(f"line {line} computes a cost; nothing says that it is that of gradients")
    found = difference_of(run, scope)
    if found is None:
        return ()
    scales = tuple(_scales(run.trace.definitions))
    return tuple(Unstated(*each, scales) for each in _costs(*found, run.trace.definitions))


def difference_of(run: Interpreter, scope: Mapping[str, Value]) -> tuple[Expr, Expr] | None:
    """The first prediction and labels of which the difference is taken."""
    definitions = run.trace.definitions
    labels = {n for n in run.trace.leaves if n in run.trace.onehot or is_labels(n.split(".")[0])}
    for name, value in scope.items():
        value = run.settled(value)
        if (
            is_labels(name)
            and isinstance(value, Ref)
            and not run.trace.buffers[value.buffer].reason
        ):
            expr = run.trace.read(value).expr
            labels |= {expr.name} & run.trace.leaves.keys() if isinstance(expr, Symbol) else set()
    for expr in list(definitions.values()):
        for node in walk(expr):
            found = _difference(node, labels, definitions)
            if found is not None:
                return found
    return None


def _difference(node: Expr, labels: set[str], definitions: Definitions) -> tuple[Expr, Expr] | None:
    """The prediction and the labels of ``A - Y`` or ``Y - A``."""
    match node:
        case Plus(left=one, right=Times(left=Number(value=Fraction(numerator=-1)), right=other)):
            pass
        case _:
            return None
    for prediction, given in ((one, other), (other, one)):
        ours, theirs = _leaves(prediction, definitions), _leaves(given, definitions)
        if prediction.shape == given.shape and theirs and theirs <= labels and not ours & labels:
            return (prediction, given) if len(ours) > 1 else None
    return None


def _leaves(expr: Expr, definitions: Definitions) -> set[str]:
    """The leaves that an expression is computed from."""
    found, stack, seen = set[str](), [expr], set[str]()
    while stack:
        for node in walk(stack.pop()):
            if isinstance(node, Symbol) and node.name not in seen:
                seen.add(node.name)
                if node.name in definitions:
                    stack.append(definitions[node.name])
                else:
                    found.add(node.name)
    return found


def _costs(prediction: Expr, labels: Expr, definitions: Definitions) -> Iterator[tuple[str, Expr]]:
    """The usual costs of a prediction that is made so, that of its activation first."""
    made = _opened(prediction, definitions)
    if _is_softmax(made, definitions):
        yield "cross-entropy", negate(total(Times(labels, Apply("log", 0, prediction))))
    if _is_sigmoid(made, definitions):
        other = Times(minus(ONE, labels), Apply("log", 0, minus(ONE, prediction)))
        both = Plus(Times(labels, Apply("log", 0, prediction)), other)
        yield "binary cross-entropy", negate(total(both))
    square = Power(minus(prediction, labels), Fraction(2))
    yield "half the squared error", Times(number(Fraction(1, 2)), total(square))


def _opened(expr: Expr, definitions: Definitions) -> Expr:
    while True:
        if isinstance(expr, Symbol) and expr.name in definitions:
            expr = definitions[expr.name]
        elif isinstance(expr, Transpose):
            expr = expr.arg
        else:
            return expr


def _is_softmax(expr: Expr, definitions: Definitions) -> bool:
    """An exponential over its own sum along an axis."""
    match expr:
        case Times(left=top, right=Power(base=bottom, exponent=Fraction(numerator=-1))):
            below = _opened(bottom, definitions)
            if not isinstance(below, Sum):
                return False
            one, other = _opened(top, definitions), _opened(below.arg, definitions)
            return one == other and isinstance(one, Apply) and one.function == "exp"
    return False


def _is_sigmoid(expr: Expr, definitions: Definitions) -> bool:
    """``1 / (1 + exp(.))``."""
    match expr:
        case Power(base=base, exponent=Fraction(numerator=-1, denominator=1)):
            match _opened(base, definitions):
                case Plus(left=left, right=right):
                    one, other = _opened(left, definitions), _opened(right, definitions)
                    return any(
                        a == ONE and isinstance(b, Apply) and b.function == "exp"
                        for a, b in ((one, other), (other, one))
                    )
        case Times(left=Number(), right=right):
            return _is_sigmoid(_opened(right, definitions), definitions)
    return False


def _scales(definitions: Definitions) -> Iterator[Expr]:
    """1, and the sizes by which the file divides."""
    yield ONE
    found: dict[Expr, None] = {}
    for expr in definitions.values():
        for node in walk(expr):
            if isinstance(node, Power) and node.exponent == -1 and isinstance(node.base, Size):
                found[node] = None
    yield from list(found)[:MOST_SCALES]
