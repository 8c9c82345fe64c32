"""What an emitted module is proved against: the spec's mathematics, without the generator's plan.

In: a spec with its proved gradients.  Out: a `derive.pycode.reference.Reference`, and `validated`,
which proves the text of a module by it.  The sizes and constants of the spec are put in; nothing
of what the printers, the graph or the buffers make of the equations is.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from fractions import Fraction

from codegen.context import schedule_text, task
from codegen.forms import horner
from codegen.module import form_of
from codegen.network import COST, SAMPLE_WEIGHTS, Network
from codegen.orders import turned
from codegen.proof import ProvedEquation
from derive.program import (
    Dim,
    Expr,
    Function,
    Gradient,
    Leaf,
    Number,
    Plus,
    Shape,
    Size,
    Symbol,
    Times,
    children,
    minus,
    number,
    with_children,
)
from derive.pycode.reference import Reference
from derive.pycode.validate import Validation, validate

_SHORTEST = 4


def validated(source: str, network: Network, proved: Sequence[ProvedEquation]) -> Validation:
    """What is proved of the text of a network's module."""
    return validate(source, reference(network, proved))


def reference(network: Network, proved: Sequence[ProvedEquation]) -> Reference:
    """The mathematics of a spec with its sizes and constants put in."""
    put = _Put(network)
    program, spec = network.program, network.spec
    leaves = {
        {"X": "inputs", "Y": "labels"}.get(name, name): put.leaf(leaf)
        for name, leaf in program.leaves.items()
        if name not in network.constants
    }
    values: dict[str, Expr] = {
        "X": put.inputs(),
        "Y": put.labels(),
        **{name: put(network.written_out(e)) for name, e in program.definitions.items()},
        **{line.name: put(network.written_out(line.right)) for line in proved},
    }
    statistics = {name: _of_batch(name) for name in network.statistics}
    leaves |= {
        n: Leaf(values[v].shape, "positive" if v[0] == "V" else "real")
        for n, v in statistics.items()
    }
    names = {*network.functions.values(), network.loss_function} - {"", *network.inlined}
    return Reference(
        leaves,
        values,
        {n: put.function(f) for n, f in program.functions.items()},
        output=f"A{network.depth}",
        cost=COST,
        gradients={name: f"d{name}" for name in network.parameters},
        domains={"Y": leaves["labels"]},
        forms={(n, k): _form_text(network, n, k) for n in sorted(names) for k in (0, 1)},
        optimizer=spec.training.optimizer,
        constants=_constants(network),
        attributes=_attributes(network),
        statistics=statistics,
        moved={n: put.moved(n, v) for n, v in statistics.items()},
        masks=network.masks,
        weighted=SAMPLE_WEIGHTS in program.leaves,
        clipped=spec.training.clip_norm is not None,
    )


