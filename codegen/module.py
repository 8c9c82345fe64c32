"""What the template of ``NAME.py`` prints: every block of the module, as lines of text.

In: a network and its proved gradients.  Out: `Module`.  All logic of emission that is not
layout of text is here; the template only puts blocks in place.  No gradient is typed here or
there: each gradient line is printed from the right-hand side of a proved equation.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence

from codegen.blocks import Helper, Line, Module, Parameter
from codegen.equations import readable
from codegen.forms import lower_form
from codegen.graph import Graph
from codegen.network import CLASS_WEIGHTS, L1, L2, SAMPLE_WEIGHTS, Network
from codegen.numpy_printer import expression, prime, statements
from codegen.proof import ProvedEquation
from derive.library.row import Activation, Loss
from derive.program import Apply, walk

CLASS_WEIGHTS_TEXT = "CLASS_WEIGHTS"
_INEXACT = re.compile(r"np\.(exp|expm1|log|log1p|tanh|sinh|cosh|sin|cos)\(")
_ALONE = re.compile(r"return np\.\w+\(z\)")


def rounds(lines: Sequence[str]) -> bool:
    """Whether lines make more of an exponential or a logarithm than its value."""
    return any(_INEXACT.search(line) and not _ALONE.fullmatch(line) for line in lines)


def module(network: Network, proved: Sequence[ProvedEquation]) -> Module:
    """All blocks of a network."""
    return Module(
        parameters=tuple(_parameters(network)),
        helpers=tuple(_helpers(network, proved)),
        forward=tuple(_forward(network)),
        values=tuple(name for name in network.program.definitions if name != "J"),
        cost=tuple(_cost(network)),
        cost_arguments=cost_arguments(network),
        gradients=tuple(_gradients(network, proved)),
        equations=tuple(
            f"{name} = {readable(expr)}" for name, expr in network.program.definitions.items()
        ),
    )


# -- parameters --------------------------------------------------------------------------------


def _parameters(network: Network) -> list[Parameter]:
    rows = []
    for name in network.parameters:
        shape = network.concrete(network.program.shape(name))
        kind, k = _kind_and_layer(name)
        layer = network.activation(k)
        init = {"W": layer.init, "gamma": "ones"}.get(kind, "")
        if kind in layer.learned:
            init = repr(layer.constants[kind])
        rows.append(Parameter(name, (int(shape[0]), int(shape[1])), init))
    for name in network.statistics:
        kind, k = _kind_and_layer(name)
        shape = network.concrete(network.program.shape(f"beta{k}"))
        init = "ones" if kind == "var" else ""
        rows.append(Parameter(name, (int(shape[0]), int(shape[1])), init))
    return rows


def _kind_and_layer(name: str) -> tuple[str, int]:
    """``gamma2`` as ``("gamma", 2)``."""
    kind = name.rstrip("0123456789")
    return kind, int(name[len(kind) :])


# -- helpers -----------------------------------------------------------------------------------


def literals(network: Network) -> dict[str, str]:
    """Scalar leaf or size to the text that stands for it in the module."""
    texts = {name: repr(value) for name, value in network.constants.items()}
    texts |= network.width_texts()
    return texts | {name: name.upper() for name in (L1, L2) if name in texts}


def layer_of(network: Network, function: str) -> int:
    """The first layer whose activation, or a derivative of it, is a function of the program."""
    for k, name in network.functions.items():
        partials = network.inlined[name].partials if name in network.inlined else {}
        if function == name or function in partials:
            return k
    raise KeyError(function)


def form_of(network: Network, function: str, order: int) -> tuple[str, dict[str, str]]:
    """The stable form of a function of the program, and the text of its constants."""
    row: Activation | Loss
    learned: tuple[str, ...] = ()
    if function in (network.loss_function, network.spec.loss):
        row, constants = network.spec.loss_row, network.spec.loss_constants
    else:
        layer = network.activation(layer_of(network, function))
        row, constants, learned = layer.row, layer.constants, layer.learned
    texts = {name: repr(value) for name, value in constants.items() if name not in learned}
    for parameter in learned:
        if function.endswith(f"_by_{parameter}"):
            assert layer.own is not None
            return layer.own.partials[parameter][1], texts
    return (row.stable_derivative if order else row.stable_value), texts


def argument_of(
    network: Network, graph: Graph, function: str, argument: int, array: Callable[[str], int]
) -> dict[str, int]:
    """The free names of a form: ``z`` of an activation, ``a - y`` of a loss, what is learned.

    array: the step of an array of the network by name.
    """
    if function == network.loss_function:
        return {"a": argument, "y": graph.const("0.0")}
    if function == network.spec.loss:
        return {"a": argument, "y": array("Y")}
    k = layer_of(network, function)
    learned = network.activation(k).learned
    return {"z": argument, **{p: array(f"{p}{k}") for p in learned}}


def functions_of(network: Network) -> set[str]:
    """The functions of the program that have forms."""
    partials = [name for f in network.inlined.values() for name in f.partials]
    return {*network.functions.values(), network.loss_function, *network.inlined, *partials}


def _helpers(network: Network, proved: Sequence[ProvedEquation]) -> list[Helper]:
    used = {(name, 0) for name in network.functions.values()}
    known = functions_of(network)
    for line in proved:
        for node in walk(line.right):
            if isinstance(node, Apply) and node.function in known:
                used.add((node.function, node.order))
    helpers = [_helper(network, function, order) for function, order in sorted(used)]
    if network.spec.layers[-1].activation == "softmax":
        helpers.append(_softmax(network))
    if network.spec.fused == "softmax":
        helpers.append(log_softmax(network.feature_axis))
    return helpers


def _helper(network: Network, function: str, order: int) -> Helper:
    graph = Graph()
    form, constants = form_of(network, function, order)
    first = "a" if function == network.spec.loss and not network.loss_function else "z"
    z = graph.input(first, ("n", "m"))
    others = network.extra().get(function, ())
    arguments = {name: _plain(name) for name in others}

    def array(name: str) -> int:
        return graph.input(arguments[name], ("n", "m"))

    values = argument_of(network, graph, function, z, array)
    values |= {name: graph.const(text) for name, text in constants.items()}
    if order and function in network.functions.values():
        values["a"] = graph.input(f"{prime(function, 0)}(z)", ("n", "m"))
    title = _row_title(network, function)
    title = f"The derivative of {title}" if order else title[:1].upper() + title[1:]
    lines = statements(graph, lower_form(graph, form, values), "return")
    names = (first, *arguments.values())
    title = f"{title}, entry by entry."
    return Helper(prime(function, order), title, tuple(lines), names, rounds(lines))


def _plain(name: str) -> str:
    """An argument of a helper: ``slope`` for slope2, ``y`` for Y."""
    return "y" if name == "Y" else name.rstrip("0123456789")


def _row_title(network: Network, function: str) -> str:
    if function == network.loss_function:
        return f"{network.spec.loss_row.title} by the difference of output and label"
    if function == network.spec.loss:
        return f"{network.spec.loss_row.title} by the output"
    for partials in (f.partials for f in network.inlined.values()):
        if function in partials:
            *_, parameter = function.rpartition("_by_")
            layer = network.activation(layer_of(network, function))
            return f"the derivative of {layer.row.title} by {parameter}"
    return network.activation(layer_of(network, function)).row.title


def _softmax(network: Network) -> Helper:
    axis = network.feature_axis
    return Helper(
        "_softmax",
        "Softmax of every example; the largest entry is subtracted, so nothing overflows.",
        (
            f"e = np.exp(z - np.max(z, axis={axis}, keepdims=True))",
            f"return e / np.sum(e, axis={axis}, keepdims=True)",
        ),
    )


def log_softmax(axis: int) -> Helper:
    """The logarithm of softmax along an axis."""
    return Helper(
        "_log_softmax",
        "Logarithm of softmax; the largest term is taken out of the sum, so no digit is lost.",
        (
            f"top = np.argmax(z, axis={axis}, keepdims=True)",
            f"s = z - np.take_along_axis(z, top, axis={axis})",
            "rest = np.exp(s)",
            f"np.put_along_axis(rest, top, 0.0, axis={axis})",
            f"return s - np.log1p(np.sum(rest, axis={axis}, keepdims=True))",
        ),
    )


# -- forward pass, cost, gradients -------------------------------------------------------------


def _forward(network: Network) -> list[Line]:
    texts = literals(network)
    lines = []
    for name, expr in network.program.definitions.items():
        if name == "J":
            continue
        code = expression(expr, texts, network.extra())
        if name[0] == "A" and network.activation(int(name[1:])).activation == "softmax":
            code = f"_softmax(Z{name[1:]})"
        if name in _batch_values(network):
            code = f"{code} if batch else {_batch_values(network)[name]}"
        lines.append(Line(f"{name} = {code}"))
    return lines


def _batch_values(network: Network) -> dict[str, str]:
    """What is computed of a batch, and the running statistic that else stands for it."""
    layers = network.batch_layers
    return {f"B{k}": f"mean{k}" for k in layers} | {f"V{k}": f"var{k}" for k in layers}


def cost_arguments(network: Network) -> tuple[str, ...]:
    """What the cost is computed from: the last Z where it is accurate, else the last A."""
    last = ("Z" if network.spec.loss_row.from_logits else "A") + str(network.depth)
    penalties = not {L1, L2}.isdisjoint(network.constants)
    weights = (SAMPLE_WEIGHTS,) if network.spec.sample_weights else ()
    return (*(("params",) if penalties else ()), last, "Y", *weights)


def class_weights(network: Network) -> list[str]:
    """The line that gives the weights of the classes the dtype of the labels."""
    if not network.spec.class_weights:
        return []
    return [f"{CLASS_WEIGHTS} = np.array({CLASS_WEIGHTS_TEXT}, Y.dtype)"]


def _cost(network: Network) -> list[str]:
    """Lines that end in ``J = ...``; m is the number of examples."""
    arguments = cost_arguments(network)
    lines = []
    if "params" in arguments:
        weights = ", ".join(n if n in network.weights else "_" for n in network.fields)
        lines.append(f"{weights} = params")
    if network.spec.loss_row.reduction == "mean":
        lines.append(f"outputs = Y.shape[{network.feature_axis}]")
    lines += class_weights(network)
    graph = Graph()
    last = output_argument(network)
    shape = network.program.shape("Y")
    output, labels = graph.input(last, shape), graph.input("Y", shape)
    leaves = network.program.leaves

    def leaf(name: str) -> int:
        return graph.input(name, leaves[name].dims)

    step = data_cost(network, graph, output, labels, leaf, _plain_cross_entropy)
    step = add_penalties(network, graph, step, leaf)
    body, examples = statements(graph, step, "return"), f"Y.shape[{1 - network.feature_axis}]"
    if len(re.findall(r"\bm\b", " ".join(lines + body))) == 1:
        return [*lines, *(re.sub(r"\bm\b", examples, line) for line in body)]
    return [f"m = {examples}", *lines, *body]


def output_argument(network: Network) -> str:
    """The last Z or A, whichever the cost is computed from."""
    return next(name for name in cost_arguments(network) if name[0] in "ZA")


def _plain_cross_entropy(graph: Graph, output: int, labels: int) -> int:
    last = graph.nodes[output].attr
    logarithms = graph.input(f"_log_softmax({last})", graph.nodes[output].shape)
    return graph.add("negative", graph.total(graph.add("multiply", labels, logarithms)))


CrossEntropy = Callable[[Graph, int, int], int]


def data_cost(
    network: Network,
    graph: Graph,
    output: int,
    labels: int,
    leaf: Callable[[str], int],
    cross_entropy: CrossEntropy,
    entry: str = "",
) -> int:
    """The mean loss over the examples; output: the last Z or A, as `cost_arguments` says.

    entry: another form of the loss of one entry than the library's.
    """
    row = network.spec.loss_row
    weights = [leaf(name) for name in entry_weights(network)]

    def weighted(step: int) -> int:
        for weight in weights:
            step = graph.add("multiply", weight, step)
        return step

    if network.spec.fused == "softmax":
        total = cross_entropy(graph, output, weighted(labels))
        if row.labels_alone:
            alone = graph.total(weighted(lower_form(graph, row.labels_alone, {"y": labels})))
            total = graph.add("add", total, alone)
    else:
        logits = next(iter(row.from_logits.values()), None)
        form = entry or (logits[0] if logits else row.stable_value)
        values = {"z" if logits else "a": output, "y": labels}
        values |= {c: graph.const(repr(v)) for c, v in network.spec.loss_constants.items()}
        total = graph.total(weighted(lower_form(graph, form, values)))
    count = "(outputs * m)" if row.reduction == "mean" else "m"
    return graph.add("divide", total, graph.const(count))


def entry_weights(network: Network) -> list[str]:
    """The leaves by which the loss of every entry is multiplied."""
    return [name for name in (CLASS_WEIGHTS, SAMPLE_WEIGHTS) if name in network.program.leaves]


def add_penalties(network: Network, graph: Graph, cost: int, leaf: Callable[[str], int]) -> int:
    """The cost with L1 times the sum of all weights' sizes and L2 / 2 times that of squares."""
    weights = [leaf(name) for name in network.weights]
    sizes = [graph.total(graph.add("absolute", w)) for w in weights if L1 in network.constants]
    squares = [graph.add("inner", w, w) for w in weights if L2 in network.constants]
    for factor, terms in (("L1", sizes), ("0.5 * L2", squares)):
        if terms:
            total = functools.reduce(lambda a, b: graph.add("add", a, b), terms)
            cost = graph.add("add", cost, graph.add("multiply", graph.const(factor), total))
    return cost


def _gradients(network: Network, proved: Sequence[ProvedEquation]) -> list[Line]:
    texts = literals(network)
    return [
        Line(
            f"{e.name} = {expression(e.right, texts, network.extra())}",
            f"{e.name} = {readable(e.right)}",
            e.name,
        )
        for e in proved
    ]
