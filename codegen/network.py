"""From a spec to the program whose gradients are proved: layers, cost, label constraints.

In: a `Spec`.  Out: a `derive.program.Program` with symbolic sizes ``n_0, n_1, ..., m``.  The
names are those of the notes: ``X``, ``Y``, ``W1``, ``b1``, ``Z1``, ``A1``, ..., ``J``.  The
sizes and constants of the spec do not enter: what is proved holds for every width, batch
size, slope and l2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from codegen.kernels import OUTPUT, of_difference
from codegen.spec import Layer, Spec
from derive.program import (
    ARGUMENT,
    ONE,
    SCALAR,
    Apply,
    Dim,
    Expr,
    Function,
    Leaf,
    MatMul,
    Plus,
    Power,
    Program,
    Shape,
    Size,
    Sum,
    Symbol,
    Times,
    children,
    divide,
    minus,
    number,
    softmax,
    total,
    walk,
    with_children,
)
from derive.scalars import table

COST = "J"
L1 = "l1"
L2 = "l2"
CLASS_WEIGHTS = "C"
SAMPLE_WEIGHTS = "V"
ABSOLUTE = "absolute"
"""The function of the l1 term; between its kink at 0 it is arbitrary for the proof."""


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
    def weights(self) -> tuple[str, ...]:
        """``("W1", "W2", ...)``: what the penalties are about."""
        return tuple(f"W{k}" for k in range(1, self.depth + 1))

    @property
    def masks(self) -> tuple[str, ...]:
        """The leaves by which dropout multiplies: 0, or what keeps the mean as it is."""
        return tuple(f"M{k}" for k, layer in enumerate(self.spec.layers, 1) if layer.dropout)

    def parameters_of(self, k: int) -> tuple[str, ...]:
        """The parameters of a layer, its bias last."""
        kinds = ("W", "gamma", "beta") if self.activation(k).norm else ("W", "b")
        return tuple(f"{kind}{k}" for kind in kinds)

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


def build(spec: Spec) -> Network:
    """The program of a spec."""
    return _Builder(spec).network()


class _Builder:
    """Collects leaves, definitions and functions, layer by layer."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.leaves: dict[str, Leaf] = {}
        self.definitions: dict[str, Expr] = {}
        self.functions: dict[str, Function] = {}
        self.constants: dict[str, float] = {}
        self.names: dict[int, str] = {}
        self.widths = ["n_0"]
        self.loss_function = ""

    def network(self) -> Network:
        spec = self.spec
        depth = len(spec.layers)
        axis = 0 if spec.columns else 1
        labels = axis if spec.labels == "distribution" else None
        self.leaf("X", self.batch("n_0"))
        self.leaf("Y", self.batch(f"n_{depth}"), self.label_domain(), labels)
        value: Expr = self.symbol("X")
        for k, layer in enumerate(spec.layers, 1):
            value = self.layer(k, layer, value)
        self.definitions["J"] = self.cost(value, f"n_{depth}")
        program = Program(self.leaves, self.definitions, self.functions, COST)
        general = Program(self.leaves, self.definitions, self.arbitrary(), COST)
        return Network(spec, program, general, self.constants, self.names, self.loss_function)

    def label_domain(self) -> str:
        """Labels are as real as they come, positive where the loss takes their logarithm."""
        label = Symbol("y", SCALAR)
        nodes = walk(table.loss_entry(self.spec.loss))
        logarithm = any(
            n.function == "log" and n.arg == label for n in nodes if isinstance(n, Apply)
        )
        return "unit" if logarithm else "real"

    def arbitrary(self) -> dict[str, Function]:
        """The functions, without the formulas of those that are not fused with the loss."""
        free = {*self.names.values(), self.loss_function, ABSOLUTE}
        if OUTPUT[self.spec.loss]:
            free.discard(self.names.get(len(self.spec.layers), ""))
        return {
            name: Function(name) if name in free else function
            for name, function in self.functions.items()
        }

    def batch(self, size: str) -> Shape:
        return (size, "m") if self.spec.columns else ("m", size)

    def leaf(
        self, name: str, shape: Shape, domain: str = "real", sums_to_one: int | None = None
    ) -> Symbol:
        self.leaves[name] = Leaf(shape, domain, sums_to_one)
        return Symbol(name, shape)

    def symbol(self, name: str) -> Symbol:
        leaf = self.leaves.get(name)
        return Symbol(name, leaf.dims if leaf else self.definitions[name].shape)

    def layer(self, k: int, layer: Layer, before: Expr) -> Expr:
        # layers whose outputs are added have one and the same width
        self.widths.append(self.widths[k - layer.skip] if layer.skip else f"n_{k}")
        inputs, outputs = self.widths[-2:]
        if self.spec.columns:
            weight = self.leaf(f"W{k}", (outputs, inputs))
            product = MatMul(weight, before)
        else:
            weight = self.leaf(f"W{k}", (inputs, outputs))
            product = MatMul(before, weight)
        bias: Shape = (outputs, 1) if self.spec.columns else (1, outputs)
        if layer.norm:
            self.definitions[f"Z{k}"] = product
            argument = self.normalised(k, layer, bias)
        else:
            self.definitions[f"Z{k}"] = Plus(product, self.leaf(f"b{k}", bias))
            argument = self.symbol(f"Z{k}")
        value = self.activation(k, layer, argument)
        if layer.dropout:
            value = Times(self.leaf(f"M{k}", self.batch(outputs)), value)
        if layer.skip:
            value = Plus(value, self.symbol(f"A{k - layer.skip}"))
        self.definitions[f"A{k}"] = value
        return self.symbol(f"A{k}")

    def normalised(self, k: int, layer: Layer, bias: Shape) -> Expr:
        """Layer normalisation: less its mean over the units, over its deviation, then scaled.

        D: less the mean, V: the mean square of that, S: one over the deviation, N: normalised,
        U = gamma N + beta.
        """
        axis, count = (0 if self.spec.columns else 1), Size(self.widths[k])
        epsilon = self.leaf(f"epsilon_{k}", SCALAR, "positive")
        self.constants[epsilon.name] = layer.norm_epsilon
        z = self.symbol(f"Z{k}")
        self.definitions[f"D{k}"] = minus(z, divide(Sum(z, axis), count))
        centred = self.symbol(f"D{k}")
        squares = Sum(Power(centred, Fraction(2)), axis)
        self.definitions[f"V{k}"] = Plus(divide(squares, count), epsilon)
        self.definitions[f"S{k}"] = Power(self.symbol(f"V{k}"), Fraction(-1, 2))
        self.definitions[f"N{k}"] = Times(centred, self.symbol(f"S{k}"))
        gamma, beta = self.leaf(f"gamma{k}", bias), self.leaf(f"beta{k}", bias)
        self.definitions[f"U{k}"] = Plus(Times(gamma, self.symbol(f"N{k}")), beta)
        return self.symbol(f"U{k}")

    def activation(self, k: int, layer: Layer, z: Expr) -> Expr:
        if layer.activation == "softmax":
            return softmax(z, 0 if self.spec.columns else 1)
        if layer.activation == "identity":
            return z
        name = self.function(k, layer)
        self.names[k] = name
        return Apply(name, 0, z)

    def function(self, k: int, layer: Layer) -> str:
        """The name of the layer's function in the program, with its constants as leaves."""
        function = table.function(layer.activation)
        known = self.functions.get(function.name)
        same = all(self.constants.get(c) == v for c, v in layer.constants.items())
        if known is not None and same:
            return function.name
        renamed: dict[str, Expr] = {}
        suffix = "" if known is None else f"_{k}"
        for constant, value in layer.constants.items():
            self.constants[constant + suffix] = value
            renamed[constant] = self.leaf(constant + suffix, SCALAR)
        name = function.name + suffix
        body = function.body
        if body is not None and suffix:
            body = substitute(body, renamed)
        self.functions[name] = Function(name, body)
        self._include(body)
        return name

    def _include(self, body: Expr | None) -> None:
        """Adds the functions that a body applies."""
        for node in walk(body) if body is not None else ():
            if isinstance(node, Apply) and node.function in table.NAMES:
                inner = table.function(node.function)
                if inner.body is not None and inner.name not in self.functions:
                    self.functions[inner.name] = inner
                    self._include(inner.body)

    def cost(self, output: Expr, width: str) -> Expr:
        """The mean over the m examples, and the l2 term of the weights."""
        body = total(self.weighted(self.loss_entries(output)))
        if table.loss_reduction(self.spec.loss) == "mean":
            body = divide(body, Size(width))
        cost = divide(body, Size("m"))
        weights = [self.symbol(f"W{k}") for k in range(1, len(self.spec.layers) + 1)]
        if self.spec.l1:
            self.constants[L1] = self.spec.l1
            self.functions[ABSOLUTE] = Function(ABSOLUTE, _absolute())
            rate = self.leaf(L1, SCALAR)
            for weight in weights:
                cost = Plus(cost, Times(rate, total(Apply(ABSOLUTE, 0, weight))))
        if self.spec.l2:
            self.constants[L2] = self.spec.l2
            half = Times(number(Fraction(1, 2)), self.leaf(L2, SCALAR))
            for weight in weights:
                cost = Plus(cost, Times(half, total(Power(weight, Fraction(2)))))
        return cost

    def weighted(self, entries: Expr) -> Expr:
        """The loss of every entry times the weights of its class and of its example."""
        width = entries.shape[0 if self.spec.columns else 1]
        column = self.spec.columns
        if self.spec.class_weights:
            entries = Times(self.leaf(CLASS_WEIGHTS, (width, 1) if column else (1, width)), entries)
        if self.spec.sample_weights:
            entries = Times(self.leaf(SAMPLE_WEIGHTS, (1, "m") if column else ("m", 1)), entries)
        return entries

    def loss_entries(self, output: Expr) -> Expr:
        """The loss of every entry, of the difference where it is a function of that."""
        name, label = self.spec.loss, self.symbol("Y")
        for constant, value in self.spec.loss_constants.items():
            self.constants[constant] = value
            self.leaf(constant, SCALAR, "positive")
        formula = of_difference(name)
        if formula is None:
            entry = table.loss_entry(name)
            self._include(entry)
            return substitute(entry, {"a": output, "y": label})
        self.loss_function = name
        self.functions[name] = Function(name, formula)
        self._include(formula)
        return Apply(name, 0, minus(output, label))


def _absolute() -> Expr:
    """``|x|`` by its two slopes."""
    x = Symbol(ARGUMENT, SCALAR)
    return Times(x, minus(Times(number(2), Apply("step", 0, x)), ONE))


def substitute(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """The expression with symbols replaced by name."""
    if isinstance(expr, Symbol) and expr.name in values:
        return values[expr.name]
    return with_children(expr, tuple(substitute(c, values) for c in children(expr)))
