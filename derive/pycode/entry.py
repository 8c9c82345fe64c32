"""Which parts of a file are a forward pass, a cost and its gradients."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """Names of functions, or of methods of the class `owner`; "" where there is none."""

    gradient: str
    forward: str = ""
    cost: str = ""
    owner: str = ""
    inner: tuple[Entry, ...] = ()
    """Entries whose gradients this one calls; judged instead where it cannot be followed."""
    loops: tuple[ast.stmt, ...] = ()
    """Statements around a training loop, itself the last; one turn of it is what is judged."""
    entrywise: bool = False
    """The gradient is the derivative of the forward pass, a function of every entry."""
    of_output: bool = False
    """That derivative is given what the function returns: ``a * (1 - a)``."""
    unit: bool = False
    """Cost and gradients are computed in one piece; a script has no name."""

    @property
    def title(self) -> str:
        name = self.gradient or "the script"
        return f"{self.owner}.{name}" if self.owner else name
