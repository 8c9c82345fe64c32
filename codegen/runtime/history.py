"""What a training reports: its history, and a line on the terminal."""

from __future__ import annotations

import math
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from codegen.runtime.checks import Array
from codegen.runtime.plots import pictured

_NAMES = ("training", "validation")


@dataclass
class History:
    """What `fit` did: one entry an epoch in each list.

    params: after the last step; best: those with the least validation loss (without
    validation: the last).  loss: the mean over the epoch's steps, each before its update.
    accuracy: of the epoch's last parameters on up to 2048 training examples drawn at random.
    Accuracies are NaN for a regression; the validation lists stay empty without validation.
    """

    params: Any
    best: Any
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def summary(self) -> str:
        """The last epoch in a few words."""
        parts = [f"epoch {len(self.loss)}", f"loss {self.loss[-1]:.4f}"]
        if not math.isnan(self.accuracy[-1]):
            parts.append(f"accuracy {100 * self.accuracy[-1]:.1f} %")
        if self.validation_loss:
            parts.append(f"validation loss {self.validation_loss[-1]:.4f}")
            if not math.isnan(self.validation_accuracy[-1]):
                parts.append(f"accuracy {100 * self.validation_accuracy[-1]:.1f} %")
        return "  ".join(parts)

    def plot(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        confusion: Array | None = None,
        classes: Sequence[object] = (),
    ) -> Any:
        """The curves of loss and accuracy as a figure of matplotlib, written to `path` if given.

        confusion: counts (classes, classes) that `confusion` gives, drawn beside them; classes:
        the names of the classes there.  Raises ImportError without matplotlib, ValueError before
        the first epoch.
        """
        if not self.loss:
            raise ValueError("plot: got a history of no epochs, needs at least one")
        percent = [
            [100 * value for value in values]
            for values in (self.accuracy, self.validation_accuracy)
        ]
        panels = [
            (title, [(name, values) for name, values in zip(_NAMES, both, strict=True) if values])
            for title, both in (
                ("loss", (self.loss, self.validation_loss)),
                ("accuracy, %", percent),
            )
            if not math.isnan(both[0][-1])
        ]
        return pictured(panels, confusion, classes, path)


class Progress:
    """One line on a terminal, rewritten at most ten times a second; silent elsewhere."""

    def __init__(self, stream: Any, total: int) -> None:
        self.stream = stream
        self.total = total
        self.shown = bool(getattr(stream, "isatty", bool)())
        self.start = self.last = time.perf_counter()
        self.width = 0

    def show(self, done: int, text: str, *, force: bool = False) -> None:
        """Draws the bar for `done` examples of the total, with `text` behind it."""
        now = time.perf_counter()
        if not self.shown or (now - self.last < 0.1 and not force):
            return
        self.last = now
        filled = round(24 * done / self.total)
        rate = done / max(now - self.start, 1e-9)
        line = f"{'━' * filled}{'╌' * (24 - filled)} {text}  {rate:,.0f} examples/s"
        line = line[: shutil.get_terminal_size().columns - 1]
        self.stream.write("\r" + line.ljust(self.width))
        self.stream.flush()
        self.width = len(line)

    def close(self) -> None:
        """Ends the line."""
        if self.shown:
            self.stream.write("\n")
            self.stream.flush()
