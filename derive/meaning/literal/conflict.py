"""Two shapes that do not fit: what may be done about it while shapes are still being found."""

from __future__ import annotations

from derive.program import Dim


class Conflict(Exception):
    """Shapes do not fit.  same: two sizes that would have to be one, if that would mend it."""

    def __init__(self, reason: str, same: tuple[Dim, Dim] | None = None) -> None:
        super().__init__(reason)
        self.same = same


class Sides(Conflict):
    """Both sides of an equation have a value, and their shapes do not fit."""
