"""How a note writes things: the spelling of names, gradients, functions and products.

`Notation` is what the printer asks for; `derive.diagnosis.Scene` is one, `PlainNotation`
another that stands by itself.  The functions give the LaTeX of one name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from derive.program import Expr

_BRACKETED_SCRIPT = re.compile(r"\^\{?(\\left)?([\[(])[^\])]*(\\right)?[\])]\}?$")


class Notation(Protocol):
    """What the printer needs to know of a note; `derive.diagnosis.Scene` is one."""

    @property
    def spelling(self) -> Mapping[str, str]: ...
    @property
    def gradient_spelling(self) -> Mapping[str, str]: ...
    @property
    def function_spelling(self) -> Mapping[str, str]: ...
    @property
    def scale(self) -> Mapping[str, Expr]: ...
    @property
    def examples(self) -> str: ...
    @property
    def products(self) -> tuple[str, str]: ...
    @property
    def cost(self) -> str: ...
    @property
    def partial(self) -> str: ...


@dataclass(frozen=True)
class PlainNotation:
    """A notation that stands by itself; names without a spelling print as they are."""

    spelling: Mapping[str, str] = field(default_factory=dict)
    gradient_spelling: Mapping[str, str] = field(default_factory=dict)
    function_spelling: Mapping[str, str] = field(default_factory=dict)
    scale: Mapping[str, Expr] = field(default_factory=dict)
    examples: str = "m"
    products: tuple[str, str] = ("", r"\odot")
    cost: str = "J"
    partial: str = r"\partial"


def name_latex(name: str, notation: Notation) -> str:
    """How the note writes a name: ``W2`` as ``W^{[2]}``; ``W_{2}`` where it has no spelling."""
    if name in notation.spelling:
        return notation.spelling[name]
    match = re.fullmatch(r"([A-Za-z]+)(\d+)", name)
    return f"{match[1]}_{{{match[2]}}}" if match else name


def gradient_latex(name: str, notation: Notation, *, carried: bool = True) -> str:
    """How the note writes a gradient: ``dZ_2``, or the derivative fraction.

    `carried`: with the note's own normalisation; otherwise, or where the note has no name
    for it, the fraction of the plain gradient.
    """
    if carried and name in notation.gradient_spelling:
        return notation.gradient_spelling[name]
    return derivative_latex(notation.cost, name, notation)


def derivative_latex(of: str, by: str, notation: Notation) -> str:
    """The derivative fraction of two names."""
    sign = notation.partial
    top, bottom = name_latex(of, notation), name_latex(by, notation)
    return rf"\frac{{{sign} {top}}}{{{sign} {bottom}}}"


def function_latex(function: str, order: int, notation: Notation) -> str:
    """A function with its primes: ``g1`` of order 1 as ``g'^{[1]}``, ``\\sigma'``."""
    text = notation.function_spelling.get(function, "")
    if not text:
        text = {"log": r"\log", "exp": r"\exp", "sin": r"\sin", "cos": r"\cos"}.get(
            function, rf"\text{{{function}}}"
        )
    if not order:
        return text
    primes = "'" * order
    at = text.find("^")
    return text[:at] + primes + text[at:] if at >= 0 else text + primes


def transposed_latex(text: str, *, atom: bool = True) -> str:
    """A transpose in the manner of the spelling: ``W^{[2]T}``, ``A_1^T``, ``(w^1)^T``."""
    if not atom:
        return f"({text})^T"
    script = _BRACKETED_SCRIPT.search(text)
    if script:
        inner = script[0][1:]
        inner = inner[1:-1] if inner.startswith("{") else inner
        return f"{text[: script.start()]}^{{{inner}T}}"
    return f"({text})^T" if "^" in text or text.startswith(r"\frac") else f"{text}^T"
