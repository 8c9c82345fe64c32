"""What the templates are given: names to text, lists and the blocks of the module.

In: a network, its proved gradients and its planned step.  Out: dictionaries for Jinja; the
same one serves the module and its tests, so that both speak of the same network.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import derive
from codegen import equations, packing
from codegen.blocks import Module
from codegen.formulas.kinks import conditions
from codegen.formulas.own import Derived
from codegen.formulas.printing import form
from codegen.formulas.tree import number, put_in
from codegen.module import class_weights, module, output_argument, rounds
from codegen.network import COST, Network
from codegen.numpy_printer import expression
from codegen.proof import ProvedEquation
from codegen.spec import Spec, Training
from codegen.trainer import Step
from codegen.training_graph import smoothing
from derive.scalars import table

_OPTIMIZERS = {
    "sgd": "The rule is plain gradient descent",
    "momentum": "The rule is gradient descent with momentum",
    "nesterov": "The rule is gradient descent with Nesterov's momentum",
    "rmsprop": "The rule is RMSProp",
    "adam": "The rule is Adam with bias correction",
    "adamw": "The rule is AdamW, Adam with decoupled weight decay",
}


def module_context(
    network: Network, proved: Sequence[ProvedEquation], step: Step
) -> dict[str, Any]:
    """The context of ``NAME.py`` and ``test_NAME.py``."""
    spec = network.spec
    blocks = module(network, proved)
    widths = spec.widths
    shown = _polynomials(blocks, step)
    return {
        "spec": spec,
        "module": blocks,
        "step": step,
        "name": spec.name,
        "title": _title(spec),
        "command": f"derive generate {spec.name}.toml -o ..",
        "version": derive.__version__,
        "sha256": spec.sha256,
        "layout": _layout(spec),
        "first_gradient": proved[0].of,
        "task": task(spec),
        "output": f"A{network.depth}",
        "output_shape": _batch(spec, widths[-1]),
        "weights_shape": _batch(spec, 1),
        "input_shape": _batch(spec, widths[0]),
        "input_kinds": "float, or integer pixels" if spec.input_scale is not None else "float",
        "label_kinds": _label_kinds(spec),
        "example_axis": 1 - network.feature_axis,
        "parameter_names": network.fields,
        "statistics": network.statistics,
        "batch_layers": network.batch_layers,
        "shape_lines": packing.dictionary(
            "shapes", {p.name: str(p.shape) for p in blocks.parameters}
        ),
        "fact_lines": packing.wrapped(_facts(network), 94),
        "init_lines": packing.dictionary(
            "init", {p.name: f'"{p.init}"' for p in blocks.parameters if p.init}
        ),
        "imported_functions": packing.wrapped(step.functions, 82),
        "parameter_gradients": [f"d{name}" for name in network.fields],
        "returned_gradients": [f"d{name}" for name in network.parameters]
        + [f"np.zeros_like({name})" for name in network.statistics],
        "optimizer_title": _OPTIMIZERS[spec.training.optimizer],
        "kinked": _kinked(network),
        "knots": _knots(network.spec),
        "places": _places(network),
        "loss_places": _loss_places(network),
        "largest": ("1e8", "1e4") if all(own.tame for own in spec.own) else ("1.0", "1.0"),
        "schedule": schedule_text(spec.training),
        "spreads": [k for k, name in enumerate(blocks.values) if name.startswith("S")],
        "polynomials": shown,
        "polynomial_lines": {
            name: packing.numbers(text) for text, name in shown.items() if name[0] == "_"
        },
        **_signatures(network, blocks),
        **_training(network, step),
    }


def document_context(
    network: Network, proved: Sequence[ProvedEquation], updates: Sequence[ProvedEquation]
) -> dict[str, Any]:
    """What ``derivation.md`` needs besides: equations as LaTeX, proofs, kinks, the update."""
    definitions = [
        {
            "name": name,
            "latex": equations.latex(equations.summed_over_examples(expr)),
            "shape": _symbolic(expr.shape),
        }
        for name, expr in network.program.definitions.items()
    ]
    literals, extra = {"l1": "L1", "l2": "L2"}, network.extra()
    return {
        "tex": equations.subscript,
        "description": spec_description(network.spec),
        "definitions": definitions,
        "proofs": [
            {
                "name": e.name,
                "of": e.of,
                "latex": equations.equation_latex(e.equation),
                "code": f"{e.name} = {expression(e.right, literals, extra)}" if e.of else "",
                "shape": _symbolic(e.right.shape),
                "rules": ", ".join(e.outcome.rules) or "normal form",
                "note": e.note,
                "sizes": ", ".join(f"{k} = {v}" for k, v in sorted(e.acceptance.sizes.items())),
                "points": e.acceptance.points,
                "conditions": e.outcome.side_conditions,
            }
            for e in proved
        ],
        "updates": [_update_proof(e) for e in updates],
        "sizes": network.sizes(),
        "kinks": _kinks(network),
        "formulas": [_formula(own) for own in network.spec.own],
        "loss_title": network.spec.loss_row.title,
    }


def _formula(own: Derived) -> dict[str, Any]:
    """A formula of the spec: what was found, what it is worth, and what a user must know."""
    return {
        "name": own.own.name,
        "text": own.own.text,
        "variables": ", ".join(own.own.variables),
        "parameters": ", ".join(f"{n} = {float(v)!r}" for n, v in own.own.parameters),
        "learned": ", ".join(own.own.learned),
        "warnings": own.warnings,
        "measured": [
            {
                "what": m.what,
                "formula": m.formula,
                "stable": m.stable,
                "rules": m.rules,
                "errors": [
                    {
                        "dtype": dtype,
                        "ulp": f"{e.ulp:.3g}",
                        "at": ", ".join(f"{x:.9g}" for x in e.at),
                        "failures": e.failures,
                    }
                    for dtype, e in m.errors.items()
                ],
            }
            for m in own.measured
        ],
    }


def _update_proof(proved: ProvedEquation) -> dict[str, Any]:
    """Both sides of what makes an emitted update that of the library."""
    return {
        "name": proved.name,
        "left": equations.readable(proved.equation.left),
        "right": equations.readable(proved.equation.right),
        "rules": ", ".join(proved.outcome.rules) or "normal form",
        "conditions": proved.outcome.side_conditions,
    }


def spec_description(spec: Spec) -> list[str]:
    """The spec's own remark as lines that Markdown and HTML leave alone."""
    return [line.replace("<", "&lt;") for line in spec.description.splitlines()]


