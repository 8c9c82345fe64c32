"""What arguments are of which the source says nothing: shapes declared, or guessed by name.

A guess decides only how many axes an argument has and which of them are 1; all other sizes are
free and made equal where operations need it.  What was guessed is an assumption of the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from derive.program import Dim
from derive.pycode.names import DATA

Declared = tuple[Dim, ...] | str | None
"""The sizes of the axes, ``"labels"`` for integer classes, or None: not known."""

_SCALAR = re.compile(
    r"(lr|learning_?rate|step_?size|alpha|eta|rate|lam|lambda_?|lambd|reg|reg_strength|l[12](_\w+)?|"
    r"weight_decay|decay(_rate)?|beta_?[12]|eps|epsilon|momentum|mu|rho|m|step|scale|tau|"
    r"temperature|keep_prob|c|slope|gamma_?\d*|delta)"
)
_SIZE = re.compile(
    r"(n|num|dim|d|size|hidden|units)(_\w+|\d+)?|(input|output|features|classes|batch|vocab)(_\w+|\d+)"
    r"|\w+_(size|dim|units|features|nodes?|neurons?)|n[xhyio]"
    r"|(i|h|o|in|input|hidden|out|output)(nodes?|neurons?|units?|size|dim)"
)
_BIAS = re.compile(
    r"(b|bias|B|beta|gamma|by|bh|c|shift|gain|scale|g)(_?\d+|_?[a-z]{1,3})?|\w*bias\w*|intercept_?"
)
_STATE = re.compile(r"[hc]_?prev|[hc]_?0|[hc]_?init|prev_[hc]")
_WEIGHT_VECTOR = re.compile(r"(w|theta|weights?|coef|beta)_?")
_ENTRY = re.compile(r"_\d+$")
_SMALL = re.compile(r"[a-z][a-z_]*")
_LABELS = re.compile(
    r"(y|Y|t|T|labels?|targets?|ys|Ys|batch_y|yb|Yb)"
    r"(_?(true|train|batch|b|mini|set|one_?hot|onehot|oh|hot|enc|encoded|cat|dummies|list|array|vec))*"
    r"|(train|batch|true)_(y|Y|labels?|targets?)|one_?hot(_?(y|Y|labels?|targets?|encoded))?"
    r"|(expected|desired|training(_set)?|target|actual|true)_?(outputs?|values?)|ground_truth|expected"
)


def is_scalar(name: str) -> bool:
    """Whether a name usually stands for a number."""
    return _SCALAR.fullmatch(name) is not None


def is_size(name: str) -> bool:
    """Whether a name usually stands for the size of an axis."""
    return _SIZE.fullmatch(name) is not None and len(name) > 1 and "grad" not in name


def is_labels(name: str) -> bool:
    """Whether a name usually stands for the labels."""
    return _LABELS.fullmatch(name) is not None


@dataclass(frozen=True)
class Guess:
    """bias: one of `BIASES`; labels: one of `LABELS`."""

    bias: str = "column"
    labels: str = "matrix"
    declared: Mapping[str, Declared] = field(default_factory=dict)
    arrays: frozenset[str] = frozenset()
    """Names by which the source differentiates: no settings, whatever they are called."""
    numbers: frozenset[str] = frozenset()
    """Names that are taken to be numbers, as their gradients are."""
    one: bool = False
    """There is one example, a column."""
    vectors: bool = False
    """All parameters in small letters have one axis."""
    small: bool = False
    """So have all other arguments in small letters."""
    wide: bool = False
    """Of states before the first step there are as many columns as of inputs."""
    layers: int = 0
    """What has no known length is as long as a network of so many layers needs; 0: nothing is."""

    def is_number_bias(self, name: str) -> bool:
        """Whether a parameter is taken to be one number of which the source says nothing."""
        if name in self.numbers:
            return True
        return self.bias == "number" and name not in self.declared and bool(_BIAS.fullmatch(name))

    def shape(self, name: str) -> Declared:
        """What is declared or guessed of an argument.

        >>> Guess("row").shape("b1")
        (1, 'b1')
        """
        base = name.rsplit(".", 1)[-1]
        if base in self.declared:
            return self.declared[base]
        if base in self.numbers or (is_scalar(base) and base not in self.arrays):
            return ()
        whole = _ENTRY.sub("", base) if self.layers else base
        if self.one and (whole in DATA or is_labels(whole)):
            return (base, 1)
        if is_labels(base):
            return {
                "matrix": None, "classes": "labels", "vector": (base,), "column": (base, 1),
                "row": (1, base),
            }[self.labels]  # fmt: skip
        if _STATE.fullmatch(base) and self.bias == "column" and not self.wide:
            return (base, 1)
        if self._is_vector(base):
            return (base,)
        if _BIAS.fullmatch(base):
            shapes: dict[str, Declared] = {
                "column": (base, 1), "row": (1, base), "vector": (base,), "number": (),
            }  # fmt: skip
            return shapes[self.bias]
        return None

    def _is_vector(self, base: str) -> bool:
        """Whether a parameter is taken to have one axis."""
        differentiated = base in self.arrays
        if _WEIGHT_VECTOR.fullmatch(base) and (base != "beta" or differentiated):
            return self.labels == "vector"
        return (
            self.vectors and (differentiated or self.small) and _SMALL.fullmatch(base) is not None
        )


BIASES: Final = ("column", "row", "vector", "number")
LABELS: Final = ("matrix", "classes", "vector", "column", "row")


def guesses(
    declared: Mapping[str, Declared],
    arrays: frozenset[str] = frozenset(),
    numbers: frozenset[str] = frozenset(),
) -> Iterator[Guess]:
    """All guesses, the usual ones first."""
    for labels in LABELS:
        for bias in BIASES:
            yield Guess(bias, labels, declared, arrays, numbers)
    for small in (False, True):
        yield Guess("number", "vector", declared, arrays, numbers, vectors=True, small=small)
    yield Guess("column", "matrix", declared, arrays, numbers, wide=True)
