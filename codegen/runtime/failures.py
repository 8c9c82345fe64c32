"""A loss that is not finite: which value was the first, and what is left of the training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from codegen.runtime.checks import Array


class NonFiniteLoss(FloatingPointError):
    """The loss became NaN or infinite; the parameters are those before that step.

    first: the first value that is not finite, in the order in which a step meets them: a
    parameter (``"W2"``: an earlier step spoilt it), the data (``"X"``, ``"Y"``), a value of the
    forward pass (``"Z2"``) or the cost (``"J"``); "" where it is not known.  layer: the number of
    its layer, 0 for the data, None for the cost.  From `fit` besides: epoch and step, from 1;
    checkpoint: the file of the last good checkpoint, None if there is none; history: that of
    the epochs before, with their parameters.

    >>> error = NonFiniteLoss("the loss is nan", first="Z2")
    >>> error.layer, error.checkpoint
    (2, None)
    """

    def __init__(self, message: str, *, first: str = "") -> None:
        super().__init__(message)
        self.first = first
        number = first[len(first.rstrip("0123456789")) :]
        self.layer = int(number) if number else 0 if first in ("X", "Y") else None
        self.epoch = self.step = 0
        self.checkpoint: Path | None = None
        self.history: Any = None


def not_finite(named: Mapping[str, Array]) -> str:
    """The first of some arrays that holds NaN or infinity, "" if none does."""
    return next((name for name, array in named.items() if not np.isfinite(array).all()), "")


def explained(
    loss: float, given: Mapping[str, Array], forward: Any, *arguments: Any
) -> NonFiniteLoss:
    """The error of a step whose `loss` is not finite.

    given: parameters and data by name.  forward, arguments: the forward pass that the step has
    made, which is made again, value by value.
    """
    first = not_finite(given)
    named = dict(given)
    if not first:
        with np.errstate(all="ignore"):
            values = forward(*arguments)
        # the last local names of a forward pass are those of what it returns, in that order
        names = forward.__code__.co_varnames[-len(values) :]
        named = dict(zip(names, values, strict=True))
        first = not_finite(named)
    what = _told(first, named) if first else "the cost is the first value that is not finite"
    message = f"the loss is {loss}: {what}; the parameters stay as they were"
    return NonFiniteLoss(message, first=first or "J")


def _told(name: str, named: Mapping[str, Array]) -> str:
    """``Z2 of layer 2 is the first value that is not finite, in 3 of 40 entries``."""
    wrong, count = int(np.sum(~np.isfinite(named[name]))), named[name].size
    layer = NonFiniteLoss("", first=name).layer
    where = f" of layer {layer}" if layer else ""
    return f"{name}{where} is the first value that is not finite, in {wrong} of {count} entries"


def spoilt(named: Mapping[str, Array]) -> NonFiniteLoss | None:
    """The error where a step with a finite loss has left parameters that are not, else None."""
    first = not_finite(named)
    if not first:
        return None
    message = f"the loss is finite, but after the step {_told(first, named)}"
    return NonFiniteLoss(message, first=first)
