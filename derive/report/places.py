"""Where an offset stands on the page, and how a line of source is shown in a terminal.

Columns count characters from 1; what is shown is escaped (a note cannot send control
characters to a terminal), tabs are widened, and long lines are cut around the place.
"""

from __future__ import annotations

import bisect
import unicodedata
from dataclasses import dataclass

from derive.verdict import FileReport, Finding

WIDTH = 100
"""Characters of a source line that are shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """A range in a text: 1-based lines and columns, `end_column` behind the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


class Page:
    """The lines of one source.

    >>> Page("ab\\ncd").place(3, 5)
    Place(line=2, column=1, end_line=2, end_column=3)
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines = source.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect.bisect_right(self.starts, offset, hi=len(self.lines)) - 1
        return line + 1, offset - self.starts[line] + 1

    def text(self, start: int, end: int) -> str:
        """What stands between two offsets."""
        return self.source[start:end]

    def place(self, start: int, end: int) -> Place:
        """The range from `start` to `end`, end exclusive."""
        line, column = self.position(start)
        end_line, end_column = self.position(max(start, end - 1))
        return Place(line, column, end_line, end_column + 1)


def place_of(finding: Finding, page: Page) -> Place:
    """Where a claim really stands: its span, or the piece of maths if it has none."""
    start, end = finding.span
    if 0 <= start < end <= page.starts[-1]:
        return page.place(start, end)
    return Place(finding.line, finding.column, finding.end_line, finding.end_column)


def anchor(report: FileReport, finding: Finding, page: Page) -> str:
    """``path:line:column`` as terminals and editors know it."""
    place = place_of(finding, page)
    return f"{escaped(report.path)}:{place.line}:{place.column}"


def escaped(text: str) -> str:
    """`text` with control and other unprintable characters made visible.

    >>> escaped("a\\x1b[0m\\tb")
    'a\\\\x1b[0m    b'
    """
    if text.isprintable():
        return text
    return "".join(
        "    " if c == "\t" else c if c.isprintable() else c.encode("unicode_escape").decode()
        for c in text
    )


def width(text: str) -> int:
    """Terminal cells that `text` takes: wide characters two, combining ones none.

    >>> width("dZ²"), width("中"), width("e\\u0301")
    (3, 2, 1)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def excerpt(line: str, column: int, end_column: int) -> tuple[str, str]:
    """A line as shown, and the carets that stand under its columns.

    >>> excerpt("a = b", 5, 6)
    ('a = b', '    ^')
    """
    line = line.rstrip("\r")
    first, last = column - 1, max(column, end_column - 1)
    start = 0 if len(line) <= WIDTH else max(0, min(first - 20, len(line) - WIDTH))
    stop = len(line) if len(line) <= WIDTH else start + WIDTH
    head, tail = "…" * (start > 0), "…" * (stop < len(line))
    before = head + escaped(line[start:first])
    under = escaped(line[first : min(last, stop)])
    shown = before + under + escaped(line[min(last, stop) : stop]) + tail
    return shown, " " * width(before) + "^" * max(1, width(under))
