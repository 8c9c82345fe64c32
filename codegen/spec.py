"""The spec of a network: a TOML file in, a frozen `Spec` out, or one clear `SpecError`.

Everything that the generator prints comes from a `Spec`, so nothing that a user typed gets
past this file unchecked: names are identifiers, numbers are finite and bounded, choices come
from fixed lists.  An error names file, key path, value, and the nearest right one.

Keys at the top: ``name``, ``description`` (a remark for ``derivation.md``), ``input``,
``examples``, ``dtype``, ``input_scale``, ``loss`` and its constants, ``label_smoothing``,
``class_weights`` (one factor for each output), ``sample_weights`` (true: every function that takes
labels takes weights of the examples), ``l1``, ``l2``; in each ``[[layer]]``: ``units``,
``activation``, ``init`` (he, glorot, lecun, zeros), ``norm`` (layer, batch) and its constants
(``norm_epsilon``; of a batch ``norm_momentum``, its weight in the running statistics), ``skip``
(the output of the layer so many below is added), ``dropout`` (share of the units) and the constants
of the activation under their own names (``slope`` of leaky_relu, ``alpha`` of elu); in
``[training]``: ``optimizer``,
``learning_rate``, ``schedule`` (constant, step, cosine) and its constants (``step_every`` epochs,
``step_factor``; ``final_factor``), ``warmup`` (epochs), ``clip_norm``, ``patience`` (epochs without
a better loss, 0: no end before the last), ``batch_size``, ``epochs``, ``seed`` and the optimiser's
constants (``momentum``; ``rho``; ``beta1``, ``beta2``, ``epsilon``; ``weight_decay``).  Formulas of
its own stand in ``[activations.NAME]`` and ``[losses.NAME]`` (`codegen.formulas.tables`).
"""

from __future__ import annotations

import hashlib
import keyword
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

from codegen.formulas.own import Derived, Own
from codegen.formulas.tables import derive_own, number, own_formulas
from codegen.kernels import ACTIVATIONS, LOSSES, OUTPUT, constants
from codegen.layers import INITIALISERS as INITIALISERS
from codegen.layers import MAX_UNITS, layers_of, positive_constants
from codegen.layers import Layer as Layer
from codegen.tables import SpecError as SpecError
from codegen.tables import Table, kind
from derive.library.row import Loss

MAX_BYTES: Final = 1_000_000
MAX_PARAMETERS: Final = 1_000_000_000
OPTIMIZERS: Final = ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")
SCHEDULES: Final[Mapping[str, Mapping[str, float]]] = {
    "constant": {},
    "step": {"step_every": 10.0, "step_factor": 0.1},
    "cosine": {"final_factor": 0.0},
}
"""Courses of the learning rate, each with the defaults of its constants."""

_TOP: Final = (
    "activations",
    "losses",
    "name",
    "description",
    "input",
    "examples",
    "dtype",
    "input_scale",
    "loss",
    "l2",
    "l1",
    "label_smoothing",
    "class_weights",
    "sample_weights",
    "layer",
    "training",
)
_TRAINING: Final = (
    "optimizer",
    "learning_rate",
    "schedule",
    "warmup",
    "clip_norm",
    "patience",
    "batch_size",
    "epochs",
    "seed",
)
_ADAM: Final = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
_CONSTANTS: Final[Mapping[str, Mapping[str, float]]] = {
    "sgd": {},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9},
    "rmsprop": {"rho": 0.9, "epsilon": 1e-8},
    "adam": _ADAM,
    "adamw": {**_ADAM, "weight_decay": 0.01},
}
_RATES: Final = {"sgd": 0.1, "momentum": 0.01, "nesterov": 0.01}
_USUAL_RATE: Final = 0.001
_RESERVED: Final = ("runtime", "numpy", "pytest", "conftest", "sklearn", "matplotlib")
_DEVICES: Final = (
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{n}{k}" for n in ("com", "lpt") for k in range(10)),
)
"""Names that a file cannot have on some systems."""


@dataclass(frozen=True, slots=True)
class Training:
    """How the network is trained when nothing else is said."""

    optimizer: str = "sgd"
    learning_rate: float = 0.1
    constants: Mapping[str, float] = field(default_factory=dict)
    batch_size: int = 64
    epochs: int = 10
    seed: int = 0
    schedule: str = "constant"
    schedule_constants: Mapping[str, float] = field(default_factory=dict)
    warmup: float = 0.0
    clip_norm: float | None = None
    patience: int = 0

    @property
    def steady(self) -> bool:
        """Whether the learning rate stays what it is."""
        return self.schedule == "constant" and not self.warmup