class _Put:
    """Expressions of a network's program with the sizes and constants of its spec."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.sizes = network.sizes()
        self.constants = {n: Number(_exact(v)) for n, v in network.constants.items()}

    def __call__(self, expr: Expr) -> Expr:
        match expr:
            case Symbol(name=name, dims=dims):
                return self.constants.get(name) or Symbol(name, self.shape(dims))
            case Gradient(name=name, dims=dims):
                return Symbol(f"d{name}", self.shape(dims))
            case Size(dim=dim) if dim in self.sizes:
                return number(self.sizes[dim])
        return with_children(expr, tuple(self(child) for child in children(expr)))

    def shape(self, shape: Shape) -> Shape:
        rows, columns = map(self.dim, shape)
        return (rows, columns)

    def dim(self, dim: Dim) -> Dim:
        """A size that the spec fixes has a name that says it; 1 is a number."""
        size = self.sizes.get(dim, 0) if isinstance(dim, str) else dim
        return (f"n{size}" if size > 1 else size) if size else dim

    def leaf(self, leaf: Leaf) -> Leaf:
        return Leaf(self.shape(leaf.dims), leaf.domain, leaf.sums_to_one)

    def function(self, function: Function) -> Function:
        return Function(function.name, None if function.body is None else self(function.body))

    def moved(self, leaf: str, value: str) -> Expr:
        """A running statistic after a step that found `value` in its batch."""
        shape = self.shape(self.network.program.shape(value))
        old, new = Symbol(leaf, shape), Symbol(value, shape)
        pace = _exact(self.network.activation(int(value[1:])).norm_momentum)
        return Plus(old, Times(number(pace), minus(new, old)))

    def inputs(self) -> Expr:
        """What the mathematics takes for X."""
        given = Symbol("inputs", self.shape(self.network.program.shape("X")))
        scale = self.network.spec.input_scale
        return given if scale is None else Times(number(1 / _exact(scale)), given)

    def labels(self) -> Expr:
        """What the mathematics takes for Y: smoothed labels stay a distribution."""
        spec = self.network.spec
        given = Symbol("labels", self.shape(self.network.program.shape("Y")))
        if not spec.label_smoothing:
            return given
        share = _exact(spec.label_smoothing)
        classes = spec.widths[-1] if spec.labels == "distribution" else 2
        return Plus(Times(number(1 - share), given), number(share / classes))


def _exact(value: float) -> Fraction:
    """A constant as it stands in the text."""
    return Fraction(repr(float(value)))


# -- the library's forms ----------------------------------------------------------------------


def _form_text(network: Network, function: str, order: int) -> str:
    """A stable form of the library as a function ``form(z, a)``."""
    form, constants = form_of(network, function, order)
    lines = [f"{name} = {text}" for name, text in sorted(constants.items())]
    if function == network.loss_function:
        lines += ["a = z", "y = 0.0"]
    *assignments, last = _Plain().visit(ast.parse(form)).body
    lines += [ast.unparse(statement) for statement in assignments]
    lines.append(f"return {ast.unparse(last)}")
    body = "\n".join(f"    {line}" for line in lines)
    return f"import numpy as np\n\n\ndef form(z, a):\n{body}\n"


class _Plain(ast.NodeTransformer):
    """A form in the functions that emitted code calls: clipping by bounds, long polynomials."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        name, coefficients = horner(node)
        if len(coefficients) >= _SHORTEST:
            return ast.parse(f"runtime.polynomial({name}, {coefficients!r})", mode="eval").body
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        name = ast.unparse(node.func)
        if name in ("np.clip", "clip"):
            x, low, high = map(ast.unparse, node.args)
            return ast.parse(f"np.minimum(np.maximum({x}, {low}), {high})", mode="eval").body
        if "." not in name:
            node.func = ast.parse(f"np.{name}", mode="eval").body
        return node


# -- facts of the text ------------------------------------------------------------------------


def _constants(network: Network) -> Mapping[str, str]:
    """Names of the module and the text that has to stand behind each."""
    spec, training = network.spec, network.spec.training
    shapes = {name: network.concrete(network.program.shape(name)) for name in network.parameters}
    shapes |= {
        name: network.concrete(network.program.shape(_of_batch(name)))
        for name in network.statistics
    }
    known: dict[str, object] = {
        "NETWORK.shapes": shapes,
        "NETWORK.features": spec.input,
        "NETWORK.outputs": spec.widths[-1],
        "NETWORK.examples": "columns" if spec.columns else "rows",
        "NETWORK.dtype": spec.dtype,
        "NETWORK.task": task(spec),
        "NETWORK.labels": spec.labels,
        "NETWORK.input_scale": spec.input_scale,
        "NETWORK.epochs": training.epochs,
        "NETWORK.batch_size": training.batch_size,
        "NETWORK.seed": training.seed,
        "NETWORK.statistics": len(network.statistics) or None,
        "NETWORK.patience": training.patience or None,
        "LEARNING_RATE": training.learning_rate,
        **{name.upper(): value for name, value in training.constants.items()},
        "CLIP_NORM": training.clip_norm,
        "L1": spec.l1 or None,
        "L2": spec.l2 or None,
    }
    weights = [[v] for v in spec.class_weights] if spec.columns else [list(spec.class_weights)]
    known["CLASS_WEIGHTS"] = weights if spec.class_weights else None
    schedule = schedule_text(training)
    return {
        **{name: "" if value is None else repr(value) for name, value in known.items()},
        "NETWORK.schedule": f"runtime.Schedule({schedule})" if schedule else "",
    }


def _attributes(network: Network) -> Mapping[str, str]:
    shares = [(layer.units, layer.dropout) for layer in network.spec.layers if layer.dropout]
    dropout = repr(tuple(shares)) if shares else ""
    return {
        "network": "NETWORK",
        "parameters": "Params",
        "rate": "LEARNING_RATE",
        "dropout": dropout,
        "turned": repr(turned(network)) if turned(network) else "",
    }


def _of_batch(statistic: str) -> str:
    """The value of a batch that a running statistic stands for: ``B1`` of ``mean1``."""
    kind = statistic.rstrip("0123456789")
    return {"mean": "B", "var": "V"}[kind] + statistic.removeprefix(kind)
