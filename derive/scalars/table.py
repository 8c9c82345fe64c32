"""The table of local derivatives, as SymPy derived them; reading it imports no SymPy.

``_table.json`` is written by ``python -m derive.scalars.generate`` from the rows of the library
and compared byte for byte by the tests.  The engine takes every local derivative from here.
Derivatives hold wherever the function has one; `kinks` lists where it has none, and
``step(0) = 0`` is the convention there.  The constant 3.14159... is the scalar ``pi``.

>>> from derive.scalars.encoding import encode
>>> encode(derivative("relu", 1))
['step', 'x']
>>> ALIASES[normalised("Leaky ReLU")]
'leaky_relu'
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from derive.program import PRIMITIVES, Expr, Function
from derive.scalars.encoding import decode

HIGHEST_ORDER: Final = 3

_DATA: Final[dict[str, Any]] = json.loads(
    Path(__file__).with_name("_table.json").read_text(encoding="utf-8")
)


def normalised(spelling: str) -> str:
    """A name as `ALIASES` knows it: lower case, letters only."""
    return "".join(c for c in spelling.lower() if c.isalpha())


def _aliases(kind: str) -> Mapping[str, str]:
    return MappingProxyType(
        {alias: name for name, row in _DATA[kind].items() for alias in row["aliases"]}
    )


NAMES: Final[tuple[str, ...]] = tuple(
    name for name, row in _DATA["functions"].items() if row["forms"] and name not in PRIMITIVES
)
"""The elementwise activations."""
ACTIVATIONS: Final[tuple[str, ...]] = tuple(n for n in _DATA["functions"] if n not in PRIMITIVES)
"""All activations: the elementwise ones and softmax."""
LOSSES: Final[tuple[str, ...]] = tuple(_DATA["losses"])
PARAMETERS: Final[Mapping[str, Fraction]] = MappingProxyType(
    {name: Fraction(value) for name, value in _DATA["parameters"].items()}
)
"""Constants in bodies and losses with their defaults."""
ALIASES: Final = _aliases("functions")
"""Normalised spelling in notes -> name of an activation."""
LOSS_ALIASES: Final = _aliases("losses")
"""Normalised spelling in notes -> name of a loss."""


@cache
def derivative(name: str, order: int) -> Expr | None:
    """The `order`-th derivative of a function as an expression in ``Symbol("x", SCALAR)``.

    order: 0 to 3.  None if the name or the order is not in the table, or the function is a
    primitive and `order` 0.
    """
    forms = _DATA["functions"].get(name, {}).get("forms", ())
    return decode(forms[order]) if 0 <= order < len(forms) and forms[order] is not None else None


def body(name: str) -> Expr | None:
    """The formula of an activation in ``Symbol("x", SCALAR)`` and scalar parameters.

    None for a primitive, softmax and an unknown name.
    """
    return derivative(name, 0)


def function(name: str) -> Function:
    """An elementwise activation as a function with its body.

    Raises KeyError with the nearest names.

    >>> function("relu").name
    'relu'
    """
    formula = body(name)
    if formula is None:
        raise KeyError(f"no elementwise function {name!r}; {_nearest(name, NAMES)}")
    return Function(name, formula)


def parameters(name: str) -> tuple[str, ...]:
    """The names of the constants in the formula of an activation or loss."""
    return tuple((_DATA["functions"].get(name) or _DATA["losses"][name])["parameters"])


def title(name: str) -> str:
    """What an activation or loss is called in prose."""
    return str((_DATA["functions"].get(name) or _DATA["losses"][name])["title"])


def symbol(name: str) -> str:
    """The LaTeX of an activation's name."""
    return str(_DATA["functions"][name]["symbol"])


def kinks(name: str) -> tuple[str, ...]:
    """What is assumed at the kinks of an activation or loss, one sentence each."""
    return tuple((_DATA["functions"].get(name) or _DATA["losses"][name])["kinks"])


@cache
def loss_entry(name: str) -> Expr:
    """The loss of one output ``Symbol("a", SCALAR)`` and its label ``Symbol("y", SCALAR)``.

    Raises KeyError with the nearest names.
    """
    return decode(_loss(name)["entry"])


@cache
def loss_derivative(name: str) -> Expr:
    """The derivative of `loss_entry` by the output a."""
    return decode(_loss(name)["derivative"])


def loss_reduction(name: str) -> str:
    """``"sum"`` or ``"mean"``: how the entries of one example are put together."""
    return str(_loss(name)["reduction"])


def loss_domain(name: str) -> str:
    """Where the output of a loss lies: ``"real"``, ``"positive"`` or ``"unit"``."""
    return str(_loss(name)["domain"])


def loss_labels(name: str) -> str:
    """What its labels are: ``"real"``, ``"unit"`` or ``"distribution"`` (they sum to one)."""
    return str(_loss(name)["labels"])


def _loss(name: str) -> dict[str, Any]:
    if name not in _DATA["losses"]:
        raise KeyError(f"no loss {name!r}; {_nearest(name, LOSSES)}")
    row: dict[str, Any] = _DATA["losses"][name]
    return row


def _nearest(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=3)
    return f"did you mean {', '.join(close)}?" if close else f"known: {', '.join(known)}"
