"""Plots of a function and its derivative, as SVG, with the kinks marked.

In: the name of an activation or loss of the library.  Out: an SVG that stands in a page.  Both
curves are drawn from the table of local derivatives, the same that the engine takes them from.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from derive.docs.measured import evaluate
from derive.explain.svg import SANS, Sheet
from derive.library.activations import activation
from derive.library.losses import LOSSES
from derive.library.row import Kink
from derive.program import Expr
from derive.scalars import table

_WIDTH, _HEIGHT, _MARGIN = 460.0, 280.0, 34.0
_SAMPLES: Final = 240
_BESIDE: Final = 1e-9
"""How far from a kink the two sides of it are taken."""


@dataclass(frozen=True, slots=True)
class Curves:
    """What is drawn: f and f' over an interval.

    names: what the ends of the curves are called.  kinks: where f' jumps, with the value of f'
    that is used there; the ends of the jump are hollow, what is used is filled.
    """

    title: str
    names: tuple[str, str]
    value: Callable[[float], float]
    slope: Callable[[float], float]
    left: float
    right: float
    low: float
    high: float
    kinks: tuple[tuple[float, float], ...] = ()


def activation_svg(name: str) -> str:
    """An activation and its derivative on [-5, 5].

    >>> activation_svg("relu").count('class="kink"')
    2
    """
    row = activation(name)
    value, slope = table.derivative(name, 0), table.derivative(name, 1)
    assert value is not None
    assert slope is not None
    kinks = tuple((float(kink.at), _used(kink)) for kink in row.kinks)
    title = f"{row.title} and its derivative"
    f, g = _function(value, "x"), _function(slope, "x")
    highest = max(f(-5.0), f(5.0))
    high = 5.2 if highest > 3 else 1.3
    low = -0.4 if f(-5.0) >= -0.05 and high > 2 else -1.3
    high, low = (high, -2.2) if f(-5.0) < -1.2 else (high, low)
    return draw(Curves(title, ("f", "f′"), f, g, -5.0, 5.0, low, high, kinks))


def loss_svg(name: str) -> str:
    """A loss of an output and its derivative, for the label 1."""
    [row] = [row for row in LOSSES if row.name == name]
    value, slope = table.loss_entry(name), table.loss_derivative(name)
    unit = row.domain in ("unit", "positive")
    left, right, low, high = (0.02, 0.98, -5.0, 4.0) if unit else (-2.0, 4.0, -3.0, 5.0)
    kinks = tuple((1.0, _used(kink)) for kink in row.kinks)
    f, g = _function(value, "a", y=1.0), _function(slope, "a", y=1.0)
    title = f"{row.title} of an output a with the label y = 1, and its derivative"
    return draw(Curves(title, ("loss", "its derivative"), f, g, left, right, low, high, kinks))


def _function(expr: Expr, name: str, **given: float) -> Callable[[float], float]:
    return lambda at: float(evaluate(expr, {**given, name: at}))


def _used(kink: Kink) -> float:
    """The value at a kink: a number, or a product of constants of the library."""
    return math.prod(
        float(table.PARAMETERS[word]) if word in table.PARAMETERS else float(word)
        for word in kink.derivative.split(" * ")
    )


# -- on paper ----------------------------------------------------------------------------------


def draw(curves: Curves) -> str:
    """The plot: grid, axes, both curves with their names, and the kinks."""
    sheet = Sheet(_WIDTH, _HEIGHT, curves.title)
    sheet.rectangle(0, 0, _WIDTH, _HEIGHT, "paper")
    for at in _ticks(curves.left, curves.right):
        _guide(sheet, curves, at, vertical=True)
    for at in _ticks(curves.low, curves.high):
        _guide(sheet, curves, at, vertical=False)
    for f, kind in ((curves.slope, "backward"), (curves.value, "forward")):
        for stretch in _stretches(curves, f):
            sheet.line([_place(curves, x, y) for x, y in stretch], kind, 2.2)
    for at, used in curves.kinks:
        ends = (curves.slope(at - _BESIDE), curves.slope(at + _BESIDE))
        gap = [_place(curves, at, y) for y in ends]
        sheet.line(gap, "backward", 1.2, "3 4")
        for point in gap:
            sheet.circle(point, 3.5, "kink")
        sheet.circle(_place(curves, at, used), 3.5, "kink-used")
    sheet.rectangle(_MARGIN, 6, 12, 3, "forward-head")
    sheet.text((_MARGIN + 18, 12), curves.names[0], size=12, anchor="start", font=SANS)
    after = _MARGIN + 40 + 8 * len(curves.names[0])
    sheet.rectangle(after, 6, 12, 3, "backward-head")
    sheet.text((after + 18, 12), curves.names[1], size=12, anchor="start", font=SANS)
    return sheet.svg()


def _guide(sheet: Sheet, curves: Curves, at: float, *, vertical: bool) -> None:
    """A grid line with its number; those through 0 are the axes."""
    kind = "axis" if at == 0 else "grid"
    if vertical:
        ends = [_place(curves, at, curves.low), _place(curves, at, curves.high)]
        where, anchor = (ends[0][0], _HEIGHT - 12), "middle"
    else:
        ends = [_place(curves, curves.left, at), _place(curves, curves.right, at)]
        where, anchor = (_MARGIN - 6, ends[0][1] + 4), "end"
    sheet.line(ends, kind, 1)
    sheet.text(where, f"{at:g}", "quiet", size=11, anchor=anchor, font=SANS)


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between two ends, about six of them."""
    steps = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
    step = next((s for s in steps if (high - low) / s <= 11), 10.0)
    return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _place(curves: Curves, x: float, y: float) -> tuple[float, float]:
    across = (x - curves.left) / (curves.right - curves.left)
    up = (y - curves.low) / (curves.high - curves.low)
    inner = _HEIGHT - 2 * _MARGIN + 4
    return _MARGIN + across * (_WIDTH - 2 * _MARGIN), _HEIGHT - _MARGIN + 4 - up * inner


