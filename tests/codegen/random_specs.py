"""Random specs: generated, proved, imported, tested by their own tests, compared with PyTorch.

``python -m tests.codegen.random_specs --count 500 --seed 0`` prints a line for each fault and a
summary, and ends with status 1 if there is a fault.  A spec has 1 to 6 layers and any activations,
losses, optimisers, layouts, dtypes, penalties, weights and schedules; every third is updated layer
by layer, as a large network is.  The reference is PyTorch's
autograd on the network as it is written down in its documentation, in float64; without PyTorch
it is the complex step.

A gradient is right if no entry is off by more than 1e-10 of the largest entry of its parameter's
gradient. A gradient that is 0 but for rounding, as that of a bias that a normalisation takes out
again, has no such entry: it may be off by what rounding makes of it, `rounding`, and never by
more than 1e-10 of the largest entry of the whole gradient.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

import codegen
from codegen import trainer
from codegen.kernels import ACTIVATIONS, LOSSES, OUTPUT
from codegen.spec import INITIALISERS, OPTIMIZERS, SCHEDULES, Spec, read
from tests.codegen.emitted_network import batch, complex_step, load

LIMIT = 1e-10
ROUNDINGS = 64
"""So many roundings may stand in a gradient that is 0 but for them."""
ELEMENTWISE = sorted(set(ACTIVATIONS) - {"softmax"})
CONSTANTS = {"leaky_relu": "slope = 0.2", "elu": "alpha = 0.7"}


def random_spec(rng: random.Random, name: str) -> str:
    """The text of a spec."""
    loss = rng.choice(sorted(LOSSES))
    units = rng.randint(2, 5)
    widths = [rng.randint(1, 6) for _ in range(rng.randint(0, 5))] + [units]
    output = OUTPUT[loss] or rng.choice([*ELEMENTWISE, "softmax"])
    lines = [
        f'name = "{name}"',
        f"input = {rng.randint(1, 6)}",
        f'examples = "{rng.choice(["columns", "rows"])}"',
        f'dtype = "{rng.choice(["float32", "float64"])}"',
        f'loss = "{loss}"',
    ]
    lines += _sometimes(rng, "input_scale = 4.0", "l1 = 0.03", "l2 = 0.02", "sample_weights = true")
    if LOSSES[loss].labels != "real":
        weights = [round(rng.uniform(0.5, 2), 2) for _ in range(units)]
        lines += _sometimes(rng, "label_smoothing = 0.1", f"class_weights = {weights}")
    for place, width in enumerate(widths, 1):
        activation = output if place == len(widths) else rng.choice(ELEMENTWISE)
        lines += ["[[layer]]", f"units = {width}", f'activation = "{activation}"']
        lines += _sometimes(rng, CONSTANTS.get(activation, ""))
        lines += _sometimes(rng, f'init = "{rng.choice(INITIALISERS[:3])}"')
        if place < len(widths):
            # of two units each is 1 or -1 but for epsilon: a gradient of rounding errors
            lines += _sometimes(rng, 'norm = "layer"' if width > 2 else "")
            lines += _sometimes(rng, "dropout = 0.4" if width > 1 else "")
            below = [k for k in range(1, place) if widths[k - 1] == width]
            lines += _sometimes(rng, f"skip = {place - rng.choice(below)}" if below else "")
    lines = _some_over_the_batch(lines, random.Random(f"{name}/norm/{len(lines)}"))
    lines += ["[training]", f'optimizer = "{rng.choice(OPTIMIZERS)}"', "epochs = 2"]
    lines += [f'schedule = "{rng.choice(sorted(SCHEDULES))}"']
    lines += _sometimes(rng, "clip_norm = 0.05", "warmup = 1.5", "patience = 2", "batch_size = 7")
    return "\n".join(line for line in lines if line) + "\n"


def _some_over_the_batch(lines: list[str], apart: random.Random) -> list[str]:
    """Half of the normalised layers over the batch; drawn apart from all else.

    Not where there is one input alone: its weight plays no role then, its gradient is rounding.
    """
    before, width = 0, 0
    result = []
    for line in lines:
        if line == 'norm = "layer"' and apart.random() < 0.5 and before > 1:
            line = 'norm = "batch"'
        if line.startswith(("input = ", "units = ")):
            before, width = width, int(line.partition(" = ")[2])
        result.append(line)
    return result


def _sometimes(rng: random.Random, *lines: str) -> list[str]:
    return [line for line in lines if rng.random() < 0.25]


def judge(text: str, name: str, folder: Path) -> str:
    """What is wrong with the network of a spec, "" if nothing is."""
    path = folder / f"{name}.toml"
    path.write_text(text)
    codegen.generate(path, folder)
    net = load(folder / name, name)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = net.runtime.main(net, ["check"])
    if status:
        return said.getvalue().strip()
    params, X, Y = batch(net, 7)
    spec = read(path)
    weights = [np.linspace(0.0, 2.0, 7)] if spec.sample_weights else []
    cost, found = net.gradients(params, X, Y, *weights)
    trained = len(params) - net.NETWORK.statistics

    def reference(at: Any) -> tuple[float, list[Any]]:
        if importlib.util.find_spec("torch"):
            wanted_cost, wanted = torch_gradients(spec, at, X, Y, *weights)
        else:
            wanted_cost, wanted = cost, complex_step(net, at, X, Y, *weights)
        return wanted_cost, wanted[:trained]

    wanted_cost, wanted = reference(params)
    if abs(cost - wanted_cost) > LIMIT * max(1.0, abs(wanted_cost)):
        return f"the loss is {cost!r}, PyTorch has {wanted_cost!r}"
    return fault_of(found[:trained], wanted, rounding(reference, params, wanted))


def rounding(reference: Any, params: Any, wanted: list[Any]) -> list[float]:
    """What one rounding makes of the gradient of each parameter, the largest entry.

    Every parameter is moved by half a unit in its last place, up or down, and the reference
    computed again; at least a unit of the largest entry of the whole gradient.
    """
    rng = np.random.default_rng(0)
    eps = float(np.finfo(np.float64).eps)
    found = [eps * max(largest(array) for array in wanted)] * len(wanted)
    for _ in range(2):
        moved = type(params)(*(a * (1 + eps * rng.choice([-1.0, 1.0], a.shape)) for a in params))
        pairs = zip(found, reference(moved)[1], wanted, strict=True)
        found = [max(known, largest(a - b)) for known, a, b in pairs]
    return found


def fault_of(found: Any, wanted: list[Any], roundings: list[float]) -> str:
    """What is wrong with gradients, "" if nothing is.

    >>> good, bias = np.ones((2, 2)), np.full((2, 1), 1e-17)
    >>> fault_of([good, -bias], [good, bias], [1e-16, 1e-16])
    ''
    >>> fault_of([good, 2e5 * bias], [good, 1e5 * bias], [1e-16, 1e-16])
    'gradient 2 is off by 1.0e+00 of its largest entry, 1e-12; rounding makes 1e-16'
    >>> fault_of([good + 1e-9, bias], [good, bias], [1e-9, 1e-16])
    'gradient 1 is off by 1.0e-09 of the largest entry of all'
    """
    whole = max(largest(array) for array in wanted)
    for place, (a, b, unit) in enumerate(zip(found, wanted, roundings, strict=True), 1):
        error, size = largest(a - b), largest(b)
        if not error <= LIMIT * whole:
            return f"gradient {place} is off by {error / whole:.1e} of the largest entry of all"
        if error > max(LIMIT * size, ROUNDINGS * unit):
            return (
                f"gradient {place} is off by {error / size if size else np.inf:.1e} of its "
                f"largest entry, {size:.0e}; rounding makes {unit:.0e}"
            )
    return ""


def largest(array: Any) -> float:
    """The size of the largest entry."""
    return float(np.abs(array).max())


# -- the reference -----------------------------------------------------------------------------


def torch_gradients(
    spec: Spec, params: Any, X: Any, Y: Any, weights: Any = None
) -> tuple[float, list[Any]]:
    """Cost and gradients by autograd, examples as rows inside."""
    import torch

    leaves = [torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in params]
    rows = [leaf.T if spec.columns else leaf for leaf in leaves]
    x, y = (torch.tensor(np.ascontiguousarray(a.T if spec.columns else a)) for a in (X, Y))
    outputs, weights_of, given = [x / (spec.input_scale or 1.0)], [], iter(rows)
    for layer in spec.layers:
        weights_of.append(next(given))
        z = outputs[-1] @ weights_of[-1]
        if layer.norm:
            over = 1 if layer.norm == "layer" else 0
            centred = z - z.mean(over, keepdim=True)
            spread = (centred.square().mean(over, keepdim=True) + layer.norm_epsilon).sqrt()
            z = next(given) * (centred / spread) + next(given)
        else:
            z = z + next(given)
        outputs.append(_torch_activation(layer.activation, layer.constants, z))
        if layer.skip:
            outputs[-1] = outputs[-1] + outputs[-1 - layer.skip]
    a = outputs[-1]
    if spec.label_smoothing:
        classes = y.shape[1] if spec.labels == "distribution" else 2
        y = (1 - spec.label_smoothing) * y + spec.label_smoothing / classes
    entries = _torch_loss(spec.loss, spec.loss_constants, z, a, y)
    if spec.class_weights:
        entries = entries * torch.tensor(spec.class_weights, dtype=torch.float64)
    if weights is not None:
        entries = entries * torch.tensor(weights, dtype=torch.float64)[:, None]
    cost = entries.sum() / (entries.numel() if LOSSES[spec.loss].reduction == "mean" else len(y))
    for weight in weights_of:
        cost = cost + spec.l1 * weight.abs().sum() + spec.l2 / 2 * weight.square().sum()
    cost.backward()
    # the running statistics of a normalised batch play no role
    return float(cost.detach()), [
        np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy() for leaf in leaves
    ]


def _torch_activation(name: str, constants: Any, z: Any) -> Any:
    import torch
    from torch.nn import functional as f

    table = {
        "identity": lambda: z,
        "sigmoid": lambda: torch.sigmoid(z),
        "tanh": lambda: torch.tanh(z),
        "relu": lambda: f.relu(z),
        "leaky_relu": lambda: f.leaky_relu(z, constants["slope"]),
        "softplus": lambda: f.softplus(z, threshold=1000),
        "elu": lambda: f.elu(z, constants["alpha"]),
        "selu": lambda: f.selu(z),
        "silu": lambda: f.silu(z),
        "gelu": lambda: f.gelu(z),
        "gelu_tanh": lambda: f.gelu(z, approximate="tanh"),
        "softsign": lambda: f.softsign(z),
        "mish": lambda: z * torch.tanh(f.softplus(z, threshold=1000)),
        "softmax": lambda: torch.softmax(z, 1),
    }
    return table[name]()


def _torch_loss(name: str, constants: Any, z: Any, a: Any, y: Any) -> Any:
    """The loss of every entry."""
    import torch
    from torch.nn import functional as f

    none: dict[str, Any] = {"reduction": "none"}
    table = {
        "squared_error": lambda: (a - y) ** 2,
        "half_squared_error": lambda: (a - y) ** 2 / 2,
        "mse": lambda: f.mse_loss(a, y, **none),
        "mae": lambda: f.l1_loss(a, y, **none),
        "huber": lambda: f.huber_loss(a, y, delta=constants["delta"], **none),
        "log_cosh": lambda: torch.log(torch.cosh(a - y)),
        "binary_cross_entropy": lambda: f.binary_cross_entropy_with_logits(z, y, **none),
        "cross_entropy": lambda: -y * torch.log_softmax(z, 1),
        "kl": lambda: f.kl_div(torch.log_softmax(z, 1), y, **none),
    }
    return table[name]()


# -- the campaign ------------------------------------------------------------------------------


def campaign(count: int, seed: int, *, first: int = 0) -> list[str]:
    """The faults of so many random specs, each with what gives the spec again."""
    faults = []
    for number in range(first, first + count):
        rng = random.Random(f"{seed}/{number}")
        name = f"random_{number}"
        text = random_spec(rng, name)
        with tempfile.TemporaryDirectory() as folder:
            large, chunk = (trainer.UNCHUNKED, trainer.CHUNK) if number % 3 else (0, 16)
            try:
                with patch.multiple(trainer, UNCHUNKED=large, CHUNK=chunk):
                    fault = judge(text, name, Path(folder))
            except Exception as error:
                fault = f"{type(error).__name__}: {error}"
        if fault:
            faults.append(f"--seed {seed} --first {number} --count 1: {fault}")
    return faults


def main() -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first spec")
    parser.add_argument("--show", action="store_true", help="print the specs")
    options = parser.parse_args()
    started, faults = time.process_time(), 0
    for number in range(options.first, options.first + options.count):
        if options.show:
            print(random_spec(random.Random(f"{options.seed}/{number}"), f"random_{number}"))
        for fault in campaign(1, options.seed, first=number):
            faults += 1
            print(fault, flush=True)
    reference = "PyTorch" if importlib.util.find_spec("torch") else "the complex step"
    seconds = time.process_time() - started
    print(f"{options.count} specs, {faults} faults; reference: {reference}; {seconds:.0f} s of CPU")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
