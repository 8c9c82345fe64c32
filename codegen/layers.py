"""The layers of a spec: the tables ``[[layer]]``, read and checked.

In: the top table of a spec, its loss and its own formulas.  Out: one `Layer` for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from codegen.formulas.own import Derived, Own
from codegen.formulas.tables import derive_own, number
from codegen.kernels import ACTIVATIONS, OUTPUT, constants
from codegen.tables import SpecError, Table
from derive.library.row import Activation

MAX_UNITS: Final = 1_000_000
MAX_LAYERS: Final = 100
INITIALISERS: Final = ("he", "glorot", "lecun", "zeros")
NORMS: Final = ("layer", "batch")
_LAYER: Final = (
    "units", "activation", "init", "norm", "norm_epsilon", "norm_momentum", "skip", "dropout",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layer:
    """One dense layer: width, activation, the constants of that, and how its weights begin.

    norm: over what that which enters the activation is normalised: ``"layer"``, the units of each
    example, or ``"batch"``, the examples of each unit; "" if it is not.  norm_momentum: the weight
    of a batch in the running statistics, which stand for it where the network is not trained.
    skip: the output of the layer so many below is added to its own, 0: none.  dropout: the share
    of its units that a training step leaves out.
    """

    units: int
    activation: str
    constants: Mapping[str, float] = field(default_factory=dict)
    init: str = "glorot"
    norm: str = ""
    norm_epsilon: float = 1e-5
    norm_momentum: float = 0.1
    skip: int = 0
    dropout: float = 0.0
    own: Derived | None = None
    """The activation where it is a formula of the spec."""

    @property
    def row(self) -> Activation:
        """The activation's row, of the library or of the spec."""
        if self.own is None:
            return ACTIVATIONS[self.activation]
        assert isinstance(self.own.row, Activation)
        return self.own.row

    @property
    def learned(self) -> tuple[str, ...]:
        """The parameters of the activation that are trained, one number a unit."""
        return () if self.own is None else self.own.own.learned

    @property
    def places(self) -> tuple[float, ...]:
        """Where the activation or its slope has a kink."""
        if self.own is not None:
            return self.own.places
        return (0.0,) if self.row.kinks or self.row.bends else ()


_CONSTANT_NEEDS: Final = {
    "slope": "from 0 up to, but not, 1",
    "momentum": "from 0 up to, but not, 1",
    "beta1": "from 0 up to, but not, 1",
    "beta2": "from 0 up to, but not, 1",
    "rho": "from 0 up to, but not, 1",
    "weight_decay": "of at least 0",
    "final_factor": "from 0 up to, but not, 1",
}


def layers_of(top: Table, loss: str, own: Mapping[str, Own]) -> tuple[Layer, ...]:
    """The layers; `own`: the spec's formulas by name."""
    tables = top.tree["layer"]
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        top.fail("layer", "must be tables, each written [[layer]]")
    if not 1 <= len(tables) <= MAX_LAYERS:
        raise SpecError(f"{top.file}: layer: {len(tables)} layers, 1 to {MAX_LAYERS} are allowed")
    rows = [Table(top.file, f"layer[{k}]", t) for k, t in enumerate(tables, 1)]
    layers = tuple(_layer(top, row, own) for row in rows)
    for row, layer in zip(rows[:-1], layers[:-1], strict=True):
        if layer.activation == "softmax":
            row.fail("activation", "softmax belongs to the last layer; here take relu or tanh")
    for k, (row, layer) in enumerate(zip(rows, layers, strict=True), 1):
        _check_block(row, layer, k, layers)
    last, needed = layers[-1], OUTPUT.get(loss, "")
    if needed and last.activation != needed:
        rows[-1].fail(
            "activation", f'loss = "{loss}" needs activation = "{needed}" in the last layer'
        )
    if last.activation == "softmax" and last.units < 2:
        rows[-1].fail("units", "softmax needs at least 2 units: of one unit it is always 1")
    return layers


def _check_block(row: Table, layer: Layer, k: int, layers: Sequence[Layer]) -> None:
    """What a normalised or a residual layer needs: a layer above, and equal widths."""
    for key in ("norm", "skip", "dropout"):
        if key in row.tree and k == len(layers):
            row.fail(key, "belongs to a hidden layer, this is the last one")
    if layer.norm == "layer" and layer.units < 2:
        row.fail("units", "a normalised layer needs at least 2 units: one alone is always 0")
    if layer.skip and layer.skip >= k:
        row.fail("skip", f"there are {k - 1} layers below layer {k}")
    below = layers[k - 1 - layer.skip]
    if layer.units != below.units:
        reason = f"layer {k} has {layer.units} units, layer {k - layer.skip} has {below.units}"
        row.fail("skip", f"both outputs need the same width; {reason}")


def _layer(top: Table, row: Table, own: Mapping[str, Own]) -> Layer:
    row.need("units", "units = 10")
    row.need("activation", 'activation = "relu"')
    activation = row.choice("activation", "activation", (*ACTIVATIONS, *own), "")
    formula = own.get(activation)
    defaults = constants(ACTIVATIONS[activation]) if formula is None else _defaults(formula)
    row.only((*_LAYER, *defaults))
    if formula is None:
        values = positive_constants(row, defaults)
    else:
        values = {key: number(row, key, default) for key, default in defaults.items()}
    norm = row.choice("norm", "normalisation", NORMS, "") if "norm" in row.tree else ""
    if "norm_epsilon" in row.tree and not norm:
        row.fail("norm_epsilon", "is a constant of norm, which this layer has not")
    if "norm_momentum" in row.tree and norm != "batch":
        row.fail("norm_momentum", 'is a constant of norm = "batch", which this layer has not')
    usual = "he" if formula is not None else ACTIVATIONS[activation].prefers_gain
    init = row.choice("init", "initialiser", INITIALISERS, usual)
    return Layer(
        units=row.whole("units", 1, MAX_UNITS),
        activation=activation,
        constants=values,
        init=init,
        norm=norm,
        norm_epsilon=row.real("norm_epsilon", "greater than 0", 1e-5),
        norm_momentum=row.real("norm_momentum", "greater than 0, up to 1", 0.1),
        skip=row.whole("skip", 0, MAX_LAYERS, 0),
        dropout=row.real("dropout", "from 0 up to, but not, 1", 0.0),
        own=None
        if formula is None
        else derive_own(top, formula, values, f"activations.{activation}"),
    )


def _defaults(formula: Own) -> dict[str, float]:
    return {name: float(value) for name, value in formula.parameters}


def positive_constants(row: Table, defaults: Mapping[str, float]) -> dict[str, float]:
    """Constants of the library with their values in a table."""
    return {
        key: row.real(key, _CONSTANT_NEEDS.get(key, "greater than 0"), default)
        for key, default in defaults.items()
    }
