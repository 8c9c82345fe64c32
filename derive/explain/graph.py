"""The computation graph of a network, with shapes on its edges and the backward pass beside it.

In: a spec.  Out: an SVG.  The forward pass runs down, from the inputs to the cost; beside it the
gradients run up, each with the equation that is emitted for it, proved before it is drawn.
Parameters stand on the left of the line that uses them, their gradients on the far right.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from codegen import equations, proof, spec
from codegen.building import build
from codegen.network import CLASS_WEIGHTS, SAMPLE_WEIGHTS, Network
from derive.explain.svg import Sheet, number
from derive.program import Gradient, Shape, Symbol, show_shape, walk

_CHARACTER, _LINE, _FRAME = 7.9, 18.0, 11.0
"""Width of a character and height of a line of the font, and the space around a text."""
_GAPS: Final = (118.0, 130.0, 118.0)
"""Between the columns: room for the shapes on the edges."""
_BETWEEN: Final = 44.0
"""Between rows: room for the shape on a vertical edge."""
_BESIDE: Final = 120.0
"""More room between the columns where arrows pass boxes."""
_WIDEST: Final = 34
"""Characters in a line of a box."""
_TOP, _SIDE = 92.0, 24.0


@dataclass(slots=True)
class Box:
    """A value, a parameter or a gradient: its text, and where it stands."""

    name: str
    text: str
    kind: str
    column: int
    row: int
    shape: Shape
    x: float = 0.0
    y: float = 0.0

    @property
    def lines(self) -> list[str]:
        """The text, broken where it is too long."""
        return textwrap.wrap(self.text, _WIDEST, subsequent_indent="  ", break_long_words=False)

    @property
    def width(self) -> float:
        """In pixels."""
        return max(len(line) for line in self.lines) * _CHARACTER + 2 * _FRAME

    @property
    def height(self) -> float:
        """In pixels."""
        return len(self.lines) * _LINE + _FRAME

    @property
    def middle(self) -> float:
        """The y of its centre."""
        return self.y + self.height / 2


@dataclass(slots=True)
class Graph:
    """Boxes by name, and the edges between them: source, target, kind."""

    title: str
    sizes: str
    boxes: dict[str, Box] = field(default_factory=dict)
    edges: list[tuple[str, str, str]] = field(default_factory=list)

    def put(self, box: Box) -> None:
        self.boxes[box.name] = box

    def in_column(self, column: int) -> list[Box]:
        """The boxes of a column, in order."""
        return [box for box in self.boxes.values() if box.column == column]


def network_svg(path: Path) -> str:
    """The picture of a spec.

    Raises `codegen.SpecError` and `codegen.Unproved`: what is not proved is not drawn.
    """
    network = build(spec.read(path))
    proved = proof.gradients(network)
    proof.require(network, proved)
    return draw(graph_of(network, proved))


def graph_of(network: Network, proved: tuple[proof.ProvedEquation, ...]) -> Graph:
    """The boxes of the forward pass, those of the gradients, and what leads to what.

    A parameter has an edge to the line beside it alone: that an l2 penalty counts the weights
    once more is said in the box of the cost.
    """
    sizes = ", ".join(f"{name} = {size}" for name, size in network.sizes().items())
    graph = Graph(network.spec.name, f"{sizes}; m examples")
    program = network.written
    graph.put(Box("X", "X", "value", 1, 0, program.leaves["X"].dims))
    rows: dict[str, int] = {}
    for row, (name, body) in enumerate(program.definitions.items(), 1):
        used = list(dict.fromkeys(n.name for n in walk(body) if isinstance(n, Symbol)))
        for leaf in used:
            given = program.leaves.get(leaf)
            if given is not None and given.dims != (1, 1) and leaf not in graph.boxes:
                graph.put(Box(leaf, leaf, "parameter", 0, row, given.dims))
                rows[leaf] = row
        graph.put(Box(name, _forward(network, name), "value", 1, row, body.shape))
        rows[name] = row
        for source in used:
            given_box = source in graph.boxes and graph.boxes[source].column == 0
            if source in graph.boxes and not (given_box and graph.boxes[source].row != row):
                graph.edges.append((source, name, "given" if given_box else "forward"))
    for equation in proved:
        _add_gradient(graph, equation, rows[equation.of], leaf=equation.of in program.leaves)
    return graph


def _forward(network: Network, name: str) -> str:
    """The line of the forward pass; activation and cost by their names."""
    body = network.written.definitions[name]
    spec = network.spec
    if name.startswith("A"):
        k = int(name[1:])
        layer = spec.layers[k - 1]
        mask = f"M{k} ⊙ " if layer.dropout else ""
        below = f" + A{k - layer.skip}" if layer.skip else ""
        return f"{name} = {mask}{layer.activation}({network.argument(k)}){below}"
    if name != "J":
        return f"{name} = {equations.readable(body)}"
    given = ((CLASS_WEIGHTS, spec.class_weights), (SAMPLE_WEIGHTS, spec.sample_weights))
    weights = [letter for letter, stated in given if stated]
    weighted = f", weighted by {' and '.join(weights)}" if weights else ""
    penalty = " + l1 sum of |W|" if spec.l1 else ""
    penalty += " + (l2 / 2) sum of W^2" if spec.l2 else ""
    cost = spec.loss.replace("_", " ")
    return f"J = {cost} of A{network.depth} and Y{weighted}, mean over m{penalty}"


def _add_gradient(graph: Graph, equation: proof.ProvedEquation, row: int, *, leaf: bool) -> None:
    text = f"{equation.name} = {equations.readable(equation.right)}"
    shape = equation.right.shape
    graph.put(Box(equation.name, text, "gradient", 3 if leaf else 2, row, shape))
    sources = dict.fromkeys(
        f"d{node.name}" for node in walk(equation.right) if isinstance(node, Gradient)
    )
    for source in sources or ("J",):
        graph.edges.append((source, equation.name, "backward"))


# -- on paper ----------------------------------------------------------------------------------


def draw(graph: Graph) -> str:
    """Gives each box its place and paints them."""
    width, height = _place(graph)
    said = f"Computation graph of {graph.title}: forward pass, and its gradients beside it"
    sheet = Sheet(width, height, said)
    sheet.rectangle(0, 0, width, height, "paper")
    sheet.text((_SIDE, 30), graph.title, size=17, anchor="start")
    sheet.text((_SIDE, 50), graph.sizes, "quiet", size=12, anchor="start")
    for column, name in enumerate(("given", "forward", "backward", "gradients of parameters")):
        boxes = graph.in_column(column)
        if boxes:
            sheet.text((boxes[0].x + boxes[0].width / 2, 76), name, "quiet", size=12)
    for source, target, kind in graph.edges:
        _edge(sheet, graph, (graph.boxes[source], graph.boxes[target]), kind)
    for box in graph.boxes.values():
        sheet.rectangle(box.x, box.y, box.width, box.height, box.kind, 5)
        for k, line in enumerate(box.lines):
            sheet.text((box.x + box.width / 2, box.y + _FRAME / 2 + 13 + k * _LINE), line)
    return sheet.svg()


def _place(graph: Graph) -> tuple[float, float]:
    """Columns as wide as their widest box, rows as high as their highest stack."""
    left = _SIDE
    boxes = graph.boxes
    past = any(_between(graph, boxes[source], boxes[target]) for source, target, _ in graph.edges)
    gaps = (_GAPS[0], _GAPS[1] + (_BESIDE if past else 0.0), _GAPS[2], 0.0)
    for column, gap in zip(range(4), gaps, strict=True):
        stood = graph.in_column(column)
        widest = max((box.width for box in stood), default=0.0)
        for box in stood:
            box.x = left + (widest - box.width) / 2
        left += widest + gap
    top = _TOP
    for row in range(1 + max(box.row for box in graph.boxes.values())):
        stacks = [list(_stack(graph, column, row)) for column in range(4)]
        heights = [sum(b.height for b in s) + 14 * max(0, len(s) - 1) for s in stacks]
        for stack, height in zip(stacks, heights, strict=True):
            y = top + (max(heights) - height) / 2
            for box in stack:
                box.y = y
                y += box.height + 14
        top += max(heights) + _BETWEEN
    return left + _SIDE, top - _BETWEEN + _SIDE


def _stack(graph: Graph, column: int, row: int) -> Iterator[Box]:
    return (box for box in graph.in_column(column) if box.row == row)


def _between(graph: Graph, source: Box, target: Box) -> list[Box]:
    """The boxes that stand between two of one column, with those two; none if nothing does."""
    rows = range(min(source.row, target.row), max(source.row, target.row) + 1)
    found = [box for box in graph.in_column(source.column) if box.row in rows]
    return found if source.column == target.column and len(found) > 2 else []


def _edge(sheet: Sheet, graph: Graph, ends: tuple[Box, Box], kind: str) -> None:
    """An arrow with the shape of what flows along it."""
    source, target = ends
    shape = show_shape(source.shape) if source.name != "J" else "1"
    between = _between(graph, source, target)
    if between:
        _past(sheet, (source, target), between, kind, shape)
        return
    if source.column == target.column:
        _vertical(sheet, source, target, kind, shape)
        return
    start = (source.x + source.width, source.middle)
    if abs(source.row - target.row) > 1 or (kind == "backward" and source.row != target.row):
        _around(sheet, start, target, kind, shape)
        return
    end = (target.x, target.middle)
    middle = (start[0] + end[0]) / 2
    bend = f"C{number(middle)} {number(start[1])} {number(middle)} {number(end[1])}"
    commands = f"M{_at(start)} {bend} {number(end[0] - 5)} {number(end[1])}"
    sheet.arrow(commands, end, (1, 0), kind)
    lift = 12 if kind == "backward" else 6  # of the arrows from a gradient one rises
    sheet.text((start[0] + 8, start[1] - lift), shape, "quiet", size=11, anchor="start")


def _vertical(sheet: Sheet, source: Box, target: Box, kind: str, shape: str) -> None:
    down = target.y > source.y
    x = source.x + source.width / 2
    begin = source.y + source.height if down else source.y
    end = target.y if down else target.y + target.height
    way = 1.0 if down else -1.0
    sheet.arrow(f"M{_at((x, begin))} L{_at((x, end - 5 * way))}", (x, end), (0, way), kind)
    near = end - 26 * way if abs(end - begin) > 60 else (begin + end) / 2
    sheet.text((x + 9, near + 4), shape, "quiet", size=11, anchor="start")


def _past(sheet: Sheet, ends: tuple[Box, Box], between: list[Box], kind: str, shape: str) -> None:
    """Past the boxes that lie between: out at the side, and in at the side again."""
    right = kind == "forward"
    way, turn = (1.0 if right else -1.0), (1.0 if ends[1].y > ends[0].y else -1.0)
    edge = max(way * (box.x + (box.width if right else 0.0)) for box in between)
    begin, end = (
        (box.x + (box.width if right else 0.0), box.middle + shift)
        for box, shift in zip(ends, (6 * turn, -6 * turn), strict=True)
    )
    side = max(edge, way * begin[0], way * end[0]) + 14 + 5 * (len(between) - 3)
    out = way * (side - 0.125 * way * (begin[0] + end[0])) / 0.75  # the curve's middle is at `side`
    tip = (end[0] + way * 5, end[1])
    bend = f"C{number(out)} {number(begin[1])} {number(out)} {number(tip[1])} {_at(tip)}"
    sheet.arrow(f"M{_at(begin)} {bend}", end, (-way, 0), kind)
    middle = (way * (side + 5), (begin[1] + tip[1]) / 2 + 4)
    sheet.text(middle, shape, "quiet", size=11, anchor="start" if right else "end")


def _around(sheet: Sheet, start: tuple[float, float], target: Box, kind: str, shape: str) -> None:
    """From a row to one further up or down: sideways first, then into the box from there."""
    up = target.y < start[1]
    x = target.x + target.width / 2
    y = target.y + target.height if up else target.y
    way = -1.0 if up else 1.0
    bend = f"Q{number(x)} {number(start[1])} {_at((x, y - 5 * way))}"
    sheet.arrow(f"M{_at(start)} {bend}", (x, y), (0, way), kind)
    sheet.text((start[0] + 8, start[1] - 6), shape, "quiet", size=11, anchor="start")


def _at(point: tuple[float, float]) -> str:
    return f"{number(point[0])} {number(point[1])}"
