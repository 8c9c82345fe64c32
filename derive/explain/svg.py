"""Pictures as SVG text: a sheet that shapes are put on, the same bytes for the same shapes.

In: rectangles, lines and texts, each with a class.  Out: one SVG element, without blank lines,
so that it can stand in a Markdown page, and with a title that is read out in its stead.  Colours
are attributes, which a style sheet of the page around it may override by class.

>>> sheet = Sheet(40, 20, "a box")
>>> sheet.rectangle(1, 1, 38, 18, "paper")
>>> print(sheet.svg())
<svg xmlns="http://www.w3.org/2000/svg" class="derive" viewBox="0 0 40 20" width="40" role="img">
<title>a box</title>
<rect x="1" y="1" width="38" height="18" rx="0" class="paper" fill="#ffffff"/>
</svg>
<BLANKLINE>
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Final

MONOSPACE: Final = "DejaVu Sans Mono, Menlo, Consolas, monospace"
SANS: Final = "DejaVu Sans, Helvetica, Arial, sans-serif"
_PAINT: Final = {
    "paper": 'fill="#ffffff"',
    "ink": 'fill="#1f2933"',
    "quiet": 'fill="#52606d" stroke="#ffffff" stroke-width="3" paint-order="stroke"',
    "value": 'fill="#e6f0fa" stroke="#2b6cb0"',
    "parameter": 'fill="#f4f1e4" stroke="#7c6a1e"',
    "gradient": 'fill="#fdeee2" stroke="#b4540a"',
    "forward": 'fill="none" stroke="#2b6cb0"',
    "backward": 'fill="none" stroke="#b4540a"',
    "given": 'fill="none" stroke="#7c6a1e"',
    "grid": 'fill="none" stroke="#d5dbe1"',
    "axis": 'fill="none" stroke="#52606d"',
    "kink": 'fill="#ffffff" stroke="#b4540a"',
    "kink-used": 'fill="#b4540a" stroke="#b4540a"',
    "forward-head": 'fill="#2b6cb0"',
    "backward-head": 'fill="#b4540a"',
    "given-head": 'fill="#7c6a1e"',
}
"""What each class looks like where no style sheet says otherwise."""

Point = tuple[float, float]


def number(value: float) -> str:
    """A coordinate, to a tenth.

    >>> number(12.0), number(0.26), number(-0.01)
    ('12', '0.3', '0')
    """
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@dataclass(slots=True)
class Sheet:
    """Shapes in the order in which they are painted; coordinates in pixels, y downwards."""

    width: float
    height: float
    title: str
    shapes: list[str] = field(default_factory=list)

    def rectangle(
        self, x: float, y: float, width: float, height: float, kind: str, corner: float = 0
    ) -> None:
        """A rectangle by its upper left corner."""
        place = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
        self.shapes.append(f'<rect {place} rx="{number(corner)}" class="{kind}" {_PAINT[kind]}/>')

    def circle(self, at: Point, radius: float, kind: str) -> None:
        """A circle by its centre."""
        place = f'cx="{number(at[0])}" cy="{number(at[1])}" r="{number(radius)}"'
        self.shapes.append(f'<circle {place} class="{kind}" {_PAINT[kind]} stroke-width="1.5"/>')

    def path(self, commands: str, kind: str, width: float = 1.5, dash: str = "") -> None:
        """A path from SVG commands."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        stroke = f'stroke-width="{number(width)}"{dashes}'
        self.shapes.append(f'<path d="{commands}" class="{kind}" {_PAINT[kind]} {stroke}/>')

    def line(self, points: list[Point], kind: str, width: float = 1.5, dash: str = "") -> None:
        """A line through points."""
        steps = " L".join(f"{number(x)} {number(y)}" for x, y in points)
        self.path(f"M{steps}", kind, width, dash)

    def arrow(self, commands: str, tip: Point, along: Point, kind: str) -> None:
        """A path with a head at its end; along: the direction of the head, of length 1."""
        self.path(commands, kind)
        (x, y), (u, v) = tip, along
        corners = ((x - 8 * u - 4 * v, y - 8 * v + 4 * u), (x - 8 * u + 4 * v, y - 8 * v - 4 * u))
        wings = " L".join(f"{number(a)} {number(b)}" for a, b in corners)
        head = f"{kind}-head"
        commands = f"M{number(x)} {number(y)} L{wings} Z"
        self.shapes.append(f'<path d="{commands}" class="{head}" {_PAINT[head]}/>')

    def text(
        self,
        at: Point,
        text: str,
        kind: str = "ink",
        *,
        size: float = 13,
        anchor: str = "middle",
        font: str = MONOSPACE,
    ) -> None:
        """A line of text by its base line, once; anchor: ``start``, ``middle`` or ``end``."""
        place = f'x="{number(at[0])}" y="{number(at[1])}" text-anchor="{anchor}"'
        look = f'class="{kind}" {_PAINT[kind]} font-family="{font}" font-size="{number(size)}"'
        shape = f"<text {place} {look}>{escape(text)}</text>"
        if shape not in self.shapes:
            self.shapes.append(shape)

    def svg(self) -> str:
        """The picture."""
        box = f"0 0 {number(self.width)} {number(self.height)}"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="derive" viewBox="{box}" '
            f'width="{number(self.width)}" role="img">\n<title>{escape(self.title)}</title>\n'
        )
        return head + "".join(f"{shape}\n" for shape in self.shapes) + "</svg>\n"
