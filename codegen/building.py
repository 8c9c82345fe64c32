"""From a spec to the program whose gradients are proved: layers, cost, label constraints.

In: a `Spec`.  Out: a `codegen.network.Network`.  The sizes and constants of the spec do not enter:
what is proved holds for every width, batch size, slope and l2.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from codegen.kernels import of_difference
from codegen.layers import Layer
from codegen.network import (
    ABSOLUTE,
    CLASS_WEIGHTS,
    COST,
    L1,
    L2,
    SAMPLE_WEIGHTS,
    Inlined,
    Network,
    substitute,
)
from codegen.spec import Spec
from derive.program import (
    ARGUMENT,
    ONE,
    SCALAR,
    Apply,
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
    divide,
    minus,
    number,
    softmax,
    total,
    walk,
)
from derive.scalars import table


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
        self.inlined: dict[str, Inlined] = {}

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
        self.definitions[COST] = self.cost(self.loss_entries(value))
        program = Program(self.leaves, self.definitions, self.functions, COST)
        general = Program(self.leaves, self._general(value), self.arbitrary(), COST)
        return Network(
            spec, program, general, self.constants, self.names, self.loss_function, self.inlined
        )

    def _general(self, output: Expr) -> dict[str, Expr]:
        """The definitions, a loss of output and label that is a formula as a function of one."""
        own = self.spec.own_loss
        if own is None or own.difference:
            return self.definitions
        self.inlined[own.own.name] = Inlined(
            (_renamed(own.body), _renamed(own.slope)), {"y": self.symbol("Y")}
        )
        return {**self.definitions, COST: self.cost(Apply(own.own.name, 0, output))}

    def label_domain(self) -> str:
        """Labels are as real as they come, positive where the loss takes a logarithm or root."""
        label, own = Symbol("y", SCALAR), self.spec.own_loss
        if own is not None and (own.difference or self.spec.labels == "real"):
            return "real"
        nodes = list(walk(table.loss_entry(self.spec.loss) if own is None else own.entry))
        taken = [n.arg for n in nodes if isinstance(n, Apply) and n.function == "log"]
        taken += [n.base for n in nodes if isinstance(n, Power) and n.exponent.denominator > 1]
        return "unit" if label in taken else "real"

    def arbitrary(self) -> dict[str, Function]:
        """The functions, without the formulas of those that are not fused with the loss."""
        free = {*self.names.values(), self.loss_function, ABSOLUTE}
        if self.spec.fused:
            free.discard(self.names.get(len(self.spec.layers), ""))
        functions = {
            name: Function(name) if name in free else function
            for name, function in self.functions.items()
        }
        return functions | {name: Function(name) for name in self.inlined}

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
        """Z less its mean, over its deviation, then scaled: over the units, or over the examples.

        B: the mean, where it is over the examples, D: Z less the mean, V: the mean square of that,
        S: one over the deviation, N: normalised, U = gamma N + beta.
        """
        over_examples = layer.norm == "batch"
        axis = int(self.spec.columns == over_examples)
        count = Size("m" if over_examples else self.widths[k])
        epsilon = self.leaf(f"epsilon_{k}", SCALAR, "positive")
        self.constants[epsilon.name] = layer.norm_epsilon
        z = self.symbol(f"Z{k}")
        mean: Expr = divide(Sum(z, axis), count)
        if over_examples:
            self.definitions[f"B{k}"] = mean
            mean = self.symbol(f"B{k}")
        self.definitions[f"D{k}"] = minus(z, mean)
        centred = self.symbol(f"D{k}")
        variance: Expr = divide(Sum(Power(centred, Fraction(2)), axis), count)
        self.definitions[f"V{k}"] = variance if over_examples else Plus(variance, epsilon)
        spread: Expr = self.symbol(f"V{k}")
        spread = Plus(spread, epsilon) if over_examples else spread
        self.definitions[f"S{k}"] = Power(spread, Fraction(-1, 2))
        self.definitions[f"N{k}"] = Times(centred, self.symbol(f"S{k}"))
        gamma, beta = self.leaf(f"gamma{k}", bias), self.leaf(f"beta{k}", bias)
        self.definitions[f"U{k}"] = Plus(Times(gamma, self.symbol(f"N{k}")), beta)
        return self.symbol(f"U{k}")

    def activation(self, k: int, layer: Layer, z: Expr) -> Expr:
        if layer.activation == "softmax":
            return softmax(z, 0 if self.spec.columns else 1)
        if layer.activation == "identity":
            return z
        name = self.learning(k, layer) if layer.learned else self.function(k, layer)
        self.names[k] = name
        return Apply(name, 0, z)

    def learning(self, k: int, layer: Layer) -> str:
        """The name of a function with parameters that are trained, which are leaves."""
        assert layer.own is not None
        own, name = layer.own.own, f"{layer.activation}_{k}"
        shape: Shape = (self.widths[-1], 1) if self.spec.columns else (1, self.widths[-1])
        others = {}
        for parameter, value in layer.constants.items():
            leaf = own.leaf(parameter)
            if parameter in layer.learned:
                others[leaf] = self.leaf(f"{parameter}{k}", shape)
            else:
                self.constants[f"{leaf}_{k}"] = value
                others[leaf] = self.leaf(f"{leaf}_{k}", SCALAR)
        partials = {f"{name}_by_{p}": body for p, (body, _) in layer.own.partials.items()}
        self.inlined[name] = Inlined((layer.own.body, layer.own.slope), others, partials)
        self.functions[name] = Function(name)
        return name

    def function(self, k: int, layer: Layer) -> str:
        """The name of the layer's function in the program, with its constants as leaves."""
        function, leaf = _definition_of(layer)
        known = self.functions.get(function.name)
        same = all(self.constants.get(leaf(c)) == v for c, v in layer.constants.items())
        if known is not None and same:
            return function.name
        renamed: dict[str, Expr] = {}
        suffix = "" if known is None else f"_{k}"
        for constant, value in layer.constants.items():
            self.constants[leaf(constant) + suffix] = value
            renamed[leaf(constant)] = self.leaf(leaf(constant) + suffix, SCALAR)
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

    def cost(self, entries: Expr) -> Expr:
        """The mean over the m examples of the loss of every entry, and the penalties."""
        body = total(self.weighted(entries))
        if self.spec.loss_row.reduction == "mean":
            body = divide(body, Size(f"n_{len(self.spec.layers)}"))
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
        own = self.spec.own_loss
        for constant, value in self.spec.loss_constants.items():
            leaf = constant if own is None else own.own.leaf(constant)
            self.constants[leaf] = value
            self.leaf(leaf, SCALAR, "positive" if own is None else "real")
        if own is not None and not own.difference:
            return substitute(own.body, {"a": output, "y": label})
        formula = of_difference(name) if own is None else own.body
        if formula is None:
            entry = table.loss_entry(name)
            self._include(entry)
            return substitute(entry, {"a": output, "y": label})
        self.loss_function = name
        self.functions[name] = Function(name, formula)
        self._include(formula)
        return Apply(name, 0, minus(output, label))


def _definition_of(layer: Layer) -> tuple[Function, Callable[[str], str]]:
    """The function of a layer's activation, and what its constants are called as leaves."""
    if layer.own is None:
        return table.function(layer.activation), lambda constant: constant
    return Function(layer.activation, layer.own.body), layer.own.own.leaf


def _renamed(body: Expr) -> Expr:
    """A formula in the output a as one in the formal argument."""
    return substitute(body, {"a": Symbol(ARGUMENT, SCALAR)})


def _absolute() -> Expr:
    """``|x|`` by its two slopes."""
    x = Symbol(ARGUMENT, SCALAR)
    return Times(x, minus(Times(number(2), Apply("step", 0, x)), ONE))