@dataclass(frozen=True, slots=True)
class Spec:
    """A checked network spec.  `sha256` is that of the file's bytes."""

    name: str
    input: int
    layers: tuple[Layer, ...]
    loss: str
    loss_constants: Mapping[str, float] = field(default_factory=dict)
    columns: bool = True
    dtype: str = "float32"
    input_scale: float | None = None
    l2: float = 0.0
    l1: float = 0.0
    label_smoothing: float = 0.0
    class_weights: tuple[float, ...] = ()
    sample_weights: bool = False
    training: Training = field(default_factory=Training)
    description: str = ""
    sha256: str = ""
    own_loss: Derived | None = None
    """The loss where it is a formula of the spec."""

    @property
    def widths(self) -> tuple[int, ...]:
        """``(n_0, n_1, ..., n_L)``: the input and every layer."""
        return (self.input, *(layer.units for layer in self.layers))

    @property
    def labels(self) -> str:
        """What Y holds: a ``"distribution"``, ``"unit"`` or ``"real"`` numbers."""
        return self.loss_row.labels

    @property
    def loss_row(self) -> Loss:
        """The loss's row, of the library or of the spec."""
        if self.own_loss is None:
            return LOSSES[self.loss]
        assert isinstance(self.own_loss.row, Loss)
        return self.own_loss.row

    @property
    def fused(self) -> str:
        """The activation that the loss is fused with, "" if it takes any output."""
        return OUTPUT.get(self.loss, "")

    @property
    def own(self) -> tuple[Derived, ...]:
        """The formulas of the spec that the network uses, each once."""
        found = [layer.own for layer in self.layers] + [self.own_loss]
        unique: list[Derived] = []
        for derived in found:
            if derived is not None and not any(derived is known for known in unique):
                unique.append(derived)
        return tuple(unique)


def read(path: Path) -> Spec:
    """The spec in a file; `SpecError` if it cannot be used."""
    return parse(contents(path), str(path))


def contents(path: Path) -> bytes:
    """The bytes of the file of a spec; `SpecError` if it cannot be read or is too long."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise SpecError(f"{path}: is no regular file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror or error}") from None
    if len(data) > MAX_BYTES:
        raise SpecError(f"{path}: too long, a spec has at most {MAX_BYTES} bytes")
    return data


def parse(data: bytes, file: str = "spec.toml") -> Spec:
    """The spec in the bytes of a TOML file; `file` is its name for messages.

    >>> text = b'''
    ... name = "xor"
    ... input = 2
    ... loss = "squared_error"
    ... [[layer]]
    ... units = 1
    ... activation = "tanhh"
    ... '''
    >>> parse(text)
    Traceback (most recent call last):
        ...
    codegen.tables.SpecError: spec.toml: layer[1].activation = "tanhh": no such activation; \