def _title(spec: Spec) -> str:
    """One sentence, wrapped to the line length of the emitted code."""
    stack = "-".join(map(str, spec.widths))
    names = ", ".join(layer.activation for layer in spec.layers)
    text = f"{spec.name}: dense layers {stack}; {names}; {spec.loss_row.title}."
    return "\n".join(textwrap.wrap(text, 96, break_on_hyphens=False))


def _facts(network: Network) -> list[str]:
    """What a module says of its network and of its training in one word each."""
    spec, training = network.spec, network.spec.training
    facts: dict[str, object] = {
        "features": spec.input,
        "outputs": spec.widths[-1],
        "examples": f'"{"columns" if spec.columns else "rows"}"',
        "dtype": f'"{spec.dtype}"',
        "task": f'"{task(spec)}"',
        "labels": f'"{spec.labels}"',
        "input_scale": spec.input_scale,
        "epochs": training.epochs,
        "batch_size": training.batch_size,
        "statistics": len(network.statistics) or None,
        "seed": training.seed,
        "patience": training.patience or None,
    }
    return [f"{name}={value}" for name, value in facts.items() if value is not None]


def _layout(spec: Spec) -> str:
    if spec.columns:
        return "Examples are columns: X is (n_0, m), W_l (n_l, n_{l-1}), b_l (n_l, 1)."
    return "Examples are rows: X is (m, n_0), W_l (n_{l-1}, n_l), b_l (1, n_l)."


