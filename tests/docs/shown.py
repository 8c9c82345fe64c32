"""Reads back what a page shows: its files, and its commands with their output."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BLOCK = re.compile(
    r"^`(?P<name>[\w./-]+)`:\n\n(?P<fence>```+)\w*\n(?P<text>.*?)\n(?P=fence)$"
    r"|^```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)\n?```$",
    re.MULTILINE | re.DOTALL,
)


def blocks(markdown: str) -> Iterator[tuple[str, str, str]]:
    """``("file", name, text)`` and ``("command", line, output)``, in order."""
    for found in _BLOCK.finditer(markdown):
        if found["name"]:
            yield "file", found["name"], found["text"] + "\n"
        else:
            yield "command", found["command"], found["output"]


def varying(output: str, command: str = "") -> str:
    """An output without what depends on the clock: of a benchmark all numbers that it measures."""
    if command.startswith("python benchmarks/"):
        return re.sub(r" +\d+\.\d+", " …", output)
    return re.sub(r"in \d+\.\d s", "in … s", output)
