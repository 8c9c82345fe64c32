"""The blocks of an emitted module: what `codegen.module` fills in and the template prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of code and the equation that it computes ("" if it says so itself)."""

    code: str
    equation: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Helper:
    """A function of arrays that the module defines for an activation or its derivative."""

    name: str
    title: str
    lines: tuple[str, ...]
    arguments: tuple[str, ...] = ("z",)
    rounds: bool = False
    """Whether it is computed in double precision and rounded once."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A field of Params: its shape in numbers and how it is drawn."""

    name: str
    shape: tuple[int, int]
    init: str
    """The initialiser of a weight; "" for a bias."""


@dataclass(frozen=True, slots=True)
class Module:
    """The readable half of the module: parameters, helpers, forward pass, cost, gradients."""

    parameters: tuple[Parameter, ...]
    helpers: tuple[Helper, ...]
    forward: tuple[Line, ...]
    values: tuple[str, ...]
    """Names of what the forward pass computes."""
    cost: tuple[str, ...]
    cost_arguments: tuple[str, ...]
    gradients: tuple[Line, ...]
    equations: tuple[str, ...]
    """The forward pass and the cost as readable maths."""