def _batch(spec: Spec, size: int) -> str:
    return f"({size}, m)" if spec.columns else f"(m, {size})"


def _symbolic(shape: tuple[object, object]) -> str:
    return f"({shape[0]}, {shape[1]})"


def task(spec: Spec) -> str:
    """How an output is read: the largest entry, each against 1/2, or as it is."""
    if spec.layers[-1].activation == "softmax":
        return "classes"
    return "binary" if spec.loss == "binary_cross_entropy" else "regression"


def _label_kinds(spec: Spec) -> str:
    shape = _batch(spec, spec.widths[-1])
    kinds = {
        "distribution": f"{shape}, entries of an example summing to 1",
        "unit": f"{shape}, from 0 to 1",
        "real": f"{shape}, float",
    }[spec.labels]
    kind = task(spec)
    if kind == "classes":
        return f"{kinds}, or integer labels (m,)"
    return f"{kinds}, or labels 0 and 1 (m,)" if kind == "binary" else kinds


def _kinked(network: Network) -> dict[int, tuple[int, tuple[str, ...]]]:
    """The layers whose activation or its slope has a kink at 0.

    Each with the place of the activation's argument among the values of the forward pass, and
    the two parameters that make it 0 where they are 0, the bias last.
    """
    values = [name for name in network.program.definitions if name != COST]
    return {
        k: (values.index(network.argument(k)), network.affine(k))
        for k, layer in enumerate(network.spec.layers, 1)
        if layer.places
    }


def _places(network: Network) -> dict[int, tuple[float, ...]]:
    """The places of the kinks of formulas of the spec, where they are not 0 alone."""
    layers = enumerate(network.spec.layers, 1)
    return {k: layer.places for k, layer in layers if layer.places not in ((), (0.0,))}


def _loss_places(network: Network) -> tuple[str, ...]:
    """What is 0 where a loss of the spec that is no function of the difference has a kink."""
    own = network.spec.own_loss
    if own is None or own.difference:
        return ()
    values = network.spec.loss_constants
    tree = put_in(own.own.tree, {n: number(Fraction(v)) for n, v in values.items()})
    return tuple(form(c, {"a": "A", "y": "Y"}) for c in conditions(tree))


def schedule_text(training: Training) -> str:
    """The arguments of the schedule, "" for a steady rate."""
    if training.steady:
        return ""
    constants = {"warmup": training.warmup, **training.schedule_constants}
    named = [f"{name}={value!r}" for name, value in constants.items() if value]
    return ", ".join([f'"{training.schedule}"', *named])


def _knots(spec: Spec) -> list[float]:
    """The values of ``|a - y|`` where the slope or the curvature of the loss jumps."""
    return [float(spec.loss_constants.get(knot, knot)) for knot in spec.loss_row.knots]


def _kinks(network: Network) -> list[str]:
    spec = network.spec
    layers = (layer.activation for layer in spec.layers if layer.own is None)
    names = dict.fromkeys((*layers, *(() if spec.own_loss else (spec.loss,))))
    found = [sentence for name in names if name != "softmax" for sentence in table.kinks(name)]
    return found + [k.sentence(own.row.title) for own in spec.own for k in own.row.kinks]


