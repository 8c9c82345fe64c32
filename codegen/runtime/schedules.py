"""The course of the learning rate over a training."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """By what the learning rate is multiplied at each step.

    kind: ``"constant"``; ``"step"``, every ``step_every`` epochs times ``step_factor``; or
    ``"cosine"``, half a wave from 1 down to ``final_factor``.  warmup: epochs at the start in
    which it grows from 0, step by step; a cosine begins behind them.

    >>> Schedule("step", step_every=2, step_factor=0.5).factor(30, 10, 8)
    0.5
    >>> [Schedule("cosine").factor(step, 10, 4) for step in (0, 20)]
    [1.0, 0.5]
    """

    kind: str = "constant"
    warmup: float = 0.0
    step_every: float = 10.0
    step_factor: float = 0.1
    final_factor: float = 0.0

    @property
    def steady(self) -> bool:
        """Whether the rate stays what it is."""
        return self.kind == "constant" and not self.warmup

    def factor(self, step: int, per_epoch: int, epochs: int) -> float:
        """The factor of a step, counted from 0; per_epoch: steps of an epoch."""
        rising = self.warmup * per_epoch
        if step < rising:
            return min(1.0, (step + 1) / rising)
        if self.kind == "step":
            return float(self.step_factor ** (step / per_epoch // self.step_every))
        if self.kind == "cosine":
            left = max(epochs * per_epoch - rising, 1.0)
            wave = 0.5 * (1.0 + math.cos(math.pi * min(1.0, (step - rising) / left)))
            return self.final_factor + (1.0 - self.final_factor) * wave
        return 1.0
