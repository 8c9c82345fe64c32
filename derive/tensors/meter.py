"""The budget of one question to the engine, and what was used to answer it.

Every monomial that is built costs a step.  A question opens a `metered` block; inside it the
steps are counted, fresh index names are numbered, and the rules and side conditions that
were used are collected.  Nothing outlives the block, so the same question has the same
answer, the same step count included, whatever was asked before.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from derive.tensors.terms import Poly


class Exhausted(Exception):
    """The budget of steps is spent; private to the engine."""


class Outside(Exception):
    """The expression has no meaning in the engine's terms; the message says why."""


class Meter:
    """What one question has used so far.

    nonzero: terms that must not be 0 on an open set, for a rule to hold that was applied.
    """

    __slots__ = ("conditions", "fresh", "limit", "nonzero", "rules", "steps")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.steps = 0
        self.fresh = 0
        self.rules: set[str] = set()
        self.conditions: set[str] = set()
        self.nonzero: dict[str, Poly] = {}

    def charge(self, steps: int) -> None:
        """Count steps; raises `Exhausted` when the budget is spent."""
        self.steps += steps
        if self.steps > self.limit:
            raise Exhausted


class _Current(threading.local):
    meter: Meter = Meter(sys.maxsize)


_current = _Current()


@contextmanager
def metered(limit: int) -> Iterator[Meter]:
    """Run a block under a budget of its own.

    >>> with metered(10) as meter:
    ...     charge(3)
    >>> meter.steps
    3
    """
    before = _current.meter
    _current.meter = Meter(limit)
    try:
        yield _current.meter
    finally:
        _current.meter = before


def charge(steps: int = 1) -> None:
    """Count steps in the current block."""
    _current.meter.charge(steps)


def used(rule: str) -> None:
    """Record that a rule was applied."""
    _current.meter.rules.add(rule)


def needs(condition: str) -> None:
    """Record a side condition that the result rests on."""
    _current.meter.conditions.add(condition)


def needs_nonzero(poly: Poly) -> None:
    """Record that a rule holds except where the argument of a step is 0."""
    needs("arguments of step functions are not 0")
    _current.meter.nonzero[poly.key] = poly


def fresh_name() -> str:
    """A bound-index name that nothing else uses; canonical forms never contain it."""
    meter = _current.meter
    meter.fresh += 1
    return f"~{meter.fresh:06d}"
