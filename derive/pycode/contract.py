"""What the runtime that emitted modules share says of itself: the network, and its functions."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from derive.library.activations import TAIL_ABOVE, TAIL_BELOW
from derive.program import Apply, Dim, Shape
from derive.pycode import arrays
from derive.pycode.arguments import exactly
from derive.pycode.interpreter import Interpreter
from derive.pycode.source import Module
from derive.pycode.text import SAME_BATCH
from derive.pycode.values import (
    ClassValue,
    Library,
    Record,
    Unsupported,
    Value,
    is_number,
)

EXAMPLES: Final = "m"
_EMPTY = ast.parse("class Network: pass").body[0]


@dataclass(frozen=True)
class Network:
    """What a module says of its network: sizes of 1 stay, others are symbols."""

    shapes: dict[str, Shape]
    features: Dim
    outputs: Dim
    columns: bool
    distribution: bool

    def batch(self, size: Dim) -> Shape:
        """The shape of a batch of vectors of a size."""
        return (size, EXAMPLES) if self.columns else (EXAMPLES, size)


def network_of(module: Module) -> Network:
    """What ``NETWORK = runtime.Network(...)`` says; `Unsupported` if it is not there."""
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="NETWORK")], value=ast.Call(keywords=keywords)):
                said = {k.arg: k.value for k in keywords}
                try:
                    plain = {
                        k: ast.literal_eval(said[k])
                        for k in ("shapes", "features", "outputs", "examples", "labels")
                    }
                    shapes = {str(k): (_dim(a), _dim(b)) for k, (a, b) in plain["shapes"].items()}
                    features, outputs = _dim(plain["features"]), _dim(plain["outputs"])
                except (KeyError, ValueError, TypeError, AttributeError):
                    break
                columns, shared = plain["examples"] == "columns", plain["labels"] == "distribution"
                return Network(shapes, features, outputs, columns, shared)
    raise Unsupported("no NETWORK of an emitted module")


def _dim(size: object) -> Dim:
    if not isinstance(size, int) or size < 1:
        raise ValueError(size)
    return 1 if size == 1 else f"n{size}"


def with_runtime(run: Interpreter) -> dict[str, tuple[Fraction, ...]]:
    """Gives a run the functions of the runtime, and those of NumPy that only forms need.

    Out: the coefficients of every function that stands for a polynomial, filled as it runs.
    """
    polynomials: dict[str, tuple[Fraction, ...]] = {}

    def polynomial(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        x, coefficients = exactly(args, keywords, 2)
        if not (isinstance(coefficients, tuple) and all(map(is_number, coefficients))):
            raise Unsupported("coefficients that are no numbers")
        exact = tuple(map(Fraction, coefficients))
        name = f"polynomial_{hashlib.sha256(repr(exact).encode()).hexdigest()[:16]}"
        polynomials[name] = exact
        return arrays.elementwise(lambda e: Apply(name, 0, e), run.tensor(x))

    def product(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        left, right = exactly(args, keywords, 2)
        return arrays.matmul(run.tensor(left), run.tensor(right))

    def rint(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        [x] = exactly(args, keywords, 1)
        return arrays.elementwise(lambda e: Apply("rint", 0, e), run.tensor(x))

    def heaviside(run: Interpreter, args: list[Value], keywords: dict[str, Value]) -> Value:
        x, at_zero = exactly(args, keywords, 2)
        if at_zero != 0:
            raise Unsupported("heaviside with another value at 0 than 0")
        return arrays.elementwise(lambda e: Apply("step", 0, e), run.tensor(x))

    run.rows |= {
        "runtime.polynomial": polynomial,
        "runtime.product": product,
        "numpy.rint": rint,
        "numpy.heaviside": heaviside,
    }
    kind = ClassValue("runtime", no_class(), {})
    tails = {"TAIL_ABOVE": TAIL_ABOVE, "TAIL_BELOW": TAIL_BELOW}
    run.globals["runtime"] = Record(
        kind,
        {
            "polynomial": Library("runtime.polynomial"),
            "product": Library("runtime.product"),
            **{name: tuple(Fraction(repr(c)) for c in tail) for name, tail in tails.items()},
        },
    )
    return polynomials


ROUNDED = "runtime.rounded_once"
"""The decorator of functions that are computed in double precision and rounded once."""


def without_rounding(module: Module) -> Module:
    """The module with its functions as they are for real numbers, which are not rounded."""
    for node in module.functions.values():
        if [ast.unparse(each) for each in node.decorator_list] == [ROUNDED]:
            node.decorator_list.clear()
    return module


def no_class() -> ast.ClassDef:
    """The body of a class of which nothing is known."""
    assert isinstance(_EMPTY, ast.ClassDef)
    return _EMPTY


def with_accepted(node: ast.FunctionDef) -> ast.FunctionDef:
    """Without the question whether a batch is like the last one.

    If it is not, ``_accept`` checks it and lays out the memory; of both the batch comes out as it
    went in, so the answer makes no difference to what comes after it.  What the trainer held
    before is of another batch.
    """
    body = list(node.body)
    for k, statement in enumerate(body):
        if any(isinstance(n, ast.Name) and n.id == "self" for s in body[:k] for n in ast.walk(s)):
            break
        match statement:
            case ast.If(test=test, body=[ast.Assign() as only], orelse=[]) if (
                ast.unparse(only) == "X, Y = self._accept(X, Y)" and ast.unparse(test) == SAME_BATCH
            ):
                body[k] = only
    if body == node.body:
        return node
    fields = {name: getattr(node, name) for name in node._fields}
    return ast.copy_location(ast.FunctionDef(**{**fields, "body": body}), node)