def _signatures(network: Network, blocks: Module) -> dict[str, Any]:
    """Argument lists and unpackings, with ``_`` for what is not used."""
    arguments = blocks.cost_arguments
    signature = ", ".join(f"{a}: {'Params' if a == 'params' else 'Array'}" for a in arguments)
    last = output_argument(network)
    values = f"*_, {last}" if last[0] == "A" else f"*_, {last}, _"
    code = "\n".join(line.code for line in blocks.gradients)
    gradients = "\n".join([code, *arguments])
    weighted = network.spec.sample_weights
    statistics = network.statistics
    return {
        "cost_signature": signature,
        "cost_rounds": rounds(blocks.cost),
        "V": ", V" if weighted else "",
        "V_of_Y": (", _weights(Y)" if weighted else "")
        + (", masks=MASKS" if network.masks else ""),
        "V_typed": ", V: Array" if weighted else "",
        "given_weights": ", _weights(X, weights)" if weighted else "",
        "weights_typed": ", weights: Any = None" if weighted else "",
        "class_weights": class_weights(network) if "C" in _words(code) else [],
        "outputs_line": "outputs" in _words(code),
        "masks": network.masks,
        "masks_typed": ", masks: runtime.Masks = ()" if network.masks else "",
        "given_masks": ", masks" if network.masks else "",
        "batch_typed": ", *, batch: bool = True" if network.statistics else "",
        "dropout": _dropout(network),
        "masks_of_gradients": [name for name in network.masks if name in _words(code)],
        "class_weight_rows": _class_weight_rows(network),
        "smoothing": smoothing(network.spec) if network.spec.label_smoothing else (),
        "cost_values": values,
        "gradient_parameters": _used(network.fields, gradients + "\n" + "\n".join(statistics)),
        "gradient_values": _used(blocks.values, gradients),
    }


def _used(names: Sequence[str], text: str) -> str:
    """Names as a target of unpacking, ``_`` for those that the text does not mention."""
    words = _words(text)
    return ", ".join(name if name in words else "_" for name in names)


def _widths(text: str) -> list[str]:
    """The widths of the data that a text mentions."""
    return [name for name in ("features", "outputs") if name in _words(text)]


def _words(text: str) -> set[str]:
    for sign in "()@*+-/,.=\n":
        text = text.replace(sign, " ")
    return set(text.split())


def _dropout(network: Network) -> list[tuple[int, float]]:
    """Units and share of every layer that has dropout."""
    return [(layer.units, layer.dropout) for layer in network.spec.layers if layer.dropout]


def _class_weight_rows(network: Network) -> list[list[float]]:
    """The weights of the classes in the shape of one example."""
    values = list(network.spec.class_weights)
    return [[v] for v in values] if network.spec.columns else [values]


def _polynomials(blocks: Module, step: Step) -> dict[str, str]:
    """The coefficients of every polynomial as a Python tuple, to the name that they get."""
    helpers = [line for helper in blocks.helpers for line in helper.lines]
    steps = [line for block in (*step.forward, *step.backward) for line in block.lines]
    return packing.polynomials([*helpers, *steps])


def _several(names: list[str]) -> list[str]:
    """Names for a target of unpacking in brackets, where a single one needs a comma."""
    return [*names, ""] if len(names) == 1 else names


def _training(network: Network, step: Step) -> dict[str, Any]:
    texts = [text for _, text in step.constants]
    lines = [line for block in (*step.forward, *step.backward) for line in block.lines]
    sizes = [name for name in ("m", "outputs") if name in _words(step.cost)]
    numbers = [name for name, _ in step.constants] + [f[0] for f in step.filled] + sizes
    running = [line for block in step.statistics for line in block.lines]
    layers = [network.parameters_of(k) for k in range(1, network.depth + 1)]
    scalars = [*step.update.fixed, *((name, "0.0") for name, _ in step.update.moving)]
    return {
        "array_names": _several([b.name for b in step.buffers]),
        "number_names": _several(numbers),
        "widths_of_buffers": _widths(" ".join(b.shape for b in step.buffers)),
        "widths_of_constants": _widths(
            " ".join([*texts, *(shape for _, _, shape in step.filled), *sizes])
        ),
        "uses_rate": any("learning_rate" in text for text in texts),
        "step_parameters": _used(network.fields, "\n".join([*lines, step.cost, *running])),
        "update_scalars": scalars,
        "parts": [len(names) for names in layers],
        "updated": [", ".join(names) for names in layers],
        "buffer_lines": packing.named([(b.name, b.shape) for b in step.buffers]),
        "constant_lines": packing.named(
            [(name, f"self._number({text})") for name, text in step.constants]
            + [(name, f"self._full({value}, {shape})") for name, value, shape in step.filled]
            + [(name, name) for name in sizes]
        ),
    }
