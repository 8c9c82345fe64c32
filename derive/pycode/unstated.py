"""The cost of a file that states none: the one whose gradient its top error ``A - Y`` is.

Many programs never compute the cost that they minimise.  What they start from says what it is:
the difference of a prediction and the labels is the gradient of cross-entropy where a softmax or
a sigmoid made the prediction, else of half the squared error.  Whether it is summed over the
examples or averaged is what most gradients hold under.  All of it is said with every verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
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
from derive.pycode.values import Ref, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

MOST_SCALES = 6
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


def costs_of(run: Interpreter, scope: Mapping[str, Value]) -> tuple[Unstated, ...]:
    """The costs that go with the first difference of a prediction and labels, if there is one.

    scope: the names of the source; an array without a name of its own may be called labels there.
    """
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
                scales = tuple(_scales(definitions))
                return tuple(Unstated(*each, scales) for each in _costs(*found, definitions))
    return ()


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
