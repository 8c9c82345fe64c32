"""The names that people give to gradients, costs, forward and backward passes."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

FORWARD: Final = re.compile(
    r"_*(\w+_)?(forward|fwd|predict|feed_?forward|forward_(prop|pass)\w*|for_prop\w*|fprop|__call__|call|model_forward)(_\w+)?"
)
COST: Final = re.compile(
    r"(?!\w*(deriv|prime|delta)|\w*_der$)"
    r"_*(compute_|get_|calc\w*_)?(\w+_)?(loss|cost|objective|cross_entropy\w*|mse|bce|nll|criterion|calculate|energy|log_?likelihood|risk)"
    r"(_\w+)?|J|L"
)
GRADIENT: Final = re.compile(
    r"_*(\w+_)?(backward|bwd|bptt|backprop\w*|back_prop\w*|bprop|gradients?|grads?|loss_and_grad\w*|"
    r"loss_grad\w*|compute_grad\w*|derivatives?|value_and_grad)(_\w+)?"
)
NO_GRADIENT: Final = re.compile(
    r"numeric|num_?grad|finite|approx|central_diff|check|descent|descend|ascent|clip|"
    r"zero_|reset|clear|params_and|parameters_and"
)
"""Functions that take differences, to compare gradients with, or that use gradients."""
COST_NAMES: Final = ("loss", "cost", "J", "L", "total_loss", "data_loss", "E", "error", "objective")
GRADIENTS: Final = ("grads", "gradients", "grad", "dparams", "derivatives")
"""Containers of gradients under the names of their parameters."""
COST_OBJECTS: Final = ("cost", "loss", "criterion", "loss_fn", "cost_function", "loss_function")
"""What an object calls the cost that it was given."""
LOSSES: Final = re.compile(r"\w*(Loss|Cost|Criterion|CrossEntropy|MSE|BCE)\w*")
"""What a class is called whose forward pass is a cost."""
COST_METHODS: Final = ("fn", "forward", "loss", "cost", "__call__", "calculate", "compute")
KEPT_OUTPUTS: Final = ("output", "out", "outputs", "A", "a", "Z", "z", "y")
"""What an object calls the output that its forward pass keeps."""
KEPT_GRADIENTS: Final = ("dinputs", "dinput", "dx", "dX", "grad_input")
"""What an object calls the gradient by its input that its backward pass keeps."""
DATA: Final = ("X", "x", "xs", "inputs", "data", "X_train", "X_batch", "features")
"""Inputs, by which a training step does not differentiate."""
PREDICTIONS: Final = re.compile(
    r"A|AL|A\d|a|a\d|y_?hat|Y_?hat|y_?pred\w*|Y_?pred\w*|preds?|predictions?|probs?|out|outputs?|P|p|"
    r"scores|logits|Z\d?|z\d?"
)
GENERATORS: Final = ("default_rng", "RandomState")
"""What makes a source of random numbers."""
RANDOM: Final = re.compile(r"rng|prng|random_state|rand|generator")
"""What an argument is called that is a source of random numbers."""
CACHES: Final = re.compile(r"\w*cache[sd]?|ctx|context|saved\w*|memory|tape|intermediates?")
"""What a forward pass hands on to the backward pass beside its output."""
UPSTREAM: Final = re.compile(
    r"dout|d_out|\w*output_grad(ient)?|grad_of_output|d_?output|dL_dy|dE_dY|dA|dY|dy|da|grad_out\w*|upstream\w*|grad_output|dL_dout|dout_\w+|delta|grad|dH|dh|dO|dZ|dvalues"
)
_HELD: Final = ("data", "value", "values", "param")
"""What an object calls the array that it holds beside its gradient."""
_PREFIXES: Final = (
    "grad_", "grads_", "gradients_", "dL_d", "dJ_d", "dLd", "dJd", "dloss_d", "d_loss_d_",
    "dl_d", "dj_d", "de_d", "dE_d", "dC_d", "dcost_d", "derivative_", "gradient_",
    "d_", "nabla_", "delta_",
    "grad", "d", "g_", "g", "delta",
)  # fmt: skip
_CAMEL: Final = re.compile(r"_*[a-z][a-z0-9]+([A-Z][a-z0-9]+)+")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SUFFIXES: Final = ("_gradients", "_gradient", "_grads", "_grad", "grad", "Grad")
_ALIASES: Final = {
    "w": "weights", "b": "biases", "W": "weights", "Ws": "weights", "ws": "weights",
    "bs": "biases", "weight": "weights", "bias": "biases",
}  # fmt: skip


def target_of(name: str, known: Collection[str]) -> str | None:
    """The name of which `name` is the gradient, among those known.

    >>> target_of("dW1", ["W1", "b1"]), target_of("grad_b", ["W", "b"]), target_of("Z", ["W"])
    ('W1', 'b', None)
    """
    for prefix in _PREFIXES:
        if name.startswith(prefix) and len(name) > len(prefix):
            rest = name[len(prefix) :]
            for candidate in (rest, *_other_names(rest)):
                if candidate in known:
                    return candidate
    base, mark, index = name.rpartition("_")
    own, place = (base, mark + index) if index.isdigit() else (name, "")
    for suffix in _SUFFIXES:
        if own.endswith(suffix):
            rest = own.removesuffix(suffix) + place
            return next((n for n in (rest, *_other_names(rest)) if n in known), None)
    return None


def attribute_of(name: str, beside: Collection[str]) -> str | None:
    """The attribute of an object of which another one is the gradient.

    >>> attribute_of("dW", ["W", "b"]), attribute_of("grad", ["data", "grad"])
    ('W', 'data')
    """
    found = target_of(name, beside)
    held = [n for n in beside if n in _HELD]
    return held[0] if found is None and name in GRADIENTS and len(held) == 1 else found


def _other_names(name: str) -> list[str]:
    """``weights`` for ``W``, ``biases_0`` for ``b_0``."""
    base, mark, index = name.rpartition("_")
    found = [_ALIASES[name]] if name in _ALIASES else []
    found.append(f"{name}_")  # ``coef_``, as scikit-learn calls what is learned
    if re.fullmatch(r"[A-Za-z]\d*", name):  # ``dw1`` of ``self.__W1``
        found += [mark + n for n in (name, name.swapcase()) for mark in ("__", "_", "")][:-1]
        found.append(name.swapcase())
    if mark and index.isdigit() and base in _ALIASES:
        found.append(f"{_ALIASES[base]}_{index}")
    return found


def snake(name: str) -> str:
    """A name in words of small letters: ``feed_forward`` for ``feedForward``.

    >>> snake("computeCost"), snake("dW1"), snake("J")
    ('compute_cost', 'dW1', 'J')
    """
    return _HUMP.sub("_", name).lower() if _CAMEL.fullmatch(name) else name


def is_called(form: re.Pattern[str], name: str) -> bool:
    """Whether a name is of a form, written with underscores or with capitals."""
    return form.fullmatch(name) is not None or form.fullmatch(snake(name)) is not None


def stem(name: str) -> str:
    """What a pair of functions has in common: ``layernorm`` of ``layernorm_backward``."""
    name = snake(name)
    return re.sub(
        r"(forward|fwd|backward|bwd|gradients?|grads?|backprop\w*|feed|pass|prop\w*|_)", "", name
    )
