"""Pictures of a training: its curves, and how often each class was taken for which."""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from codegen.runtime.checks import Array

INK, QUIET, FAINT = "#1f2933", "#7b8794", "#e4e7eb"
BLUE, ORANGE = "#2b6cb0", "#dd6b20"
FONT: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
}
_STEEP = 30.0
"""Losses whose ratio is larger are drawn on a logarithmic scale."""
_NUMBERED = 20
"""The most classes of which every count is written."""

Curve = tuple[str, Sequence[float]]
"""What a curve is of, and one number an epoch."""


def drawing() -> Any:
    """matplotlib; ImportError that says what to install if it is not there."""
    try:
        return importlib.import_module("matplotlib")
    except ImportError:
        need = "plot: matplotlib is not installed, which draws it; needs pip install matplotlib"
        raise ImportError(need) from None


def pictured(
    panels: Sequence[tuple[str, Sequence[Curve]]],
    counts: Array | None = None,
    classes: Sequence[object] = (),
    path: str | os.PathLike[str] | None = None,
) -> Any:
    """A figure of curves, a panel a title, with a confusion matrix beside them where there is one.

    counts: (classes, classes), a row for each true class.  classes: their names, their numbers
    where left out.  path: a file to which it is written, its kind as the name ends.  Drawn
    without a display and without the state of pyplot.
    """
    matplotlib = drawing()
    figures = importlib.import_module("matplotlib.figure")
    with matplotlib.rc_context(FONT):
        wide = 4.6 * len(panels) + (5.0 if counts is not None else 0.0)
        figure = figures.Figure(
            figsize=(wide, 4.2), dpi=150, facecolor="white", layout="constrained"
        )
        figure.get_layout_engine().set(wspace=0.06, w_pad=0.12, h_pad=0.1)
        places = iter(figure.subplots(1, len(panels) + (counts is not None), squeeze=False)[0])
        for title, curves in panels:
            draw_curves(next(places), title, curves)
        if counts is not None:
            draw_confusion(next(places), counts, classes)
        if path is not None:
            png = str(path).lower().endswith(".png")
            figure.savefig(path, metadata={"Software": None} if png else None)
    return figure


def draw_curves(axes: Any, title: str, curves: Sequence[Curve]) -> None:
    """Curves over the epochs, each named at its end instead of in a legend."""
    longest = max(len(values) for _, values in curves)
    every = [value for _, values in curves for value in values]
    steep = min(every) > 0 and max(every) > _STEEP * min(every)
    if steep:
        axes.set_yscale("log")
    for (name, values), colour, shift in zip(
        curves, (BLUE, ORANGE), _apart(curves, steep), strict=False
    ):
        epochs = range(1, len(values) + 1)
        axes.plot(epochs, values, color=colour, linewidth=1.8, solid_capstyle="round")
        axes.plot(len(values), values[-1], "o", color=colour, markersize=4)
        axes.annotate(
            f"{name} {values[-1]:.3g}", (len(values), values[-1]), xytext=(8, shift),
            textcoords="offset points", color=colour, va="center", fontweight="bold",
            annotation_clip=False,
        )  # fmt: skip
    titled(axes, title)
    axes.set_xlabel("epoch", color=QUIET)
    axes.set_xlim(1, max(2, longest) * 1.45)
    axes.set_xticks([t for t in axes.get_xticks() if 1 <= t <= longest and t == round(t)] or [1])
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    _bare(axes)


def _apart(curves: Sequence[Curve], steep: bool) -> list[float]:
    """By how many points the names at the ends move so that they do not lie on each other."""
    scale = math.log if steep else float
    every = [scale(value) for _, values in curves for value in values]
    ends = [scale(values[-1]) for _, values in curves]
    if len(ends) < 2 or abs(ends[0] - ends[1]) > 0.07 * (max(every) - min(every)) > 0:
        return [0.0] * len(ends)
    return [6.0, -6.0] if ends[0] >= ends[1] else [-6.0, 6.0]


def draw_confusion(axes: Any, counts: Array, classes: Sequence[object] = ()) -> None:
    """Rows are true classes; the colour is the share of the row, the number the count."""
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(share**0.5, cmap="Blues", vmin=0, vmax=1.15)
    size = 8 if len(counts) <= 12 else 6
    for (row, column), count in np.ndenumerate(counts if len(counts) <= _NUMBERED else counts[:0]):
        if count:
            wrong = row != column
            axes.text(
                column, row, str(count), ha="center", va="center", fontsize=size,
                color="white" if share[row, column] > 0.4 else ORANGE if wrong else INK,
                fontweight="bold" if wrong else "normal",
            )  # fmt: skip
    axes.set_anchor("N")
    names = [str(name) for name in classes] or [str(k) for k in range(len(counts))]
    shown = range(0, len(counts), 1 if len(counts) <= _NUMBERED else -(-len(counts) // 10))
    slant = 45 if max(map(len, names)) > 3 else 0
    axes.set_xticks(shown, [names[k] for k in shown], rotation=slant)
    axes.set_yticks(shown, [names[k] for k in shown])
    axes.set_xlabel("decided", color=QUIET)
    axes.set_ylabel("true", color=QUIET)
    titled(axes, "how often a class was decided")
    _bare(axes)


def titled(axes: Any, text: str) -> None:
    axes.set_title(text, loc="left", fontsize=10, color=INK, pad=8)


def _bare(axes: Any) -> None:
    """Without a frame and without the marks at the numbers."""
    axes.tick_params(which="both", length=0, colors=QUIET)
    for side in axes.spines.values():
        side.set_visible(False)