did you mean "tanh"?
    """
    try:
        tree = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise SpecError(f"{file}: byte {error.start} is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{file}: not TOML: {error}") from None
    except (RecursionError, ValueError):
        raise SpecError(f"{file}: not TOML: nested too deeply or a number too long") from None
    return _spec(Table(file, "", tree), hashlib.sha256(data).hexdigest())


def _spec(top: Table, digest: str) -> Spec:
    functions = own_formulas(top, "activations", ACTIVATIONS)
    losses = own_formulas(top, "losses", LOSSES)
    loss = _loss(top, losses) if "loss" in top.tree else ""
    loss_constants = _loss_defaults(loss, losses)
    top.only((*_TOP, *loss_constants))
    top.need("name", 'name = "digits"')
    top.need("input", "input = 784")
    top.need("loss", 'loss = "cross_entropy"')
    top.need("layer", '[[layer]] with units = 10, activation = "softmax"')
    layers = layers_of(top, loss, functions)
    own_loss, loss_values = _own_loss(top, loss, losses, loss_constants)
    labels = own_loss.own.labels if own_loss else LOSSES[loss].labels
    spec = Spec(
        name=_name(top),
        input=top.whole("input", 1, MAX_UNITS),
        layers=layers,
        loss=loss,
        loss_constants=loss_values,
        own_loss=own_loss,
        columns=top.choice("examples", "layout", ("columns", "rows"), "columns") == "columns",
        dtype=top.choice("dtype", "dtype", ("float32", "float64"), "float32"),
        input_scale=top.real("input_scale", "greater than 0", 1.0)
        if "input_scale" in top.tree
        else None,
        l2=top.real("l2", "of at least 0", 0.0),
        l1=top.real("l1", "of at least 0", 0.0),
        label_smoothing=_label_smoothing(top, labels),
        class_weights=_class_weights(top, labels, layers[-1].units),
        sample_weights=top.truth("sample_weights"),
        training=_training(top),
        description=_description(top),
        sha256=digest,
    )
    widths = spec.widths
    count = sum((a + 1) * b for a, b in pairwise(widths))
    if count > MAX_PARAMETERS:
        raise SpecError(
            f"{top.file}: layer: {count} parameters in all, at most {MAX_PARAMETERS} are allowed"
        )
    return spec


def _name(top: Table) -> str:
    name = top.text("name")
    if not (name.isascii() and name.isidentifier() and len(name) <= 64):
        top.fail("name", "must be a Python identifier of at most 64 ASCII letters, digits and _")
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        top.fail("name", "is a keyword of Python, choose another")
    if name in _RESERVED or name in sys.stdlib_module_names:
        top.fail("name", "is the name of a module that the network imports or may import")
    if name.startswith(("__", "test_")) or name.lower() in _DEVICES:
        top.fail("name", "has a meaning for Python, pytest or the file system, choose another")
    return name


def _description(top: Table) -> str:
    text = top.text("description", "").strip()
    if len(text) > 4000 or not all(c == "\n" or c.isprintable() for c in text):
        top.fail("description", "must be at most 4000 printable characters")
    return text


def _loss(top: Table, own: Mapping[str, Own]) -> str:
    return top.choice("loss", "loss", (*LOSSES, *own), "")


def _loss_defaults(loss: str, own: Mapping[str, Own]) -> dict[str, float]:
    if loss in own:
        return {name: float(value) for name, value in own[loss].parameters}
    return constants(LOSSES[loss]) if loss else {}


def _own_loss(
    top: Table, loss: str, own: Mapping[str, Own], defaults: Mapping[str, float]
) -> tuple[Derived | None, dict[str, float]]:
    """The loss where it is a formula of the spec, and the values of its constants."""
    if loss not in own:
        return None, positive_constants(top, defaults)
    values = {key: number(top, key, default) for key, default in defaults.items()}
    return derive_own(top, own[loss], values, f"losses.{loss}"), values


def _label_smoothing(top: Table, labels: str) -> float:
    share = top.real("label_smoothing", "from 0 up to, but not, 1", 0.0)
    if share and labels == "real":
        top.fail("label_smoothing", "the labels of this loss are numbers, not classes")
    return share


def _class_weights(top: Table, labels: str, units: int) -> tuple[float, ...]:
    """One factor of the loss for each output."""
    values = top.tree.get("class_weights", [])
    if not isinstance(values, list):
        top.fail("class_weights", f"must be an array of {units} numbers, not {kind(values)}")
    if values and labels == "real":
        top.fail("class_weights", "the labels of this loss are numbers, not classes")
    if values and len(values) != units:
        top.fail("class_weights", f"must be {units} numbers, one for each unit of the last layer")
    rows = (Table(top.file, f"class_weights[{k}]", {"": v}) for k, v in enumerate(values, 1))
    return tuple(row.real("", "greater than 0", 1.0) for row in rows)


def _training(top: Table) -> Training:
    tree = top.tree.get("training", {})
    if not isinstance(tree, dict):
        top.fail("training", "must be a table, written [training]")
    table = Table(top.file, "training", tree)
    optimizer = table.choice("optimizer", "optimizer", OPTIMIZERS, "sgd")
    schedule = table.choice("schedule", "schedule", tuple(SCHEDULES), "constant")
    defaults, course = _CONSTANTS[optimizer], SCHEDULES[schedule]
    table.only((*_TRAINING, *defaults, *course))
    return Training(
        optimizer=optimizer,
        learning_rate=table.real(
            "learning_rate", "greater than 0", _RATES.get(optimizer, _USUAL_RATE)
        ),
        constants=positive_constants(table, defaults),
        batch_size=table.whole("batch_size", 1, 10_000_000, 64),
        epochs=table.whole("epochs", 1, 1_000_000, 10),
        seed=table.whole("seed", 0, 2**63 - 1, 0),
        schedule=schedule,
        schedule_constants=positive_constants(table, course),
        warmup=table.real("warmup", "of at least 0", 0.0),
        clip_norm=table.real("clip_norm", "greater than 0", 1.0)
        if "clip_norm" in table.tree
        else None,
        patience=table.whole("patience", 0, 1_000_000, 0),
    )