def _stretches(curves: Curves, f: Callable[[float], float]) -> Iterator[list[tuple[float, float]]]:
    """A curve in pieces: between the kinks, and without what leaves the plot."""
    cuts = [curves.left, *(at for at, _ in curves.kinks), curves.right]
    for left, right in itertools.pairwise(cuts):
        piece: list[tuple[float, float]] = []
        count = max(2, round(_SAMPLES * (right - left) / (curves.right - curves.left)))
        for k in range(count + 1):
            x = left + (right - left) * k / count
            x += _BESIDE if k == 0 else -_BESIDE if k == count else 0.0
            y = f(x)
            if curves.low <= y <= curves.high:
                piece.append((x, y))
            elif piece:
                yield piece
                piece = []
        if piece:
            yield piece


def curve_svg(losses: Mapping[str, Sequence[float]], title: str) -> str:
    """One or two losses by their names, after each epoch.

    >>> curve_svg({"loss": [2.0, 1.0]}, "a training").count("<title>")
    1
    """
    last = max(map(len, losses.values()), default=0)
    highest = max((value for values in losses.values() for value in values), default=1.0)
    sheet = Sheet(_WIDTH, _HEIGHT, f"{title}: {' and '.join(losses)} by epoch")
    sheet.rectangle(0, 0, _WIDTH, _HEIGHT, "paper")
    frame = Curves(title, ("", ""), float, float, 0.0, float(last), 0.0, 1.05 * highest)
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100) if last <= 10 * s), 1000)
    for epoch in range(0, last + 1, step):
        _guide(sheet, frame, epoch, vertical=True)
    for height in _ticks(0.0, frame.high):
        _guide(sheet, frame, height, vertical=False)
    after = _MARGIN
    for (name, values), kind in zip(losses.items(), ("forward", "backward"), strict=False):
        points = [_place(frame, epoch, value) for epoch, value in enumerate(values, 1)]
        sheet.line(points, kind, 2.2, "" if kind == "forward" else "6 4")
        sheet.rectangle(after, 6, 12, 3, f"{kind}-head")
        sheet.text((after + 18, 12), name, size=12, anchor="start", font=SANS)
        after += 40 + 8 * len(name)
    sheet.text((_WIDTH - 6, _HEIGHT - 12), "epoch", "quiet", size=11, anchor="end", font=SANS)
    return sheet.svg()
