"""Derivations as values: to print, to look at in a notebook, to go through line by line.

In: what `derive explain` takes: the name of a library entry or of a code, ``NOTE:LINE[:COLUMN]``
or the path of a spec.  Out: a `Told`, which a notebook typesets.

>>> told("sigmoid").equations[-1]
'\\\\frac{d a}{d z} = a (1 - a)'
>>> print(str(told("relu")).splitlines()[0])
The derivative of ReLU
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from derive.report.explain import Part


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """An explanation: titles, prose and equations, in order."""

    parts: tuple[Part, ...]

    @property
    def equations(self) -> tuple[str, ...]:
        """The LaTeX of its lines."""
        return tuple(part.latex for part in self.parts if part.latex)

    def __str__(self) -> str:
        from derive.report.explain import render

        return render(iter(self.parts), "text")

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return markdown(self.parts)

    def _repr_latex_(self) -> str:
        return latex(self.parts)


def told(subject: str, level: str = "full") -> Told:
    """The explanation of a subject.

    level: ``"full"``, or ``"short"`` for definitions and results alone.
    Raises `derive.errors.CallError` with one line that says what is wrong and what to do.
    """
    from derive.report.entries import named_parts, spec_parts
    from derive.report.lookup import split_place, told_at

    place = split_place(subject)
    if place is not None:
        return Told(tuple(chain.from_iterable(told_at(place, level))))
    if subject.endswith(".toml"):
        return Told(tuple(spec_parts(subject, level)))
    return Told(tuple(named_parts(subject, level)))


def markdown(parts: Iterable[Part]) -> str:
    """What a notebook shows of an explanation as Markdown."""
    from derive.report.explain import render

    return render(iter(parts), "markdown")


def latex(parts: Iterable[Part]) -> str:
    r"""Its equations alone, one a line, as a display that a notebook typesets.

    >>> from derive.report.explain import Part
    >>> print(latex([Part("1. power rule", latex="x' = 1")]))
    $$\begin{aligned}
    & x' = 1 && \text{1. power rule}
    \end{aligned}$$
    """
    from derive.report.explain import latex_text

    rows = (f"& {part.latex} && \\text{{{latex_text(part.label)}}}" for part in parts if part.latex)
    return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"
