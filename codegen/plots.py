"""One picture of a training run: curves, confusion matrix, what the first layer looks at.

In: a history, counts and weights as plain arrays.  Out: a PNG.  Needs matplotlib, which the
extra ``demo`` installs; drawn without a display and without pyplot's global state.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.runtime.plots import (
    BLUE,
    FONT,
    ORANGE,
    QUIET,
    draw_confusion,
    draw_curves,
    titled,
)

_ENDS = ("training", "test")


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn.

    loss, held_loss, accuracy, held_accuracy: one number an epoch, of training and test data.
    confusion: counts (classes, classes), a row for each true class.  weights: (units,
    height, width), the first layer's weights as images, or None.  examples: (k, height,
    width) test images with `truth` and `decided`, (k,) each, or None.  regions: (points (m, 2),
    labels (m,), grid decisions (h, w), extent) of a data set in the plane, or None.
    """

    title: str
    loss: Sequence[float]
    held_loss: Sequence[float]
    accuracy: Sequence[float]
    held_accuracy: Sequence[float]
    confusion: NDArray[Any]
    weights: NDArray[Any] | None = None
    examples: NDArray[Any] | None = None
    truth: NDArray[Any] | None = None
    decided: NDArray[Any] | None = None
    regions: tuple[NDArray[Any], NDArray[Any], NDArray[Any], tuple[float, ...]] | None = None


def draw(picture: Picture, path: Path) -> None:
    """Writes the picture as a PNG; ImportError without matplotlib, OSError if it cannot."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(FONT):
        figure: Any = Figure(figsize=(13, 7), dpi=150, facecolor="white")
        left, right = figure.add_gridspec(
            1,
            2,
            width_ratios=(1, 1.9),
            left=0.045,
            right=0.985,
            top=0.87,
            bottom=0.075,
            wspace=0.11,
        )
        loss, accuracy = left.subgridspec(2, 1, hspace=0.38)
        both = zip(_ENDS, (picture.loss, picture.held_loss), strict=True)
        draw_curves(figure.add_subplot(loss), "loss", list(both))
        percent = [
            [100 * v for v in values] for values in (picture.accuracy, picture.held_accuracy)
        ]
        both = zip(_ENDS, percent, strict=True)
        draw_curves(figure.add_subplot(accuracy), "accuracy, %", list(both))
        upper = lower = right
        if picture.examples is not None:
            upper, lower = right.subgridspec(2, 1, height_ratios=(3.3, 1), hspace=0.33)
            _examples(figure, lower, picture)
        counts, first = upper.subgridspec(1, 2, wspace=0.12)
        draw_confusion(figure.add_subplot(counts), picture.confusion)
        if picture.regions is not None:
            _regions(figure.add_subplot(first), *picture.regions)
        elif picture.weights is not None:
            _weights(figure, first, picture.weights)
        figure.text(0.045, 0.945, picture.title, fontsize=15, fontweight="bold")
        figure.savefig(path, format="png", metadata={"Software": None})


def _grid(figure: Any, place: Any, columns: int, count: int, title: str) -> list[Any]:
    """Small axes for images, in rows of `columns`, under one title."""
    rows = -(-count // columns)
    frame = figure.add_subplot(place)
    frame.axis("off")
    titled(frame, title)
    cells = place.subgridspec(rows, columns, wspace=0.08, hspace=0.08)
    axes = [figure.add_subplot(cells[i // columns, i % columns]) for i in range(count)]
    for one in axes:
        one.set_xticks([])
        one.set_yticks([])
        for side in one.spines.values():
            side.set_visible(False)
    return axes


def _weights(figure: Any, place: Any, weights: NDArray[Any]) -> None:
    """The weights of each unit of the first layer as an image, all on one scale."""
    limit = float(np.abs(weights).max()) or 1.0
    columns = math.ceil(math.sqrt(len(weights)))
    title = "first layer: the weights of each unit (red +, blue −)"
    for axes, image in zip(
        _grid(figure, place, columns, len(weights), title), weights, strict=True
    ):
        axes.imshow(image, cmap="RdBu_r", vmin=-limit, vmax=limit)


def _examples(figure: Any, place: Any, picture: Picture) -> None:
    """A row of test images, each with its class and what was decided."""
    examples, truth, decisions = picture.examples, picture.truth, picture.decided
    if examples is None or truth is None or decisions is None:
        raise ValueError("examples need their true and their decided classes")
    cells = _grid(
        figure,
        place,
        len(examples),
        len(examples),
        "test images, misread ones first: true → decided",
    )
    for axes, image, true, decided in zip(cells, examples, truth, decisions, strict=True):
        axes.imshow(image, cmap="gray_r")
        wrong = true != decided
        axes.set_xlabel(
            f"{true} → {decided}" if wrong else str(true),
            color=ORANGE if wrong else QUIET,
            fontsize=8,
            fontweight="bold" if wrong else "normal",
        )


def _regions(
    axes: Any,
    points: NDArray[Any],
    labels: NDArray[Any],
    decisions: NDArray[Any],
    extent: tuple[float, ...],
) -> None:
    """What is decided at each place of the plane, with the test points on it."""
    from matplotlib.colors import ListedColormap

    colours = ListedColormap([BLUE, ORANGE])
    axes.imshow(decisions, extent=extent, origin="lower", cmap=colours, alpha=0.25, aspect="auto")
    axes.scatter(points[:, 0], points[:, 1], c=labels, cmap=colours, s=12, linewidths=0)
    axes.set_xticks([])
    axes.set_yticks([])
    titled(axes, "what is decided where, and the test points")
    for side in axes.spines.values():
        side.set_visible(False)
