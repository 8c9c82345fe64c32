"""The training step as one graph: forward pass, cost and gradients share what they have in common.

In: a network, its proved gradients, and the derivatives that are cheaper from the output.  Out: a
`codegen.graph.Graph`, the step of each parameter's gradient, and the step of the cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from codegen.forms import lower_form
from codegen.graph import Graph
from codegen.kernels import TRAINING, WITH_COST
from codegen.module import (
    CrossEntropy,
    add_penalties,
    argument_of,
    data_cost,
    entry_weights,
    form_of,
    functions_of,
    layer_of,
    literals,
    output_argument,
)
from codegen.network import Network
from codegen.orders import spreads, turns_for_maximum
from codegen.plan import Forms, Lowering
from codegen.proof import ProvedEquation
from codegen.spec import Spec
from derive.program import Expr, Symbol

Proposed = dict[tuple[str, int, str], Expr]
"""For a function, an order and a layer's Z the proved expression of that derivative there."""


class TrainingForms(Forms):
    """Functions in the training step: cheaper forms where they are proved, else stable ones."""

    def __init__(self, network: Network, proposed: Proposed) -> None:
        self.network = network
        self.proposed = proposed
        last = network.program.symbol(network.argument(network.depth))
        self.logits = last if network.spec.loss in WITH_COST else None

    def apply(self, lowering: Lowering, function: str, order: int, arg: Expr) -> int:
        """The step of the order-th derivative of a function at an argument."""
        if function not in functions_of(self.network):
            return super().apply(lowering, function, order, arg)
        if isinstance(arg, Symbol) and (function, order, arg.name) in self.proposed:
            return lowering.expr(self.proposed[function, order, arg.name])
        form, constants = form_of(self.network, function, order)
        if order == 0 and arg == self.logits:
            form = WITH_COST[self.network.spec.loss][0]
        elif function in self.network.functions.values():
            name = self.network.activation(layer_of(self.network, function)).activation
            form = TRAINING.get(name, ("", ""))[order] or form
        z = lowering.expr(arg)
        values = argument_of(self.network, lowering.graph, function, z, lowering.steps.__getitem__)
        values |= {n: lowering.graph.const(t) for n, t in constants.items()}
        if order and function in self.network.functions.values():
            values["a"] = self.apply(lowering, function, 0, arg)
        return lower_form(lowering.graph, form, values)


def training_graph(
    network: Network,
    proved: Sequence[ProvedEquation],
    proposed: Proposed,
    *,
    fold_rate: bool,
) -> tuple[Graph, dict[int, str], int]:
    """Forward pass, cost and gradients as one graph.

    Returns the graph, the step of each parameter's gradient, and the step of the cost.
    fold_rate: the first gradient, and with it all others, carries the learning rate.
    """
    graph = Graph(spreads=partial(spreads, network))
    program = network.program
    steps = {name: graph.input(name, leaf.dims) for name, leaf in program.leaves.items()}
    if network.spec.input_scale is not None:
        scale = graph.const(f"1.0 / {network.spec.input_scale!r}")
        steps["X"] = graph.name(graph.add("multiply", steps["X"], scale), "A0")
    if network.spec.label_smoothing:
        kept, added = smoothing(network.spec)
        spread = graph.add("multiply", steps["Y"], graph.const(kept))
        steps["Y"] = graph.name(graph.add("add", spread, graph.const(added)), "S")
    lowering = Lowering(graph, steps, literals(network), TrainingForms(network, proposed))
    for name, expr in program.definitions.items():
        if name != "J":
            steps[name] = graph.name(_definition(network, lowering, name, expr), name)
    output, leaf = steps[output_argument(network)], steps.__getitem__
    _, entry = WITH_COST.get(network.spec.loss, ("", ""))
    cross_entropy = _fast_cross_entropy(network)
    cost = data_cost(network, graph, output, steps["Y"], leaf, cross_entropy, entry)
    cost = add_penalties(network, graph, cost, leaf)
    results: dict[int, str] = {}
    for number, equation in enumerate(proved):
        step = lowering.expr(equation.right)
        if fold_rate and number == 0:
            step = graph.add("multiply", step, graph.const("learning_rate"))
        steps[equation.name] = graph.name(step, equation.name)
        if equation.of in network.parameters:
            if step in results:  # the same as that of another parameter, in memory of its own
                step = steps[equation.name] = graph.copy(step, equation.name)
            results[step] = equation.name
    for k in network.batch_layers:
        results |= {steps[f"B{k}"]: f"dmean{k}", steps[f"V{k}"]: f"dvar{k}"}
    return graph, results, cost


def smoothing(spec: Spec) -> tuple[str, str]:
    """What labels are multiplied by and what is added then; of one output there are two classes."""
    share = spec.label_smoothing
    classes = "outputs" if spec.labels == "distribution" else "2"
    return f"1.0 - {share!r}", f"{share!r} / {classes}"


def _definition(network: Network, lowering: Lowering, name: str, expr: Expr) -> int:
    if name[0] == "A" and network.activation(int(name[1:])).activation == "softmax":
        e, total = _softmax_parts(network, lowering.graph, lowering.steps[f"Z{name[1:]}"])[1:]
        return lowering.graph.add("divide", e, total)
    return lowering.expr(expr)


def _softmax_parts(network: Network, graph: Graph, z: int) -> tuple[int, int, int]:
    """The shifted argument, its exponential, and the sum of that."""
    axis = str(network.feature_axis)
    if not network.spec.columns and turns_for_maximum(network.spec):
        top = graph.add("max", graph.add("turn", z), attr="0t")
    else:
        top = graph.add("max", z, attr=axis)
    shifted = graph.add("subtract", z, top)
    power = graph.add("exp", shifted)
    return shifted, power, graph.add("sum", power, attr=axis)


def _fast_cross_entropy(network: Network) -> CrossEntropy:
    """``sum(y) log(sum(e^s)) - sum(y * s)``, shared with softmax; the sum of labels is one."""

    def cost(graph: Graph, output: int, labels: int) -> int:
        shifted, _, total = _softmax_parts(network, graph, output)
        logarithm = graph.add("log", total)
        if entry_weights(network):
            parts = graph.add("sum", labels, attr=str(network.feature_axis))
            logarithms = graph.add("inner", parts, logarithm)
        else:
            logarithms = graph.add("total", logarithm)
        return graph.add("subtract", logarithms, graph.add("inner", labels, shifted))

    return cost
