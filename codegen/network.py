"""A spec as a program: what its names are, which of them are trained, what its sizes stand for.

`codegen.building` makes a `Network` from a `Spec`.  Its programs have symbolic sizes ``n_0, n_1,
..., m`` and the names of the notes: ``X``, ``Y``, ``W1``, ``b1``, ``Z1``, ``A1``, ..., ``J``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from codegen.layers import Layer
from codegen.spec import Spec
from derive.program import (
    ARGUMENT,
    SCALAR,
    Apply,
    Dim,
    Expr,
    Program,
    Shape,
    Symbol,
    children,
    walk,
    with_children,
)

COST = "J"
L1 = "l1"
L2 = "l2"
CLASS_WEIGHTS = "C"
SAMPLE_WEIGHTS = "V"
ABSOLUTE = "absolute"
"""The function of the l1 term; between its kink at 0 it is arbitrary for the proof."""


@dataclass(frozen=True, slots=True)
class Inlined:
    """A function of the program that depends on other arrays besides its argument.

    bodies: its value and its derivative; partials: those by its learned parameters, each under
    the name of a function of its own.  others: names in the bodies to the arrays that they are.
    """

    bodies: tuple[Expr, Expr]
    others: Mapping[str, Symbol]
    partials: Mapping[str, Expr] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Network:
    """A spec with its program.

    program: every activation with its formula.  general: the same, with every activation an
    arbitrary function but one that the loss is fused with; what is proved of it holds for
    each, and the proof does not take formulas apart that play no role in it.
    constants: the value of every scalar leaf.  functions: layer number to the name of its
    function in the program, which is that of the activation unless two layers disagree
    about a constant of it.  loss_function: the name of the loss if it enters the program as a
    function of the difference of output and label, else "".
    """

    spec: Spec
    program: Program
    general: Program
    constants: Mapping[str, float]
    functions: Mapping[int, str]
    loss_function: str = ""
    inlined: Mapping[str, Inlined] = field(default_factory=dict)
    """Functions of several arrays: in `general` arbitrary ones of one, in proofs written out."""

    @property
    def depth(self) -> int:
        """The number of layers."""
        return len(self.spec.layers)

    @property
    def feature_axis(self) -> int:
        """The axis along which the entries of one example lie."""
        return 0 if self.spec.columns else 1

    @property
    def parameters(self) -> tuple[str, ...]:
        """``("W1", "b1", "W2", ...)``; gamma and beta for the bias of a normalised layer."""
        return tuple(name for k in range(1, self.depth + 1) for name in self.parameters_of(k))

    @property
    def batch_layers(self) -> tuple[int, ...]:
        """The layers that are normalised over the examples of a batch."""
        return tuple(k for k, layer in enumerate(self.spec.layers, 1) if layer.norm == "batch")

    @property
    def statistics(self) -> tuple[str, ...]:
        """``("mean1", "var1", ...)``: what stands for a batch where none is normalised."""
        return tuple(f"{kind}{k}" for k in self.batch_layers for kind in ("mean", "var"))

    @property
    def fields(self) -> tuple[str, ...]:
        """All of Params: the parameters, then the running statistics."""
        return self.parameters + self.statistics

    @property
    def weights(self) -> tuple[str, ...]:
        """``("W1", "W2", ...)``: what the penalties are about."""
        return tuple(f"W{k}" for k in range(1, self.depth + 1))

    @property
    def masks(self) -> tuple[str, ...]:
        """The leaves by which dropout multiplies: 0, or what keeps the mean as it is."""
        return tuple(f"M{k}" for k, layer in enumerate(self.spec.layers, 1) if layer.dropout)

    def parameters_of(self, k: int) -> tuple[str, ...]:
        """The parameters of a layer: weights, bias, those of its activation."""
        return tuple(f"{kind}{k}" for kind in (*self._kinds(k), *self.activation(k).learned))

    def affine(self, k: int) -> tuple[str, str]:
        """The two parameters that make the argument of an activation 0 where they are 0."""
        scale, bias = self._kinds(k)[-2:]
        return f"{scale}{k}", f"{bias}{k}"

    def _kinds(self, k: int) -> tuple[str, ...]:
        return ("W", "gamma", "beta") if self.activation(k).norm else ("W", "b")

    def written_out(self, expr: Expr) -> Expr:
        """The expression with functions of several arrays replaced by what they are."""
        expr = with_children(expr, tuple(self.written_out(c) for c in children(expr)))
        if not isinstance(expr, Apply):
            return expr
        for name, function in self.inlined.items():
            body = function.partials.get(expr.function)
            if expr.function == name:
                body = function.bodies[expr.order]
            if body is not None:
                return substitute(body, {ARGUMENT: expr.arg, **function.others})
        return expr

    @property
    def written(self) -> Program:
        """The program in which functions of several arrays are written out: for readers."""
        if not self.inlined:
            return self.program
        definitions = {n: self.written_out(e) for n, e in self.program.definitions.items()}
        return replace(self.program, definitions=definitions)

    def extra(self) -> dict[str, tuple[str, ...]]:
        """Function to the arrays that it takes besides its argument."""
        found: dict[str, tuple[str, ...]] = {}
        for name, function in self.inlined.items():
            arrays = tuple(
                symbol.name for symbol in function.others.values() if symbol.dims != SCALAR
            )
            found |= dict.fromkeys((name, *function.partials), arrays)
        return found

    def argument(self, k: int) -> str:
        """What the activation of a layer is applied to."""
        return f"U{k}" if self.activation(k).norm else f"Z{k}"

    def used_by(self, name: str) -> tuple[str, ...]:
        """The values that are computed from a value directly, the cost apart."""
        symbol = self.program.symbol(name)
        return tuple(
            other
            for other, expr in self.program.definitions.items()
            if other != COST and any(node == symbol for node in walk(expr))
        )

    def activation(self, k: int) -> Layer:
        """The k-th layer of the spec, from 1."""
        return self.spec.layers[k - 1]

    def sizes(self) -> dict[str, int]:
        """The sizes that the spec fixes, all but m."""
        return {f"n_{k}": width for k, width in enumerate(self.spec.widths)}

    def width_texts(self) -> dict[str, str]:
        """The sizes as Python text: those that data decide are names, the hidden ones numbers."""
        texts = {name: str(size) for name, size in self.sizes().items()}
        return {**texts, "n_0": "features", f"n_{self.depth}": "outputs"}

    def concrete(self, shape: Shape) -> tuple[Dim, Dim]:
        """A shape with the spec's sizes put in; ``"m"`` stays."""
        sizes = self.sizes()
        rows, columns = (sizes.get(d, d) if isinstance(d, str) else d for d in shape)
        return (rows, columns)


def substitute(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """The expression with symbols replaced by name."""
    if isinstance(expr, Symbol) and expr.name in values:
        return values[expr.name]
    return with_children(expr, tuple(substitute(c, values) for c in children(expr)))
